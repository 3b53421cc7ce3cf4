"""A second voice to a given melody: it moves where the melody holds or rests, and holds guide tones while it sings.

In a gap of a beat or more the voice answers with the end of what the melody just sang, turned over; elsewhere it takes
the third or seventh of each chord, the one nearest to where it is, clear of seconds with the melody.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from engines.composer.arrangement import Arrangement, Bar, Stretch, playable_range
from engines.composer.humanise import Stroke, dynamic
from music.chord import Chord
from music.instrument import Instrument, Role
from music.score import Note
from music.time import TICKS_PER_QUARTER

_HELD = TICKS_PER_QUARTER * 5 // 4  # a melody note that has sounded so long leaves room
_GAP = TICKS_PER_QUARTER  # silence of the melody that asks for an answer
_ANSWER_NOTES = 3
_BELOW = 7  # semitones under the melody's middle where the voice lies
_HARSH = (1, 2, 6, 10, 11)  # intervals to a sounding melody note that a held note keeps clear of
_LATE = 60


class AnsweringWriter:
    """Writes the counter-melody; it remembers its last note, so that guide tones move by step."""

    def __init__(self, arrangement: Arrangement, melody: Sequence[Note], instrument: Instrument) -> None:
        self._arrangement, self._melody = arrangement, melody
        self._part = arrangement.style.part(Role.COUNTER_MELODY)
        self._low, self._high = playable_range(self._part, instrument)
        middle = sum(note.midi_note for note in melody) / len(melody)
        self._last = round(min(max(middle - _BELOW, self._low), self._high))
        self._starts = [note.start_ticks for note in melody]
        self._scale = arrangement.plan.key.scale

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        strokes: list[Stroke] = []
        for stretch in self._arrangement.stretches_for(Role.COUNTER_MELODY):
            self._scale = stretch.key.scale
            for bar in stretch.bars:
                strokes += self._bar(stretch, bar)
        return strokes

    def _bar(self, stretch: Stretch, bar: Bar) -> list[Stroke]:
        strokes: list[Stroke] = []
        end_of_bar = bar.start_ticks + self._arrangement.bar_ticks
        gaps = [] if bar.is_ending else self._gaps(bar.start_ticks, end_of_bar)
        busy_from = gaps[0][0] if gaps else end_of_bar
        for change in bar.changes:
            start = bar.start_ticks + change.start
            end = min(start + change.length, busy_from)
            if change.chord is None or end - start < TICKS_PER_QUARTER // 2:
                continue
            lengths = [end - start]
            if end - start >= 3 * TICKS_PER_QUARTER and not bar.is_ending:  # half of it to arrive, half to lead on
                half = (end - start) // 2 // TICKS_PER_QUARTER * TICKS_PER_QUARTER
                lengths = [half, end - start - half]
            for index, length in enumerate(lengths):
                at = start + sum(lengths[:index])
                note = self._guide(change.chord, at) if index == 0 else self._onward(change.chord, at)
                strokes.append(self._stroke(stretch, at, length, note, 0.92))
        for start, end in gaps:
            strokes += self._answer(stretch, bar, start, end)
        return strokes

    def _gaps(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return where the melody is silent in a bar for a beat or more, on a grid of eighths."""
        step = TICKS_PER_QUARTER // 2
        silent = [at for at in range(start, end, step) if self._is_free(at, at + step)]
        gaps: list[tuple[int, int]] = []
        for at in silent:
            if gaps and gaps[-1][1] == at:
                gaps[-1] = (gaps[-1][0], at + step)
            else:
                gaps.append((at, at + step))
        return [gap for gap in gaps if gap[1] - gap[0] >= _GAP]

    def _sounding(self, start: int, end: int) -> int | None:
        """Return the melody's note between two places, if one sounds there."""
        index = bisect_right(self._starts, end - 1) - 1
        for note in reversed(self._melody[max(0, index - 3) : index + 1]):
            if note.start_ticks + note.duration_ticks > start:
                return note.midi_note
        return None

    def _is_free(self, start: int, end: int) -> bool:
        """Tell whether the melody is silent, or has been holding a note for a beat or longer and begins none."""
        index = bisect_right(self._starts, end - _LATE) - 1
        if self._sounding(start + _LATE, end - _LATE) is None:
            return True
        return index >= 0 and self._starts[index] <= start - _HELD

    def _onward(self, chord: Chord, start: int) -> int:
        """Return another tone of the chord near the last note, to keep the line moving."""
        against = self._sounding(start, start + TICKS_PER_QUARTER)
        options = [note for note in self._options(set(chord.pitch_classes), against) if note != self._last]
        if options:
            self._last = min(options, key=lambda note: (abs(note - self._last), note))
        return self._last

    def _guide(self, chord: Chord, start: int) -> int:
        third, seventh = chord.intervals[1:2], [step for step in chord.intervals if step in (9, 10, 11)]
        steps = [*third, *seventh] or [0]
        against = self._sounding(start, start + TICKS_PER_QUARTER)
        tones = {(chord.root_pitch_class + step) % 12 for step in steps}
        options = self._options(tones, against) or self._options(set(chord.pitch_classes), against)
        options = options or [n for n in range(self._low, self._high + 1) if n % 12 in tones]
        self._last = min(options, key=lambda n: (abs(n - self._last), n))
        return self._last

    def _options(self, classes: set[int], against: int | None) -> list[int]:
        return [
            n
            for n in range(self._low, self._high + 1)
            if n % 12 in classes
            and (against is None or (n < against and (against - n) % 12 not in _HARSH and n != against))
        ]

    def _answer(self, stretch: Stretch, bar: Bar, start: int, end: int) -> list[Stroke]:
        """Turn over the end of what the melody sang before the gap, closing on a tone of the chord."""
        index = bisect_right(self._starts, start)
        sung = [note.midi_note for note in self._melody[max(0, index - _ANSWER_NOTES) : index]] or [self._last]
        n_notes = min(len(sung), (end - start) // (TICKS_PER_QUARTER // 2))
        sung = sung[-n_notes:]
        chord = bar.chord_at(start - bar.start_ticks)
        tones = set(chord.pitch_classes) if chord else set(self._scale[:5:2])
        first = min(
            (n for n in range(self._low, self._high + 1) if n % 12 in tones), key=lambda n: (abs(n - self._last), n)
        )
        rungs = [note for note in range(self._low, self._high + 1) if note % 12 in self._scale]
        rung = bisect_right(rungs, first) - 1
        notes = [first]
        for before, after in pairwise(sung):
            rung += (after < before) - (after > before)
            rung = min(max(rung, 0), len(rungs) - 1)
            notes.append(rungs[rung])
        notes[-1] = min(
            (n for n in range(self._low, self._high + 1) if n % 12 in tones), key=lambda n: (abs(n - notes[-1]), n)
        )
        self._last = notes[-1]
        step = TICKS_PER_QUARTER // 2
        lengths = [step] * (len(notes) - 1) + [end - start - step * (len(notes) - 1)]
        return [
            self._stroke(stretch, start + i * step, length, note, 1.0)
            for i, (note, length) in enumerate(zip(notes, lengths, strict=True))
        ]

    def _stroke(self, stretch: Stretch, start: int, length: int, note: int, level: float) -> Stroke:
        return Stroke(
            start, max(1, round(length * self._part.gate)), note, dynamic(self._part.velocity, stretch.energy) * level
        )
