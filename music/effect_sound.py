"""The sounds of an effects part: which octave of its notes stands for which.

An effects part plays no melody, yet its notes are the key's own tonic: what has a pitch is then in tune, and whoever
plays the part with another instrument hears nothing foreign.
"""

from enum import Enum


class EffectSound(Enum):
    """A sound by the lowest note of its octave; the pitch class tunes it."""

    TEXTURE = 36  # a surface that lasts as long as its note: vinyl
    IMPACT = 48  # a low boom with a burst of noise, on an arrival
    RISER = 60  # noise and a tone that rise up to the end of the note
    FALL = 72  # the same the other way round, from the start of the note

    @classmethod
    def of(cls, midi_note: int) -> "EffectSound | None":
        """Return the sound of a note; None outside the four octaves."""
        lowest = midi_note - midi_note % 12
        return next((sound for sound in cls if sound.value == lowest), None)

    def note(self, pitch_class: int) -> int:
        """Return the note that plays this sound in a key."""
        return int(self.value) + pitch_class % 12
