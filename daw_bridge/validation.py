"""What can be said against a change set before anything is done: refs, ranges and files."""

from collections.abc import Iterator
from pathlib import Path

from music.changeset import (
    AddAudioTrack,
    AddMarker,
    AddMidiTrack,
    ChangeSet,
    ImportAudio,
    ImportMidi,
    Operation,
    Outcome,
    OutcomeStatus,
    SelectRoutes,
    SetFader,
    SetMute,
    SetPan,
    SetTempo,
)
from music.errors import NotFound, RequestInvalid
from music.session import SessionSnapshot
from music.time import TEMPO_RANGE_BPM

HIGHEST_GAIN_DB = 6.0


def named_routes(operation: Operation) -> tuple[str, ...]:
    """Return the strips that an operation names, by id or ref."""
    match operation:
        case ImportMidi() | ImportAudio():
            return (operation.track,)
        case SetFader() | SetPan() | SetMute():
            return (operation.route,)
        case SelectRoutes():
            return operation.routes
        case _:
            return ()


def _complaint(operation: Operation) -> str:
    """Return what is wrong with an operation by itself, or an empty string."""
    slowest, fastest = TEMPO_RANGE_BPM
    match operation:
        case SetTempo(tempo_bpm=tempo) if not slowest <= tempo <= fastest:
            return f"tempo_bpm must be within {slowest:g} and {fastest:g}, got {tempo:g}"
        case SetFader(gain_db=gain) if not gain <= HIGHEST_GAIN_DB:
            return f"gain_db must be at most {HIGHEST_GAIN_DB:g}, got {gain:g}"
        case SetPan(pan=pan) if not -1 <= pan <= 1:
            return f"pan must be within -1 (left) and 1 (right), got {pan:g}"
        case ImportMidi(path=path) | ImportAudio(path=path) if not Path(path).is_file():
            return f"there is no file {path}"
        case AddMarker(name="") | AddMidiTrack(name="") | AddAudioTrack(name=""):
            return "the name is empty"
        case _:
            return ""


def _refused_by_name(operation: Operation, refs: set[str], snapshot: SessionSnapshot) -> str:
    known = {route.id for route in snapshot.routes}
    for name in named_routes(operation):
        if name not in refs and name not in known:
            return str(NotFound("route", name, nearest=nearest_route(name, snapshot)))
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
        if isinstance(operation, AddMidiTrack | AddAudioTrack):
            if operation.ref in refs:
                complaint = f"the ref {operation.ref!r} is used twice"
            refs.add(operation.ref)
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
