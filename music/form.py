"""Form: dividing a number of bars into named sections."""

import re
from collections import Counter

from music.errors import RequestInvalid
from music.score import Section
from music.style import FormTemplate, Style

_CLIMAXES = ("chorus", "hook", "drop", "head", "theme")
_LAST_CLIMAX = 0.06  # how much more energy the last of several has
_AGAIN, _MOST_AGAIN = 0.03, 0.06  # the same for other sections that come back, each time and at most

_DEFAULT_ENERGY = {
    "intro": 0.35, "verse": 0.5, "pre-chorus": 0.62, "chorus": 0.8, "hook": 0.8, "bridge": 0.55, "solo": 0.75,
    "head": 0.6, "break": 0.35, "build": 0.6, "drop": 0.95, "groove": 0.65, "outro": 0.4, "theme": 0.5,
}  # fmt: skip


def section_kind(name: str) -> str:
    """Return what a section is, without its number: ``verse`` for ``Verse 2``."""
    return re.sub(r"[\s_]*\d+$", "", name.strip().lower()) or name.strip().lower()


def lay_out(
    style: Style, n_bars: int, names: tuple[str, ...] = (), *, energy: float | None = None
) -> tuple[Section, ...]:
    """Divide ``n_bars`` into the given sections, or into the style's own form for that length.

    Lengths are multiples of 8, 4 or 2 bars (the style's phrase) as far as they fit; what is left over lengthens the
    last section. ``energy`` (0-1) moves all sections by its distance from the style's own energy. What comes back has a
    little more of it: the second verse more than the first, the last chorus more than the others.
    RequestInvalid when there are more sections than bars, or no bars.
    """
    if n_bars < 1:
        raise RequestInvalid(f"a piece needs at least 1 bar, got {n_bars}")
    if len(names) > n_bars:
        raise RequestInvalid(f"{len(names)} sections do not fit into {n_bars} bars; ask for at least {len(names)} bars")
    template = tuple((section_kind(name), _usual_bars(style, section_kind(name))) for name in names)
    template = template or _fitting_form(style, n_bars)
    lengths = _divide(n_bars, [weight for _, weight in template], style.phrase_bars)
    shown = _numbered(tuple(names) or tuple(kind for kind, _ in template))
    shift = 0.0 if energy is None else energy - style.energy
    sections, bar = [], 1
    kinds = [kind for kind, _ in template]
    for place, (kind, name, length) in enumerate(zip(kinds, shown, lengths, strict=True)):
        level = style.section_energy.get(kind, _DEFAULT_ENERGY.get(kind, style.energy))
        level = min(1.0, max(0.0, round(level + shift + _returning(kinds, place), 3)))
        sections.append(Section(name=name, start_bar=bar, n_bars=length, energy=level))
        bar += length
    return tuple(sections)


def _returning(kinds: list[str], place: int) -> float:
    """Return how much energy a section has beyond what is usual for its kind."""
    kind, n_before = kinds[place], kinds[:place].count(kinds[place])
    if kind in _CLIMAXES:
        return _LAST_CLIMAX if n_before and kind not in kinds[place + 1 :] else 0.0
    return min(_MOST_AGAIN, _AGAIN * n_before)


def _usual_bars(style: Style, kind: str) -> int:
    """Return the length that the style's longest form gives this kind of section."""
    lengths = [n for form in style.forms for name, n in form.sections if name == kind]
    return max(lengths, default=4 if kind in ("intro", "outro", "break", "build", "pre-chorus") else 8)


def _fitting_form(style: Style, n_bars: int) -> tuple[tuple[str, int], ...]:
    """Return the template nearest in length, its middle repeated when the piece is much longer than any."""
    fitting: list[FormTemplate] = [form for form in style.forms if len(form.sections) <= n_bars]
    if not fitting:
        return style.forms[0].sections[:1]
    form = min(fitting, key=lambda form: (abs(form.n_bars - n_bars), form.n_bars))
    sections = list(form.sections)
    body = sections[1:-1] if len(sections) > 3 else sections
    body_bars = sum(length for _, length in body)
    while sum(length for _, length in sections) + body_bars <= n_bars:
        at = len(sections) - 1 if len(sections) > 3 else len(sections)
        sections[at:at] = body
    return tuple(sections)


def _divide(n_bars: int, weights: list[int], phrase_bars: int) -> list[int]:
    """Share bars out by weight in the largest unit that leaves every section at least one unit."""
    candidates = (2 * phrase_bars, phrase_bars, *(unit for unit in (4, 2, 1) if unit < phrase_bars))
    wanted = min(weights)
    unit = next((u for u in candidates if u <= max(wanted, 1) and n_bars // u >= len(weights)), 1)
    n_units, rest = divmod(n_bars, unit)
    shares = [n_units * weight / sum(weights) for weight in weights]
    units = [max(1, int(share)) for share in shares]
    while sum(units) != n_units:
        missing = n_units - sum(units)
        step = 1 if missing > 0 else -1
        gaps = [
            step * (share - got) if got + step >= 1 else float("-inf") for share, got in zip(shares, units, strict=True)
        ]
        units[gaps.index(max(gaps))] += step
    lengths = [unit * count for count in units]
    lengths[-1] += rest
    return lengths


def _numbered(names: tuple[str, ...]) -> tuple[str, ...]:
    """Add a number to the names that occur more than once."""
    counts, seen, shown = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        shown.append(f"{name} {seen[name]}" if counts[name] > 1 else name)
    return tuple(shown)
