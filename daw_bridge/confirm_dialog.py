"""Answering the question that Ardour before 7.5 asks before tracks are removed.

Those versions let Lua remove tracks only through the editor, which opens "Do you really want to remove…?". The
question belongs to an undo that was asked for, so it is answered here: with ``xdotool`` if that is installed, else by
the person. The keys go to that one window, whatever has the focus.
"""

import asyncio
import contextlib
import os
import shutil
import time
from dataclasses import dataclass

from daw_bridge.bridge_folder import JsonObject

_COMMAND_SECONDS = 5.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorScreen:
    """Where Ardour's windows are, as its own process sees it."""

    process_id: int
    display: str
    xauthority: str

    @classmethod
    def from_answer(cls, answer: JsonObject) -> "EditorScreen":
        """Read what the bridge says of its process."""
        return cls(process_id=answer["process_id"], display=answer["display"], xauthority=answer["xauthority"])

    async def _xdotool(self, *arguments: str) -> str:
        program = shutil.which("xdotool")
        if program is None:
            return ""
        environment = {**os.environ, "DISPLAY": self.display}
        if self.xauthority:
            environment["XAUTHORITY"] = self.xauthority
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _COMMAND_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return ""
        return output.decode("utf-8", "replace")

    async def windows(self) -> frozenset[str]:
        """Return the visible windows of Ardour's process."""
        found = await self._xdotool("search", "--onlyvisible", "--all", "--pid", str(self.process_id), "--name", ".")
        return frozenset(found.split())

    async def press_yes(self, known: frozenset[str], *, timeout_seconds: float) -> bool:
        """Choose the second button of the one window that is not among ``known``; False where none turned up."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            new = await self.windows() - known
            if len(new) == 1:
                window = next(iter(new))
                await self._xdotool("key", "--window", window, "Right")
                await self._xdotool("key", "--window", window, "Return")
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return False

    async def wait_until_closed(self, known: frozenset[str], *, timeout_seconds: float) -> None:
        """Wait until no window is there that is not among ``known``, or the time is over."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if not await self.windows() - known:
                return
            await asyncio.sleep(_POLL_SECONDS)
