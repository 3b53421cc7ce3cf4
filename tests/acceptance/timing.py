"""How long calls take, as a caller sees it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

N_CALLS = 200
WARM_UP = 20


async def seconds_of_calls(call: Callable[[int], Awaitable[Any]]) -> list[float]:
    """Time calls one after the other, after a few that do not count."""
    seconds = []
    for number in range(WARM_UP + N_CALLS):
        start = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - start)
    return seconds[WARM_UP:]
