"""What is counted in a piece, of whoever wrote it, and how much two collections of pieces are alike in it.

Sources: pitch-class entropy, scale consistency and empty-bar rate as in H.-W. Dong et al., "MuSpy" (ISMIR 2020);
groove consistency as in S.-L. Wu and Y.-H. Yang, "The Jazz Transformer on the Front Line" (ISMIR 2020); the overlap of
two distributions as in L.-C. Yang and A. Lerch, "On the evaluation of generative models in music" (2020).
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

_CELLS_PER_QUARTER = 4
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11))
_CHORDS = (
    (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 5, 7), (0, 4, 7, 11), (0, 4, 7, 10), (0, 3, 7, 10), (0, 3, 6, 10),
    (0, 3, 6, 9), (0, 4, 7, 9), (0, 3, 7, 9), (0, 3, 7, 11), (0, 5, 7, 10), (0, 4, 7, 10, 2), (0, 3, 7, 10, 2),
    (0, 4, 7, 11, 2),
)  # fmt: skip
_PHRASE_BARS = 4


@dataclass(frozen=True, slots=True)
class Sound:
    """A note, in quarter notes from the start."""

    start: float
    length: float
    pitch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A melody in bars of one length, and what else sounds, drums left out."""

    bar_quarters: float
    n_bars: int
    melody: tuple[Sound, ...]
    others: tuple[Sound, ...] = ()

    def bar_of(self, sound: Sound) -> int:
        """Return the bar in which a note begins, from 0."""
        return int((sound.start + 1e-6) // self.bar_quarters)

    def cell_of(self, sound: Sound) -> int:
        """Return the sixteenth of its bar on which a note begins."""
        return round((sound.start - self.bar_of(sound) * self.bar_quarters) * _CELLS_PER_QUARTER)


def pitch_class_entropy(piece: Piece) -> float:
    """Return the entropy of the pitch classes, 0 to 3.58 bits."""
    counts = Counter(one.pitch % 12 for one in piece.melody)
    total = sum(counts.values())
    return -sum(count / total * math.log2(count / total) for count in counts.values())


def scale_consistency(piece: Piece) -> float:
    """Return the share of notes in the major or harmonic minor scale that holds most of them."""
    classes = [one.pitch % 12 for one in piece.melody]
    scales = [{(tonic + step) % 12 for step in scale} for tonic in range(12) for scale in _SCALES]
    return max(sum(tone in scale for tone in classes) for scale in scales) / len(classes)


def groove_consistency(piece: Piece) -> float:
    """Return how much the onsets of neighbouring bars are the same, 0 to 1."""
    bars = _onsets(piece)
    n_cells = round(piece.bar_quarters * _CELLS_PER_QUARTER)
    return 1.0 - sum(len(one ^ other) for one, other in pairwise(bars)) / (n_cells * max(1, len(bars) - 1))


def note_density(piece: Piece) -> float:
    """Return how many notes the melody has per quarter note."""
    return len(piece.melody) / (piece.n_bars * piece.bar_quarters)


def empty_bar_rate(piece: Piece) -> float:
    """Return the share of bars in which the melody does not sound."""
    sounding: set[int] = set()
    for one in piece.melody:
        last = int((one.start + one.length - 1e-6) // piece.bar_quarters)
        sounding |= set(range(piece.bar_of(one), last + 1))
    return 1.0 - len(sounding & set(range(piece.n_bars))) / piece.n_bars


def mean_interval(piece: Piece) -> float:
    """Return how far the melody moves from note to note on average, in semitones."""
    return sum(abs(other.pitch - one.pitch) for one, other in pairwise(piece.melody)) / max(1, len(piece.melody) - 1)


def step_share(piece: Piece) -> float:
    """Return the share of the melody's moves, repeated notes left out, that are of one or two semitones."""
    moves = [abs(other.pitch - one.pitch) for one, other in pairwise(piece.melody) if other.pitch != one.pitch]
    return sum(move <= 2 for move in moves) / max(1, len(moves))


def phrase_similarity(piece: Piece) -> float:
    """Return how much of a phrase of four bars is in the phrase most like it: onsets, and the moves between them."""
    phrases = [_phrase(piece, first) for first in range(0, piece.n_bars - _PHRASE_BARS + 1, _PHRASE_BARS)]
    phrases = [phrase for phrase in phrases if phrase]
    if len(phrases) < 2:
        return 0.0
    best = [max(_likeness(one, other) for other in phrases if other is not one) for one in phrases]
    return sum(best) / len(best)


def strong_beat_chord_tones(piece: Piece) -> float:
    """Return the share of the melody's notes on bar lines and half bars that are in the chord sounding there.

    A note is in the chord when a triad or a chord of the seventh holds it and all else that sounds at that moment; NaN
    where nothing else sounds.
    """
    others = defaultdict(list)
    for one in piece.others:
        for bar in range(piece.bar_of(one), int((one.start + one.length - 1e-6) // piece.bar_quarters) + 1):
            others[bar].append(one)
    found = judged = 0
    half = round(piece.bar_quarters * _CELLS_PER_QUARTER / 2)
    for one in piece.melody:
        if piece.cell_of(one) in (0, half):
            here = {other.pitch % 12 for other in others[piece.bar_of(one)]
                    if other.start <= one.start + 0.13 and other.start + other.length > one.start + 0.05}  # fmt: skip
            if len(here) >= 2:
                judged += 1
                found += _is_chord(frozenset({*here, one.pitch % 12}))
    return found / judged if judged else math.nan


@cache
def _is_chord(tones: frozenset[int]) -> bool:
    return any(tones <= {(root + step) % 12 for step in chord} for root in range(12) for chord in _CHORDS)


METRICS: Mapping[str, Callable[[Piece], float]] = {
    "pitch-class entropy (bits)": pitch_class_entropy,
    "scale consistency": scale_consistency,
    "groove consistency": groove_consistency,
    "notes per quarter": note_density,
    "empty bars": empty_bar_rate,
    "mean interval (semitones)": mean_interval,
    "steps among moves": step_share,
    "phrase similarity": phrase_similarity,
    "chord tones on strong beats": strong_beat_chord_tones,
}


def _onsets(piece: Piece) -> list[set[int]]:
    bars: list[set[int]] = [set() for _ in range(piece.n_bars)]
    for one in piece.melody:
        if piece.bar_of(one) < piece.n_bars:
            bars[piece.bar_of(one)].add(piece.cell_of(one))
    return bars


def _phrase(piece: Piece, first: int) -> Counter[tuple[int, int]]:
    """Return where in a phrase the notes begin, and by how much each moves on."""
    inside = [one for one in piece.melody if first <= piece.bar_of(one) < first + _PHRASE_BARS]
    moves = [other.pitch - one.pitch for one, other in pairwise(inside)] + [0]
    n_cells = round(piece.bar_quarters * _CELLS_PER_QUARTER)
    places = [(piece.bar_of(one) - first) * n_cells + piece.cell_of(one) for one in inside]
    return Counter(zip(places, moves, strict=True)) if inside else Counter()


def _likeness(one: Counter[tuple[int, int]], other: Counter[tuple[int, int]]) -> float:
    return (one & other).total() / max(one.total(), other.total())


def shuffled(piece: Piece, rng: random.Random) -> Piece:
    """Return the piece with its melody's pitches, and its bars, in another order."""
    pitches = [one.pitch for one in piece.melody]
    rng.shuffle(pitches)
    order = list(range(piece.n_bars))
    rng.shuffle(order)
    moved = [
        Sound(
            one.start + (order[min(piece.bar_of(one), piece.n_bars - 1)] - piece.bar_of(one)) * piece.bar_quarters,
            one.length,
            pitch,
        )
        for one, pitch in zip(piece.melody, pitches, strict=True)
    ]
    return replace(piece, melody=tuple(sorted(moved, key=lambda one: (one.start, one.pitch))))


def at_random(piece: Piece, rng: random.Random) -> Piece:
    """Return a melody of as many notes, each at any sixteenth and on any pitch between the lowest and the highest."""
    low, high = min(one.pitch for one in piece.melody), max(one.pitch for one in piece.melody)
    n_cells = round(piece.n_bars * piece.bar_quarters * _CELLS_PER_QUARTER)
    cells = sorted(rng.sample(range(n_cells), min(n_cells, len(piece.melody))))
    sounds = [Sound(cell / _CELLS_PER_QUARTER, 1 / _CELLS_PER_QUARTER, rng.randint(low, high)) for cell in cells]
    return replace(piece, melody=tuple(sounds))


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the area that two distributions share, 0 to 1: of their kernel density estimates (Scott's bandwidth)."""
    ours, theirs = np.array(one), np.array(other)
    spread = max(ours.std(), theirs.std(), 1e-3)
    grid = np.linspace(min(ours.min(), theirs.min()) - 2 * spread, max(ours.max(), theirs.max()) + 2 * spread, 2000)
    curves = [_density(values, grid, spread) for values in (ours, theirs)]
    return float(np.minimum(*curves).sum() * (grid[1] - grid[0]))


def _density(values: NDArray[np.float64], grid: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    if values.std() < spread * 1e-2:  # all the same: a narrow peak
        width = spread * 0.05
        peak: NDArray[np.float64] = np.exp(-0.5 * ((grid - values.mean()) / width) ** 2)
        return peak / (width * math.sqrt(2 * math.pi))
    return np.asarray(gaussian_kde(values)(grid))
