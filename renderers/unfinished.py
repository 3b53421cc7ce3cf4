"""Audio files that appear whole under their name or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from music.errors import StorageFailed


@contextmanager
def unfinished_file(path: Path, *, n_bytes: int, is_exact: bool) -> Iterator[Path]:
    """Give a file to write, beside ``path``, which it replaces when all went well; else nothing of it stays.

    ``n_bytes`` is what it will need, or about that. Raises StorageFailed when the folder is missing or not writable or
    the disk is full.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            unfinished.touch(exist_ok=False)  # tells why nothing can be written; libsndfile does not
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"cannot write {str(path)!r}: {error.strerror}; choose a folder you can write to"
        ) from error
    except soundfile.LibsndfileError as error:
        free = shutil.disk_usage(path.parent).free
        reason = "no space is left on the device" if free < n_bytes else error.error_string.rstrip(".")
        room = f"{free} bytes are free: make room"
        if is_exact:
            room = f"it needs {n_bytes} bytes and {free} are free: make room or choose another folder"
        raise StorageFailed(f"cannot write {str(path)!r}: {reason}; {room}") from error
