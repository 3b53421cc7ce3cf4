"""Files and folders as they are typed: relative, from ``~``, and allowed, since whoever types one allows it."""

import argparse
from contextlib import suppress
from pathlib import Path

from music.errors import NotFound
from music.names import shorten
from workflows.settings import Settings


def typed_path(text: str) -> Path:
    """Read an option that is a file or folder, as argparse wants it."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a file or folder, got an empty name")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"there is no home folder {text.partition('/')[0]!r:.40}") from None


def typed_png(text: str) -> Path:
    """Read an option that is a PNG file to be written."""
    path = typed_path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"expected a file named .png, got {shorten(text)!r}")
    return path


def allowed(settings: Settings, path: Path) -> Settings:
    """Return settings that allow a path, too."""
    return settings.model_copy(update={"allowed_folders": (*settings.allowed_folders, path)})


def found(name: str, settings: Settings) -> tuple[str, Settings]:
    """Return a name as the path of what is there, with settings that allow it; or as it is, where it may be an id.

    NotFound for a path at which there is nothing.
    """
    with suppress(OSError, RuntimeError):  # too long for a path, or from a home folder that nobody has
        path = Path(name).expanduser().absolute()
        if path.exists():
            return str(path), allowed(settings, path)
    if "/" in name:
        raise NotFound("file or folder", shorten(name))
    return name, settings
