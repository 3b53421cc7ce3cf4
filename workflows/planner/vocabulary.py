"""Everything the rule planner can recognise: the lexicon joined with the names of styles and instruments."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum

from music.instrument import Instrument
from music.style import Style
from workflows.planner.lexicon import Lexicon
from workflows.planner.spelling import Spelling, learn_spelling

Phrase = tuple[str, ...]
_PIECES = re.compile(r"[0-9]+|[^\W\d_](?:[^\W_]|['#])*|[@~]")
_LONG_WORD = 6  # letters from which on a word inside an instrument's name is known even when misspelt


class Kind(Enum):
    """What a phrase names."""

    GENRE = "genre"
    NEAREST_GENRE = "nearest_genre"
    INSTRUMENT = "instrument"
    ROLE = "role"
    DRUM = "drum"
    WITHOUT = "without"
    MOOD = "mood"
    ENERGY = "energy"
    TEMPO_WORD = "tempo_word"
    TIME_SIGNATURE = "time_signature"
    SECTION = "section"
    MODE = "mode"
    FILLER = "filler"


_GRADABLE = (Kind.MOOD, Kind.ENERGY, Kind.TEMPO_WORD)


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase's meaning: the id of what it names. A filler with a value names something only where it is unwanted."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The known phrases by their first word (longest first), and how they may be misspelt."""

    lexicon: Lexicon
    phrases: Mapping[str, tuple[tuple[Phrase, Term], ...]]
    steering: Mapping[str, frozenset[Phrase]]  # the lexicon's cues and units by name
    spelling: Spelling
    families: Mapping[str, tuple[str, ...]]  # "guitar" -> every instrument whose title ends so
    played_in: Mapping[str, tuple[str, ...]]  # style -> the instruments of its parts

    def family(self, word: str) -> tuple[str, ...]:
        """Return the instruments that a general word such as ``guitar`` may mean; none for a word that names one."""
        return next((ids for name, ids in self.families.items() if word.startswith(name)), ())


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
    known = {word for phrase in terms for word in phrase} | set(lexicon.numbers) | set(lexicon.never_misspelt)
    known |= {word for group in steering.values() for phrase in group for word in phrase}
    return Vocabulary(
        lexicon=lexicon,
        phrases={first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in by_first.items()},
        steering=steering,
        spelling=learn_spelling(known, _meant(terms, steering), _gradable(terms)),
        families=_families(instruments),
        played_in={
            style.id: tuple(part.instrument for part in style.parts.values() if part.instrument)
            for style in styles.values()
        },
    )


def _meant(terms: Mapping[Phrase, Term], steering: Mapping[str, frozenset[Phrase]]) -> Iterable[str]:
    """Yield the words that may be misspelt: those that name something alone, units, and long ones of instruments."""
    yield from ("tempo", "without")
    for name in ("bars", "seconds", "minutes"):
        yield from (word for phrase in steering[name] for word in phrase)
    for phrase, term in terms.items():
        if len(phrase) == 1 and term.kind not in (Kind.FILLER, Kind.DRUM):
            yield phrase[0]
        elif term.kind is Kind.INSTRUMENT:
            yield from (word for word in phrase if len(word) >= _LONG_WORD)


def _gradable(terms: Mapping[Phrase, Term]) -> Iterable[str]:
    return (phrase[0] for phrase, term in terms.items() if len(phrase) == 1 and term.kind in _GRADABLE)


def _meanings(
    lexicon: Lexicon, styles: Mapping[str, Style], instruments: Mapping[str, Instrument]
) -> Iterable[tuple[Kind, str, Iterable[str]]]:
    """Yield every name with its meaning, the meanings that win first."""
    yield Kind.FILLER, "", lexicon.fillers
    yield from ((Kind.FILLER, role.value, words) for role, words in lexicon.unwanted.items())
    yield from ((Kind.ROLE, role.value, words) for role, words in lexicon.roles.items())
    yield from ((Kind.WITHOUT, role.value, words) for role, words in lexicon.without.items())
    yield from ((Kind.DRUM, name, drum.words) for name, drum in lexicon.drums.items())
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
