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
from music.errors import TimedOut

_XDOTOOL_SECONDS = 5.0
_POLL_SECONDS = 0.05
_SETTLE_SECONDS = 0.2
_MOST_SEARCHES = 10
_BUTTON_INSET = 50  # pixels from the dialog's right edge to well inside its last button


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

    async def run(self, *command: str, timeout_seconds: float = 20.0) -> bytes:
        """Run a program on this screen and return what it prints; TimedOut when it does not end in time."""
        environment = {**os.environ, "DISPLAY": self.display}
        if self.xauthority:
            environment["XAUTHORITY"] = self.xauthority
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), timeout_seconds)
        except TimeoutError as error:
            raise TimedOut(command[0], timeout_seconds) from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return output

    async def _xdotool(self, *arguments: str) -> str:
        """Return what xdotool prints; nothing where it is missing or does not answer."""
        if not self.can_answer:
            return ""
        try:
            output = await self.run("xdotool", *arguments, timeout_seconds=_XDOTOOL_SECONDS)
        except TimedOut:
            return ""
        return output.decode("utf-8", "replace")

    async def windows(self) -> frozenset[str]:
        """Return the visible windows of Ardour's process; none only where they cannot be seen at all.

        A search finds nothing at all when a window closes while it is under way, and then the dialog could not be told
        from Ardour's own window, which is always there.
        """
        for _ in range(_MOST_SEARCHES if self.can_answer else 1):
            found = await self._xdotool(
                "search", "--onlyvisible", "--all", "--pid", str(self.process_id), "--name", "."
            )
            if found:
                return frozenset(found.split())
            await asyncio.sleep(_POLL_SECONDS)
        return frozenset()

    @property
    def can_answer(self) -> bool:
        """Whether questions can be seen and answered from here."""
        return shutil.which("xdotool") is not None

    async def press_yes(self, known: frozenset[str], *, with_mouse: bool, timeout_seconds: float) -> None:
        """Choose the right one of two buttons in the one window that is not among ``known``, until it has closed.

        Returns as well when no window turns up, or it does not close in time. The keys do not always reach a window
        that has just appeared, and ``Return`` alone chooses "No": the caller looks at what became of it. The mouse is
        surer, but moves the person's pointer.
        """
        deadline = time.monotonic() + timeout_seconds
        has_answered = False
        while time.monotonic() < deadline:
            new = await self.windows() - known
            if has_answered and not new:
                return
            if len(new) == 1:
                await asyncio.sleep(_SETTLE_SECONDS)
                await (self._click_right_button if with_mouse else self._choose_by_keys)(next(iter(new)))
                has_answered = True
                await asyncio.sleep(_SETTLE_SECONDS)
            await asyncio.sleep(_POLL_SECONDS)

    async def _choose_by_keys(self, window: str) -> None:
        await self._xdotool("windowfocus", window)
        await self._xdotool("key", "--window", window, "Right")
        await asyncio.sleep(_POLL_SECONDS)
        await self._xdotool("key", "--window", window, "Return")

    async def _click_right_button(self, window: str) -> None:
        """Click where the last button of a dialog is: in its lower right corner."""
        size = dict(
            line.split("=", 1) for line in (await self._xdotool("getwindowgeometry", "--shell", window)).splitlines()
        )
        if "WIDTH" in size and "HEIGHT" in size:
            x, y = int(size["WIDTH"]) - _BUTTON_INSET, int(size["HEIGHT"]) - _BUTTON_INSET // 2
            await self._xdotool("mousemove", "--window", window, str(x), str(y), "click", "1")
