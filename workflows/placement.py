"""How a take becomes a change set: tempo, section markers, a track per part with its instrument, and the stems.

Pure: files are named by the caller, and nothing is read or written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from music.changeset import (
    AddAudioTrack,
    AddMarker,
    AddMidiTrack,
    ChangeSet,
    ChangeSetId,
    ImportAudio,
    ImportMidi,
    Operation,
    SelectRoutes,
    SetFader,
    SetMute,
    SetPan,
    SetTempo,
)
from music.instrument import Instrument
from music.score import Part, Score
from music.session import SessionSnapshot, TempoPoint
from music.time import BBT

INSTRUMENT_PLUGIN = "urn:ardour:a-fluidsynth"


class Sounding(Enum):
    """Which of the two kinds of tracks is heard; the other kind stands muted beside it."""

    MIDI = "midi"
    STEMS = "stems"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFiles:
    """The files that a placement imports, by role name."""

    midi: Mapping[str, Path]
    stems: Mapping[str, Path]
    stem_length_samples: int  # at the session's rate


def place_score(
    change_set_id: ChangeSetId,
    score: Score,
    *,
    files: PlacedFiles,
    instruments: Mapping[str, Instrument],
    at: BBT,
    sounding: Sounding,
    session: SessionSnapshot | None,
) -> ChangeSet:
    """Return the change set that puts a score into a session, its first bar at ``at``.

    Tempo and metre are set at ``at`` where the session has others there, and what held before is put back after the
    last bar where the session goes on. ``session`` is None for a new, empty one.
    """
    operations: list[Operation] = [*_tempo(score, at, session)]
    for number, section in enumerate(score.sections):
        start = BBT(at.bar + section.start_bar - 1)
        operations.append(AddMarker(ref=f"section-{number}", name=section.name.title(), at=start))
    midi_tracks = tuple(f"midi-{part.role.value}" for part in score.parts)
    for part, track in zip(score.parts, midi_tracks, strict=True):
        operations += _midi_track(part, track, files, instruments[part.instrument], at, sounding)
    for part in score.parts:
        operations += _stem_track(part, files, instruments[part.instrument], at, sounding)
    operations.append(SelectRoutes(routes=midi_tracks))
    return ChangeSet(
        id=change_set_id,
        label=f"Place {score.title}",
        operations=tuple(operations),
        expected_revision=session.revision if session else None,
    )


def _tempo(score: Score, at: BBT, session: SessionSnapshot | None) -> list[Operation]:
    ours = SetTempo(at=at, tempo_bpm=score.tempo_bpm, time_signature=score.time_signature)
    if session is None:
        return [ours]
    before = tempo_at(session, at)
    if abs(before.tempo_bpm - score.tempo_bpm) < 0.005 and before.time_signature == score.time_signature:
        return []
    end = BBT(at.bar + score.n_bars)
    if not _holds_material(session) or any(at < point.start <= end for point in session.tempo_map):
        return [ours]
    return [ours, SetTempo(at=end, tempo_bpm=before.tempo_bpm, time_signature=before.time_signature)]


def tempo_at(session: SessionSnapshot, place: BBT) -> TempoPoint:
    """Return the tempo and metre that hold at a place."""
    return max((point for point in session.tempo_map if point.start <= place), key=lambda point: point.start)


def _holds_material(session: SessionSnapshot) -> bool:
    return any(route.regions for route in session.routes)


def _midi_track(
    part: Part, track: str, files: PlacedFiles, instrument: Instrument, at: BBT, sounding: Sounding
) -> list[Operation]:
    role = part.role.value
    return [
        AddMidiTrack(ref=track, name=part.name, colour=instrument.colour, instrument_plugin=INSTRUMENT_PLUGIN),
        ImportMidi(
            ref=f"{track}-region",
            track=track,
            path=str(files.midi[role]),
            name=part.name,
            at=at,
            n_notes=len(part.notes),
        ),
        SetFader(route=track, gain_db=part.mix.gain_db),
        SetPan(route=track, pan=part.mix.pan),
        SetMute(route=track, is_muted=sounding is not Sounding.MIDI),
    ]


def _stem_track(part: Part, files: PlacedFiles, instrument: Instrument, at: BBT, sounding: Sounding) -> list[Operation]:
    """Return the operations for a stem: gain, pan and reverb are in the audio, so its strip stays at unity."""
    role = part.role.value
    track, name = f"stem-{role}", f"{part.name} stem"
    return [
        AddAudioTrack(ref=track, name=name, colour=instrument.colour, n_channels=2),
        ImportAudio(
            ref=f"{track}-region",
            track=track,
            path=str(files.stems[role]),
            name=name,
            at=at,
            length_samples=files.stem_length_samples,
        ),
        SetMute(route=track, is_muted=sounding is not Sounding.STEMS),
    ]
