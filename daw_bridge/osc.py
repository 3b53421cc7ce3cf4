"""OSC over UDP on this machine: a socket that hears and sends messages, and whether anybody listens on a port."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

LOOPBACK = "127.0.0.1"
_EMPTY_BUNDLE = b"#bundle\0" + (1).to_bytes(8, "big")  # a whole OSC packet with no message in it

Hear = Callable[[str, list[Any]], None]  # is given a message's address and arguments


class OscSocket(asyncio.DatagramProtocol):
    """An open socket; make it with ``open_socket``. What arrives and is no OSC message is left out."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the event loop opened."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Hand a message over; whoever sent it is of no account."""
        del addr
        with contextlib.suppress(ParseError):
            message = OscMessage(data)
            self._hear(message.address, message.params)

    @property
    def port(self) -> int:
        """The port on which it hears."""
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def send(self, port: int, address: str, *arguments: str | int) -> None:
        """Send a message to a port of this machine; UDP does not tell whether it arrives."""
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument)
        self._transport.sendto(builder.build().dgram, (LOOPBACK, port))


@contextlib.asynccontextmanager
async def open_socket(hear: Hear, *, address: str = LOOPBACK) -> AsyncIterator[OscSocket]:
    """Open a socket on a free port of a loopback address; ``hear`` is called for every message."""
    loop = asyncio.get_running_loop()
    transport, osc = await loop.create_datagram_endpoint(lambda: OscSocket(hear), local_addr=(address, 0))
    try:
        yield osc
    finally:
        transport.close()


def is_listened_to(port: int) -> bool:
    """Tell whether a program has this UDP port open, however busy it is: the system answers for a port that nobody has.

    What is sent for that holds no message, so the listener does nothing.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((LOOPBACK, port))
        probe.send(_EMPTY_BUNDLE)
        return probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != errno.ECONNREFUSED
