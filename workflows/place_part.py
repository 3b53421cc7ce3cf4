"""One part of a take in a session: which it is, and how another takes its place.

Which take a part came from is not written on it: the session's journal of change sets tells which of them brought it,
and a change set has the id of the job that made or placed the take.
"""

from pathlib import Path
from typing import Any, NamedTuple

from daw_bridge.change_journal import read_records
from library.takes import read_take, take_file
from music.changeset import ChangeSet, ChangeSetId
from music.errors import NotFound, RequestInvalid
from music.instrument import Role
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.playlists import AddPlaylist
from music.operations.regions import DeleteRegion
from music.session import Region, Route, SessionSnapshot
from music.time import BBT
from workflows.part_files import part_files
from workflows.requests import PartInSession
from workflows.rooms import Rooms
from workflows.take_files import STEMS_FOLDER, read_kept_score, stem_path

_STEM = " (stem)"


def find_part(session_folder: Path, route: str, region: str | None) -> tuple[ChangeSetId, PartInSession]:
    """Return the change set that brought what stands on a track, and which part of its take that is.

    RequestInvalid where Sideman brought nothing there.
    """
    for record in reversed(read_records(session_folder)):
        if record["state"] != "applied":
            continue
        brought = _brought(record)
        chosen = next((one for one in brought if one.track == route and region in (None, one.region)), None)
        if chosen is None:
            continue
        midi = next((one for one in brought if one.role is chosen.role and not one.is_stem), None)
        stem = next((one for one in brought if one.role is chosen.role and one.is_stem), None)
        if midi is not None:
            part = PartInSession(
                role=chosen.role,
                route=midi.track,
                region=midi.region,
                stem_route=stem.track if stem else None,
                stem_region=stem.region if stem else None,
            )
            return ChangeSetId(record["id"]), part
    if region is not None:  # copied or split by hand: the track still tells
        return find_part(session_folder, route, None)
    raise RequestInvalid("what is selected did not come from a take; select a region or a track that Sideman has made")


class _Brought(NamedTuple):
    """A part that a change set imported."""

    role: Role
    is_stem: bool
    track: str
    region: str | None


def _brought(record: dict[str, Any]) -> list[_Brought]:
    names = {role.value.replace("_", "-").capitalize(): role for role in Role}
    refs = record["refs"]
    found = []
    for operation in record["operations"]:
        if operation["verb"] in ("import_midi", "import_audio"):
            name = str(operation["name"])
            role = names.get(name.removesuffix(_STEM))
            if role is not None:
                track = str(refs.get(operation["track"], operation["track"]))
                found.append(_Brought(role, name.endswith(_STEM), track, refs.get(operation["ref"])))
    return found


def arrange_part(
    rooms: Rooms, kept: Path, folder: Path, session: SessionSnapshot, part: PartInSession, change_set_id: ChangeSetId
) -> ChangeSet:
    """Return the change set that puts a part of the take in ``kept`` where another stands, which a playlist keeps."""
    take = read_take(kept)
    score = read_kept_score(take, kept)
    chosen = next((one for one in score.parts if one.role is part.role), None)
    if chosen is None:
        raise RequestInvalid(f"the take {take.id} has no {part.role.value} any more, so nothing was replaced")
    take_file(take, kept, stem_path(part.role))  # a link may lead elsewhere
    lengths = [file.length_seconds or 0.0 for file in take.files if file.path == stem_path(part.role)]
    length_samples = round(lengths[0] * session.sample_rate_hz)
    files = part_files(rooms, score, folder, kept / STEMS_FOLDER, length_samples)
    track, region = _standing(session, part.route, part.region)
    name = chosen.name
    operations: list[Operation] = [
        *_set_aside(track, region, f"{name} before {take.id}", "before"),
        ImportMidi(
            ref="part", track=track.id, path=str(files.midi[part.role.value]), name=name, at=region.start,
            n_notes=len(chosen.notes),
        ),
    ]  # fmt: skip
    if part.stem_route is not None and (beside := _found(session, part.stem_route, part.stem_region)):
        stem_track, stem = beside
        operations += [
            *_set_aside(stem_track, stem, f"{name}{_STEM} before {take.id}", "stem-before"),
            ImportAudio(
                ref="stem", track=stem_track.id, path=str(files.stems[part.role.value]), name=f"{name}{_STEM}",
                at=stem.start, length_samples=length_samples,
            ),
        ]  # fmt: skip
    words = take.variation.words if take.variation else take.plan.title
    return ChangeSet(
        id=change_set_id,
        label=f"Vary {name}: {words}"[:80],
        operations=tuple(operations),
        expected_revision=session.revision,
        session_folder=session.folder,
    )


def _set_aside(track: Route, region: Region, name: str, ref: str) -> list[Operation]:
    """Keep what a track plays in a playlist of its own, and take the region out of the one that is played."""
    return [
        AddPlaylist(track=track.id, ref=ref, name=name, is_copy=True, is_used=False),
        DeleteRegion(region=region.id),
    ]


def _standing(session: SessionSnapshot, route: str, region: str | None) -> tuple[Route, Region]:
    found = _found(session, route, region)
    if found is None:
        raise NotFound("region of the part", region or route)
    if found[1].start != BBT(found[1].start.bar) or found[1].offset_beats:
        raise RequestInvalid(
            f"the region {found[1].name!r} was moved off the bar line or trimmed; put it on a bar line, whole, "
            "and press again"
        )
    return found


def _found(session: SessionSnapshot, route: str, region: str | None) -> tuple[Route, Region] | None:
    """Return a track and a region on it: the one of that id, else the only one."""
    track = next((one for one in session.routes if one.id == route), None)
    if track is None:
        return None
    named = next((one for one in track.regions if one.id == region), None)
    if named is None and len(track.regions) == 1:
        named = track.regions[0]
    return (track, named) if named else None
