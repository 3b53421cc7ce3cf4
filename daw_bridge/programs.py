"""Finding Ardour's programs, which carry the major version in their names."""

import os
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
    """Return the programs of the editor that ``find_editor`` finds, else of the first Ardour with an interpreter.

    A session that one major version wrote does not open in an earlier one, so editor and interpreter belong together:
    the interpreter beside the editor's own program comes first (Ardour's own packages put only a link to the editor
    into a folder of PATH). ``search_path`` is a list of folders as in ``PATH``, which it defaults to. Raises
    SetupBroken when none is found.
    """
    editor = find_editor(search_path)
    beside = [str(editor.parent), str(editor.resolve().parent)] if editor else []
    for folder in (*beside, *_folders(search_path)):
        for major in _majors():
            lua = shutil.which(f"ardour{major}-lua", path=folder)
            if lua:
                return ArdourPrograms(major_version=major, lua=Path(lua))
    raise SetupBroken(
        f"Ardour's interpreter ardourN-lua (N from {OLDEST_MAJOR} to {NEWEST_MAJOR}) is not on PATH; "
        f"install it with: {INSTALL_COMMAND}"
    )


def find_editor(search_path: str | None = None) -> Path | None:
    """Return the first editor on the path, or None: ``ardour`` as Debian names it, or the newest ``ardourN``."""
    names = ["ardour", *(f"ardour{major}" for major in _majors())]
    found = (shutil.which(name, path=folder) for folder in _folders(search_path) for name in names)
    return next((Path(program) for program in found if program), None)


def _folders(search_path: str | None) -> list[str]:
    path = os.environ.get("PATH", os.defpath) if search_path is None else search_path
    return [folder for folder in path.split(os.pathsep) if folder]


def _majors() -> range:
    return range(NEWEST_MAJOR, OLDEST_MAJOR - 1, -1)


def read_version(session_xml: str) -> str:
    """Return the version that last wrote a session file, such as ``7.3.0``, or an empty string."""
    found = re.search(r'<ProgramVersion [^>]*modified-with="Ardour ([0-9.]+)', session_xml)
    return found[1] if found else ""
