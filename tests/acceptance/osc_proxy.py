"""A bad network in front of a UDP port of this machine: packets are lost, doubled and overtaken by later ones."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from daw_bridge.osc import LOOPBACK

_LONGEST_DELAY_SECONDS = 0.05


@dataclass
class BadNetwork(asyncio.DatagramProtocol):
    """A relay to another port; make it with ``open_bad_network``. Each mishap has its own counter."""

    target_port: Callable[[], int]
    share: float  # of the packets that are lost; as many of the others are doubled, and delayed
    chance: Random
    port: int = 0
    n_lost: int = 0
    n_doubled: int = 0
    n_delayed: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the event loop opened."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Pass a packet on, or not."""
        del addr
        if self.chance.random() < self.share:
            self.n_lost += 1
            return
        if self.chance.random() < self.share:
            self.n_doubled += 1
            self._pass_on(data)
        self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        target = (LOOPBACK, self.target_port())
        if self.chance.random() < self.share:
            self.n_delayed += 1
            delay_seconds = self.chance.uniform(0, _LONGEST_DELAY_SECONDS)
            asyncio.get_running_loop().call_later(delay_seconds, self._transport.sendto, data, target)
        else:
            self._transport.sendto(data, target)


@contextlib.asynccontextmanager
async def open_bad_network(target_port: Callable[[], int], *, share: float, seed: str) -> AsyncIterator[BadNetwork]:
    """Open a relay on a free port; the port that it relays to is asked for with each packet."""
    loop = asyncio.get_running_loop()
    transport, network = await loop.create_datagram_endpoint(
        lambda: BadNetwork(target_port, share, Random(seed)), local_addr=(LOOPBACK, 0)
    )
    try:
        yield network
    finally:
        transport.close()
