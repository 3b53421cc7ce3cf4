"""What happened to a session since a revision, change set by change set, and what was done by hand between them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from music.changeset import ChangeSetResult, ChangeSetState
from music.errors import NotFound, RequestInvalid
from music.names import nearest_name, shorten
from music.session import SessionSnapshot

_DONE = (ChangeSetState.APPLIED, ChangeSetState.UNCERTAIN)
_MOST_LAST = 3
_MOST_LABELS = 2
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Two states of the session, and who led from the one to the other."""

    by: str
    before: SessionSnapshot
    after: SessionSnapshot


@dataclass(frozen=True, slots=True)
class _Step:
    by: str
    revision_before: str
    revision: str


SnapshotAt = Callable[[str], Awaitable[SessionSnapshot]]


def change_named(name: str, done: Sequence[ChangeSetResult]) -> ChangeSetResult | None:
    """Return the change set with this id, or the only one with this label."""
    found = [one for one in done if one.id == name] or _labelled(name, done)
    return found[0] if len(found) == 1 else None


def _labelled(label: str, done: Sequence[ChangeSetResult]) -> list[ChangeSetResult]:
    """Return the change sets that bear a label; those that failed only where no other does."""
    found = [one for one in done if one.label == label]
    return [one for one in found if one.state is not ChangeSetState.FAILED] or found


def require_change(name: str, done: Sequence[ChangeSetResult]) -> ChangeSetResult:
    """Return the change set that a name means; NotFound names the nearest, RequestInvalid those with this label."""
    found = change_named(name, done)
    if found is None:
        ids = [one.id for one in _labelled(name, done)]
        if ids:
            raise RequestInvalid(f"{len(ids)} change sets are called {name!r}; say which by its id: {', '.join(ids)}")
        known = [text for one in done for text in (one.id, one.label)]
        raise NotFound("change set", shorten(name), nearest=nearest_name(name, known), known=the_last(done))
    return found


def the_last(done: Sequence[ChangeSetResult]) -> str:
    """Return a sentence that names the last few change sets, newest first."""
    told = ", ".join(f"{one.label!r} ({one.id})" for one in reversed(done[-_MOST_LAST:]))
    return f"the last are {told}" if told else "there is none in this session"


def begin_of(since: str, done: Sequence[ChangeSetResult]) -> str:
    """Return the revision at which a change set was begun, or the revision itself."""
    found = change_named(since, done)
    if found is None:
        return since
    if found.revision_before is None:
        raise NotFound("revision before the change set", since)
    return found.revision_before


def steps_between(first: str, last: str, done: Sequence[ChangeSetResult]) -> tuple[_Step, ...]:
    """Return the chain of steps from one revision to another: change sets that stand, and what is between them.

    Where a change set was taken back meanwhile, what is between may be that as well, and says so.
    """
    steps: list[_Step] = []
    at = first
    begun = [one for one in done if one.revision_before is not None and one.revision is not None]
    ended = next((place + 1 for place, one in enumerate(begun) if one.revision == first), 0)
    start = next((place for place, one in enumerate(begun) if one.revision_before == first), ended)
    led_to = {one.revision: one.label for one in begun if one.state is ChangeSetState.REVERTED}
    taken_back: list[str] = []

    def add_between(here: str, there: str) -> None:
        last_one = [led_to[there]] if there in led_to else []
        steps.append(_Step(_between([*taken_back, *last_one]), here, there))

    for one in begun[start:]:
        assert one.revision_before is not None
        assert one.revision is not None
        if one.state is ChangeSetState.REVERTED:
            taken_back.append(one.label)
        if one.state not in _DONE:
            continue
        if at == last:
            break
        if one.revision_before != at:
            add_between(at, one.revision_before)
        steps.append(_Step(f"{one.label!r} ({one.id})", one.revision_before, one.revision))
        at, taken_back = one.revision, []
    if at != last:
        add_between(at, last)
    return tuple(steps)


def _between(taken_back: Sequence[str]) -> str:
    if not taken_back:
        return BY_HAND
    labels = list(dict.fromkeys(taken_back))
    more = f" and {len(labels) - _MOST_LABELS} more" if len(labels) > _MOST_LABELS else ""
    return f"{BY_HAND}, or by taking back {', '.join(map(repr, labels[:_MOST_LABELS]))}{more}"


async def stretches(steps: Sequence[_Step], snapshot_at: SnapshotAt) -> tuple[Stretch, ...]:
    """Read the states between which steps led; steps between which a state is not kept any more are joined."""
    found: list[Stretch] = []
    if not steps:
        return ()
    before, by = await snapshot_at(steps[0].revision_before), []
    for step in steps:
        by.append(step.by)
        try:
            after = await snapshot_at(step.revision)
        except NotFound:
            if step is steps[-1]:
                raise
            continue
        found.append(Stretch(by=" and ".join(dict.fromkeys(by)), before=before, after=after))
        before, by = after, []
    return tuple(found)
