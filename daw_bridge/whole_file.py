"""Files that are replaced as a whole, so that nobody ever reads half of one, and the folders they lie in."""

import contextlib
import secrets
import shutil
from pathlib import Path

from music.errors import StorageFailed


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in place of whatever is there, whose permissions it keeps.

    The whole content appears under the name or nothing does. Raises StorageFailed when the folder is missing or not
    writable, or the disk is full.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, part)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # why it failed may also be why it cannot be removed
            part.unlink()
        raise StorageFailed(f"cannot write {path}: {error.strerror}; check permissions and free space") from error


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it, where they are missing; StorageFailed when that is not possible."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise StorageFailed(f"cannot make the folder {path}: {error.strerror}; check permissions") from error
