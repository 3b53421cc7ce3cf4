"""Calling the bridge that runs inside Ardour: one request, one answer, every wait bounded.

The request lies in the bridge folder, an OSC message makes Ardour run our script slot, the slot takes the request away
and leaves an answer file, and a UDP message says that it is there.
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.installation import find_osc_port, read_installation
from daw_bridge.lua_bundle import bridge_version
from daw_bridge.osc import OscSocket, is_listened_to, open_socket
from music.errors import NotFound, RequestInvalid, SetupBroken, StudioError, TimedOut, TryLater

DEFAULT_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.1  # the datagram may be lost; the answer file is not
_LOOK_SECONDS = 1.0  # after which it is looked whether Ardour is still there
_LOCK_SECONDS = 120.0  # another client's slowest verb


class Recording(TryLater):
    """The transport is recording, so nothing was written."""


class EditorClosed(TryLater):
    """Nobody listens where Ardour should: it is closed, has no session open, or its OSC is off; nothing was done."""


class Busy(TryLater):
    """Ardour is in the middle of an earlier request, whose client has gone; nothing was done."""


class AnswerLost(TimedOut):
    """Ardour took the request but gave no answer in time: what it did is not known."""


class EditorEnded(AnswerLost):
    """Ardour ended in the middle of the request: what it did is not known."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(what, seconds)
        self.args = (f"Ardour ended in the middle of {what}; start it again with the same session to see what it did",)


class NoJournalFolder(SetupBroken):
    """The session has no folder for what the bridge keeps with it; nothing was done."""

    def __init__(self, session_folder: str) -> None:
        super().__init__(f"{session_folder} has no folder for Sideman's change sets")
        self.session_folder = session_folder


class VerbFailed(StudioError):
    """Ardour tried and could not do it; what was done is in the change set's journal."""


class BridgeClient:
    """A caller of the bridge; make it with ``connect``."""

    def __init__(
        self, folder: BridgeFolder, slot: int, osc_port: int, osc: OscSocket, ready: dict[str, asyncio.Event]
    ) -> None:
        self.folder, self.slot, self.osc_port = folder, slot, osc_port
        self._osc, self._ready = osc, ready  # events by call id, set when the answer is said to be there

    async def call(
        self,
        verb: str,
        arguments: JsonObject | None = None,
        *,
        operations: Sequence[JsonObject] | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        version: str | None = None,
    ) -> JsonObject:
        """Have the bridge do one verb and return its result; ``operations`` are an argument that may be long.

        Raises EditorClosed at once when nobody is there, TryLater when Ardour did not take the request in time (it was
        withdrawn, so nothing happened), AnswerLost when it took it and did not answer, and what the bridge refused as
        RequestInvalid, NotFound, Recording, SetupBroken or VerbFailed.
        """
        deadline = time.monotonic() + timeout_seconds
        request = {"version": version or bridge_version(), "verb": verb, "arguments": arguments or {}}
        second_line = None if operations is None else json.dumps(operations)
        while True:
            try:
                return await self._call_once(request, second_line, timeout_seconds)
            except Busy:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_POLL_SECONDS)

    async def _call_once(self, request: JsonObject, second_line: str | None, timeout_seconds: float) -> JsonObject:
        async with self.folder.lock("call", timeout_seconds=_LOCK_SECONDS):
            if not is_listened_to(self.osc_port):
                raise self._closed()
            call_id = uuid.uuid4().hex
            event = self._ready[call_id] = asyncio.Event()
            try:
                deadline_unix = time.time() + min(timeout_seconds, DEFAULT_TIMEOUT_SECONDS)  # for taking it
                own = {"id": call_id, "deadline_unix": deadline_unix, "reply_port": self._osc.port}
                self.folder.write("request.json", request | own, second_line=second_line)
                self._trigger()
                answer = await self._wait(call_id, event, timeout_seconds)
            except BaseException:
                self.folder.remove("request.json")
                raise
            finally:
                del self._ready[call_id]
        if answer is None:
            if not is_listened_to(self.osc_port):
                raise EditorEnded(f"its {request['verb']}", timeout_seconds)
            raise AnswerLost(f"Ardour's {request['verb']}", timeout_seconds)
        if answer["ok"]:
            result: JsonObject = answer["result"]
            return result
        raise to_error(answer["error"])

    def _closed(self) -> EditorClosed:
        return EditorClosed(
            f"nobody listens on Ardour's OSC port {self.osc_port}, so nothing was done; is Ardour open "
            "with a session and OSC on? 'sideman doctor' checks each link"
        )

    def session_folder(self) -> Path | None:
        """Return the folder of the session in which Ardour was asked last, without asking it; None before the first."""
        told = self.folder.read("session.json")
        return None if told is None else Path(told["folder"])

    def send_osc(self, address: str, *arguments: str | int) -> None:
        """Send Ardour a message of its own OSC vocabulary; it gives no answer."""
        self._osc.send(self.osc_port, address, *arguments)

    def find_port_again(self) -> None:
        """Look where Ardour listens now that it was started again."""
        self.osc_port = find_osc_port(self.folder)

    def _trigger(self) -> None:
        """Have Ardour look for a request; where there is none it does nothing."""
        self._osc.send(self.osc_port, "/access_action", f"LuaAction/script-{self.slot}")

    async def _wait(self, call_id: str, event: asyncio.Event, timeout_seconds: float) -> JsonObject | None:
        name = f"answer-{call_id}.json"
        taking_seconds = min(timeout_seconds, DEFAULT_TIMEOUT_SECONDS)  # a long verb is taken as soon as a short one
        begun = time.monotonic()
        next_look_seconds = _LOOK_SECONDS
        next_trigger_seconds = _POLL_SECONDS  # the first one may be lost; the request is taken once, however many come
        while True:
            elapsed = time.monotonic() - begun
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), max(0.001, min(_POLL_SECONDS, timeout_seconds - elapsed)))
            answer = self.folder.read(name)
            if answer is not None:
                self.folder.remove(name)
                return answer
            event.clear()
            if elapsed >= next_look_seconds:
                next_look_seconds = elapsed + _LOOK_SECONDS
                if not is_listened_to(self.osc_port) and not (self.folder.path / name).exists():
                    if self.folder.remove("request.json"):
                        raise self._closed()
                    return None
            if elapsed >= taking_seconds and self.folder.remove("request.json"):
                raise TryLater(
                    f"Ardour did not take a request within {taking_seconds:g} s, so nothing was done; is Ardour open "
                    f"with OSC on port {self.osc_port} and no dialog waiting? 'sideman doctor' checks each link"
                )
            is_waiting = (self.folder.path / "request.json").exists()
            if elapsed >= timeout_seconds or not (is_waiting or is_listened_to(self.osc_port)):
                return self.folder.read(name)  # where Ardour has ended in the middle there is nothing to wait for
            if elapsed >= next_trigger_seconds and is_waiting:
                next_trigger_seconds *= 2
                self._trigger()


def to_error(fault: JsonObject) -> StudioError:
    """Translate a fault of the bridge into the type that says what the caller can do about it."""
    kind, message = str(fault.get("kind")), str(fault.get("message"))
    if kind == "not_found":
        target, name, known = str(fault["target"]), str(fault["name"]), str(fault.get("known") or "")
        told = "" if message == f"no {target} {name}" else message
        return NotFound(target, name, nearest=fault.get("nearest"), known=known, told=told)
    if kind == "no_folder":
        return NoJournalFolder(str(fault["session"]))
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
    await _remove_orphans(folder)
    ready: dict[str, asyncio.Event] = {}

    def hear(address: str, arguments: list[Any]) -> None:
        if address == "/sideman/ready" and arguments and (event := ready.get(str(arguments[0]))):
            event.set()

    async with open_socket(hear) as osc:
        yield BridgeClient(folder, slot, osc_port, osc, ready)


async def _remove_orphans(folder: BridgeFolder) -> None:
    """Remove what callers left that were killed or gave up: while no call is under way, nobody waits for any of it."""
    with contextlib.suppress(TryLater):  # a call is under way; there will be another start
        async with folder.lock("call", timeout_seconds=0):
            for pattern in ("answer-*", "request.json.*.part", "*.wav", "*.mid"):  # sounds on their way into a session
                for orphan in folder.path.glob(pattern):
                    folder.remove(orphan.name)
