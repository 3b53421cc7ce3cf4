"""A picture of Ardour's largest window, through its own X display; what else is on the screen is not looked at.

Ardour draws through X11 everywhere, so under Wayland it is a client of Xwayland, where its windows can be read as well.
"""

import shutil
from dataclasses import dataclass

from daw_bridge.confirm_dialog import EditorScreen
from daw_bridge.daw import Daw
from music.errors import SetupBroken


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """A window as PNG, and the titles of Ardour's other windows, such as a dialog that waits."""

    png: bytes
    title: str
    other_windows: tuple[str, ...]


async def take_screenshot(daw: Daw) -> Screenshot:
    """Take a picture of Ardour's largest visible window; SetupBroken says why there is none."""
    screen = EditorScreen.from_answer(await daw.read("screen", {}))
    if not screen.display:
        raise SetupBroken("Ardour's process names no X display, so its window cannot be seen from here")
    for program in ("xdotool", "import"):
        if not shutil.which(program):
            package = "imagemagick" if program == "import" else program
            raise SetupBroken(f"a screenshot needs the program {program!r}; install it with: apt install {package}")
    sizes = {window: await _size(screen, window) for window in await screen.windows()}
    if not any(sizes.values()):
        raise SetupBroken(
            f"no window of Ardour can be seen on display {screen.display}: it is minimised, on another screen, or this "
            "process may not look at that display"
        )
    largest = max(sizes, key=lambda window: sizes[window])
    titles = {window: (await screen.run("xdotool", "getwindowname", window)).decode().strip() for window in sizes}
    png = await screen.run("import", "-silent", "-window", largest, "png:-")
    if not png.startswith(b"\x89PNG"):
        raise SetupBroken(f"the display {screen.display} gave no picture of Ardour's window")
    others = tuple(title for window, title in titles.items() if window != largest and title)
    return Screenshot(png=png, title=titles[largest], other_windows=others)


async def _size(screen: EditorScreen, window: str) -> int:
    """Return a window's number of pixels."""
    answer = await screen.run("xdotool", "getwindowgeometry", "--shell", window)
    found = dict(line.split("=", 1) for line in answer.decode().splitlines() if "=" in line)
    return int(found.get("WIDTH", 0)) * int(found.get("HEIGHT", 0))
