"""States of a session that change sets began and ended with, kept in its folder so that any two can be compared."""

import json
import os
from pathlib import Path

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import kept_folder
from music.errors import NotFound, SetupBroken
from music.names import nearest_name

MOST_KEPT = 200
MOST_BYTES = 64 * 2**20
_TIDY_EVERY = 16  # files; looking at all of them each time would take longer than most changes


def read_kept(session_folder: Path, revision: str) -> JsonObject:
    """Read what was music in a session at a revision; NotFound where it is not kept (any more)."""
    folder = kept_folder(session_folder, "revisions")
    known = {path.stem: path for path in folder.glob("*.json")}
    if revision not in known:
        raise NotFound("kept revision", revision, nearest=nearest_name(revision, known))
    try:
        facts = json.loads(known[revision].read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupBroken(f"the revision {known[revision]} cannot be read: {error}; move it away") from error
    found: JsonObject = facts
    return found


def tidy(session_folder: Path) -> None:
    """Remove the revisions that were seen longest ago, past a number and a total size; not at every call."""
    folder = kept_folder(session_folder, "revisions")
    names = os.listdir(folder)  # noqa: PTH208 - after every change, so it must take no time
    if len(names) % _TIDY_EVERY:
        return
    stats = [(path, path.stat()) for path in map(folder.joinpath, names)]
    total = 0
    for place, (path, stat) in enumerate(sorted(stats, key=lambda found: found[1].st_mtime_ns, reverse=True), 1):
        total += stat.st_size
        if place > 1 and (place > MOST_KEPT or total > MOST_BYTES):
            path.unlink(missing_ok=True)
