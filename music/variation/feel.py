"""Changes of feel: half and double time, swing, how hard and how long notes are played."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from music.instrument import Role
from music.score import Note
from music.style import Style, SwingUnit
from music.time import TimeSignature
from music.variation.changes import Articulation, Dynamics, Swing, TimeFeel
from music.variation.piece import PITCHED, SHORTEST_TICKS, Piece, Studio, beside, drum_notes, parts_in, touched

_CARRYING = ("kick", "snare", "clap", "rim")  # the drums that make a time feel; timekeepers go on as they were


# Half time and double time


def time_feel(piece: Piece, change: TimeFeel, studio: Studio) -> Piece:
    """Set kick and backbeat of each stretch of bars at half or double time; a last bar that leads on keeps its fill."""
    carrying = drum_notes(_CARRYING, studio.style)
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope, usual=(Role.DRUMS,)):
        if part.role is not Role.DRUMS:
            continue
        inside, outside = touched(piece, part, change.scope, studio.style)
        changed = [note for note in inside if note.midi_note not in carrying]
        for start, end in piece.spans(change.scope.bars):
            meant = [note for note in inside if note.midi_note in carrying and start <= note.start_ticks < end]
            changed += _at_another_time(piece, meant, start, end, is_half=change.is_half_time)
        notes[part.role] = beside(outside, changed, end_ticks=piece.score.length_ticks)
    return piece.with_notes(notes)


def _at_another_time(piece: Piece, notes: list[Note], start: int, end: int, *, is_half: bool) -> list[Note]:
    bar = piece.bar_ticks
    by_bar: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        by_bar[note.start_ticks // bar].append(note)
    out: list[Note] = []
    first, last = start // bar, end // bar - 1
    ends_whole = end < piece.score.length_ticks and last > first  # the last bar leads on to what follows
    for number in range(first, last + 1):
        if number == last and (ends_whole or last == piece.plan.n_bars - 1 > first):
            out += by_bar[number]
        elif is_half:
            source = first + (number - first) // 2
            half = (number - first) % 2
            out += _stretched(by_bar[source], number * bar, source * bar + half * bar // 2, bar // 2)
        else:
            for half in (0, 1):
                out += _compressed(by_bar[number], number * bar, half * bar // 2)
    return out


def _stretched(notes: Iterable[Note], bar_start: int, from_ticks: int, length: int) -> list[Note]:
    """Spread half a bar over a whole one; a hit just ahead of the half belongs to the half after it."""
    out = []
    for note in notes:
        place = note.start_ticks - from_ticks
        if -SHORTEST_TICKS <= place < length - SHORTEST_TICKS:
            played = place % 240 if place % 240 < 120 else place % 240 - 240  # the player's departure stays as large
            out.append(note._replace(start_ticks=bar_start + max(0, 2 * (place - played) + played)))
    return out


def _compressed(notes: Iterable[Note], bar_start: int, offset: int) -> list[Note]:
    """Play a bar in half its time; what falls between sixteenths then is left out."""
    return [
        note._replace(start_ticks=bar_start + offset + (note.start_ticks - bar_start) // 2)
        for note in notes
        if (note.start_ticks - bar_start + 120) % 480 <= 240
    ]


# Swing


def swing(piece: Piece, change: Swing, studio: Studio) -> Piece:
    """Swing parts otherwise, by moving what lies between the beats; the plan keeps the amount where all are meant."""
    was, signature = swing_of(piece.plan.swing, studio.style), piece.plan.time_signature
    unit = studio.style.swing_unit
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope):
        inside, outside = touched(piece, part, change.scope, studio.style)
        changed = [swung_otherwise(note, was, change.amount, unit, signature) for note in inside]
        notes[part.role] = beside(outside, changed, end_ticks=piece.score.length_ticks)
    swung = piece.with_notes(notes)
    is_whole = not (change.scope.roles or change.scope.drums or change.scope.bars)
    return swung.planned_as(replace(swung.plan, swing=change.amount)) if is_whole else swung


def swing_of(planned: float | None, style: Style) -> float:
    """Return how much a piece swings: as planned, else as its style does."""
    return style.swing if planned is None else planned


def is_swung_in(time_signature: TimeSignature) -> bool:
    """Tell whether a metre can be swung; compound and odd ones are not."""
    return time_signature.unit <= 4


def swung_otherwise(note: Note, was: float, amount: float, unit: SwingUnit, signature: TimeSignature) -> Note:
    """Return a note of a piece that swings by one amount, moved to where another puts it, with its end."""
    if not is_swung_in(signature) or was == amount:
        return note
    start = _warped(note.start_ticks, was, amount, unit.ticks)
    end = _warped(note.start_ticks + note.duration_ticks, was, amount, unit.ticks)
    return note._replace(start_ticks=start, duration_ticks=max(1, end - start))


def _warped(ticks: int, was: float, amount: float, unit: int) -> int:
    """Map a place of the old swing to the new: what lies before the late second stretches, what lies after shrinks."""
    pair, place = divmod(ticks, 2 * unit)
    old, new = unit + was * unit / 3, unit + amount * unit / 3
    if place <= old:
        return pair * 2 * unit + round(place * new / old)
    return pair * 2 * unit + round(new + (place - old) * (2 * unit - new) / (2 * unit - old))


# How hard, and how long


def dynamics(piece: Piece, change: Dynamics, studio: Studio) -> Piece:
    """Strike notes harder or softer."""
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope):
        inside, outside = touched(piece, part, change.scope, studio.style)
        struck = [note._replace(velocity=max(1, min(127, round(note.velocity * change.factor)))) for note in inside]
        notes[part.role] = outside + struck
    return piece.with_notes(notes)


def articulation(piece: Piece, change: Articulation, studio: Studio) -> Piece:
    """Shorten notes, or let them sound up to the next that is struck in the part."""
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope, usual=PITCHED):
        inside, outside = touched(piece, part, change.scope, studio.style)
        starts = sorted({note.start_ticks for note in part.notes})
        held = [_sounding(note, change.factor, starts, piece.score.length_ticks) for note in inside]
        notes[part.role] = beside(outside, held, end_ticks=piece.score.length_ticks)
    return piece.with_notes(notes)


def _sounding(note: Note, factor: float, starts: list[int], end_ticks: int) -> Note:
    if factor <= 1:
        return note._replace(duration_ticks=max(SHORTEST_TICKS, round(note.duration_ticks * factor)))
    after = bisect_right(starts, note.start_ticks + SHORTEST_TICKS * 4)
    following = starts[after] if after < len(starts) else end_ticks
    longest = max(note.duration_ticks, following - note.start_ticks)
    return note._replace(duration_ticks=min(round(note.duration_ticks * factor), longest))
