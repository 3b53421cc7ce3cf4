"""A mixer at a glance: each strip's fader, pan and buttons, and what its meter showed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.pictures.canvas import FAINT_TEXT, GRID, PANEL, SERIES, STRONG_GRID, TEXT, Box, Canvas

_STRIP_WIDTH, _FEWEST_STRIPS, _MOST_STRIPS = 84, 6, 20
_LEFT, _TOP, _FADER_HEIGHT = 52, 52, 300
_LOWEST_DB, _HIGHEST_DB = -60.0, 6.0
_MARKS_DB = (6, 0, -6, -12, -18, -24, -36, -60)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripPicture:
    """What is shown of one strip; levels in dB, pan -1 left to 1 right, or None where there is none."""

    name: str
    colour: str
    gain_db: float
    pan: float | None
    is_muted: bool
    is_soloed: bool
    peak_db: float | None = None
    typical_db: float | None = None


def draw_mixer(title: str, strips: Sequence[StripPicture]) -> bytes:
    """Return a PNG of strips side by side, in rows of twenty."""
    rows = [strips[first : first + _MOST_STRIPS] for first in range(0, len(strips), _MOST_STRIPS)] or [()]
    n_across = max(_FEWEST_STRIPS, *(len(row) for row in rows))
    row_height = _FADER_HEIGHT + 168
    canvas = Canvas(_LEFT + n_across * _STRIP_WIDTH + 16, _TOP + len(rows) * row_height, title)
    for number, row in enumerate(rows):
        top = _TOP + number * row_height
        _draw_scale(canvas, top + 60)
        for place, strip in enumerate(row):
            _draw_strip(canvas, _LEFT + place * _STRIP_WIDTH, top, strip)
    return canvas.png()


def _y(top: int, level_db: float) -> float:
    share = (min(max(level_db, _LOWEST_DB), _HIGHEST_DB) - _LOWEST_DB) / (_HIGHEST_DB - _LOWEST_DB)
    return top + (1 - share**2) * _FADER_HEIGHT  # the upper part, where one works, has the most room


def _draw_scale(canvas: Canvas, top: int) -> None:
    for mark in _MARKS_DB:
        canvas.text((_LEFT - 10, _y(top, mark)), f"{mark:+d}" if mark > 0 else str(mark), anchor="rm")


def _draw_strip(canvas: Canvas, left: int, top: int, strip: StripPicture) -> None:
    middle, right = left + _STRIP_WIDTH / 2, left + _STRIP_WIDTH - 6
    canvas.panel(Box(left, top, right, top + _FADER_HEIGHT + 154))
    canvas.bar(left, top, right, top + 6, strip.colour)
    _draw_pan(canvas, left + 10, right - 10, top + 20, strip.pan)
    fader_top = top + 60
    for mark in _MARKS_DB:
        y = _y(fader_top, mark)
        canvas.line([(left + 8, y), (right - 8, y)], STRONG_GRID if mark == 0 else GRID)
    canvas.bar(middle - 13, fader_top, middle - 10, fader_top + _FADER_HEIGHT, GRID)
    knob = _y(fader_top, strip.gain_db)
    canvas.bar(middle - 25, knob - 7, middle + 2, knob + 7, TEXT if not strip.is_muted else FAINT_TEXT)
    canvas.bar(middle - 25, knob - 1, middle + 2, knob + 1, PANEL)
    if strip.peak_db is not None:
        _draw_meter(canvas, middle + 10, fader_top, strip)
    bottom = fader_top + _FADER_HEIGHT
    gain = "-inf" if strip.gain_db == -math.inf else f"{round(strip.gain_db, 1) + 0.0:+.1f}"
    canvas.text((middle, bottom + 8), f"{gain} dB", colour=TEXT, anchor="ma")
    flags = [text for text, is_on in (("M", strip.is_muted), ("S", strip.is_soloed)) if is_on]
    for place, flag in enumerate(flags):
        x = middle - 11 * len(flags) + 22 * place
        canvas.bar(x, bottom + 30, x + 20, bottom + 48, SERIES[3] if flag == "M" else SERIES[2])
        canvas.text((x + 10, bottom + 39), flag, colour="#000000", anchor="mm")
    for number, part in enumerate(canvas.two_lines(strip.name, _STRIP_WIDTH - 12)):
        canvas.text((middle, bottom + 54 + 18 * number), part, colour=TEXT, anchor="ma")


def _draw_pan(canvas: Canvas, left: float, right: float, y: float, pan: float | None) -> None:
    canvas.line([(left, y), (right, y)], GRID, width=3)
    middle = (left + right) / 2
    canvas.line([(middle, y - 4), (middle, y + 4)], STRONG_GRID)
    if pan is None:
        canvas.text((middle, y + 8), "no pan", anchor="ma")
        return
    x = middle + pan * (right - left) / 2
    canvas.bar(x - 4, y - 6, x + 4, y + 6, SERIES[1])
    shown = "centre" if abs(pan) < 0.005 else f"{'L' if pan < 0 else 'R'}{abs(pan) * 100:.0f}"
    canvas.text((middle, y + 8), shown, anchor="ma")


def _draw_meter(canvas: Canvas, left: float, top: int, strip: StripPicture) -> None:
    bottom = top + _FADER_HEIGHT
    assert strip.peak_db is not None
    if strip.typical_db is not None and strip.typical_db > _LOWEST_DB:
        canvas.bar(left, _y(top, strip.typical_db), left + 14, bottom, SERIES[2])
    if strip.peak_db > _LOWEST_DB:
        y = _y(top, strip.peak_db)
        canvas.bar(left, y - 1, left + 14, y + 2, SERIES[3] if strip.peak_db >= 0 else SERIES[1])
