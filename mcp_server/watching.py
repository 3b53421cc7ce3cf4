"""Telling who listens (``subscriptions/listen``) that the takes or the open session have changed.

Others change them too: another process of ours, a person in Ardour. So both are looked at now and then, and only while
somebody listens.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent

from music.errors import StudioError
from workflows.studio import Studio

SESSION_URI = "sideman://session"
TAKES_URI = "sideman://takes"
_EVERY_SECONDS = 3.0

Look = Callable[[], Awaitable[Mapping[str, str]]]


class Watch:
    """A ``SubscriptionBus`` that publishes an update of each resource whose state is not what it was.

    ``look`` returns a state for each URI, in any words that differ when the resource does.
    """

    def __init__(self, look: Look, *, every_seconds: float = _EVERY_SECONDS) -> None:
        self._look = look
        self._every_seconds = every_seconds
        self._bus = InMemorySubscriptionBus()
        self._listeners: set[object] = set()
        self._looking: asyncio.Task[None] | None = None

    async def publish(self, event: ServerEvent) -> None:
        """Deliver an event to everyone who listens."""
        await self._bus.publish(event)

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Let a listener hear of events until the function returned is called; the first one starts the watch."""
        unsubscribe = self._bus.subscribe(listener)
        self._listeners.add(unsubscribe)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_now_and_then())

        def leave() -> None:
            unsubscribe()
            self._listeners.discard(unsubscribe)
            if not self._listeners and self._looking:
                self._looking.cancel()
                self._looking = None

        return leave

    async def _look_now_and_then(self) -> None:
        before = await self._look()
        while True:
            await asyncio.sleep(self._every_seconds)
            now = await self._look()
            for uri in now:
                if now[uri] != before.get(uri):
                    await self.publish(ResourceUpdated(uri=uri))
            before = now


def watch_studio(studio: Studio) -> Watch:
    """Return the watch over a studio's takes and the open session."""

    async def look() -> dict[str, str]:
        takes = " ".join(studio.take_ids())
        try:
            session = (await studio.open_session.snapshot()).revision
        except StudioError as error:  # no session: its resource says so, and reads otherwise once there is one
            session = str(error)
        return {SESSION_URI: session, TAKES_URI: takes}

    return Watch(look)
