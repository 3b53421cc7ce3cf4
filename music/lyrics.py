"""Words to sing: a sheet of verses as it was typed, and lines whose syllables know their stress."""

import re
from collections import Counter
from dataclasses import dataclass

from music.errors import RequestInvalid

MAX_LYRICS_CHARACTERS = 20_000
_HEADING = re.compile(r"^\s*[\[(]\s*([^\[\]()]{1,40}?)\s*[\])]\s*:?\s*$")
_WORD = re.compile(r"'?[^\W\d_]+(?:['\-][^\W\d_]+)*'?|\d+")
_CURLY_APOSTROPHE = "\u2019"


@dataclass(frozen=True, slots=True, kw_only=True)
class Syllable:
    """What is sung on one note or, at a line's end, on a few."""

    text: str
    stress: int  # 2 the word's main stress, 1 a lesser one or a weighty word of one syllable, 0 none
    word: int  # counted through all that is sung, from 0
    ends_word: bool
    phonemes: str = ""  # ARPAbet with stress, as in the CMU Pronouncing Dictionary; empty where it is not known

    @property
    def shown(self) -> str:
        """Return the text with a hyphen where its word goes on, as lyrics stand under notes."""
        return self.text if self.ends_word else f"{self.text}-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SungLine:
    """A line of lyrics and the bars of a section that it fills, a breath at its end."""

    section: int  # index in the plan's sections
    first_bar: int  # within the section, from 0
    n_bars: int
    text: str
    syllables: tuple[Syllable, ...]

    def __post_init__(self) -> None:
        if self.first_bar < 0 or self.n_bars < 1 or not self.syllables:
            raise ValueError(f"a sung line needs bars and syllables, got {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verse:
    """Lines that belong together, under the name of the section that sings them."""

    name: str  # in lower case, as written in the heading: "verse 2", "chorus"
    lines: tuple[str, ...]


def parse_lyrics(text: str) -> tuple[Verse, ...]:
    """Read a sheet: ``[Verse 1]`` and the like head sections, empty lines part stanzas without a heading.

    A stanza without a heading is a verse, or a chorus where the same words stand twice. A heading without lines is a
    section that nobody sings, or sings what stood under the same heading before. RequestInvalid where there are no
    words, or more than a song has.
    """
    if len(text) > MAX_LYRICS_CHARACTERS:
        raise RequestInvalid(f"the lyrics have {len(text)} characters, at most {MAX_LYRICS_CHARACTERS} are sung")
    headed: list[tuple[str | None, list[str]]] = []
    is_new = True
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            headed.append((" ".join(heading[1].lower().split()), []))
            is_new = False
        elif not line.strip():
            is_new = True
        elif words_of(line):
            if is_new and (not headed or headed[-1][1]):
                headed.append((None, []))
            headed[-1][1].append(" ".join(line.split()))
            is_new = False
    if not any(lines for _, lines in headed):
        raise RequestInvalid("the lyrics hold no words to sing; write a line of words for each line of the song")
    return _named(headed)


def _named(headed: list[tuple[str | None, list[str]]]) -> tuple[Verse, ...]:
    repeated = Counter(tuple(words_of(" ".join(lines).lower())) for _, lines in headed)
    known: dict[str, tuple[str, ...]] = {}
    verses = []
    for heading, lines in headed:
        is_refrain = repeated[tuple(words_of(" ".join(lines).lower()))] > 1
        name = heading or ("chorus" if is_refrain else "verse")
        sung = tuple(lines) or known.get(name, ())
        known[name] = sung
        verses.append(Verse(name=name, lines=sung))
    return tuple(verses)


def words_of(line: str) -> tuple[str, ...]:
    """Return the words of a line without punctuation; apostrophes and hyphens inside words stay."""
    return tuple(_WORD.findall(line.replace(_CURLY_APOSTROPHE, "'")))
