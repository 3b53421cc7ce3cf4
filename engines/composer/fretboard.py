"""Grips: the ways in which one hand can stop a chord on the strings of a fretted instrument.

A grip gives each string one fret, open or silent. The stopped frets lie within a hand's reach, and four fingers stop
them, the first one laid across the strings as a barre where that saves fingers.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from music.instrument import Fretboard

_N_FINGERS = 4
_OPEN_STRINGS_UP_TO = 4  # the highest position, as a fret, in which open strings still sound of one piece

Frets = tuple[int | None, ...]  # by string; 0 is open, None silent


class Grip(NamedTuple):
    """One way to hold a chord, and the notes that sound in the order in which a down-stroke meets them."""

    frets: Frets
    notes: tuple[int, ...]

    @property
    def position(self) -> int:
        """Lowest stopped fret; 0 where all strings are open."""
        return min((fret for fret in self.frets if fret), default=0)

    @property
    def n_open(self) -> int:
        """Number of open strings."""
        return self.frets.count(0)


def n_fingers(frets: Frets) -> int:
    """Count the fingers that a grip needs, with a barre across its lowest fret where no open string lies under it."""
    stopped = [(string, fret) for string, fret in enumerate(frets) if fret]
    if len(stopped) < 2:
        return len(stopped)
    lowest = min(fret for _, fret in stopped)
    barred = [string for string, fret in stopped if fret == lowest]
    if 0 in frets[barred[0] : barred[-1]]:
        return len(stopped)
    return len(stopped) - len(barred) + 1


@lru_cache(maxsize=2048)
def grips(
    board: Fretboard,
    classes: frozenset[int],
    needed: frozenset[int],
    *,
    bass: int | None,
    n_strings: tuple[int, int],
    n_gaps: int,
) -> tuple[Grip, ...]:
    """List the grips that sound only pitch classes of a chord, all that is ``needed``, on the fewest to most strings.

    ``bass`` is the pitch class of the first sounding string, in the chord or not; None: any of the chord's may be. At
    most ``n_gaps`` strings between sounding ones are silent.
    """
    fewest, most = n_strings
    found: dict[Frets, Grip] = {}
    for position in range(1, board.n_frets - board.reach_frets + 2):
        reach = board.high_reach_frets if position >= board.high_from_fret else board.reach_frets
        frets = [*range(position, min(position + reach, board.n_frets + 1))]
        if position <= _OPEN_STRINGS_UP_TO:
            frets.append(0)
        on_string = [tuple(f for f in frets if (note + f) % 12 in classes) for note in board.strings]
        lowest = on_string
        if bass is not None:
            lowest = [tuple(f for f in frets if (note + f) % 12 == bass) for note in board.strings]
        for held in _held(lowest, on_string, fewest, most, n_gaps):
            if held not in found and min((f for f in held if f), default=position) == position:
                grip = _grip(board, held, classes)
                if grip is not None and needed <= {note % 12 for note in grip.notes}:
                    found[held] = grip
    return tuple(found.values())


def _held(
    lowest: list[tuple[int, ...]], on_string: list[tuple[int, ...]], fewest: int, most: int, n_gaps: int
) -> Iterator[Frets]:
    """Yield every choice of one fret or silence per string, sounding strings together but for ``n_gaps``."""
    n = len(on_string)

    def further(frets: Frets, n_sounding: int, n_gaps: int) -> Iterator[Frets]:
        if n_sounding >= fewest:
            yield (*frets, *(None,) * (n - len(frets)))
        string = len(frets)
        if string == n or n_sounding == most:
            return
        for fret in on_string[string]:
            yield from further((*frets, fret), n_sounding + 1, n_gaps)
        if n_gaps and string + 1 < n:
            for fret in on_string[string + 1]:
                yield from further((*frets, None, fret), n_sounding + 1, n_gaps - 1)

    for first in range(n - fewest + 1):
        for fret in lowest[first]:
            yield from further((*(None,) * first, fret), 1, n_gaps)


def _grip(board: Fretboard, frets: Frets, classes: frozenset[int]) -> Grip | None:
    """Return a grip with its notes and drones if four fingers can hold it and no two strings sound one note."""
    if n_fingers(frets) > _N_FINGERS:
        return None
    notes = tuple(note + fret for note, fret in zip(board.strings, frets, strict=True) if fret is not None)
    if len(set(notes)) < len(notes) or (board.rises and list(notes) != sorted(notes)):
        return None
    drones = tuple(note for note in board.drones if note % 12 in classes and note not in notes)
    return Grip(frets, (*drones, *notes))
