"""Figures: which notes of a laid-out chord each sign of a rhythm text plays, in the order in which they sound."""

import random

from engines.composer.voicing import Laid, Player, fifth_of
from music.chord import Chord
from music.instrument import Instrument

_UPSTROKE_STRINGS = 3
_CHUG_STRINGS = 2
_UNDER = 3  # semitones at least between a voicing and the bass tone under it


class Figure:
    """Reads the signs of one section; it remembers where a walk over the voices has come to."""

    def __init__(self, instrument: Instrument, player: Player, *, in_octaves: bool, rng: random.Random) -> None:
        self._floor = instrument.lowest_midi_note
        self._player = player
        self._in_octaves = in_octaves
        self._rng = rng
        self._voice = 0

    def notes(self, mark: str, laid: Laid, chord: Chord) -> tuple[int, ...]:
        """Return what a sign plays."""
        if mark.isdecimal():
            return self._single(int(mark) - 1, laid)
        if mark == "r":
            return self._single(self._walked(len(laid.notes)), laid)
        if mark in "bfp":
            return self._with_bass(mark, laid, chord)
        if mark == "u":
            return laid.stroke[-_UPSTROKE_STRINGS:][::-1]
        return laid.stroke[:_CHUG_STRINGS] if mark == "c" else laid.stroke

    def _with_bass(self, mark: str, laid: Laid, chord: Chord) -> tuple[int, ...]:
        """Return the bass or its fifth alone, or the bass pinched together with the highest voice."""
        if mark == "f":
            return (self._bass((chord.root_pitch_class + fifth_of(chord)) % 12, laid),)
        if mark == "b":
            return (self._bass(chord.bass_pitch_class, laid),)
        bass = laid.notes[0] if self._player.fretboard else self._bass(chord.bass_pitch_class, laid)
        return tuple(sorted({bass, laid.notes[-1]}))

    def _walked(self, n_voices: int) -> int:
        """Step to a neighbouring voice, turning round at the outer ones."""
        step = self._rng.choice((-1, 1))
        if not 0 <= self._voice + step < n_voices:
            step = -step
        self._voice = max(0, min(self._voice + step, n_voices - 1))
        return self._voice

    def _single(self, index: int, laid: Laid) -> tuple[int, ...]:
        """Return one voice; past the highest it goes on an octave up where the range has it and the hand is free."""
        octave, index = divmod(index, len(laid.notes))
        note = laid.notes[index]
        if not self._player.fretboard and note + 12 * octave <= self._player.high:
            note += 12 * octave
        if not self._in_octaves or self._player.fretboard:  # a grip has no string for it
            return (note,)
        return (note, note + 12) if note + 12 <= self._player.high or note - 12 < self._floor else (note - 12, note)

    def _bass(self, tone: int, laid: Laid) -> int:
        """Return the tone under a voicing, or the lowest that the instrument has; a grip gives its own if it has it."""
        if self._player.fretboard:
            held = [note for note in laid.notes[: max(1, len(laid.notes) - 2)] if note % 12 == tone]
            if held:
                return held[0]
        highest = laid.notes[0] - _UNDER
        note = highest - (highest - tone) % 12
        return note if note >= self._floor else note + 12
