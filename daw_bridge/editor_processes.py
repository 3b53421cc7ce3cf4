"""Which Ardour editors this user runs: Ardour keeps its settings in memory and writes them when it quits."""

import os
import re
from pathlib import Path

_EDITOR = re.compile(r"(?:^|/)(?:ardour|Ardour|mixbus)[0-9]*(?:-[0-9][^/]*)?$|/ArdourGUI$")


def running_editors(processes: Path = Path("/proc")) -> tuple[int, ...]:
    """Return the process ids of this user's Ardour editors (Linux); empty where that cannot be told."""
    return tuple(
        sorted(
            int(entry.name)
            for entry in (processes.iterdir() if processes.is_dir() else ())
            if entry.name.isdecimal() and _is_editor(entry)
        )
    )


def _is_editor(entry: Path) -> bool:
    try:
        if entry.stat().st_uid != os.getuid():
            return False
        program = (entry / "cmdline").read_bytes().split(b"\0")[0].decode("utf-8", "replace")
    except OSError:
        return False  # it ended meanwhile
    return bool(_EDITOR.search(program))
