"""Reads keys, chords and roman numerals; capital letters that are only words ("A sad song", "Dad rock") stay words."""

import re
from dataclasses import dataclass

from music.chord import Chord, parse_chord
from music.harmony import numeral_to_chord
from music.pitch import Key, Mode
from workflows.planner.page import Finding, Page
from workflows.planner.vocabulary import Kind

_NOTE = re.compile(r"([A-Ga-g])(##|bb|[#b])?$")
_NOTE_WITH_MODE = re.compile(r"([A-G](?:[#b])?)(m|min|minor|maj|major)$")
_CHORD = re.compile(r"[A-G](?:##|bb|[#b])?[a-zA-Z0-9#°øΔ△∆]{0,12}$|N\.C\.$")
_NUMERAL = re.compile(
    r"[#b]?(?:VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(?:maj7|m7b5|sus4|sus2|o7|o|°7|°|ø7|ø|7|9|6)?$"
)
_SEPARATORS = re.compile(r"[\s,|>\-→/]*$")
_NOT_A_KEY_AFTER = ("7th", "seventh", "chord", "chords", "third", "thirds", "sixth", "sixths", "second", "seconds")


@dataclass(frozen=True, slots=True)
class _Written:
    """A chord as it stands in the prompt; ``is_plain`` when it is a bare letter that could be anything."""

    chord: Chord | None
    end: int
    is_plain: bool


def read_chords(page: Page) -> None:
    """Read runs of chords: ``Am F C G``, ``| Dm7 | G7 |``, ``C G/B Am``, ``A minor, F major, C major``."""
    i = 0
    while i < len(page):
        run = _run(page, i)
        if not run:
            i += 1
            continue
        start = i
        i = run[-1].end
        if len(run) > 2 and _is_key_before(page, start, run):
            start, run = run[0].end, run[1:]
        if _are_chords(page, start, run):
            cue = page.ends("chords", start)
            page.take(Finding("chords", tuple(written.chord for written in run), start - cue, run[-1].end))


def _run(page: Page, i: int) -> list[_Written]:
    run: list[_Written] = []
    at = i
    while at < len(page) and not page.is_used[at]:
        if run and not _SEPARATORS.match(page.tokens[at].gap):
            break
        written = _chord(page, at)
        if written is None:
            break
        run.append(written)
        at = written.end
    return run


def _chord(page: Page, i: int) -> _Written | None:
    text = _plain_signs(page.tokens[i].text)
    if not _CHORD.match(text):
        return None
    try:
        chord = parse_chord(text)
    except ValueError:
        return None
    bass = page.token(i + 1)
    if chord and bass and bass.gap == "/" and re.fullmatch(r"[A-G][#b]?", _plain_signs(bass.text)):
        return _Written(Chord(chord.root, chord.quality, chord.added, _plain_signs(bass.text)), i + 2, is_plain=False)
    mode = _mode(page, i + 1, 1)
    if mode is not None and re.fullmatch(r"[A-G][#b]?", text):
        if mode not in (Mode.MAJOR, Mode.MINOR) or _says_more(page, i + 2):
            return None
        return _Written(Chord(text, "min" if mode is Mode.MINOR else "maj"), i + 2, is_plain=False)
    return _Written(chord, i + 1, is_plain=len(text) == 1)


def _is_key_before(page: Page, start: int, run: list[_Written]) -> bool:
    """Whether the run's first element is a key that the others follow: ``in C, Am F G``."""
    gap = page.tokens[run[0].end].gap
    return _key_cue(page, start) > 0 and "," in gap and "," not in page.tokens[run[1].end].gap


def _are_chords(page: Page, start: int, run: list[_Written]) -> bool:
    n_sure = sum(not written.is_plain for written in run)
    if len(run) < 2:
        return False
    gaps = [page.tokens[i].gap for i in range(start + 1, run[-1].end)]
    is_drawn = any("|" in gap or "-" in gap or ">" in gap or "→" in gap for gap in gaps)
    if page.ends("chords", start) or page.starts("chords", run[-1].end):
        return True
    if _key_cue(page, start) and len(run) == 2:
        return False
    if len(run) == 2:
        return n_sure == 2 or (is_drawn and n_sure == 1)
    letters = "".join(page.tokens[i].text for i in range(start, run[-1].end))
    return n_sure > 0 or is_drawn or (len(run) >= 4 and not _is_letter_form(letters))


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
                chords = tuple(_numeral(numeral, home) for numeral in numerals)
            except ValueError:
                chords = ()
            if chords:
                page.take(Finding("chords", chords, i, end, note=note))
        i = max(end, i + 1)


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
