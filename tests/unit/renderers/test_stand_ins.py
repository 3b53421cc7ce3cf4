"""What stands in for our own voices in MIDI files and in Ardour is as loud as they are."""

from pathlib import Path

import pytest

from analysis.loudness import measure_loudness
from music.audio import FloatAudio
from music.drum_kit import DRUM_NOTES
from music.effect_sound import EffectSound
from music.instrument import Instrument, SynthVoice
from renderers.fluidsynth import SoundFontRenderer
from renderers.mix import tame_hits
from renderers.signal import TimedNote
from renderers.voices.voice import make_voice
from workflows.configuration import load_instruments

RATE, N_FRAMES = 48_000, 220_000
TABLE = load_instruments(Path(__file__).parents[3] / "configs" / "instruments.toml")
OWN = [instrument for instrument in TABLE.values() if isinstance(instrument.voice, SynthVoice)]


def typical_notes(instrument: Instrument) -> list[TimedNote]:
    """Return four seconds as the instrument is usually played."""
    role = instrument.roles[0].value
    if role == "drums":
        beat = [(0, "kick"), (0, "hat"), (12_000, "hat"), (24_000, "snare"), (24_000, "hat"), (36_000, "hat")]
        rows = [(bar * 48_000 + at, 2_000, DRUM_NOTES[drum], 80 if drum == "hat" else 108)
                for bar in range(4) for at, drum in beat]  # fmt: skip
    elif role == "effects":
        low = instrument.lowest_midi_note
        sounds = (low,) if low < EffectSound.IMPACT.value else (EffectSound.RISER.value, EffectSound.IMPACT.value)
        rows = [(i * 96_000, 96_000 if len(sounds) > 1 else 192_000, note, 100) for i, note in enumerate(sounds)]
    elif role == "bass":
        rows = [(i * 24_000, 22_000, 31 + (0, 0, 5, 3)[i % 4], 100) for i in range(8)]
    elif role == "arpeggio":
        rows = [(i * 6_000, 5_000, 64 + (0, 4, 7, 12)[i % 4], 80) for i in range(32)]
    else:
        rows = [(i * 48_000, 44_000, 60 + i + step, 88) for i in range(4) for step in (0, 4, 7)]
    return sorted(TimedNote(start, start + length, note, velocity) for start, length, note, velocity in rows)


def loudness(instrument: Instrument, audio: FloatAudio) -> float:
    heard = tame_hits(audio, RATE) if instrument.general_midi.is_drum_kit else audio
    measured = measure_loudness(heard, RATE).loudness_lufs
    assert measured is not None
    return measured


@pytest.mark.parametrize("instrument", OWN, ids=lambda instrument: instrument.id)
def test_a_stand_in_is_as_loud_as_the_voice(instrument: Instrument, renderer: SoundFontRenderer) -> None:
    """Within 2 LU with FluidR3; other SoundFonts have other levels."""
    if renderer.soundfont.name != "FluidR3_GM":
        pytest.skip(f"the gains were measured with FluidR3_GM, this is {renderer.soundfont.name}")
    assert isinstance(instrument.voice, SynthVoice)
    notes = typical_notes(instrument)
    own = loudness(instrument, make_voice(instrument.voice).render(notes, N_FRAMES, RATE))
    stand_in = loudness(instrument, renderer.render(notes, instrument.general_midi, N_FRAMES).audio)
    assert stand_in + instrument.general_midi_gain_db == pytest.approx(own, abs=2.0)
