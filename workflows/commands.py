"""How this program's own commands are called where it stands now.

Messages write them as ``sideman X``. That works where ``sideman`` is on PATH; run from a checkout through ``./just``
it is not, so the faces show messages through ``spelled_here``.
"""

import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

_NAME = "sideman"
_COMMANDS = "ardour|doctor|generate|jobs|mcp|measure|place|render|serve|settings|styles|take|takes|undo"
_WRITTEN = re.compile(rf"\b{_NAME}(?= (?:{_COMMANDS})\b)")


@cache
def own_command() -> str:
    """Return how to call this program: ``sideman`` where that is on PATH and is this one, else its absolute path."""
    program = Path(sys.executable).parent / _NAME
    if not program.exists():  # not installed beside its Python, as where only its folder is on Python's path
        return f"{shlex.quote(sys.executable)} -m cli.main"
    on_path = shutil.which(_NAME)
    if on_path and Path(on_path).samefile(program):
        return _NAME
    plain = str(program)
    return plain if shlex.quote(plain) == plain else f'"{plain}"'  # messages stand in single quotes


def spelled_here(message: str) -> str:
    """Return a message with each command of ours spelled as it can be typed here."""
    return _WRITTEN.sub(lambda _: own_command(), message)
