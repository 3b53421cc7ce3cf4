"""Which files and folders may be named: those below folders that the user allowed, and no others."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from music.errors import RequestInvalid
from music.names import shorten
from music.operations import Operation
from music.operations.fields import FileToRead, field_meanings


class FileNotAllowed(RequestInvalid):
    """A file or folder lies outside the allowed folders."""


def with_allowed_files(operation: Operation, folders: Sequence[Path]) -> Operation:
    """Return the operation with its files named by where they really are, links followed.

    Raises FileNotAllowed for one that is outside ``folders``, and for a path that is not absolute.
    """
    operation_type: type[Any] = type(operation)
    found: dict[str, Any] = {
        meaning.name: str(allowed_path(getattr(operation, meaning.name), folders))
        for meaning in field_meanings(operation_type)  # type: ignore[arg-type]  # a type is hashable
        if any(isinstance(marker, FileToRead) for marker in meaning.markers)
        and getattr(operation, meaning.name) is not None
    }
    return dataclasses.replace(operation, **found) if found else operation


def allowed_path(path: str, folders: Sequence[Path]) -> Path:
    """Return where a path leads, which need not be there yet; FileNotAllowed where that is outside ``folders``."""
    given = Path(path)
    allowed = ", ".join(str(folder) for folder in folders)
    if not given.is_absolute():
        raise FileNotAllowed(
            f"{shorten(path)!r} is no absolute path: name it from / on, as a server has no folder that it would start "
            f"from; the allowed folders are {allowed}"
        )
    try:
        real = given.resolve()
        roots = [folder.resolve() for folder in folders]
    except (OSError, RuntimeError, ValueError) as error:
        raise FileNotAllowed(f"{shorten(path)!r} cannot be followed: {error}") from error
    if not any(real.is_relative_to(root) for root in roots):
        leads = "" if real == given else f", which leads to {real},"
        raise FileNotAllowed(
            f"{shorten(path)!r}{leads} is outside the allowed folders: {allowed}; the user can allow more with the "
            "setting 'allowed_folders'"
        )
    return real
