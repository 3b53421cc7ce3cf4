"""Place: a take becomes one change set in the open session, applied once and read back.

The change set is recorded before it is applied. A killed process sends the very same one again, and the bridge, which
keeps account of change sets in the session, ends with exactly one placement.
"""

import asyncio
import shutil
from pathlib import Path

from pydantic import TypeAdapter

from daw_bridge.change_journal import is_open
from daw_bridge.instrument_preset import PRESET_LABEL
from library.takes import TAKE_FILE, read_take, take_file
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult
from music.errors import SetupBroken, StudioError
from music.session import SessionSnapshot
from music.session_layout import Playback
from workflows.cancelling import run_unless_cancelled
from workflows.durable import Job, JobId, JsonObject, Recipe, Stage
from workflows.part_files import part_files
from workflows.place_part import arrange_part
from workflows.placement import check_session, lay_out_take, place_take
from workflows.requests import PartInSession, PlaceRequest
from workflows.rooms import Rooms
from workflows.take_back import HalfPlaced, take_back_placement
from workflows.take_files import STEMS_FOLDER, read_kept_score, stem_path

PLACE_STAGES = (Stage("arrange", 4), Stage("place", 200))

_REQUEST = TypeAdapter(PlaceRequest)
_CHANGE_SET = TypeAdapter(ChangeSet)
_RESULT = TypeAdapter(ChangeSetResult)


def place_recipe(rooms: Rooms) -> Recipe:
    """Return the recipe ``place``, which puts a kept take into the open session."""

    def run(job: Job, request: JsonObject) -> JsonObject:
        wish = _REQUEST.validate_python(request["wish"])
        return {"folder": wish.take, "placed": run_placement(rooms, job, wish, Path(wish.take))}

    def clean_up(job_id: JobId, request: JsonObject) -> None:
        take_back_placement(rooms, job_id, _REQUEST.validate_python(request["wish"]).session_folder)

    return Recipe(name="place", stages=lambda _request: PLACE_STAGES, run=run, clean_up=clean_up)


def run_placement(
    rooms: Rooms, job: Job, wish: PlaceRequest, take_folder: Path, *, part: PartInSession | None = None
) -> JsonObject:
    """Run the two stages that place the take in a folder, and return what became of the change set.

    With a ``part`` that alone is placed, instead of the one that stands in the session.
    """
    folder = rooms.placing_folder(job.id)

    async def arrange() -> JsonObject:
        async with rooms.open_daw() as daw:
            session = await daw.snapshot()
        check_session(wish.session_folder, session)
        if part is None:
            change_set = arrange_take(rooms, take_folder, folder, session, wish.at_bar, ChangeSetId(job.id))
        else:
            change_set = arrange_part(rooms, take_folder, folder, session, part, ChangeSetId(job.id))
        return {"change_set": _CHANGE_SET.dump_python(change_set, mode="json"), "session": session.folder}

    async def apply(change_set: ChangeSet, session_folder: Path) -> JsonObject:
        try:
            async with rooms.open_daw() as daw:
                result: JsonObject = _RESULT.dump_python(await daw.apply(change_set, job=job), mode="json")
                return result
        except StudioError as error:
            if is_open(session_folder, change_set.id):
                raise HalfPlaced(
                    f"{error}. Part of the take may be in the session: with it open in Ardour, "
                    f"'sideman undo {change_set.id}' takes it out, and 'sideman place {wish.take}' places it again"
                ) from error
            raise

    def place(recorded: JsonObject) -> JsonObject:
        return asyncio.run(apply(_CHANGE_SET.validate_python(recorded["change_set"]), Path(recorded["session"])))

    try:
        recorded = job.step("arrange", lambda: run_unless_cancelled(job, arrange()))
        return job.step("place", lambda: place(recorded))
    finally:
        if not job.is_handed_over:  # else whoever goes on with the job imports these files
            shutil.rmtree(folder, ignore_errors=True)


def arrange_take(
    rooms: Rooms,
    kept: Path,
    folder: Path,
    session: SessionSnapshot,
    at_bar: int | None,
    change_set_id: ChangeSetId,
) -> ChangeSet:
    """Write a MIDI file per part into ``folder`` and return the change set that places the take in ``kept``."""
    take = read_take(kept)
    lengths = [file.length_seconds for file in take.files if file.path.startswith(STEMS_FOLDER)]
    if not lengths or lengths[0] is None:
        raise SetupBroken(f"{kept / TAKE_FILE} lists no stems with their length; generate the take again")
    score = read_kept_score(take, kept)
    for part in score.parts:
        take_file(take, kept, stem_path(part.role))  # a link may lead elsewhere
    stem_length_samples = round(lengths[0] * session.sample_rate_hz)
    files = part_files(rooms, score, folder, kept / STEMS_FOLDER, stem_length_samples)
    return place_take(
        change_set_id,
        score.title,
        lay_out_take(score, files, rooms.instruments, preset=PRESET_LABEL),
        at_bar=at_bar if at_bar is not None else _bar_at_playhead(session),
        playback=Playback(rooms.settings.playback),
        session=session,
    )


def _bar_at_playhead(session: SessionSnapshot) -> int:
    """Return the bar that begins at the playhead, or the next one when the playhead is inside a bar."""
    playhead = session.playhead
    return playhead.bar if (playhead.beat, playhead.tick) == (1, 0) else playhead.bar + 1
