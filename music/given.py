"""Music that a take starts from: what was given stays note for note, and what is new is written to it.

A plan holds the given notes themselves, so that it stays complete when the file they came from is gone.
"""

from dataclasses import dataclass, field
from enum import Enum

from music.instrument import Role
from music.score import Note
from music.style import Feel, SwingUnit


class Task(Enum):
    """What to do with given music."""

    CONTINUE = "continue"  # go on after its last bar, with the same players
    HARMONISE = "harmonise"  # find chords for it, and play them under it
    PARTS = "parts"  # write the players that are missing


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPart:
    """One given player: its notes, sorted by start, and how it plays around the grid."""

    role: Role
    notes: tuple[Note, ...]
    feel: Feel = field(default_factory=Feel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given: the first ``n_bars`` bars of the take."""

    task: Task
    name: str  # of the file or region
    n_bars: int
    parts: tuple[GivenPart, ...]
    swing: float = 0.0  # as found in it: 0 straight, 1 triplets
    swing_unit: SwingUnit = SwingUnit.EIGHTH

    def __post_init__(self) -> None:
        if self.n_bars < 1 or not self.parts:
            raise ValueError(f"given music needs a bar and a part at least, got {self.n_bars} and {len(self.parts)}")
        if len({part.role for part in self.parts}) != len(self.parts):
            raise ValueError("given music has at most one part per role")

    def part(self, role: Role) -> GivenPart | None:
        """Return the part of a role, if it was given."""
        return next((part for part in self.parts if part.role is role), None)
