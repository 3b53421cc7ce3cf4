"""The files that operations bring into a session: under names that are new to Ardour, and kept for doing it again."""

import dataclasses
import hashlib
import shutil
import uuid
from pathlib import Path
from typing import Any

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import kept_folder
from daw_bridge.whole_file import make_folder, replace_file
from music.errors import StorageFailed
from music.operations import Operation
from music.operations.fields import FileToRead, field_meanings

LARGEST_KEPT_BYTES = 2**20  # a MIDI file is small and often temporary; recordings are large and stay where they are
_PREFIX = "import-"


def file_fields(operation: Operation) -> tuple[str, ...]:
    """Return the names of the fields that hold the path of a file to read."""
    operation_type: type[Any] = type(operation)
    return tuple(
        meaning.name
        for meaning in field_meanings(operation_type)  # type: ignore[arg-type]  # a type is hashable
        if any(isinstance(marker, FileToRead) for marker in meaning.markers)
        and isinstance(getattr(operation, meaning.name), str)
    )


def keep_files(operation: Operation, session_folder: Path) -> Operation:
    """Return the operation with its small files as copies in the session's folder, so that it can be done again."""
    kept: dict[str, Any] = {}
    for name in file_fields(operation):
        source = Path(getattr(operation, name))
        folder = kept_folder(session_folder, "files")
        if source.stat().st_size > LARGEST_KEPT_BYTES or source.is_relative_to(folder):
            continue
        content = source.read_bytes()
        target = folder / hashlib.sha256(content).hexdigest()[:16] / source.name
        if not target.exists():
            make_folder(target.parent)
            replace_file(target, content)
        kept[name] = str(target)
    return dataclasses.replace(operation, **kept) if kept else operation


class FreshNames:
    """Names for files that Ardour has never seen: it opens a question about a path that it imported before."""

    def __init__(self, bridge_folder: Path) -> None:
        for left_behind in bridge_folder.glob(
            f"{_PREFIX}*"
        ):  # whoever holds the write lock is alone: its client is dead
            shutil.rmtree(left_behind, ignore_errors=True)
        self._folder = bridge_folder / f"{_PREFIX}{uuid.uuid4().hex}"
        self._n_made = 0

    def renew(self, index: int, operation: Operation) -> list[JsonObject]:
        """Make a name for each file of an operation, as the bridge reads it: which field has which path."""
        return [
            {"index": index, "field": name, "path": self._link(Path(getattr(operation, name)))}
            for name in file_fields(operation)
        ]

    def _link(self, source: Path) -> str:
        self._n_made += 1
        fresh = self._folder / str(self._n_made) / source.name
        try:
            fresh.parent.mkdir(parents=True)
            fresh.symlink_to(source.resolve())
        except OSError as error:
            raise StorageFailed(f"cannot link {source} to {fresh}: {error.strerror}") from error
        return str(fresh)

    def remove(self) -> None:
        """Remove the names; Ardour has copied what was in the files."""
        shutil.rmtree(self._folder, ignore_errors=True)
