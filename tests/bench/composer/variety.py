"""How much the takes of one brief differ from seed to seed."""

from collections.abc import Callable
from itertools import combinations

from music.instrument import Role
from music.score import Score

Bar = tuple[tuple[int, int, int], ...]  # sixteenth, pitch, part
_CELL_TICKS = 240


def bars_of(score: Score, wanted: Callable[[Role], bool]) -> list[Bar]:
    """Return what begins in each bar, on the grid of sixteenths, of the parts that are wanted."""
    bars: list[list[tuple[int, int, int]]] = [[] for _ in range(score.n_bars)]
    for number, part in enumerate(score.parts):
        for one in part.notes if wanted(part.role) else ():
            cell = round(one.start_ticks / _CELL_TICKS)
            bar, place = divmod(cell, score.time_signature.ticks_per_bar // _CELL_TICKS)
            if bar < score.n_bars:
                bars[bar].append((place, one.midi_note, number))
    return [tuple(sorted(bar)) for bar in bars]


def shares(takes: list[list[Bar]]) -> list[float]:
    """Return for each pair of takes the share of bars they have in common, repeats within a take and rests left out."""
    different = [{bar for bar in take if bar} for take in takes]
    return [len(one & other) / max(1, min(len(one), len(other))) for one, other in combinations(different, 2)]
