"""How long calls take, as a caller sees it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

N_CALLS = 200
WARM_UP = 20


async def seconds_of_calls(call: Callable[[int], Awaitable[Any]], n_calls: int = N_CALLS) -> list[float]:
    """Time calls one after the other, after a few that do not count."""
    seconds = []
    n_warm_up = min(WARM_UP, n_calls // 4)
    for number in range(n_warm_up + n_calls):
        start = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - start)
    return seconds[n_warm_up:]
