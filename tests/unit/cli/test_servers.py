"""A server goes on looking for jobs to take over, whatever went wrong the last time."""

import asyncio
import contextlib
import logging
from typing import cast

import pytest

from cli import servers
from music.errors import StorageFailed
from workflows.studio import Studio

_DEADLINE_SECONDS = 10.0


class ForgetfulStudio:
    """A studio whose store is full the first time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._n_looks = 0
        self.has_adopted = asyncio.Event()

    def adopt_orphans(self) -> tuple[str, ...]:
        """Fail once, then work."""
        self._n_looks += 1
        if self._n_looks == 1:
            raise StorageFailed("no space is left")
        self._loop.call_soon_threadsafe(self.has_adopted.set)
        return ()


async def test_a_failure_to_take_jobs_over_is_logged_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(servers, "_ADOPT_SECONDS", 0.01)
    studio = ForgetfulStudio(asyncio.get_running_loop())
    with caplog.at_level(logging.ERROR):
        adopting = asyncio.create_task(servers._adopt_now_and_then(cast("Studio", studio)))
        try:
            await asyncio.wait_for(studio.has_adopted.wait(), _DEADLINE_SECONDS)
        finally:
            adopting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await adopting
    assert "no space is left" in caplog.text
