"""The private folder in which requests to Ardour and its answers lie.

Only its owner may enter it: whoever can write there can edit the session. Two locks keep clients apart: ``call`` is
held for one request, ``write`` for one whole change set.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.whole_file import make_folder, replace_file
from music.errors import RequestInvalid, SetupBroken, TryLater

JsonObject = dict[str, Any]

_LOCK_POLL_SECONDS = 0.002


def default_bridge_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return where the bridge folder is by default: it must outlive a login, since Ardour's slot names it."""
    state = environment.get("XDG_STATE_HOME") or str(home / ".local" / "state")
    return Path(state) / "sideman" / "bridge"


@dataclass(frozen=True, slots=True)
class BridgeFolder:
    """The folder, once it is known to be private."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "BridgeFolder":
        """Make the folder if need be and check that it is ours alone."""
        make_folder(path, mode=0o700)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> "BridgeFolder":
        """Check that the folder exists and is ours alone; SetupBroken says what is wrong with it."""
        try:
            found = path.lstat()
        except OSError as error:
            raise SetupBroken(f"there is no bridge folder {path}; run 'sideman ardour install'") from error
        if not stat.S_ISDIR(found.st_mode):
            raise SetupBroken(f"{path} is no folder of its own; remove it and run 'sideman ardour install'")
        if found.st_uid != os.getuid():
            raise SetupBroken(f"{path} belongs to user {found.st_uid}, not to you; use another bridge folder")
        if stat.S_IMODE(found.st_mode) & 0o077:
            mode = stat.S_IMODE(found.st_mode)
            raise SetupBroken(f"others may enter {path} (mode {mode:04o}); run: chmod 700 {path}")
        return cls(path)

    def read(self, name: str) -> JsonObject | None:
        """Read a JSON file of the folder; None where it is missing."""
        try:
            found = json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SetupBroken(f"{self.path / name} cannot be read: {error}") from error
        if not isinstance(found, dict):
            raise SetupBroken(f"{self.path / name} holds no JSON object")
        return found

    def write(self, name: str, content: JsonObject, *, second_line: str | None = None) -> None:
        """Replace a JSON file of the folder; a request may bring more JSON on a line of its own."""
        try:
            text = json.dumps(content, allow_nan=False)
        except ValueError as error:
            raise RequestInvalid(f"{name} would hold a number that is none of JSON's; give finite numbers") from error
        replace_file(self.path / name, (text if second_line is None else f"{text}\n{second_line}").encode())

    def remove(self, name: str) -> bool:
        """Remove a file; False when it was not there."""
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return False
        return True

    @contextlib.asynccontextmanager
    async def lock(self, name: str, *, timeout_seconds: float) -> AsyncIterator[None]:
        """Hold a lock that ends with this process at the latest; TryLater when another client keeps it."""
        descriptor = os.open(self.path / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + timeout_seconds
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise TryLater(
                            f"another client has been using Ardour for {timeout_seconds:g} s; try again"
                        ) from error
                await asyncio.sleep(_LOCK_POLL_SECONDS)
            yield
        finally:
            os.close(descriptor)
