"""What tools return of changes to a session."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, Field

from music.changeset import ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.operations import Operation
from music.operations.fields import made
from workflows.open_session import Change

_MOST_TOLD = 30
_MOST_CHANGES = 300


class ChangeSummary(BaseModel):
    """What became of a change set; operations that were verified, and of which there is no more to say, are counted."""

    change_set: str
    label: str
    state: str
    verified: int
    other_outcomes: list[str] = Field(description="operations that were not verified, or not quite as asked, and why")
    made: dict[str, str] = Field({}, description="ids of what was made, by ref")
    revision: str | None

    @classmethod
    def of(cls, result: ChangeSetResult, operations: Sequence[Operation] = ()) -> "ChangeSummary":
        """Return the summary of a change set's result; ``operations`` are those that were asked for."""
        n_verified = sum(outcome.status is OutcomeStatus.VERIFIED for outcome in result.outcomes)
        lines = list(_outcome_lines(result))
        if len(lines) > _MOST_TOLD:
            lines = [*lines[:_MOST_TOLD], f"and {len(lines) - _MOST_TOLD} more"]
        return cls(
            change_set=result.id,
            label=result.label,
            state=result.state.value,
            verified=n_verified,
            other_outcomes=lines,
            made=dict(_made(result, operations)),
            revision=result.revision,
        )


class UndoSummary(ChangeSummary):
    """What became of a change set that was taken back, and of later ones that went with it."""

    later: list[str] = Field([], description="later change sets that were taken back before it, and what was left")

    @classmethod
    def of_all(cls, results: Sequence[ChangeSetResult]) -> "UndoSummary":
        """Return the summary of what was taken back, the newest first."""
        last = ChangeSummary.of(results[-1])
        return cls(**last.model_dump(), later=[line for one in results[:-1] for line in _undone_lines(one)])


def _undone_lines(result: ChangeSetResult) -> Iterator[str]:
    """Tell of a change set that was taken back, and of what of it was not."""
    is_back = result.state is ChangeSetState.REVERTED
    yield f"{result.id}: {result.label}" + ("" if is_back else f", {result.state.value}")
    yield from (f"{result.id}, {line}" for line in ChangeSummary.of(result).other_outcomes)


def _made(result: ChangeSetResult, operations: Sequence[Operation]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for outcome in result.outcomes:
        refs = made(operations[outcome.index]) if outcome.index < len(operations) else ()
        if len(refs) == 1 and outcome.target_id is not None:
            found[refs[0][1]] = outcome.target_id
    return found


def _outcome_lines(result: ChangeSetResult) -> Iterator[str]:
    """Tell of the outcomes that are more than verified; those in a row to which the same happened are one line."""

    def happened(outcome: Outcome) -> tuple[object, ...]:
        return (outcome.status, outcome.reason, outcome.asked, outcome.read_back)

    if result.remark:
        yield result.remark
    is_back = result.state is ChangeSetState.REVERTED  # then that is the reason of all that is verified
    for _, row in itertools.groupby(result.outcomes, happened):
        alike = list(row)
        first, last = alike[0], alike[-1]
        if first.status is OutcomeStatus.VERIFIED and (is_back or not first.reason):
            continue
        if first is last:
            yield _outcome_line(first)
        else:
            yield f"{first.index} to {last.index}: {first.status.value}" + (f": {first.reason}" if first.reason else "")


def _outcome_line(outcome: Outcome) -> str:
    asked = f", asked {outcome.asked}" if outcome.asked else ""
    read_back = f", read back {outcome.read_back}" if outcome.read_back else ""
    return f"{outcome.index} {outcome.verb}: {outcome.status.value}{asked}{read_back}" + (
        f": {outcome.reason}" if outcome.reason else ""
    )


class ChangeList(BaseModel):
    """Change sets, newest first."""

    change_sets: list[str] = Field(description="id: label, state, n operations, when")

    @classmethod
    def of(cls, results: Sequence[ChangeSetResult]) -> "ChangeList":
        """Return a line for each change set."""
        return cls(change_sets=[_change_line(one) for one in results])


def _change_line(result: ChangeSetResult) -> str:
    n_operations = len(result.outcomes)
    line = f"{result.id}: {result.label}, {result.state.value}, {n_operations} operation{'s' * (n_operations != 1)}"
    return line + (f", {result.begun.astimezone():%a %d %b %H:%M}" if result.begun else "")


class Difference(BaseModel):
    """What changed, and who did it, oldest first."""

    changes: list[str] = Field(description='"by whom: what"; indented: by the same')

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Difference":
        """Return a line for each change, up to a number that can be read; who did it stands before the first of his."""
        lines = [
            f"  {line}" if number else f"{change.by}: {line}"
            for change in changes
            for number, line in enumerate(change.lines)
        ]
        if len(lines) > _MOST_CHANGES:
            left_out = f"… {len(lines) - _MOST_CHANGES} more: ask for fewer at once, with since and until"
            lines = [*lines[:_MOST_CHANGES], left_out]
        return cls(changes=lines)
