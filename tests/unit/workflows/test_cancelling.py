"""Work that waits for others ends with its job and tidies up after itself; else it gives its own result or error."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from music.errors import Cancelled, EngineFailed
from music.job import Progress
from workflows.cancelling import run_unless_cancelled
from workflows.durable import HandedOver


@dataclass
class ImpatientJob:
    """A job that is stopped the second time it looks."""

    reason: BaseException | None = None
    looks: list[float] = field(default_factory=list)

    def report(self, progress: Progress) -> None:
        """Take no notice."""

    def raise_if_cancelled(self) -> None:
        """Raise the reason, if there is one, from the second look on."""
        self.looks.append(time.monotonic())
        if self.reason is not None and len(self.looks) > 1:
            raise self.reason


@pytest.mark.parametrize("reason", [Cancelled("enough"), HandedOver()])
def test_waiting_ends_with_the_job_and_tidies_up(reason: BaseException) -> None:
    tidied: list[str] = []

    async def silent_server() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            tidied.append("connection closed")

    began = time.monotonic()
    with pytest.raises(type(reason)):
        run_unless_cancelled(ImpatientJob(reason), silent_server())
    assert tidied == ["connection closed"]
    assert time.monotonic() - began < 5.0  # two looks, a quarter of a second apart


def test_a_result_is_returned_and_an_error_raised_as_they_are() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> int:
        raise EngineFailed("composer", "no score", retryable=False)

    assert run_unless_cancelled(ImpatientJob(), answer()) == 42
    with pytest.raises(EngineFailed, match="no score"):
        run_unless_cancelled(ImpatientJob(), fail())
