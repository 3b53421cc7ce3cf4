"""Phrases: how a section divides into questions and answers, and where each has its climax."""

from collections.abc import Sequence
from typing import NamedTuple

from engines.composer.arrangement import Arrangement, Bar, Stretch
from engines.composer.motifs import Tone
from music.lyrics import SungLine, Syllable
from music.style import PartStyle

_PEAK_KINDS = ("chorus", "hook", "drop", "head", "theme")
_CLIMAX = 0.62  # of a phrase, where listeners expect its highest note
_EARLIEST, _LATEST = 0.3, 0.88


class Placed(NamedTuple):
    """A note to be found a pitch for: its bar, its place in the phrase, and the figure's move that leads to it."""

    bar: Bar
    place: int  # of the bar in its phrase
    tone: Tone
    letter: str  # of the motif that starts here, else empty
    shift: int
    syllable: Syllable | None = None  # that begins with it


class Phrase(NamedTuple):
    """Some bars that belong together; a question ends open, an answer closes."""

    bars: tuple[Bar, ...]
    number: int  # within the section, from 0
    signs: tuple[str, ...]  # of its bars, as in ``PartStyle.phrase``
    is_answer: bool
    is_contrast: bool  # the third of four: it turns to the other motif first
    line: SungLine | None = None  # its words

    @property
    def model(self) -> int | None:
        """Return the number of the phrase that this one takes up, None for a phrase of its own."""
        if self.number % 4 == 3:
            return self.number - 2
        return self.number - 1 if self.is_answer and self.number else None


def phrases_of(stretch: Stretch, part: PartStyle) -> tuple[Phrase, ...]:
    """Divide a section; a last bar that stands alone joins the phrase before it."""
    starts = list(range(0, len(stretch.bars), part.phrase_bars))
    if len(starts) > 1 and len(stretch.bars) - starts[-1] == 1:
        starts.pop()
    phrases = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(stretch.bars)
        bars = stretch.bars[start:end]
        signs = tuple(part.phrase[i % len(part.phrase)] for i in range(len(bars)))
        is_last = number + 1 == len(starts)
        phrases.append(
            Phrase(
                bars=bars,
                number=number,
                signs=signs,
                is_answer=is_last or (number % 2 == 1 and len(starts) != 3),
                is_contrast=number % 4 == 2 and len(starts) - number > 1,
            )
        )
    return tuple(phrases)


def sung_phrases(stretch: Stretch, lines: Sequence[SungLine]) -> tuple[Phrase, ...]:
    """Return a phrase for each line of words in a section; where nobody has words, nobody sings."""
    return tuple(
        Phrase(
            bars=stretch.bars[line.first_bar : line.first_bar + line.n_bars],
            number=number,
            signs=("A",) * line.n_bars,
            is_answer=number % 2 == 1 or number + 1 == len(lines),
            is_contrast=False,
            line=line,
        )
        for number, line in enumerate(lines)
    )


def peak_of(stretches: Sequence[Stretch]) -> int:
    """Return the index of the section that has the piece's highest note: the last of its most intense."""
    return max(stretches, key=lambda s: (s.energy, s.kind in _PEAK_KINDS, s.index)).index


def climax_place(
    places: Sequence[float], weights: Sequence[float], chance: float, earliest: float = _EARLIEST
) -> int | None:
    """Choose the note that will be the highest by its place in the phrase, 0 to 1, and its weight; None for too few.

    ``chance`` within 0-1 moves the wish a little to either side.
    """
    wanted = _CLIMAX + (chance - 0.5) * 0.3
    inner = [i for i in range(1, len(places) - 2) if earliest <= places[i] <= _LATEST]
    if len(places) < 4 or not inner:
        return None
    return min(inner, key=lambda i: (abs(places[i] - wanted) - 0.18 * weights[i], i))


def strong_ticks(arrangement: Arrangement) -> frozenset[int]:
    """Return the places in a bar on which a line rests: its first beat and, in longer bars, its middle one."""
    pulses = arrangement.time_signature.pulse_ticks
    return frozenset({0, pulses[len(pulses) // 2]} if len(pulses) > 1 else {0})
