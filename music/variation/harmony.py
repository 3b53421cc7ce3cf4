"""Other chords under some bars: every part keeps its rhythm, and each of its notes moves as little as it may."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, product

from music.chord import Chord
from music.instrument import Role
from music.score import ChordSpan, Note, Part
from music.time import TICKS_PER_QUARTER
from music.variation.changes import Rechord, Scope
from music.variation.piece import NEAR_TICKS, PITCHED, Piece, Studio, beside, folded, is_inside, nearest, touched
from music.variation.tuning import range_of

_MOST_VOICES = 6  # of a chord whose best places are searched; further ones double their neighbours
_EARLY_TICKS = 560  # by how much a chord is anticipated at most: an eighth, played
_RUB, _MISSING, _DOUBLED = 6.0, 9.0, 2.5  # what a voicing costs, in semitones of movement


def rechord(piece: Piece, change: Rechord, studio: Studio) -> Piece:
    """Put other chords under bars, and have the pitched parts follow."""
    spans = piece.spans(change.bars)
    chords = tuple(sorted(_relaid(piece, change, spans), key=lambda span: span.start_ticks))
    planned = piece.planned_as(replace(piece.plan, chords=chords))
    notes: dict[Role, list[Note]] = {}
    for part in piece.score.parts:
        if part.role in PITCHED:
            inside, outside = touched(piece, part, Scope(bars=change.bars), studio.style)
            moved = _followed(piece, planned, part, inside, range_of(part, studio))
            notes[part.role] = beside(outside, moved, end_ticks=piece.score.length_ticks)
    return planned.with_notes(notes)


def _relaid(piece: Piece, change: Rechord, spans: tuple[tuple[int, int], ...]) -> Iterable[ChordSpan]:
    edges = sorted({edge for span in spans for edge in span})
    for span in piece.plan.chords:
        inner = [edge for edge in edges if span.start_ticks < edge < span.end_ticks]
        for start, end in pairwise([span.start_ticks, *inner, span.end_ticks]):
            if not is_inside(start, spans):
                yield replace(span, start_ticks=start, duration_ticks=end - start)
    for start, end in spans:
        for number, at in enumerate(range(start, end, piece.bar_ticks)):
            chord = change.chords[number % len(change.chords)]
            yield ChordSpan(start_ticks=at, duration_ticks=piece.bar_ticks, chord=chord)


def _followed(before: Piece, after: Piece, part: Part, notes: list[Note], bounds: tuple[int, int]) -> list[Note]:
    """Return a part's notes over the new chords; where none sounds any more, only a tune goes on."""
    by_chords: dict[tuple[Chord | None, Chord | None], list[Note]] = defaultdict(list)
    out: list[Note] = []
    is_tune = part.role in (Role.MELODY, Role.COUNTER_MELODY)
    for note in (cut for whole in notes for cut in _cut_at_chords(after, whole, is_tune=is_tune)):
        at = _heard_under(after, note)
        was, now = before.chord_at(at), after.chord_at(at)
        chords = (was.chord if was else None, now.chord if now else None)
        if chords[0] == chords[1]:
            out.append(note)
        elif chords[1] is None:
            out += [note] if is_tune else []
        elif is_tune:
            out.append(_sung(after, note, chords[1], bounds))
        elif part.role is Role.BASS:
            out.append(note._replace(midi_note=_bass(after, note.midi_note, chords, bounds)))
        else:
            by_chords[chords[0], chords[1]].append(note)
    for (_, chord), meant in by_chords.items():
        assert chord is not None
        places = _voices(tuple(sorted({note.midi_note for note in meant})), chord, *bounds)
        out += [note._replace(midi_note=places[note.midi_note]) for note in meant]
    return out


def _heard_under(after: Piece, note: Note) -> int:
    """Return the place whose chord a note belongs to: one that comes early and is held over belongs to the next."""
    end = note.start_ticks + note.duration_ticks
    soon = [span.start_ticks for span in after.plan.chords if 0 < span.start_ticks - note.start_ticks <= _EARLY_TICKS]
    return soon[0] if soon and soon[0] < end - NEAR_TICKS else note.start_ticks


def _cut_at_chords(after: Piece, note: Note, *, is_tune: bool) -> Iterable[Note]:
    """Strike a note anew where it would be held into another of the new chords; a tune may hold it."""
    end = note.start_ticks + note.duration_ticks
    edges = [] if is_tune else [
        span.start_ticks
        for span in after.plan.chords
        if note.start_ticks + _EARLY_TICKS < span.start_ticks < end - NEAR_TICKS
    ]  # fmt: skip
    for start, stop in pairwise([note.start_ticks, *edges, end]):
        yield note._replace(start_ticks=start, duration_ticks=stop - start)


def _bass(after: Piece, midi_note: int, chords: tuple[Chord | None, Chord | None], bounds: tuple[int, int]) -> int:
    """Return the bass note that is in the new chord what the old one was: root, third, fifth, or on its way."""
    was, now = chords
    assert now is not None
    if was is None:
        return nearest((now.bass_pitch_class,), midi_note, *bounds) or midi_note
    if midi_note % 12 == was.bass_pitch_class:
        tone = now.bass_pitch_class
    else:
        step = (midi_note - was.root_pitch_class) % 12
        folded_steps = [interval % 12 for interval in was.intervals]
        if step not in folded_steps:
            tones = {*after.plan.key.scale, *now.pitch_classes}
            return nearest(tones, midi_note, *bounds) or midi_note
        place = folded_steps.index(step)
        tone = (now.root_pitch_class + (now.intervals[place] if place < len(now.intervals) else 0)) % 12
    return nearest((tone,), midi_note, *bounds) or midi_note


def _sung(after: Piece, note: Note, chord: Chord, bounds: tuple[int, int]) -> Note:
    """Move a tune's note as little as the chord asks for: long and strong ones rest on it, others pass in the key."""
    pulses = after.plan.time_signature.pulse_ticks
    strong = (pulses[0], pulses[len(pulses) // 2])
    place = note.start_ticks % after.bar_ticks
    is_strong = any(abs(place - pulse) <= NEAR_TICKS for pulse in strong)
    tones = set(chord.pitch_classes)
    if not (is_strong or note.duration_ticks >= TICKS_PER_QUARTER - NEAR_TICKS):
        tones |= set(after.plan.key.scale)
    found = nearest(tones, note.midi_note, *bounds)
    return note if found is None else note._replace(midi_note=found)


@lru_cache(maxsize=4096)
def _cached_voices(before: tuple[int, ...], chord: Chord, low: int, high: int) -> tuple[int, ...]:
    """Return where each voice of a chord goes: by little steps, on different notes, with the tones that name it."""
    needed = {(chord.root_pitch_class + step) % 12 for step in chord.intervals if step % 12 in (3, 4, 10, 11)}
    options = [_near_tones(note, chord, low, high) for note in before]
    best = min(product(*options), key=lambda notes: (_cost(before, notes, needed), notes))
    return tuple(best)


def _near_tones(note: int, chord: Chord, low: int, high: int) -> tuple[int, ...]:
    found = [place for place in range(max(low, note - 6), min(high, note + 6) + 1) if place % 12 in chord.pitch_classes]
    return tuple(sorted(found, key=lambda place: (abs(place - note), place))[:3]) or (folded(note, low, high),)


def _cost(before: tuple[int, ...], notes: tuple[int, ...], needed: set[int]) -> float:
    cost = float(sum(abs(now - was) for was, now in zip(before, notes, strict=True)))
    cost += _DOUBLED * (len(notes) - len(set(notes))) + _MISSING * len(needed - {note % 12 for note in notes})
    return cost + _RUB * sum(lower >= upper for lower, upper in pairwise(notes))


def _voices(before: tuple[int, ...], chord: Chord, low: int, high: int) -> dict[int, int]:
    """Return where the voices of a bar go; of many the lowest are led together, and each further group likewise."""
    places: dict[int, int] = {}
    for at in range(0, len(before), _MOST_VOICES):
        group = before[at : at + _MOST_VOICES]
        places |= dict(zip(group, _cached_voices(group, chord, low, high), strict=True))
    return places
