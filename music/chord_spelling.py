"""What the part of a chord symbol after its root means, as semitones above the root.

Common spellings are read sign by sign, so that any combination is understood; Harte's shorthand comes with lists of
degrees. Where musicians disagree: a number alone after ``C`` is the usual one (``C2`` adds the ninth, ``C4`` suspends,
``C13`` leaves the eleventh out), ``alt`` is #5, b9 and #9, and the first ``-`` or ``+`` is minor or
augmented (``C-9`` is a minor ninth; ``C7-9`` has a flat one).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?P<half>half-?dim(?:inished)?|[øØ]|h(?=7|9|11))"
    r"|(?P<sus>sus(?:2sus4|4sus2|24|42|13|[2479])?)"
    r"|add(?P<add>[#b+-]?\d+)"
    r"|(?:no|omit)(?P<omit>\d+)(?:rd|th)?"
    r"|(?P<alt>altered|alt)"
    r"|(?P<dominant>dominant|dom)"
    r"|(?P<major>major|maj|Maj|MAJ|ma(?!dd|ug|lt)|Ma|M(?![iI])|Δ|\^|[jJ](?=7|9|$))"
    r"|(?P<minor>minor|min|Min|MIN|mi|Mi|m)"
    r"|(?P<diminished>diminished|dim|°|º|o)"
    r"|(?P<augmented>augmented|aug)"
    r"|(?P<altered>[#b+-]\d+)"
    r"|(?P<plus>\+)|(?P<minus>-)"
    r"|(?P<number>6/9|69|13|11|[2-9])"
    r"|(?P<open>[(/,]+)|(?P<close>\)+)"
)
_DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11, 8: 12, 9: 14, 10: 16, 11: 17, 12: 19, 13: 21}
_EXTENSIONS = {6: (9,), 69: (9, 14), 7: (), 9: (14,), 11: (14, 17), 13: (14, 21)}
_ALTERED = {
    (5, -1): 6, (5, 1): 8, (2, -1): 13, (9, -1): 13, (9, 1): 15, (4, 1): 18, (11, 1): 18, (6, -1): 20, (13, -1): 20,
    (7, -1): 10, (7, 1): 11,
}  # fmt: skip
_ADDED = {2: 14, 9: 14, 4: 17, 11: 17, 6: 9, 13: 21, 7: 10}
_ALT = frozenset({0, 4, 8, 10, 13, 15})


def spelled_intervals(body: str) -> frozenset[int]:
    """Return the semitones that a common spelling (``m7b5``, ``7(b9,#11)``, ``6/9``) stands for; ValueError if none."""
    if body.endswith(("/", "(", ",")):
        raise ValueError(body)
    reading = _Reading()
    at = 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if not match or not match[0]:
            raise ValueError(body)
        if at == 0 and match[0][0] in "+-":  # C-7 and C+7 are minor and augmented
            reading.read("minus" if match[0][0] == "-" else "plus", match[0][0])
            at = 1
            continue
        reading.read(str(match.lastgroup), str(match[str(match.lastgroup)]))
        at = match.end()
    return reading.intervals()


def harte_intervals(shorthand: frozenset[int] | None, degrees: Iterable[str]) -> frozenset[int]:
    """Return Harte's shorthand (None: none was written) with degrees added, or taken away by ``*``; ValueError."""
    tones = set(shorthand if shorthand is not None else {0})
    for degree in degrees:
        if degree.startswith("*"):
            tones -= {tone for tone in tones if tone % 12 == degree_semitones(degree[1:]) % 12}
        else:
            tones.add(degree_semitones(degree))
    return frozenset(tones)


def degree_semitones(degree: str) -> int:
    """Return the semitones of a degree such as ``b3`` or ``#11``; ValueError if it is none."""
    number = degree.lstrip("#b")
    signs = degree[: len(degree) - len(number)]
    if not number.isdecimal() or int(number) not in _DEGREES:
        raise ValueError(f"not a degree of a chord: {degree!r}")
    return _DEGREES[int(number)] + signs.count("#") - signs.count("b")


@dataclass(slots=True)
class _Reading:
    """What has been read of one symbol."""

    family: str = ""  # minor, diminished, half, augmented; empty for major and dominant
    number: int | None = None
    has_major_seventh: bool = False
    is_altered_dominant: bool = False
    suspended: set[int] = field(default_factory=set)
    altered: list[tuple[int, int]] = field(default_factory=list)
    added: set[int] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)
    is_inside: bool = False  # parentheses, or what follows a slash or comma
    awaits_number: bool = False  # after "maj"

    def read(self, kind: str, text: str) -> None:
        readers: dict[str, Callable[[str], None]] = {
            "sus": self._suspend, "number": self._number, "altered": self._alter, "add": self._add, "omit": self._omit,
            "major": self._major, "plus": self._plus, "alt": self._alt,
        }  # fmt: skip
        awaited = self.awaits_number
        if kind in readers:
            readers[kind](text)
        elif kind in ("minor", "minus", "diminished", "half", "augmented"):
            self._family("minor" if kind == "minus" else kind)
        elif kind in ("open", "close"):
            self.is_inside = kind == "open"
        self.awaits_number = kind == "major" or (awaited and kind in ("open", "close"))

    def _family(self, family: str) -> None:
        if family == "augmented" and (self.number or self.family):
            self.altered.append((5, 1))
        elif self.family or self.number or self.has_major_seventh:
            raise ValueError(family)
        else:
            self.family = family

    def _plus(self, _: str) -> None:
        self._family("augmented")

    def _major(self, text: str) -> None:
        self.has_major_seventh = True
        if text in ("Δ", "^") and self.number is None:
            self.number = 0  # a seventh unless a number follows

    def _alt(self, _: str) -> None:
        if self.family or self.number not in (None, 7):
            raise ValueError("alt")
        self.is_altered_dominant = True

    def _number(self, text: str) -> None:
        value = 69 if text in ("6/9", "69") else int(text)
        if not self.number and (not self.is_inside or self.awaits_number):
            if value == 4 and not self.family:
                self.suspended.add(5)
            elif value == 2:
                self.added.add(14)
            elif value in _EXTENSIONS or (value == 5 and not self.family):
                self.number = value
            else:
                raise ValueError(text)
        elif value in _ADDED and self.is_inside:
            self.added.add(11 if value == 7 and self.has_major_seventh else _ADDED[value])
        else:
            raise ValueError(text)

    def _suspend(self, text: str) -> None:
        rest = text.removeprefix("sus")
        self.suspended |= {2} if rest == "2" else {2, 5} if len(rest) > 1 and rest != "13" else {5}
        if rest in ("7", "9", "13") and self.number is None:
            self.number = int(rest)

    def _alter(self, text: str) -> None:
        degree, sign = int(text[1:]), 1 if text[0] in "#+" else -1
        if (degree, sign) not in _ALTERED:
            raise ValueError(text)
        self.altered.append((degree, sign))

    def _add(self, text: str) -> None:
        plain = text.lstrip("#b+-")
        if plain != text:
            sign = 1 if text[0] in "#+" else -1
            self.added.add(_ALTERED.get((int(plain), sign)) or degree_semitones(text))
        elif int(text) in _ADDED:
            self.added.add(_ADDED[int(text)])
        else:
            raise ValueError(text)

    def _omit(self, text: str) -> None:
        left_out = {"3": {3, 4}, "5": {6, 7, 8}, "7": {10, 11}, "9": {14}, "11": {17}}.get(text)
        if left_out is None:
            raise ValueError(text)
        self.left_out |= left_out

    def intervals(self) -> frozenset[int]:
        """Return the semitones of what has been read."""
        tones = set(_ALT) if self.is_altered_dominant else self._triad() | self._extension()
        if self.suspended:
            tones -= {3, 4, 17}
            tones |= self.suspended
        for degree, sign in self.altered:
            tones -= {5: {7}, 9: {14}, 11: {17}, 13: {21}, 7: {10, 11}}.get(degree, set())
            tones.add(_ALTERED[degree, sign])
        return frozenset((tones | self.added) - self.left_out)

    def _triad(self) -> set[int]:
        if self.number == 5:
            return {0, 7}
        third = 3 if self.family in ("minor", "diminished", "half") else 4
        fifth = {"diminished": 6, "half": 6, "augmented": 8}.get(self.family, 7)
        return {0, third, fifth}

    def _extension(self) -> set[int]:
        is_triad = self.number is None and not (self.family and self.has_major_seventh)
        if (is_triad and self.family != "half") or self.number == 5:
            return set()
        number = self.number or 7
        if number in (6, 69):
            if self.family in ("diminished", "half"):
                raise ValueError("6")
            return set(_EXTENSIONS[number])
        seventh = 11 if self.has_major_seventh else 9 if self.family == "diminished" else 10
        return {seventh, *_EXTENSIONS[number]}
