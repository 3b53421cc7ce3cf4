"""The ear for the buttons inside Ardour: a heartbeat that tells them where to call, and the calls themselves.

A press is a file in the bridge folder, and an OSC message on loopback that names it. The message carries no content,
so whoever can send one without being able to enter the folder can do nothing.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.lua_bundle import bridge_version
from daw_bridge.osc import open_socket
from daw_bridge.wire import to_bbt
from music.changeset import ChangeSetId
from music.errors import RequestInvalid, SetupBroken, StorageFailed, StudioError
from music.session import RouteId
from music.time import BBT, TimeSignature

HEARTBEAT_NAME = "serve.json"
NOTICE_NAME = "notice.json"
HEARTBEAT_SECONDS = 1.0
LONGEST_SILENCE_SECONDS = 5.0  # as the button's Lua has it
_REPLY_SECONDS = 2.5  # the button waits two
_LONGEST_PROMPT = 10_000
_ID = re.compile(r"[0-9]+-[0-9]+")
_MOST_WAITING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPress:
    """What somebody asked for inside Ardour, and where it is to go."""

    id: str
    prompt: str
    session_folder: Path
    at: BBT
    n_bars: int
    is_range: bool  # a range was selected; otherwise the place is the playhead
    tempo_bpm: float
    time_signature: TimeSignature
    is_agreed: bool = False  # that the session's tempo and metre hold, whatever the words say


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPress:
    """Somebody wants Sideman's last turn taken back: first asks which it is, then says so."""

    id: str
    session_folder: Path
    turn: ChangeSetId | None  # the one to take back; None asks which it would be


@dataclass(frozen=True, slots=True, kw_only=True)
class VaryPress:
    """Somebody wants the selected part otherwise, in its place."""

    id: str
    words: str
    session_folder: Path
    route: RouteId
    region: str | None  # None where the track was selected and no region


Press = ButtonPress | UndoPress | VaryPress


def is_alive(folder: BridgeFolder, now_unix: float) -> bool:
    """Tell whether a `sideman serve` listens for buttons."""
    beat = folder.read(HEARTBEAT_NAME)
    return beat is not None and now_unix - float(beat["time_unix"]) <= LONGEST_SILENCE_SECONDS


def to_press(facts: JsonObject) -> Press:
    """Read a press; SetupBroken when a button of another version made it, RequestInvalid for what cannot be read."""
    if facts.get("version") != bridge_version():
        raise SetupBroken(
            f"the button in Ardour is of version {facts.get('version')}, this Sideman of {bridge_version()}; "
            "run 'sideman ardour install' and reopen the session"
        )
    try:
        if facts["kind"] == "undo":
            turn = facts["turn"]
            return UndoPress(
                id=facts["id"],
                session_folder=Path(facts["session"]),
                turn=None if turn is None else ChangeSetId(str(turn)),
            )
        if facts["kind"] == "vary":
            return VaryPress(
                id=facts["id"],
                words=str(facts["prompt"])[:_LONGEST_PROMPT],
                session_folder=Path(facts["session"]),
                route=RouteId(str(facts["route"])),
                region=None if facts["region"] is None else str(facts["region"]),
            )
        metre = facts["time_signature"]
        return ButtonPress(
            id=facts["id"],
            prompt=str(facts["prompt"])[:_LONGEST_PROMPT],
            session_folder=Path(facts["session"]),
            at=to_bbt(facts["at"]),
            n_bars=facts["n_bars"],
            is_range=facts["is_range"],
            tempo_bpm=float(facts["tempo_bpm"]),
            time_signature=TimeSignature(metre["beats"], metre["unit"]),
            is_agreed=bool(facts["is_agreed"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RequestInvalid(f"the press cannot be read: {error}") from error


class ButtonEar:
    """An open ear; make it with ``listen`` and iterate over its presses."""

    def __init__(self, folder: BridgeFolder, pressed: asyncio.Queue[str], port: int) -> None:
        self.port = port
        self._folder, self._pressed = folder, pressed

    async def presses(self) -> AsyncGenerator[Press, None]:
        """Yield presses as they come, for as long as somebody asks. A press is taken once.

        One that cannot be read, such as that of a button from before an upgrade, is answered here.
        """
        while True:
            press_id = await self._pressed.get()
            name = f"button-{press_id}.json"
            try:
                facts = self._folder.read(name)
                if facts is None or not self._folder.remove(name):
                    continue
                press = to_press(facts)
            except StudioError as error:
                self.answer(press_id, str(error))
                continue
            yield press

    def answer(self, press_id: str, problem: str = "") -> None:
        """Tell the button that a press is accepted, or why not; it waits two seconds to show that to the person.

        Where nothing can be written (a full disk) the button says that nobody answered.
        """
        self._reply(press_id, {"problem": problem})

    def ask(self, press_id: str, question: str, *, turn: ChangeSetId | None = None) -> None:
        """Have the button ask whether to go on, or to take a turn back; "OK" is a press of its own."""
        self._reply(press_id, {"problem": "", "turn": turn, "question": question})

    def _reply(self, press_id: str, reply: JsonObject) -> None:
        with contextlib.suppress(StorageFailed):
            self._folder.write(_reply_name(press_id), reply)

    async def see_shown(self, press_id: str, text: str) -> None:
        """Leave a text as a notice where the button did not wait for the reply that holds it, as on a busy machine."""
        await asyncio.sleep(_REPLY_SECONDS)
        if self._folder.remove(_reply_name(press_id)):
            self.leave_notice(text)

    def leave_notice(self, text: str) -> None:
        """Leave a text that the button shows at its next press, for what goes wrong after a press was accepted.

        It does not pop up by itself: a dialog opened from outside keeps Ardour from taking requests until it is closed.
        Where it cannot be written, what the server prints has to do.
        """
        with contextlib.suppress(StorageFailed):
            self._folder.write(NOTICE_NAME, {"text": text})


def _reply_name(press_id: str) -> str:
    return f"reply-{press_id}.json"


async def _beat(folder: BridgeFolder, port: int) -> None:
    while True:
        with contextlib.suppress(StorageFailed):  # a full disk: the button says that nobody listens until there is room
            folder.write(
                HEARTBEAT_NAME,
                {"pid": os.getpid(), "port": port, "time_unix": time.time(), "version": bridge_version()},
            )
        await asyncio.sleep(HEARTBEAT_SECONDS)


@contextlib.asynccontextmanager
async def listen(folder: BridgeFolder) -> AsyncIterator[ButtonEar]:
    """Open the ear on a free loopback port and keep its heartbeat; the heartbeat goes when the ear closes."""
    pressed: asyncio.Queue[str] = asyncio.Queue(maxsize=_MOST_WAITING)

    def hear(address: str, arguments: list[Any]) -> None:
        if address == "/sideman/button" and arguments and _ID.fullmatch(str(arguments[0])):
            with contextlib.suppress(asyncio.QueueFull):
                pressed.put_nowait(str(arguments[0]))

    async with open_socket(hear) as osc:
        for left_behind in (*folder.path.glob("button-*.json"), *folder.path.glob("reply-*.json")):
            folder.remove(left_behind.name)  # nobody waits for them any more
        heart = asyncio.create_task(_beat(folder, osc.port))
        try:
            yield ButtonEar(folder, pressed, osc.port)
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart
            folder.remove(HEARTBEAT_NAME)
