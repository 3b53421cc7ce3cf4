"""Where players stand against the beat: slow drifts of the whole band and of each player, and how they touch.

A drift is a sum of persistent walks with short and long memories, as people's timing is known to be (fluctuations that
hang together over many beats), not noise that is new at each note. The drifts are functions of time alone, so the
notes of one part do not change what the others do.

Source: H. Hennig et al., "The Nature and Perception of Fluctuations in Human Musical Rhythms", PLoS ONE 6(10), 2011.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engines.composer.layout import Stretch
from engines.composer.randomness import stream
from music.time import TICKS_PER_QUARTER

_STEP_TICKS = TICKS_PER_QUARTER
_MEMORIES = (0.6, 0.9, 0.98)  # of the walks from beat to beat: about two, ten and fifty beats
_UNIFORM_DEVIATION = 12**-0.5
_AT_FIRST = 0.5  # of the usual deviation on a section's first beat


@dataclass(frozen=True, slots=True)
class Drift:
    """A slow curve of about unit deviation over the piece, one value a beat; straight lines between."""

    values: tuple[float, ...]

    def at(self, ticks: int) -> float:
        """Return the curve's value at a tick."""
        step, rest = divmod(ticks, _STEP_TICKS)
        left = self.values[step]
        return left + (self.values[step + 1] - left) * rest / _STEP_TICKS


@lru_cache(maxsize=512)
def _walk(seed: int, name: str, section: int, n_steps: int) -> tuple[float, ...]:
    """Return the curve of one section; bands meet on its first beat, so it starts near zero."""
    draw = stream(seed, name, "feel", section).random
    weight = len(_MEMORIES) ** -0.5 / _UNIFORM_DEVIATION
    short, middle, long = _MEMORIES
    of_short, of_middle, of_long = (weight * (1 - memory * memory) ** 0.5 for memory in _MEMORIES)
    now, lately, before = (_AT_FIRST * weight * (draw() - 0.5) for _ in _MEMORIES)
    values = []
    for _ in range(n_steps):
        values.append(now + lately + before)
        now = short * now + of_short * (draw() - 0.5)
        lately = middle * lately + of_middle * (draw() - 0.5)
        before = long * before + of_long * (draw() - 0.5)
    return tuple(values)


def drift(seed: int, name: str, stretches: Sequence[Stretch]) -> Drift:
    """Return a player's curve over a whole piece; each section has chance of its own."""
    values: list[float] = []
    for stretch in stretches:
        end = stretch.bars[-1].start_ticks + stretch.time_signature.ticks_per_bar
        n_steps = -(-end // _STEP_TICKS) - len(values)
        values += _walk(seed, name, stretch.index, max(0, n_steps))
    return Drift((*values, values[-1], values[-1]))
