"""Drum machines: every hit a synthesised one-shot of its drum, in layers by velocity, placed where its note starts.

A velocity does two things: the level follows its square, as for all voices, and the timbre follows one of six layers
that a drum is made in: harder strokes are brighter, drop further and sound on longer.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from music.drum_kit import DRUM_NOTES
from renderers.signal import TimedNote
from renderers.voices.envelope import require_range, velocity_gain
from renderers.voices.kit808 import DRUMS_808
from renderers.voices.kit909 import DRUMS_909

N_LAYERS = 6
_FADE_SECONDS = 0.004
_CHOKED = {DRUM_NOTES["open_hat"]: (DRUM_NOTES["hat"], DRUM_NOTES["pedal_hat"], DRUM_NOTES["open_hat"])}
_NEAREST = {35: 36, 40: 38, 43: 41, 47: 45, 59: 51, 80: 81, 82: 70}  # what has no name of its own
# Where each drum stands, -1 left to 1 right; what is not here is in the middle.
_PLACES = {
    "hat": 0.18, "pedal_hat": 0.18, "open_hat": 0.18, "ride": -0.3, "ride_bell": -0.3, "crash": 0.35, "splash": -0.35,
    "high_tom": 0.3, "mid_tom": 0.05, "low_tom": -0.2, "floor_tom": -0.35, "cowbell": -0.25, "shaker": -0.3,
    "tambourine": 0.3, "high_conga": 0.25, "low_conga": -0.25, "woodblock": 0.2, "rim": -0.1,
    "crash_2": -0.35, "china": -0.4, "high_bongo": 0.3, "low_bongo": 0.2, "slap_conga": 0.25, "high_timbale": 0.35,
    "low_timbale": 0.25, "high_agogo": -0.3, "low_agogo": -0.35, "cabasa": 0.3, "guiro": 0.25, "long_guiro": 0.25,
    "claves": -0.2, "low_woodblock": 0.2, "triangle": -0.3,
}  # fmt: skip
_NAMES = {note: name for name, note in DRUM_NOTES.items()}

Recipe = Callable[[float, int], FloatAudio]
"""Makes one drum from how hard it is struck (0-1) and the sample rate; shape (n_frames,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """Parameters that both machines have; ``level`` is that of the whole kit."""

    level: float = 0.5

    def __post_init__(self) -> None:
        require_range("level", self.level, 0.01, 2.0)

    @property
    def drums(self) -> Mapping[str, Recipe]:
        """The drums by name."""
        raise NotImplementedError

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames); notes without a drum are silent."""
        audio = np.zeros((2, n_frames), dtype=np.float32)
        ends = _chokes(notes, n_frames)
        for note, end in zip(notes, ends, strict=True):
            name = _NAMES.get(_NEAREST.get(note.midi_note, note.midi_note))
            if name is None or name not in self.drums or note.start_samples >= n_frames:
                continue
            sound = _one_shot(self.drums[name], _layer(note.velocity), sample_rate_hz)
            length = min(len(sound), end - note.start_samples)
            sound = sound[:length] * np.float32(self.level * velocity_gain(note.velocity))
            if end < n_frames:
                n_fade = min(length, round(_FADE_SECONDS * sample_rate_hz))
                sound[length - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
            place = _PLACES.get(name, 0.0)
            stretch = audio[:, note.start_samples : note.start_samples + length]
            stretch[0] += sound * np.float32(np.sqrt(1.0 - place))
            stretch[1] += sound * np.float32(np.sqrt(1.0 + place))
        return audio


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit808(_Machine):
    """A kit after the TR-808."""

    @property
    def drums(self) -> Mapping[str, Recipe]:
        """The drums by name."""
        return DRUMS_808


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit909(_Machine):
    """A kit after the TR-909."""

    @property
    def drums(self) -> Mapping[str, Recipe]:
        """The drums by name."""
        return DRUMS_909


def _layer(velocity: int) -> int:
    return min(N_LAYERS - 1, velocity * N_LAYERS // 128)


@functools.lru_cache(maxsize=256)
def _one_shot(recipe: Recipe, layer: int, sample_rate_hz: int) -> FloatAudio:
    """Return a drum in one of its layers, faded out at its end; never written to."""
    sound = recipe((layer + 0.5) / N_LAYERS, sample_rate_hz).astype(np.float32)
    n_fade = min(len(sound), round(0.02 * sample_rate_hz))
    sound[len(sound) - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
    sound.setflags(write=False)
    return sound


def _chokes(notes: Sequence[TimedNote], n_frames: int) -> list[int]:
    """Return where each note ends at the latest: an open hi-hat where the next stroke on the hi-hats comes."""
    ends = [n_frames] * len(notes)
    following: dict[int, int] = {}
    for index in reversed(range(len(notes))):
        note = notes[index]
        chokers = _CHOKED.get(note.midi_note)
        if chokers:
            later = [following[choker] for choker in chokers if following.get(choker, 0) > note.start_samples]
            ends[index] = min([n_frames, *later])
        following[note.midi_note] = note.start_samples
    return ends
