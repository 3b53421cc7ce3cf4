"""Everything the rule planner can recognise: the lexicon joined with the names of styles and instruments."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum

from music.instrument import Instrument
from music.style import Style
from workflows.planner.lexicon import Lexicon

Phrase = tuple[str, ...]
_PIECES = re.compile(r"[0-9]+|[^\W\d_](?:[^\W_]|['#])*|[@~]")
_SHORTEST_MISSPELT, _LONGEST_MISSPELT = 3, 24


class Kind(Enum):
    """What a phrase names."""

    GENRE = "genre"
    NEAREST_GENRE = "nearest_genre"
    INSTRUMENT = "instrument"
    ROLE = "role"
    WITHOUT = "without"
    MOOD = "mood"
    ENERGY = "energy"
    TEMPO_WORD = "tempo_word"
    TIME_SIGNATURE = "time_signature"
    SECTION = "section"
    MODE = "mode"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase's meaning: the id of what it names."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The known phrases by their first word (longest first), and the words that a slip may have been meant for."""

    lexicon: Lexicon
    phrases: Mapping[str, tuple[tuple[Phrase, Term], ...]]
    steering: Mapping[str, frozenset[Phrase]]  # the lexicon's cues and units by name
    words: frozenset[str]
    neighbours: Mapping[str, tuple[str, ...]]  # a word with one letter left out -> the words it may come from
    families: Mapping[str, tuple[str, ...]]  # "guitar" -> every instrument whose title ends so
    played_in: Mapping[str, tuple[str, ...]]  # style -> the instruments of its parts

    def family(self, word: str) -> tuple[str, ...]:
        """Return the instruments that a general word such as ``guitar`` may mean; none for a word that names one."""
        return next((ids for name, ids in self.families.items() if word.startswith(name)), ())

    def meant_by(self, word: str) -> str | None:
        """Return the known word that an unknown one is a slip of one letter away from; None if there is none."""
        if not _SHORTEST_MISSPELT <= len(word) <= _LONGEST_MISSPELT or not word.isalpha():
            return None
        if word in self.words or word.removesuffix("s") in self.words:
            return None
        found = {(rank, known) for part in _shortened(word) for known in self.neighbours.get(part, ())
                 if known[0] == word[0] and (rank := _slip(word, known)) is not None}  # fmt: skip
        return min(found)[1] if found else None


def pieces(phrase: str) -> Phrase:
    """Cut a phrase of the lexicon the way prompts are cut."""
    return tuple(_PIECES.findall(phrase.lower()))


def build_vocabulary(
    lexicon: Lexicon, styles: Mapping[str, Style], instruments: Mapping[str, Instrument]
) -> Vocabulary:
    """Join all names. Of two meanings of a phrase the lexicon's wins, then a style's, then an instrument's."""
    terms: dict[Phrase, Term] = {}
    for kind, value, words in _meanings(lexicon, styles, instruments):
        for written in words:
            phrase = tuple(str(lexicon.numbers.get(word, word)) for word in pieces(written))
            terms.setdefault(phrase, Term(kind, value))
    for phrase, term in list(terms.items()):
        if not phrase[-1].endswith("s") and phrase[-1].isalpha() and term.kind is not Kind.FILLER:
            terms.setdefault((*phrase[:-1], phrase[-1] + "s"), term)
    by_first: dict[str, list[tuple[Phrase, Term]]] = {}
    for phrase, term in terms.items():
        by_first.setdefault(phrase[0], []).append((phrase, term))
    groups = asdict(lexicon.cues) | asdict(lexicon.units)
    steering = {name: frozenset(map(pieces, phrases)) for name, phrases in groups.items()}
    words = {word for phrase in terms for word in phrase} | set(lexicon.numbers) | set(lexicon.never_misspelt)
    words |= {word for group in steering.values() for phrase in group for word in phrase}
    targets = {phrase[0] for phrase, term in terms.items() if len(phrase) == 1 and term.kind is not Kind.FILLER}
    targets |= {word for name in ("bars", "seconds", "minutes") for phrase in steering[name] for word in phrase}
    targets.add("tempo")
    return Vocabulary(
        lexicon=lexicon,
        phrases={first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in by_first.items()},
        steering=steering,
        words=frozenset(words),
        neighbours=_neighbours(word for word in targets if len(word) >= 4 and word.isalpha()),
        families=_families(instruments),
        played_in={
            style.id: tuple(part.instrument for part in style.parts.values() if part.instrument)
            for style in styles.values()
        },
    )


def _meanings(
    lexicon: Lexicon, styles: Mapping[str, Style], instruments: Mapping[str, Instrument]
) -> Iterable[tuple[Kind, str, Iterable[str]]]:
    """Yield every name with its meaning, the meanings that win first."""
    yield Kind.FILLER, "", lexicon.fillers
    yield from ((Kind.ROLE, role.value, words) for role, words in lexicon.roles.items())
    yield from ((Kind.WITHOUT, role.value, words) for role, words in lexicon.without.items())
    yield from ((Kind.MOOD, name, mood.words) for name, mood in lexicon.moods.items())
    yield from ((Kind.ENERGY, name, energy.words) for name, energy in lexicon.energies.items())
    yield from ((Kind.TEMPO_WORD, name, tempo.words) for name, tempo in lexicon.tempo_words.items())
    yield from ((Kind.TIME_SIGNATURE, name, words) for name, words in lexicon.time_signatures.items())
    yield from ((Kind.SECTION, name, words) for name, words in lexicon.sections.items())
    yield from ((Kind.MODE, mode.value, words) for mode, words in lexicon.modes.items())
    for style in styles.values():
        yield Kind.GENRE, style.id, (style.id, style.title, *style.synonyms)
    yield from ((Kind.NEAREST_GENRE, name, words) for name, words in lexicon.nearest_styles.items() if name in styles)
    for instrument in instruments.values():
        yield Kind.INSTRUMENT, instrument.id, (instrument.id, instrument.title, *instrument.synonyms)


def _families(instruments: Mapping[str, Instrument]) -> dict[str, tuple[str, ...]]:
    families: dict[str, list[str]] = {}
    for instrument in instruments.values():
        kind = instrument.title.lower().split()[-1]
        if len(kind) >= 3:
            families.setdefault(kind, []).append(instrument.id)
    return {kind: tuple(ids) for kind, ids in families.items() if len(ids) > 1}


def _neighbours(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        for part in _shortened(word):
            found.setdefault(part, []).append(word)
    return {part: tuple(sources) for part, sources in found.items()}


def _shortened(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _slip(typed: str, known: str) -> int | None:
    """Rank how ``typed`` came of ``known``: 0 letters swapped, 1 one too few or many, 2 one replaced; else None."""
    if len(typed) == len(known):
        different = [i for i, (a, b) in enumerate(zip(typed, known, strict=True)) if a != b]
        if len(different) == 1:
            return 2 if len(known) >= 6 else None
        is_swap = (
            len(different) == 2
            and different[1] == different[0] + 1
            and typed[different[0]] == known[different[1]]
            and typed[different[1]] == known[different[0]]
        )
        return 0 if is_swap and len(known) >= 5 else None
    longer, shorter = (typed, known) if len(typed) > len(known) else (known, typed)
    place = next((i for i, letter in enumerate(shorter) if longer[i] != letter), len(shorter))
    if longer[:place] + longer[place + 1 :] != shorter:
        return None
    is_doubled = place > 0 and longer[place] == longer[place - 1]
    return 1 if len(known) >= 5 or is_doubled else None
