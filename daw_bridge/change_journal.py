"""The change sets of a session: one JSON file each, in the session's folder, written by whoever applies them."""

import json
import re
from pathlib import Path

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.whole_file import make_folder
from music.changeset import ChangeSetId
from music.errors import NotFound, RequestInvalid, SetupBroken

CLOSED_STATES = ("applied", "failed", "reverted")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}")


def journal_folder(session_folder: Path) -> Path:
    """Return where a session keeps its change sets, making the folder if need be."""
    folder = session_folder / "sideman" / "changes"
    make_folder(folder)
    return folder


def check_id(change_set_id: ChangeSetId) -> None:
    """Refuse an id that cannot be a file name."""
    if not _ID.fullmatch(change_set_id):
        raise RequestInvalid(
            f"a change set id is 1-120 letters, digits, '-', '_' and '.', not starting with '-' or '.'; "
            f"got {change_set_id!r}"
        )


def read_record(session_folder: Path, change_set_id: ChangeSetId) -> JsonObject | None:
    """Read the journal of one change set; None where there is none."""
    check_id(change_set_id)
    path = session_folder / "sideman" / "changes" / f"{change_set_id}.json"
    return _read(path) if path.exists() else None


def find_record(session_folder: Path, change_set_id: ChangeSetId) -> JsonObject:
    """Read the journal of one change set; NotFound where there is none."""
    record = read_record(session_folder, change_set_id)
    if record is None:
        known = [found["id"] for found in read_records(session_folder)]
        raise NotFound("change set", change_set_id, nearest=known[-1] if known else None)
    return record


def is_open(session_folder: Path, change_set_id: ChangeSetId) -> bool:
    """Tell whether a change set was begun and neither finished nor taken back."""
    record = read_record(session_folder, change_set_id)
    return record is not None and record["state"] not in CLOSED_STATES


def read_records(session_folder: Path) -> list[JsonObject]:
    """Read all change sets of a session, oldest first."""
    found = [_read(path) for path in sorted((session_folder / "sideman" / "changes").glob("*.json"))]
    return sorted(found, key=lambda record: (record["begun_unix"], record["id"]))


def _read(path: Path) -> JsonObject:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupBroken(f"the change set {path} cannot be read: {error}; move it away") from error
    if not isinstance(record, dict) or record.get("version") != 1:
        raise SetupBroken(f"the change set {path} is of another version of Sideman; move it away")
    return record
