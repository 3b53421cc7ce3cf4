"""What a person does inside the real editor: press Sideman's button, type into its dialog, wait for windows."""

import asyncio
import subprocess
import time

from daw_bridge.buttons import GENERATE
from tests.acceptance.bridge_studio import Studio

BUTTON_TITLE = "^Sideman: generate here$"
MESSAGE_TITLE = "^Sideman$"
_SECONDS = 20.0


def xdotool(studio: Studio, *arguments: str) -> str:
    """Run xdotool on the editor's screen and return what it prints."""
    return subprocess.run(
        ["xdotool", *arguments],
        env=studio.editor.environment(),
        timeout=20,
        check=False,
        capture_output=True,
        text=True,
    ).stdout


async def window_shown(studio: Studio, title: str) -> str:
    """Wait until a window of this title, a pattern, is there, and return its id."""
    deadline = time.monotonic() + _SECONDS
    while not (found := xdotool(studio, "search", "--onlyvisible", "--name", title).split()):
        assert time.monotonic() < deadline, f"no window {title!r}; there are {studio.editor.window_titles()}"
        await asyncio.sleep(0.05)
    return found[0]


async def window_closed(studio: Studio, window: str) -> None:
    """Wait until a window is gone."""
    deadline = time.monotonic() + _SECONDS
    while window in xdotool(studio, "search", "--onlyvisible", "--name", ".").split():
        assert time.monotonic() < deadline, "the dialog stays open"
        await asyncio.sleep(0.05)


async def press_button(studio: Studio, title: str = BUTTON_TITLE, *, button: str = GENERATE.name) -> str:
    """Press the button, as a key shortcut or the toolbar does, and return the window it opens."""
    studio.editor.send_osc("/access_action", f"LuaAction/script-{studio.report.button_slots[button]}")
    return await window_shown(studio, title)


async def ask_for(studio: Studio, prompt: str) -> None:
    """Press the button, type a prompt and choose OK."""
    window = await press_button(studio)
    if prompt:
        xdotool(studio, "type", "--window", window, prompt)
    xdotool(studio, "key", "--window", window, "Tab", "Tab", "Return")  # over Cancel to OK
    await window_closed(studio, window)


async def say_ok(studio: Studio, window: str) -> None:
    """Choose OK in a dialog; the keys do not always reach one that has just appeared."""
    deadline = time.monotonic() + _SECONDS
    while window in xdotool(studio, "search", "--onlyvisible", "--name", ".").split():
        assert time.monotonic() < deadline, "the dialog stays open"
        xdotool(studio, "windowfocus", window)
        xdotool(studio, "key", "--window", window, "alt+o")
        await asyncio.sleep(0.1)


async def close_message(studio: Studio) -> None:
    """Wait for a message of Sideman's and close it."""
    window = await window_shown(studio, MESSAGE_TITLE)
    xdotool(studio, "key", "--window", window, "Return")
    await window_closed(studio, window)


async def select_range(studio: Studio, start_samples: int, end_samples: int) -> None:
    """Select a stretch of the timeline in the editor."""
    studio.editor.send_osc("/loop_location", start_samples, end_samples)
    studio.editor.send_osc("/access_action", "Editor/select-loop-range")
    deadline = time.monotonic() + _SECONDS
    async with studio.daw() as daw:
        while (selected := (await daw.snapshot()).selected_range) is None or selected.start_samples != start_samples:
            assert time.monotonic() < deadline, "Ardour selected no range"
            await asyncio.sleep(0.05)
