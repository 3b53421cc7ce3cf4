"""The sheet that every picture is drawn on: dark, with a title, axes and letters of one font.

Pillow draws: it is one small wheel with its own font, where a plotting library brings a dozen and seconds of import.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BACKGROUND, PANEL, GRID, STRONG_GRID = "#14161a", "#1d2026", "#2f343d", "#565d6b"
TEXT, FAINT_TEXT = "#e4e6eb", "#9aa2b1"
SERIES = (
    "#4fb3ff", "#ffb454", "#7fd962", "#f07178", "#c792ea", "#5ccfe6",
    "#f5e663", "#ff7ac6", "#6f7dff", "#b98a5e", "#2fa88a", "#d5d9e0",
)  # fmt: skip
_FONT_PIXELS = 15
_TITLE_PIXELS = 19
_ELLIPSIS = "…"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """A line across time, in seconds or quarter notes as the picture has it; bars are strong and numbered."""

    at: float
    label: str = ""
    is_strong: bool = False


class Canvas:
    """A picture being drawn."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.image = Image.new("RGB", (width, height), BACKGROUND)
        self._draw = ImageDraw.Draw(self.image)
        self._font, self._title_font = ImageFont.load_default(_FONT_PIXELS), ImageFont.load_default(_TITLE_PIXELS)
        self._draw.text((16, 12), self.fitted(title, width - 32, is_title=True), TEXT, self._title_font)

    def panel(self, box: Box) -> None:
        """Fill the ground that something is drawn on."""
        self._draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), PANEL)

    def text(self, at: Point, text: str, *, colour: str = FAINT_TEXT, anchor: str = "la") -> None:
        """Write where the anchor says: l, m or r across, a (top), m or d (bottom) down."""
        self._draw.text(at, text, colour, self._font, anchor=anchor)

    def fitted(self, text: str, width: float, *, is_title: bool = False) -> str:
        """Return a text cut to a width in pixels."""
        font = self._title_font if is_title else self._font
        if font.getlength(text) <= width:
            return text
        while text and font.getlength(text + _ELLIPSIS) > width:
            text = text[:-1]
        return text + _ELLIPSIS

    def two_lines(self, text: str, width: float) -> tuple[str, str]:
        """Return a text in two lines of a width in pixels; a longer one keeps its end, where names differ."""
        if self._font.getlength(text) <= width:
            return text, ""
        n_letters = max(n for n in range(1, len(text)) if n == 1 or self._font.getlength(text[:n]) <= width)
        space = text.rfind(" ", 1, n_letters + 1)
        n_letters = n_letters if space < 0 else space
        first, rest = text[:n_letters], text[n_letters:].strip()
        shown = rest
        while rest and self._font.getlength(shown) > width:
            rest = rest[1:]
            shown = _ELLIPSIS + rest
        return first, shown

    def line(self, points: Sequence[Point], colour: str, *, width: int = 1) -> None:
        """Draw a line through points."""
        self._draw.line(list(points), colour, width, joint="curve")

    def bar(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """Fill a rectangle at least one pixel wide and high."""
        self._draw.rectangle((left, top, max(right - 1, left), max(bottom - 1, top)), colour)

    def pixels(self, box: Box, colours: NDArray[np.uint8]) -> None:
        """Put an image of shape (height, width, 3) into a box, as large as that is."""
        self.image.paste(
            Image.fromarray(colours).resize((box.width, box.height), Image.Resampling.BOX), (box.left, box.top)
        )

    def verticals(self, box: Box, lines: Sequence[Line], start: float, end: float) -> None:
        """Draw lines across time with labels below the box, as many as there is room for."""
        free_from = float("-inf")
        shown = [line for line in lines if start <= line.at <= end]
        is_crowded = len(shown) > box.width / 6
        for line in shown:
            if is_crowded and not line.is_strong:
                continue
            x = box.left + (line.at - start) / max(end - start, 1e-9) * (box.width - 1)
            self.line([(x, box.top), (x, box.bottom - 1)], STRONG_GRID if line.is_strong else GRID)
            if line.label and x >= free_from:
                self.text((x, box.bottom + 6), line.label, anchor="ma")
                free_from = x + self._font.getlength(line.label) + 14

    def horizontals(self, box: Box, values: Sequence[tuple[float, str]], low: float, high: float) -> None:
        """Draw lines across levels, each with its label to the left of the box."""
        for value, label in values:
            y = box.bottom - 1 - (value - low) / (high - low) * (box.height - 1)
            self.line([(box.left, y), (box.right - 1, y)], GRID)
            self.text((box.left - 8, y), label, anchor="rm")

    def flags(self, box: Box, markers: Sequence[Line], start: float, end: float) -> None:
        """Name markers above a box, with a line down through it."""
        free_from = float("-inf")
        for marker in markers:
            if start <= marker.at < end:
                x = box.left + (marker.at - start) / max(end - start, 1e-9) * (box.width - 1)
                self.line([(x, box.top - 6), (x, box.bottom - 1)], SERIES[1])
                if x >= free_from:
                    label = self.fitted(marker.label, 180)
                    self.text((x + 4, box.top - 6), label, colour=SERIES[1], anchor="ld")
                    free_from = x + 12 + self._font.getlength(label)

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        buffer = io.BytesIO()
        self.image.quantize(256, method=Image.Quantize.MEDIANCUT).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def heat(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return colours from dark violet to light yellow for values from 0 to 1; shape (…, 3)."""
    stops = np.array(
        [[20, 22, 26], [66, 20, 96], [150, 40, 105], [225, 90, 60], [252, 180, 60], [252, 250, 200]], float
    )
    places = np.clip(shares, 0, 1) * (len(stops) - 1)
    low = np.minimum(places.astype(int), len(stops) - 2)
    part = (places - low)[..., None]
    colours: NDArray[np.uint8] = (stops[low] * (1 - part) + stops[low + 1] * part).astype(np.uint8)
    return colours
