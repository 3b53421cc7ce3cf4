"""Chord parts: comping, pads and arpeggios, voice-led from chord to chord."""

from engines.composer.arrangement import Arrangement, Bar, Change, Stretch, playable_range
from engines.composer.grid import Hit, candidates, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from engines.composer.voicing import voice
from music.chord import Chord
from music.instrument import Instrument, Role
from music.style import PLAIN_PARTS, PartStyle, Pattern, Voicing
from music.time import TICKS_PER_QUARTER

_REGISTER_LIFT = 5  # semitones by which the centre rises from the calmest to the most intense section
_ACCENTS = {"X": 1.14, "x": 1.0, "u": 0.8, "b": 0.96, "f": 0.9}
_UPSTROKE_VOICES = 3


class ChordWriter:
    """Writes one chord part; it remembers the last voicing, so that the next lies near."""

    def __init__(self, arrangement: Arrangement, role: Role, instrument: Instrument) -> None:
        self._arrangement = arrangement
        self._role = role
        self._part: PartStyle = arrangement.style.part(role)
        self._low, self._high = playable_range(self._part, instrument)
        self._floor = instrument.lowest_midi_note
        self._before: tuple[int, ...] = ()

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        strokes: list[Stroke] = []
        for stretch in self._arrangement.stretches_for(self._role):
            pattern = self._pattern_for(stretch)
            for bar in stretch.bars:
                strokes += self._bar(stretch, bar, pattern)
        return strokes

    def _pattern_for(self, stretch: Stretch) -> Pattern:
        arrangement = self._arrangement
        patterns = self._part.patterns or PLAIN_PARTS[self._role].patterns
        choice = candidates(patterns, arrangement.time_signature, stretch.kind, stretch.energy)
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind)
        return choice[rng.randrange(len(choice))]

    def _bar(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> list[Stroke]:
        arrangement = self._arrangement
        if bar.is_ending:
            hits: tuple[Hit, ...] = (Hit(0, arrangement.bar_ticks, arrangement.bar_ticks, "X"),)
        else:
            hits = pattern_hits(pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        strokes: list[Stroke] = []
        centre = (self._low + self._high) // 2 + round((stretch.energy - 0.5) * _REGISTER_LIFT)
        for change in bar.changes:
            if change.chord is None:
                continue
            self._before = self._voiced(change.chord, centre, is_whole=bar.is_ending)
            for hit in struck_again(hits, change):
                strokes += self._strokes(stretch, bar, hit, change.chord)
        return strokes

    def _voiced(self, chord: Chord, centre: int, *, is_whole: bool) -> tuple[int, ...]:
        """Lay a chord out near the last one; ``is_whole`` gives a shell its root and fifth back, as endings want it."""
        part = self._part
        is_filled = is_whole and part.voicing is Voicing.SHELL
        return voice(
            chord,
            self._before,
            voicing=Voicing.CLOSE if is_filled else part.voicing,
            n_voices=max(part.n_voices, len(chord.intervals)) if is_filled else part.n_voices,
            low=self._low,
            high=self._high,
            centre=centre,
        )

    def _strokes(self, stretch: Stretch, bar: Bar, hit: Hit, chord: Chord) -> list[Stroke]:
        arrangement, part = self._arrangement, self._part
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        end = swung(hit.start + hit.length, arrangement.style, signature)
        length = max(1, round((end - start) * (1.0 if bar.is_ending else part.gate)))
        velocity = dynamic(part.velocity, stretch.energy) * _ACCENTS.get(hit.mark, 0.95)
        if hit.start in signature.pulse_ticks:
            velocity *= 1.05
        notes = self._notes(hit.mark, chord)
        spread = round(part.strum_seconds * arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60)
        if hit.mark == "u":
            notes = notes[::-1]
        at = bar.start_ticks + start
        return [
            Stroke(at + i * spread, max(1, length - i * spread), note, velocity * (1.0 - 0.03 * i))
            for i, note in enumerate(notes)
        ]

    def _notes(self, mark: str, chord: Chord) -> tuple[int, ...]:
        voicing = self._before
        if mark.isdecimal():
            octave, index = divmod(int(mark) - 1, len(voicing))
            note = voicing[index] + 12 * octave
            return (note if note <= self._high else voicing[index],)
        if mark == "u":
            return voicing[-_UPSTROKE_VOICES:]
        if mark in "bf":
            tone = chord.bass_pitch_class
            if mark == "f":
                tone = (chord.root_pitch_class + next((s for s in chord.intervals if s in (6, 7, 8)), 7)) % 12
            return (self._below(tone, voicing[0]),)
        return voicing

    def _below(self, tone: int, voicing_bottom: int) -> int:
        """Return the tone in the octave under the voicing, or the lowest that the instrument has."""
        note = voicing_bottom - 3 - (voicing_bottom - 3 - tone) % 12
        return note if note >= self._floor else note + 12


def struck_again(hits: tuple[Hit, ...], change: Change) -> list[Hit]:
    """Return the hits under one chord; a note held over into the chord is struck again where the chord starts."""
    end = change.start + change.length
    out = []
    for hit in hits:
        left, right = max(hit.start, change.start), min(hit.start + hit.length, end)
        if left < right:
            out.append(Hit(left, right - left, hit.step, hit.mark))
    return out
