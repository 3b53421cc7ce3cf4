"""Music that somebody gave: what a MIDI file holds and what can be found in it. No file is opened here."""

from music.clip.clip import Clip, ClipTrack
from music.clip.reading import read_clip

__all__ = ["Clip", "ClipTrack", "read_clip"]
