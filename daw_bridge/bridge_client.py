"""Calling the bridge that runs inside Ardour: one request, one answer, every wait bounded.

The request lies in the bridge folder, an OSC message makes Ardour run our script slot, the slot takes the request away
and leaves an answer file, and a UDP message says that it is there.
"""

import asyncio
import contextlib
import statistics
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.installation import find_osc_port, read_installation
from daw_bridge.lua_bundle import bridge_version
from music.errors import NotFound, RequestInvalid, SetupBroken, StudioError, TimedOut, TryLater

DEFAULT_TIMEOUT_SECONDS = 10.0
LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.1  # the datagram may be lost; the answer file is not
_LOCK_SECONDS = 120.0  # another client's slowest verb


class Recording(TryLater):
    """The transport is recording, so nothing was written."""


class Busy(TryLater):
    """Ardour is in the middle of an earlier request, whose client has gone; nothing was done."""


class AnswerLost(TimedOut):
    """Ardour took the request but gave no answer in time: what it did is not known."""


class VerbFailed(StudioError):
    """Ardour tried and could not do it; what was done is in the change set's journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """How long the bridge took to answer, over many calls."""

    n_calls: int
    median_seconds: float
    percentile_95_seconds: float


class _Ears(asyncio.DatagramProtocol):
    """Notes which answers are said to be ready."""

    def __init__(self) -> None:
        self.ready: dict[str, asyncio.Event] = {}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        with contextlib.suppress(ParseError):
            message = OscMessage(data)
            if message.address == "/sideman/ready" and message.params:
                event = self.ready.get(str(message.params[0]))
                if event:
                    event.set()


def trigger_message(slot: int) -> bytes:
    """Encode the OSC message that makes Ardour run script slot 1-32."""
    builder = OscMessageBuilder("/access_action")
    builder.add_arg(f"LuaAction/script-{slot}")
    datagram: bytes = builder.build().dgram
    return datagram


class BridgeClient:
    """A caller of the bridge; make it with ``connect``."""

    def __init__(
        self, folder: BridgeFolder, slot: int, osc_port: int, ears: _Ears, wire: asyncio.DatagramTransport
    ) -> None:
        self.folder, self.slot, self.osc_port = folder, slot, osc_port
        self._ears, self._wire = ears, wire
        self._reply_port: int = wire.get_extra_info("sockname")[1]

    async def call(
        self,
        verb: str,
        arguments: JsonObject | None = None,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        version: str | None = None,
    ) -> JsonObject:
        """Have the bridge do one verb and return its result.

        Raises TryLater when Ardour did not even take the request (it was withdrawn, so nothing happened), AnswerLost
        when it took it and did not answer, and what the bridge refused as RequestInvalid, NotFound, Recording,
        SetupBroken or VerbFailed.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                return await self._call_once(verb, arguments or {}, timeout_seconds, version or bridge_version())
            except Busy:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_POLL_SECONDS)

    async def _call_once(self, verb: str, arguments: JsonObject, timeout_seconds: float, version: str) -> JsonObject:
        async with self.folder.lock("call", timeout_seconds=_LOCK_SECONDS):
            call_id = uuid.uuid4().hex
            event = self._ears.ready[call_id] = asyncio.Event()
            try:
                self.folder.write(
                    "request.json",
                    {
                        "id": call_id,
                        "version": version,
                        "deadline_unix": time.time() + timeout_seconds,
                        "verb": verb,
                        "arguments": arguments,
                        "reply_port": self._reply_port,
                    },
                )
                self._wire.sendto(trigger_message(self.slot), (LOOPBACK, self.osc_port))
                answer = await self._wait(call_id, event, timeout_seconds)
            except BaseException:
                self.folder.remove("request.json")
                raise
            finally:
                del self._ears.ready[call_id]
        if answer is None:
            raise AnswerLost(f"Ardour's {verb}", timeout_seconds)
        if answer["ok"]:
            result: JsonObject = answer["result"]
            return result
        raise to_error(answer["error"])

    async def _wait(self, call_id: str, event: asyncio.Event, timeout_seconds: float) -> JsonObject | None:
        name = f"answer-{call_id}.json"
        taking_seconds = min(timeout_seconds, DEFAULT_TIMEOUT_SECONDS)  # a long verb is taken as soon as a short one
        begun = time.monotonic()
        while True:
            elapsed = time.monotonic() - begun
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), max(0.001, min(_POLL_SECONDS, timeout_seconds - elapsed)))
            answer = self.folder.read(name)
            if answer is not None:
                self.folder.remove(name)
                return answer
            event.clear()
            if elapsed >= taking_seconds and self.folder.remove("request.json"):
                raise TryLater(
                    f"Ardour did not take a request within {taking_seconds:g} s, so nothing was done; is Ardour open "
                    f"with OSC on port {self.osc_port} and no dialog waiting? 'sideman doctor' checks each link"
                )
            if elapsed >= timeout_seconds:
                return None

    async def measure_round_trips(self, n_calls: int = 200) -> RoundTrip:
        """Time from the OSC trigger to the read-back of one verb: the transport's state."""
        seconds = []
        for _ in range(n_calls):
            start = time.perf_counter()
            await self.call("transport", {"action": "state"})
            seconds.append(time.perf_counter() - start)
        return RoundTrip(
            n_calls=n_calls,
            median_seconds=statistics.median(seconds),
            percentile_95_seconds=statistics.quantiles(seconds, n=20)[18],
        )


def to_error(fault: JsonObject) -> StudioError:
    """Translate a fault of the bridge into the type that says what the caller can do about it."""
    kind, message = str(fault.get("kind")), str(fault.get("message"))
    if kind == "not_found":
        return NotFound(str(fault["target"]), str(fault["name"]), nearest=fault.get("nearest"))
    kinds: dict[str, type[StudioError]] = {
        "invalid": RequestInvalid,
        "recording": Recording,
        "busy": Busy,
        "expired": TryLater,
        "version": SetupBroken,
    }
    return kinds.get(kind, VerbFailed)(message)


@contextlib.asynccontextmanager
async def connect(
    folder: BridgeFolder, *, slot: int | None = None, osc_port: int | None = None
) -> AsyncIterator[BridgeClient]:
    """Open a caller of the bridge; slot and port default to what the installation and the running Ardour noted."""
    if slot is None:
        slot = read_installation(folder).bridge_slot
    if osc_port is None:
        osc_port = find_osc_port(folder)
    loop = asyncio.get_running_loop()
    wire, ears = await loop.create_datagram_endpoint(_Ears, local_addr=(LOOPBACK, 0))
    try:
        yield BridgeClient(folder, slot, osc_port, ears, wire)
    finally:
        wire.close()
