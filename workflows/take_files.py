"""The names of a take's files, and reading its score back."""

from pathlib import Path

from music.midi_file import score_from_midi
from music.plan import Plan
from music.score import Score

SCORE_FILE = "score.mid"
MIX_FILE = "mix.wav"
JAMS_FILE = "annotations.jams"
STEMS_FOLDER = "stems"
SESSION_FOLDER = "ardour"


def read_score(folder: Path, plan: Plan) -> Score:
    """Return the score of the take in ``folder``, as its MIDI file has it."""
    return score_from_midi((folder / SCORE_FILE).read_bytes(), plan)
