"""Operations, journals and snapshots on their way to and from Ardour."""

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.wire import revision_of, to_json, to_result, to_snapshot
from music.changeset import ChangeSetState, OutcomeStatus
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
        "processors": ["Synth"],
        "regions": [region],
    }
    return {
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
    snapshot = to_snapshot(_facts(), is_dirty=True)
    assert snapshot.routes[0].kind is RouteKind.MIDI_TRACK
    assert snapshot.routes[0].gain_db == -math.inf
    assert snapshot.routes[0].pan is None
    assert snapshot.routes[0].regions[0].n_notes == 3
    assert snapshot.selected_range is not None
    assert snapshot.selected_range.end == BBT(2)


def test_the_revision_follows_the_music_and_not_the_playhead() -> None:
    facts = _facts()
    revision = revision_of(facts)
    moved = {"playhead_samples": 4800, "is_rolling": True, "selected_routes": [], "selected_range": None}
    assert revision_of({**facts, **moved}) == revision
    for name, value in (("tempo_map", []), ("markers", []), ("routes", []), ("sample_rate_hz", 44100)):
        assert revision_of({**facts, name: value}) != revision
    facts["routes"][0]["regions"][0]["n_notes"] = 4
    assert revision_of(facts) != revision


def _record(state: str) -> dict[str, Any]:
    done = {"index": 0, "state": "done", "outcome": {"status": "verified", "read_back": "x"}, "inverses": []}
    failed = {"index": 1, "state": "failed", "outcome": {"status": "failed", "reason": "no"}, "inverses": []}
    return {
        "id": "one",
        "label": "a take",
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
