"""Motifs: a rhythm and a contour, and the ways in which a player varies one when it comes back."""

import random
from collections.abc import Callable
from typing import NamedTuple

from engines.composer.grid import Hit
from music.style import Pattern
from music.time import TICKS_PER_QUARTER

LONGEST = 16
_LICKS = (
    (-1, -1, -2, -1, 1, -1), (1, 1, -1, -2, -1, -1), (0, 0, -2, -1, 3, -1), (1, -1, -2, 1, -1, -1, 2),
    (3, -1, -1, -1, 2, -1), (0, 2, -1, -1, -1, 3, -1), (2, 0, -2, -1, -1, 1), (-2, 1, -3, 1, 1, -1),
)  # fmt: skip
_EIGHTH = TICKS_PER_QUARTER // 2


class Motif(NamedTuple):
    """A rhythm, and for each of its notes the move in scale steps from the note before; the first move is 0."""

    pattern: Pattern
    moves: tuple[int, ...]


class Tone(NamedTuple):
    """A note of a figure: when it sounds, and the move in scale steps that leads to it."""

    hit: Hit
    move: int


class Figure(NamedTuple):
    """A motif set in a bar; ``shift`` moves its first note, in scale steps, from where the motif began before."""

    tones: tuple[Tone, ...]
    shift: int = 0


def draw_motif(pattern: Pattern, leaps: float, rng: random.Random) -> Motif:
    """Draw a contour: it leans one way, mostly steps, sometimes repeats a note, and fills a leap by turning back."""
    lean = rng.choice((1, 1, -1))
    turn = rng.randrange(2, 6)  # where the lean goes over into its opposite
    moves, place, last = [0], 0, 0
    for number in range(1, LONGEST):
        way = lean if (number // turn) % 2 == 0 else -lean
        if abs(last) > 1:
            last = -1 if last > 0 else 1
        elif rng.random() < leaps:
            last = way * rng.choice((2, 2, 3, 3, 4))
        else:
            last = rng.choice((way, way, way, -way, 0))
        if abs(place + last) > 4:
            last = -1 if place > 0 else 1
        place += last
        moves.append(last)
    return Motif(pattern, tuple(moves))


def draw_run(pattern: Pattern, rng: random.Random) -> Motif:
    """Draw an improviser's contour: an arpeggio or a run one way, then the other, for several notes each."""
    way = rng.choice((1, -1))
    moves = [0]
    while len(moves) < LONGEST:
        length = rng.randrange(3, 6)
        shape = rng.choice(((2, 2, 1), (1,), (1,), (1, 1, 2)))
        moves += [way * shape[i % len(shape)] for i in range(length)]
        way = -way
    return Motif(pattern, tuple(moves[:LONGEST]))


def draw_lick(pattern: Pattern, rng: random.Random) -> Motif:
    """Draw a blues lick's contour: down the box, a bend and its release, a repeated note that falls, a turn."""
    shape = rng.choice(_LICKS)
    moves = [shape[i % len(shape)] if i < len(shape) else rng.choice((-1, 1, -1)) for i in range(LONGEST)]
    return Motif(pattern, (0, *moves[: LONGEST - 1]))


def stated(motif: Motif, hits: tuple[Hit, ...], first: int = 0) -> Figure:
    """Return the motif, from its ``first`` move on, on the hits of a bar."""
    return Figure(tuple(Tone(hit, motif.moves[(first + i) % LONGEST]) for i, hit in enumerate(hits)))


def inverted(figure: Figure, bar_ticks: int) -> Figure:
    """Turn every move upside down."""
    del bar_ticks
    return figure._replace(tones=tuple(tone._replace(move=-tone.move) for tone in figure.tones))


def raised(figure: Figure, bar_ticks: int) -> Figure:
    """Sequence: the same a step higher."""
    del bar_ticks
    return figure._replace(shift=1)


def lowered(figure: Figure, bar_ticks: int) -> Figure:
    """Sequence: the same a step lower."""
    del bar_ticks
    return figure._replace(shift=-1)


def diminished(figure: Figure, bar_ticks: int) -> Figure:
    """Play the longest note as two, the second a neighbour that leads on."""
    del bar_ticks
    tones = list(figure.tones)
    longest = max(range(len(tones)), key=lambda i: (tones[i].hit.length, -i))
    hit = tones[longest].hit
    half = hit.length // 2 // _EIGHTH * _EIGHTH
    if half < _EIGHTH:
        return figure
    tones[longest] = tones[longest]._replace(hit=hit._replace(length=half))
    second = hit._replace(start=hit.start + half, length=hit.length - half, mark="x")
    tones.insert(longest + 1, Tone(second, 1 if tones[longest].move <= 0 else -1))
    return figure._replace(tones=tuple(tones))


def augmented(figure: Figure, bar_ticks: int) -> Figure:
    """Broaden the end: the last short note but one falls away and the one before it is held over its place."""
    del bar_ticks
    tones = list(figure.tones)
    at = next((i for i in range(len(tones) - 2, 0, -1) if tones[i].hit.length <= TICKS_PER_QUARTER), None)
    if at is None or len(tones) < 4:
        return figure
    gone, kept = tones.pop(at), tones[at - 1]
    tones[at - 1] = kept._replace(hit=kept.hit._replace(length=gone.hit.start + gone.hit.length - kept.hit.start))
    tones[at] = tones[at]._replace(move=max(-4, min(4, tones[at].move + gone.move)))
    return figure._replace(tones=tuple(tones))


def fragmented(figure: Figure, bar_ticks: int) -> Figure:
    """Take the head alone and say it twice, the second time a step on, where the bar can be halved."""
    half = bar_ticks // 2
    head = [tone for tone in figure.tones if tone.hit.start < half]
    if bar_ticks % (2 * _EIGHTH) or not 2 <= len(head) <= 4 or half % _EIGHTH:
        return figure
    head[-1] = head[-1]._replace(hit=head[-1].hit._replace(length=min(head[-1].hit.length, half - head[-1].hit.start)))
    back = -sum(tone.move for tone in head[1:]) + (1 if head[-1].move <= 0 else -1)
    again = [tone._replace(hit=tone.hit._replace(start=tone.hit.start + half, mark="x")) for tone in head]
    again[0] = again[0]._replace(move=max(-4, min(4, back)))
    return figure._replace(tones=(*head, *again))


def ornamented(figure: Figure, bar_ticks: int) -> Figure:
    """Circle the first note that is long enough: the note, its lower neighbour, the note again."""
    del bar_ticks
    tones = list(figure.tones)
    at = next((i for i, tone in enumerate(tones) if tone.hit.length >= TICKS_PER_QUARTER), None)
    if at is None:
        return figure
    hit, quarter = tones[at].hit, TICKS_PER_QUARTER // 4
    rest = hit.length - 2 * quarter
    tones[at : at + 1] = [
        tones[at]._replace(hit=hit._replace(length=quarter)),
        Tone(hit._replace(start=hit.start + quarter, length=quarter, mark="x"), -1),
        Tone(hit._replace(start=hit.start + 2 * quarter, length=rest, mark="x"), 1),
    ]
    return figure._replace(tones=tuple(tones))


def retailed(figure: Figure, bar_ticks: int) -> Figure:
    """Turn the last third the other way."""
    del bar_ticks
    n_kept = len(figure.tones) - max(1, len(figure.tones) // 3)
    tones = [tone._replace(move=-tone.move or 1) if i >= n_kept else tone for i, tone in enumerate(figure.tones)]
    return figure._replace(tones=tuple(tones))


Variation = Callable[[Figure, int], Figure]
VARIATIONS: tuple[Variation, ...] = (
    raised, lowered, raised, inverted, diminished, augmented, fragmented, ornamented, retailed,
)  # fmt: skip
ANSWERS: tuple[Variation, ...] = (inverted, retailed, lowered, retailed)  # what the second half of an answer does
PLAIN_VARIATIONS: tuple[Variation, ...] = (diminished, augmented, retailed, ornamented)  # keep the place of a tune
