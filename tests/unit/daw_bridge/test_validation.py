"""What is wrong with a change set is said before anything is done."""

import pytest

from daw_bridge.change_journal import check_id
from daw_bridge.validation import complaints, names_to_find, previewed
from music.changeset import ChangeSet, ChangeSetId, OutcomeStatus
from music.errors import RequestInvalid
from music.operations import Operation
from music.operations.material import ImportAudio
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack
from music.time import BBT, TimeSignature


def _change_set(*operations: Operation) -> ChangeSet:
    return ChangeSet(id=ChangeSetId("x"), label="", operations=operations)


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (SetTempo(at=BBT(1), tempo_bpm=301.0, time_signature=TimeSignature(4, 4)), "301"),
        (SetFader(route="121", gain_db=7.0), "at most 6"),
        (SetFader(route="121", gain_db=float("nan")), "at most 6"),
        (SetPan(route="121", pan=-1.1), "-1.1"),
        (AddMarker(ref="m", name="", at=BBT(1)), "1 to 120 characters"),
        (ImportAudio(ref="r", track="121", path="/no/file.wav", name="x", at=BBT(1), length_samples=1), "no file"),
    ],
)
def test_a_wrong_operation_is_named_with_its_reason(operation: Operation, complaint: str) -> None:
    found = complaints(_change_set(SetMute(route="1", is_muted=True), operation))
    assert list(found) == [1]
    assert complaint in found[1]


def test_a_ref_counts_from_the_operation_that_makes_it() -> None:
    track = AddAudioTrack(ref="t", name="T", colour="#000000", n_channels=1)
    mute = SetMute(route="t", is_muted=True)
    assert names_to_find(_change_set(track, mute)) == []
    assert names_to_find(_change_set(mute, track)) == [{"index": 0, "kind": "route", "name": "t"}]
    assert complaints(_change_set(track, mute)) == {}
    assert "twice" in complaints(_change_set(track, track))[1]


def test_beside_a_wrong_operation_the_others_are_not_applied() -> None:
    mute = SetMute(route="1", is_muted=True)
    asked = previewed(_change_set(mute, mute), {1: "no route 1"}, is_dry_run=True)
    assert [outcome.status for outcome in asked] == [OutcomeStatus.PREVIEWED, OutcomeStatus.FAILED]
    refused = previewed(_change_set(mute, mute), {1: "no route 1"}, is_dry_run=False)
    assert [outcome.status for outcome in refused] == [OutcomeStatus.NOT_APPLIED, OutcomeStatus.FAILED]
    assert refused[1].reason == "no route 1"


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a" * 121, "-x", "a b", "x\n"])
def test_an_id_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(RequestInvalid, match="change set id"):
        check_id(ChangeSetId(name))
