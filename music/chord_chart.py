"""Chords in a row as musicians type them, and how many bars each holds.

Without bar lines each chord holds one bar: ``Am F C G``, ``Am, F, C, G``, ``Am - F - C - G``. With bar lines a bar's
chords share it, the first the longer where it does not divide: ``C | Am F | G``. In both ``%`` is the bar before once
more, and ``Cx2`` is two bars of C; ``x2`` set apart at the end says all again, as ``|: … :|`` does. Inside bars ``/``
or ``.`` by itself holds a chord for another beat: ``| C / / G |``. ``N.C.`` is silence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from music.chord import Chord, parse_chord

_SYMBOL = re.compile(r"N\.?C\.?(?![A-Za-z])|[A-G](?:[^\s,|;!?\"()\[\]%]|\([^\s()|]{1,20}\)){0,24}")
_WITH_WORD = re.compile(r"([A-G](?:##|bb|[#b♯♭])?)[ -](major|minor|maj|min)\b(?![ -]?(?:7|9|11|13|6))", re.IGNORECASE)
_BOUNDARY = re.compile(r"$|[\s,|;:!?.)\]\"%/→>*\u00d7-]|x\d")
_AGAIN = re.compile(r"(?:\(\s?)?[x\u00d7*]\s?(\d{1,2})\)?(?!\w)")
_BAR_LINE = re.compile(r":?\|+:?")
_GAP = re.compile(r"[ \t,>→-]+|/(?=[A-G])")
_CHAIN = re.compile(r"/[A-G]")
_BEAT = re.compile(r"(?<=[\s|])[/.](?=[\s|]|$)")
_MOST_TIMES = 64


class Mark(Enum):
    """What stands in a row of chords."""

    CHORD = "chord"
    BAR_LINE = "bar line"
    BAR_BEFORE = "bar before"
    AGAIN = "again"
    BEAT = "beat"


@dataclass(frozen=True, slots=True)
class ChartItem:
    """One mark of a row, from ``start`` to ``end`` in the text; ``times`` belongs to AGAIN."""

    mark: Mark
    start: int
    end: int
    chord: Chord | None = None
    times: int = 1
    is_repeat: bool = False  # a bar line with a colon before it
    is_of_all: bool = False  # AGAIN that means the whole row
    opens_repeat: bool = False  # and after it
    is_line_break: bool = False  # divides bars only where bar lines do
    is_plain: bool = False  # a bare letter, which could be anything


@dataclass(frozen=True, slots=True)
class ChordChart:
    """Chords in order with the bars each holds; no ``bars`` means one each. The lengths add up to whole bars."""

    chords: tuple[Chord | None, ...]
    bars: tuple[float, ...] = ()

    def __str__(self) -> str:
        names = [chord.label if chord else "N.C." for chord in self.chords]
        if not self.bars:
            return ", ".join(names)
        out, filled = "", 0.0
        for name, length in zip(names, self.bars, strict=True):
            is_bar_line = abs(filled - round(filled)) < 1e-6
            out += ("" if not out else " | " if is_bar_line else " ") + name
            filled += length
        return out if filled > 1.5 else f"| {out} |"


def parse_chart(text: str) -> ChordChart:
    """Read a whole text as a row of chords; ValueError where something in it is none."""
    items = list(scan_chart(text, 0))
    read = items[-1].end if items else 0
    if text[read:].strip(" \t\n,.") or not any(item.mark is Mark.CHORD for item in items):
        raise ValueError(f"not a row of chords: {text[read:].strip()[:40]!r}; write it as C | Am F | G, or Am F C G")
    return build_chart(items)


def scan_chart(text: str, at: int) -> Iterator[ChartItem]:
    """Yield the marks of a row of chords that starts at ``at``, up to the first thing that is none."""
    while at < len(text):
        gap = _GAP.match(text, at)
        if gap:
            at = gap.end()
            continue
        item = _item(text, at)
        if item is None:
            return
        yield item
        at = item.end


def _item(text: str, at: int) -> ChartItem | None:
    if text[at] == "\n":
        return ChartItem(Mark.BAR_LINE, at, at + 1, is_line_break=True)
    bar_line = _BAR_LINE.match(text, at)
    if bar_line:
        sign = bar_line[0]
        return ChartItem(
            Mark.BAR_LINE, at, bar_line.end(), is_repeat=sign.startswith(":"), opens_repeat=sign.endswith(":")
        )
    if text[at] == "%":
        return ChartItem(Mark.BAR_BEFORE, at, at + 1)
    again = _AGAIN.match(text, at)
    if again and 1 <= int(again[1]) <= _MOST_TIMES:
        return ChartItem(Mark.AGAIN, at, again.end(), times=int(again[1]))
    if _BEAT.match(text, at):
        return ChartItem(Mark.BEAT, at, at + 1)
    return _symbol(text, at)


def _symbol(text: str, at: int) -> ChartItem | None:
    """Read the longest chord symbol that ends where a word may end."""
    if at and (text[at - 1].isalnum() or text[at - 1] in "'\u2019"):
        return None
    spoken = _WITH_WORD.match(text, at)
    if spoken:
        chord = parse_chord(spoken[1] + spoken[2].lower())
        return ChartItem(Mark.CHORD, at, spoken.end(), chord=chord)
    match = _SYMBOL.match(text, at)
    if not match:
        return None
    is_chained = text[at - 1 : at] == "/"  # C/G/Am/F are four chords, not two over other basses
    for end in range(match.end(), at, -1):
        if not _BOUNDARY.match(text, end) or ("/" in text[at:end] and (is_chained or _CHAIN.match(text, end))):
            continue
        try:
            chord = parse_chord(text[at:end])
        except ValueError:
            continue
        return ChartItem(Mark.CHORD, at, end, chord=chord, is_plain=end == at + 1)
    return None


def build_chart(items: list[ChartItem]) -> ChordChart:
    """Turn marks into chords and lengths; ValueError where nothing sounds yet that could be repeated."""
    if _repeats_all(items):
        items = [*items[:-1], replace(items[-1], is_of_all=True)]
    has_bar_lines = any(item.mark is Mark.BAR_LINE and not item.is_line_break for item in items)
    cells = _barred(items) if has_bar_lines else _plain(items)
    chords: list[Chord | None] = []
    bars: list[float] = []
    for cell in cells:
        whole = sum(weight for _, weight in cell)
        for chord, weight in cell:
            chords.append(chord)
            bars.append(weight / whole)
    is_one_each = all(len(cell) == 1 for cell in cells)
    return ChordChart(tuple(chords), () if is_one_each else tuple(bars))


_Cell = list[tuple[Chord | None, int]]


def _repeats_all(items: list[ChartItem]) -> bool:
    """Tell whether the row ends with ``x4`` set apart, the only one: ``Am F C G x4`` is about all of it."""
    signs = [item for item in items if item.mark is Mark.AGAIN]
    n_chords = sum(item.mark is Mark.CHORD for item in items)
    return len(signs) == 1 and items[-1] is signs[0] and n_chords > 1 and items[-2].end < items[-1].start


def _plain(items: list[ChartItem]) -> list[_Cell]:
    cells: list[_Cell] = []
    for item in items:
        if item.mark is Mark.CHORD:
            cells.append([(item.chord, 1)])
        elif item.mark in (Mark.BAR_BEFORE, Mark.AGAIN):
            if not cells:
                raise ValueError("there is no chord before that could sound again")
            again = cells if item.is_of_all else cells[-1:]
            cells += again * (item.times - 1 if item.mark is Mark.AGAIN else 1)
    return cells


def _barred(items: list[ChartItem]) -> list[_Cell]:
    cells: list[_Cell] = []
    cell: _Cell = []
    from_here = 0

    def close() -> None:
        if cell:
            cells.append([*cell])
            cell.clear()

    for item in [*items, ChartItem(Mark.BAR_LINE, 0, 0)]:
        if item.mark is Mark.BAR_LINE:
            close()
            if item.is_repeat:
                cells += cells[from_here:]
            if item.opens_repeat or item.is_repeat:
                from_here = len(cells)
        elif item.mark is Mark.CHORD:
            cell.append((item.chord, 1))
        elif item.mark is Mark.AGAIN and cell and not item.is_of_all:
            close()
            cells += [cells[-1]] * (item.times - 1)
        elif item.mark is Mark.AGAIN:
            close()
            cells += cells[from_here:] * (item.times - 1)
        elif cell:
            cell[-1] = (cell[-1][0], cell[-1][1] + 1)
        elif not cells:
            raise ValueError("there is no bar before that could sound again")
        else:
            cell += cells[-1] if item.mark is Mark.BAR_BEFORE else [(cells[-1][-1][0], 1)]
    return cells
