"""Busier and sparser: notes between the notes, or only those that carry the bar."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from music.instrument import Role
from music.score import Note, Part
from music.time import TICKS_PER_QUARTER
from music.variation.changes import Density, Scope
from music.variation.piece import NEAR_TICKS, Piece, Studio, beside, clusters, drum_notes, nearest, parts_in, touched

_TIMEKEEPERS = ("hat", "open_hat", "pedal_hat", "ride", "shaker", "tambourine", "high_conga", "low_conga", "cowbell")
_HATS = ("hat", "open_hat", "pedal_hat")
_STRUCK = ("snare", "rim", "clap", "kick")
_SIXTEENTH = TICKS_PER_QUARTER // 4
_CLOSEST_TICKS = 150  # nothing is struck faster than this apart
_FILLED_IN = 0.72  # velocity of what is put between, of its neighbours'
_GHOST, _PUSH = 0.42, 0.8  # velocity of an added snare and kick, of the drum's loudest
_STRIKE_TICKS = 100
_ADDED_A_BAR = 2
_EIGHTHS_VELOCITY = (74, 58)


def density(piece: Piece, change: Density, studio: Studio) -> Piece:
    """Make parts busier or sparser, each in the way of its kind."""
    notes = {}
    for part in parts_in(piece, change.scope):
        inside, outside = touched(piece, part, change.scope, studio.style)
        if part.role is Role.DRUMS:
            changed = _drums(piece, inside, change, studio)
        elif change.direction > 0:
            changed = _filled(piece, part, inside)
        else:
            changed = _thinned(piece, part, inside)
        notes[part.role] = beside(outside, changed, end_ticks=piece.score.length_ticks)
    return piece.with_notes(notes)


# Drums


def _drums(piece: Piece, inside: list[Note], change: Density, studio: Studio) -> list[Note]:
    by_drum: dict[int, list[Note]] = defaultdict(list)
    for note in inside:
        by_drum[note.midi_note].append(note)
    timekeepers = drum_notes(_TIMEKEEPERS, studio.style)
    named = drum_notes(change.scope.drums, studio.style)
    if change.direction > 0 and named & timekeepers and not any(by_drum.get(note) for note in named & timekeepers):
        return inside + _eighths(piece, change.scope, min(named & timekeepers))
    hats = drum_notes(_HATS, studio.style)
    out: list[Note] = []
    if change.direction > 0:
        together = sorted(note for note in inside if note.midi_note in hats)  # one player, one pair of cymbals
        out += [note._replace(midi_note=min(hats)) for note in _between(piece, together)]
    rng = random.Random(f"{studio.seed}:density")
    for midi_note, notes in sorted(by_drum.items()):
        if change.direction < 0:
            out += _fewer_hits(piece, notes, is_timekeeper=midi_note in timekeepers)
        elif midi_note in timekeepers - hats:
            out += [*notes, *_between(piece, notes)]
        elif midi_note in drum_notes(_STRUCK, studio.style):
            loudness = _PUSH if midi_note in drum_notes(("kick",), studio.style) else _GHOST
            out += [*notes, *_extra_hits(piece, notes, loudness, rng)]
        else:
            out += notes
    return out


def _between(piece: Piece, notes: Sequence[Note]) -> Iterable[Note]:
    """Yield a softer hit half way between any two of a bar that leave room for it."""
    for one, other in pairwise(notes):
        gap = other.start_ticks - one.start_ticks
        if 2 * _CLOSEST_TICKS <= gap <= piece.bar_ticks // 2:
            level = round(_FILLED_IN * (one.velocity + other.velocity) / 2)
            length = max(1, min(_STRIKE_TICKS, gap // 3))
            yield Note(one.start_ticks + gap // 2, length, one.midi_note, max(1, level))


def _eighths(piece: Piece, scope: Scope, midi_note: int) -> list[Note]:
    """Return eighths on a drum that has not played here yet."""
    step = TICKS_PER_QUARTER // 2
    return [
        Note(ticks, _STRIKE_TICKS, midi_note, _EIGHTHS_VELOCITY[place % 2])
        for start, end in piece.spans(scope.bars)
        for place, ticks in enumerate(range(start, end, step))
    ]


def _extra_hits(piece: Piece, notes: Sequence[Note], share: float, rng: random.Random) -> Iterable[Note]:
    """Yield a few sixteenths off the beat, at the same places of every bar in which the drum plays."""
    bar = piece.bar_ticks
    offbeats = [place for place in range(0, bar, _SIXTEENTH) if place % TICKS_PER_QUARTER not in (0, 2 * _SIXTEENTH)]
    places = sorted(rng.sample(offbeats, min(_ADDED_A_BAR, len(offbeats))))
    loudest = max(note.velocity for note in notes)
    starts = [note.start_ticks for note in notes]
    for bar_start in sorted({start - start % bar for start in starts}):
        for place in places:
            if all(abs(bar_start + place - start) >= _CLOSEST_TICKS for start in starts):
                yield Note(bar_start + place, _STRIKE_TICKS, notes[0].midi_note, max(1, round(share * loudest)))


def _fewer_hits(piece: Piece, notes: Sequence[Note], *, is_timekeeper: bool) -> list[Note]:
    """Keep a drum's hits on the beats; where all are there, a timekeeper keeps every second, others the loud ones."""
    pulses = piece.plan.time_signature.pulse_ticks
    kept = [note for note in notes if _is_near(note.start_ticks % piece.bar_ticks, pulses, piece.bar_ticks)]
    if len(kept) < len(notes):
        return kept
    if is_timekeeper:
        strong = pulses[::2]
        return [note for note in notes if _is_near(note.start_ticks % piece.bar_ticks, strong, piece.bar_ticks)]
    return list(notes)


def _is_near(place: int, wanted: Iterable[int], bar_ticks: int) -> bool:
    return any(min(abs(place - pulse), bar_ticks - abs(place - pulse)) <= NEAR_TICKS for pulse in wanted)


# Pitched parts


def _filled(piece: Piece, part: Part, notes: list[Note]) -> list[Note]:
    """Strike what is held, or what leaves a gap behind it, once more half way; a tune passes on by step there."""
    is_tune = part.role in (Role.MELODY, Role.COUNTER_MELODY)
    struck = clusters(notes)
    out: list[Note] = []
    for cluster, following in zip(struck, [*struck[1:], []], strict=True):
        start = cluster[0].start_ticks
        length = min(note.duration_ticks for note in cluster)
        room = (following[0].start_ticks if following else start + length) - start
        is_held = length >= 2 * _SIXTEENTH - NEAR_TICKS
        at = min(length, room) // 2 if is_held else min(room // 2, TICKS_PER_QUARTER // 2)
        is_same_chord = piece.chord_at(start) == piece.chord_at(start + at)
        if room < 2 * _CLOSEST_TICKS or at < _CLOSEST_TICKS or not is_same_chord:
            out += cluster
            continue
        for note in cluster:
            pitch = _passing(piece, note, following[0] if following else note) if is_tune else note.midi_note
            first = note._replace(duration_ticks=at) if is_held else note
            rest = note.duration_ticks - at if is_held else min(note.duration_ticks, at)
            out += [first, Note(note.start_ticks + at, rest, pitch, max(1, round(0.88 * note.velocity)))]
    return out


def _passing(piece: Piece, note: Note, following: Note) -> int:
    """Return the scale note a step from a note on the way to the next, or above it where that is the same."""
    chord = piece.chord_at(note.start_ticks)
    tones = {*piece.plan.key.scale, *(chord.chord.pitch_classes if chord and chord.chord else ())}
    if following.midi_note >= note.midi_note:
        return nearest(tones, note.midi_note + 1, note.midi_note + 1, note.midi_note + 4) or note.midi_note
    return nearest(tones, note.midi_note - 1, note.midi_note - 4, note.midi_note - 1) or note.midi_note


def _thinned(piece: Piece, part: Part, notes: list[Note]) -> list[Note]:
    """Keep what stands on the beats, or where all does on the strong ones, and hold it over what is left out."""
    struck = clusters(notes)
    pulses = piece.plan.time_signature.pulse_ticks
    strong = (pulses[0], pulses[len(pulses) // 2])
    kept = _standing(piece, struck, pulses)
    if len(kept) == len(struck) or part.role in (Role.CHORDS, Role.PAD):
        kept = _standing(piece, struck, strong)
    indices = {id(cluster): place for place, cluster in enumerate(struck)}
    out: list[Note] = []
    for cluster in kept:
        held_to = max(note.start_ticks + note.duration_ticks for note in cluster)
        for left_out in struck[indices[id(cluster)] + 1 :]:
            is_apart = left_out[0].start_ticks - held_to > _SIXTEENTH
            if is_apart or any(left_out is other for other in kept) or _crosses(piece, cluster, left_out):
                break
            held_to = max(note.start_ticks + note.duration_ticks for note in left_out)
        out += [note._replace(duration_ticks=max(note.duration_ticks, held_to - note.start_ticks)) for note in cluster]
    return out


def _standing(piece: Piece, struck: list[list[Note]], pulses: Sequence[int]) -> list[list[Note]]:
    """Return what is struck at some beats, and in a bar with nothing there its first."""
    bar = piece.bar_ticks
    has_any = {
        cluster[0].start_ticks // bar for cluster in struck if _is_near(cluster[0].start_ticks % bar, pulses, bar)
    }
    out, seen = [], set()
    for cluster in struck:
        number, place = divmod(cluster[0].start_ticks, bar)
        if _is_near(place, pulses, bar) or (number not in has_any and number not in seen):
            out.append(cluster)
        seen.add(number)
    return out


def _crosses(piece: Piece, cluster: list[Note], later: list[Note]) -> bool:
    """Tell whether a note held on would sound under another chord, or in another bar."""
    one, other = cluster[0].start_ticks, later[0].start_ticks
    return one // piece.bar_ticks != other // piece.bar_ticks or piece.chord_at(one) != piece.chord_at(other)
