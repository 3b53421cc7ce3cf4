"""A small take for tests against Ardour: three parts with notes and stems whose sound is known."""

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

from daw_bridge.instrument_preset import INSTRUMENT
from music.errors import SetupBroken
from music.score import PartMix, Section
from music.session_layout import LaidMidi, LaidPart, LaidStem, SessionLayout
from music.time import TICKS_PER_QUARTER, TimeSignature, ticks_to_samples
from renderers.soundfont import find_soundfont
from tests.programs import lack

RATE_HZ = 48000
TEMPO_BPM = 140.0
N_BARS = 4
LENGTH_SAMPLES = ticks_to_samples(N_BARS * 4 * TICKS_PER_QUARTER, TEMPO_BPM, RATE_HZ)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPart:
    """A part and when its first note starts."""

    name: str
    channel: int
    program: int
    midi_note: int
    first_beat: int
    mix: PartMix
    colour: str

    @property
    def onset_samples(self) -> int:
        """First sample of the first note."""
        return ticks_to_samples(self.first_beat * TICKS_PER_QUARTER, TEMPO_BPM, RATE_HZ)


PARTS = (
    KnownPart(
        name='Schlagzeug & "Töms" <1>',
        channel=9,
        program=0,
        midi_note=38,
        first_beat=0,
        mix=PartMix(),
        colour="#c04040",
    ),
    KnownPart(
        name="L'orgue à côté",
        channel=2,
        program=16,
        midi_note=60,
        first_beat=2,
        mix=PartMix(gain_db=-6.5, pan=-0.5),
        colour="#40c040",
    ),
    KnownPart(
        name="Bass",
        channel=0,
        program=33,
        midi_note=40,
        first_beat=5,
        mix=PartMix(gain_db=-3, pan=0.25),
        colour="#4040c0",
    ),
)


def require_soundfont() -> Path:
    """Return the SoundFont that a take would be rendered with; the test lacks it when there is none."""
    try:
        return find_soundfont(None).path
    except SetupBroken as error:
        lack(str(error))


def make_layout(folder: Path, parts: tuple[KnownPart, ...] = PARTS) -> SessionLayout:
    """Write MIDI files and stems for the parts into ``folder`` and lay them out."""
    return SessionLayout(
        tempo_bpm=TEMPO_BPM,
        time_signature=TimeSignature(4, 4),
        n_bars=N_BARS,
        sections=(
            Section(name="Intro & Aufgalopp", start_bar=1, n_bars=1, energy=0.3),
            Section(name='"Verse"', start_bar=2, n_bars=3, energy=0.6),
        ),
        parts=tuple(_lay(folder, number, part) for number, part in enumerate(parts)),
    )


def stem_audio(number: int) -> NDArray[np.float64]:
    """Return the audio of a part's stem, shape (n_frames, 2): a sine of its own pitch, louder on the left."""
    time_seconds = np.arange(LENGTH_SAMPLES) / RATE_HZ
    left = 0.2 * np.sin(2 * np.pi * 110.0 * (number + 1) * time_seconds + 1.0)
    return np.stack([left, left * 0.5], axis=1)


def _lay(folder: Path, number: int, part: KnownPart) -> LaidPart:
    midi, stem = folder / f"part-{number}.mid", folder / f"part-{number}.wav"
    n_notes = _write_midi(midi, part)
    soundfile.write(stem, stem_audio(number), RATE_HZ, subtype="PCM_24")
    return LaidPart(
        name=part.name,
        colour=part.colour,
        mix=part.mix,
        midi=LaidMidi(path=str(midi), n_notes=n_notes, instrument_plugin=INSTRUMENT),
        stem=LaidStem(path=str(stem), n_channels=2, length_samples=LENGTH_SAMPLES),
    )


def _write_midi(path: Path, part: KnownPart) -> int:
    channel, beats = part.channel, N_BARS * 4 - part.first_beat
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name="named otherwise"))
    for control in (0, 32):
        track.append(mido.Message("control_change", channel=channel, control=control, value=0))
    track.append(mido.Message("program_change", channel=channel, program=part.program))
    wait = part.first_beat * TICKS_PER_QUARTER
    for _ in range(beats):
        track.append(mido.Message("note_on", channel=channel, note=part.midi_note, velocity=110, time=wait))
        track.append(mido.Message("note_off", channel=channel, note=part.midi_note, time=TICKS_PER_QUARTER // 2))
        wait = TICKS_PER_QUARTER // 2
    track.append(mido.MetaMessage("end_of_track", time=wait))
    mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, tracks=[mido.MidiTrack(), track]).save(path)
    return beats
