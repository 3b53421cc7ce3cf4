"""Turns that a test does in the real editor and takes back, after which the session is what it was."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.operations import Operation
from music.session import Route, SessionSnapshot
from tests.acceptance.bridge_studio import Studio, failures


def turn(*operations: Operation) -> ChangeSet:
    """Return a turn under an id of its own."""
    return ChangeSet(id=ChangeSetId(uuid.uuid4().hex), label="a turn", operations=operations)


def route(snapshot: SessionSnapshot, name: str) -> Route:
    """Return the strip of this name."""
    return next(found for found in snapshot.routes if found.name == name)


async def keep(daw: LiveDaw, *operations: Operation) -> ChangeSetResult:
    """Do operations as one turn, which stays."""
    done = await daw.apply(turn(*operations))
    assert done.state is ChangeSetState.APPLIED, failures(done)
    return done


async def keep_in(studio: Studio, *operations: Operation) -> ChangeSetResult:
    """Do operations as one turn, which stays."""
    async with studio.daw() as daw:
        return await keep(daw, *operations)


@asynccontextmanager
async def applied(daw: LiveDaw, *operations: Operation) -> AsyncIterator[ChangeSetResult]:
    """Do operations, let the test look, take them back, and find the session as it was."""
    before = await daw.snapshot()
    done = await keep(daw, *operations)
    assert {outcome.status for outcome in done.outcomes} == {OutcomeStatus.VERIFIED}, failures(done)
    try:
        yield done
    finally:
        undone = await daw.revert(done.id)
    assert undone.state is ChangeSetState.REVERTED
    assert {outcome.status for outcome in undone.outcomes} == {OutcomeStatus.VERIFIED}, failures(undone)
    assert await daw.snapshot() == before


async def there_and_back(studio: Studio, *operations: Operation) -> SessionSnapshot:
    """Return the session with the operations done; before that is returned they are undone, which leaves no trace."""
    async with studio.daw() as daw, applied(daw, *operations):
        return await daw.snapshot()


async def refusal(daw: LiveDaw, *operations: Operation) -> str:
    """Return why the last of some operations is refused; nothing of them stands afterwards."""
    before = await daw.snapshot()
    refused = await daw.apply(turn(*operations))
    assert refused.state is ChangeSetState.FAILED
    assert refused.outcomes[-1].status is OutcomeStatus.FAILED
    assert await daw.snapshot() == before
    return refused.outcomes[-1].reason
