"""Which Ardour editors this user runs: Ardour keeps its settings in memory and writes them when it quits."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_EDITOR = re.compile(r"(?:^|/)(?:ardour|Ardour|mixbus)[0-9]*(?:-[0-9][^/]*)?$|/ArdourGUI$")


def config_home(environment: Mapping[str, str]) -> Path | None:
    """Return the folder in which an Ardour with this environment has its settings folders (``user_config_directory``).

    None where the environment names no home.
    """
    if "XDG_CONFIG_HOME" in environment:
        return Path(environment["XDG_CONFIG_HOME"])
    home = environment.get("HOME")
    return Path(home) / ".config" if home else None


def own_config_home() -> Path:
    """Return the folder in which an Ardour that is started from here has its settings folders."""
    return config_home(os.environ) or Path.home() / ".config"


def running_editors(settings_home: Path, processes: Path = Path("/proc")) -> tuple[int, ...]:
    """Return the process ids of this user's Ardour editors that keep their settings in one place (Linux).

    One that does not tell where counts; the result is empty where there are no ``processes`` to read.
    """
    here = (None, settings_home.resolve())
    entries = processes.iterdir() if processes.is_dir() else ()
    editors = (entry for entry in entries if entry.name.isdecimal() and _is_editor(entry))
    return tuple(sorted(int(editor.name) for editor in editors if _config_home_of(editor) in here))


def port_users(port: int, processes: Path = Path("/proc")) -> frozenset[int]:
    """Return the ids of the users whose programs have a UDP port open; empty where the system does not tell."""
    return frozenset(user for user, _ in _sockets(port, processes))


def has_port(process_id: int, port: int, processes: Path = Path("/proc")) -> bool:
    """Whether a process is seen to have a UDP port open."""
    wanted = {f"socket:[{inode}]" for _, inode in _sockets(port, processes)}
    try:
        return any(str(link.readlink()) in wanted for link in (processes / str(process_id) / "fd").iterdir())
    except OSError:  # it is another user's, or has ended
        return False


def _sockets(port: int, processes: Path) -> list[tuple[int, str]]:
    """Return user and inode of each UDP socket on a port (``proc_pid_net(5)``: address, …, uid, timeout, inode)."""
    found = []
    for table in ("udp", "udp6"):
        try:
            rows = (processes / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        cells = (row.split() for row in rows)
        found += [(int(row[7]), row[9]) for row in cells if row[1].endswith(f":{port:04X}")]
    return found


def _is_editor(entry: Path) -> bool:
    try:
        if entry.stat().st_uid != os.getuid():
            return False
        program = (entry / "cmdline").read_bytes().split(b"\0")[0].decode("utf-8", "replace")
    except OSError:
        return False  # it ended meanwhile
    return bool(_EDITOR.search(program))


def _config_home_of(entry: Path) -> Path | None:
    try:
        lines = os.fsdecode((entry / "environ").read_bytes()).split("\0")
    except OSError:
        return None
    found = config_home(dict(line.split("=", 1) for line in lines if "=" in line))
    return None if found is None else found.resolve()
