"""Sessions as a whole: saved, kept as snapshots, copied, renamed and opened."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from daw_bridge.bridge_client import EditorClosed
from daw_bridge.editor_start import EditorProgram
from daw_bridge.live import LiveDaw
from daw_bridge.session_control import SessionState, Unsaved, session_file, snapshots_of
from music.errors import NotFound
from music.names import nearest_name, shorten
from workflows.allowed_files import allowed_path

__all__ = ["EditorClosed", "SessionState", "Sessions", "Unsaved", "snapshots_of"]


class Sessions:
    """What can be done with whole sessions in the editor. Folders are named only below those that are allowed."""

    def __init__(
        self, open_live: Callable[[], AbstractAsyncContextManager[LiveDaw]], *, allowed_folders: Sequence[Path]
    ) -> None:
        self._open_live = open_live
        self._allowed_folders = tuple(allowed_folders)
        self._closed: EditorProgram | None = None  # to be started again

    async def state(self) -> tuple[SessionState, tuple[str, ...]]:
        """Tell which session is open and whether it is saved, and name its snapshots."""
        async with self._open_live() as daw:
            state = await daw.session_state()
        return state, snapshots_of(state.folder)

    async def save(self) -> SessionState:
        """Save the open session."""
        async with self._open_live() as daw:
            await daw.save()
            return await daw.session_state()

    async def keep_snapshot(self, name: str, *, may_replace: bool) -> SessionState:
        """Save what is now as a snapshot and go on with the session."""
        async with self._open_live() as daw:
            await daw.save_snapshot(name, may_replace=may_replace)
            return await daw.session_state()

    async def rename(self, name: str) -> SessionState:
        """Save and rename the open session."""
        async with self._open_live() as daw:
            return await daw.rename_session(name)

    async def copy_to(self, path: str) -> Path:
        """Save, and copy the open session with all its sources to a new folder; return the copy's session file."""
        async with self._open_live() as daw:
            folder = (await daw.session_state()).folder
            return await daw.save_copy(allowed_path(path, self._folders(folder)))

    async def open(self, path: str, *, unsaved: Unsaved) -> SessionState:
        """Open another session, or a snapshot of this one by its name, in the place of the open one.

        Where no Ardour runs, it is started. RequestInvalid where unsaved work has no say.
        """
        async with self._open_live() as daw:
            is_open, folder = await _last(daw)
            folders = self._folders(folder)
            snapshots = snapshots_of(folder) if folder else ()
            if folder and path in snapshots:
                path = str(folder / f"{path}.ardour")
            elif "/" not in path:
                listed = f"the snapshots are: {', '.join(snapshots)}" if snapshots else "there are no snapshots"
                listed += "; another session is opened by its whole path, from / on"
                raise NotFound("snapshot", shorten(path), nearest=nearest_name(path, snapshots), known=listed)
            file = session_file(allowed_path(path, folders))  # it may be a link by itself
            file = allowed_path(str(file), folders)
            if is_open:
                return await daw.open_session(file, unsaved=unsaved)
            return await daw.start_session(file, editor=self._closed)

    async def make(self, path: str, *, unsaved: Unsaved, metadata: Mapping[str, str]) -> SessionState:
        """Make an empty session in a new folder and open it in the place of the open one.

        Where no Ardour runs, it is started. RequestInvalid where unsaved work has no say.
        """
        async with self._open_live() as daw:
            is_open, last = await _last(daw)
            folder = allowed_path(path, self._folders(last))
            if is_open:
                return await daw.new_session(folder, unsaved=unsaved, metadata=metadata)
            return await daw.start_new_session(folder, editor=self._closed, metadata=metadata)

    async def set_metadata(self, changes: Mapping[str, str]) -> SessionState:
        """Change title, artist and so on of the open session, which is saved, closed and opened again for that."""
        async with self._open_live() as daw:
            return await daw.set_metadata(changes)

    async def close(self, *, unsaved: Unsaved) -> None:
        """Close the open session and Ardour with it; RequestInvalid where unsaved work has no say."""
        async with self._open_live() as daw:
            self._closed = await daw.close_session(unsaved=unsaved)

    def _folders(self, session_folder: Path | None) -> tuple[Path, ...]:
        return (*self._allowed_folders, *([session_folder] if session_folder else []))


async def _last(daw: LiveDaw) -> tuple[bool, Path | None]:
    """Return whether a session is open, and the folder of that one, or of the one that was open last."""
    try:
        return True, (await daw.session_state()).folder
    except EditorClosed:
        return False, daw.last_folder()
