"""Harmony: a style's progressions as chords over the bars of a piece, with cadences and variation; the user's chords.

What a kind of section plays is drawn once and kept: its first time as written, later ones varied by substitution as
freely as the style says. Phrases close by their place in the form. Every decision draws from a stream of its own, so
that another section more changes no chord elsewhere.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from music.chord import Chord, chord_of
from music.form import section_kind
from music.modes import MODAL_HARMONY
from music.numeral import numeral_to_chord, spelled
from music.pitch import Key, Mode
from music.reharmony import Bar, varied
from music.score import ChordSpan, Section
from music.style import Harmony, Style
from music.time import TimeSignature

_PLAGAL_CHANCE = 0.25
_DECEPTIVE_CHANCE = 0.5
_FEWEST_BARS_TO_LEAD_ON = 4
_WITHIN_SECTION = 0.5  # share of the usual chances when a progression comes again inside its first section
# What only leads somewhere ends on a half cadence where the style has no turnaround for all.
_OPEN_KINDS = ("intro", "pre-chorus", "bridge", "development", "build", "break", "breakdown", "interlude")
_HEARD_OFTEN = 0.3
_WITH_DOMINANT = (Mode.MAJOR, Mode.MINOR, Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR)


def harmonise(
    style: Style, key: Key, sections: tuple[Section, ...], time_signature: TimeSignature, rng: random.Random
) -> tuple[ChordSpan, ...]:
    """Write the chords of all sections, each in its own key or else the piece's; the last bar is the tonic's."""
    writer = _Writer(style=style, key=key, sections=sections, seed=rng.getrandbits(64), time_signature=time_signature)
    bars = [bar for index in range(len(sections)) for bar in writer.section(index)]
    if sections:
        ending = writer.ending()
        bars[-len(ending) :] = ending
    return _spans(bars, time_signature)


def spans_from_chords(
    chords: tuple[Chord | None, ...], n_bars: int, time_signature: TimeSignature, bars: tuple[float, ...] = ()
) -> tuple[ChordSpan, ...]:
    """Set the user's chords on the timeline, from the start again when there are more bars.

    Each holds one bar, or its share of ``bars``, which add up to whole ones. ValueError for no chords.
    """
    if not chords:
        raise ValueError("spans_from_chords needs at least one chord")
    cells: list[tuple[tuple[Chord | None, ...], tuple[float, ...]]] = []
    filled = 1.0
    for chord, share in zip(chords, bars or (1.0,) * len(chords), strict=True):
        if filled > 1 - 1e-6:
            cells.append(((), ()))
            filled = 0.0
        cells[-1] = ((*cells[-1][0], chord), (*cells[-1][1], share))
        filled += share
    spans: list[ChordSpan] = []
    for bar in range(n_bars):
        held, shares = cells[bar % len(cells)]
        spans += _bar_spans(bar, held, shares, time_signature)
    return tuple(spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes one piece's sections; it draws by name, so that their order does not matter."""

    style: Style
    key: Key
    sections: tuple[Section, ...]
    seed: int
    time_signature: TimeSignature

    def section(self, index: int) -> list[Bar]:
        """Write one section's bars."""
        section, kind = self.sections[index], self._kind(index)
        key = section.key or self.key
        harmony = harmony_for(self.style, key.mode)
        progression = self._progression(harmony, kind)
        written = [progression[bar % len(progression)] for bar in range(section.n_bars)]
        fixed = self._close_phrases(index, harmony, written)
        bars = [self._bar(text, key, harmony) for text in _resolved_holds(written)]
        self._lead_to_key(index, bars)
        if index + 1 == len(self.sections):
            ending = self.ending()[-section.n_bars :]
            bars[-len(ending) :] = ending
            fixed |= set(range(len(bars) - len(ending), len(bars)))
        elif self._leaves_key(index):
            fixed.add(len(bars) - 1)
        occurrence = sum(self._kind(before) == kind for before in range(index))
        first = 1 if occurrence else max(1, len(progression))
        changed = varied(
            bars,
            key,
            harmony.reharmonise,
            self._stream("vary", kind, occurrence),
            first=first,
            fixed=frozenset(fixed),
            is_certain=occurrence > 0,
        )
        return changed if occurrence or self._stream("within", kind).random() < _WITHIN_SECTION else bars

    def ending(self) -> list[Bar]:
        """Write the cadence that ends the piece; a short piece has room for its last bar alone."""
        key = self.sections[-1].key or self.key
        harmony = harmony_for(self.style, key.mode)
        rng = self._stream("ending")
        is_plagal = bool(harmony.cadences.plagal) and rng.random() < _PLAGAL_CHANCE
        text = rng.choice(harmony.cadences.plagal) if is_plagal else harmony.cadence
        bars = [self._bar(bar, key, harmony) for bar in _resolved_holds(list(_bars(text)))]
        n_bars = sum(section.n_bars for section in self.sections)
        return bars if n_bars >= 2 * len(bars) else bars[-1:]

    def _kind(self, index: int) -> str:
        return section_kind(self.sections[index].name)

    def _stream(self, *names: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *names))))

    def _progression(self, harmony: Harmony, kind: str) -> tuple[str, ...]:
        """Draw a kind's progression, preferably one whose bars divide the first such section, else one that fits.

        Longer ones come more often: they are what the section was written for, and short ones fit everywhere.
        """
        n_bars = next(s.n_bars for i, s in enumerate(self.sections) if self._kind(i) == kind)
        written = harmony.progressions.get(kind) or harmony.progressions["any"]
        candidates = [_bars(text) for text in written]
        dividing = [bars for bars in candidates if n_bars % len(bars) == 0]
        shorter = [bars for bars in candidates if len(bars) <= n_bars]
        options = dividing or shorter or candidates
        rng = self._stream("progression", kind, harmony.mode.value)
        return rng.choices(options, weights=[len(bars) for bars in options])[0]

    def _close_phrases(self, index: int, harmony: Harmony, written: list[str]) -> set[int]:
        """Write the cadences at the ends of a section's phrases, and return the bars that they take."""
        fixed: set[int] = set()
        for end, choices in self._phrase_ends(index, harmony):
            endings = [_bars(text) for text in choices]
            ending = self._stream("cadence", self._kind(index), end, len(endings)).choice(endings)
            if len(ending) < end:
                written[end - len(ending) : end] = ending
                fixed |= set(range(end - len(ending), end))
        return fixed

    def _phrase_ends(self, index: int, harmony: Harmony) -> list[tuple[int, tuple[str, ...]]]:
        """Tell after which bars of a section a cadence falls, and which ones suit the place."""
        section, cadences = self.sections[index], harmony.cadences
        is_last = index + 1 == len(self.sections)
        phrase, n_bars = self.style.phrase_bars, section.n_bars
        ends: dict[int, tuple[str, ...]] = {}
        inner = range(phrase, n_bars - phrase + 1, phrase)
        if cadences.half and cadences.authentic and phrase > 1:
            ends = {end: cadences.half if n % 2 == 0 else cadences.authentic for n, end in enumerate(inner)}
        if is_last and inner and cadences.deceptive and self._stream("deceptive").random() < _DECEPTIVE_CHANCE:
            ends[inner[-1]] = cadences.deceptive
        if not is_last and n_bars >= _FEWEST_BARS_TO_LEAD_ON:
            is_new = self._kind(index + 1) != self._kind(index)
            opens = self._kind(index) in _OPEN_KINDS and is_new
            leading = (harmony.turnaround,) if harmony.turnaround else cadences.half if opens else ()
            ends[n_bars] = (leading if is_new else ()) or cadences.authentic
        return [(end, choices) for end, choices in ends.items() if choices]

    def _leaves_key(self, index: int) -> bool:
        if index + 1 == len(self.sections):
            return False
        here, there = self.sections[index].key or self.key, self.sections[index + 1].key or self.key
        return here != there and there.mode in _WITH_DOMINANT

    def _lead_to_key(self, index: int, bars: list[Bar]) -> None:
        """End a section before another key on that key's dominant."""
        if self._leaves_key(index):
            goal = self.sections[index + 1].key or self.key
            dominant = Chord(spelled(goal, 4, 7), "7")
            can_share = len(self.time_signature.pulse_ticks) > 1 and len(bars) > 1
            bars[-1] = (bars[-1][0], dominant) if can_share and bars[-1][0] != dominant else (dominant,)

    def _bar(self, text: str, key: Key, harmony: Harmony) -> Bar:
        chords = tuple(numeral_to_chord(numeral, key, harmony.mode) for numeral in text.split())
        is_plain = harmony is MODAL_HARMONY.get(harmony.mode) and _is_rich(self.style)
        return tuple(_with_seventh(chord, key) for chord in chords) if is_plain else chords


def harmony_for(style: Style, mode: Mode) -> Harmony:
    """Return a style's harmony for a mode, else the mode's own, else the style's with such a third, else its first.

    A style's minor serves for harmonic minor where its dominants are heard often enough.
    """
    exact = [harmony for harmony in style.harmony if harmony.mode is mode]
    family = [harmony for harmony in style.harmony if harmony.mode.is_minor == mode.is_minor]
    if exact:
        return exact[0]
    if mode is Mode.HARMONIC_MINOR and family and _leading_notes(family[0]) > _HEARD_OFTEN:
        return family[0]
    return MODAL_HARMONY.get(mode) or (family or list(style.harmony))[0]


def _leading_notes(harmony: Harmony) -> float:
    """Return the share of a harmony's chords that have the leading note when they are read in harmonic minor."""
    key = Key("A", Mode.HARMONIC_MINOR)
    numerals = [n for text in harmony.progressions["any"] for n in text.replace("|", " ").split() if n != "%"]
    return sum(8 in numeral_to_chord(n, key, harmony.mode).pitch_classes for n in numerals) / len(numerals)


def _is_rich(style: Style) -> bool:
    """Tell whether a style's chords have sevenths as a rule."""
    texts = style.harmony[0].progressions["any"]
    numerals = [numeral for text in texts for numeral in text.replace("|", " ").split() if numeral != "%"]
    return Counter(any(sign in numeral for sign in "79ø") for numeral in numerals)[True] * 2 > len(numerals)


def _with_seventh(chord: Chord, key: Key) -> Chord:
    """Stack one more third of the key's scale on a triad."""
    seventh = next((step for step in (9, 10, 11) if (chord.root_pitch_class + step) % 12 in key.scale), None)
    if len(chord.intervals) != 3 or chord.root_pitch_class not in key.scale or seventh is None:
        return chord
    place = key.scale.index(chord.root_pitch_class)
    seventh = (key.scale[(place + 6) % 7] - chord.root_pitch_class) % 12
    return chord_of(chord.root, frozenset({*chord.intervals, seventh}), chord.bass)


def _bars(text: str) -> tuple[str, ...]:
    return tuple(bar.strip() for bar in text.split("|"))


def _resolved_holds(bars: list[str]) -> list[str]:
    """Write out ``%``, the sign for the bar before."""
    out: list[str] = []
    for bar in bars:
        out.append(out[-1].split()[-1] if bar == "%" and out else bar)
    return out


def _spans(bars: list[Bar], time_signature: TimeSignature) -> tuple[ChordSpan, ...]:
    return tuple(
        span
        for bar, chords in enumerate(bars)
        for span in _bar_spans(bar, chords, (1.0,) * len(chords), time_signature)
    )


def _bar_spans(
    bar: int, chords: tuple[Chord | None, ...], shares: tuple[float, ...], time_signature: TimeSignature
) -> list[ChordSpan]:
    start = bar * time_signature.ticks_per_bar
    return [
        ChordSpan(start_ticks=start + left, duration_ticks=right - left, chord=chord)
        for chord, (left, right) in zip(chords, pairwise(edges_in_bar(shares, time_signature)), strict=True)
    ]


def edges_in_bar(shares: tuple[float, ...], time_signature: TimeSignature) -> tuple[int, ...]:
    """Return where chords with these shares of a bar begin, and its end: on pulses, or finer where these are too few.

    Where the pulses do not divide, the first chord is the longer: two in a bar of five take three and two.
    """
    length, beat = time_signature.ticks_per_bar, time_signature.ticks_per_beat
    whole = sum(shares)
    ends = [sum(shares[: i + 1]) / whole for i in range(len(shares))]
    for places in (time_signature.pulse_ticks, *(range(0, length, max(1, beat // part)) for part in (1, 2, 4, 8))):
        grid = (*places, length)
        edges = (0, *(grid[min(len(places), math.ceil(end * len(places) - 1e-6))] for end in ends[:-1]), length)
        if all(left < right for left, right in pairwise(edges)):
            return edges
    return tuple(round(length * i / len(shares)) for i in range(len(shares) + 1))
