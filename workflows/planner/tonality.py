"""Reads keys, chords and roman numerals; capital letters that are only words ("A sad song", "Dad rock") stay words."""

import re
from bisect import bisect_left
from itertools import pairwise

from music.chord import Chord
from music.chord_chart import ChartItem, ChordChart, Mark, build_chart, scan_chart
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode
from workflows.planner.page import Finding, Page
from workflows.planner.vocabulary import Kind

_NOTE = re.compile(r"([A-Ga-g])(##|bb|[#b])?$")
_NOTE_WITH_MODE = re.compile(r"([A-G](?:[#b])?)(m|min|minor|maj|major)$")
_NUMERAL = re.compile(
    r"[#b]?(?:VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(?:maj7|m7b5|sus4|sus2|o7|o|°7|°|ø7|ø|7|9|6)?$"
)
_SEPARATORS = re.compile(r"[\s,|>\-→/]*$")
_NOT_A_KEY_AFTER = ("7th", "seventh", "chord", "chords", "third", "thirds", "sixth", "sixths", "second", "seconds")


def read_chords(page: Page) -> None:
    """Read rows of chords: ``Am F C G``, ``| Dm7 | G7 C |``, ``C G/B Am x2``, ``A minor, F major, C major``."""
    i = 0
    while i < len(page):
        items, end = _row(page, i)
        if not items:
            i += 1
            continue
        start = i
        i = end
        chords = [item for item in items if item.mark is Mark.CHORD]
        if len(chords) > 2 and _is_key_before(page, start, chords):
            items = [item for item in items if item.start >= chords[1].start]
            start, chords = _token_at(page, chords[1].start), chords[1:]
        if _are_chords(page, start, end, chords, items):
            cue = page.ends("chords", start)
            try:
                chart = build_chart(items)
            except ValueError:  # a repeat sign with nothing before it
                continue
            page.take(Finding("chords", chart, start - cue, end))


def _row(page: Page, i: int) -> tuple[list[ChartItem], int]:
    """Return the marks of a row of chords that starts at token ``i``, and the token after it."""
    token = page.tokens[i]
    items: list[ChartItem] = []
    if page.is_used[i] or page.signs[token.start] not in "ABCDEFGN":
        return items, i
    for item in scan_chart(page.signs, token.start):
        cut = bool(items) and _ends_inside_word(page, items[-1].end)
        if (cut and (item.mark is not Mark.AGAIN or item.start > items[-1].end)) or not _is_readable(page, item):
            break
        items.append(item)
    while items and (items[-1].is_line_break or _ends_inside_word(page, items[-1].end)):
        items.pop()
    if not items or items[0].mark is not Mark.CHORD:
        return [], i
    return items, max(_token_at(page, items[-1].end), i + 1)


def _ends_inside_word(page: Page, position: int) -> bool:
    """Whether a mark ends before its word does, as the chord of ``Cx2``: then ``x2`` must follow."""
    before = _token_at(page, position) - 1
    return before >= 0 and page.tokens[before].end > position


def _is_readable(page: Page, item: ChartItem) -> bool:
    """Whether no word of a mark is used yet, and it is not part of an interval or of a key: ``A minor 7th``."""
    first, after = _token_at(page, item.start), _token_at(page, item.end)
    if any(page.is_used[first:after]):
        return False
    if item.mark is not Mark.CHORD:
        return True
    if re.fullmatch(r"[A-G][#b]?", page.signs[item.start : item.end]):
        return _mode(page, after, 1) is None
    return " " not in page.signs[item.start : item.end] or not _says_more(page, after)


def _token_at(page: Page, position: int) -> int:
    """Return the first token that starts at or after a place in the prompt."""
    return bisect_left(page.starts_at, position)


def _is_key_before(page: Page, start: int, chords: list[ChartItem]) -> bool:
    """Whether the row's first element is a key that the others follow: ``in C, Am F G``."""
    gaps = [page.signs[left.end : right.start] for left, right in pairwise(chords[:3])]
    return _key_cue(page, start) > 0 and "," in gaps[0] and "," not in gaps[1]


def _are_chords(page: Page, start: int, end: int, chords: list[ChartItem], items: list[ChartItem]) -> bool:
    n_sure = sum(not item.is_plain for item in chords)
    has_signs = any(item.mark is not Mark.CHORD and not item.is_line_break for item in items)
    cue = page.ends("chords", start)
    if len(chords) == 1:
        return bool(cue) and (n_sure > 0 or has_signs or page.tokens[start].gap.strip() == ":")
    gaps = page.signs[chords[0].end : chords[-1].start]
    is_drawn = has_signs or any(sign in gaps for sign in "->→")
    if cue or page.starts("chords", end):
        return True
    if _key_cue(page, start) and len(chords) == 2:
        return False
    if len(chords) == 2:
        return n_sure == 2 or (is_drawn and n_sure == 1) or (has_signs and "|" in gaps)
    letters = "".join(page.signs[item.start : item.end] for item in chords)
    return n_sure > 0 or is_drawn or (len(chords) >= 4 and not _is_letter_form(letters))


def read_numerals(page: Page, key: Key | None) -> None:
    """Read ``ii V I`` in the key that was asked for; without one, in C major or (for a minor tonic) A minor."""
    i = 0
    while i < len(page):
        end = i
        while end < len(page) and not page.is_used[end] and _NUMERAL.match(page.tokens[end].text):
            if end > i and not _SEPARATORS.match(page.tokens[end].gap):
                break
            end += 1
        if end - i >= 2:
            numerals = [page.tokens[at].text for at in range(i, end)]
            home = key or (Key("A", Mode.MINOR) if "i" in numerals else Key("C", Mode.MAJOR))
            note = "" if key else f"in {home}, since no key was named"
            try:
                chart = _numeral_chart(page, i, end, home)
            except ValueError:
                chart = None
            if chart:
                page.take(Finding("chords", chart, i, end, note=note))
        i = max(end, i + 1)


def _numeral_chart(page: Page, start: int, end: int, key: Key) -> ChordChart:
    """Read numerals as a row of chords, with bar lines where they stand."""
    items: list[ChartItem] = []
    for at in range(start, end):
        token = page.tokens[at]
        if at > start and "|" in token.gap:
            items.append(ChartItem(Mark.BAR_LINE, token.start, token.start))
        items.append(ChartItem(Mark.CHORD, token.start, token.end, chord=_numeral(token.text, key)))
    return build_chart(items)


def _numeral(text: str, key: Key) -> Chord:
    return numeral_to_chord(text.replace("°", "o").replace("m7b5", "ø7"), key, key.mode)


def read_keys(page: Page) -> None:
    """Read keys: ``in F# minor``, ``E flat major``, ``key of G``, ``Am``, ``blues in Bb``, ``E blues``."""
    i = 0
    while i < len(page):
        i = _read_key(page, i)


def _read_key(page: Page, i: int) -> int:
    """Read a key at ``i`` if one stands there; return where to go on."""
    note, mode, end = _note_and_mode(page, i)
    if note is None or not page.is_free(i, i + 1) or _says_more(page, end):
        return i + 1
    cue = _key_cue(page, i)
    is_capital = page.tokens[i].text[0].isupper()
    term = page.term(i)
    if not is_capital and term is not None and term.kind is Kind.MOOD:  # "in a minor key"
        return i + 1
    is_article = note in ("A", "a") and end - i <= 1 + (mode is not None)
    free = page.stands_free(end)
    if mode is not None and end == i + 1:  # "Am", "F#min"
        accepted = page.word(i + 1) != "i" and not _is_counted(page, i)
    elif mode is not None and is_article:
        accepted = (free and (is_capital or cue > 0)) or _stops(page, end)
        accepted = accepted and (is_capital or cue > 0 or _stops(page, end))
    elif mode is not None:
        accepted = True
    elif cue:
        accepted = page.word(i - 1) != "in" or (free and (not is_article or is_capital or _stops(page, end)))
    else:
        accepted = _is_bare_key(page, i, end, is_capital=is_capital, is_article=is_article)
    if not accepted:
        return i + 1
    tonic = note[0].upper() + note[1:]
    page.take(Finding("key", Key(tonic, mode or Mode.MAJOR), i - cue, end))
    return end


def _note_and_mode(page: Page, i: int) -> tuple[str | None, Mode | None, int]:
    """Return the note at ``i``, the mode that follows it, and where both end."""
    text = _plain_signs(page.tokens[i].text)
    joined = _NOTE_WITH_MODE.match(text)
    if joined:
        return joined[1], Mode.MINOR if joined[2].startswith("mi") or joined[2] == "m" else Mode.MAJOR, i + 1
    match = _NOTE.match(text)
    if not match:
        return None, None, i
    note, end = match[1] + (match[2] or ""), i + 1
    sign = {"sharp": "#", "flat": "b"}.get(page.word(end))
    if sign and len(note) == 1 and page.tokens[end].is_joined:
        note, end = note + sign, end + 1
    for length in (2, 1):
        mode = _mode(page, end, length)
        if mode:
            return note, mode, end + length
    return note, None, end


def _mode(page: Page, i: int, length: int) -> Mode | None:
    if i + length > len(page) or not all(page.tokens[at].is_joined for at in range(i, i + length)):
        return None
    words = " ".join(page.word(at) for at in range(i, i + length))
    found = [mode for mode, known in page.lexicon.modes.items() if words in known]
    return found[0] if found and not any(page.is_used[i : i + length]) else None


def _key_cue(page: Page, i: int) -> int:
    """Return how many words before ``i`` announce a key: ``in``, ``key of``, ``key:``."""
    length = page.ends("key", i)
    return length or int(i > 0 and page.word(i - 1) == "in" and not page.tokens[i].is_after_stop)


def _is_bare_key(page: Page, i: int, end: int, *, is_capital: bool, is_article: bool) -> bool:
    """Accept a note with nothing to announce it: ``Bb, 8 bars``, ``E blues``."""
    term = page.term(end)
    token = page.token(i)
    if is_article or not is_capital or _is_counted(page, i) or (token and token.gap in ("-", "'")):
        return False
    if term and term.kind in (Kind.INSTRUMENT, Kind.ROLE):
        return False
    is_before_genre = term is not None and term.kind in (Kind.GENRE, Kind.NEAREST_GENRE) and not _stops(page, end)
    altered = len(_plain_signs(page.tokens[i].text)) > 1 or end - i > 1
    return is_before_genre or (altered and page.stands_free(end))


def _is_counted(page: Page, i: int) -> bool:
    """Whether a number belongs to what stands at ``i``: ``10 Cm`` are no C minor."""
    return page.number(i - 1) is not None and not page.tokens[i].is_after_stop


def _stops(page: Page, i: int) -> bool:
    """Whether the phrase ends before ``i``, or goes on with a number or a preposition."""
    token = page.token(i)
    return (
        token is None or token.is_after_stop or token.number is not None or token.word in ("at", "with", "for", "and")
    )


def _says_more(page: Page, i: int) -> bool:
    """Whether a single chord or interval is meant: ``A minor 7th``."""
    token = page.token(i)
    if token is None or token.is_after_stop:
        return False
    return token.word in _NOT_A_KEY_AFTER or (token.number in (7, 9) and page.word(i + 1) in ("th", "chord"))


def read_letter_form(page: Page) -> None:
    """Read ``AABA``, ``A-B-A`` and the like where they are a known form or stand beside the word ``form``."""
    i = 0
    while i < len(page):
        end = i
        while end < len(page) and not page.is_used[end] and re.fullmatch(r"[A-E]+", page.tokens[end].text):
            if end > i and page.tokens[end].gap not in (" ", "-"):
                break
            end += 1
        letters = "".join(page.tokens[at].text for at in range(i, end))
        cued = bool(page.starts("form", end) or page.ends("form", i))
        is_known = letters in page.lexicon.letter_forms
        if len(letters) >= 3 and _is_letter_form(letters) and (is_known or cued):
            page.take(Finding("form", tuple(letters), i, end))
        i = max(end, i + 1)


def _is_letter_form(letters: str) -> bool:
    """Whether letters name sections in order of appearance, one of them twice: ``ABAC``, not ``CABA``."""
    seen = "".join(dict.fromkeys(letters))
    return "ABCDE".startswith(seen) and len(seen) < len(letters) and "A" in letters


def _plain_signs(text: str) -> str:
    return text.replace("♯", "#").replace("♭", "b")
