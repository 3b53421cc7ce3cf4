"""Who listens hears of what has changed, and nobody looks while nobody listens."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from mcp.server.subscriptions import ResourceUpdated, ServerEvent

from mcp_server.watching import SELECTION_URI, SESSION_URI, Watch, changed_resources
from music.session import RouteId
from music.time import BBT
from workflows.studio import Passing, TransportState

_DEADLINE_SECONDS = 10.0
NOW = Passing(
    session_folder=Path("/music/one"),
    transport=TransportState(playhead_samples=0, playhead=BBT(1), is_rolling=False, is_recording=False),
    selected_routes=(),
    selected_regions=(),
    selected_range=None,
    pulse="a-0",
)


class Shelf:
    """Something that changes, and knows how many are looking at it."""

    def __init__(self) -> None:
        self.n_watching = 0
        self.changed = asyncio.Queue[str]()
        self.watched = asyncio.Condition()

    async def source(self) -> AsyncGenerator[str, None]:
        """Yield what changed."""
        await self._count(1)
        try:
            while True:
                yield await self.changed.get()
        finally:
            await self._count(-1)

    async def _count(self, step: int) -> None:
        async with self.watched:
            self.n_watching += step
            self.watched.notify_all()

    async def wait_for_watchers(self, number: int) -> None:
        """Wait until so many are looking."""
        async with asyncio.timeout(_DEADLINE_SECONDS), self.watched:
            await self.watched.wait_for(lambda: self.n_watching == number)


async def test_what_any_source_names_is_told() -> None:
    takes, editor = Shelf(), Shelf()
    watch = Watch(takes.source, editor.source)
    heard = asyncio.Queue[ServerEvent]()
    leave = watch.subscribe(heard.put_nowait)
    async with asyncio.timeout(_DEADLINE_SECONDS):
        takes.changed.put_nowait("x://takes")
        assert await heard.get() == ResourceUpdated(uri="x://takes")
        editor.changed.put_nowait("x://session")
        assert await heard.get() == ResourceUpdated(uri="x://session")
    assert heard.empty()
    leave()


async def test_the_watch_ends_with_the_last_listener_and_begins_again_with_the_next() -> None:
    shelf = Shelf()
    watch = Watch(shelf.source)
    first, second = watch.subscribe(lambda _: None), watch.subscribe(lambda _: None)
    await shelf.wait_for_watchers(1)
    first()
    first()
    await asyncio.sleep(0)
    assert shelf.n_watching == 1
    second()
    await shelf.wait_for_watchers(0)
    third = watch.subscribe(lambda _: None)
    await shelf.wait_for_watchers(1)
    third()
    await shelf.wait_for_watchers(0)


def test_the_session_and_what_is_selected_in_it_are_told_apart() -> None:
    assert changed_resources(NOW, NOW) == ()
    assert changed_resources(NOW, replace(NOW, pulse="b-0")) == (SESSION_URI,)
    assert changed_resources(NOW, replace(NOW, session_folder=Path("/music/two"))) == (SESSION_URI,)
    assert changed_resources(NOW, replace(NOW, selected_routes=(RouteId("1"),))) == (SELECTION_URI,)
    moved = replace(NOW, transport=replace(NOW.transport, playhead=BBT(2)))
    assert changed_resources(NOW, moved) == (SELECTION_URI,)
    assert changed_resources(NOW, None) == changed_resources(None, NOW) == (SESSION_URI, SELECTION_URI)
