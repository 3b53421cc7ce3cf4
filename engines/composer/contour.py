"""Choosing the pitches of a line: what makes a good line stands as costs, and a search finds the cheapest line.

What must hold is not weighed but left no choice: strong beats offer chord tones alone (or what the style leans on
there), nothing passes a note's ceiling, and the notes of a climax or an ending come from a list.
Interval habits follow D. Huron, "Sweet Anticipation" (2006): steps prevail, leaps are turned back.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from engines.composer.scales import nearest_index

_WIDTH = 5  # lines that are followed at once
_STEP = 2  # semitones
_FAR = 1000.0
_OCTAVE = 12
_PARALLEL = 12.0
_EXPOSED = 3.0

Trail: TypeAlias = "tuple[int, Trail | None]"  # a line, its last note first


class Taste(NamedTuple):
    """What a style likes in a line."""

    leap_cost: float = 1.0
    can_suspend: bool = False  # hold a note into the next chord and step down from it
    can_lean: bool = False  # an appoggiatura: reach a strong beat a step above its chord tone
    can_pass: bool = False  # leave a five-note scale for a note of the key in passing
    is_chromatic: bool = False  # approach chord tones by semitone
    blue: tuple[int, ...] = ()  # pitch classes that rest on strong beats although no chord holds them


class Slot(NamedTuple):
    """A note to be chosen, and what is wanted of it."""

    rungs: tuple[int, ...]  # the scale here, rising
    tones: tuple[int, ...]  # pitch classes to rest on
    key: tuple[int, ...]  # pitch classes of the key
    is_strong: bool
    is_long: bool
    step: int = 0  # wanted move in rungs from the note before
    is_start: bool = False  # of a figure: its height counts, not the move to it
    height: float = 0.0  # wanted place, in semitones
    pull: float = 0.12  # cost per semitone away from it
    ceiling: int = 127
    wanted: int | None = None  # what was sung here before
    only: tuple[int, ...] = ()  # the notes allowed here, where there is no other choice
    other: int | None = None  # what another voice sounds at this moment
    other_before: int | None = None  # and what it sounded at the note before
    basses: tuple[int, int] | None = None  # where the bass goes on and parallels are forbidden: from and to which class


class _Line(NamedTuple):
    cost: float
    last: int
    move: int
    is_free: bool  # the last note is no chord tone
    is_owing: bool  # it stands on a strong beat and has to resolve down by step
    trail: "Trail | None"


def search(slots: Sequence[Slot], taste: Taste, before: int) -> list[int]:
    """Return the cheapest line found: a note for each slot; ``before`` is the note that it follows."""
    beam = [_Line(0.0, before, 0, False, False, None)]
    for index, slot in enumerate(slots):
        grown: dict[tuple[int, int], _Line] = {}
        places = _rung_table(slot.rungs)
        due = slots[index + 1].only[:1] if index + 1 < len(slots) else ()
        for line in beam:
            target = _target(slot, places[line.last])
            for note in _within_reach(_candidates(slot, line, target, taste), slot, due):
                new = _extended(line, note, abs(places[note] - target), slot, taste)
                key = (note, new.move)
                known = grown.get(key)
                if known is None or new.cost < known.cost:
                    grown[key] = new
        beam = sorted(grown.values(), key=_rank)[:_WIDTH]
    notes: list[int] = []
    trail = beam[0].trail
    while trail is not None:
        notes.append(trail[0])
        trail = trail[1]
    return notes[::-1]


def _within_reach(notes: tuple[int, ...], slot: Slot, due: tuple[int, ...]) -> tuple[int, ...]:
    """Return those notes from which the one that is due next is an octave away at most; where none is, the nearest."""
    if not due or slot.only:
        return notes
    near = tuple(note for note in notes if abs(note - due[0]) <= _OCTAVE)
    if near:
        return near
    needs_tone = slot.is_strong or slot.is_long
    return _near(slot.rungs, slot.tones, _rung_table(slot.rungs)[due[0]], needs_tone, slot.ceiling)


@lru_cache(maxsize=512)
def _rung_table(rungs: tuple[int, ...]) -> tuple[int, ...]:
    """Return for every MIDI note the index of the rung nearest to it."""
    return tuple(nearest_index(rungs, note) for note in range(128))


def _rank(line: _Line) -> tuple[float, int, int]:
    return line.cost, line.last, line.move


def _candidates(slot: Slot, line: _Line, target: int, taste: Taste) -> tuple[int, ...]:
    """Return the notes worth trying: near the wanted move, of the chord on strong beats."""
    if slot.only:
        return slot.only
    needs_tone = slot.is_strong or slot.is_long
    if (
        slot.wanted is not None
        and slot.wanted <= slot.ceiling
        and not (needs_tone and slot.wanted % 12 not in slot.tones)
    ):
        found: tuple[int, ...] = (slot.wanted, *_near(slot.rungs, slot.tones, target, needs_tone, slot.ceiling)[1:4])
    else:
        found = _near(slot.rungs, slot.tones, target, needs_tone, slot.ceiling)
    extra: tuple[int, ...] = ()
    if slot.is_strong:
        extra = _leaning(slot, line, taste)
    elif not slot.is_long:
        extra = _in_passing(slot, line.last, taste)
    if line.is_owing:
        extra = (*extra, *(line.last - step for step in (1, 2) if (line.last - step) % 12 in slot.tones))
    return found + tuple(note for note in extra if note not in found and note <= slot.ceiling) if extra else found


@lru_cache(maxsize=8192)
def _near(
    rungs: tuple[int, ...], tones: tuple[int, ...], target: int, needs_tone: bool, ceiling: int
) -> tuple[int, ...]:
    """Return up to five notes about a place on the ladder, the lowest there is where the ceiling leaves none."""
    allowed = tuple(note for note in rungs if note <= ceiling and (not needs_tone or note % 12 in tones))
    if not allowed:
        return (next((note for note in rungs if note % 12 in tones), rungs[0]),)
    first = max(0, min(bisect_left(allowed, rungs[target]) - 2, len(allowed) - 5))
    return allowed[first : first + 5]


def _target(slot: Slot, place: int) -> int:
    """Return the rung that the contour leads to from a place on the ladder."""
    if slot.is_start:
        return nearest_index(slot.rungs, slot.height)
    return max(0, min(place + slot.step, len(slot.rungs) - 1))


def _leaning(slot: Slot, line: _Line, taste: Taste) -> tuple[int, ...]:
    """Return what a strong beat may hold besides chord tones; each resolves down by step."""
    lasts = line.last
    found: list[int] = [note for note in slot.rungs if note % 12 in taste.blue and abs(note - lasts) < 5]
    if taste.can_suspend and not line.is_free and _resolves(lasts, slot.tones) and lasts % 12 in slot.key:
        found.append(lasts)
    if taste.can_lean:
        found += [n for n in slot.rungs if 0 < abs(n - lasts) < 5 and _resolves(n, slot.tones) and n % 12 in slot.key]
    return tuple(found)


def _resolves(note: int, tones: tuple[int, ...]) -> bool:
    return note % 12 not in tones and ((note - 1) % 12 in tones or (note - 2) % 12 in tones)


def _in_passing(slot: Slot, last: int, taste: Taste) -> tuple[int, ...]:
    low, high = slot.rungs[0], slot.rungs[-1]
    if taste.is_chromatic:
        return tuple(note for note in (last - 1, last + 1) if low <= note <= high)
    if taste.can_pass:
        near = (last - 2, last - 1, last + 1, last + 2)
        return tuple(note for note in near if low <= note <= high and note % 12 in slot.key)
    return ()


def _extended(line: _Line, note: int, distance: int, slot: Slot, taste: Taste) -> _Line:
    """Return a line with one more note, which lies ``distance`` rungs from where the contour leads."""
    move = note - line.last
    size = abs(move)
    is_step = size <= _STEP
    is_tone = note % 12 in slot.tones
    cost = line.cost + slot.pull * abs(note - slot.height)
    cost += 1.1 * distance if slot.wanted is None else 0.8 * abs(note - slot.wanted)
    cost += _size_cost(size, taste) + (0.0 if is_tone else _free_cost(note, line, slot, is_step=is_step))
    if size == 0:
        cost += 1.4 if line.move == 0 else 0.5
    if abs(line.move) > 4 and (move * line.move >= 0 or size > 4):
        cost += 3.2  # a leap that goes on, or is not filled
    elif abs(line.move) > 4 and not is_step:
        cost += 0.9
    if line.is_free and not is_step:
        cost += 2.0
    is_owing = slot.is_strong and not is_tone and note % 12 not in taste.blue
    if line.is_owing and not (is_tone and -_STEP <= move < 0):
        cost += 9.0
    if slot.other is not None:
        cost += _between(note, move, slot)
    if slot.basses is not None and move:
        cost += _over_bass(note, line.last, slot.basses)
    return _Line(cost, note, move, not is_tone and note % 12 not in taste.blue, is_owing, (note, line.trail))


def _free_cost(note: int, line: _Line, slot: Slot, *, is_step: bool) -> float:
    """Weigh a note outside the chord: dearer by leap, on a strong beat, or outside the scale."""
    cost = 0.15 if is_step else 1.3
    if slot.is_strong:
        cost += 1.1 if note == line.last else 1.4
    return cost + (0.0 if note in slot.rungs else 0.4 if note % 12 in slot.key else 0.9)


@lru_cache(maxsize=256)
def _size_cost(size: int, taste: Taste) -> float:
    if size <= _STEP:
        return 0.0
    if size <= 4:
        return 0.35 * taste.leap_cost
    cost = taste.leap_cost + (1.2 if size in (6, 10, 11) else 0.0)
    return cost + (0.0 if size <= 5 else 0.8 if size <= 7 else 2.5 if size <= 9 else 6.0 if size <= 12 else _FAR)


def _over_bass(note: int, last: int, basses: tuple[int, int]) -> float:
    """Weigh a note over a new bass: no fifths or octaves in a row, nor any that a walking bass would run along to."""
    before, bass = basses
    interval = (note - bass) % 12
    if interval not in (0, 7):
        return 0.0
    if (last - before) % 12 == interval:
        return _PARALLEL
    is_leading = interval == 0 and note - last == 1
    return _EXPOSED if abs(note - last) <= _STEP and not is_leading else 0.4


def _between(note: int, move: int, slot: Slot) -> float:
    """Weigh a note against another voice: consonant where it counts, never the same note, by contrary motion."""
    assert slot.other is not None
    interval = (slot.other - note) % 12
    cost = 0.0
    if interval == 0:
        cost += 4.0 if note == slot.other else 1.2
    elif interval in (1, 2, 6, 10, 11):
        cost += 6.0 if slot.is_strong or slot.is_long else 1.5 if interval in (1, 11) else 0.6
    if slot.other_before is None:
        return cost
    other_move = slot.other - slot.other_before
    if other_move and move:
        was = (slot.other_before - (note - move)) % 12
        if interval == was and interval in (0, 7):
            cost += 7.0  # parallel octaves or fifths
        cost += 0.4 if (other_move > 0) == (move > 0) else -0.3
    return cost
