"""Voicings: laying a chord out for a player's hands, strings or section so that it moves well from the one before.

Every layout that the player can hold is listed, and the one is taken that costs least: in how far voices move, in
outer voices that run the same way, in blurred or gaping spacing, and in distance from the part's register.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from engines.composer.fretboard import Grip, grips, n_fingers
from engines.composer.playability import fits_desks, fits_two_hands
from music.chord import Chord
from music.instrument import Fretboard, Hand
from music.style import Voicing

_PIANIST = Hand()
_MUDDY_BELOW = 52  # under E3 thirds and seconds blur
_PERFECT = (0, 7)
_FORBIDDEN = 40.0  # what a parallel costs where the style forbids it: more than any other way out
_UNRESOLVED = 2.5  # a seventh that leaps away
_SAME_WAY = 0.6  # outer voices that move in one direction
_LEAP = 4  # semitones beyond which a voice leaps
_DOUBLED_THIRD = 1.0
_EMPTY_DESK = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What a chord part plays with: its register, its way of laying chords out, and what the hands can do."""

    voicing: Voicing
    n_voices: int
    low: int
    high: int
    hand: Hand = _PIANIST
    desks: tuple[tuple[int, int], ...] = ()
    fretboard: Fretboard | None = None
    forbids_parallels: bool = False


class Laid(NamedTuple):
    """A chord laid out: its notes, rising, the same in the order of a down-stroke, and the pitch class of its bass."""

    notes: tuple[int, ...]
    stroke: tuple[int, ...]
    bass: int
    position: int = 0  # on a fretboard
    sevenths: tuple[int, ...] = ()  # minor ones, which want to fall or stay


class _Option(NamedTuple):
    cost: float
    laid: Laid


class _Shape(NamedTuple):
    """Bounds of a layout in semitones: from the lowest to the highest voice, over the lowest voice, and above it."""

    span: tuple[int, int]
    first_gap: tuple[int, int]
    widest_gap: int


_SHAPES = {
    Voicing.CLOSE: _Shape((0, 12), (0, 12), 9),
    Voicing.OPEN: _Shape((13, 24), (3, 14), 10),
    Voicing.SHELL: _Shape((0, 14), (0, 14), 11),
    Voicing.ROOTLESS: _Shape((0, 13), (0, 13), 9),
    Voicing.SPREAD: _Shape((12, 31), (7, 16), 9),
}


@lru_cache(maxsize=16384)
def voice(chord: Chord, before: Laid | None, player: Player, centre: int) -> Laid:
    """Lay a chord out within the player's range: nearest to what sounded before, or to the centre at the start."""
    return _cheapest(_options(chord, player), before, player, centre, pull=0.1 if player.fretboard else 0.25)


@lru_cache(maxsize=4096)
def revoice(chord: Chord, before: Laid, player: Player, centre: int) -> Laid:
    """Lay a chord that stays out anew, with another note on top; as before where the player has no other."""
    others = tuple(option for option in _options(chord, player) if option.laid.notes[-1] != before.notes[-1])
    return _cheapest(others, before, player, centre, pull=0.8) if others else before


def _cheapest(options: tuple[_Option, ...], before: Laid | None, player: Player, centre: int, *, pull: float) -> Laid:
    """Return what costs least; ``pull`` is the cost of a semitone's distance from the centre of the register."""

    def cost(option: _Option) -> float:
        notes = option.laid.notes
        total = option.cost + pull * abs(sum(notes) / len(notes) - centre)
        return total if before is None else total + _movement(option.laid, before, player)

    return min(options, key=cost).laid


@lru_cache(maxsize=4096)
def _options(chord: Chord, player: Player) -> tuple[_Option, ...]:
    """List what the player could do for a chord, most settled first."""
    bass = chord.bass_pitch_class
    if player.fretboard:
        options = [
            _Option(_grip_cost(grip, player), Laid(tuple(sorted(grip.notes)), grip.notes, bass, grip.position))
            for grip in _grips(chord, player, player.fretboard)
        ]
    else:
        options = [
            _Option(_spacing_cost(notes, chord, player), Laid(notes, notes, bass, sevenths=_sevenths(notes, chord)))
            for notes in _layouts(chord, player)
        ]
    return tuple(sorted(options, key=lambda option: (option.cost, option.laid.stroke)))


def _sevenths(notes: tuple[int, ...], chord: Chord) -> tuple[int, ...]:
    if 10 not in chord.intervals:
        return ()
    return tuple(note for note in notes if (note - chord.root_pitch_class) % 12 == 10)


def _tones(chord: Chord, voicing: Voicing, n_voices: int) -> tuple[int, ...]:
    """Choose the pitch classes to play: what names the chord first, what the bass plays anyway last."""
    root = chord.root_pitch_class
    intervals = chord.intervals
    if voicing is Voicing.POWER:
        return (root, (root + fifth_of(chord)) % 12)
    thirds = [step for step in intervals if step % 12 in (2, 3, 4, 5) and step < 12]
    sevenths = [step for step in intervals if step in (9, 10, 11)]
    colours = [step for step in intervals if step > 12]
    fifths = [step for step in intervals if step in (6, 7, 8)]
    order = [*thirds, *sevenths, *colours[-1:], *fifths, 0, *colours[:-1]]
    is_rooted = voicing not in (Voicing.SHELL, Voicing.ROOTLESS)
    if len(intervals) <= 3:
        order = [*thirds, 0, *intervals]
    elif is_rooted and n_voices >= len(intervals):
        order = list(intervals)
    elif voicing is Voicing.ROOTLESS:
        order = [step for step in order if step]
    order = list(dict.fromkeys(order))
    count = min(n_voices, 3 if voicing is Voicing.SHELL else n_voices, len(order))
    return tuple(dict.fromkeys((root + step) % 12 for step in order[: max(count, 2)]))


def fifth_of(chord: Chord) -> int:
    """Return the chord's fifth in semitones above the root, a perfect one where it has none."""
    return next((step for step in chord.intervals if step in (6, 7, 8)), 7)


def _layouts(chord: Chord, player: Player) -> list[tuple[int, ...]]:
    """List the layouts for hands or desks; where the voicing asked for has none, the closest with most voices."""
    if player.voicing is Voicing.POWER:
        found = _power_chords(chord, player)
    else:
        voicing = Voicing.SPREAD if player.voicing is Voicing.STRUM else player.voicing
        found = _placed(chord, player, voicing, _n_voices(player))
    n_voices = _n_voices(player)
    while not found and n_voices:
        found = _placed(chord, player, Voicing.CLOSE, n_voices)
        n_voices -= 1
    tones = _tones(chord, Voicing.CLOSE, 3)
    return found or [tuple(sorted({min(player.low + (t - player.low) % 12, player.high) for t in tones}))]


def _n_voices(player: Player) -> int:
    return min(player.n_voices, len(player.desks)) if player.desks else player.n_voices


def _power_chords(chord: Chord, player: Player) -> list[tuple[int, ...]]:
    roots = range(player.low + (chord.root_pitch_class - player.low) % 12, player.high + 1, 12)
    for n_notes in range(max(2, min(player.n_voices, 3)), 0, -1):
        steps = (0, fifth_of(chord), 12)[:n_notes]
        found = [tuple(root + step for step in steps) for root in roots if root + steps[-1] <= player.high]
        playable = [notes for notes in found if _is_playable(notes, player)]
        if playable:
            return playable
    return []


def _placed(chord: Chord, player: Player, voicing: Voicing, n_voices: int) -> list[tuple[int, ...]]:
    """List the chord's tones, some doubled where voices are left, in every octave of the range that fits."""
    tones = _tones(chord, voicing, n_voices)
    shape = _SHAPES[voicing]
    if voicing is Voicing.CLOSE and len(tones) > 4:
        shape = _Shape((0, 17), (0, 12), 9)
    found: dict[tuple[int, ...], None] = {}
    for chosen in _doubled(tones, chord, voicing, n_voices):
        octaves = [range(player.low + (tone - player.low) % 12, player.high + 1, 12) for tone in chosen]
        for placed in product(*octaves):
            notes = tuple(sorted(set(placed)))
            if len(notes) == len(chosen) and _has_shape(notes, shape) and _is_playable(notes, player):
                found[notes] = None
    if voicing is Voicing.SPREAD:
        return [notes for notes in found if notes[0] % 12 == chord.bass_pitch_class] or list(found)
    return list(found)


def _doubled(tones: tuple[int, ...], chord: Chord, voicing: Voicing, n_voices: int) -> list[tuple[int, ...]]:
    """List the tones as they are, and with one or two doubled where more voices play than the chord has tones."""
    n_left = n_voices - len(tones)
    if n_left < 1 or voicing in (Voicing.SHELL, Voicing.ROOTLESS) or len(tones) > 4:
        return [tones]
    once = [(*tones, tone) for tone in tones]
    if n_left == 1 or voicing is Voicing.CLOSE:
        return [tones, *once]
    outer = (chord.root_pitch_class, (chord.root_pitch_class + fifth_of(chord)) % 12)
    return [tones, *once, (*tones, *(tone for tone in outer if tone in tones))]


def _has_shape(notes: tuple[int, ...], shape: _Shape) -> bool:
    least, most = shape.span
    if not least <= notes[-1] - notes[0] <= most and len(notes) > 1:
        return False
    low, high = shape.first_gap
    if len(notes) > 2 and not low <= notes[1] - notes[0] <= high:
        return False
    return all(upper - lower <= shape.widest_gap for lower, upper in pairwise(notes[1:]))


def _is_playable(notes: tuple[int, ...], player: Player) -> bool:
    return fits_desks(notes, player.desks) if player.desks else fits_two_hands(notes, player.hand)


def _spacing_cost(notes: tuple[int, ...], chord: Chord, player: Player) -> float:
    """Tell what is awkward in a layout by itself: seconds and low thirds that blur, a doubled third, missing voices."""
    cost = (_EMPTY_DESK if player.desks else 1.2) * max(0, min(_n_voices(player), 4) - len(notes))
    for lower, upper in pairwise(notes):
        cost += 4.0 if upper - lower == 1 else 0.0
        cost += 3.0 if lower < _MUDDY_BELOW and upper - lower < 5 else 0.0
    third = (chord.root_pitch_class + 4) % 12
    if sum(note % 12 == third for note in notes) > 1:
        cost += _DOUBLED_THIRD * (3 if player.forbids_parallels else 1)
    return cost + sum(1.5 for low in notes for high in notes if high - low == 13)


def _grips(chord: Chord, player: Player, board: Fretboard) -> tuple[Grip, ...]:
    """List the grips for a chord in the part's register, or anywhere on the neck if it has none there."""
    most = min(player.n_voices, len(board.strings))
    for needed, bass, fewest, n_gaps in _demands(chord, player, board):
        classes = needed | _filling(chord, player)
        found = grips(board, classes, needed, bass=bass, n_strings=(min(fewest, most), most), n_gaps=n_gaps)
        if player.voicing is Voicing.POWER:
            steps = (0, fifth_of(chord), 12)
            found = tuple(
                g for g in found if all(n - g.notes[0] == step for n, step in zip(g.notes, steps, strict=False))
            )
        within = tuple(grip for grip in found if player.low <= min(grip.notes) and max(grip.notes) <= player.high)
        if within or found:
            return within or found
    raise ValueError(f"no string of {board} has a tone of {chord.label}")


def _demands(chord: Chord, player: Player, board: Fretboard) -> Iterator[tuple[frozenset[int], int | None, int, int]]:
    """Yield what to ask of a grip, from all that is wanted to what any hand can do: tones, bass, strings, gaps."""
    bass = chord.bass_pitch_class if board.rises else None
    if player.voicing is Voicing.POWER:
        tones = _tones(chord, Voicing.POWER, 3)
        yield frozenset(tones), tones[0], min(3, player.n_voices), 0
        yield frozenset(tones), None, 2, 0
    elif player.voicing is Voicing.STRUM:
        tones = _naming_tones(chord)
        for n_tones in range(len(tones), 1, -1):
            yield frozenset(tones[:n_tones]), bass, 4, 0
        yield frozenset(tones[:3]), bass, 3, 1
        yield frozenset(tones[:3]), None, 3, 0
    else:
        tones = _tones(chord, player.voicing, player.n_voices)
        for n_tones in range(len(tones), 1, -1):
            yield frozenset(tones[:n_tones]), None, min(3, n_tones), 0
            yield frozenset(tones[:n_tones]), None, min(3, n_tones), 1
    yield frozenset(), None, 1, 0


def _filling(chord: Chord, player: Player) -> frozenset[int]:
    """Return the tones that a grip may have beside those it needs."""
    if player.voicing is Voicing.POWER:
        return frozenset(_tones(chord, Voicing.POWER, 3))
    if player.voicing is Voicing.STRUM:
        rest = (0, fifth_of(chord)) if 7 in chord.intervals or len(chord.intervals) < 3 else (0,)
        return frozenset((chord.root_pitch_class + step) % 12 for step in rest)
    return frozenset(_tones(chord, player.voicing, player.n_voices))


def _naming_tones(chord: Chord) -> tuple[int, ...]:
    """Return the tones that tell a chord from others, the strongest first."""
    steps = chord.intervals
    if len(steps) <= 3:
        order = [*(s for s in steps if s in (2, 3, 4, 5)), 0, *steps]
    else:
        order = [s for s in steps if s in (2, 3, 4, 5)] + [s for s in steps if s in (9, 10, 11)]
        order += [s for s in steps[-1:] if s > 12] + [s for s in steps if s in (6, 8)]
    return tuple(dict.fromkeys((chord.root_pitch_class + step) % 12 for step in order))


def _grip_cost(grip: Grip, player: Player) -> float:
    """Tell what is awkward in a grip by itself: silent strings, many fingers, a place high up the neck, a low third."""
    cost = max(0, player.n_voices - len(grip.notes)) + 0.35 * n_fingers(grip.frets) + 0.2 * grip.position
    if len(grip.notes) > 1 and grip.notes[0] < _MUDDY_BELOW and grip.notes[1] - grip.notes[0] < 5:
        cost += 1.0
    return cost - 0.5 * grip.n_open


def _movement(laid: Laid, before: Laid, player: Player) -> float:
    """Tell how much it takes to come from the layout before."""
    cost = 0.0
    if player.forbids_parallels:
        cost = _exposure(laid, before) + (_FORBIDDEN if has_parallels(before, laid) else 0.0)
    if player.fretboard:
        return cost + 0.35 * abs(laid.position - before.position) + 0.4 * _moved(laid.notes, before.notes)
    cost += _moved(laid.notes, before.notes)
    below, above = laid.notes[0] - before.notes[0], laid.notes[-1] - before.notes[-1]
    if below * above > 0:
        cost += _SAME_WAY
    return cost + sum(_UNRESOLVED for note in before.sevenths if not {note, note - 1, note - 2} & {*laid.notes})


def _exposure(laid: Laid, before: Laid) -> float:
    """Tell how exposed a fifth or octave with the bass is at which the highest voice arrives.

    Arriving by a step is worst, since a bass that walks up to its note by a step may have run along; a leading note
    that rises to the root is worth some risk.
    """
    step = laid.notes[-1] - before.notes[-1]
    with_bass = (laid.notes[-1] - laid.bass) % 12
    if not step or laid.bass == before.bass or with_bass not in _PERFECT:
        return 0.0
    if step == 1 and with_bass == 0:
        return 2.0
    return 8.0 if abs(step) <= 2 else 1.0


def _moved(notes: tuple[int, ...], before: tuple[int, ...]) -> float:
    """Add up how far voices move, leaps and the highest voice counting more."""
    if len(notes) == len(before):
        steps = [abs(note - other) for note, other in zip(notes, before, strict=True)]
    else:
        steps = [min(abs(note - other) for other in before) for note in notes]
    leaps = sum(step - _LEAP for step in steps if step > _LEAP)
    return sum(steps) + 0.5 * leaps + 0.5 * abs(notes[-1] - before[-1])


def has_parallels(before: Laid, after: Laid) -> bool:
    """Tell whether the highest voice makes fifths or octaves in a row with the chord's bass or with the lowest voice.

    The bass counts by its pitch class, since it is another player's to choose the octave: so the same fifth reached in
    contrary motion counts too.
    """
    top, top_before = after.notes[-1], before.notes[-1]
    if top == top_before:
        return False
    with_bass = (top - after.bass) % 12
    if after.bass != before.bass and with_bass in _PERFECT and (top_before - before.bass) % 12 == with_bass:
        return True
    low, low_before = after.notes[0], before.notes[0]
    inside = (top - low) % 12
    return (
        (low - low_before) * (top - top_before) > 0 and inside in _PERFECT and (top_before - low_before) % 12 == inside
    )
