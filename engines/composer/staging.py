"""Who plays in which bars, and how loud the band is there: entrances, exits, silences, and swells, all from data."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from engines.composer.grid import slots
from engines.composer.humanise import Stroke
from engines.composer.layout import Stretch
from engines.composer.randomness import stream
from music.instrument import Role
from music.plan import Plan
from music.style import Presence, Style
from music.time import TICKS_PER_QUARTER

Spans = tuple[tuple[int, int], ...]  # from tick to tick of the piece

_CLIMAXES = ("chorus", "hook", "drop", "head", "theme")
_HALVES_FROM_BARS = 4
_STRUCK_AGAIN = TICKS_PER_QUARTER // 2  # what is held for as long after a silence is heard there
# Who plays alone where nobody else of the cast would.
_HARMONIC = (Role.CHORDS, Role.PAD, Role.ARPEGGIO)
_ANCHORS = (Role.CHORDS, Role.PAD, Role.ARPEGGIO, Role.MELODY, Role.DRUMS, Role.BASS, Role.COUNTER_MELODY)


def presences(plan: Plan, style: Style, stretches: Sequence[Stretch]) -> dict[tuple[Role, int], Presence]:
    """Say for each role and section (by index) whether it plays; sections of one kind are staged alike.

    What is said depends on the cast only where nobody of it would play: there one of it does.
    """
    said: dict[tuple[Role, int], Presence] = {}
    for stretch in stretches:
        options = style.stagings_for(stretch.kind)
        drawn = options[stream(plan.seed, "staging", stretch.kind).randrange(len(options))]
        staging = {} if plan.given else drawn  # who plays to given music plays throughout
        for role in Role:
            wanted = staging.get(role, Presence.PLAYS)
            if stretch.energy < style.part(role).enters_from_energy:
                wanted = Presence.RESTS
            said[role, stretch.index] = _settled(wanted, stretch)
    cast = [part.role for part in plan.parts if part.role is not Role.EFFECTS]
    for role in cast:
        if all(said[role, stretch.index] is Presence.RESTS for stretch in stretches):
            said |= {(role, stretch.index): Presence.PLAYS for stretch in stretches}
    for stretch in stretches:
        heard = {said[role, stretch.index] for role in cast}
        if cast and Presence.PLAYS not in heard and not {Presence.LATE, Presence.EARLY} <= heard:
            anchor = next(role for role in _ANCHORS if role in cast)
            said[anchor, stretch.index] = Presence.PLAYS
        harmonic = [role for role in _HARMONIC if role in cast]
        if plan.has_own_chords and harmonic and Presence.PLAYS not in {said[r, stretch.index] for r in harmonic}:
            said[harmonic[0], stretch.index] = Presence.PLAYS
    return said


def _settled(wanted: Presence, stretch: Stretch) -> Presence:
    """Decide LATER, and what a short section or the last time of a climax makes of a wish."""
    is_climax = stretch.kind in _CLIMAXES and stretch.n_occurrences > 1
    if wanted is Presence.LATER:
        is_first = stretch.occurrence == 0 and stretch.n_occurrences > 1
        return Presence.RESTS if is_first else Presence.PLAYS
    if is_climax and stretch.occurrence + 1 == stretch.n_occurrences and wanted is not Presence.RESTS:
        return Presence.PLAYS
    is_halved = wanted in (Presence.LATE, Presence.EARLY)
    return Presence.PLAYS if is_halved and len(stretch.bars) < _HALVES_FROM_BARS else wanted


def silences(role: Role, stretches: Sequence[Stretch], said: Mapping[tuple[Role, int], Presence], gaps: Spans) -> Spans:
    """Return when a role is silent; drums that enter halfway come in with a fill, a beat before.

    Effects have their places in the form already, and sound on through the band's gaps.
    """
    if role is Role.EFFECTS:
        return ()
    spans: list[tuple[int, int]] = list(gaps)
    for stretch in stretches:
        start, middle, end = _edges(stretch)
        presence = said[role, stretch.index]
        if presence is Presence.RESTS:
            spans.append((start, end))
        elif presence is Presence.LATE:
            spans.append((start, middle - (slots(stretch.time_signature)[-1][1] if role is Role.DRUMS else 0)))
        elif presence is Presence.EARLY:
            spans.append((middle, end))
    return tuple(sorted(span for span in spans if span[0] < span[1]))


def _edges(stretch: Stretch) -> tuple[int, int, int]:
    """Return where a section starts, where its second half does, and where it ends or the piece's last bar starts."""
    bars = stretch.bars
    last = bars[-1]
    end = last.start_ticks + (0 if last.is_ending else stretch.time_signature.ticks_per_bar)
    return bars[0].start_ticks, bars[halfway(len(bars))].start_ticks, end


def halfway(n_bars: int) -> int:
    """Return the bar of a section at which its second half begins, whole pairs of bars where there are."""
    return n_bars // 2 if n_bars % 4 == 0 or n_bars < 4 else n_bars // 4 * 2


def hushed(strokes: list[Stroke], spans: Spans) -> list[Stroke]:
    """Leave out what sounds in a silence; what is held through its end is struck again there."""
    if not spans:
        return strokes
    kept = []
    for stroke in strokes:
        pieces = [(stroke.start, stroke.start + stroke.length)]
        for left, right in spans:
            pieces = [piece for start, end in pieces for piece in _outside(start, end, left, right)]
        kept += [stroke._replace(start=start, length=end - start) for start, end in pieces]
    return kept


def _outside(start: int, end: int, left: int, right: int) -> Iterator[tuple[int, int]]:
    """Yield what of a span lies outside a silence: all before it, and after it what is long enough to strike again."""
    if end <= left or start >= right:
        yield start, end
        return
    if start < left:
        yield start, left
    if end - right >= _STRUCK_AGAIN:
        yield right, end


def gaps_of(plan: Plan, style: Style, stretches: Sequence[Stretch]) -> Spans:
    """Draw where the whole band is silent: for the last beat before a section, and after an ending that is cut."""
    spans = []
    for before, stretch in pairwise(stretches):
        chance = 0.0 if plan.given else style.drums.gaps.get(stretch.kind, 0.0)
        rises = stretch.energy > before.energy and len(before.bars) > 1
        if rises and stream(plan.seed, "gap", stretch.kind, stretch.occurrence).random() < chance:
            start = stretch.bars[0].start_ticks
            spans.append((start - slots(plan.time_signature)[-1][1], start))
    last = stretches[-1].bars[-1]
    if last.is_ending:
        end = last.start_ticks + plan.time_signature.ticks_per_bar
        cut = last.start_ticks + last.band[-1].start + last.band[-1].length
        spans += [(cut, end)] if cut < end else []
    return tuple(spans)


def swells(stretches: Sequence[Stretch]) -> tuple[float, ...]:
    """Return a factor for the velocities of each bar: phrases breathe, builds rise, an outro sinks."""
    levels = []
    for stretch in stretches:
        n_bars = len(stretch.bars)
        again = 0.02 if stretch.occurrence else 0.0
        if stretch.n_occurrences > 1 and stretch.occurrence + 1 == stretch.n_occurrences and stretch.kind in _CLIMAXES:
            again = 0.04
        for bar in stretch.bars:
            through = bar.number / max(1, n_bars - 1)
            if stretch.kind == "build":
                level = 0.86 + 0.26 * through
            elif stretch.kind == "pre-chorus":
                level = 0.95 + 0.1 * through
            elif stretch.kind == "outro":
                level = 1.01 - 0.12 * through
            else:
                level = 0.985 + 0.03 * math.sin(math.pi * (bar.number % 4 + 0.5) / 4)
            levels.append(level + again)
    return tuple(levels)
