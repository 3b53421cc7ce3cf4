"""Operations, journals and snapshots on their way to and from Ardour."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.wire import from_json, to_json, to_kept_snapshot, to_result, to_snapshot
from music.changeset import ChangeSetState, OutcomeStatus
from music.errors import RequestInvalid
from music.operations import Operation
from music.operations.material import ImportMidi
from music.operations.mixer import SetFader
from music.operations.timeline import SetTempo
from music.operations.tracks import AddMidiTrack, SelectRoutes
from music.session import RouteKind
from music.time import BBT, TimeSignature


def _facts() -> dict[str, Any]:
    place = {"bar": 1, "beat": 1, "tick": 0}
    region = {"id": "9", "name": "r", "position_samples": 0, "length_samples": 5, "start": place, "n_notes": 3}
    route = {
        "id": "7",
        "name": "Bass",
        "kind": "midi_track",
        "colour": "#336699",
        "gain_db": "-inf",
        "is_muted": False,
        "is_soloed": False,
        "is_record_armed": False,
        "processors": [{"id": "9", "name": "Synth", "uri": "urn:s", "is_bypassed": False, "parameters": "0 1"}],
        "regions": [region],
    }
    return {
        "revision": "abc",
        "ardour_version": "7.3.0",
        "name": "song",
        "folder": "/song",
        "sample_rate_hz": 48000,
        "tempo_map": [{"start": place, "tempo_bpm": 120, "beats": 4, "unit": 4}],
        "markers": [{"id": "a@0", "name": "a", "position_samples": 0, "start": place}],
        "routes": [route],
        "playhead_samples": 0,
        "playhead": place,
        "is_rolling": False,
        "is_recording": False,
        "selected_routes": ["7"],
        "selected_range": {"start_samples": 0, "end_samples": 9, "start": place, "end": {**place, "bar": 2}},
    }


def test_operations_become_plain_json() -> None:
    tempo = SetTempo(at=BBT(1), tempo_bpm=140.0, time_signature=TimeSignature(6, 8))
    assert to_json(tempo) == {
        "verb": "set_tempo",
        "at": {"bar": 1, "beat": 1, "tick": 0},
        "tempo_bpm": 140.0,
        "time_signature": {"beats": 6, "unit": 8},
    }
    assert (
        to_json(AddMidiTrack(ref="t", name="T", colour="#000000", instrument_plugin=None))["instrument_plugin"] is None
    )
    assert to_json(SelectRoutes(routes=("1", "2")))["routes"] == ["1", "2"]


@given(st.floats(max_value=6, allow_nan=False))
def test_every_gain_survives_json_silence_included(gain_db: float) -> None:
    written = json.dumps(to_json(SetFader(route="1", gain_db=gain_db)), allow_nan=False)
    assert float(json.loads(written)["gain_db"]) == gain_db


def test_a_snapshot_is_read_with_its_kinds_and_silence() -> None:
    snapshot = to_snapshot(_facts())
    assert snapshot.routes[0].kind is RouteKind.MIDI_TRACK
    assert snapshot.routes[0].gain_db == -math.inf
    assert snapshot.routes[0].pan is None
    assert snapshot.routes[0].regions[0].n_notes == 3
    assert snapshot.selected_range is not None
    assert snapshot.selected_range.end == BBT(2)


def test_a_kept_revision_is_a_snapshot_without_what_passes() -> None:
    facts = _facts()
    music = {name: facts[name] for name in ("sample_rate_hz", "tempo_map", "markers", "routes")}
    kept = to_kept_snapshot(music, folder=Path("/songs/one"), revision="abc")
    whole = to_snapshot(facts)
    assert (kept.routes, kept.markers, kept.tempo_map) == (whole.routes, whole.markers, whole.tempo_map)
    assert (kept.revision, kept.folder, kept.playhead, kept.selected_routes) == ("abc", "/songs/one", BBT(1), ())


def test_an_operation_survives_the_way_through_a_log() -> None:
    operations: list[Operation] = [
        SetTempo(at=BBT(5), tempo_bpm=90.5, time_signature=TimeSignature(3, 4)),
        AddMidiTrack(ref="t", name="T", colour="#000000", instrument_plugin=None),
        SelectRoutes(routes=("1", "2")),
        SetFader(route="1", gain_db=-math.inf),
        ImportMidi(ref="r", track="t", path="/a b.mid", name="n", at=BBT(2), n_notes=3),
    ]
    assert [from_json(json.loads(json.dumps(to_json(operation)))) for operation in operations] == operations
    with pytest.raises(RequestInvalid, match="'paint_it_black'"):
        from_json({"verb": "paint_it_black"})
    with pytest.raises(RequestInvalid, match="set_fader cannot be read"):
        from_json({"verb": "set_fader", "route": "1"})


def _record(state: str) -> dict[str, Any]:
    done = {"index": 0, "state": "done", "outcome": {"status": "verified", "read_back": "x"}, "inverses": []}
    failed = {"index": 1, "state": "failed", "outcome": {"status": "failed", "reason": "no"}, "inverses": []}
    return {
        "id": "one",
        "label": "a take",
        "begun_unix": 1000.0,
        "state": state,
        "operations": [{"verb": "set_tempo"}, {"verb": "add_marker"}, {"verb": "set_mute"}],
        "entries": [done, failed],
        "revision": None,
    }


def test_a_journal_tells_of_each_operation_what_became_of_it() -> None:
    result = to_result(_record("failed"))
    assert result.state is ChangeSetState.FAILED
    assert [outcome.status for outcome in result.outcomes] == [
        OutcomeStatus.NOT_APPLIED,
        OutcomeStatus.FAILED,
        OutcomeStatus.NOT_APPLIED,
    ]
    assert result.outcomes[0].reason == "done, then taken back"


def test_what_still_stands_or_was_left_is_said() -> None:
    record = _record("reverted")
    record["entries"] = [
        {**record["entries"][0], "inverses": [{"kind": "x", "is_undone": True, "note": "changed since"}]},
        {**record["entries"][0], "inverses": [{"kind": "x"}]},
        {**record["entries"][0], "inverses": [{"kind": "x", "is_undone": True}]},
    ]
    outcomes = to_result(record).outcomes
    assert [outcome.status for outcome in outcomes] == [
        OutcomeStatus.UNVERIFIED,
        OutcomeStatus.FAILED,
        OutcomeStatus.VERIFIED,
    ]
    assert outcomes[0].reason == "changed since"


def test_an_open_journal_is_uncertain() -> None:
    record = _record("begun")
    record["entries"] = [{"index": 0, "state": "started", "inverses": []}]
    result = to_result(record)
    assert result.state is ChangeSetState.UNCERTAIN
    assert result.outcomes[0].status is OutcomeStatus.UNCERTAIN
    assert result.outcomes[1].status is OutcomeStatus.NOT_APPLIED
