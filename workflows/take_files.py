"""The names of a take's files, and how what is recorded about them is read and written."""

from pathlib import Path

from pydantic import TypeAdapter

from library.takes import take_file
from music.instrument import Role
from music.midi_file import score_from_midi
from music.plan import Plan
from music.score import Score
from music.take import Asset, Comparison, Take

SCORE_FILE = "score.mid"
MIX_FILE = "mix.wav"
JAMS_FILE = "annotations.jams"
VOCALS_FILE = "vocals.json"  # only where the melody has words
STEMS_FOLDER = "stems"

ASSETS = TypeAdapter(tuple[Asset, ...])
COMPARISONS = TypeAdapter(tuple[Comparison, ...])


def stem_path(role: Role) -> str:
    """Return the path of a role's stem inside the take folder."""
    return f"{STEMS_FOLDER}/{role.value}.wav"


def read_score(folder: Path, plan: Plan) -> Score:
    """Return the score of the take that is put together in ``folder``, as its MIDI file has it."""
    return score_from_midi((folder / SCORE_FILE).read_bytes(), plan)


def read_kept_score(take: Take, folder: Path) -> Score:
    """Return the score of a whole take, from a file inside its folder and no other; NotFound where there is none."""
    return score_from_midi(take_file(take, folder, SCORE_FILE).read_bytes(), take.plan)
