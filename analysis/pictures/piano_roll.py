"""Notes over time: pitch upwards, bars across, louder notes brighter."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.pictures.canvas import GRID, SERIES, STRONG_GRID, TEXT, Box, Canvas, Line

_WIDTH, _LEFT, _BOTTOM_MARGIN = 1280, 64, 40
_LEGEND_TOP, _LEGEND_ROW, _LEGEND_WIDTH, _MARKERS_HEIGHT = 40, 22, 200, 22
_FEWEST_PITCHES = 12
_TALLEST_ROW, _LOWEST_HEIGHT, _HIGHEST_HEIGHT = 22, 260, 760
_BLACK_KEYS = frozenset({1, 3, 6, 8, 10})
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note in quarter notes from the start of the picture. ``series`` chooses its colour."""

    start: float
    length: float
    midi_note: int
    velocity: int
    series: int = 0


def draw_piano_roll(
    title: str,
    notes: Sequence[RollNote],
    lines: Sequence[Line],
    length: float,
    names: Sequence[str] = (),
    markers: Sequence[Line] = (),
) -> bytes:
    """Return a PNG of notes; ``lines`` are beats and bars in quarter notes, ``names`` those of the series."""
    low = min((note.midi_note for note in notes), default=60) - 1
    high = max((note.midi_note for note in notes), default=71) + 1
    missing = _FEWEST_PITCHES - (high - low + 1)
    low, high = (low - missing // 2, high + (missing + 1) // 2) if missing > 0 else (low, high)
    n_rows = high - low + 1
    roll_height = min(max(n_rows * _TALLEST_ROW, _LOWEST_HEIGHT), _HIGHEST_HEIGHT)
    row = roll_height / n_rows
    canvas, box = _sheet(title, roll_height, names, _MARKERS_HEIGHT if markers else 2)
    for pitch in range(low, high + 1):
        top = box.bottom - (pitch - low + 1) * row
        if pitch % 12 in _BLACK_KEYS:
            canvas.bar(box.left, top, box.right, top + row, "#191b20")
        if pitch % 12 == 0:
            canvas.line([(box.left, top + row), (box.right - 1, top + row)], STRONG_GRID)
        if pitch % 12 == 0 or (row >= 15 and pitch % 12 not in _BLACK_KEYS):
            canvas.text((box.left - 8, top + row / 2), f"{_NAMES[pitch % 12]}{pitch // 12 - 1}", anchor="rm")
    canvas.verticals(box, lines, 0.0, length)
    for note, slot, n_slots in _slots(notes):
        left = box.left + note.start / length * box.width
        right = box.left + (note.start + note.length) / length * box.width
        height = (row - 2) / n_slots
        top = box.bottom - (note.midi_note - low + 1) * row + 1 + slot * height
        colour = _shade(SERIES[note.series % len(SERIES)], note.velocity)
        canvas.bar(left, top, max(right - 1, left + 3), top + height, colour)
    canvas.flags(box, markers, 0.0, length)
    if not notes:
        canvas.text((box.left + box.width / 2, box.top + box.height / 2), "no notes here", colour=TEXT, anchor="mm")
    return canvas.png()


def _sheet(title: str, roll_height: int, names: Sequence[str], margin: int) -> tuple[Canvas, Box]:
    """Return a canvas with the names of the series in rows, and the box for the notes so far below them."""
    n_across = (_WIDTH - 16 - _LEFT) // _LEGEND_WIDTH
    box_top = _LEGEND_TOP + math.ceil(len(names) / n_across) * _LEGEND_ROW + margin
    canvas = Canvas(_WIDTH, box_top + roll_height + _BOTTOM_MARGIN, title)
    for number, name in enumerate(names):
        left = _LEFT + number % n_across * _LEGEND_WIDTH
        middle = _LEGEND_TOP + number // n_across * _LEGEND_ROW + 10
        canvas.bar(left, middle - 6, left + 12, middle + 6, SERIES[number % len(SERIES)])
        canvas.text((left + 18, middle), canvas.fitted(name, _LEGEND_WIDTH - 30), anchor="lm")
    box = Box(_LEFT, box_top, _WIDTH - 16, box_top + roll_height)
    canvas.panel(box)
    return canvas, box


def _slots(notes: Sequence[RollNote]) -> Iterator[tuple[RollNote, int, int]]:
    """Yield notes, each with its part of the row and their number: series that play one note together share its row."""
    together: dict[tuple[float, int], list[RollNote]] = {}
    for note in sorted(notes, key=lambda note: (note.start, note.series)):
        together.setdefault((round(note.start, 2), note.midi_note), []).append(note)
    for unison in together.values():
        yield from ((note, slot, len(unison)) for slot, note in enumerate(unison))


def _shade(colour: str, velocity: int) -> str:
    """Return a colour as bright as a note is loud."""
    share = 0.35 + 0.65 * velocity / 127
    ground = tuple(int(GRID[i : i + 2], 16) for i in (1, 3, 5))
    full = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    mixed = (round(g + (f - g) * share) for g, f in zip(ground, full, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)
