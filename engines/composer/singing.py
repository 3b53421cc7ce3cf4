"""Setting words: where in its bars each syllable of a line begins, by stress.

Every choice of places is weighed: a word's main stress belongs on a pulse, light syllables between pulses, the last
one on firm ground with time to hold it, and the style's own melody rhythm is kept where the words allow it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from engines.composer.grid import Hit
from engines.composer.motifs import Tone
from engines.composer.phrases import Placed
from music.lyrics import Syllable
from music.time import TICKS_PER_QUARTER, TimeSignature

_EIGHTH = TICKS_PER_QUARTER // 2
_OFF_PULSE = 14.0  # cost of a word's main stress between the pulses
_WIDEST_STEPS = 8
_VOICE = (55, 76)  # G3 to E5: what most voices can sing, as written or an octave below
_LONGEST_INSIDE = 2 * TICKS_PER_QUARTER  # a syllable inside a line is held no longer


class Need(NamedTuple):
    """What a syllable wants of its place: ``weight`` 2 a word's main stress, 1 weighty, 0 light."""

    weight: int
    is_in_long_word: bool
    ends_word: bool


def needs_of(syllables: Sequence[Syllable]) -> tuple[Need, ...]:
    """Return what each syllable wants; a main stress counts as such in words of two syllables or more."""
    sizes: dict[int, int] = {}
    for syllable in syllables:
        sizes[syllable.word] = sizes.get(syllable.word, 0) + 1
    return tuple(
        Need(
            weight=syllable.stress if sizes[syllable.word] > 1 else min(1, syllable.stress),
            is_in_long_word=sizes[syllable.word] > 1,
            ends_word=syllable.ends_word,
        )
        for syllable in syllables
    )


@lru_cache(maxsize=512)
def sung_hits(
    needs: tuple[Need, ...], time_signature: TimeSignature, n_bars: int, rhythm: frozenset[int], lean: float
) -> tuple[Hit, ...]:
    """Return when each syllable of a line sounds, in ticks from its first bar, and how long.

    ``rhythm`` are places that the style likes; ``lean`` within 0-1 chooses between settings of about equal worth:
    towards an early start or a late one.
    """
    length = n_bars * time_signature.ticks_per_bar
    step = _grid(len(needs), length, time_signature)
    end = length - min(TICKS_PER_QUARTER, max(step, length // 8))  # then a breath
    places = range(0, end, step)
    firmness = [_firmness(place, time_signature) for place in places]
    chosen = _placed(needs, firmness, [place in rhythm for place in places], lean)
    starts = [places[i] for i in chosen]
    hits = []
    for i, start in enumerate(starts):
        until = starts[i + 1] if i + 1 < len(starts) else min(end, start + time_signature.ticks_per_bar)
        held = until - start if i + 1 == len(starts) else min(until - start, _LONGEST_INSIDE)
        mark = "X" if needs[i].weight == 2 else "x"
        hits.append(Hit(start, held, step, mark))
    return tuple(hits)


def _grid(n_syllables: int, length: int, time_signature: TimeSignature) -> int:
    """Return the widest grid, from eighths down, on which a line has room to breathe; it divides the beat."""
    step = _EIGHTH if time_signature.ticks_per_beat % _EIGHTH == 0 else time_signature.ticks_per_beat
    while n_syllables > 0.8 * (length - min(TICKS_PER_QUARTER, length // 8)) / step and step > 60:
        step //= 2
    return step


def _firmness(place: int, time_signature: TimeSignature) -> int:
    """Return 3 at a bar's start, 2 on its middle pulse, 1 on other pulses, 0 between them."""
    in_bar = place % time_signature.ticks_per_bar
    pulses = time_signature.pulse_ticks
    if in_bar == 0:
        return 3
    if in_bar not in pulses:
        return 0
    return 2 if in_bar == pulses[len(pulses) // 2] else 1


def _placed(needs: tuple[Need, ...], firmness: list[int], liked: list[bool], lean: float) -> list[int]:
    """Choose a rising place for each syllable at the least cost, by dynamic programming."""
    n_places = len(firmness)
    natural = n_places / (len(needs) + 1)
    costs = [
        0.1 * i * (0.5 + lean) + 0.5 * (i > n_places / 2) + _cost(needs[0], firmness[i], liked[i])
        for i in range(n_places)
    ]
    came_from: list[list[int]] = []
    for number in range(1, len(needs)):
        need, before = needs[number], needs[number - 1]
        row, origins = [1e9] * n_places, [0] * n_places
        for at in range(number, n_places):
            own = _cost(need, firmness[at], liked[at])
            best, origin = 1e9, at - 1
            for gap in range(1, min(_WIDEST_STEPS, at - number + 1) + 1):
                cost = costs[at - gap] + _gap_cost(gap, natural, before)
                if cost < best:
                    best, origin = cost, at - gap
            row[at], origins[at] = best + own, origin
        costs = row
        came_from.append(origins)
    last = min(range(n_places), key=lambda i: (costs[i] + _end_cost(n_places - i, natural, firmness[i]), i))
    chosen = [last]
    for origins in reversed(came_from):
        chosen.append(origins[chosen[-1]])
    return chosen[::-1]


def _cost(need: Need, firmness: int, is_liked: bool) -> float:
    cost = 0.0 if is_liked else 0.3
    if need.weight == 2:
        return cost + (_OFF_PULSE if firmness == 0 else -0.3 * (firmness > 1))
    if need.is_in_long_word:
        return cost + (0.0, 1.4, 3.0, 3.5)[firmness]
    if need.weight == 1:
        return cost + (0.9, 0.0, -0.3, -0.3)[firmness]
    return cost + (0.0, 0.7, 1.8, 2.0)[firmness]


def _gap_cost(gap: int, natural: float, before: Need) -> float:
    """Weigh the distance to the next syllable: even flow, longer after a word's end or on a stress than inside one."""
    wish = natural + (0.3 if before.ends_word else -0.3) + (0.3 if before.weight else -0.2)
    return 0.22 * (gap - wish) ** 2 + (1.5 if gap > 4 and not before.ends_word else 0.0)


def _end_cost(rest: int, natural: float, firmness: int) -> float:
    """Weigh how long the last syllable can be held, and the ground it stands on."""
    return (1.6 if rest < 2 else 0.0) + 0.12 * abs(rest - max(2.0, 1.5 * natural)) - 0.25 * min(firmness, 2)


def singable(low: int, high: int) -> tuple[int, int]:
    """Narrow or move a range to what a voice can sing, an octave at least, within what the instrument has."""
    bottom, top = max(low, _VOICE[0]), min(high, _VOICE[1])
    if top - bottom >= 12:
        return bottom, top
    return (low, min(high, low + _VOICE[1] - _VOICE[0])) if bottom > _VOICE[0] else (max(low, high - 12), high)


def melisma(placed: list[Placed]) -> list[Placed]:
    """Sing the last syllable on three notes: its own, a neighbour, and the one it ends on."""
    last, quarter = placed[-1], TICKS_PER_QUARTER
    hit = last.tone.hit
    parts = [hit._replace(length=quarter // 2)]
    parts.append(hit._replace(start=hit.start + quarter // 2, length=quarter // 2))
    parts.append(hit._replace(start=hit.start + quarter, length=hit.length - quarter))
    moves = (last.tone.move, 1, -1)
    return [
        *placed[:-1],
        *(
            last._replace(tone=Tone(part, move), syllable=None if i else last.syllable)
            for i, (part, move) in enumerate(zip(parts, moves, strict=True))
        ),
    ]
