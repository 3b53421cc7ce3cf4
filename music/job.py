"""How long work talks to whoever waits for it: progress out, cancellation in."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: the stage in words, and the share of the whole job done, 0 to 1."""

    stage: str
    fraction: float


class JobContext(Protocol):
    """What a piece of long work sees of the job it belongs to."""

    def report(self, progress: Progress) -> None:
        """Tell how far the work is."""

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when whoever asked has cancelled; called between steps."""
