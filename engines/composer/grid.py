"""Rhythm texts as hits in a bar, fitted to any time signature.

A text is written for one metre. For another, both bars are cut into slots (the beats a listener taps; a bar of seven
eighths is one of four beats whose last is cut short), and each slot of the new bar takes the content of one slot of the
old: a bar of five stretches the first half to three beats, a bar of three leaves out the third. Where beats divide into
three, sixteenths become thirds, as swing has them, and a part that runs in even notes all through the bar goes on
running.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

from music.style import DrumPattern, Pattern
from music.time import TICKS_PER_QUARTER, TimeSignature

_COMMON_TIME = TimeSignature(4, 4)
_HALF_QUARTER = TICKS_PER_QUARTER // 2
_DOTTED_QUARTER = TICKS_PER_QUARTER * 3 // 2
# Which beats of a common-time pattern make a bar of so many beats, by the beat that carries the backbeat.
_FROM_COMMON_TIME = {
    1: {1: (0,), 2: (0, 3), 3: (0, 1, 3), 5: (0, 1, 1, 2, 3), 6: (0, 1, 2, 3, 2, 3), 7: (0, 1, 2, 3, 0, 1, 3)},
    2: {1: (0,), 2: (0, 2), 3: (0, 1, 2), 5: (0, 1, 1, 2, 3), 6: (0, 1, 1, 2, 3, 3), 7: (0, 1, 2, 3, 0, 1, 2)},
}
_LEADING = "a~"

AnyPattern = TypeVar("AnyPattern", Pattern, DrumPattern)


class Hit(NamedTuple):
    """A sign of a rhythm text: where in the bar, how long with its holds, how long one step is, and which sign."""

    start: int
    length: int
    step: int
    mark: str


def candidates(
    patterns: Sequence[AnyPattern], time_signature: TimeSignature, kind: str, energy: float
) -> tuple[AnyPattern, ...]:
    """Return the patterns for a metre that suit a section; where none suits, all those nearest in metre."""
    if not patterns:
        return ()
    meters = list(dict.fromkeys(pattern.meter for pattern in patterns))
    best = min(meters, key=lambda meter: _distance(meter, time_signature))
    group = [pattern for pattern in patterns if pattern.meter == best]
    fitting = [p for p in group if p.where.admits(kind, energy)]
    named = [p for p in fitting if p.where.sections]
    return tuple(named or fitting or group)


def _distance(meter: TimeSignature, wanted: TimeSignature) -> int:
    """Rank metres by how well a pattern in one serves another: above all by whether beats divide into three."""
    if meter == wanted:
        return 0
    is_alike = meter.is_compound == wanted.is_compound
    if is_alike and meter.ticks_per_bar == wanted.ticks_per_bar:
        return 1
    return (2 if is_alike else 4) + (meter != _COMMON_TIME)


@cache
def hits_in_bar(text: str, meter: TimeSignature, wanted: TimeSignature, backbeat: int = 1) -> tuple[Hit, ...]:
    """Read a rhythm text written for one metre as the hits of a bar in another."""
    hits = _parse(text, meter.ticks_per_bar)
    if meter == wanted or (meter.ticks_per_bar == wanted.ticks_per_bar and meter.is_compound == wanted.is_compound):
        return hits
    return _fitted(hits, slots(meter), slots(wanted), backbeat)


def pattern_hits(pattern: Pattern, bar_number: int, wanted: TimeSignature, backbeat: int) -> tuple[Hit, ...]:
    """Return a pitched pattern's hits in a bar.

    A note held for the whole bar is held in every metre; a metre too short for any hit gets the first, held.
    """
    text = pattern.bars[bar_number % len(pattern.bars)]
    fitted = hits_in_bar(text, pattern.meter, wanted, backbeat)
    written = hits_in_bar(text, pattern.meter, pattern.meter)
    length = wanted.ticks_per_bar
    if fitted and written[0].length < pattern.meter.ticks_per_bar:
        return fitted
    return tuple(hit._replace(start=0, length=length, step=length) for hit in written[:1])


@cache
def slots(time_signature: TimeSignature) -> tuple[tuple[int, int], ...]:
    """Cut a bar into beats as (start, length) between an eighth and a dotted quarter, where the bar allows it."""
    length = time_signature.ticks_per_bar
    edges = [*time_signature.pulse_ticks, length]
    if not time_signature.is_compound and len(edges) > 3 and edges[-1] - edges[-2] == _DOTTED_QUARTER:
        edges.insert(-1, length - _HALF_QUARTER)  # 2+2+3 eighths are played as 2+2+2+1
    cut: list[int] = [0]
    for start, end in pairwise(edges):
        n_parts = max(1, round((end - start) / TICKS_PER_QUARTER)) if end - start > _DOTTED_QUARTER else 1
        for part in range(1, n_parts + 1):
            edge = start + (end - start) * part // n_parts
            if edge - cut[-1] >= _HALF_QUARTER or edge == length:
                cut.append(edge)
    return tuple((start, end - start) for start, end in pairwise(cut))


@cache
def _parse(text: str, bar_ticks: int) -> tuple[Hit, ...]:
    cells = text.replace(" ", "").replace("|", "")
    edges = [round(i * bar_ticks / len(cells)) for i in range(len(cells) + 1)]
    hits: list[Hit] = []
    is_sounding = False
    for i, mark in enumerate(cells):
        step = edges[i + 1] - edges[i]
        if mark == "-" and is_sounding:
            hits[-1] = hits[-1]._replace(length=edges[i + 1] - hits[-1].start)
        elif mark not in "-.":
            hits.append(Hit(edges[i], step, step, mark))
        is_sounding = mark != "." and bool(hits)
    return tuple(hits)


def _slot_map(n_wanted: int, n_written: int, backbeat: int) -> list[int]:
    """Tell which written slot each wanted slot takes: whole bars, or a shortened or stretched one."""
    if n_wanted % n_written == 0:
        return list(range(n_written)) * (n_wanted // n_written)
    if n_written == 4 and n_wanted in _FROM_COMMON_TIME[backbeat]:
        return list(_FROM_COMMON_TIME[backbeat][n_wanted])
    if n_wanted > n_written:
        rest = n_wanted % n_written
        return [*range(n_written)] * (n_wanted // n_written) + [*range(n_written)][-rest:]
    return [*range(n_wanted - 1), n_written - 1] if n_wanted > 1 else [0]


def _fitted(
    hits: tuple[Hit, ...], written: tuple[tuple[int, int], ...], wanted: tuple[tuple[int, int], ...], backbeat: int
) -> tuple[Hit, ...]:
    bar_end = wanted[-1][0] + wanted[-1][1]
    step = _running_step(hits, written)
    sources = _slot_map(len(wanted), len(written), backbeat)
    if step and all(hit.mark.isdecimal() for hit in hits):  # an arpeggio goes on where it is, rather than leap ahead
        sources = [i % len(written) for i in range(len(wanted))]
    out: list[Hit] = []
    carried: list[bool] = []  # whether each hit of ``out`` rings past its own slot
    for (start, length), source in zip(wanted, sources, strict=True):
        source_start, source_length = written[source]
        source_end = source_start + source_length
        if step and 2 * length == 3 * source_length:
            out += _run(hits, source_start, start, length, step)
            carried += [False] * (len(out) - len(carried))
            continue
        if carried and carried[-1] and not any(h.start < source_start < h.start + h.length for h in hits):
            out[-1] = out[-1]._replace(length=min(out[-1].length, start - out[-1].start))
            carried[-1] = False
        for hit in hits:
            if not source_start <= hit.start < source_end:
                continue
            offset = _scaled(hit.start - source_start, source_length, length)
            if offset >= length or (out and out[-1].start >= start + offset):
                continue
            rings_on = hit.start + hit.length > source_end
            sounding = _scaled(min(hit.length, source_end - hit.start), source_length, length) or hit.step
            end = bar_end if rings_on else min(start + offset + sounding, start + length)
            if out:
                out[-1] = out[-1]._replace(length=min(out[-1].length, start + offset - out[-1].start))
            out.append(Hit(start + offset, end - start - offset, min(hit.step, sounding), hit.mark))
            carried.append(rings_on)
    return tuple(out)


def _running_step(hits: tuple[Hit, ...], written: tuple[tuple[int, int], ...]) -> int:
    """Return how far apart a part's notes are that runs through its bar in eighths or faster; 0 if it does not run."""
    bar_end = written[-1][0] + written[-1][1]
    gaps = {right - left for left, right in pairwise([*(hit.start for hit in hits), bar_end])}
    step = min(gaps, default=0)
    return step if len(gaps) == 1 and hits[0].start == 0 and step <= _HALF_QUARTER else 0


def _run(hits: tuple[Hit, ...], source_start: int, start: int, length: int, step: int) -> list[Hit]:
    """Fill a beat that is half as long again with even notes, read on from the beat of the written bar.

    Only arpeggios are read on beyond the beat; other parts play the beat's last note again, or, where it leads into the
    next beat, the first.
    """
    first = next(i for i, hit in enumerate(hits) if hit.start >= source_start)
    n_own, n_notes = length * 2 // 3 // step, length // step
    own = hits[first : first + n_own]
    if all(hit.mark.isdecimal() for hit in hits):
        read = [hits[(first + i) % len(hits)] for i in range(n_notes)]
    elif own[-1].mark in _LEADING:
        read = [own[0]] * (n_notes - n_own) + [*own]
    else:
        read = [*own] + [own[-1]] * (n_notes - n_own)
    return [Hit(start + i * step, min(hit.length, step), hit.step, hit.mark) for i, hit in enumerate(read)]


def _scaled(ticks: int, source_length: int, length: int) -> int:
    """Move a place inside a beat into a beat of another length: into thirds, out of them, or as it is."""
    if 2 * length == 3 * source_length:
        share = ticks / source_length
        return round(min(3.0, {0.25: 1.0, 0.5: 2.0, 0.75: 2.0}.get(share, share * 3))) * (length // 3)
    if 3 * length == 2 * source_length:
        return ticks * 2 // 3
    return ticks
