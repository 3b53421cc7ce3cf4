"""Who listens hears of what has changed, and nobody looks while nobody listens."""

import asyncio
from collections.abc import Mapping

from mcp.server.subscriptions import ResourceUpdated, ServerEvent

from mcp_server.watching import Watch

_DEADLINE_SECONDS = 10.0
_EVERY_SECONDS = 0.01


class Shelf:
    """Something that changes, and counts how often it was looked at."""

    def __init__(self) -> None:
        self.states = {"x://takes": "one", "x://session": "r1"}
        self.looks = asyncio.Queue[int]()

    async def look(self) -> Mapping[str, str]:
        """Return the states as they are now."""
        self.looks.put_nowait(1)
        return dict(self.states)

    async def wait_for_looks(self, number: int) -> None:
        """Wait until somebody has looked so many times more."""
        async with asyncio.timeout(_DEADLINE_SECONDS):
            for _ in range(number):
                await self.looks.get()


async def test_only_the_resource_that_changed_is_told() -> None:
    shelf = Shelf()
    watch = Watch(shelf.look, every_seconds=_EVERY_SECONDS)
    heard = asyncio.Queue[ServerEvent]()
    leave = watch.subscribe(heard.put_nowait)
    await shelf.wait_for_looks(2)
    assert heard.empty()
    shelf.states["x://takes"] = "two"
    async with asyncio.timeout(_DEADLINE_SECONDS):
        assert await heard.get() == ResourceUpdated(uri="x://takes")
    await shelf.wait_for_looks(2)
    assert heard.empty()
    leave()


async def test_the_watch_ends_with_the_last_listener_and_begins_again_with_the_next() -> None:
    shelf = Shelf()
    watch = Watch(shelf.look, every_seconds=_EVERY_SECONDS)
    first, second = watch.subscribe(lambda _: None), watch.subscribe(lambda _: None)
    first()
    first()
    await shelf.wait_for_looks(3)
    (task,) = asyncio.all_tasks() - {asyncio.current_task()}
    second()
    await asyncio.wait([task], timeout=_DEADLINE_SECONDS)
    assert task.cancelled()
    third = watch.subscribe(lambda _: None)
    await shelf.wait_for_looks(2)
    third()
