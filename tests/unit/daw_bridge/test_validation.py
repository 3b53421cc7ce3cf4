"""What is wrong with a change set is said before anything is done."""

import dataclasses
from pathlib import Path

import pytest

from daw_bridge.change_journal import check_id, find_record, journal_folder, read_records
from daw_bridge.validation import check_revision, preview
from music.changeset import ChangeSet, ChangeSetId, OutcomeStatus
from music.errors import NotFound, RequestInvalid, SetupBroken
from music.operations import Operation
from music.operations.material import ImportAudio
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack
from music.session import Route, RouteId, RouteKind, SessionSnapshot
from music.time import BBT, TimeSignature

_BASS = Route(
    id=RouteId("121"),
    name="Bass",
    kind=RouteKind.AUDIO_TRACK,
    colour="#000000",
    gain_db=0.0,
    pan=0.0,
    is_muted=False,
    is_soloed=False,
    is_record_armed=False,
    processors=(),
    regions=(),
)
_SESSION = SessionSnapshot(
    ardour_version="7.3.0",
    name="song",
    folder="/song",
    sample_rate_hz=48000,
    revision="abc",
    tempo_map=(),
    markers=(),
    routes=(_BASS, dataclasses.replace(_BASS, id=RouteId("555"), name="Drums")),
    playhead_samples=0,
    playhead=BBT(1),
    is_rolling=False,
    is_recording=False,
    is_dirty=False,
)


def _change_set(*operations: Operation, revision: str | None = None) -> ChangeSet:
    return ChangeSet(id=ChangeSetId("x"), label="", operations=operations, expected_revision=revision)


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (SetTempo(at=BBT(1), tempo_bpm=301.0, time_signature=TimeSignature(4, 4)), "301"),
        (SetFader(route="121", gain_db=7.0), "at most 6"),
        (SetFader(route="121", gain_db=float("nan")), "at most 6"),
        (SetPan(route="121", pan=-1.1), "-1.1"),
        (SetMute(route="122", is_muted=True), r"121 \(Bass\)"),
        (SetMute(route="drum", is_muted=True), r"555 \(Drums\)"),
        (AddMarker(ref="m", name="", at=BBT(1)), "1 to 120 characters"),
        (ImportAudio(ref="r", track="121", path="/no/file.wav", name="x", at=BBT(1), length_samples=1), "no file"),
    ],
)
def test_a_wrong_operation_is_named_with_its_reason(operation: Operation, complaint: str) -> None:
    (outcome,) = preview(_change_set(operation), _SESSION)
    assert outcome.status is OutcomeStatus.FAILED
    with pytest.raises(AssertionError, match=complaint):
        raise AssertionError(outcome.reason)


def test_a_ref_counts_from_the_operation_that_makes_it() -> None:
    track = AddAudioTrack(ref="t", name="T", colour="#000000", n_channels=1)
    mute = SetMute(route="t", is_muted=True)
    good = [outcome.status for outcome in preview(_change_set(track, mute), _SESSION)]
    assert good == [OutcomeStatus.PREVIEWED, OutcomeStatus.PREVIEWED]
    early = [outcome.status for outcome in preview(_change_set(mute, track), _SESSION)]
    assert early == [OutcomeStatus.FAILED, OutcomeStatus.PREVIEWED]
    twice = list(preview(_change_set(track, track), _SESSION))
    assert "twice" in twice[1].reason


def test_another_revision_is_refused_and_none_is_taken() -> None:
    check_revision(_change_set(), _SESSION)
    check_revision(_change_set(revision="abc"), _SESSION)
    with pytest.raises(RequestInvalid, match="moved on"):
        check_revision(_change_set(revision="abd"), _SESSION)


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a" * 121, "-x", "a b", "x\n"])
def test_an_id_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(RequestInvalid, match="change set id"):
        check_id(ChangeSetId(name))


def test_journals_are_listed_oldest_first_and_damage_is_named(tmp_path: Path) -> None:
    assert read_records(tmp_path) == []
    folder = journal_folder(tmp_path)
    (folder / "b.json").write_text('{"version": 1, "id": "b", "begun_unix": 1}')
    (folder / "a.json").write_text('{"version": 1, "id": "a", "begun_unix": 2}')
    assert [record["id"] for record in read_records(tmp_path)] == ["b", "a"]
    with pytest.raises(NotFound, match="'a'"):
        find_record(tmp_path, ChangeSetId("c"))
    (folder / "c.json").write_text("{")
    with pytest.raises(SetupBroken, match=r"c\.json"):
        read_records(tmp_path)
