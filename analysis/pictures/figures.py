"""Measurements as pictures: balance in bands, masking between tracks, and two recordings side by side."""

import math
from collections.abc import Sequence

import numpy as np

from analysis.balance import OCTAVE_NAMES
from analysis.masking import RANGES, Covered
from analysis.pictures.canvas import FAINT_TEXT, SERIES, STRONG_GRID, TEXT, Box, Canvas, heat

_WIDTH, _LEFT = 1000, 64
_BANDS_TOP, _BANDS_HEIGHT = 76, 260
_LOWEST_DB, _HIGHEST_DB = -36.0, 12.0
_LEAST_DIFFERENCE_DB, _LABEL_SHARE = 12, 0.25  # of each half, which the numbers at the bars need
_CELL_WIDTH, _CELL_HEIGHT, _NAME_WIDTH = 92, 30, 170

Row = tuple[str, str, str]


def draw_measures(
    title: str, balances: Sequence[tuple[str, Sequence[float]]], masking: Sequence[Covered] = ()
) -> bytes:
    """Return a PNG of one or more balances (name, dB for each octave) and, below, of who is covered where."""
    masking_height = 90 + _CELL_HEIGHT * len(masking) if masking else 0
    canvas = Canvas(_WIDTH, _BANDS_TOP + _BANDS_HEIGHT + 50 + masking_height, title)
    _draw_bands(canvas, balances)
    if masking:
        _draw_masking(canvas, _BANDS_TOP + _BANDS_HEIGHT + 60, masking)
    return canvas.png()


def _draw_bands(canvas: Canvas, balances: Sequence[tuple[str, Sequence[float]]]) -> None:
    box = Box(_LEFT, _BANDS_TOP, _WIDTH - 16, _BANDS_TOP + _BANDS_HEIGHT)
    canvas.panel(box)
    marks = [(value, f"{value:+d}" if value else "0") for value in range(-30, 12, 6)]
    canvas.horizontals(box, marks, _LOWEST_DB, _HIGHEST_DB)
    canvas.text((box.left, box.top - 6), "dB against pink noise, by octave (Hz)", anchor="ld")
    step = box.width / len(OCTAVE_NAMES)
    width = step * 0.7 / max(len(balances), 1)
    zero = _band_y(box, 0.0)
    for place, name in enumerate(OCTAVE_NAMES):
        left = box.left + place * step
        canvas.text((left + step / 2, box.bottom + 6), name, anchor="ma")
        for number, (_, bands) in enumerate(balances):
            start = left + step * 0.15 + number * width
            y = _band_y(box, bands[place])
            canvas.bar(start, min(y, zero), start + width - 2, max(y, zero), SERIES[number % len(SERIES)])
    canvas.line([(box.left, zero), (box.right - 1, zero)], STRONG_GRID)
    _legend(canvas, box, [name for name, _ in balances])


def _legend(canvas: Canvas, box: Box, names: Sequence[str]) -> None:
    left = box.right - 170 * len(names)
    for number, name in enumerate(names):
        x = left + 170 * number
        canvas.bar(x, box.top - 18, x + 12, box.top - 6, SERIES[number % len(SERIES)])
        canvas.text((x + 18, box.top - 12), canvas.fitted(name, 140), anchor="lm")


def _band_y(box: Box, value: float) -> float:
    share = (min(max(value, _LOWEST_DB), _HIGHEST_DB) - _LOWEST_DB) / (_HIGHEST_DB - _LOWEST_DB)
    return box.bottom - 1 - share * (box.height - 1)


def _draw_masking(canvas: Canvas, top: int, masking: Sequence[Covered]) -> None:
    canvas.text((16, top), "covered by the other tracks: share of where a track sounds", colour=TEXT)
    names = [name for name, _, _ in RANGES]
    for place, heading in enumerate(("all", *names)):
        canvas.text((_NAME_WIDTH + (place + 0.5) * _CELL_WIDTH, top + 28), heading, anchor="ma")
    canvas.text((_NAME_WIDTH + (len(names) + 1) * _CELL_WIDTH + 12, top + 28), "most by")
    for row, one in enumerate(sorted(masking, key=lambda one: -one.share)):
        y = top + 52 + row * _CELL_HEIGHT
        canvas.text((16, y + _CELL_HEIGHT / 2), canvas.fitted(one.track, _NAME_WIDTH - 24), colour=TEXT, anchor="lm")
        for place, share in enumerate((one.share, *one.by_range)):
            left = _NAME_WIDTH + place * _CELL_WIDTH
            if share is None:
                canvas.text((left + _CELL_WIDTH / 2, y + _CELL_HEIGHT / 2), "-", anchor="mm")
                continue
            colour = "#" + "".join(f"{value:02x}" for value in heat(np.array(share)))
            canvas.bar(left + 1, y + 1, left + _CELL_WIDTH - 1, y + _CELL_HEIGHT - 1, colour)
            ink = "#000000" if share > 0.55 else TEXT
            canvas.text((left + _CELL_WIDTH / 2, y + _CELL_HEIGHT / 2), f"{share:.0%}", colour=ink, anchor="mm")
        if one.by_track:
            worst = max(one.by_track, key=lambda name: one.by_track[name])
            left = _NAME_WIDTH + (len(names) + 1) * _CELL_WIDTH + 12
            text = canvas.fitted(f"{worst} {one.by_track[worst]:.0%}", _WIDTH - left - 10)
            canvas.text((left, y + _CELL_HEIGHT / 2), text, colour=FAINT_TEXT, anchor="lm")


def draw_difference(
    title: str,
    balances: Sequence[tuple[str, Sequence[float]]],
    difference_db: Sequence[float | None],
    rows: Sequence[Row],
) -> bytes:
    """Return a PNG of two balances, of their difference level-matched, and of rows (what, before, after)."""
    top = _BANDS_TOP + _BANDS_HEIGHT + 64
    canvas = Canvas(_WIDTH, top + 170 + 30 + 24 * (len(rows) + 1), title)
    _draw_bands(canvas, balances)
    box = Box(_LEFT, top, _WIDTH - 16, top + 140)
    canvas.panel(box)
    canvas.text((box.left, box.top - 6), "after minus before, equally loud, dB", anchor="ld")
    largest = max((abs(value) for value in difference_db if value is not None), default=0.0)
    full = max(_LEAST_DIFFERENCE_DB, 6 * math.ceil(largest / (1 - _LABEL_SHARE) / 6))
    canvas.horizontals(box, [(-full / 2, f"-{full // 2}"), (0, "0"), (full / 2, f"+{full // 2}")], -full, full)
    step = box.width / len(OCTAVE_NAMES)
    zero = (box.top + box.bottom) / 2
    for place, value in enumerate(difference_db):
        if value is None:
            continue
        left, y = box.left + place * step, zero - value / full * (box.height / 2 - 1)
        colour = SERIES[2] if value >= 0 else SERIES[3]
        canvas.bar(left + step * 0.2, min(y, zero), left + step * 0.8, max(y, zero), colour)
        canvas.text(
            (left + step / 2, y + (-4 if value >= 0 else 4)), f"{value:+.1f}", anchor="md" if value >= 0 else "ma"
        )
    for number, row in enumerate([("", *(name for name, _ in balances)), *rows]):
        for place, text in enumerate(row):
            at = (box.left + place * 300, box.bottom + 24 + 24 * number)
            canvas.text(at, canvas.fitted(text, 290), colour=TEXT if number else FAINT_TEXT)
    return canvas.png()
