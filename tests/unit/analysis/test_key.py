"""Key from audio, against chords made of sines with harmonics."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.key import estimate_key
from music.chord import parse_chord
from music.pitch import parse_key

RATE = 48_000


def chords(symbols: str, *, transpose: float = 0.0) -> NDArray[np.float32]:
    """Return a second of each chord, with its root an octave below, tones with four harmonics."""
    times = np.arange(RATE) / RATE
    sounds = []
    for symbol in symbols.split():
        chord = parse_chord(symbol)
        assert chord is not None
        pitches = [48 + chord.root_pitch_class + step for step in chord.intervals] + [36 + chord.bass_pitch_class]
        tones = [
            np.sin(2 * np.pi * 440 * 2 ** ((pitch + transpose - 69) / 12) * harmonic * times) / harmonic
            for pitch in pitches
            for harmonic in (1, 2, 3, 4)
        ]
        sounds.append(np.sum(tones, axis=0) * np.exp(-times))
    return (np.concatenate(sounds) * 0.05).astype(np.float32)


CADENCES = {"major": "{0} {5} {7}7 {0} {9}m {5} {7}7 {0}", "minor": "{0}m {5}m {7}7 {0}m {8} {5}m {7}7 {0}m"}
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_heard_in_its_key(tonic: int, mode: str) -> None:
    rotated = [NAMES[(tonic + step) % 12] for step in range(12)]
    found = estimate_key(chords(CADENCES[mode].format(*rotated)), RATE)
    assert found is not None
    assert (found.key.pitch_class, found.key.mode.value) == (tonic, mode)
    assert found.confidence > 0.2


@pytest.mark.parametrize("tonic", range(12))
def test_the_same_four_chords_are_heard_in_the_key_in_which_they_begin_and_end(tonic: int) -> None:
    """A major key and its relative minor share every note; the frame tells which of the two it is."""
    relative = NAMES[(tonic + 9) % 12] + "m"
    home, subdominant, dominant = (NAMES[(tonic + step) % 12] for step in (0, 5, 7))
    in_major = estimate_key(chords(" ".join(f"{c} {c}" for c in [home, dominant, relative, subdominant, home])), RATE)
    in_minor = estimate_key(
        chords(" ".join(f"{c} {c}" for c in [relative, subdominant, home, dominant, relative])), RATE
    )
    assert in_major is not None
    assert in_minor is not None
    assert (in_major.key.pitch_class, in_major.key.mode.value) == (tonic, "major")
    assert (in_minor.key.pitch_class, in_minor.key.mode.value) == ((tonic + 9) % 12, "minor")


def test_a_recording_forty_cents_flat_is_heard_in_the_same_key() -> None:
    found = estimate_key(chords("Am Dm E7 Am F Dm E7 Am", transpose=-0.4), RATE)
    assert found is not None
    assert found.key == parse_key("A minor")


def test_silence_and_nothing_at_all_have_no_key() -> None:
    assert estimate_key(np.zeros(RATE, dtype=np.float32), RATE) is None
    assert estimate_key(np.zeros(0, dtype=np.float32), RATE) is None
