"""The arrangement: who plays in which bar, over which chords and which groove, before a note is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engines.composer.grid import candidates
from engines.composer.humanise import swing_at
from engines.composer.layout import Bar, Change, Stretch, stretches_of
from engines.composer.meters import grooves_for
from engines.composer.randomness import stream
from engines.composer.staging import Spans, gaps_of, presences, silences, swells
from music.instrument import Instrument, Role
from music.plan import Plan
from music.style import PLAIN_PARTS, DrumPattern, PartStyle, Pattern, Presence, Style
from music.time import TimeSignature

__all__ = ["Arrangement", "Bar", "Change", "Stretch", "arrange", "pattern_for", "patterns_for", "playable_range"]

_SMALLEST_RANGE = 12
_LEANING = 6.0  # how much more likely the densest is at full energy
_CHOICE = 3  # how many patterns, of the density that suits a section's energy, are drawn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A plan laid out in bars, with what all parts share. The style's swing is the tempo's here."""

    plan: Plan
    style: Style
    stretches: tuple[Stretch, ...]
    grooves: Mapping[int, DrumPattern | None]  # by index of the stretch; the bass follows it even without drums
    backbeat: int  # the beat of a common-time bar that carries the snare: 1, or 2 at half time
    presences: Mapping[tuple[Role, int], Presence]  # by role and index of the stretch
    gaps: Spans  # ticks of the piece in which the whole band is silent
    swells: tuple[float, ...]  # a factor for velocities, by bar of the piece

    @property
    def time_signature(self) -> TimeSignature:
        """The metre of all bars."""
        return self.plan.time_signature

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.plan.time_signature.ticks_per_bar

    def stretches_for(self, _role: Role) -> tuple[Stretch, ...]:
        """Return the sections that a role is written for, also those in which it is silent.

        Where a part rests is told by ``silences_of``; so who rests where does not change what is played elsewhere.
        """
        return self.stretches

    def first_of(self, kind: str) -> Stretch:
        """Return the first section of a kind."""
        return next(stretch for stretch in self.stretches if stretch.kind == kind)

    def silences_of(self, role: Role) -> Spans:
        """Return from which tick to which a role is silent: rests, late entrances, early exits, gaps of the band."""
        return silences(role, self.stretches, self.presences, self.gaps)


def arrange(plan: Plan, style: Style) -> Arrangement:
    """Lay a plan out in bars and draw the groove of each section; sections of one kind share theirs."""
    style = replace(style, swing=swing_at(style, plan.tempo_bpm), swing_evens=0.0)  # once: arranged again it stays
    stretches = stretches_of(plan, style)
    backbeat = _backbeat(style)
    return Arrangement(
        plan=plan,
        style=style,
        stretches=stretches,
        grooves=_grooves(plan, style, stretches, backbeat),
        backbeat=backbeat,
        presences=presences(plan, style, stretches),
        gaps=gaps_of(plan, style, stretches),
        swells=swells(stretches),
    )


def _grooves(plan: Plan, style: Style, stretches: Sequence[Stretch], backbeat: int) -> dict[int, DrumPattern | None]:
    grooves: dict[int, DrumPattern | None] = {}
    by_kind: dict[str, DrumPattern] = {}
    written = grooves_for(style, plan.time_signature, backbeat)
    for stretch in stretches:
        choice = candidates(written, plan.time_signature, stretch.kind, stretch.energy)
        rng = stream(plan.seed, "groove", stretch.kind)
        if choice:
            drawn = choice[rng.randrange(len(choice))]
            kept = by_kind.setdefault(stretch.kind, drawn)
            grooves[stretch.index] = kept if kept in choice else drawn
        else:
            grooves[stretch.index] = None
    return grooves


def pattern_for(arrangement: Arrangement, role: Role, stretch: Stretch) -> Pattern:
    """Draw the rhythm of a pitched part for a kind of section; of those that suit it the denser the more energy."""
    choice = patterns_for(arrangement, role, stretch)
    lean = _LEANING * (arrangement.first_of(stretch.kind).energy - 0.5)
    weights = [1 + max(0.0, lean) * i + max(0.0, -lean) * (len(choice) - 1 - i) for i in range(len(choice))]
    return stream(arrangement.plan.seed, role.value, stretch.kind).choices(choice, weights)[0]


def patterns_for(arrangement: Arrangement, role: Role, stretch: Stretch) -> tuple[Pattern, ...]:
    """Return the rhythms to draw from: those that suit the section, and of them the denser ones the more energy.

    A section that comes back has what the first of its kind has, whatever energy it has gained.
    """
    patterns = arrangement.style.part(role).patterns or PLAIN_PARTS[role].patterns
    energy = arrangement.first_of(stretch.kind).energy
    choice = candidates(patterns, arrangement.time_signature, stretch.kind, energy)
    ranked = sorted(choice, key=_hits_a_bar)
    first = round((len(ranked) - _CHOICE) * min(1.0, max(0.0, energy * 1.6 - 0.4)))
    return tuple(ranked[max(0, first) : max(0, first) + _CHOICE])


def _hits_a_bar(pattern: Pattern) -> float:
    silent = ".-"
    n_hits = sum(mark not in silent for bar in pattern.bars for mark in bar.replace(" ", "").replace("|", ""))
    return n_hits / len(pattern.bars)


def _backbeat(style: Style) -> int:
    """Tell where the snare falls in most of the style's common-time grooves: on the second beat, or the third."""
    votes = Counter[int]()
    for groove in style.drums.grooves:
        if groove.meter == TimeSignature(4, 4):
            beats: set[int] = set()
            for lane in ("snare", "clap", "rim"):
                for bar in groove.lanes.get(lane, ()):
                    cells = bar.replace(" ", "").replace("|", "")
                    beats |= {
                        i * 4 // len(cells) for i, mark in enumerate(cells) if mark in "xX" and i * 4 % len(cells) == 0
                    }
            votes[2 if 2 in beats and 1 not in beats else 1] += bool(beats)
    return 2 if votes[2] > votes[1] else 1


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
