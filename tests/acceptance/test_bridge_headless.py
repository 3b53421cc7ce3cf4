"""The bridge's verbs in Ardour's own Lua interpreter: what needs no editor works without one."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import find_record
from daw_bridge.lua_bundle import BRIDGE, bridge_version, bundle
from daw_bridge.validation import names_to_find
from daw_bridge.wire import to_json, to_result, to_snapshot
from music.changeset import ChangeSet, ChangeSetId
from music.operations import Operation
from music.operations.groups import RemoveVca
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.time import BBT, TimeSignature
from tests.programs import run_lua

pytestmark = pytest.mark.usefixtures("ardour_programs")

_RUN = """
AudioEngine:set_backend ("None (Dummy)", "", "")
local session = create_session (arg[1], "headless", 48000)
assert (os.execute ("mkdir -p '" .. arg[1] .. "/sideman/changes' '" .. arg[1] .. "/sideman/revisions'"))
local settings = { folder = arg[2], version = arg[3] }
local serve = (function ()
%s
end) ()
for number = 1, tonumber (arg[4]) do
  os.rename (arg[2] .. "/request-" .. number .. ".json", arg[2] .. "/request.json")
  serve (session)
end
close_session ()
"""


def _serve(
    folder: Path, requests: list[tuple[str, JsonObject]], *, more_verbs: str = "", indent: int | None = None
) -> list[dict[str, Any]]:
    """Have one session answer requests in turn; operations come on a line of their own."""
    box, session = folder / "box", folder / "session"
    box.mkdir()
    for number, (verb, arguments) in enumerate(requests, 1):
        first = {name: value for name, value in arguments.items() if name != "operations"}
        request = {"id": f"n{number}", "version": bridge_version(), "deadline_unix": 2**40, "verb": verb}
        lines = [json.dumps({**request, "arguments": first})]
        lines += [json.dumps(arguments["operations"], indent=indent)] if "operations" in arguments else []
        (box / f"request-{number}.json").write_text("\n".join(lines))
    script = folder / "run.lua"
    script.write_text(_RUN % bundle(BRIDGE, more_verbs + "return function (session) bridge.serve (session, nil) end\n"))
    printed = run_lua(script, session, box, bridge_version(), str(len(requests)), home=folder)
    answers = [box / f"answer-n{number}.json" for number in range(1, len(requests) + 1)]
    assert all(answer.exists() for answer in answers), printed
    return [json.loads(answer.read_text()) for answer in answers]


def _apply(change_set_id: str, *operations: Operation, **more: object) -> tuple[str, JsonObject]:
    """Return the request that applies operations."""
    change_set = ChangeSet(id=ChangeSetId(change_set_id), label="", operations=operations)
    return "apply", {
        "id": change_set_id,
        "label": "",
        "operations": [to_json(operation) for operation in operations],
        "session_folder": None,
        "names": names_to_find(change_set),
        "complaints": {},
        "derived": [],
        "fresh_files": [],
        "begun_unix": 1,
        "expected_revision": None,
        "budget_seconds": 60,
        "is_anew": False,
        **more,
    }


def test_tempo_tracks_and_mixer_need_no_editor(tmp_path: Path) -> None:
    operations: list[Operation] = [
        SetTempo(at=BBT(1), tempo_bpm=140.0, time_signature=TimeSignature(6, 8)),
        SetTempo(at=BBT(5), tempo_bpm=90.5, time_signature=TimeSignature(3, 4)),
        AddMidiTrack(ref="m", name="Bass", colour="#336699", instrument_plugin="urn:ardour:a-fluidsynth"),
        AddAudioTrack(ref="a", name="Bass", colour="#993311", n_channels=2),
        SetFader(route="m", gain_db=-6.0),
        SetFader(route="a", gain_db=float("-inf")),
        SetPan(route="m", pan=-1.0),
        SetMute(route="a", is_muted=True),
        SelectRoutes(routes=("m",)),
        AddMarker(ref="x", name="Verse", at=BBT(2)),
    ]
    applied, read, again = _serve(tmp_path, [_apply("one", *operations), ("snapshot", {}), _apply("one", *operations)])
    assert applied["result"]["last"] == "failed", applied
    outcomes = to_result(find_record(tmp_path / "session", ChangeSetId("one"))).outcomes
    assert [outcome.status.value for outcome in outcomes] == ["verified"] * 8 + ["unverified", "failed"], outcomes
    assert outcomes[3].read_back != "Bass"  # the name was taken
    assert "editor" in outcomes[8].reason
    assert "editor" in outcomes[9].reason
    snapshot = to_snapshot(read["result"])
    assert [(point.start, round(point.tempo_bpm, 6), str(point.time_signature)) for point in snapshot.tempo_map] == [
        (BBT(1), 140.0, "6/8"),
        (BBT(5), 90.5, "3/4"),
    ]
    bass, stem = (next(route for route in snapshot.routes if route.id == outcomes[index].route_id) for index in (2, 3))
    assert (bass.name, bass.colour, bass.pan) == ("Bass", "#336699", -1.0)
    assert [plugin.name for plugin in bass.processors] == ["ACE Fluid Synth"]
    assert bass.gain_db == pytest.approx(-6.0, abs=0.01)
    assert stem.gain_db == float("-inf")
    assert stem.is_muted
    assert again["result"]["earlier"]["state"] == "begun"  # an id is begun once


def test_a_strip_is_named_by_id_by_ref_or_by_the_name_that_it_alone_bears(tmp_path: Path) -> None:
    track = AddAudioTrack(ref="d", name="Drums", colour="#112233", n_channels=1)
    by_name = SetFader(route="Drums", gain_db=-3.0)
    answers = _serve(
        tmp_path,
        [
            _apply("made", track, SetFader(route="d", gain_db=-1.0), SetFader(route="Master", gain_db=-2.0)),
            _apply("named", by_name),
            _apply("elsewhere", by_name, session_folder="/elsewhere"),
            _apply("wrong", SetFader(route="drum", gain_db=0.0), SetMute(route="nobody", is_muted=True)),
            ("snapshot", {}),
        ],
    )
    assert [answer["result"].get("state") for answer in answers[:2]] == ["applied", "applied"], answers
    routes = {route["name"]: route for route in answers[-1]["result"]["routes"]}
    assert routes["Drums"]["gain_db"] == pytest.approx(-3.0, abs=0.01)
    assert routes["Master"]["gain_db"] == pytest.approx(-2.0, abs=0.01)
    assert answers[2]["result"] == {"other_session": str(tmp_path / "session")}
    complaints = answers[3]["result"]["complaints"]
    assert f"{routes['Drums']['id']} (Drums)" in complaints["0"]
    assert complaints["1"].startswith("no route nobody; there are ")


def test_a_change_set_that_dies_between_operations_goes_on_or_is_taken_back(tmp_path: Path) -> None:
    mute, fader = SetMute(route="Master", is_muted=True), SetFader(route="Master", gain_db=-9.0)
    go_on = {"id": "x", "budget_seconds": 0, "fresh_files": []}
    take_back = {"id": "x", "state": "reverted", "later": {}, "budget_seconds": 60, "may_ask": False}
    begun, wrong, one, both, back, before, after = _serve(
        tmp_path,
        [
            _apply("x", mute, fader, budget_seconds=0),
            ("go_on", {**go_on, "index": 1}),
            ("go_on", {**go_on, "index": 0}),
            ("go_on", {**go_on, "index": 1}),
            ("take_back", take_back),
            ("preview", {"session_folder": None, "names": [], "complaints": {}, "derived": [], "operations": []}),
            ("snapshot", {}),
        ],
    )
    assert (begun["result"]["state"], begun["result"]["n_done"], begun["result"]["last"]) == ("begun", 0, "time")
    assert "not the next one" in wrong["error"]["message"]
    assert (one["result"]["state"], one["result"]["n_done"]) == ("begun", 1)
    assert (both["result"]["state"], both["result"]["n_done"]) == ("applied", 2)
    assert back["result"] == {"remaining": False, "is_asking": False}
    record = find_record(tmp_path / "session", ChangeSetId("x"))
    assert (
        record["revision"] == record["revision_before"] == before["result"]["revision"] == after["result"]["revision"]
    )


# A verb module of its own: what a person, or a later change set, may put onto a shelf.
_SHELF = """
local books = {}
function registry.operations.shelve (context, operation)
  context.undo_with ({ kind = "take", name = operation.name, key = "book:" .. operation.name })
  books[operation.name] = context.change_set
  return { asked = operation.name, read_back = operation.name }
end
function registry.inverses.take (context, inverse)
  if books[inverse.name] ~= context.change_set then
    return inverse.name .. " was changed since; left as it is"
  end
  books[inverse.name] = nil
end
function registry.readings.shelf () return { holds = books.atlas or json.null } end
registry.operations.fly = registry.operations.shelve
registry.requires.fly = { probe = function () return false end, since = "9.0", reason = "books cannot fly" }
"""


def _request(change_set_id: str, *operations: JsonObject, **more: object) -> tuple[str, JsonObject]:
    return "apply", {**_apply(change_set_id)[1], "operations": list(operations), **more}


def _take_back(change_set_id: str, **more: object) -> tuple[str, JsonObject]:
    arguments = {"id": change_set_id, "state": "reverted", "later": {}, "budget_seconds": 60, "may_ask": False}
    return "take_back", {**arguments, **more}


def _notes(folder: Path, change_set_id: str) -> list[str | None]:
    return [found.get("note") for found in find_record(folder / "session", ChangeSetId(change_set_id))["inverses"]]


def test_what_was_changed_since_is_left_and_whoever_changed_it_is_named(tmp_path: Path) -> None:
    atlas = {"verb": "shelve", "name": "atlas"}
    later = {"book:atlas": "'tidier' (second)"}
    requests = [_request("first", atlas), _request("second", atlas), _take_back("first", later=later)]
    requests += [_request("third", atlas), _request("fourth", atlas), _take_back("third")]
    answers = _serve(tmp_path, requests, more_verbs=_SHELF)
    assert all(answer["ok"] for answer in answers), answers
    left = "atlas was changed since; left as it is"
    assert _notes(tmp_path, "first") == [f"{left} (by the later change set 'tidier' (second))"]
    assert _notes(tmp_path, "third") == [f"{left} (by hand, or with another snapshot)"]


def test_a_reading_is_taken_by_its_name(tmp_path: Path) -> None:
    shelf = "reading", {"name": "shelf", "arguments": {}}
    put = _request("books", {"verb": "shelve", "name": "atlas"})
    unknown = "reading", {"name": "drawer", "arguments": {}}
    _, held, freed, empty, refused = _serve(
        tmp_path, [put, shelf, _take_back("books"), shelf, unknown], more_verbs=_SHELF
    )
    assert held["result"] == {"holds": "books"}
    assert freed["ok"]
    assert empty["result"] == {"holds": None}
    assert refused["error"]["kind"] == "invalid"


def test_where_several_vcas_bear_a_name_their_ids_are_told(tmp_path: Path) -> None:
    """Sideman makes no two of a name, but a person may."""
    more = """
function registry.readings.twins (session)
  for _ = 1, 2 do session:vca_manager ():create_vca (1, "Twins") end
  return {}
end
"""
    twins = ("reading", {"name": "twins", "arguments": {}})
    _, answer = _serve(tmp_path, [twins, _apply("x", RemoveVca(vca="Twins"))], more_verbs=more)
    told = answer["result"]["complaints"]["0"]
    assert re.fullmatch(r"2 vcas are called Twins, such as \d+ and \d+; name one by its id", told)


def test_operations_that_are_no_json_are_a_fault_and_not_silence(tmp_path: Path) -> None:
    """Python writes infinity as a word that is none of JSON's."""
    fly = {"verb": "fly", "height": float("inf")}
    (answer,) = _serve(tmp_path, [_request("x", fly)])
    assert "not JSON at byte" in answer["error"]["message"]


def test_an_answer_with_a_number_that_json_has_not_is_a_fault_and_not_silence(tmp_path: Path) -> None:
    more = "function registry.readings.endless () return { level = math.huge } end\n"
    (answer,) = _serve(tmp_path, [("reading", {"name": "endless", "arguments": {}})], more_verbs=more)
    assert answer["error"]["kind"] == "failed"
    assert "JSON has no number for inf" in answer["error"]["message"]


def test_what_this_ardour_cannot_do_is_refused_with_reason_and_version(tmp_path: Path) -> None:
    fly = {"verb": "fly", "name": "atlas"}
    hello, refused = _serve(tmp_path, [("hello", {}), _request("x", fly)], more_verbs=_SHELF)
    assert {"verb": "fly", "reason": "books cannot fly", "since": "9.0"} in hello["result"]["unavailable"]
    assert "fly" not in hello["result"]["operations"]
    assert "shelve" in hello["result"]["operations"]
    assert refused["result"]["complaints"] == {"0": "books cannot fly; Ardour 9.0 and later can"}


def test_an_operation_that_is_computed_outside_has_one_outcome_and_is_undone_as_one(tmp_path: Path) -> None:
    books = [{"verb": "shelve", "name": name} for name in ("atlas", "novel")]
    sort = {"verb": "sort"}
    go_on = {"budget_seconds": 60, "fresh_files": []}
    requests = [
        _request("sorted", books[0], sort, books[1], derived=[1]),
        ("go_on", {**go_on, "id": "sorted", "index": 1, "parts": {"asked": "sort", "operations": books * 2}}),
        _take_back("sorted"),
        ("reading", {"name": "shelf", "arguments": {}}),
        _request("refused", books[0], sort, derived=[1]),
        ("go_on", {**go_on, "id": "refused", "index": 1, "parts": {"refusal": "no space", "operations": []}}),
    ]
    waits, done, back, empty, _, failed = _serve(tmp_path, requests, more_verbs=_SHELF)
    assert (waits["result"]["last"], waits["result"]["n_done"]) == ("derive", 1)
    assert done["result"]["state"] == "applied"
    assert back["ok"]
    assert empty["result"] == {"holds": None}
    record = find_record(tmp_path / "session", ChangeSetId("sorted"))
    assert [len(entry["inverses"]) for entry in record["entries"]] == [1, 4, 1]
    assert record["entries"][1]["outcome"]["read_back"] == "atlas; novel; atlas; and 1 more"
    assert (failed["result"]["last"], failed["result"]["state"]) == ("failed", "begun")
    outcome = find_record(tmp_path / "session", ChangeSetId("refused"))["entries"][1]["outcome"]
    assert (outcome["status"], outcome["reason"]) == ("failed", "no space")


def test_a_log_keeps_one_line_for_each_thing_however_the_request_is_laid_out(tmp_path: Path) -> None:
    mute = to_json(SetMute(route="Master", is_muted=True))
    begin = ("apply", {**_apply("x")[1], "operations": [mute], "label": "two\nlines"})
    (answer,) = _serve(tmp_path, [begin], indent=2)
    assert answer["result"]["state"] == "applied", answer
    record = find_record(tmp_path / "session", ChangeSetId("x"))
    assert (record["operations"], record["label"]) == ([mute], "two\nlines")


def test_a_fault_in_a_verb_is_an_answer_and_never_an_error_in_ardour(tmp_path: Path) -> None:
    answers = _serve(
        tmp_path,
        [
            ("apply", {"id": "x"}),  # nothing else
            ("transport", {"action": "explode"}),
            ("existing", {}),
            ("apply", {**_apply("y")[1], "operations": [{"verb": "rm -rf"}]}),
            ("hello", {}),
        ],
    )
    assert [answer["ok"] for answer in answers] == [False, False, False, True, True]
    assert answers[1]["error"]["kind"] == "invalid"
    assert "rm -rf" in answers[3]["result"]["complaints"]["0"]
