"""Gives the lines of a lyric sheet their sections and bars."""

from collections.abc import Sequence
from dataclasses import replace

from music.brief import MAX_SECONDS, Remark
from music.errors import RequestInvalid
from music.form import lay_out, section_kind
from music.lyrics import SungLine, Syllable, Verse
from music.pronunciation import Pronunciations, syllables_of
from music.score import Section
from music.style import Style
from music.time import TICKS_PER_QUARTER, TimeSignature, ticks_to_seconds

_UNSUNG_KINDS = ("intro", "outro", "solo", "break", "build", "interlude", "instrumental")
_FASTEST_EIGHTHS_BPM = 176.0  # above, a voice sings quarters rather than eighths
_ROOM = 1.0  # share of the places of a line that syllables may take
_SLOW_BAR_SECONDS = 3.6  # so long a bar holds a short line by itself
_MOST_NOTES_PER_QUARTER = 4


def form_of(verses: Sequence[Verse]) -> tuple[str, ...]:
    """Return the sections that the sheet itself names, in order."""
    return tuple(verse.name for verse in verses)


def sections_for(
    verses: Sequence[Verse],
    style: Style,
    time_signature: TimeSignature,
    energy: float,
    tempo_bpm: float,
    pronunciations: Pronunciations,
) -> tuple[Section, ...]:
    """Return a section for each verse, as long as its lines need; RequestInvalid where that is longer than a piece."""
    lengths = []
    for verse in verses:
        counts = [len(syllables_of(line, pronunciations, 0)) for line in verse.lines]
        n_bars = len(counts) * bars_per_line(max(counts, default=0), time_signature, tempo_bpm)
        lengths.append(-(-n_bars // 4) * 4 or 4)
    total = sum(lengths)
    seconds = ticks_to_seconds(total * time_signature.ticks_per_bar, tempo_bpm)
    if seconds > MAX_SECONDS:
        raise RequestInvalid(
            f"the lyrics need {total} bars of {time_signature}, which last {seconds:.0f} seconds at {tempo_bpm:g} BPM; "
            f"the most is {MAX_SECONDS:g} seconds: ask for a faster tempo, or sing fewer lines"
        )
    shaped = lay_out(style, total, form_of(verses), energy=energy)
    sections, bar = [], 1
    for section, n_bars in zip(shaped, lengths, strict=True):
        sections.append(replace(section, start_bar=bar, n_bars=n_bars))
        bar += n_bars
    return tuple(sections)


def bars_per_line(n_syllables: int, time_signature: TimeSignature, tempo_bpm: float) -> int:
    """Return the bars in which a voice sings a line at ease: 1, 2, 4 or 8."""
    bar_seconds = ticks_to_seconds(time_signature.ticks_per_bar, tempo_bpm)
    per_quarter = 2 if tempo_bpm <= _FASTEST_EIGHTHS_BPM else 1
    options = (1, 2, 4, 8) if bar_seconds >= _SLOW_BAR_SECONDS else (2, 4, 8)
    return next((n for n in options if _room(n, time_signature, per_quarter) >= n_syllables), 8)


def _room(n_bars: int, time_signature: TimeSignature, per_quarter: int) -> int:
    quarters = n_bars * time_signature.ticks_per_bar / TICKS_PER_QUARTER
    return int((quarters - min(1.0, quarters / 8)) * per_quarter * _ROOM)


def set_words(
    verses: Sequence[Verse],
    sections: Sequence[Section],
    time_signature: TimeSignature,
    tempo_bpm: float,
    pronunciations: Pronunciations,
) -> tuple[tuple[SungLine, ...], tuple[Remark, ...]]:
    """Lay the lines out over the sections, and tell which found no room; no verses give none.

    RequestInvalid where no line fits at all.
    """
    if not verses:
        return (), ()
    found: list[SungLine] = []
    left_out: list[str] = []
    for index, verse in _matched(verses, sections):
        sung = [(line, syllables_of(line, pronunciations, 0)) for line in verse.lines]
        lines, missed = _laid_out(index, sections[index].n_bars, sung, time_signature, tempo_bpm)
        found += lines
        left_out += missed
    if not found:
        raise RequestInvalid("no line of the lyrics fits into the piece; ask for more bars, or for shorter lines")
    counted = _recounted(found)
    unsung = tuple(dict.fromkeys(left_out))
    return counted, tuple(Remark("lyrics", f"no room for {line!r:.80}: ask for more bars") for line in unsung)


def _matched(verses: Sequence[Verse], sections: Sequence[Section]) -> list[tuple[int, Verse]]:
    """Pair sections with verses: by name, else by kind in turn, else whatever there is to sing in turn."""
    sung = [verse for verse in verses if verse.lines]
    by_kind: dict[str, list[Verse]] = {}
    for verse in sung:
        by_kind.setdefault(section_kind(verse.name), []).append(verse)
    if len(verses) == len(sections):
        kinds = [section_kind(section.name) for section in sections]
        if kinds == [section_kind(verse.name) for verse in verses]:
            return [(index, verse) for index, verse in enumerate(verses) if verse.lines]
    seen: dict[str, int] = {}
    pairs = []
    for index, section in enumerate(sections):
        kind = section_kind(section.name)
        exact = next((verse for verse in sung if verse.name == section.name.lower()), None)
        choice = by_kind.get(kind, ())
        if exact or choice:
            pairs.append((index, exact or choice[seen.get(kind, 0) % len(choice)]))
            seen[kind] = seen.get(kind, 0) + 1
    if pairs:
        return pairs
    singable = [i for i, s in enumerate(sections) if section_kind(s.name) not in _UNSUNG_KINDS] or [0]
    return [(index, sung[number % len(sung)]) for number, index in enumerate(singable)]


def _laid_out(
    section: int,
    n_bars: int,
    lines: Sequence[tuple[str, tuple[Syllable, ...]]],
    time_signature: TimeSignature,
    tempo_bpm: float,
) -> tuple[list[SungLine], list[str]]:
    longest = max(len(syllables) for _, syllables in lines)
    wanted = bars_per_line(longest, time_signature, tempo_bpm)
    each = next((n for n in (8, 4, 2, 1) if n <= wanted and n * len(lines) <= n_bars), 1)
    while each < n_bars and _room(each, time_signature, _MOST_NOTES_PER_QUARTER) < longest:
        each = min(2 * each, n_bars)
    found: list[SungLine] = []
    missed: list[str] = []
    for text, syllables in lines:
        fits = len(syllables) <= _room(each, time_signature, _MOST_NOTES_PER_QUARTER)
        if fits and (len(found) + 1) * each <= n_bars:
            first_bar = len(found) * each
            found.append(SungLine(section=section, first_bar=first_bar, n_bars=each, text=text, syllables=syllables))
        else:
            missed.append(text)
    return found, missed


def _recounted(lines: Sequence[SungLine]) -> tuple[SungLine, ...]:
    """Count the words that are sung from 0 on, without those of lines that were left out."""
    counted, n_words = [], 0
    for line in lines:
        first = line.syllables[0].word
        syllables = tuple(replace(one, word=one.word - first + n_words) for one in line.syllables)
        n_words = syllables[-1].word + 1
        counted.append(replace(line, syllables=syllables))
    return tuple(counted)
