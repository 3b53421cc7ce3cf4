"""A plan in bars: sections, bars, and the chords met in each, before anybody is given anything to play."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from engines.composer.grid import Hit, slots
from engines.composer.randomness import stream
from music.chord import Chord
from music.form import section_kind
from music.pitch import Key
from music.plan import Plan
from music.score import ChordSpan, Section
from music.style import Ending, Style
from music.time import TICKS_PER_QUARTER, TimeSignature

_STOPPED_FROM_BARS = 8  # shorter sections have no stops
_N_STOPS = 3  # bars of stops; the fourth leads on


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A chord as it is met inside one bar: where it starts, how long it lasts there, and the chord."""

    start: int
    length: int
    chord: Chord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a section."""

    start_ticks: int  # from the start of the piece
    number: int  # within the section, from 0
    is_last: bool  # of its section
    is_ending: bool  # the bar on which the piece comes to rest
    changes: tuple[Change, ...]
    next_chord: Chord | None  # the chord on the next downbeat; the tonic's own at the end
    band: tuple[Hit, ...] = ()  # a rhythm that the band plays together here, instead of its own: an ending, a stop

    def chord_at(self, ticks: int) -> Chord | None:
        """Return the chord that sounds at a place inside the bar."""
        chord = self.changes[0].chord
        for change in self.changes:
            if change.start <= ticks:
                chord = change.chord
        return chord


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A section with its bars. ``occurrence`` counts earlier sections of the same kind, ``n_occurrences`` all."""

    section: Section
    index: int
    kind: str
    occurrence: int
    n_occurrences: int
    is_final: bool
    time_signature: TimeSignature
    key: Key  # the section's own, or the piece's
    bars: tuple[Bar, ...]

    @property
    def energy(self) -> float:
        """Energy of the section, 0 to 1."""
        return self.section.energy


def stretches_of(plan: Plan, style: Style) -> tuple[Stretch, ...]:
    """Lay a plan out in bars."""
    kinds = [section_kind(section.name) for section in plan.sections]
    seen: Counter[str] = Counter()
    together = _ending(plan, style)
    starts = [span.start_ticks for span in plan.chords]
    stretches = []
    for index, (section, kind) in enumerate(zip(plan.sections, kinds, strict=True)):
        stops = _stops(plan, style, section, kind, seen[kind])
        bars = []
        for number in range(section.n_bars):
            ends_piece = plan.n_bars >= style.ending_from_bars and section.start_bar + number == plan.n_bars
            band = together if ends_piece else stops if number < _N_STOPS else ()
            bars.append(_bar(plan, starts, section, number, ends_piece=ends_piece, band=band))
        stretches.append(
            Stretch(
                section=section,
                index=index,
                kind=kind,
                occurrence=seen[kind],
                n_occurrences=kinds.count(kind),
                is_final=index + 1 == len(plan.sections),
                time_signature=plan.time_signature,
                key=section.key or plan.key,
                bars=tuple(bars),
            )
        )
        seen[kind] += 1
    return tuple(stretches)


def _ending(plan: Plan, style: Style) -> tuple[Hit, ...]:
    """Draw how the last bar is played."""
    length = plan.time_signature.ticks_per_bar
    ending = style.endings[stream(plan.seed, "ending").randrange(len(style.endings))]
    beats = slots(plan.time_signature)
    if ending is Ending.CUT:
        short = min(TICKS_PER_QUARTER // 2, length)
        return (Hit(0, short, short, "X"),)
    if ending is Ending.TAG and len(beats) >= 3:  # three chords need three beats
        held = beats[len(beats) // 2][0]
        early = held - beats[len(beats) // 2 - 1][1] // 2
        first = beats[0][1] // 2
        return (
            Hit(0, first, first, "X"),
            Hit(early, held - early, held - early, "x"),
            Hit(held, length - held, length - held, "X"),
        )
    return (Hit(0, length, length, "X"),)


def _stops(plan: Plan, style: Style, section: Section, kind: str, occurrence: int) -> tuple[Hit, ...]:
    """Return the one short hit of a bar of stops, where the section begins with them."""
    chance = style.drums.stop_time.get(kind, 0.0)
    if section.n_bars < _STOPPED_FROM_BARS or stream(plan.seed, "stops", kind, occurrence).random() >= chance:
        return ()
    length = min(slots(plan.time_signature)[0][1], TICKS_PER_QUARTER)
    return (Hit(0, length, length, "X"),)


def _bar(
    plan: Plan, starts: list[int], section: Section, number: int, *, ends_piece: bool, band: tuple[Hit, ...]
) -> Bar:
    length = plan.time_signature.ticks_per_bar
    start = (section.start_bar - 1 + number) * length
    following = _chord_at(plan.chords, starts, start + length) if start + length < plan.n_bars * length else None
    key = section.key or plan.key
    changes = _changes(plan.chords, starts, start, length)
    if ends_piece and len(changes) > 1:  # each chord is heard, however the band ends
        band = tuple(Hit(one.start, one.length, one.length, "X") for one in changes if one.chord is not None) or band
    return Bar(
        start_ticks=start,
        number=number,
        is_last=number + 1 == section.n_bars,
        is_ending=ends_piece,
        changes=changes,
        next_chord=following or Chord(key.tonic, "min" if key.mode.is_minor else "maj"),
        band=band,
    )


def _chord_at(chords: tuple[ChordSpan, ...], starts: list[int], ticks: int) -> Chord | None:
    index = bisect_right(starts, ticks) - 1
    return chords[index].chord if index >= 0 and ticks < chords[index].end_ticks else None


def _changes(chords: tuple[ChordSpan, ...], starts: list[int], start: int, length: int) -> tuple[Change, ...]:
    """Cut the spans that touch a bar to its edges; a bar without any span has no chord."""
    first = max(0, bisect_right(starts, start) - 1)
    found = []
    for span in chords[first:]:
        if span.start_ticks >= start + length:
            break
        left, right = max(span.start_ticks, start), min(span.end_ticks, start + length)
        if left < right:
            found.append(Change(start=left - start, length=right - left, chord=span.chord))
    return tuple(found) or (Change(start=0, length=length, chord=None),)
