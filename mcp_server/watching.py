"""Telling who listens (``subscriptions/listen``) that takes, the open session, or what is selected in it, have changed.

Others change them too: another process of ours, a person in Ardour. So all of it is looked at now and then, and only
while somebody listens.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent

from workflows.studio import Passing, Studio

SESSION_URI = "sideman://session"
SELECTION_URI = "sideman://selection"
TAKES_URI = "sideman://takes"
_TAKES_SECONDS = 3.0

Source = Callable[[], AsyncGenerator[str, None]]


class Watch:
    """A ``SubscriptionBus`` that publishes an update of each resource that a source names, by its URI, as changed."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources
        self._bus = InMemorySubscriptionBus()
        self._listeners: set[object] = set()
        self._watching: list[asyncio.Task[None]] = []

    async def publish(self, event: ServerEvent) -> None:
        """Deliver an event to everyone who listens."""
        await self._bus.publish(event)

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Let a listener hear of events until the function returned is called; the first one starts the watch."""
        unsubscribe = self._bus.subscribe(listener)
        self._listeners.add(unsubscribe)
        if not self._watching:
            self._watching = [asyncio.create_task(self._pass_on(source)) for source in self._sources]

        def leave() -> None:
            unsubscribe()
            self._listeners.discard(unsubscribe)
            if not self._listeners:
                for task in self._watching:
                    task.cancel()
                self._watching = []

        return leave

    async def _pass_on(self, source: Source) -> None:
        async with aclosing(source()) as changed:
            async for uri in changed:
                await self.publish(ResourceUpdated(uri=uri))


def watch_studio(studio: Studio) -> Watch:
    """Return the watch over a studio's takes, the open session and what is selected in it."""

    async def takes() -> AsyncGenerator[str, None]:
        before = studio.take_ids()
        while True:
            await asyncio.sleep(_TAKES_SECONDS)
            now = studio.take_ids()
            if now != before:
                yield TAKES_URI
            before = now

    async def editor() -> AsyncGenerator[str, None]:
        async with aclosing(studio.follow()) as heard:
            before = await anext(heard)
            async for now in heard:
                for uri in changed_resources(before, now):
                    yield uri
                before = now

    return Watch(takes, editor)


def changed_resources(before: Passing | None, now: Passing | None) -> tuple[str, ...]:
    """Return what reads otherwise than before; both may be None, while there is no editor."""
    if before is None or now is None:
        return (SESSION_URI, SELECTION_URI)
    then = replace(before, session_folder=now.session_folder, pulse=now.pulse)
    return ((SESSION_URI,) if then != before else ()) + ((SELECTION_URI,) if then != now else ())
