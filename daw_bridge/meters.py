"""What Ardour's own meters show over a while: read again and again, and told in two numbers a strip."""

import asyncio
import math
import statistics
import time
from dataclasses import dataclass

from daw_bridge.daw import Daw
from music.session import RouteId

_POLL_SECONDS = 0.05  # Ardour draws its meters 25 times a second
_QUIET_DB = -90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripLevel:
    """One strip's meter, in dBFS; None where nothing was heard.

    ``peak_db`` is the highest of all channels, ``typical_db`` the median of what was not silent: peaks as the meter
    shows them, with its fall, not RMS, which Ardour computes only for strips whose meter is set so.
    """

    id: RouteId
    name: str
    peak_db: float | None
    typical_db: float | None
    channels_db: tuple[float | None, ...]  # the highest of each


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """All meters over a while."""

    strips: tuple[StripLevel, ...]
    seconds: float
    n_readings: int
    is_rolling: bool  # throughout


async def read_meters(daw: Daw, seconds: float) -> MeterReading:
    """Watch the meters for a while; the transport is left as it is."""
    began, rolling = time.monotonic(), True
    courses: dict[str, list[list[float]]] = {}
    names: dict[str, str] = {}
    n_readings = 0
    while n_readings == 0 or time.monotonic() - began < seconds:
        found = await daw.read("meters", {})
        n_readings += 1
        rolling = rolling and found["is_rolling"]
        for strip in found["strips"]:
            names[strip["id"]] = strip["name"]
            courses.setdefault(strip["id"], []).append([_level(value) for value in strip["levels"]])
        await asyncio.sleep(_POLL_SECONDS)
    return MeterReading(
        strips=tuple(_strip(RouteId(id_), names[id_], course) for id_, course in courses.items()),
        seconds=time.monotonic() - began,
        n_readings=n_readings,
        is_rolling=rolling,
    )


def _level(value: float | str) -> float:
    return -math.inf if isinstance(value, str) else value


def _strip(id_: RouteId, name: str, course: list[list[float]]) -> StripLevel:
    highest = [max(levels, default=-math.inf) for levels in course]
    heard = [level for level in highest if level > _QUIET_DB]
    n_channels = min(len(levels) for levels in course)
    return StripLevel(
        id=id_,
        name=name,
        peak_db=max(heard, default=None),
        typical_db=statistics.median(heard) if heard else None,
        channels_db=tuple(_heard(max(levels[n] for levels in course)) for n in range(n_channels)),
    )


def _heard(level: float) -> float | None:
    return level if level > _QUIET_DB else None
