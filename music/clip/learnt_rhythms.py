"""The rhythms of many clips: which bars a part plays most often, as the patterns that styles are written in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TypeVar

from music.chord import Chord
from music.clip.clip import Clip
from music.clip.findings import Findings
from music.clip.groove import FoundSwing
from music.clip.patterns import bass_bars, chord_bars, drum_bars, lane_of, line_bars
from music.given import GivenPart
from music.instrument import Role
from music.score import ChordSpan, Note
from music.style import DrumPattern, PartStyle, Pattern, Where
from music.time import TICKS_PER_QUARTER, TimeSignature

_MOST_PATTERNS = 8
_FEWEST_TIMES = 2  # a bar that is played once in all is an accident, unless there is nothing else
_FILL_LANES = ("snare", "low_tom", "mid_tom", "high_tom", "floor_tom", "crash")
_BACKBEAT_LANES = ("snare", "clap", "rim")
_BUSIER = 1.4
_CALM, _INTENSE = 0.68, 0.44  # as the composer scales velocities by energy
Value = TypeVar("Value")
_LEAP = 4  # semitones from which on an interval is one
_ON_KICK_TICKS = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A clip with what was found in it, ready to learn from."""

    clip: Clip
    findings: Findings
    chords: tuple[ChordSpan, ...]  # none where only drums play

    @property
    def bars(self) -> list[list[tuple[int, Chord | None]]]:
        """The chords of each bar as (tick in the bar, chord)."""
        length = self.clip.time_signature.ticks_per_bar
        bars: list[list[tuple[int, Chord | None]]] = [[] for _ in range(self.clip.n_bars)]
        for span in self.chords:
            bar, at = divmod(span.start_ticks, length)
            if bar < len(bars):
                bars[bar].append((at, span.chord))
        return [bar or [(0, None)] for bar in bars]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntDrums:
    """Grooves and fills, and the bars that they were learnt from."""

    grooves: tuple[DrumPattern, ...]
    fills: tuple[DrumPattern, ...]
    n_bars: int


def learn_drums(studied: Sequence[Studied]) -> LearntDrums:
    """Return the grooves that are played most often, in units of two bars, and the bars that lead on after four."""
    grooves: Counter[tuple[TimeSignature, _Bars]] = Counter()
    fills: Counter[tuple[TimeSignature, _Bars, int]] = Counter()
    n_bars = 0
    for one in studied:
        drums = _part(one, Role.DRUMS)
        if drums is None:
            continue
        signature = one.clip.time_signature
        bars = drum_bars(drums.notes, one.findings.swing, signature, one.clip.n_bars)
        usual = Counter(_frozen([bar]) for bar in bars if bar).most_common(1)
        if not usual:
            continue
        n_bars += sum(map(bool, bars))
        common = dict(usual[0][0])
        plain = [bar if not _is_fill(bar, common, number) else None for number, bar in enumerate(bars)]
        for number, bar in enumerate(bars):
            if plain[number] is None:
                fills[signature, _frozen([bar]), _from_pulse(bar, common, signature)] += 1
        for first, second in zip(plain[::2], plain[1::2], strict=False):
            pair = [bar for bar in (first, second) if bar]
            if pair:
                grooves[signature, _frozen(_without_arrivals(pair))] += 1
    return LearntDrums(
        grooves=tuple(_groove(signature, bars) for signature, bars in _commonest(grooves)),
        fills=tuple(
            DrumPattern(lanes=dict(bars), meter=signature, from_pulse=pulse)
            for signature, bars, pulse in _commonest(fills)
        ),
        n_bars=n_bars,
    )


_Bars = tuple[tuple[str, tuple[str, ...]], ...]


def _frozen(bars: Sequence[Mapping[str, str]]) -> _Bars:
    """Return drum bars as a value that can be counted: a lane and its texts, one if all bars are alike."""
    lanes = list(dict.fromkeys(lane for bar in bars for lane in bar))
    n_cells = len(next(text for bar in bars for text in bar.values())) if lanes else 16
    found = []
    for lane in sorted(lanes):
        texts = [bar.get(lane, "." * n_cells) for bar in bars]
        found.append((lane, tuple(texts[:1] if len(set(texts)) == 1 else texts)))
    return tuple(found)


def _without_arrivals(bars: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Leave out the crash that marks where a section starts: the composer sets it by itself."""
    return [{lane: text for lane, text in bar.items() if lane != "crash" or text.count("x") > 1} for bar in bars]


def _is_fill(bar: Mapping[str, str], common: Mapping[str, tuple[str, ...]], number: int) -> bool:
    """Tell whether a bar at the end of four is busier in snare and toms than the bars before it."""
    usual = sum(_strokes(texts[0]) for lane, texts in common.items() if lane in _FILL_LANES)
    here = sum(_strokes(text) for lane, text in bar.items() if lane in _FILL_LANES)
    has_toms = any("tom" in lane for lane in bar) and not any("tom" in lane for lane in common)
    return number % 4 == 3 and (has_toms or (here > usual * _BUSIER and here >= usual + 2))


def _strokes(text: str) -> int:
    return sum(mark not in ".-" for mark in text)


def _from_pulse(bar: Mapping[str, str], common: Mapping[str, tuple[str, ...]], signature: TimeSignature) -> int:
    """Return the beat of the bar, from 0, on which it leaves the usual groove."""
    pulses = signature.pulse_ticks
    first = 1.0
    for lane in {*bar, *common}:
        text, usual = bar.get(lane, ""), common.get(lane, ("",))[0]
        if lane in _FILL_LANES and len(text) == len(usual):
            first = min([first, *(i / len(text) for i, (a, b) in enumerate(zip(text, usual, strict=True)) if a != b)])
        elif lane in _FILL_LANES and text:
            first = min([first, *(i / len(text) for i, mark in enumerate(text) if mark != ".")])
    at = first * signature.ticks_per_bar
    return max((i for i, pulse in enumerate(pulses) if pulse <= at), default=0)


def _groove(signature: TimeSignature, bars: _Bars) -> DrumPattern:
    """Return a groove; one without a kick or backbeat is for the calm sections."""
    lanes = dict(bars)
    is_whole = "kick" in lanes and any(lane in lanes for lane in _BACKBEAT_LANES)
    return DrumPattern(lanes=lanes, meter=signature, where=Where() if is_whole else Where(energy=(0.0, 0.45)))


def learn_patterns(studied: Sequence[Studied], role: Role) -> tuple[tuple[Pattern, ...], int]:
    """Return a pitched part's commonest rhythms, in units of one or two bars, and how many bars were read."""
    counted: Counter[tuple[TimeSignature, tuple[str, ...]]] = Counter()
    n_bars = 0
    for one in studied:
        part = _part(one, role)
        if part is None:
            continue
        bars = _texts(one, part, role)
        n_bars += sum(_strokes(bar) > 0 for bar in bars)
        for first, second in zip(bars[::2], bars[1::2], strict=False):
            unit = (first,) if first == second or not _strokes(second) else (first, second)
            if _strokes(unit[0]) and not _is_held(one, unit):
                counted[one.clip.time_signature, unit] += 1
    return tuple(Pattern(bars=bars, meter=signature) for signature, bars in _commonest(counted)), n_bars


def _texts(one: Studied, part: GivenPart, role: Role) -> list[str]:
    swing: FoundSwing = one.findings.swing
    signature, n_bars = one.clip.time_signature, one.clip.n_bars
    if role is Role.BASS:
        return bass_bars(part.notes, swing, signature, one.bars)
    if role in (Role.MELODY, Role.COUNTER_MELODY):
        return line_bars(part.notes, swing, signature, n_bars)
    return chord_bars(part.notes, swing, signature, n_bars)


def _is_held(one: Studied, unit: tuple[str, ...]) -> bool:
    """Tell whether a unit is but the held chord on which a piece ends."""
    return len(unit) == 1 and _strokes(unit[0]) == 1 and one.clip.n_bars <= 2


def _commonest(counted: Counter[Value]) -> list[Value]:
    """Return what occurs most often, the commonest first; what occurs once only where nothing occurs more often."""
    ranked = sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    often = [value for value, count in ranked if count >= _FEWEST_TIMES]
    return (often or [value for value, _ in ranked])[:_MOST_PATTERNS]


def _part(one: Studied, role: Role) -> GivenPart | None:
    return next((part for part in one.findings.parts if part.role is role), None)


def parts_of(studied: Iterable[Studied], role: Role) -> list[GivenPart]:
    """Return the parts of one role in all clips that have it."""
    return [part for one in studied if (part := _part(one, role)) is not None]


def learn_part(studied: Sequence[Studied], role: Role, base: PartStyle, *, energy: float) -> dict[str, object]:
    """Return the fields of a part's style that can be measured: range, loudness, length of notes, voices, leaps.

    ``energy`` is that of the pieces which will be written: the composer plays the softer, the less of it there is.
    """
    parts = parts_of(studied, role)
    notes = sorted(note for part in parts for note in part.notes)
    loud = [n for n in notes if lane_of(n.midi_note) in ("kick", *_BACKBEAT_LANES)] if role is Role.DRUMS else notes
    level = median(note.velocity for note in loud or notes) / (_CALM + _INTENSE * energy)
    fields: dict[str, object] = {"velocity": min(120, max(30, round(level)))}
    if role is Role.DRUMS:
        return fields
    pitches = sorted(note.midi_note for note in notes)
    low, high = pitches[len(pitches) // 50], pitches[-1 - len(pitches) // 50]
    if high - low < 12:
        low, high = max(0, (low + high) // 2 - 7), min(127, (low + high) // 2 + 7)
    fields |= {"lowest": low, "highest": high, "gate": _gate(parts, base.gate)}
    if role in (Role.MELODY, Role.COUNTER_MELODY):
        steps = [abs(b.midi_note - a.midi_note) for part in parts for a, b in pairwise(part.notes)]
        moving = [step for step in steps if step]
        if moving:
            fields["leaps"] = round(min(0.6, sum(step >= _LEAP for step in moving) / len(moving)), 2)
    if role in (Role.CHORDS, Role.PAD):
        fields["n_voices"] = min(6, max(1, round(median(_stroke_sizes(parts)))))
    if role is Role.BASS and (share := _share_on_kicks(studied)) is not None:
        fields["follows_kick"] = share >= 0.85
    return fields


def _gate(parts: Sequence[GivenPart], usual: float) -> float:
    """Return which share of the way to the next note a note sounds, where it does not ring past it."""
    shares = [
        a.duration_ticks / (b.start_ticks - a.start_ticks)
        for part in parts
        for a, b in pairwise(part.notes)
        if 0 < a.duration_ticks <= b.start_ticks - a.start_ticks <= 4 * TICKS_PER_QUARTER
    ]
    return round(min(1.0, max(0.3, median(shares))), 2) if len(shares) >= 8 else usual


def _stroke_sizes(parts: Sequence[GivenPart]) -> list[int]:
    sizes: list[int] = []
    for part in parts:
        last = -_ON_KICK_TICKS * 2
        for note in part.notes:
            if note.start_ticks - last <= _ON_KICK_TICKS:
                sizes[-1] += 1
            else:
                sizes.append(1)
                last = note.start_ticks
    return sizes


def _share_on_kicks(studied: Sequence[Studied]) -> float | None:
    """Return the share of bass notes that a kick starts with, where both play."""
    on = total = 0
    for one in studied:
        bass, drums = _part(one, Role.BASS), _part(one, Role.DRUMS)
        kicks = [note.start_ticks for note in drums.notes if note.midi_note in (35, 36)] if drums else []
        if bass and kicks:
            total += len(bass.notes)
            on += sum(_is_near(note, kicks) for note in bass.notes)
    return on / total if total else None


def _is_near(note: Note, kicks: Sequence[int]) -> bool:
    return any(abs(note.start_ticks - kick) <= _ON_KICK_TICKS for kick in kicks)
