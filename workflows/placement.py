"""How a take becomes a change set in a session: its layout, and the tempo that the session needs.

Pure: files are named by the caller, and nothing is read or written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.instrument_preset import INSTRUMENT
from music.changeset import ChangeSet, ChangeSetId
from music.instrument import Instrument
from music.operations.timeline import SetTempo
from music.score import Score
from music.session import SessionSnapshot, TempoPoint
from music.session_layout import LaidMidi, LaidPart, LaidStem, SessionLayout, Sounding, to_change_set
from music.time import BBT

_SAME_TEMPO_BPM = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFiles:
    """The files that a placement imports, by role name."""

    midi: Mapping[str, Path]
    stems: Mapping[str, Path]
    stem_length_samples: int  # at the session's rate


def lay_out_take(
    score: Score, files: PlacedFiles, instruments: Mapping[str, Instrument], *, preset: str | None = None
) -> SessionLayout:
    """Return a score as tracks: for each part its notes, played by an instrument, and its stem beside them."""
    return SessionLayout(
        tempo_bpm=score.tempo_bpm,
        time_signature=score.time_signature,
        n_bars=score.n_bars,
        sections=score.sections,
        parts=tuple(
            LaidPart(
                name=part.name,
                colour=instruments[part.instrument].colour,
                mix=part.mix,
                midi=LaidMidi(
                    path=str(files.midi[part.role.value]),
                    n_notes=len(part.notes),
                    instrument_plugin=INSTRUMENT,
                    instrument_preset=preset,
                ),
                stem=LaidStem(
                    path=str(files.stems[part.role.value]), n_channels=2, length_samples=files.stem_length_samples
                ),
            )
            for part in score.parts
        ),
    )


def place_take(
    change_set_id: ChangeSetId,
    title: str,
    layout: SessionLayout,
    *,
    at_bar: int,
    sounding: Sounding,
    session: SessionSnapshot,
) -> ChangeSet:
    """Return the change set that puts a take into an open session, its first bar at ``at_bar``.

    Tempo and metre are set there where the session has others, and what held before is put back after the last bar
    where the session holds material.
    """
    return to_change_set(
        layout,
        change_set_id=change_set_id,
        label=f"Place {title}",
        sounding=sounding,
        at_bar=at_bar,
        tempos=_tempos(layout, at_bar, session),
        expected_revision=session.revision,
    )


def _tempos(layout: SessionLayout, at_bar: int, session: SessionSnapshot) -> tuple[SetTempo, ...]:
    start, end = BBT(at_bar), BBT(at_bar + layout.n_bars)
    before = tempo_at(session, start)
    is_same = abs(before.tempo_bpm - layout.tempo_bpm) < _SAME_TEMPO_BPM
    if is_same and before.time_signature == layout.time_signature:
        return ()
    ours = SetTempo(at=start, tempo_bpm=layout.tempo_bpm, time_signature=layout.time_signature)
    holds_material = any(route.regions for route in session.routes)
    if not holds_material or any(start < point.start <= end for point in session.tempo_map):
        return (ours,)
    return (ours, SetTempo(at=end, tempo_bpm=before.tempo_bpm, time_signature=before.time_signature))


def tempo_at(session: SessionSnapshot, place: BBT) -> TempoPoint:
    """Return the tempo and metre that hold at a place."""
    return max((point for point in session.tempo_map if point.start <= place), key=lambda point: point.start)
