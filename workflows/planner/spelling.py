"""Words that are not spelled as the vocabulary has them: slips of the finger, spellings by ear, and comparatives.

A word that is known, or that the lexicon calls an English word of its own, is never taken for another one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SHORTEST, _LONGEST = 3, 24  # letters of a word that may be another one
_SHORTEST_MEANT = 4
_BY_EAR = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("[ts]ion", "shun"), ("ph", "f"), ("ck", "k"), ("ch(?=[nor])", "k"), ("c(?![eiyh])", "k"), ("c(?=[eiy])", "s"),
        ("x", "ks"), ("qu", "kw"), ("gu(?=[ei])", "g"), ("z", "s"), ("y", "i"), (r"([b-df-hj-np-tv-z])\1", r"\1"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """What an unknown word may have been meant for."""

    known: frozenset[str]  # words that stay what they are
    neighbours: Mapping[str, tuple[str, ...]]  # a word with one letter left out -> the words it may come from
    by_sound: Mapping[str, str]
    gradable: frozenset[str]  # adjectives: "happy", whose "happier" says the same here

    def meant_by(self, word: str) -> str | None:
        """Return the known word that an unknown one stands for; None where there is none."""
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return None
        if word in self.known or word.removesuffix("s") in self.known:
            return None
        return self.by_sound.get(sound_of(word)) or self._graded(word) or self._slipped(word)

    def _graded(self, word: str) -> str | None:
        """Return the adjective of ``happier``, ``darkest``, ``sadder``."""
        stem = next((word.removesuffix(end) for end in ("er", "est") if word.endswith(end)), "")
        if len(stem) < _SHORTEST:
            return None
        forms = (
            stem,
            f"{stem}e",
            f"{stem[:-1]}y" if stem[-1] == "i" else "",
            stem[:-1] if stem[-2] == stem[-1] else "",
        )
        return next((form for form in forms if form in self.gradable), None)

    def _slipped(self, word: str) -> str | None:
        found = {(rank, known) for part in _shortened(word) for known in self.neighbours.get(part, ())
                 if known[0] == word[0] and (rank := _slip(word, known)) is not None}  # fmt: skip
        return min(found)[1] if found else None


def learn_spelling(known: Iterable[str], meant: Iterable[str], gradable: Iterable[str]) -> Spelling:
    """Return the spelling of words: those ``known``, of which those ``meant`` may be misspelt."""
    targets = sorted({word for word in meant if len(word) >= _SHORTEST_MEANT and word.isalpha()})
    neighbours: dict[str, list[str]] = {}
    for word in targets:
        for part in _shortened(word):
            neighbours.setdefault(part, []).append(word)
    return Spelling(
        known=frozenset(known),
        neighbours={part: tuple(sources) for part, sources in neighbours.items()},
        by_sound={sound_of(word): word for word in reversed(targets)},
        gradable=frozenset(gradable),
    )


def sound_of(word: str) -> str:
    """Return a word as it is heard, roughly: ``rock`` and ``rok``, ``distortion`` and ``distorshun`` are one."""
    for pattern, sound in _BY_EAR:
        word = pattern.sub(sound, word)
    return word


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
