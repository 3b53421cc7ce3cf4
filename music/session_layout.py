"""How a take is laid out in a DAW session: which tracks it gets, and which of them sound.

Each part gets a MIDI track with an instrument and, beside it, an audio track with its stem; one of the two is muted. A
stem already holds the part's level and place in the mix, so its strip stays at 0 dB in the centre; the MIDI track's
strip is set as in the mix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from music.changeset import ChangeSet, ChangeSetId
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.score import PartMix, Section
from music.time import BBT, TimeSignature


class Playback(Enum):
    """Which of a part's two tracks is heard."""

    MIDI = "midi"
    STEMS = "stems"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidMidi:
    """A part's notes in a file of their own, with the bank and program changes that choose the sound."""

    path: str
    n_notes: int
    instrument_plugin: str | None
    instrument_preset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidStem:
    """A part's audio in a file of its own."""

    path: str
    n_channels: int
    length_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidPart:
    """One part: its name on the mixer, and what there is of it."""

    name: str
    colour: str  # "#rrggbb"
    mix: PartMix
    midi: LaidMidi | None = None
    stem: LaidStem | None = None

    def __post_init__(self) -> None:
        if self.midi is None and self.stem is None:
            raise ValueError(f"part {self.name!r} has neither notes nor a stem")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLayout:
    """A take as tracks. Section positions are bars of the take; ``to_change_set`` says where its first bar goes."""

    tempo_bpm: float
    time_signature: TimeSignature
    n_bars: int
    sections: tuple[Section, ...]
    parts: tuple[LaidPart, ...]


def to_change_set(
    layout: SessionLayout,
    *,
    change_set_id: ChangeSetId,
    label: str,
    playback: Playback = Playback.MIDI,
    at_bar: int = 1,
    tempos: tuple[SetTempo, ...] | None = None,
    expected_revision: str | None = None,
) -> ChangeSet:
    """Return the operations that put a take into a session, its first bar at ``at_bar``, and select its MIDI tracks.

    ``tempos`` are the changes of tempo and metre that the session needs; None sets the take's own at its start. A part
    that has only one of notes and stem sounds through that one, whatever ``playback`` says.
    """
    start = BBT(at_bar)
    if tempos is None:
        tempos = (SetTempo(at=start, tempo_bpm=layout.tempo_bpm, time_signature=layout.time_signature),)
    operations: list[Operation] = [*tempos]
    for number, section in enumerate(layout.sections, start=1):
        place = BBT(at_bar + section.start_bar - 1)
        operations.append(AddMarker(ref=f"marker-{number}", name=section.name, at=place))
    for number, part in enumerate(layout.parts, start=1):
        operations += _part_operations(part, number, start, playback)
    midi_tracks = tuple(operation.ref for operation in operations if isinstance(operation, AddMidiTrack))
    if midi_tracks:
        operations.append(SelectRoutes(routes=midi_tracks))
    return ChangeSet(id=change_set_id, label=label, operations=tuple(operations), expected_revision=expected_revision)


def _part_operations(part: LaidPart, number: int, start: BBT, playback: Playback) -> Iterator[Operation]:
    midi, stem = part.midi, part.stem
    if midi is not None:
        track = f"midi-{number}"
        yield AddMidiTrack(
            ref=track,
            name=part.name,
            colour=part.colour,
            instrument_plugin=midi.instrument_plugin,
            instrument_preset=midi.instrument_preset,
        )
        yield ImportMidi(
            ref=f"{track}-region", track=track, path=midi.path, name=part.name, at=start, n_notes=midi.n_notes
        )
        yield SetFader(route=track, gain_db=part.mix.gain_db)
        yield SetPan(route=track, pan=part.mix.pan)
        yield SetMute(route=track, is_muted=stem is not None and playback is not Playback.MIDI)
    if stem is not None:
        track, name = f"stem-{number}", f"{part.name} (stem)"
        yield AddAudioTrack(ref=track, name=name, colour=part.colour, n_channels=stem.n_channels)
        yield ImportAudio(
            ref=f"{track}-region", track=track, path=stem.path, name=name, at=start, length_samples=stem.length_samples
        )
        yield SetMute(route=track, is_muted=midi is not None and playback is not Playback.STEMS)
