"""Takes on disk: one folder each, written beside its final place and moved there when it is whole.

A take kept elsewhere (``--out``) has a symbolic link in the store's folder, so that it can still be found by its id.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from music.errors import NotFound, RequestInvalid, SetupBroken, StorageFailed, StudioError
from music.names import nearest_name, shorten
from music.take import TAKE_FORMAT, Take, TakeFile, TakeId

TAKE_FILE = "take.json"
_TAKE = TypeAdapter(Take)
_WHERE_LISTED = "takes are named by their ids or titles: the tool list_takes and 'sideman takes' list them"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTakes:
    """The newest takes, and the names of the folders met on the way whose account cannot be read."""

    takes: tuple[Take, ...]
    damaged: tuple[str, ...] = ()


class TakeStore:
    """The folder that holds takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def prepare(self, parent: Path | None) -> Path:
        """Return the folder in which a take will be kept, made and proved writable, and so the store's own."""
        chosen = (parent or self._folder).absolute()
        for folder in dict.fromkeys((chosen, self._folder)):  # a take kept elsewhere leaves a link in the store's own
            with storage_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
        return chosen

    def staging(self, parent: Path, take_id: TakeId) -> Path:
        """Return where a take is put together: hidden, beside its place. It survives a killed process."""
        return parent / f".{take_id}.partial"

    def discard(self, parent: Path, take_id: TakeId) -> None:
        """Remove what there is of an unfinished take."""
        shutil.rmtree(self.staging(parent, take_id), ignore_errors=True)

    def finish(self, parent: Path, take: Take) -> Path:
        """Write ``take.json`` and move the whole take to its place; doing so twice changes nothing."""
        staging, place = self.staging(parent, take.id), parent / take.id
        with storage_errors(place):
            if not place.exists():
                write_atomically(staging / TAKE_FILE, take_to_json(take))
                staging.rename(place)
        return self.remember(place)

    def remember(self, place: Path) -> Path:
        """Make a whole take that may be kept elsewhere known to the store, and return its folder."""
        link = self._folder / place.name
        with storage_errors(link):
            if place.parent.resolve() != self._folder.resolve() and not link.is_symlink():
                self._folder.mkdir(parents=True, exist_ok=True)
                link.symlink_to(place, target_is_directory=True)
        return place

    def folder(self, take_id: str) -> Path:
        """Return the folder of a take by its id, which is no path, or by its title where only one bears that.

        NotFound names the nearest, RequestInvalid the ids of those that bear the title.
        """
        is_name = take_id == Path(take_id).name and take_id[:1] not in ("", ".")
        if is_name and is_take(place := self._folder / take_id):
            return place.resolve()
        wanted = take_id.casefold()
        named = [take.id for take in self.newest().takes if take.plan.title.casefold() == wanted]
        if not named:
            raise self.unknown(take_id)
        if len(named) > 1:
            ids = ", ".join(named[:_MOST_NAMED]) + (", …" if len(named) > _MOST_NAMED else "")
            raise RequestInvalid(f"{len(named)} takes are called {take_id!r}; say which by its id, newest first: {ids}")
        return (self._folder / named[0]).resolve()

    def unknown(self, take_id: str) -> NotFound:
        """Return the error that there is no such take."""
        known = [*self.ids(), *(take.plan.title for take in self.newest().takes)]
        return NotFound("take", shorten(take_id), nearest=nearest_name(shorten(take_id), known), known=_WHERE_LISTED)

    def ids(self) -> tuple[TakeId, ...]:
        """Return the ids of all takes that are still there, newest first."""
        found = (file.parent.name for file in self._folder.glob(f"[!.]*/{TAKE_FILE}"))
        return tuple(TakeId(name) for name in sorted(found, reverse=True))

    def newest(
        self, limit: int | None = None, *, is_wanted: Callable[[Path], bool] = lambda _folder: True
    ) -> KeptTakes:
        """Read the newest takes whose folders are wanted, or all; one that cannot be read is named instead."""
        takes: list[Take] = []
        damaged: list[str] = []
        for take_id in self.ids():
            if len(takes) == limit:
                break
            if not is_wanted(self._folder / take_id):
                continue
            try:
                takes.append(read_take(self._folder / take_id))
            except StudioError:  # not JSON, another format, values that no take has: `get` tells which
                damaged.append(take_id)
        return KeptTakes(takes=tuple(takes), damaged=tuple(damaged))


def is_take(folder: Path) -> bool:
    """Tell whether a folder holds a take."""
    with suppress(OSError, ValueError):  # no name of a file at all: too long, or with a zero byte
        return (folder / TAKE_FILE).is_file()
    return False


def read_take(folder: Path) -> Take:
    """Read ``take.json`` of a take folder."""
    file = folder / TAKE_FILE
    try:
        take = _TAKE.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SetupBroken(f"{file} cannot be read: {error}") from error
    if take.format != TAKE_FORMAT:
        raise RequestInvalid(f"{file} has format {take.format}; this version of Sideman reads format {TAKE_FORMAT}")
    return take


def take_file(take: Take, folder: Path, path: str) -> Path:
    """Return where a file lies that a take's account lists; NotFound for any other, and for one outside the take.

    An account may come from somebody else, so that its word alone opens no file of this machine.
    """
    known = [*(file.path for file in take.files), TAKE_FILE]
    place = (folder / path).resolve() if path in known else folder
    if not (place.is_file() and place.is_relative_to(folder.resolve())):
        raise NotFound("file of the take", shorten(path), nearest=nearest_name(shorten(path), known))
    return place


def take_to_json(take: Take) -> bytes:
    """Return the content of ``take.json``."""
    return _TAKE.dump_json(take, indent=2) + b"\n"


def describe_files(folder: Path, lengths_seconds: dict[str, float]) -> tuple[TakeFile, ...]:
    """Return size, hash and known length of every file below ``folder``, by path inside it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != TAKE_FILE)
    return tuple(
        TakeFile(
            path=path,
            n_bytes=file.stat().st_size,
            sha256=_sha256(file),
            length_seconds=lengths_seconds.get(path),
        )
        for file, path in ((file, file.relative_to(folder).as_posix()) for file in files)
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, making its folder if need be."""
    partial = file.with_name(f".{file.name}.partial")
    with storage_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(file)


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Translate the operating system's refusals to write into ``StorageFailed``."""
    try:
        yield
    except OSError as error:
        reason = {
            errno.ENOSPC: "no space is left on the device",
            errno.EDQUOT: "the disk quota is used up",
            errno.EROFS: "the file system is read-only",
            errno.EACCES: "permission is missing",
            errno.EPERM: "permission is missing",
            errno.ENOTDIR: "a part of the path is a file",
            errno.EEXIST: "a file of that name is in the way",
        }.get(error.errno or 0, os.strerror(error.errno) if error.errno else str(error))
        step = "free some space or choose" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose"
        raise StorageFailed(
            f"cannot write {place}: {reason}; {step} another folder (--out, or the setting takes_dir)"
        ) from error
