"""A prompt while it is being read: its words, what they may name, and which of them have been used up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workflows.planner.tokens import Token, plain_signs, tokenize
from workflows.planner.vocabulary import Kind, Phrase, Term, Vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """A value for a field of the brief, and the words (tokens ``start`` to ``end``) that it was read from."""

    field: str
    value: object
    start: int
    end: int
    is_implied: bool = False  # gives way to a value that was said outright
    note: str = ""  # what was assumed in reading it
    family: tuple[str, ...] = ()  # instruments that a general word ("guitar") may mean just as well


@dataclass(frozen=True, slots=True)
class Named:
    """A phrase of the prompt that names something."""

    term: Term
    start: int
    end: int


class Page:
    """The state of one reading. Words once used are not read twice."""

    def __init__(self, prompt: str, vocabulary: Vocabulary) -> None:
        self.prompt = prompt
        self.signs = plain_signs(prompt)
        self.vocabulary = vocabulary
        self.lexicon = vocabulary.lexicon
        self.tokens = tuple(_corrected(token, vocabulary) for token in tokenize(prompt, self.lexicon.numbers))
        self.starts_at = tuple(token.start for token in self.tokens)
        self.is_used = [False] * len(self.tokens)
        self.named = tuple(self._name())
        self.findings: list[Finding] = []
        self.refused: list[tuple[int, int]] = []  # words understood, but of something that is not wanted
        self._terms: list[Term | None] = [None] * len(self.tokens)
        for named in self.named:
            self._terms[named.start : named.end] = [named.term] * (named.end - named.start)

    def __len__(self) -> int:
        return len(self.tokens)

    def token(self, i: int) -> Token | None:
        """Return the token, or None before the first and after the last."""
        return self.tokens[i] if 0 <= i < len(self.tokens) else None

    def word(self, i: int) -> str:
        """Return the word as compared, or an empty text outside the prompt."""
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def number(self, i: int) -> float | None:
        """Return the number at ``i`` if one stands there unused."""
        return self.tokens[i].number if 0 <= i < len(self.tokens) and not self.is_used[i] else None

    def term(self, i: int) -> Term | None:
        """Return the meaning of the phrase that covers token ``i``."""
        return self._terms[i] if 0 <= i < len(self.tokens) else None

    def text(self, start: int, end: int) -> str:
        """Return the words as they were typed."""
        return self.prompt[self.tokens[start].start : self.tokens[end - 1].end]

    def is_free(self, start: int, end: int) -> bool:
        """Whether none of the words has been used."""
        return end <= len(self.tokens) and not any(self.is_used[start:end])

    def take(self, finding: Finding) -> None:
        """Record a finding and use up its words."""
        self.use(finding.start, finding.end)
        self.findings.append(finding)

    def use(self, start: int, end: int) -> None:
        """Use up words."""
        self.is_used[start:end] = [True] * (end - start)

    def starts(self, steering: str, i: int) -> int:
        """Return how many words of the longest phrase of a cue or unit stand at ``i``; 0 for none."""
        known = self.vocabulary.steering[steering]
        for length in range(min(4, len(self.tokens) - i), 0, -1):
            if self._phrase(i, i + length) in known:
                return length
        return 0

    def ends(self, steering: str, i: int) -> int:
        """Return how many words of a cue's longest phrase stand right before ``i``; 0 for none or past a stop.

        A colon or an equals sign is no stop here: ``tempo: 120``.
        """
        token = self.token(i)
        if i < 1 or (token and token.is_after_stop and token.gap.strip() not in (":", "=")):
            return 0
        known = self.vocabulary.steering[steering]
        for length in range(min(4, i), 0, -1):
            if self._phrase(i - length, i) in known:
                return length
        return 0

    def stands_free(self, i: int) -> bool:
        """Whether what came before ``i`` ends there: at the end, a stop, a number, or a phrase that is understood."""
        if i >= len(self.tokens) or self.tokens[i].is_after_stop:
            return True
        return self.tokens[i].number is not None or self._terms[i] is not None

    def _phrase(self, start: int, end: int) -> Phrase:
        tokens = self.tokens[start:end]
        return () if any(token.is_after_stop for token in tokens[1:]) else tuple(token.word for token in tokens)

    def _name(self) -> Iterable[Named]:
        """Yield the longest known phrase at each place, left to right, none overlapping."""
        i = 0
        while i < len(self.tokens):
            length = 1
            for phrase, term in self.vocabulary.phrases.get(self.tokens[i].word, ()):
                joined = all(token.is_joined for token in self.tokens[i + 1 : i + len(phrase)])
                if joined and tuple(token.word for token in self.tokens[i : i + len(phrase)]) == phrase:
                    length = len(phrase)
                    yield Named(term, i, i + length)
                    break
            i += length


def _corrected(token: Token, vocabulary: Vocabulary) -> Token:
    meant = vocabulary.spelling.meant_by(token.word)
    return replace(token, word=meant) if meant else token


def is_mood_like(term: Term | None) -> bool:
    """Whether a phrase only colours its neighbour: a mood, an energy, a tempo word or a filler."""
    return term is not None and term.kind in (Kind.MOOD, Kind.ENERGY, Kind.TEMPO_WORD, Kind.FILLER)
