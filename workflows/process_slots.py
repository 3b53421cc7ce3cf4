"""Lock files that tell which processes are alive."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ProcessSlots:
    """Lock files, one for each process; a free one belongs to nobody alive, and a process that ends removes its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.own = f"{os.getpid()}-{secrets.token_hex(6)}"
        draft = f".{self.own}"
        descriptor = self._try_lock(draft)
        assert descriptor is not None  # nobody else looks at this name
        self._descriptor = descriptor
        (folder / draft).rename(folder / self.own)  # held from the moment on that others see it

    def all(self) -> set[str]:
        """Return the names of all slots that are there, held or free."""
        return {file.name for file in self._folder.glob("[!.]*")}

    def forget(self, slot: str) -> None:
        """Remove a slot, held here, whose process has nothing left."""
        (self._folder / slot).unlink(missing_ok=True)

    def _try_lock(self, slot: str) -> int | None:
        descriptor = os.open(self._folder / slot, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    @contextmanager
    def held_if_free(self, slot: str) -> Iterator[bool]:
        """Hold another slot's lock, if nobody does, while its jobs are taken over or cleaned up."""
        descriptor = self._try_lock(slot)
        try:
            yield descriptor is not None
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def release(self) -> None:
        """Free the own slot and forget it."""
        self.forget(self.own)
        os.close(self._descriptor)
