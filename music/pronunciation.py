"""How words are cut and stressed: by a dictionary of pronunciations, by a list of words, else by their spelling."""

import re
from collections.abc import Iterator

from music.lyrics import Syllable, words_of
from music.syllables import Cut, count_syllables, cut_word, spelled

_CLIPPED = re.compile(r"in'$")  # lovin', which sounds as loving but for its end
_ENDING = re.compile(r"'(?:s|d|ll|ve|re)$|(?:ing|in'|ed|es|ers?|est|ly|ness|less|ful|ments?|able|d|r|s)$")
_HISSES = ("s", "x", "z", "ce", "ge", "se", "ze", "ch", "sh")


class Pronunciations:
    """Two texts, both optional.

    ``text`` is a dictionary in the format of CMU's: a word, a blank and its ARPAbet phonemes on each line. ``written``
    lists words cut into syllables, the main stress in capitals, blanks between: ``EV-ery a-LONE``. A line that starts
    with ``#`` is a remark in both. ValueError where ``written`` holds a word whose stress is not told.
    """

    def __init__(self, text: str = "", *, written: str = "") -> None:
        self._text = f"\n{text}"
        self._written = dict(_read_written(written))

    def cut(self, word: str) -> tuple[Cut, ...]:
        """Return a word's syllables as the dictionary has them, else as they are written, else by rules."""
        if phonemes := self.find(word):
            return cut_word(word, phonemes)
        plain = word.lower()
        if exact := self._written.get(plain):
            return cut_word(word, texts=_in_case_of(word, exact[0]), main=exact[1])
        if derived := self._derived(plain):
            return cut_word(word, texts=spelled(word, derived[0]), main=derived[1])
        return cut_word(word)

    def _derived(self, word: str) -> tuple[int, int] | None:
        """Return the number of syllables and the stressed one of a written word with an ending."""
        ending = _ENDING.search(word)
        if ending is None:
            return None
        stem, text = word[: ending.start()], ending[0]
        forms = [stem, f"{stem}e", f"{stem[:-1]}y" if stem.endswith("i") else ""]
        forms += [stem[:-1]] if stem[-2:-1] == stem[-1:] else []
        known = next((form for form in forms if form in self._written), None)
        if known is None:
            return None
        texts, main = self._written[known]
        if text in ("s", "es", "'s"):
            more = int(known.endswith(_HISSES))
        elif text in ("ed", "d", "'d", "'ve", "'re", "'ll"):
            more = int(text in ("ed", "d") and known.endswith(("t", "d", "te", "de")))
        else:
            more = count_syllables(text)
        return len(texts) + more, main

    def find(self, word: str) -> tuple[str, ...]:
        """Return a word's phonemes; empty where the dictionary knows neither it nor its plain form."""
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
        end = self._text.find("\n", start)
        return tuple(self._text[start : end if end >= 0 else None].split())


def _read_written(text: str) -> Iterator[tuple[str, tuple[tuple[str, ...], int]]]:
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        for word in line.split():
            parts = word.split("-")
            strong = [i for i, part in enumerate(parts) if part.isupper()]
            if len(parts) > 1 and len(strong) != 1:
                raise ValueError(f"{word!r} needs one syllable in capitals, the main stress")
            yield "".join(parts).lower(), (tuple(part.lower() for part in parts), strong[0] if strong else 0)


def _in_case_of(word: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the letters of ``word``, cut where ``parts`` are."""
    found, at = [], 0
    for part in parts:
        found.append(word[at : at + len(part)])
        at += len(part)
    return tuple(found)


def syllables_of(line: str, pronunciations: Pronunciations, first_word: int) -> tuple[Syllable, ...]:
    """Return a line's syllables, its words counted from ``first_word``; a hyphen parts words that are sung as one."""
    found: list[Syllable] = []
    for number, word in enumerate(words_of(line), start=first_word):
        pieces = word.split("-") if "-" in word else [word]
        cuts = [cut for piece in pieces if piece for cut in pronunciations.cut(piece)]
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
