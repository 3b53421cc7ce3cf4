"""Work that waits for others (a language model, a program of Ardour's) and yet stops when its job is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from music.job import JobContext

R = TypeVar("R")

_POLL_SECONDS = 0.25


def run_unless_cancelled(job: JobContext, work: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine to its end and return its result, in a thread without a loop.

    Whatever ``job.raise_if_cancelled`` raises meanwhile ends it: the work is cancelled, given the time to tidy up after
    itself, and the error raised.
    """

    async def watched() -> R:
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=_POLL_SECONDS))[0]:
                job.raise_if_cancelled()
        except BaseException:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        return task.result()

    return asyncio.run(watched())
