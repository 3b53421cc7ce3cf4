"""How a take becomes a change set in a session: its layout, and the tempo that the session needs.

Pure: files are named by the caller, and nothing is read or written here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from daw_bridge.instrument_preset import INSTRUMENT
from music.changeset import ChangeSet, ChangeSetId
from music.errors import RequestInvalid
from music.general_midi import sound_name
from music.instrument import Instrument, PluginVoice, SynthVoice
from music.operations.timeline import SetTempo
from music.plan import PlannedPart
from music.score import Part, PartMix, Score
from music.session import SessionSnapshot, TempoPoint
from music.session_layout import LaidMidi, LaidPart, LaidStem, Playback, SessionLayout, to_change_set
from music.time import BBT

_SAME_TEMPO_BPM = 0.005
_HIGHEST_FADER_DB = 6.0  # of Ardour's faders


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
                mix=_beside_sampled_parts(part.mix, instruments[part.instrument]),
                midi=_laid_midi(part, files.midi[part.role.value], instruments[part.instrument], preset),
                stem=LaidStem(
                    path=str(files.stems[part.role.value]), n_channels=2, length_samples=files.stem_length_samples
                ),
            )
            for part in score.parts
        ),
    )


def _laid_midi(part: Part, path: Path, instrument: Instrument, preset: str | None) -> LaidMidi:
    plugin = instrument.voice.uri if isinstance(instrument.voice, PluginVoice) else INSTRUMENT
    return LaidMidi(
        path=str(path),
        n_notes=len(part.notes),
        instrument_plugin=plugin,
        instrument_preset=preset if plugin == INSTRUMENT else None,
    )


def _beside_sampled_parts(mix: PartMix, instrument: Instrument) -> PartMix:
    """Return a part's mix with its fader where the General MIDI sound that stands in is as loud as the part itself."""
    return replace(mix, gain_db=min(_HIGHEST_FADER_DB, mix.gain_db + instrument.general_midi_gain_db))


def voice_notices(parts: Iterable[PlannedPart], instruments: Mapping[str, Instrument]) -> list[str]:
    """Tell, part by part, which voices of our own Ardour's instrument cannot play, and what it plays instead."""
    return [
        f"{instrument.title} is played by General MIDI's {sound_name(instrument.general_midi)} in Ardour; "
        "its own sound is in the muted stem beside it"
        for part in parts
        if isinstance((instrument := instruments[part.instrument]).voice, SynthVoice)
    ]


def place_take(
    change_set_id: ChangeSetId,
    title: str,
    layout: SessionLayout,
    *,
    at_bar: int,
    playback: Playback,
    session: SessionSnapshot,
) -> ChangeSet:
    """Return the change set that puts a take into an open session, its first bar at ``at_bar``.

    Tempo and metre are set there where the session has others, and what held before is put back after the last bar
    where the session holds material. Raises RequestInvalid where the session changes tempo or metre inside those bars:
    a take has one of each.
    """
    changes = to_change_set(
        layout,
        change_set_id=change_set_id,
        label=f"Place {title}",
        playback=playback,
        at_bar=at_bar,
        tempos=_tempos(layout, at_bar, session),
        expected_revision=session.revision,
    )
    return replace(changes, session_folder=session.folder)


def check_session(folder: str | None, session: SessionSnapshot) -> None:
    """Raise RequestInvalid where another session is open than the one in ``folder``; None stands for any."""
    if folder is not None and Path(folder) != Path(session.folder):
        raise RequestInvalid(
            f"this was asked for in the session {folder}, but {session.folder} is open now; open the other one again, "
            "or ask anew for this one"
        )


def _tempos(layout: SessionLayout, at_bar: int, session: SessionSnapshot) -> tuple[SetTempo, ...]:
    start, end = BBT(at_bar), BBT(at_bar + layout.n_bars)
    for point in session.tempo_map:
        if start < point.start < end and not _is_as_laid_out(point, layout):
            raise RequestInvalid(_change_inside(point, layout, at_bar, session))
    before = tempo_at(session, start)
    if _is_as_laid_out(before, layout):
        return ()
    ours = SetTempo(at=start, tempo_bpm=layout.tempo_bpm, time_signature=layout.time_signature)
    holds_material = any(route.regions for route in session.routes)
    if not holds_material or any(start < point.start <= end for point in session.tempo_map):
        return (ours,)
    return (ours, SetTempo(at=end, tempo_bpm=before.tempo_bpm, time_signature=before.time_signature))


def _is_as_laid_out(point: TempoPoint, layout: SessionLayout) -> bool:
    is_same_tempo = abs(point.tempo_bpm - layout.tempo_bpm) < _SAME_TEMPO_BPM
    return is_same_tempo and point.time_signature == layout.time_signature


def _change_inside(point: TempoPoint, layout: SessionLayout, at_bar: int, session: SessionSnapshot) -> str:
    last = max(point.start for point in session.tempo_map)
    free_bar = last.bar if last == BBT(last.bar) else last.bar + 1
    return (
        f"the session changes to {point.tempo_bpm:g} BPM in {point.time_signature} at bar {point.start.bar}, "
        f"inside the bars {at_bar}-{at_bar + layout.n_bars - 1} that the take would fill; "
        f"place it where nothing changes, as from bar {free_bar} on, or take that change out of the session"
    )


def tempo_at(session: SessionSnapshot, place: BBT) -> TempoPoint:
    """Return the tempo and metre that hold at a place."""
    return max((point for point in session.tempo_map if point.start <= place), key=lambda point: point.start)
