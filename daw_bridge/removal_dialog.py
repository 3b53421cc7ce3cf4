"""Ardour's question before tracks are removed, which it asks before 7.5, from before it opens until it is answered."""

import asyncio
import contextlib
import time

from daw_bridge.bridge_client import BridgeClient, VerbFailed
from daw_bridge.confirm_dialog import EditorScreen
from music.errors import TryLater

QUESTION_SECONDS = 60.0  # for the person
_AUTOMATIC_ANSWER_SECONDS = 3.0
_MOST_QUESTIONS = 5
_POLL_SECONDS = 0.02


class RemovalDialog:
    """Ardour's question before it removes tracks, which it asks before 7.5; make it with ``expect`` before it opens."""

    def __init__(self, client: BridgeClient, screen: EditorScreen, known_windows: frozenset[str]) -> None:
        self._client, self._screen, self._known_windows = client, screen, known_windows
        self._n_asked = 0

    @classmethod
    async def expect(cls, client: BridgeClient) -> "RemovalDialog":
        """Look at the windows that are there before the question is."""
        screen = EditorScreen.from_answer((await client.call("hello"))["process"])
        return cls(client, screen, await screen.windows())

    async def see_through(self, routes: list[str]) -> None:
        """See the question through, here where that is possible, else by the person.

        While it is open Ardour takes no request. Where it was answered with "No", or never came because the selection
        had not reached the editor yet, the tracks are still there, and the caller asks again.
        """
        self._n_asked += 1
        deadline = time.monotonic() + QUESTION_SECONDS
        while time.monotonic() < deadline:
            if self._screen.can_answer:
                await self._screen.press_yes(
                    self._known_windows, with_mouse=self._n_asked > 1, timeout_seconds=_AUTOMATIC_ANSWER_SECONDS
                )
            with contextlib.suppress(TryLater):
                remaining = (await self._client.call("existing", {"ids": routes}))["ids"]
                if not remaining or (self._screen.can_answer and self._n_asked < _MOST_QUESTIONS):
                    return
            await asyncio.sleep(_POLL_SECONDS)
        raise VerbFailed(
            f"Ardour asks before it removes {len(routes)} track(s), and nobody said yes within "
            f"{QUESTION_SECONDS:g} s; press 'Yes' in Ardour, then undo again"
        )
