"""Reads what is named: genre, mood, energy, instruments and parts, sections, and what of it is not wanted."""

from dataclasses import replace

from workflows.planner.page import Finding, Named, Page, is_mood_like
from workflows.planner.quantities import check_bars
from workflows.planner.vocabulary import Kind

_FIELDS = {
    Kind.GENRE: "genre",
    Kind.NEAREST_GENRE: "genre",
    Kind.MOOD: "moods",
    Kind.ENERGY: "energy",
    Kind.TEMPO_WORD: "tempo_words",
    Kind.INSTRUMENT: "instruments",
    Kind.ROLE: "roles",
    Kind.WITHOUT: "excluded_roles",
}
_PLAYERS = (Kind.INSTRUMENT, Kind.ROLE)
_EXCLUDED = {
    Kind.INSTRUMENT: "excluded_instruments",
    Kind.ROLE: "excluded_roles",
    Kind.FILLER: "excluded_roles",
    Kind.DRUM: "excluded_drums",
}
_LISTED = (*_PLAYERS, Kind.DRUM)
_COLOURS = {
    Kind.INSTRUMENT: (Kind.MOOD, Kind.ENERGY, Kind.GENRE),
    Kind.GENRE: (Kind.TEMPO_WORD,),
}
_FARTHEST_ONLY = 5  # words between "just" and the instrument that it is about


def read_form(page: Page) -> None:
    """Read two or more sections in a row (``intro, verse and chorus``), or one with its bars (``8 bar intro``)."""
    i = 0
    while i < len(page):
        names: list[str] = []
        bars: list[int] = []
        start = end = i
        at = i
        while (step := _section(page, at)) is not None:
            name, n_bars, end = step
            names.append(name)
            bars += [n_bars] if n_bars else []
            at = _past_joining(page, end)
        if len(names) >= 2 or (names and bars):
            proportions = "with the bars shared out as the style does" if len(bars) and len(names) > 1 else ""
            page.take(Finding("form", tuple(names), start, end, note=proportions))
            if len(bars) == len(names):
                note = f"the sections' {' + '.join(map(str, bars))} bars together" if len(bars) > 1 else ""
                page.findings.append(Finding("bars", sum(bars), start, end, note=note))
        i = max(end, i + 1)


def _section(page: Page, i: int) -> tuple[str, int, int] | None:
    """Return the section at ``i``, its bars (0 when not said) and where it ends."""
    n_bars, at = _bars(page, i)
    term = page.term(at)
    if term is None or term.kind is not Kind.SECTION or not page.is_free(i, at + 1):
        return None
    if n_bars and page.tokens[at].is_after_stop:  # "16 bars, intro, verse": the bars of the whole
        return None
    end = at + 1
    while end < len(page) and page.term(end) is term:  # "middle eight"
        end += 1
    after_solo = page.term(end)
    if page.starts("only", at) and after_solo is not None and after_solo.kind in _PLAYERS:  # "solo piano"
        return None
    count = page.number(end)
    if count is not None and count < 10 and not page.starts("bars", end + 1) and not page.tokens[end].is_after_stop:
        end += 1  # "verse 2"
    if not n_bars:
        after, after_end = _bars(page, end)
        if after and page.tokens[end].gap.strip() in ("", "(", ":", "="):
            n_bars, end = after, after_end
    return term.value, n_bars, end


def _bars(page: Page, i: int) -> tuple[int, int]:
    number = page.number(i)
    unit = page.starts("bars", i + 1) if number is not None else 0
    if number is None or not unit:
        return 0, i
    end = i + 1 + unit
    end += page.word(end) == "of"
    return check_bars(number), end


def _past_joining(page: Page, i: int) -> int:
    """Skip what joins sections: ``and``, ``then``, ``a``."""
    while i < len(page) and page.word(i) in ("and", "then", "a", "an", "the", "to", "into", "with"):
        i += 1
    return i


def read_names(page: Page) -> None:
    """Read every named thing that is still unread, wanted or not. Less of something is neither, and told as unread."""
    turned_until, turned = -1, ""
    for named in page.named:
        if not _is_readable(named) or not page.is_free(named.start, named.end):
            continue
        if named.start >= turned_until:
            turned = next((cue for cue in ("exclude", "less") if _cue_start(page, named.start, cue) < named.start), "")
            turned_until = _list_end(page, named, turned) if turned else -1
        field = _EXCLUDED.get(named.term.kind)
        if turned == "exclude" and field:
            start = _cue_start(page, named.start, "exclude")
            page.take(Finding(field, named.term.value, start, named.end, family=_family(page, named)))
        elif turned:
            start = _cue_start(page, named.start, turned)
            page.use(start, named.end)
            page.refused.append((start, named.end))
        elif named.term.kind in _FIELDS:
            page.take(_wish(page, named))
            _read_colour(page, named)


def _is_readable(named: Named) -> bool:
    return named.term.kind in _FIELDS or (named.term.kind in _EXCLUDED and named.term.value != "")


def read_only(page: Page) -> None:
    """Read ``just piano and bass``, ``solo cello``, ``organ only``: nothing else shall play."""
    players = [named for named in page.named if named.term.kind in _PLAYERS]
    for named in players:
        before = _only_before(page, named.start)
        after = page.starts("only_after", named.end)
        if after and not page.tokens[named.end].is_after_stop and not _is_negated(page, named.start):
            page.take(Finding("is_exclusive", True, named.end, named.end + after))
        elif before is not None:
            page.take(Finding("is_exclusive", True, before[0], before[1]))


def _only_before(page: Page, i: int) -> tuple[int, int] | None:
    """Return the ``only`` that an instrument at ``i`` belongs to, past words that merely colour it."""
    at = i
    while at > 0 and i - at < _FARTHEST_ONLY:
        length = page.ends("only", at)
        if length:
            is_solo = page.term(at - length - 1)
            follows_player = is_solo is not None and is_solo.kind in _PLAYERS and page.word(at - 1) == "solo"
            is_taken_back = page.ends("exclude", at - length) > 0
            return None if follows_player or is_taken_back else (at - length, at)
        if not is_mood_like(page.term(at - 1)) or (at < len(page) and page.tokens[at].is_after_stop):
            return None
        at -= 1
    return None


def _is_negated(page: Page, i: int) -> bool:
    return _cue_start(page, i, "exclude") < i


def _cue_start(page: Page, i: int, cue: str) -> int:
    """Return where a cue in front of ``i`` starts (``not too``, ``without any``, ``less``); ``i`` for none."""
    at = i
    for _ in range(4):
        length = page.ends(cue, at)
        if length:
            term = page.term(at - 1)
            is_inside_phrase = term is not None and term is page.term(at - length - 1)  # the "less" of "more or less"
            return i if is_inside_phrase else at - length
        length = page.ends("degree", at)
        if not length:
            return i
        at -= length
    return i


def _list_end(page: Page, named: Named, cue: str) -> int:
    """Return up to where a list goes on that starts with something not wanted: ``no drums or bass``."""
    by_comma = page.word(_cue_start(page, named.start, cue)) == "without"
    end, listed = named.end, named.end
    while end < len(page):
        joining = page.starts("joining", end)
        at = end + joining
        is_comma = at < len(page) and page.tokens[at].gap.strip() == ","
        if not joining and not (is_comma and by_comma):
            break
        player = next((other for other in page.named if other.start == at and other.term.kind in _LISTED), None)
        if player is None:
            break
        end = player.end
        if joining:
            listed = end
    return listed


def _wish(page: Page, named: Named) -> Finding:
    kind, value = named.term.kind, named.term.value
    note = "the nearest style here" if kind is Kind.NEAREST_GENRE else ""
    wanted: object = page.lexicon.energies[value].level if kind is Kind.ENERGY else value
    return Finding(_FIELDS[kind], wanted, named.start, named.end, note=note, family=_family(page, named))


def _family(page: Page, named: Named) -> tuple[str, ...]:
    """Return what a general word may mean: every guitar for ``guitar``, the lanes of drums."""
    if named.term.kind is Kind.DRUM:
        return page.lexicon.drums[named.term.value].lanes
    if named.term.kind is not Kind.INSTRUMENT or named.end - named.start > 1:
        return ()
    family = page.vocabulary.family(page.word(named.start))
    return family if named.term.value in family else ()


def _read_colour(page: Page, named: Named) -> None:
    """Let the words inside a longer name count as well.

    ``sad piano`` is sad, ``rock guitar`` hints at rock, ``slow blues`` is slow.
    """
    if named.end - named.start < 2:
        return
    for i in range(named.start, named.end):
        known = page.vocabulary.phrases.get(page.word(i), ())
        term = next((term for phrase, term in known if len(phrase) == 1), None)
        if term and term.kind in _COLOURS.get(named.term.kind, ()):
            wish = _wish(page, Named(term, i, i + 1))
            page.findings.append(replace(wish, is_implied=term.kind is Kind.GENRE))
