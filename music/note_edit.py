"""Musical edits of the notes of a region, as pure functions: the same notes in, the changed ones out, one for one.

Times are ticks of ``NOTE_TICKS_PER_QUARTER`` from the region's start. ``bar_ticks`` are the places where bars begin,
from the bar in which the region starts (so 0 or less) to the first after it.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from music.note_text import NOTE_TICKS_PER_QUARTER, NoteEdit, NoteRow, parse_pitch, to_length_ticks
from music.pitch import Key

_PERSISTENCE = 0.75  # how much of the last departure a player carries into the next
_OWN_SHARE = 0.35  # how far the notes of a chord depart from each other, against how far the chord does


def parse_grid(text: str) -> Fraction:
    """Return the step of a grid such as ``1/16``, ``1/8T`` (triplets) or ``1/8.`` (dotted) in ticks."""
    suffix = text[-1:] if text[-1:] in ("T", ".") else ""
    number = text.removesuffix(suffix)
    numerator, _, denominator = number.partition("/")
    if numerator != "1" or not denominator.isdecimal() or int(denominator) not in (1, 2, 4, 8, 16, 32, 64):
        raise ValueError(f"a grid is written 1/4, 1/8T (triplets) or 1/8. (dotted), got {text!r}")
    straight = Fraction(4 * NOTE_TICKS_PER_QUARTER, int(denominator))
    return straight * {"": Fraction(1), "T": Fraction(2, 3), ".": Fraction(3, 2)}[suffix]


def _bar_of(ticks: int, bar_ticks: Sequence[int]) -> tuple[int, int]:
    """Return where the bar of a place begins and ends."""
    index = min(max(bisect_right(bar_ticks, ticks) - 1, 0), len(bar_ticks) - 2)
    return bar_ticks[index], bar_ticks[index + 1]


def _grid_place(ticks: int, bar_ticks: Sequence[int], step: Fraction, swing_percent: float) -> int:
    """Return the place of a swung grid that is nearest to a place; the grid begins anew with each bar."""
    bar_start, bar_end = _bar_of(ticks, bar_ticks)
    first = int((ticks - bar_start) / step) - 1
    late = Fraction(swing_percent).limit_denominator(10_000) / 50 - 1  # of a step, for every second one
    places = [bar_end]
    for number in range(max(first, 0), first + 4):
        place = bar_start + round(number * step + (late * step if number % 2 else 0))
        if place < bar_end:
            places.append(place)
    return min(places, key=lambda place: (abs(place - ticks), place))


def quantise(
    notes: Sequence[NoteRow],
    *,
    bar_ticks: Sequence[int],
    length_ticks: int,
    grid: str,
    strength: float = 1.0,
    swing_percent: float = 50.0,
    with_ends: bool = False,
) -> tuple[NoteRow, ...]:
    """Move notes towards a grid, but none out of a region of ``length_ticks``.

    They keep their lengths, unless ``with_ends`` moves the ends as well. With swing every second step comes late:
    at ``swing_percent`` of the way through a pair of steps.
    """
    step = parse_grid(grid)

    def moved(ticks: int) -> int:
        place = _grid_place(ticks, bar_ticks, step, swing_percent)
        return ticks + round(strength * (place - ticks))

    def quantised(note: NoteRow) -> NoteRow:
        start = _inside(moved(note.start_ticks), note.start_ticks, length_ticks)
        length = note.length_ticks
        if with_ends:
            length = moved(note.start_ticks + length) - start
            if length < 1:
                length = max(1, round(step))
        return note._replace(start_ticks=start, length_ticks=length)

    return tuple(map(quantised, notes))


def _inside(ticks: int, was: int, length_ticks: int) -> int:
    """Return a new place, or the old one where the new lies outside of the region."""
    return ticks if 0 <= ticks < length_ticks else was


def transpose(notes: Sequence[NoteRow], semitones: int) -> tuple[NoteRow, ...]:
    """Move pitches by semitones; ValueError where one would leave 0-127."""
    return tuple(_pitched(note, note.midi_note + semitones) for note in notes)


def transpose_in_key(notes: Sequence[NoteRow], key: Key, steps: int) -> tuple[NoteRow, ...]:
    """Move pitches by steps of a key's scale; one outside of the scale keeps its distance to the degree below it."""
    intervals = key.mode.intervals

    def moved(midi_note: int) -> int:
        octave, above_tonic = divmod(midi_note - key.pitch_class, 12)
        degree = bisect_right(intervals, above_tonic) - 1
        octaves, new_degree = divmod(degree + steps, len(intervals))
        altered = above_tonic - intervals[degree]
        return key.pitch_class + 12 * (octave + octaves) + intervals[new_degree] + altered

    return tuple(_pitched(note, moved(note.midi_note)) for note in notes)


def _pitched(note: NoteRow, midi_note: int) -> NoteRow:
    if not 0 <= midi_note <= 127:
        raise ValueError(
            f"the pitch {note.midi_note} would become {midi_note}, and MIDI has 0 to 127; choose fewer notes"
        )
    return note._replace(midi_note=midi_note)


def humanise(
    notes: Sequence[NoteRow], *, timing_ticks: float, velocity: float, seed: int, length_ticks: int
) -> tuple[NoteRow, ...]:
    """Let notes depart from time and loudness as a player's do.

    Departures drift: each carries most of the last one with it, and notes that begin together move together but for a
    little. ``timing_ticks`` and ``velocity`` are the departures' standard deviations; the same seed gives the same.
    """
    rng = random.Random(seed)
    fresh = math.sqrt(1 - _PERSISTENCE**2)
    push, swell = rng.gauss(0, 1), rng.gauss(0, 1)
    last_start: int | None = None
    found: dict[int, NoteRow] = {}
    for place in sorted(range(len(notes)), key=lambda index: notes[index]):
        note = notes[place]
        if last_start is not None and note.start_ticks != last_start:
            push = _PERSISTENCE * push + fresh * rng.gauss(0, 1)
            swell = _PERSISTENCE * swell + fresh * rng.gauss(0, 1)
        last_start = note.start_ticks
        late = timing_ticks * _shared(push, rng)
        start = min(max(note.start_ticks + round(late), 0), length_ticks - 1)
        found[place] = note._replace(
            start_ticks=start, velocity=_loudness(note.velocity + velocity * _shared(swell, rng))
        )
    return tuple(found[place] for place in range(len(notes)))


def _shared(common: float, rng: random.Random) -> float:
    """Return one note's departure: mostly that of all which begin together, of the same standard deviation."""
    return math.sqrt(1 - _OWN_SHARE**2) * common + _OWN_SHARE * rng.gauss(0, 1)


def _loudness(velocity: float) -> int:
    return min(127, max(1, round(velocity)))


def scale_velocity(notes: Sequence[NoteRow], factor: float) -> tuple[NoteRow, ...]:
    """Multiply velocities, within 1 and 127."""
    return tuple(note._replace(velocity=_loudness(note.velocity * factor)) for note in notes)


def set_velocity(notes: Sequence[NoteRow], velocity: float) -> tuple[NoteRow, ...]:
    """Give all notes one velocity."""
    return tuple(note._replace(velocity=_loudness(velocity)) for note in notes)


def compress_velocity(notes: Sequence[NoteRow], amount: float) -> tuple[NoteRow, ...]:
    """Draw velocities to their mean: 0 leaves them, 1 makes them equal."""
    if not notes:
        return ()
    mean = sum(note.velocity for note in notes) / len(notes)
    return tuple(note._replace(velocity=_loudness(mean + (1 - amount) * (note.velocity - mean))) for note in notes)


def ramp_velocity(notes: Sequence[NoteRow], first: float, last: float) -> tuple[NoteRow, ...]:
    """Let velocities go evenly in time from ``first`` at the first note to ``last`` at the last one."""
    if not notes:
        return ()
    begin = min(note.start_ticks for note in notes)
    span = max(note.start_ticks for note in notes) - begin

    def at(note: NoteRow) -> float:
        share = (note.start_ticks - begin) / span if span else 0.0
        return first + share * (last - first)

    return tuple(note._replace(velocity=_loudness(at(note))) for note in notes)


def accent_velocity(
    notes: Sequence[NoteRow], pattern: Sequence[float], *, bar_ticks: Sequence[int], grid: str
) -> tuple[NoteRow, ...]:
    """Multiply velocities by a pattern of factors, one per grid step counted from each bar, again and again."""
    step = parse_grid(grid)

    def factor(note: NoteRow) -> float:
        place = _grid_place(note.start_ticks, bar_ticks, step, 50.0)
        bar_start, _ = _bar_of(place, bar_ticks)
        return pattern[round((place - bar_start) / step) % len(pattern)]

    return tuple(note._replace(velocity=_loudness(note.velocity * factor(note))) for note in notes)


def make_legato(notes: Sequence[NoteRow], *, gap_ticks: int, length_ticks: int) -> tuple[NoteRow, ...]:
    """Let each note last, less a gap, until the next that begins later on its channel, or to the region's end."""
    starts: dict[int, list[int]] = {}
    for note in notes:
        starts.setdefault(note.channel, []).append(note.start_ticks)
    for list_of_channel in starts.values():
        list_of_channel.sort()

    def end(note: NoteRow) -> int:
        following = starts[note.channel]
        index = bisect_right(following, note.start_ticks)
        return following[index] if index < len(following) else length_ticks

    return tuple(note._replace(length_ticks=max(1, end(note) - gap_ticks - note.start_ticks)) for note in notes)


def set_lengths(notes: Sequence[NoteRow], length_ticks: int) -> tuple[NoteRow, ...]:
    """Give all notes one length."""
    return tuple(note._replace(length_ticks=max(1, length_ticks)) for note in notes)


def scale_lengths(notes: Sequence[NoteRow], factor: float) -> tuple[NoteRow, ...]:
    """Multiply lengths, to a tick at least."""
    return tuple(note._replace(length_ticks=max(1, round(note.length_ticks * factor))) for note in notes)


def edited(note: NoteRow, edit: NoteEdit, start_ticks: int | None) -> NoteRow:
    """Return a note with the changes of an edit; ``start_ticks`` is where its new start lies, if it has one."""
    changes = dict(edit.changes)
    return NoteRow(
        start_ticks=note.start_ticks if start_ticks is None else start_ticks,
        length_ticks=to_length_ticks(changes["length"]) if "length" in changes else note.length_ticks,
        midi_note=parse_pitch(changes["pitch"]) if "pitch" in changes else note.midi_note,
        velocity=int(changes.get("velocity", note.velocity)),
        channel=int(changes.get("channel", note.channel)),
    )
