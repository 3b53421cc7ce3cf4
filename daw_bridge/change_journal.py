"""The logs of a session's change sets: one file each in the session's folder, to which Ardour adds line by line.

Each line is a JSON object whose ``line`` names its kind; reading them in order gives the change set's record. A last
line that is not whole was never acted upon, and is left out. ``lua/records.lua`` writes them and reads them the same.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.whole_file import make_folder
from music.changeset import ChangeSetId
from music.errors import NotFound, RequestInvalid, SetupBroken
from music.names import nearest_name

CLOSED_STATES = ("applied", "failed", "reverted")
_VERSION = 2
_NUMBER = re.compile(r"\d+")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}")


def kept_folder(session_folder: Path, name: str) -> Path:
    """Return a folder in which the session keeps something of ours: ``changes``, ``revisions`` or ``files``."""
    return session_folder / "sideman" / name


def make_journal_folders(session_folder: Path) -> None:
    """Make the folders that must be there before a change set is begun."""
    for name in ("changes", "revisions"):
        make_folder(kept_folder(session_folder, name))


def check_id(change_set_id: ChangeSetId) -> None:
    """Refuse an id that cannot be a file name."""
    if not _ID.fullmatch(change_set_id):
        raise RequestInvalid(
            f"a change set id is 1-120 letters, digits, '-', '_' and '.', not starting with '-' or '.'; "
            f"got {change_set_id!r}"
        )


def log_path(session_folder: Path, change_set_id: ChangeSetId) -> Path:
    """Return where the log of one change set is."""
    check_id(change_set_id)
    return kept_folder(session_folder, "changes") / f"{change_set_id}.jsonl"


def read_record(session_folder: Path, change_set_id: ChangeSetId) -> JsonObject | None:
    """Read the record of one change set; None where there is none."""
    path = log_path(session_folder, change_set_id)
    return _read(path) if path.exists() else None


def find_record(session_folder: Path, change_set_id: ChangeSetId) -> JsonObject:
    """Read the record of one change set; NotFound where there is none."""
    record = read_record(session_folder, change_set_id)
    if record is None:
        known = [found["id"] for found in read_records(session_folder)]
        raise NotFound("change set", change_set_id, nearest=nearest_name(change_set_id, known))
    return record


def is_open(session_folder: Path, change_set_id: ChangeSetId) -> bool:
    """Tell whether a change set was begun and neither finished nor taken back."""
    record = read_record(session_folder, change_set_id)
    return record is not None and record["state"] not in CLOSED_STATES


def read_records(session_folder: Path, *, since_unix: float = 0.0) -> list[JsonObject]:
    """Read the change sets of a session, oldest first; with ``since_unix`` those that were written to since then."""
    paths = sorted(kept_folder(session_folder, "changes").glob("*.jsonl"))
    found = [_read(path) for path in paths if path.stat().st_mtime >= since_unix]
    return sorted((record for record in found if record), key=lambda record: (record["begun_unix"], record["id"]))


def later_touches(session_folder: Path, record: JsonObject) -> dict[str, str]:
    """Name by its key, for all that was changed after a change set and stands, the last change set that did it."""
    return {
        inverse["key"]: f"{later['label']!r} ({later['id']})"
        for later in read_records(session_folder, since_unix=record["begun_unix"])
        if later["begun_unix"] > record["begun_unix"]
        for inverse in later["inverses"]
        if "key" in inverse and not inverse.get("is_undone")
    }


def built_upon(session_folder: Path, record: JsonObject) -> list[str]:
    """Name the later change sets that stand and work on strips that a change set made: they would go with these."""
    made = {
        inverse["route"]
        for inverse in record["inverses"]
        if inverse["kind"] == "remove_track" and not inverse.get("is_undone")
    }
    return [
        f"{later['label']!r} ({later['id']})"
        for later in read_records(session_folder, since_unix=record["begun_unix"])
        if later["begun_unix"] > record["begun_unix"]
        if any(
            made.intersection((inverse.get("route"), inverse.get("target")))
            for inverse in later["inverses"]
            if not inverse.get("is_undone")
        )
    ]


def _begin(record: JsonObject, line: JsonObject) -> None:
    record |= {name: value for name, value in line.items() if name not in ("line", "version")}
    record |= {"entries": [], "refs": {}, "state": "begun", "revision": None}
    record.pop("is_as_before", None)


def _start(record: JsonObject, line: JsonObject) -> None:
    record["entries"].append({"index": line["index"], "state": "started", "inverses": []})


def _busy(record: JsonObject, _: JsonObject) -> None:
    record["entries"].pop()


def _inverse(record: JsonObject, line: JsonObject) -> None:
    record["entries"][line["index"]]["inverses"].append(line["inverse"])
    record["inverses"].append(line["inverse"])


def _outcome(record: JsonObject, line: JsonObject) -> None:
    entry = record["entries"][line["index"]]
    entry |= {"state": line["state"], "outcome": line["outcome"]}
    if "renamed" in line:
        _rename(entry["inverses"], line["renamed"])
    record["refs"] |= line["refs"]


def _rename(inverses: list[JsonObject], renamed: dict[str, str]) -> None:
    """Put other ids in place of some: what a step made may go on under those that it had before."""
    for inverse in inverses:
        key = _NUMBER.sub(lambda found: renamed.get(found[0], found[0]), inverse["key"])
        inverse.update({name: _renamed(value, renamed) for name, value in inverse.items()}, key=key)


def _renamed(value: object, renamed: dict[str, str]) -> object:
    if isinstance(value, str):
        return renamed.get(value, value)
    if isinstance(value, list):
        return [_renamed(item, renamed) for item in value]
    if isinstance(value, dict):
        return {name: _renamed(item, renamed) for name, item in value.items()}
    return value


def _reverting(record: JsonObject, line: JsonObject) -> None:
    record |= {"state": "reverting", "is_unchanged": line.get("revision") == record["revision"]}


def _undone(record: JsonObject, line: JsonObject) -> None:
    record["inverses"][line["number"] - 1] |= {"is_undone": True, "note": line.get("note")}


def _reopen(record: JsonObject, _: JsonObject) -> None:
    for inverse in record["inverses"]:
        inverse |= {"is_undone": False, "note": None}
    record |= {"state": "reverting", "is_unchanged": False}


def _finish(record: JsonObject, line: JsonObject) -> None:
    record |= {"state": line["state"], "revision": line["revision"]}
    if record.pop("is_unchanged", False):
        record["is_as_before"] = line["revision"] == record["revision_before"]


_MEANINGS: dict[str, Callable[[JsonObject, JsonObject], None]] = {
    "begin": _begin,
    "start": _start,
    "busy": _busy,
    "inverse": _inverse,
    "outcome": _outcome,
    "reverting": _reverting,
    "undone": _undone,
    "reopen": _reopen,
    "finish": _finish,
}


def to_record(content: bytes) -> JsonObject | None:
    """Read a log; None where not even its first line is whole. Raises ValueError or KeyError where it is no log."""
    record: JsonObject = {"inverses": []}
    for line in _whole_lines(content):
        if line["line"] == "begin" and line["version"] != _VERSION:
            raise ValueError("it is of another version of Sideman")
        _MEANINGS[line["line"]](record, line)
    return record if "id" in record else None


def _whole_lines(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.split(b"\n")[:-1]:  # bytes: what comes last may break off inside a letter
        yield json.loads(line)


def _read(path: Path) -> JsonObject | None:
    try:
        return to_record(path.read_bytes())
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SetupBroken(f"the change set {path} cannot be read: {error}; move it away") from error
