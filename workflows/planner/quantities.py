"""Reads numbers: tempo, length, metre and seed. Whatever claims no unit and no place stays unread."""

from music.brief import MAX_SECONDS
from music.errors import RequestInvalid
from music.names import shorten
from music.time import TEMPO_RANGE_BPM, TimeSignature, parse_time_signature
from workflows.planner.page import Finding, Page
from workflows.planner.vocabulary import Kind, pieces

_LIKELY_TEMPO_BPM = (40, 250)  # a number without a unit is a tempo only in here
_BARE_TEMPO_BPM = (60, 200)  # and one without even an "at" in here
_MOST_BARS = 9999  # more do not fit into the longest piece at any tempo that is heard as one
_RANGE_WORDS = ("to", "and", "or")


def check_tempo_bpm(value: float) -> float:
    """Return the tempo, or raise RequestInvalid outside the supported range."""
    low, high = TEMPO_RANGE_BPM
    if not low <= value <= high:
        raise RequestInvalid(f"a tempo of {value:g} BPM is out of range; ask for {low:g} to {high:g} BPM")
    return float(value)


def check_seconds(value: float) -> float:
    """Return the length, or raise RequestInvalid when it is nothing or too much."""
    if not 0 < value <= MAX_SECONDS:
        raise RequestInvalid(
            f"a length of {value:g} seconds is out of range; ask for more than 0 and at most {MAX_SECONDS:g} seconds"
        )
    return float(value)


def check_bars(value: float) -> int:
    """Return the number of bars, or raise RequestInvalid when it is not a whole number from 1 on."""
    if not 1 <= value <= _MOST_BARS or value != int(value):
        shown = shorten(str(value).removesuffix(".0"))  # an integer may be too long for a float's format
        raise RequestInvalid(f"{shown} bars cannot be made; ask for a whole number of bars, 1 to {_MOST_BARS}")
    return int(value)


def read_seed(page: Page) -> None:
    """Read ``seed 42``."""
    for i in range(len(page) - 1):
        number = page.number(i + 1)
        if page.word(i) == "seed" and number is not None and number == int(number):
            page.take(Finding("seed", int(number), i, i + 2))


def read_tempo(page: Page) -> None:
    """Read tempi that say that they are one: ``140 BPM``, ``tempo of 120``, ``between 80 and 90 bpm``."""
    for i in range(len(page)):
        value, end, note = _amount(page, i)
        if value is None:
            continue
        after = end + (page.word(end) == "ish")
        unit = page.starts("bpm", after)
        before = _before(page, i)
        cue = page.ends("tempo", before)
        is_tempo = page.ends("tempo", i) or (unit and value <= TEMPO_RANGE_BPM[1])  # not the first of "808 BPM 140"
        if value in page.lexicon.gear_numbers and not is_tempo:
            continue
        is_other = _is_other_unit(page, end) or _gap(page, end) == "/" or not page.is_free(before - cue, before)
        if unit:
            page.take(Finding("tempo_bpm", check_tempo_bpm(value), before, after + unit, note=note))
        elif cue and not is_other:
            page.take(Finding("tempo_bpm", check_tempo_bpm(value), before - cue, after, note=note))


def read_loose_tempo(page: Page) -> None:
    """Read tempi that only their place gives away: ``at 92``, ``120-ish``, ``trap, 140``. To be called last."""
    for i in range(len(page)):
        value, end, note = _amount(page, i)
        if value is None or value != int(value) or value in page.lexicon.gear_numbers:
            continue
        before = _before(page, i)
        is_ish = page.word(end) == "ish"
        said = is_ish or before < i or page.ends("near", i) > 0
        low, high = _LIKELY_TEMPO_BPM if said else _BARE_TEMPO_BPM
        joints = _gap(page, i) + _gap(page, end)
        if not low <= value <= high or _is_other_unit(page, end) or "/" in joints or ":" in _gap(page, i).strip():
            continue
        if is_ish or (page.stands_free(end) and (said or _follows_sense(page, i))):
            near = page.ends("near", before)
            page.take(Finding("tempo_bpm", float(value), before - near, end + is_ish, note=note))


def read_metre(page: Page) -> None:
    """Read ``6/8``, and metres by name where nothing else can be meant (``in three``, not ``in three parts``)."""
    for i in range(len(page) - 1):
        beats, unit = page.number(i), page.number(i + 1)
        if beats is None or unit is None or page.tokens[i + 1].gap != "/" or _gap(page, i + 2).startswith("/"):
            continue
        if beats < 2 or unit not in (2, 4, 8, 16) or page.starts("note_values", i + 2):
            continue
        try:
            page.take(Finding("time_signature", TimeSignature(int(beats), int(unit)), i, i + 2))
        except ValueError:
            continue  # 24/8 is a time signature, 40/8 is none: it stays unread
    for named in page.named:
        if named.term.kind is not Kind.TIME_SIGNATURE or not page.is_free(named.start, named.end):
            continue
        if page.word(named.start) == "in" and (not page.stands_free(named.end) or _is_other_unit(page, named.end)):
            continue
        metre = parse_time_signature(named.term.value)
        page.take(Finding("time_signature", metre, named.start, named.end, is_implied=True))


def read_length(page: Page) -> None:
    """Read ``8 bars``, ``1:30``, ``two and a half minutes``, ``90-second``; decades (``90s rock``) are no lengths."""
    for i in range(len(page)):
        if not page.is_used[i]:
            _read_clock(page, i) or _read_bars(page, i) or _read_seconds(page, i)


def _read_bars(page: Page, i: int) -> bool:
    value, end, note = _amount(page, i)
    if value is None:
        return False
    cue = page.ends("bars", i)
    if cue and page.tokens[i].gap.strip() in (":", "="):  # "bars: 8"
        page.take(Finding("bars", check_bars(value), i - cue, end))
        return True
    unit = page.starts("bars", end)
    if not unit:
        return False
    form = tuple(page.word(at) for at in range(end, end + unit + 1))
    is_form = (f"{value:g}", *form) in {pieces(text) for text in page.lexicon.bar_forms}
    bars = check_bars(round(value) if note else value)
    found = Finding("bars", bars, i, end + unit, is_implied=is_form, note=note)
    covering = page.term(i)
    if covering is not None and covering.kind is Kind.GENRE:
        page.findings.append(found)  # the words name the genre as well
    else:
        page.take(found)
    return True


def _read_clock(page: Page, i: int) -> bool:
    """Read ``1:30``."""
    minutes, seconds = page.number(i), page.number(i + 1)
    if minutes is None or seconds is None or page.tokens[i + 1].gap != ":" or len(page.tokens[i + 1].text) != 2:
        return False
    if seconds >= 60 or page.word(i - 1) == "at":
        return False
    page.take(Finding("seconds", check_seconds(minutes * 60 + seconds), i, i + 2))
    return True


def _read_seconds(page: Page, i: int) -> bool:
    value, at, note = _amount(page, i)
    halves = 0.0
    if value is None and page.word(i) in ("half", "a"):
        value, at, halves = _spoken_amount(page, i)
    elif value is not None and [page.word(at + k) for k in range(3)] == ["and", "a", "half"]:
        halves, at = 0.5, at + 3
    if value is None:
        return False
    unit, factor = _unit_of_time(page, at)
    if not unit or not _is_length(page, i, at, at + unit):
        return False
    end = at + unit
    seconds = (value + halves) * factor
    if factor == 60 and [page.word(end + k) for k in range(3)] == ["and", "a", "half"]:
        seconds, end = seconds + 30, end + 3
    rest_at = end + (page.word(end) == "and")
    rest = page.number(rest_at)
    rest_unit, rest_factor = _unit_of_time(page, rest_at + 1) if rest is not None else (0, 0)
    if factor == 60 and rest is not None and rest < 60 and rest_unit and rest_factor == 1:
        seconds, end = seconds + rest, rest_at + 1 + rest_unit
    page.take(Finding("seconds", check_seconds(seconds), i, end, note=note))
    return True


def _spoken_amount(page: Page, i: int) -> tuple[float | None, int, float]:
    """Read the amount in ``half a minute``, ``a minute``, ``a couple of minutes``."""
    words = [page.word(i + k) for k in range(3)]
    if words[0] == "half":
        return 0.5, i + (2 if words[1] in ("a", "an") else 1), 0.0
    if words == ["a", "couple", "of"]:
        return 2.0, i + 3, 0.0
    if words[1] in ("minute", "min") and words[2] in ("of", "and", "long"):
        return 1.0, i + 1, 0.0
    return None, i, 0.0


def _unit_of_time(page: Page, i: int) -> tuple[int, int]:
    """Return how many words the unit at ``i`` takes and how many seconds it counts; nothing for no unit."""
    for unit, factor in (("seconds", 1), ("minutes", 60), ("hours", 3600)):
        length = page.starts(unit, i)
        if length:
            return length, factor
    if page.word(i) == "m" and _gap(page, i) == "" and page.number(i + 1) is not None:
        return 1, 60  # 1m30s
    return 0, 0


def _is_length(page: Page, start: int, unit_at: int, end: int) -> bool:
    """Tell a length from a decade: ``30s`` is one, ``90s rock`` and ``the 60s`` are not."""
    number = page.number(start)
    if page.word(unit_at) == "s" and number in page.lexicon.gear_numbers:  # "808s"
        return False
    if page.word(unit_at) != "s" or number is None or number % 10 or number < 20:
        return True
    if page.word(end) in ("long", "of", "length", "clip", "loop"):
        return True
    if number >= 50 or page.word(start - 1) in ("the", "from", "like", "early", "late", "mid"):
        return False
    term = page.term(end)
    return not (term and term.kind in (Kind.GENRE, Kind.NEAREST_GENRE)) or page.tokens[end].is_after_stop


def _amount(page: Page, i: int) -> tuple[float | None, int, str]:
    """Read a number or a range at ``i``: the number or the middle, where it ends, and what was assumed."""
    low = page.number(i)
    if low is None:
        return None, i, ""
    is_joined = "-" in _gap(page, i + 1)
    joined_by_word = page.word(i + 1) in _RANGE_WORDS and (page.word(i + 1) != "and" or page.word(i - 1) == "between")
    at = i + 1 if is_joined else i + 2 if joined_by_word else -1
    high = page.number(at) if at > 0 else None
    if high is None or not low < high <= 2 * low or ("-" in _gap(page, at + 1) and page.number(at + 1) is not None):
        return low, i + 1, ""
    return (low + high) / 2, at + 1, f"the middle of {low:g} to {high:g}"


def _before(page: Page, i: int) -> int:
    """Return where the words that only soften or open a number begin: ``around``, ``between``."""
    softener = page.ends("near", i)
    if softener:
        return i - softener
    return i - 1 if page.word(i - 1) == "between" else i


def _follows_sense(page: Page, i: int) -> bool:
    """Whether a bare number stands where a tempo would: first, after a stop, or after something understood."""
    token, term = page.token(i), page.term(i - 1)
    if i == 0 or (token and token.is_after_stop):
        return True
    return page.is_used[i - 1] or (term is not None and term.kind is not Kind.FILLER)


def _is_other_unit(page: Page, i: int) -> bool:
    """Whether the number before ``i`` counts something else than beats per minute."""
    if i >= len(page) or page.tokens[i].is_after_stop:
        return False
    others = ("bars", "seconds", "minutes", "hours")
    return any(page.starts(unit, i) for unit in others) or page.word(i) in ("hz", "khz", "db", "am", "pm", "%", "th")


def _gap(page: Page, i: int) -> str:
    token = page.token(i)
    return token.gap if token else ""
