"""What changed between two states of a region's notes: added, removed, moved, transposed, played otherwise."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from fractions import Fraction

from music.note_text import NOTE_TICKS_PER_QUARTER, NoteRow, from_rows

BarOf = Callable[[Fraction], int]  # from quarter notes after the region's start

_KEPT: tuple[tuple[str, Callable[[NoteRow], Hashable]], ...] = (  # what a note keeps that was only changed so
    ("with another length or velocity", lambda note: (note.start_ticks, note.midi_note, note.channel)),
    ("moved", lambda note: (note.length_ticks, note.midi_note, note.velocity, note.channel)),
    ("transposed", lambda note: (note.start_ticks, note.length_ticks, note.velocity, note.channel)),
)


def note_lines(before: str, after: str, bar_of: BarOf) -> Iterator[str]:
    """Tell what changed between two texts of rows ``start length pitch velocity channel``, in one line."""
    was, now = Counter(from_rows(before)), Counter(from_rows(after))
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


def _matched(
    gone: list[NoteRow], fresh: list[NoteRow], key: Callable[[NoteRow], Hashable]
) -> tuple[list[NoteRow], list[NoteRow], list[NoteRow]]:
    """Return what is still unmatched of both, and the new notes that are old ones but for what the key leaves out."""
    waiting: dict[Hashable, list[NoteRow]] = defaultdict(list)
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


def _told(notes: list[NoteRow], words: str, bar_of: BarOf) -> str:
    bars = [bar_of(Fraction(note.start_ticks, NOTE_TICKS_PER_QUARTER)) for note in notes]
    low, high = min(bars), max(bars)
    where = f"bar {low}" if low == high else f"bars {low}-{high}"
    return f"{len(notes)} {'note' if len(notes) == 1 else 'notes'} {words} in {where}"
