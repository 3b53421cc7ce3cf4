"""Turns findings into a brief: one value per field, with the account of how it came about."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from music.blend import StyleShare
from music.brief import Brief, Reading, Remark
from music.chord import Chord
from music.chord_chart import ChordChart
from music.instrument import Role
from workflows.planner.page import Finding, Page
from workflows.planner.vocabulary import Kind

_MANY = ("moods", "instruments", "roles", "excluded_instruments", "excluded_roles", "excluded_drums")  # these add up
_GENERAL = ("excluded_instruments", "excluded_drums")  # a general word stands for all that it may mean
_ROLE_FIELDS = ("roles", "excluded_roles")
_ORDER = {field.name: place for place, field in enumerate(fields(Brief))}


def settle(page: Page) -> Reading:
    """Build the reading from everything that was found on a page."""
    values: dict[str, Any] = {}
    understood: list[tuple[int, Remark]] = []
    assumed: list[Remark] = []
    conflicts: list[Remark] = []
    has_seconds = any(finding.field == "seconds" for finding in page.findings)
    findings = sorted(page.findings, key=lambda finding: finding.start)
    findings = [found for found in findings if not (has_seconds and found.field == "bars" and found.is_implied)]
    for name in _ORDER:
        found = [finding for finding in findings if finding.field == name]
        if not found:
            continue
        kept = found if name in _MANY else [_chosen(page, found, conflicts)]
        if name in ("instruments", *_GENERAL):
            played = page.vocabulary.played_in.get(values.get("genre", ""), ())
            kept = [member for finding in kept for member in _members(finding, played)]
        if name in _MANY:
            values[name] = tuple(dict.fromkeys(finding.value for finding in kept))
        elif name == "tempo_words":
            values[name] = (kept[0].value,)
        else:
            values[name] = kept[0].value
        for finding in found if name in _GENERAL else kept:
            understood.append((finding.start, Remark(name, _account(page, finding))))
            if finding.note:
                assumed.append(Remark(name, f"{shown(finding.value)}, {finding.note}"))
    if isinstance(chart := values.get("chords"), ChordChart):
        values["chords"], values["chord_bars"] = chart.chords, chart.bars
    _drop_contradictions(values, conflicts)
    return Reading(
        brief=Brief(prompt=page.prompt, **_typed(values)),
        understood=tuple(remark for _, remark in sorted(understood, key=lambda item: (item[0], item[1].field))),
        assumed=tuple(assumed),
        unused=tuple(unused_words(page)),
        conflicts=tuple(conflicts),
    )


def _members(finding: Finding, played: tuple[str, ...]) -> list[Finding]:
    """Settle what a general word means: wanted, the style's own guitar; not wanted, no guitar at all."""
    if finding.field in _GENERAL:
        return [replace(finding, value=value) for value in finding.family] or [finding]
    own = [value for value in played if value in finding.family]
    return [replace(finding, value=own[0])] if own else [finding]


def shown(value: object) -> str:
    """Return a value of a brief as people read it."""
    if isinstance(value, tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, StyleShare):
        return f"{round(100 * value.share)} % {value.style}"
    if isinstance(value, Chord):
        return value.label
    if value is None:
        return "N.C."
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def _account(page: Page, finding: Finding) -> str:
    words, value = page.text(finding.start, finding.end), shown(finding.value)
    return words if finding.value is True or words.casefold() == value.casefold() else f"{words} → {value}"


def _chosen(page: Page, found: list[Finding], conflicts: list[Remark]) -> Finding:
    """Choose among wishes for one field: the first, unless a later one corrects it; report the others."""
    outright = [finding for finding in found if not finding.is_implied] or found
    chosen = outright[0]
    rivals: list[Finding] = []
    for finding in outright[1:]:
        if finding.value == chosen.value:
            continue
        if _corrects(page, chosen, finding) or _is_genre_head(page, chosen, finding):
            rivals.append(chosen)
            chosen = finding
        else:
            rivals.append(finding)
    if rivals:
        others = " and ".join(repr(page.text(rival.start, rival.end)) for rival in rivals)
        wins = repr(page.text(chosen.start, chosen.end))
        conflicts.append(Remark(chosen.field, f"{wins} wins over {others}"))
    return chosen


def _corrects(page: Page, earlier: Finding, later: Finding) -> bool:
    """Whether the words between two wishes take the first one back: ``120 … no, 130``, ``C, actually D``."""
    for i in range(earlier.end, min(later.start, earlier.end + 40)):
        if page.starts("correction", i):
            return True
        following = page.token(i + 1)
        if page.word(i) == "no" and following and following.is_after_stop:
            return True
    return page.starts("correction", later.end) > 0 and not page.tokens[later.end].is_after_stop


def _is_genre_head(page: Page, earlier: Finding, later: Finding) -> bool:
    """Whether two genres stand side by side, so that the last is the noun: ``jazzy trap``."""
    return later.field == "genre" and later.start == earlier.end and page.tokens[later.start].is_joined


def _drop_contradictions(values: dict[str, Any], conflicts: list[Remark]) -> None:
    """Let an exclusion win over a wish for the same thing."""
    for wanted, unwanted in (("instruments", "excluded_instruments"), ("roles", "excluded_roles")):
        both = [value for value in values.get(wanted, ()) if value in values.get(unwanted, ())]
        if both:
            values[wanted] = tuple(value for value in values[wanted] if value not in both)
            conflicts.append(Remark(unwanted, f"{shown(tuple(both))} is both asked for and excluded; it stays out"))


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(map(Role, value)) if name in _ROLE_FIELDS else value for name, value in values.items()}


def unused_words(page: Page) -> Iterable[str]:
    """Yield the runs of words that carried no meaning, without fillers at their ends."""
    refused = dict(page.refused)
    start = 0
    i = 0
    while i <= len(page):
        token = page.token(i)
        if token is None or page.is_used[i] or token.is_after_stop:
            yield from _trimmed(page, start, i)
            start = i
        if i in refused:
            yield page.text(i, refused[i])
        i += 1
        if token is not None and page.is_used[i - 1]:
            start = i


def _trimmed(page: Page, start: int, end: int) -> Iterable[str]:
    while start < end and _is_filler(page, start):
        start += 1
    while end > start and _is_filler(page, end - 1):
        end -= 1
    if start < end:
        yield page.text(start, end)


def _is_filler(page: Page, i: int) -> bool:
    known = page.vocabulary.phrases.get(page.word(i), ())
    term = page.term(i)
    is_filler = (term is not None and term.kind is Kind.FILLER) or any(
        len(phrase) == 1 and meaning.kind is Kind.FILLER for phrase, meaning in known
    )
    return page.is_used[i] or is_filler or page.starts("correction", i) > 0
