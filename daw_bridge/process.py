"""Running one of Ardour's programs for a bounded time, away from the user's own Ardour settings."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from music.errors import SetupBroken, TimedOut

_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that ended: its exit code and all that it printed."""

    code: int
    output: str

    @property
    def tail(self) -> str:
        """The last lines of the output, for error messages."""
        return " | ".join(line.strip() for line in self.output.splitlines()[-8:] if line.strip())


@contextlib.contextmanager
def ardour_environment() -> Iterator[dict[str, str]]:
    """Give an environment in which Ardour's settings, recent sessions and caches are a temporary folder's.

    HOME stays, because LV2 and VST plugins are looked up there.
    """
    with tempfile.TemporaryDirectory(prefix="sideman-ardour-", ignore_cleanup_errors=True) as scratch:
        folders = {name: str(Path(scratch) / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        for folder in folders.values():
            Path(folder).mkdir()
        yield {**os.environ, **folders, "LC_ALL": "C.UTF-8"}


async def run_bounded(arguments: list[str], *, environment: dict[str, str], timeout_seconds: float) -> Finished:
    """Run a program to its end and return exit code and output.

    Raises TimedOut when it takes longer than ``timeout_seconds``, and SetupBroken when it cannot be started. The
    program and what it started are ended in every case, cancellation included.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise SetupBroken(f"cannot start {arguments[0]}: {error.strerror}; reinstall Ardour") from error
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_seconds)
    except TimeoutError as error:
        raise TimedOut(Path(arguments[0]).name, timeout_seconds) from error
    finally:
        if process.returncode is None:
            await _end(process)
    code = process.returncode
    assert code is not None, "communicate() returned, so the process has ended"
    return Finished(code=code, output=output.decode("utf-8", "replace"))


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.wait_for(process.wait(), _END_SECONDS)
