"""Counter-melodies: a second voice that moves where the melody rests or holds, and keeps out of its way elsewhere.

It answers in the melody's gaps with what the melody has just said, turned round or in sequence, and lies under it in
long notes. Against the melody it is consonant on strong beats, prefers contrary motion and shuns unisons, parallel
fifths and parallel octaves.
Source: J. J. Fux, "Gradus ad Parnassum" (1725), on two voices; here as preferences, not as rules.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from engines.composer.arrangement import Arrangement, Bar, Stretch, playable_range
from engines.composer.contour import Slot, search
from engines.composer.grid import Hit, candidates, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.motifs import Motif, draw_motif
from engines.composer.phrases import Phrase, phrases_of, strong_ticks
from engines.composer.randomness import stream
from engines.composer.scales import ladder
from engines.composer.shape import rest_tones, taste_for
from music.instrument import Instrument, Role
from music.style import PLAIN_PARTS
from music.time import TICKS_PER_QUARTER

_EIGHTH = TICKS_PER_QUARTER // 2
_UNDER = 7.0  # semitones below the melody at which the second voice is at home
_LONGEST_ANSWER = 4  # notes of the melody that are taken up


class _Set(NamedTuple):
    """A note to be found a pitch for: when it sounds, and the move that leads to it; None takes what comes."""

    bar: Bar
    hit: Hit
    move: int
    is_answer: bool


class SecondVoiceWriter:
    """Writes a counter-melody against a melody's written strokes."""

    def __init__(self, arrangement: Arrangement, role: Role, instrument: Instrument, melody: Sequence[Stroke]) -> None:
        self._arrangement = arrangement
        self._role = role
        self._part = arrangement.style.part(role)
        self._low, self._high = playable_range(self._part, instrument)
        self._strong = strong_ticks(arrangement)
        self._melody = sorted(melody)
        self._starts = [stroke.start for stroke in self._melody]
        self._last = (self._low + self._high) // 2

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece; where the melody leaves it no room at all, a note holds in each bar."""
        strokes: list[Stroke] = []
        stretches = self._arrangement.stretches_for(self._role)
        for stretch in stretches:
            for phrase in phrases_of(stretch, self._part):
                placed = [one for place in range(len(phrase.bars)) for one in self._bar(stretch, phrase, place)]
                if placed:
                    strokes += self._sung(stretch, placed)
        length = self._arrangement.bar_ticks
        if not strokes:
            for stretch in stretches:
                held = [_Set(bar, Hit(0, length, length, "x"), 0, is_answer=False) for bar in stretch.bars]
                strokes += self._sung(stretch, held)
        return strokes

    def _sung(self, stretch: Stretch, placed: Sequence[_Set]) -> list[Stroke]:
        slots = self._slots(stretch, placed)
        notes = search(slots, taste_for(self._part, stretch.key), self._last)
        self._last = notes[-1]
        return [self._stroke(stretch, one, note) for one, note in zip(placed, notes, strict=True)]

    def _bar(self, stretch: Stretch, phrase: Phrase, place: int) -> list[_Set]:
        """Choose what sounds in a bar: answers in gaps, else long notes of the style's own rhythm on free ground."""
        arrangement, bar, sign = self._arrangement, phrase.bars[place], phrase.signs[place]
        length = arrangement.bar_ticks
        if bar.is_ending:
            return [_Set(bar, Hit(0, length, length, "x"), 0, is_answer=False)]
        if sign == "-" and any(other != "-" for other in phrase.signs):
            return []
        motif = self._motif(stretch, "B" if sign[0] == "B" else "A")
        hits = pattern_hits(motif.pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        gap = self._gap(bar)
        found = [
            _Set(bar, hit, motif.moves[i % len(motif.moves)], is_answer=False)  # long bars hold the rhythm twice
            for i, hit in enumerate(hits)
            if self._is_free(bar, hit) and not (gap and hit.start + hit.length > gap[0])
        ]
        return found + (self._answer(bar, gap) if gap else [])

    def _motif(self, stretch: Stretch, letter: str) -> Motif:
        arrangement, part = self._arrangement, self._part
        patterns = part.patterns or PLAIN_PARTS[self._role].patterns
        choice = candidates(patterns, arrangement.time_signature, stretch.kind, stretch.energy)
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind, letter)
        return draw_motif(choice[rng.randrange(len(choice))], part.leaps, rng)

    def _is_free(self, bar: Bar, hit: Hit) -> bool:
        """Tell whether a note would not crowd the melody: it is long, or begins where the melody does not move."""
        start = bar.start_ticks + hit.start
        moving = self._onsets(start, start + hit.length)
        return hit.length >= 2 * TICKS_PER_QUARTER or not moving or (hit.length >= TICKS_PER_QUARTER and moving == 1)

    def _onsets(self, start: int, end: int) -> int:
        return bisect_right(self._starts, end - 1) - bisect_right(self._starts, start - 1)

    def _gap(self, bar: Bar) -> tuple[int, int] | None:
        """Return the longest stretch of a bar, a quarter at least, in which the melody neither moves nor starts."""
        end_of_bar = bar.start_ticks + self._arrangement.bar_ticks
        first = bisect_right(self._starts, bar.start_ticks - 1)
        edges = [bar.start_ticks]
        for stroke in self._melody[max(0, first - 1) :]:
            if stroke.start >= end_of_bar:
                break
            held = min(stroke.start + min(stroke.length, TICKS_PER_QUARTER), end_of_bar)
            edges += [max(stroke.start, bar.start_ticks), max(held, bar.start_ticks)]
        edges.append(end_of_bar)
        gaps = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
        start, end = max(gaps, key=lambda gap: (gap[1] - gap[0], -gap[0]))
        start = -(-(start - bar.start_ticks) // _EIGHTH) * _EIGHTH
        end -= bar.start_ticks
        return (start, end) if end - start >= 2 * _EIGHTH else None

    def _answer(self, bar: Bar, gap: tuple[int, int]) -> list[_Set]:
        """Take up the rhythm of the melody's last few notes inside a gap, turned upside down or as they went."""
        at = bisect_right(self._starts, bar.start_ticks + gap[0] - 1)
        said = self._melody[max(0, at - _LONGEST_ANSWER) : at]
        if len(said) < 2 or bar.start_ticks - said[-1].start > self._arrangement.bar_ticks:
            return []
        rng = stream(self._arrangement.plan.seed, self._role.value, "answer", bar.start_ticks)
        turn = rng.choice((-1, -1, 1))
        found, now, before = [], gap[0], said[0].midi_note
        for i, stroke in enumerate(said):
            length = said[i + 1].start - stroke.start if i + 1 < len(said) else gap[1] - now
            length = max(_EIGHTH, min(round(length / _EIGHTH) * _EIGHTH, 2 * TICKS_PER_QUARTER))
            if now + _EIGHTH > gap[1]:
                break
            length = min(length, gap[1] - now)
            move = round((stroke.midi_note - before) / 1.8) * turn
            found.append(_Set(bar, Hit(now, length, length, "x"), max(-4, min(4, move)), is_answer=True))
            now, before = now + length, stroke.midi_note
        return found

    def _slots(self, stretch: Stretch, placed: Sequence[_Set]) -> list[Slot]:
        key, part = stretch.key, self._part
        scale = key.scale
        middle = (self._low + self._high) / 2 + (stretch.energy - 0.5) * 4
        slots: list[Slot] = []
        other_before: int | None = None
        for one in placed:
            chord = one.bar.chord_at(one.hit.start)
            other = self._sounding(one.bar.start_ticks + one.hit.start)
            tones = rest_tones(chord, key)
            is_end = one.bar.is_ending
            slots.append(
                Slot(
                    rungs=ladder(key, chord, part.scale, self._low, self._high),
                    tones=tones,
                    key=scale,
                    is_strong=one.hit.start in self._strong,
                    is_long=one.hit.length >= TICKS_PER_QUARTER,
                    step=one.move,
                    height=middle if other is None else min(max(other - _UNDER, self._low + 2), self._high - 2),
                    pull=0.15,
                    ceiling=self._high,
                    only=tuple(n for n in range(self._low, self._high + 1) if n % 12 in tones) if is_end else (),
                    other=other,
                    other_before=other_before,
                )
            )
            other_before = other
        return slots

    def _sounding(self, ticks: int) -> int | None:
        at = bisect_right(self._starts, ticks) - 1
        if at < 0 or self._melody[at].start + self._melody[at].length <= ticks:
            return None
        return self._melody[at].midi_note

    def _stroke(self, stretch: Stretch, one: _Set, note: int) -> Stroke:
        arrangement, part, hit = self._arrangement, self._part, one.hit
        start = swung(hit.start, arrangement.style, arrangement.time_signature)
        end = swung(hit.start + hit.length, arrangement.style, arrangement.time_signature)
        velocity = dynamic(part.velocity, stretch.energy) * (1.06 if one.is_answer else 0.94)
        gate = 1.0 if one.bar.is_ending else part.gate
        return Stroke(one.bar.start_ticks + start, max(1, round((end - start) * gate)), note, velocity)
