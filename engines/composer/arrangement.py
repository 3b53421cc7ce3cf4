"""The arrangement: who plays in which bar, over which chords and which groove, before a note is written."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engines.composer.grid import candidates
from engines.composer.randomness import stream
from music.chord import Chord
from music.form import section_kind
from music.instrument import Instrument, Role
from music.plan import Plan
from music.score import ChordSpan, Section
from music.style import DrumPattern, PartStyle, Style
from music.time import TimeSignature

_SMALLEST_RANGE = 12


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

    def chord_at(self, ticks: int) -> Chord | None:
        """Return the chord that sounds at a place inside the bar."""
        chord = self.changes[0].chord
        for change in self.changes:
            if change.start <= ticks:
                chord = change.chord
        return chord


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A section with its bars. ``occurrence`` counts earlier sections of the same kind."""

    section: Section
    index: int
    kind: str
    occurrence: int
    is_final: bool
    bars: tuple[Bar, ...]

    @property
    def energy(self) -> float:
        """Energy of the section, 0 to 1."""
        return self.section.energy


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A plan laid out in bars, with what all parts share."""

    plan: Plan
    style: Style
    stretches: tuple[Stretch, ...]
    grooves: Mapping[int, DrumPattern | None]  # by index of the stretch; the bass follows it even without drums
    backbeat: int  # the beat of a common-time bar that carries the snare: 1, or 2 at half time

    @property
    def time_signature(self) -> TimeSignature:
        """The metre of all bars."""
        return self.plan.time_signature

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.plan.time_signature.ticks_per_bar

    def stretches_for(self, role: Role) -> tuple[Stretch, ...]:
        """Return the sections in which a role plays; a role too quiet for any of them plays in all."""
        enters = self.style.part(role).enters_from_energy
        return tuple(s for s in self.stretches if s.energy >= enters) or self.stretches


def arrange(plan: Plan, style: Style) -> Arrangement:
    """Lay a plan out in bars and draw the groove of each section; sections of one kind share theirs."""
    stretches = _stretches(plan, style)
    grooves: dict[int, DrumPattern | None] = {}
    by_kind: dict[tuple[str, bool], DrumPattern] = {}
    for stretch in stretches:
        choice = candidates(style.drums.grooves, plan.time_signature, stretch.kind, stretch.energy)
        rng = stream(plan.seed, "groove", stretch.kind)
        if choice:
            drawn = choice[rng.randrange(len(choice))]
            kept = by_kind.setdefault((stretch.kind, True), drawn)
            grooves[stretch.index] = kept if kept in choice else drawn
        else:
            grooves[stretch.index] = None
    return Arrangement(plan=plan, style=style, stretches=stretches, grooves=grooves, backbeat=_backbeat(style))


def _stretches(plan: Plan, style: Style) -> tuple[Stretch, ...]:
    seen: Counter[str] = Counter()
    stretches = []
    ends = plan.n_bars >= style.ending_from_bars
    starts = [span.start_ticks for span in plan.chords]
    for index, section in enumerate(plan.sections):
        kind = section_kind(section.name)
        bars = tuple(
            _bar(plan, starts, section, number, ends_piece=ends and section.start_bar + number == plan.n_bars)
            for number in range(section.n_bars)
        )
        is_final = index + 1 == len(plan.sections)
        stretches.append(
            Stretch(section=section, index=index, kind=kind, occurrence=seen[kind], is_final=is_final, bars=bars)
        )
        seen[kind] += 1
    return tuple(stretches)


def _bar(plan: Plan, starts: list[int], section: Section, number: int, *, ends_piece: bool) -> Bar:
    length = plan.time_signature.ticks_per_bar
    start = (section.start_bar - 1 + number) * length
    following = _chord_at(plan.chords, starts, start + length) if start + length < plan.n_bars * length else None
    return Bar(
        start_ticks=start,
        number=number,
        is_last=number + 1 == section.n_bars,
        is_ending=ends_piece,
        changes=_changes(plan.chords, starts, start, length),
        next_chord=following or Chord(plan.key.tonic, "min" if plan.key.mode.is_minor else "maj"),
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


def _backbeat(style: Style) -> int:
    """Tell where the snare falls in the style's common-time grooves: on the second beat, or at half time the third."""
    beats: set[int] = set()
    for groove in style.drums.grooves:
        if groove.meter == TimeSignature(4, 4):
            for lane in ("snare", "clap", "rim"):
                for bar in groove.lanes.get(lane, ()):
                    cells = bar.replace(" ", "").replace("|", "")
                    beats |= {i * 4 // len(cells) for i, mark in enumerate(cells) if mark in "xX"}
    return 2 if 2 in beats and 1 not in beats else 1


def playable_range(part: PartStyle, instrument: Instrument) -> tuple[int, int]:
    """Return the notes a part may use: the style's register as far as the instrument has it, an octave at least."""
    low = max(part.lowest, instrument.lowest_midi_note)
    high = min(part.highest, instrument.highest_midi_note)
    if high - low >= _SMALLEST_RANGE:
        return low, high
    width = part.highest - part.lowest
    if instrument.highest_midi_note < part.lowest + _SMALLEST_RANGE:
        high = instrument.highest_midi_note
        return max(instrument.lowest_midi_note, high - width), high
    low = instrument.lowest_midi_note
    return low, min(instrument.highest_midi_note, low + width)
