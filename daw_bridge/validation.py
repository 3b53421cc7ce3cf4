"""What can be said against a change set before anything is done.

Ranges, files and refs are judged here; whether the names mean anything in the session, and whether this Ardour can do
the verbs, is judged by the bridge in the same request that does it.
"""

from collections.abc import Mapping
from pathlib import Path

from daw_bridge.bridge_folder import JsonObject
from music.changeset import ChangeSet, Outcome, OutcomeStatus
from music.errors import RequestInvalid
from music.operations import Operation
from music.operations.fields import files_to_read, made, named, out_of_bounds


def _complaint(operation: Operation) -> str:
    """Return what is wrong with an operation by itself, or an empty string."""
    missing = next((path for path in files_to_read(operation) if not Path(path).is_file()), None)
    return f"there is no file {missing}" if missing is not None else out_of_bounds(operation)


def complaints(change_set: ChangeSet) -> dict[int, str]:
    """Return what is wrong with the operations by themselves and among each other, by their index."""
    found: dict[int, str] = {}
    refs: set[str] = set()
    for index, operation in enumerate(change_set.operations):
        if complaint := _complaint(operation):
            found[index] = complaint
        for _, ref in made(operation):
            if ref in refs:
                found[index] = f"the ref {ref!r} is used twice"
            refs.add(ref)
    return found


def names_to_find(change_set: ChangeSet) -> list[JsonObject]:
    """Return what must be there in the session: names that are no ref of an earlier operation."""
    found: list[JsonObject] = []
    refs: set[str] = set()
    for index, operation in enumerate(change_set.operations):
        found += [{"index": index, "kind": kind, "name": name} for kind, name in named(operation) if name not in refs]
        refs |= {ref for _, ref in made(operation)}
    return found


def previewed(
    change_set: ChangeSet, complaints_by_index: Mapping[int, str], *, is_dry_run: bool
) -> tuple[Outcome, ...]:
    """Say of each operation whether it is valid; of a change set with something wrong in it nothing is done."""
    valid = OutcomeStatus.PREVIEWED if is_dry_run else OutcomeStatus.NOT_APPLIED
    reason = "" if is_dry_run else "another operation is not valid"
    return tuple(
        Outcome(index=index, verb=operation.verb, status=OutcomeStatus.FAILED, reason=complaints_by_index[index])
        if index in complaints_by_index
        else Outcome(index=index, verb=operation.verb, status=valid, reason=reason)
        for index, operation in enumerate(change_set.operations)
    )


def elsewhere(meant: str, is_open: str) -> RequestInvalid:
    """Return the refusal of a change set that was made for another session."""
    return RequestInvalid(
        f"this was asked for in the session {meant}, but {is_open} is open now; open the other one again, "
        "or ask anew for this one"
    )


def moved_on(expected: str, revision: str) -> RequestInvalid:
    """Return the refusal of a change set that was made for another state of the session."""
    return RequestInvalid(
        f"the session moved on: it is at revision {revision}, the change set expects {expected}; "
        "read the session again and decide anew"
    )
