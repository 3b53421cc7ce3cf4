"""What can be said against a change set before anything is done: refs, ranges and files."""

from collections.abc import Iterator
from pathlib import Path

from music.changeset import ChangeSet, Outcome, OutcomeStatus
from music.errors import NotFound, RequestInvalid
from music.operations import Operation
from music.operations.fields import files_to_read, made, named, out_of_bounds
from music.session import SessionSnapshot


def _complaint(operation: Operation) -> str:
    """Return what is wrong with an operation by itself, or an empty string."""
    missing = next((path for path in files_to_read(operation) if not Path(path).is_file()), None)
    return f"there is no file {missing}" if missing is not None else out_of_bounds(operation)


def _refused_by_name(operation: Operation, refs: set[str], snapshot: SessionSnapshot) -> str:
    known = {"route": {name for route in snapshot.routes for name in (route.id, route.name)}}
    known["region"] = {region.id for route in snapshot.routes for region in route.regions}
    for kind, name in named(operation):
        if name in refs or kind not in known or name in known[kind]:
            continue
        nearest = nearest_route(name, snapshot) if kind == "route" else None
        return str(NotFound(kind, name, nearest=nearest))
    return ""


def nearest_route(name: str, snapshot: SessionSnapshot) -> str | None:
    """Return the id of the strip whose id or name comes nearest to a wanted one."""
    best: tuple[int, str] | None = None
    for route in snapshot.routes:
        distance = min(_distance(name, route.id), _distance(name.casefold(), route.name.casefold()))
        if best is None or distance < best[0]:
            best = (distance, f"{route.id} ({route.name})")
    return best[1] if best else None


def _distance(one: str, other: str) -> int:
    """Count the letters to change, add or drop to turn one text into the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, other_letter in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != other_letter))
    return row[-1]


def preview(change_set: ChangeSet, snapshot: SessionSnapshot) -> Iterator[Outcome]:
    """Say of each operation whether it is valid here; nothing is done."""
    refs: set[str] = set()
    for index, operation in enumerate(change_set.operations):
        complaint = _complaint(operation) or _refused_by_name(operation, refs, snapshot)
        for _, ref in made(operation):
            if ref in refs:
                complaint = f"the ref {ref!r} is used twice"
            refs.add(ref)
        status = OutcomeStatus.FAILED if complaint else OutcomeStatus.PREVIEWED
        yield Outcome(index=index, verb=operation.verb, status=status, reason=complaint)


def check_revision(change_set: ChangeSet, snapshot: SessionSnapshot) -> None:
    """Refuse a change set that was made for another state of the session."""
    expected = change_set.expected_revision
    if expected is not None and expected != snapshot.revision:
        raise RequestInvalid(
            f"the session moved on: it is at revision {snapshot.revision}, the change set expects {expected}; "
            "read the session again and decide anew"
        )
