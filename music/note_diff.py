"""What changed between two states of a region's notes: added, removed, moved, transposed, played otherwise."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from fractions import Fraction
from typing import NamedTuple

TICKS_PER_QUARTER = 1920  # Ardour's own


class _Note(NamedTuple):
    start: int
    length: int
    pitch: int
    velocity: int
    channel: int


BarOf = Callable[[Fraction, int], int]  # from a distance in ticks from the region's start, and ticks per quarter

_KEPT: tuple[tuple[str, Callable[[_Note], Hashable]], ...] = (  # what a note keeps that was only changed so
    ("with another length or velocity", lambda note: (note.start, note.pitch, note.channel)),
    ("moved", lambda note: (note.length, note.pitch, note.velocity, note.channel)),
    ("transposed", lambda note: (note.start, note.length, note.velocity, note.channel)),
)


def note_lines(before: str, after: str, bar_of: BarOf) -> Iterator[str]:
    """Tell what changed between two texts of rows ``start length pitch velocity channel``, in one line."""
    was, now = Counter(_notes(before)), Counter(_notes(after))
    gone, fresh = sorted((was - now).elements()), sorted((now - was).elements())
    parts: list[str] = []
    for words, key in _KEPT:
        gone, fresh, changed = _matched(gone, fresh, key)
        if changed:
            parts.append(_told(changed, words, bar_of))
    if fresh:
        parts.insert(0, _told(fresh, "added", bar_of))
    if gone:
        parts.append(_told(gone, "removed", bar_of))
    if parts:
        yield ", ".join(parts)


def _notes(text: str) -> Iterator[_Note]:
    for row in text.split(";"):
        if row:
            yield _Note(*(int(value) for value in row.split(" ")))


def _matched(
    gone: list[_Note], fresh: list[_Note], key: Callable[[_Note], Hashable]
) -> tuple[list[_Note], list[_Note], list[_Note]]:
    """Return what is still unmatched of both, and the new notes that are old ones but for what the key leaves out."""
    waiting: dict[Hashable, list[_Note]] = defaultdict(list)
    for note in reversed(gone):
        waiting[key(note)].append(note)
    left, changed = [], []
    for note in fresh:
        candidates = waiting[key(note)]
        if candidates:
            candidates.pop()
            changed.append(note)
        else:
            left.append(note)
    return sorted(note for notes in waiting.values() for note in notes), left, changed


def _told(notes: list[_Note], words: str, bar_of: BarOf) -> str:
    bars = [bar_of(Fraction(note.start), TICKS_PER_QUARTER) for note in notes]
    low, high = min(bars), max(bars)
    where = f"bar {low}" if low == high else f"bars {low}-{high}"
    return f"{len(notes)} {'note' if len(notes) == 1 else 'notes'} {words} in {where}"
