"""Changes of pitch: another key or mode, other octaves, darker and brighter."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

from music.chord import Chord, chord_of
from music.instrument import Role
from music.pitch import Key, pitch_class_name, spell_tonic
from music.score import ChordSpan, Note, Part
from music.variation.changes import Colour, MoveOctaves, Rekey
from music.variation.piece import (
    MUSICIANS,
    PITCHED,
    Piece,
    Studio,
    beside,
    clusters,
    drum_notes,
    folded,
    is_inside,
    parts_in,
    touched,
)

_CYMBALS = ("hat", "open_hat", "pedal_hat", "crash", "ride", "ride_bell", "splash", "tambourine", "shaker")
_DULLER, _SHARPER = 0.72, 1.2
_LOWEST_VOICE = 48  # a chord's voice under C3 makes mud, not darkness
_LOWEST_TUNE = 45
_FIFTH_DEGREE = 7  # semitones


def range_of(part: Part, studio: Studio) -> tuple[int, int]:
    """Return the lowest and highest note of the instrument that plays a part."""
    instrument = studio.instruments[part.instrument]
    return instrument.lowest_midi_note, instrument.highest_midi_note


def rekey(piece: Piece, change: Rekey, studio: Studio) -> Piece:
    """Move all pitched parts, and the chords they follow, into another key."""
    spans = piece.spans(change.scope.bars)
    plan, is_whole = piece.plan, spans == piece.spans(())

    def keys_at(ticks: int) -> tuple[Key, Rekey]:
        """Return the key that holds at a place, and the change as it is there."""
        here = next(
            (one.key for one in reversed(plan.sections) if (one.start_bar - 1) * piece.bar_ticks <= ticks), None
        )
        return (plan.key, change) if here is None else (here, replace(change, key=_moved_key(here, plan.key, change)))

    chords = tuple(
        replace(span, chord=_moved_chord(span.chord, *keys_at(span.start_ticks)))
        if is_inside(span.start_ticks, spans)
        else span
        for span in _cut(plan.chords, spans)
    )
    notes = {}
    for part in parts_in(piece, replace(change.scope, roles=PITCHED)):
        inside, outside = touched(piece, part, change.scope, studio.style)
        low, high = range_of(part, studio)
        moved = []
        for note in inside:
            place = _moved_note(note.midi_note, _chord(piece, note), *keys_at(note.start_ticks))
            moved.append(note._replace(midi_note=folded(place, low, high)))
        notes[part.role] = beside(outside, moved, end_ticks=piece.score.length_ticks)
    sections = tuple(
        replace(one, key=_moved_key(one.key or plan.key, plan.key, change))
        if (one.key is not None or not is_whole) and is_inside((one.start_bar - 1) * piece.bar_ticks, spans)
        else one
        for one in plan.sections
    )
    moved_plan = replace(plan, chords=chords, sections=sections, key=change.key if is_whole else plan.key)
    return piece.with_notes(notes).planned_as(moved_plan)


def _moved_key(key: Key, home: Key, change: Rekey) -> Key:
    """Return a section's key where all moves: by as much, and into the mode if it shared that of the piece."""
    mode = change.key.mode if key.mode is home.mode else key.mode
    if key.pitch_class == home.pitch_class:
        return Key(change.key.tonic, mode)
    return Key(spell_tonic((key.pitch_class + change.semitones) % 12, mode), mode)


def _chord(piece: Piece, note: Note) -> Chord | None:
    span = piece.chord_at(note.start_ticks)
    return span.chord if span else None


def _keeps_its_quality(chord: Chord, key: Key) -> bool:
    """Tell whether a chord moves as it is: the dominant, whose leading tone stays in minor, and what is borrowed."""
    degree = (chord.root_pitch_class - key.pitch_class) % 12
    is_dominant = degree == _FIFTH_DEGREE and {4, 11} & {*chord.intervals} == {4}
    naming = {(chord.root_pitch_class + step) % 12 for step in chord.intervals if step in (0, 3, 4)}
    return is_dominant or not naming <= set(key.scale)


def _step(tone: int, chord: Chord | None, old: Key, change: Rekey) -> int:
    """Return by how many semitones a pitch class moves: with its degree, while notes outside the scale go along."""
    if chord is not None and tone in chord.pitch_classes and _keeps_its_quality(chord, old):
        return _degree_step(chord.root_pitch_class, old, change)
    return _degree_step(tone, old, change)


def _degree_step(tone: int, old: Key, change: Rekey) -> int:
    degree = (tone - old.pitch_class) % 12
    intervals, wanted = old.mode.intervals, change.key.mode.intervals
    if degree not in intervals:
        return change.semitones
    index = intervals.index(degree)
    return change.semitones + wanted[index] - intervals[index]


def _moved_note(midi_note: int, chord: Chord | None, old: Key, change: Rekey) -> int:
    return midi_note + _step(midi_note % 12, chord, old, change)


def _moved_chord(chord: Chord | None, old: Key, change: Rekey) -> Chord | None:
    """Return a chord in the other key; where the mode changes, the quality is that of its moved tones."""
    if chord is None:
        return None
    flats = change.key.prefers_flats
    if old.mode.intervals == change.key.mode.intervals or _keeps_its_quality(chord, old):
        return chord.transposed(_degree_step(chord.root_pitch_class, old, change), prefer_flats=flats)

    def moved(tone: int) -> int:
        return (tone + _step(tone % 12, chord, old, change)) % 12

    root = moved(chord.root_pitch_class)
    steps = {(moved(chord.root_pitch_class + step) - root) % 12 for step in chord.intervals}
    bass = pitch_class_name(moved(chord.bass_pitch_class), prefer_flats=flats) if chord.bass else None
    return chord_of(pitch_class_name(root, prefer_flats=flats), frozenset(steps), bass)


def _cut(chords: Iterable[ChordSpan], spans: tuple[tuple[int, int], ...]) -> Iterable[ChordSpan]:
    """Cut the spans of chords at the edges of the bars that are meant."""
    edges = sorted({edge for span in spans for edge in span})
    for span in chords:
        inner = [edge for edge in edges if span.start_ticks < edge < span.end_ticks]
        for start, end in pairwise([span.start_ticks, *inner, span.end_ticks]):
            yield replace(span, start_ticks=start, duration_ticks=end - start)


def move_octaves(piece: Piece, change: MoveOctaves, studio: Studio) -> Piece:
    """Move parts by whole octaves as far as their instruments reach."""
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope, usual=PITCHED):
        if part.role in PITCHED:
            inside, outside = touched(piece, part, change.scope, studio.style)
            moved = _shifted(inside, 12 * change.octaves, *range_of(part, studio))
            notes[part.role] = beside(outside, moved, end_ticks=piece.score.length_ticks)
    return piece.with_notes(notes)


def _shifted(notes: Iterable[Note], semitones: int, low: int, high: int) -> list[Note]:
    return [
        note._replace(midi_note=note.midi_note + semitones) if low <= note.midi_note + semitones <= high else note
        for note in notes
    ]


def colour(piece: Piece, change: Colour, studio: Studio) -> Piece:
    """Make parts darker or brighter: chords by inversions, tunes by an octave, drums by their cymbals.

    The bass stays where it is unless it is named: it is dark already.
    """
    usual = tuple(role for role in MUSICIANS if role is not Role.BASS)
    notes: dict[Role, list[Note]] = {}
    for part in parts_in(piece, change.scope, usual=usual):
        inside, outside = touched(piece, part, change.scope, studio.style)
        low, high = range_of(part, studio)
        if part.role is Role.DRUMS:
            changed = _shaded(inside, drum_notes(change.scope.drums or _CYMBALS, studio.style), change.direction)
        elif part.role in (Role.CHORDS, Role.PAD):
            changed = _inverted(inside, change.direction, max(low, _LOWEST_VOICE), high)
        else:
            floor = low if part.role is Role.BASS else max(low, _LOWEST_TUNE)
            changed = _shifted(inside, 12 * change.direction, floor, high)
        notes[part.role] = beside(outside, changed, end_ticks=piece.score.length_ticks)
    return piece.with_notes(notes)


def _shaded(notes: Iterable[Note], cymbals: frozenset[int], direction: int) -> list[Note]:
    factor = _SHARPER if direction > 0 else _DULLER
    return [
        note._replace(velocity=max(1, min(127, round(note.velocity * factor)))) if note.midi_note in cymbals else note
        for note in notes
    ]


def _inverted(notes: Iterable[Note], direction: int, low: int, high: int) -> list[Note]:
    """Turn each chord over: its upper half an octave down, or its lower half an octave up, where there is room."""
    out: list[Note] = []
    for cluster in clusters(notes):
        ordered = sorted(cluster, key=lambda note: note.midi_note, reverse=direction < 0)
        taken = {note.midi_note for note in cluster}
        fits = _has_room(taken, low, high)
        turned = 0
        for note in ordered:
            place = note.midi_note + 12 * direction
            if turned < (len(ordered) + 1) // 2 and fits(place):
                taken = (taken - {note.midi_note}) | {place}
                fits = _has_room(taken, low, high)
                out.append(note._replace(midi_note=place))
                turned += 1
            else:
                out.append(note)
    return out


def _has_room(taken: set[int], low: int, high: int) -> Callable[[int], bool]:
    """Return whether a voice may stand at a note: within the range, and neither on another voice nor rubbing one."""
    return lambda place: low <= place <= high and not taken & {place - 1, place, place + 1}
