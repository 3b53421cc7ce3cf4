"""The log of a change set, read as Ardour writes it: line by line, and true wherever it breaks off."""

import json
from pathlib import Path

import pytest

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import (
    find_record,
    is_open,
    later_touches,
    log_path,
    make_journal_folders,
    read_records,
    to_record,
)
from daw_bridge.wire import to_result
from music.changeset import ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import NotFound, SetupBroken

_OPERATIONS = [
    {"verb": "set_fader", "route": "1", "gain_db": -3.0},
    {"verb": "set_mute", "route": "1", "is_muted": True},
]


def _begin(change_set_id: str = "one", begun_unix: float = 1.0) -> JsonObject:
    about = {"id": change_set_id, "label": "louder", "begun_unix": begun_unix, "operations": _OPERATIONS, "derived": []}
    known: JsonObject = {"known_routes": ["1"], "selected_routes": [], "revision_before": "aa"}
    return {"line": "begin", "version": 2, **about, **known}


def _step(index: int, *keys: str) -> list[JsonObject]:
    outcome = {"status": "verified", "read_back": "Größe", "route_id": "1"}
    return [
        {"line": "start", "index": index},
        *({"line": "inverse", "index": index, "inverse": {"kind": "k", "key": key}} for key in keys),
        {"line": "outcome", "index": index, "state": "done", "outcome": outcome, "refs": {}},
    ]


def _text(*lines: JsonObject) -> bytes:
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()


def _write(folder: Path, change_set_id: str, text: bytes) -> None:
    make_journal_folders(folder)
    log_path(folder, ChangeSetId(change_set_id)).write_bytes(text)


_WHOLE: list[JsonObject] = [
    _begin(),
    *_step(0, "gain:1"),
    *_step(1, "mute:1", "solo:1"),
    {"line": "finish", "state": "applied", "revision": "bb"},
]


def test_a_whole_log_tells_what_became_of_each_operation() -> None:
    record = to_record(_text(*_WHOLE))
    assert record
    result = to_result(record)
    assert (result.state, result.revision_before, result.revision) == (ChangeSetState.APPLIED, "aa", "bb")
    assert [(outcome.verb, outcome.status) for outcome in result.outcomes] == [
        ("set_fader", OutcomeStatus.VERIFIED),
        ("set_mute", OutcomeStatus.VERIFIED),
    ]


@pytest.mark.parametrize("n_lines", range(1, len(_WHOLE)))
def test_a_log_that_breaks_off_is_read_up_to_its_last_whole_line(n_lines: int) -> None:
    whole, torn = _text(*_WHOLE[:n_lines]), _text(_WHOLE[n_lines])[:-1]
    for cut in range(len(torn)):
        assert to_record(whole + torn[: cut + 1]) == to_record(whole)
    result = to_result(to_record(whole) or {})
    assert result.state is ChangeSetState.UNCERTAIN


def test_what_was_taken_back_is_undone_until_it_is_opened_again() -> None:
    undone: list[JsonObject] = [
        {"line": "reverting"},
        {"line": "undone", "number": 3},
        {"line": "undone", "number": 2, "note": "by hand"},
    ]
    lines: list[JsonObject] = [
        *_WHOLE,
        *undone,
        {"line": "undone", "number": 1},
        {"line": "finish", "state": "reverted", "revision": "aa"},
    ]
    outcomes = to_result(to_record(_text(*lines)) or {}).outcomes
    assert [outcome.status for outcome in outcomes] == [OutcomeStatus.VERIFIED, OutcomeStatus.UNVERIFIED]
    assert outcomes[1].reason == "by hand"
    reopened = to_record(_text(*lines, {"line": "reopen"})) or {}
    assert reopened["state"] == "reverting"
    assert not any(inverse["is_undone"] for inverse in reopened["inverses"])


def test_a_second_attempt_starts_anew_and_remembers_the_first() -> None:
    busy: list[JsonObject] = [{"line": "start", "index": 0}, {"line": "busy", "index": 0}]
    lines = [*_WHOLE[:4], {"line": "finish", "state": "failed", "revision": "aa"}, _begin(begun_unix=2.0), *busy]
    record = to_record(_text(*lines)) or {}
    assert (record["state"], record["entries"], record["begun_unix"]) == ("begun", [], 2.0)
    assert [inverse["key"] for inverse in record["inverses"]] == ["gain:1"]


def test_logs_are_listed_oldest_first_and_damage_is_named(tmp_path: Path) -> None:
    assert read_records(tmp_path) == []
    _write(tmp_path, "b", _text(_begin("b", 1.5)))
    _write(tmp_path, "a", _text(_begin("a", 1.75)))
    _write(tmp_path, "torn", _text(_begin("torn"))[:-1])  # it was never begun
    assert [record["id"] for record in read_records(tmp_path)] == ["b", "a"]
    assert is_open(tmp_path, ChangeSetId("a"))
    assert not is_open(tmp_path, ChangeSetId("torn"))
    with pytest.raises(NotFound, match="no change set 'c'"):
        find_record(tmp_path, ChangeSetId("c"))
    for damage in (b"{\n", b'{"line":"no such"}\n', b"[]\n", _text({**_begin("c"), "version": 1})):
        _write(tmp_path, "c", damage)
        with pytest.raises(SetupBroken, match=r"c\.jsonl"):
            read_records(tmp_path)


def test_what_a_later_change_set_touched_and_still_stands_is_named(tmp_path: Path) -> None:
    earlier = to_record(_text(_begin("earlier", 1.0), *_step(0, "gain:1"))) or {}
    _write(tmp_path, "earlier", _text(_begin("earlier", 1.0), *_step(0, "gain:1")))
    _write(tmp_path, "later", _text(_begin("later", 2.0), *_step(0, "gain:1"), *_step(1, "mute:1")))
    undone: list[JsonObject] = [{"line": "reverting"}, {"line": "undone", "number": 1}]
    _write(tmp_path, "undone", _text(_begin("undone", 3.0), *_step(0, "gain:1"), *undone))
    assert later_touches(tmp_path, earlier) == {"gain:1": "'louder' (later)", "mute:1": "'louder' (later)"}


def test_what_a_step_made_again_is_known_by_its_old_ids() -> None:
    inverses: list[JsonObject] = [
        {"kind": "remove_track", "route": "900", "key": "route:900"},
        {"kind": "restore_order", "was": ["31", "901"], "label": "901 and 900", "key": "plugin_order:900"},
    ]
    outcome = {"line": "outcome", "index": 0, "state": "done", "outcome": {"status": "verified"}, "refs": {"t": "200"}}
    record = to_record(
        _text(
            _begin(),
            {"line": "start", "index": 0},
            *({"line": "inverse", "index": 0, "inverse": inverse} for inverse in inverses),
            outcome | {"renamed": {"900": "200", "901": "201"}},
        )
    )
    assert record is not None
    assert record["inverses"] == [
        {"kind": "remove_track", "route": "200", "key": "route:200"},
        {"kind": "restore_order", "was": ["31", "201"], "label": "901 and 900", "key": "plugin_order:200"},
    ]


@pytest.mark.parametrize(("now", "then", "is_as_before"), [("bb", "aa", True), ("bb", "cc", False), ("dd", "cc", None)])
def test_what_was_taken_back_tells_whether_all_is_as_before(now: str, then: str, is_as_before: bool | None) -> None:
    back: list[JsonObject] = [{"line": "reverting", "revision": now}]
    back += [{"line": "undone", "number": number, "note": None} for number in (3, 2, 1)]
    record = to_record(_text(*_WHOLE, *back, {"line": "finish", "state": "reverted", "revision": then}))
    assert record
    result = to_result(record)
    assert (result.state, result.is_as_before) == (ChangeSetState.REVERTED, is_as_before)
    assert bool(result.remark) is (is_as_before is False)
