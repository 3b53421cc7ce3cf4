"""What an installation of the bridge noted in the bridge folder, and the port on which Ardour listens."""

import re
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.bridge_folder import BridgeFolder
from music.errors import SetupBroken

DEFAULT_OSC_PORT = 3819
NOTE_NAME = "installed.json"
_URL = re.compile(r":(\d+)/?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the bridge was put."""

    version: str
    bridge_slot: int  # 1-32, as in Ardour's LuaAction/script-N
    button_slot: int
    config_folders: tuple[Path, ...]


def find_installation(folder: BridgeFolder) -> Installation | None:
    """Read what was installed; None where nothing is."""
    noted = folder.read(NOTE_NAME)
    if noted is None:
        return None
    return Installation(
        version=noted["version"],
        bridge_slot=noted["bridge_slot"],
        button_slot=noted["button_slot"],
        config_folders=tuple(Path(name) for name in noted["config_folders"]),
    )


def read_installation(folder: BridgeFolder) -> Installation:
    """Read what was installed; SetupBroken where nothing is."""
    installation = find_installation(folder)
    if installation is None:
        raise SetupBroken("the bridge is not installed in Ardour; run 'sideman ardour install'")
    return installation


def find_osc_port(folder: BridgeFolder) -> int:
    """Return the port that the Ardour started last says it listens on.

    Ardour writes its address into ``osc_url`` in its config folder, if that file exists (``osc.cc`` at 7.3); the
    installation makes it exist. Ardour takes another port than the configured one when that is in use.
    """
    addresses = [config / "osc_url" for config in read_installation(folder).config_folders]
    newest_first = sorted(
        (path for path in addresses if path.exists()), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in newest_first:
        found = _URL.search(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            return int(found[1])
    return DEFAULT_OSC_PORT


def expect_osc_port(folder: BridgeFolder) -> None:
    """Let the Ardour that is started next say on which port it listens: it takes its note away when it quits."""
    for config in read_installation(folder).config_folders:
        (config / "osc_url").write_text("", encoding="utf-8")
