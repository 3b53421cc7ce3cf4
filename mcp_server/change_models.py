"""What tools return of changes to a session."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field

from music.changeset import ChangeSetResult, Outcome, OutcomeStatus
from music.operations import Operation
from music.operations.fields import made
from workflows.open_session import Change

_MOST_TOLD = 30


class ChangeSummary(BaseModel):
    """What became of a change set; operations that were verified are only counted."""

    change_set: str
    label: str
    state: str
    verified: int
    other_outcomes: list[str] = Field(description="operations that were not verified, and why")
    made: dict[str, str] = Field({}, description="ids of what was made, by ref")
    revision: str | None

    @classmethod
    def of(cls, result: ChangeSetResult, operations: Sequence[Operation] = ()) -> "ChangeSummary":
        """Return the summary of a change set's result; ``operations`` are those that were asked for."""
        others = [outcome for outcome in result.outcomes if outcome.status is not OutcomeStatus.VERIFIED]
        lines = [_outcome_line(outcome) for outcome in others]
        if len(lines) > _MOST_TOLD:
            lines = [*lines[:_MOST_TOLD], f"and {len(lines) - _MOST_TOLD} more"]
        return cls(
            change_set=result.id,
            label=result.label,
            state=result.state.value,
            verified=len(result.outcomes) - len(others),
            other_outcomes=lines,
            made=dict(_made(result, operations)),
            revision=result.revision,
        )


def _made(result: ChangeSetResult, operations: Sequence[Operation]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for outcome in result.outcomes:
        refs = made(operations[outcome.index]) if outcome.index < len(operations) else ()
        if len(refs) == 1 and outcome.target_id is not None:
            found[refs[0][1]] = outcome.target_id
    return found


def _outcome_line(outcome: Outcome) -> str:
    asked = f", asked {outcome.asked}" if outcome.asked else ""
    read_back = f", read back {outcome.read_back}" if outcome.read_back else ""
    return f"{outcome.index} {outcome.verb}: {outcome.status.value}{asked}{read_back}" + (
        f": {outcome.reason}" if outcome.reason else ""
    )


class ChangeList(BaseModel):
    """Change sets, newest first."""

    change_sets: list[str] = Field(description="id: label, state, n operations")

    @classmethod
    def of(cls, results: Sequence[ChangeSetResult]) -> "ChangeList":
        """Return a line for each change set."""
        return cls(
            change_sets=[f"{one.id}: {one.label}, {one.state.value}, {len(one.outcomes)} operations" for one in results]
        )


class Difference(BaseModel):
    """What changed, and who did it, oldest first."""

    changes: list[str] = Field(description='"by whom: what"')

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Difference":
        """Return a line for each change."""
        return cls(changes=[f"{change.by}: {line}" for change in changes for line in change.lines])
