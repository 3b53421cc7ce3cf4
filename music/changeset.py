"""Change sets: what is to be done to a session as one undoable turn, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

from music.operations import Operation

ChangeSetId = NewType("ChangeSetId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Operations applied as one turn. The same id is never applied twice."""

    id: ChangeSetId
    label: str
    operations: tuple[Operation, ...]
    expected_revision: str | None = None  # refuse when the session is at another one
    session_folder: str | None = None  # refuse when another session is open


class OutcomeStatus(Enum):
    """What is known about one operation after the attempt."""

    VERIFIED = "verified"  # read back and as asked
    UNVERIFIED = "unverified"  # done, but it could not be read back; the reason says why
    FAILED = "failed"
    NOT_APPLIED = "not_applied"  # an earlier operation failed
    UNCERTAIN = "uncertain"  # no answer in time: it may or may not have happened
    PREVIEWED = "previewed"  # dry run: valid, not done


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation."""

    index: int
    verb: str
    status: OutcomeStatus
    reason: str = ""
    route_id: str | None = None  # the strip that the operation made or changed
    target_id: str | None = None  # what it made or changed, of whatever kind
    asked: str = ""
    read_back: str = ""


class ChangeSetState(Enum):
    """Where a whole change set stands."""

    APPLIED = "applied"
    FAILED = "failed"  # some operations failed; what had been done was taken back unless an outcome says otherwise
    REVERTED = "reverted"
    UNCERTAIN = "uncertain"
    PREVIEWED = "previewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetResult:
    """The account of an applied, previewed or reverted change set."""

    id: ChangeSetId
    label: str
    state: ChangeSetState
    outcomes: tuple[Outcome, ...]
    revision: str | None  # the session's revision afterwards, when it could be read
    revision_before: str | None = None  # the one at which it was begun
    is_as_before: bool | None = None  # taken back: whether all is as it was; None where more was changed meanwhile
    begun: datetime | None = None  # UTC

    @property
    def remark(self) -> str:
        """What is to be told of the whole; empty where nothing is."""
        return "the session is not quite as it was before; session_diff tells" if self.is_as_before is False else ""
