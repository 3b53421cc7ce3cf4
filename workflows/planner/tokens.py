"""Cuts a prompt into words, keeping where each stood and what stood between them.

Digits and letters part company (``140bpm`` is two words), a hyphen is a gap (``lo-fi`` is two words), a chord symbol
stays whole (``F#m7b5``). Number words become one number word in digits. Takes time linear in the prompt's length.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_WORD = re.compile(
    r"N\.C\.|[0-9]+(?:[.,][0-9]{1,3})?½?|½|[&+@~%]|[#b]?[^\W\d_](?:[^\W_]|['\u2019#°Δ△∆])*",
)
_SIGNS = str.maketrans({"♯": "#", "♭": "b", "\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-", "\u2011": "-"})
_SPOKEN = {"&": "and", "+": "and", "½": "0.5"}
_STOP = re.compile(r"[.,;:!?()\[\]|\n\"…]|\s-\s|--")
_LONGEST_NUMBER = 9  # digits; longer ones name nothing musical


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed, as compared (lower case, number words in digits) and as a number, with the gap before it."""

    text: str
    word: str
    start: int  # characters into the prompt
    end: int
    gap: str  # what stood between the token before and this one
    number: float | None = None

    @property
    def is_after_stop(self) -> bool:
        """Whether punctuation that ends a phrase stands before this word."""
        return bool(_STOP.search(self.gap))

    @property
    def is_joined(self) -> bool:
        """Whether nothing but space or a hyphen stands before this word."""
        return not self.gap.strip(" \t-_'.") and not self.is_after_stop


def plain_signs(prompt: str) -> str:
    """Return a text of the same length with sharps, flats, quotes and dashes as they are typed on a keyboard."""
    return prompt.translate(_SIGNS)


def tokenize(prompt: str, number_words: Mapping[str, int]) -> tuple[Token, ...]:
    """Return the words of a prompt; ``number_words`` maps ``twenty`` to 20 and the like."""
    text = plain_signs(prompt)
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        written = match[0]
        word = _SPOKEN.get(written, written.lower())
        number = _number(word)
        if number is not None:
            word = f"{number:g}" if word != "0.5" else word
        tokens.append(Token(prompt[match.start() : match.end()], word, match.start(), match.end(),
                            text[end : match.start()], number))  # fmt: skip
        end = match.end()
    return _join_number_words(tokens, number_words, prompt)


def _number(word: str) -> float | None:
    if not word[0].isascii() or not word[0].isdigit() or len(word) > _LONGEST_NUMBER:
        return None
    half = 0.5 if word.endswith("½") else 0.0
    return float(word.rstrip("½").replace(",", ".")) + half


def _join_number_words(tokens: list[Token], values: Mapping[str, int], prompt: str) -> tuple[Token, ...]:
    """Turn ``one hundred and twenty`` into a single number; ``two five one`` stays three."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        value, length = _spoken_number(tokens, i, values)
        if length:
            first, last = tokens[i], tokens[i + length - 1]
            out.append(replace(first, text=prompt[first.start : last.end], word=str(value), end=last.end,
                               number=float(value)))  # fmt: skip
            i += length
        else:
            out.append(tokens[i])
            i += 1
    return tuple(out)


def _spoken_number(tokens: list[Token], i: int, values: Mapping[str, int]) -> tuple[int, int]:
    """Return a number spoken from token ``i`` on and how many tokens it takes; length 0 when there is none."""

    def small(at: int) -> tuple[int, int]:
        value = values.get(tokens[at].word) if at < len(tokens) else None
        if value is None or (at > i and not tokens[at].is_joined):
            return 0, 0
        unit = values.get(tokens[at + 1].word, 0) if at + 1 < len(tokens) and tokens[at + 1].is_joined else 0
        return (value + unit, 2) if value >= 20 and 1 <= unit <= 9 else (value, 1)

    value, length = small(i)
    hundred = i + (length or (tokens[i].word == "a"))
    if hundred == i or hundred >= len(tokens) or tokens[hundred].word != "hundred" or value > 9:
        return value, length
    value, length = 100 * (value or 1), hundred + 1 - i
    after = i + length + (i + length < len(tokens) and tokens[i + length].word == "and")
    rest, rest_length = small(after)
    return (value + rest, after + rest_length - i) if rest_length else (value, length)
