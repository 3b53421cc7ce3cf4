"""Reads blends of styles: ``70 % lo-fi, 30 % bossa``, ``jazz meets house``, ``lofi:70,bossa:30``."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from music.blend import StyleShare, shares_of
from music.errors import RequestInvalid
from music.names import shorten
from workflows.planner.page import Finding, Named, Page
from workflows.planner.vocabulary import Kind

_GENRES = (Kind.GENRE, Kind.NEAREST_GENRE)
_PERCENT = ("%", "percent", "pct")
_EVEN_BETWEEN = (
    ("meets",), ("meeting",), ("x",), ("meet",), ("crossed", "with"), ("mixed", "with"), ("blended", "with"),
    ("fused", "with"), ("combined", "with"), ("cross",),
)  # fmt: skip
_PLAIN_BETWEEN = ((), ("and",), ("with",), ("n",), ("&",), ("half",), ("and", "half"), ("half", "of"))
_BLENDING = (
    "blend", "mix", "mixture", "fusion", "cross", "crossover", "hybrid", "mashup", "mash", "combination", "half",
)  # fmt: skip
_TOUCHES = ("touch", "hint", "dash", "pinch", "bit", "flavour", "flavor", "splash", "twist", "undertone", "undertones")
_TOUCH_SHARE = 25.0
_FARTHEST = 4  # words between a blending word and the first style


def read_blends(page: Page) -> None:
    """Read a blend, if the words ask for one; two styles merely side by side are none."""
    named = [found for found in page.named if found.term.kind in _GENRES]
    named = [found for i, found in enumerate(named) if not i or found.term.value != named[i - 1].term.value]
    if len(named) < 2:
        return
    found = _by_percent(page, named) or _in_words(page, named)
    if found:
        parts, start, end = found
        try:
            shares = shares_of(parts)
        except ValueError as error:
            raise RequestInvalid(f"{page.text(start, end)!r:.100} is no blend: {error}") from None
        page.take(Finding("blend", shares, start, end))


def read_blend_flag(text: str, style_of: Callable[[str], str]) -> tuple[StyleShare, ...]:
    """Read ``lofi:70,bossa:30`` (without numbers: equal shares); RequestInvalid for what is no blend.

    ``style_of`` turns a word into a style's id, and raises for an unknown one.
    """
    parts = []
    for piece in text.split(","):
        name, colon, number = piece.strip().partition(":")
        value = number.strip().rstrip("%").strip()
        try:
            parts.append((style_of(name.strip()), float(value) if colon else 1.0))
        except ValueError:
            raise RequestInvalid(
                f"{shorten(piece, 60)!r} is no share of a blend; write styles and numbers, such as lofi:70,jazz:30"
            ) from None
    try:
        return shares_of(parts)
    except ValueError as error:
        raise RequestInvalid(f"{shorten(text, 60)!r}: {error}; write it such as lofi:70,jazz:30") from None


_Parts = tuple[list[tuple[str, float]], int, int]


def _by_percent(page: Page, named: Sequence[Named]) -> _Parts | None:
    """Read percentages beside styles; one style without any takes what is left."""
    parts: list[tuple[str, float | None]] = []
    edges: list[int] = []
    is_after = _percent_before(page, named[0].start) is None and _percent_after(page, named[0].end) is not None
    for style in named:
        after = _percent_after(page, style.end) if is_after else None
        before = None if is_after else _percent_before(page, style.start)
        percent = before or after
        parts.append((style.term.value, percent[0] if percent else None))
        edges += [percent[1] if before and percent else style.start, percent[1] if after and percent else style.end]
    said = [share for _, share in parts if share is not None]
    open_ones = [style for style, share in parts if share is None]
    if not said or len(open_ones) > 1 or (open_ones and sum(said) >= 100):
        return None
    return [(style, share if share is not None else 100 - sum(said)) for style, share in parts], min(edges), max(edges)


def _percent_before(page: Page, i: int) -> tuple[float, int] | None:
    at = i - 1
    if page.word(at) == "of":
        at -= 1
    if page.word(at) not in _PERCENT or page.number(at - 1) is None:
        return None
    return page.number(at - 1) or 0.0, at - 1


def _percent_after(page: Page, i: int) -> tuple[float, int] | None:
    if page.number(i) is None or page.word(i + 1) not in _PERCENT or page.tokens[i].gap.strip() not in ("", "(", ":"):
        return None
    return page.number(i) or 0.0, i + 2


def _in_words(page: Page, named: Sequence[Named]) -> _Parts | None:
    for first, second in pairwise(named):
        between = tuple(page.word(i) for i in range(first.end, second.start))
        styles = first.term.value, second.term.value
        if between in _EVEN_BETWEEN:
            return [(style, 50.0) for style in styles], first.start, second.end
        if any(word in _TOUCHES for word in between) and between[:1] in (("with",), ("and",)) and len(between) <= 6:
            return [(styles[0], 100 - _TOUCH_SHARE), (styles[1], _TOUCH_SHARE)], first.start, second.end
        if between not in _PLAIN_BETWEEN:
            continue
        near = range(first.start - 1, first.start - 1 - _FARTHEST, -1)
        start = next((i for i in near if page.word(i) in _BLENDING), -1)
        if start >= 0 and not page.tokens[first.start].is_after_stop:
            return [(style, 50.0) for style in styles], start, second.end
        if page.word(second.end) in _BLENDING:
            return [(style, 50.0) for style in styles], first.start, second.end + 1
    return None
