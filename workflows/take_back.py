"""What a placement that was broken off has left: said, and taken out again when its job is cancelled."""

import asyncio
import shutil
from pathlib import Path

from daw_bridge.change_journal import is_open
from music.changeset import ChangeSetId
from music.errors import StudioError, TryLater
from workflows.durable import JobId
from workflows.rooms import Rooms


class HalfPlaced(TryLater):
    """Placing was broken off where it could not be taken back, so part of the take may be in the session."""


def take_back_placement(rooms: Rooms, job_id: JobId, session_folder: str | None) -> None:
    """Take back what was begun in ``session_folder``, the session that the job is for, and remove the job's files.

    Raises HalfPlaced, which says how to do it later, where that session cannot be reached.
    """
    shutil.rmtree(rooms.placing_folder(job_id), ignore_errors=True)
    change_set_id = ChangeSetId(job_id)
    if session_folder is None or not is_open(Path(session_folder), change_set_id):
        return

    async def revert() -> None:
        async with rooms.open_daw() as daw:
            await daw.revert(change_set_id)

    try:
        asyncio.run(revert())
    except StudioError as error:
        raise HalfPlaced(
            f"{error}. Part of the take is in the session {session_folder}: with it open in Ardour, "
            f"'sideman undo {change_set_id}' takes it out"
        ) from error
