"""How words are pronounced, looked up in a sorted text of words with their phonemes."""

import re

from music.lyrics import Syllable, words_of
from music.syllables import cut_word

_CLIPPED = re.compile(r"in'$")  # lovin', which sounds as loving but for its end


class Pronunciations:
    """A dictionary as text: a word, a blank and its ARPAbet phonemes on each line; ``#`` starts a remark."""

    def __init__(self, text: str = "") -> None:
        self._text = f"\n{text}"

    def find(self, word: str) -> tuple[str, ...]:
        """Return a word's phonemes; empty where neither it nor its plain form is known."""
        plain = word.lower()
        if phonemes := self._listed(plain):
            return phonemes
        if _CLIPPED.search(plain) and (whole := self._listed(f"{plain[:-1]}g")):
            return (*whole[:-1], "N")
        if plain.endswith("'s") and (owner := self._listed(plain[:-2])):
            ending = ("AH0", "Z") if owner[-1] in ("S", "Z", "SH", "CH", "JH", "ZH") else ("Z",)
            return (*owner, *ending)
        return self._listed(plain.strip("'"))

    def _listed(self, word: str) -> tuple[str, ...]:
        if not word:
            return ()
        at = self._text.find(f"\n{word} ")
        if at < 0:
            return ()
        start = at + len(word) + 2
        return tuple(self._text[start : self._text.find("\n", start)].split())


def syllables_of(line: str, pronunciations: Pronunciations, first_word: int) -> tuple[Syllable, ...]:
    """Return a line's syllables, its words counted from ``first_word``; a hyphen parts words that are sung as one."""
    found: list[Syllable] = []
    for number, word in enumerate(words_of(line), start=first_word):
        pieces = word.split("-") if "-" in word else [word]
        cuts = [cut for piece in pieces if piece for cut in cut_word(piece, pronunciations.find(piece))]
        for i, cut in enumerate(cuts):
            found.append(
                Syllable(
                    text=cut.text,
                    stress=cut.stress,
                    word=number,
                    ends_word=i + 1 == len(cuts),
                    phonemes=cut.phonemes,
                )
            )
    return tuple(found)
