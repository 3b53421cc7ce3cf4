"""Melodies: a motif is stated, repeated, varied and answered over the chords, in phrases with a climax and a breath."""

import math
import random
from dataclasses import dataclass

from engines.composer.arrangement import Arrangement, Bar, Stretch, playable_range
from engines.composer.grid import Hit, candidates, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from engines.composer.scales import ladder, nearest_index, nearest_tone
from music.chord import Chord
from music.instrument import Instrument, Role
from music.style import PLAIN_PARTS, MelodyScale, Pattern
from music.time import TICKS_PER_QUARTER

_CLIMAX = 0.6  # of a phrase
_ARC_SEMITONES = 4.0
_REGISTER_LIFT = 7.0
_WIDEST_LEAP = 9
_LONGEST_MOTIF = 16
_FREE_KINDS = ("solo", "development")  # sections in which each phrase has motifs of its own
_SETTLING = 3  # semitones below the last note around which the final one is sought: endings fall rather than rise
_WIDEST_PASSING_LEAP = 5
_FRESH = 0.12  # chance that a bar is sung anew instead of as before
_BREATH = 0.72  # share of a phrase's last bar that may sound


@dataclass(frozen=True, slots=True)
class _Motif:
    """A rhythm and a contour in scale steps from its first note, with an ending to vary it by."""

    pattern: Pattern
    contour: tuple[int, ...]
    varied_tail: tuple[int, ...]

    def steps(self, n_notes: int, *, is_varied: bool) -> list[int]:
        """Return the contour of the first notes, the last third altered in a variation."""
        steps = [self.contour[i % _LONGEST_MOTIF] for i in range(n_notes)]
        if is_varied:
            for i in range(n_notes - max(1, n_notes // 3), n_notes):
                steps[i] += self.varied_tail[i % _LONGEST_MOTIF]
        return steps


class MelodyWriter:
    """Writes a melody or a counter-melody; it remembers its last note and where each motif was first set."""

    def __init__(self, arrangement: Arrangement, role: Role, instrument: Instrument) -> None:
        self._arrangement = arrangement
        self._role = role
        self._part = arrangement.style.part(role)
        self._low, self._high = playable_range(self._part, instrument)
        self._last = (self._low + self._high) // 2
        self._anchors: dict[tuple[str, str], int] = {}
        self._sung: dict[tuple[object, ...], list[int]] = {}

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        strokes: list[Stroke] = []
        for stretch in self._arrangement.stretches_for(self._role):
            motifs = self._motifs(stretch, 0)
            rng = stream(self._arrangement.plan.seed, self._role.value, "variation", stretch.index)
            for bar in stretch.bars:
                if bar.number and bar.number % self._part.phrase_bars == 0 and stretch.kind in _FREE_KINDS:
                    motifs = self._motifs(stretch, bar.number)
                strokes += self._bar(stretch, bar, motifs, rng)
        return strokes

    def _motifs(self, stretch: Stretch, from_bar: int) -> dict[str, _Motif]:
        """Draw the motifs of a kind of section; calm sections choose among the sparser half of the rhythms."""
        arrangement, part = self._arrangement, self._part
        patterns = part.patterns or PLAIN_PARTS[self._role].patterns
        choice = candidates(patterns, arrangement.time_signature, stretch.kind, stretch.energy)
        ranked = sorted(choice, key=lambda pattern: sum(bar.count("x") + bar.count("X") for bar in pattern.bars))
        half = (len(ranked) + 1) // 2
        ranked = ranked[:half] if stretch.energy < 0.45 else ranked[-half:] if stretch.energy > 0.8 else ranked
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind, from_bar)
        first = ranked[rng.randrange(len(ranked))]
        others = [pattern for pattern in choice if pattern is not first] or [first]
        return {"A": self._motif(first, rng), "B": self._motif(others[rng.randrange(len(others))], rng)}

    def _motif(self, pattern: Pattern, rng: random.Random) -> _Motif:
        """Draw a contour that mostly steps, and fills a leap by turning back."""
        contour, place, last = [0], 0, 0
        leaps = (-3, -2, 2, 2, 3, 4) if self._part.scale is MelodyScale.KEY else (-2, -2, 2, 2, 3)
        for _ in range(_LONGEST_MOTIF - 1):
            if abs(last) > 1:
                last = -1 if last > 0 else 1
            elif rng.random() < self._part.leaps:
                last = rng.choice(leaps)
            else:
                last = rng.choice((-1, -1, 0, 1, 1))
            if abs(place + last) > 4:
                last = -last
            place += last
            contour.append(place)
        tail = tuple(rng.choice((-2, -1, 1, 2)) for _ in range(_LONGEST_MOTIF))
        return _Motif(pattern, tuple(contour), tail)

    def _bar(self, stretch: Stretch, bar: Bar, motifs: dict[str, _Motif], rng: random.Random) -> list[Stroke]:
        arrangement, part = self._arrangement, self._part
        if bar.is_ending:
            return self._final(stretch, bar)
        place = bar.number % part.phrase_bars
        sign = part.phrase[place % len(part.phrase)]
        if sign == "-" and not bar.is_last:
            return []
        closes = bar.is_last or place == part.phrase_bars - 1
        letter = sign[0] if sign[0] in motifs else "A"
        motif = motifs[letter]
        hits = pattern_hits(motif.pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        if closes and len(stretch.bars) > 1:
            hits = _breathing(hits, arrangement.bar_ticks)
        is_varied = sign.endswith("'") or (stretch.occurrence > 0 and closes)
        is_new = rng.random() < _FRESH
        steps = motif.steps(len(hits), is_varied=is_varied or is_new)
        anchor = self._anchor(stretch, bar, letter, place / max(1, part.phrase_bars - 1))
        # what listeners remember comes back note for note where the harmony does
        tune = (motif, place, is_varied, bar.changes, len(hits))
        known = None if is_new else self._sung.get(tune)
        notes = list(known) if known else self._notes(bar, hits, steps, anchor)
        self._sung.setdefault(tune, list(notes))
        if notes and closes:
            notes[-1] = self._phrase_end(bar, hits[-1], notes)
        self._last = notes[-1] if notes else self._last
        return [self._stroke(stretch, bar, hit, note) for hit, note in zip(hits, notes, strict=True)]

    def _anchor(self, stretch: Stretch, bar: Bar, letter: str, progress: float) -> int:
        """Return the motif's first note: where it began before, moved to the chord; at first, on the phrase's arc."""
        chord = bar.changes[0].chord
        middle = (self._low + self._high) / 2 - 2 + (stretch.energy - 0.5) * _REGISTER_LIFT
        rise = 1.0 - abs(progress - _CLIMAX) / max(_CLIMAX, 1 - _CLIMAX)
        arc = middle + _ARC_SEMITONES * math.sin(rise * math.pi / 2) - 1
        phrase_number = bar.number // self._part.phrase_bars
        known = self._anchors.get((stretch.kind, letter))
        wanted = arc if known is None else 0.7 * known + 0.3 * arc + (1.0 if phrase_number % 2 else 0.0)
        tones = self._tones(chord)
        note = nearest_tone(tones, wanted, self._low, self._high, towards=self._last - wanted)
        self._anchors.setdefault((stretch.kind, letter), note)
        return note

    def _tones(self, chord: Chord | None) -> tuple[int, ...]:
        """Return the pitch classes to rest on: the chord's triad and seventh, or the tonic's triad without a chord."""
        if chord is None:
            scale = self._arrangement.plan.key.scale
            return (scale[0], scale[2], scale[4])
        return tuple((chord.root_pitch_class + step) % 12 for step in chord.intervals if step < 14)

    def _notes(self, bar: Bar, hits: tuple[Hit, ...], steps: list[int], anchor: int) -> list[int]:
        """Set the contour on the scale under each chord; strong and long notes rest on chord tones."""
        plan, part = self._arrangement.plan, self._part
        pulses = plan.time_signature.pulse_ticks
        strong = {0, pulses[len(pulses) // 2]} if len(pulses) > 1 else {0}
        notes: list[int] = []
        last, last_step = self._last, 0
        for hit, step in zip(hits, steps, strict=True):
            chord = bar.chord_at(hit.start)
            rungs = ladder(plan.key, chord, part.scale, self._low, self._high)
            index = nearest_index(rungs, anchor) + step
            index = -index if index < 0 else index
            index = 2 * (len(rungs) - 1) - index if index >= len(rungs) else index
            note = rungs[max(0, min(index, len(rungs) - 1))]
            is_long = hit.length >= TICKS_PER_QUARTER
            if hit.start in strong or is_long:
                note = nearest_tone(self._tones(chord), note, self._low, self._high, towards=step)
                if notes and note == last and step != last_step:
                    note = self._next_tone(chord, note, 1 if step > last_step else -1)
            elif notes and abs(note - last) > _WIDEST_PASSING_LEAP and note % 12 not in self._tones(chord):
                near = nearest_index(rungs, last) + (2 if note > last else -2)
                note = rungs[max(0, min(near, len(rungs) - 1))]
            while abs(note - last) > _WIDEST_LEAP and self._low <= note + (12 if note < last else -12) <= self._high:
                note += 12 if note < last else -12
            notes.append(note)
            last, last_step = note, step
        return notes

    def _next_tone(self, chord: Chord | None, note: int, direction: int) -> int:
        """Return the chord tone next to a note, so that a contour that moves does not stand still on it."""
        tones = self._tones(chord)
        beyond = range(note + direction, self._high + 1 if direction > 0 else self._low - 1, direction)
        return next((tone for tone in beyond if tone % 12 in tones), note)

    def _phrase_end(self, bar: Bar, hit: Hit, notes: list[int]) -> int:
        """Close on the tonic at the end of a section where the chord has it, else open on another chord tone."""
        key = self._arrangement.plan.key
        tones = self._tones(bar.chord_at(hit.start))
        near = notes[-2] if len(notes) > 1 else notes[-1]
        if bar.is_last and key.pitch_class in tones:
            tones = (key.pitch_class,)
        return nearest_tone(tones, near, self._low, self._high, towards=-1)

    def _final(self, stretch: Stretch, bar: Bar) -> list[Stroke]:
        """Hold the tonic, or the last chord's nearest note where the chord has no tonic, through the last bar."""
        tones = self._tones(bar.changes[0].chord)
        key = self._arrangement.plan.key
        tones = (key.pitch_class,) if key.pitch_class in tones else tones
        note = nearest_tone(tones, self._last - _SETTLING, self._low, self._high)
        length = self._arrangement.bar_ticks
        self._last = note
        return [self._stroke(stretch, bar, Hit(0, length, length, "x"), note)]

    def _stroke(self, stretch: Stretch, bar: Bar, hit: Hit, note: int) -> Stroke:
        arrangement, part = self._arrangement, self._part
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        end = swung(hit.start + hit.length, arrangement.style, signature)
        velocity = dynamic(part.velocity, stretch.energy) * (1.1 if hit.mark == "X" else 1.0)
        velocity *= 1.04 if hit.start in signature.pulse_ticks else 0.95
        gate = 1.0 if bar.is_ending else part.gate
        velocity += (note - (self._low + self._high) / 2) * 0.5
        return Stroke(bar.start_ticks + start, max(1, round((end - start) * gate)), note, velocity)


def _breathing(hits: tuple[Hit, ...], bar_ticks: int) -> tuple[Hit, ...]:
    """Keep the first part of a bar, its last note held, and leave the rest silent."""
    limit = round(bar_ticks * _BREATH)
    kept = [hit for hit in hits if hit.start <= bar_ticks // 2] or list(hits[:1])
    if kept and kept[-1].start < limit:
        kept[-1] = kept[-1]._replace(length=max(kept[-1].length, limit - kept[-1].start))
    return tuple(kept)
