"""What a test needs of the machine, and what its absence means: a named skip at home, a failure in CI."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from daw_bridge.programs import ArdourPrograms, find_ardour
from music.errors import SetupBroken


def must_have_everything() -> bool:
    """Tell whether whatever is missing is a failure, as it is in CI."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def lack(message: str) -> NoReturn:
    """Skip the test saying what is missing, or fail where nothing may be."""
    if must_have_everything():
        pytest.fail(message)
    pytest.skip(message)


def require_program(name: str) -> Path:
    """Return where the program is; the test lacks it when it is not on PATH."""
    found = shutil.which(name)
    if not found:
        lack(f"the program {name!r} is not on PATH; ./just test installs what testing needs")
    return Path(found)


def require_ardour() -> ArdourPrograms:
    """Return the programs of the Ardour that is first on PATH; the test lacks it where there is none."""
    try:
        return find_ardour()
    except SetupBroken as missing:
        lack(f"{missing}; ./just test installs what testing needs")


def run_lua(script: Path, *arguments: str | Path, home: Path) -> str:
    """Run a script in Ardour's own interpreter and return all that it printed.

    What the script did is what counts, not the exit code: 8 and 9 often abort when they end ("exception not rethrown").
    """
    finished = subprocess.run(
        [require_ardour().lua, script, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    return finished.stdout + finished.stderr


@contextmanager
def mounted_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount a small disk on an existing folder, which only root may do."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if mounted.returncode != 0:
        lack(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=20)
