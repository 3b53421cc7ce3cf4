"""Finding Ardour's programs, which carry the major version in their names."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from music.errors import SetupBroken

NEWEST_MAJOR = 12  # names are tried from here down; a newer Ardour only needs a larger number
OLDEST_MAJOR = 7
INSTALL_COMMAND = "sudo apt-get install ardour ardour-lv2-plugins"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArdourPrograms:
    """Where one installed Ardour's command-line programs are."""

    major_version: int
    lua: Path  # the interpreter over libardour, such as /usr/bin/ardour7-lua


def find_ardour(search_path: str | None = None) -> ArdourPrograms:
    """Return the programs of the newest Ardour whose interpreter is there.

    ``search_path`` is a list of folders as in ``PATH``, which it defaults to. Raises SetupBroken when none is found.
    """
    for major in range(NEWEST_MAJOR, OLDEST_MAJOR - 1, -1):
        lua = shutil.which(f"ardour{major}-lua", path=search_path)
        if lua:
            return ArdourPrograms(major_version=major, lua=Path(lua))
    raise SetupBroken(
        f"Ardour's interpreter ardourN-lua (N from {OLDEST_MAJOR} to {NEWEST_MAJOR}) is not on PATH; "
        f"install it with: {INSTALL_COMMAND}"
    )


def find_editor(search_path: str | None = None) -> Path | None:
    """Return the editor's program, or None: ``ardour`` as Debian names it, else the newest ``ardourN``."""
    names = ["ardour", *(f"ardour{major}" for major in range(NEWEST_MAJOR, OLDEST_MAJOR - 1, -1))]
    found = (shutil.which(name, path=search_path) for name in names)
    return next((Path(program) for program in found if program), None)


def read_version(session_xml: str) -> str:
    """Return the version that last wrote a session file, such as ``7.3.0``, or an empty string."""
    found = re.search(r'<ProgramVersion [^>]*modified-with="Ardour ([0-9.]+)', session_xml)
    return found[1] if found else ""
