"""What a person does inside the real editor: press Sideman's button, type into its dialog, wait for windows.

A key that comes to a dialog which is about to close goes on to Ardour's own window, where alt+o opens another dialog
that holds the keyboard. So each key is sent once, to a dialog that has the focus, and what else has opened is told.
"""

import asyncio
import subprocess
import time

from daw_bridge.buttons import GENERATE
from tests.acceptance.bridge_studio import Studio

BUTTON_TITLE = "^Sideman: generate here$"
MESSAGE_TITLE = "^Sideman$"
_SECONDS = 20.0
_ONE_PRESS_SECONDS = 4.0  # a button is shown pressed for a quarter of a second before it acts, longer under load


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


async def _is_closed_within(studio: Studio, window: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_shown := window in xdotool(studio, "search", "--onlyvisible", "--name", ".").split():
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.05)
    return not is_shown


async def window_closed(studio: Studio, window: str) -> None:
    """Wait until a window is gone, and see that nothing has opened but Ardour's own window and Sideman's."""
    assert await _is_closed_within(studio, window, _SECONDS), f"the dialog stays open: {studio.editor.window_titles()}"
    _see_no_other_window(studio)


def _see_no_other_window(studio: Studio) -> None:
    """See that no dialog of Ardour's is open, which would hold the keyboard."""
    others = [
        title
        for title in studio.editor.window_titles()
        if not title.endswith(" - Ardour") and not title.startswith("Sideman")
    ]
    assert not others, f"Ardour has opened {others}"


async def _focused(studio: Studio, window: str) -> None:
    """Give a window the keyboard, and wait until it has it."""
    deadline = time.monotonic() + _SECONDS
    while xdotool(studio, "getwindowfocus").strip() != window:
        assert time.monotonic() < deadline, f"the dialog takes no focus: {studio.editor.window_titles()}"
        xdotool(studio, "windowfocus", window)
        await asyncio.sleep(0.05)


async def press_button(studio: Studio, title: str = BUTTON_TITLE, *, button: str = GENERATE.name) -> str:
    """Press the button, as a key shortcut or the toolbar does, and return the window it opens."""
    _see_no_other_window(studio)
    studio.editor.send_osc("/access_action", f"LuaAction/script-{studio.report.button_slots[button]}")
    return await window_shown(studio, title)


async def ask_for(studio: Studio, prompt: str, *, button: str = GENERATE.name) -> None:
    """Press the button, type a prompt and choose OK."""
    window = await press_button(studio, f"^{button}$", button=button)
    await _focused(studio, window)
    if prompt:
        xdotool(studio, "type", "--window", window, prompt)
    xdotool(studio, "key", "--window", window, "Tab", "Tab", "Return")  # over Cancel to OK
    await window_closed(studio, window)


async def say_ok(studio: Studio, window: str) -> None:
    """Choose OK in a dialog; a key does not always reach one that has just appeared, so it is sent again, but late."""
    deadline = time.monotonic() + _SECONDS
    await _focused(studio, window)
    xdotool(studio, "key", "--window", window, "alt+o")
    while not await _is_closed_within(studio, window, _ONE_PRESS_SECONDS):
        assert time.monotonic() < deadline, "the dialog stays open"
        xdotool(studio, "key", "--window", window, "alt+o")
    _see_no_other_window(studio)


async def close_message(studio: Studio) -> None:
    """Wait for a message of Sideman's and close it."""
    window = await window_shown(studio, MESSAGE_TITLE)
    await _focused(studio, window)
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
