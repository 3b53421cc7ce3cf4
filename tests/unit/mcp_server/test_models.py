"""What a model reads of takes, jobs, change sets and the session says what there is, in few words."""

import pytest

from mcp_server.models import (
    ChangeSummary,
    JobReport,
    SessionOverview,
    TakeDetail,
    TakeList,
    TakeSummary,
    TrackLine,
    compared,
    take_uri,
)
from music.brief import Brief, Reading, Remark
from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.errors import EngineFailed
from music.instrument import Role
from music.job import Progress
from music.pitch import Key, Mode
from music.plan import Plan, PlannedPart
from music.score import PartMix, Section
from music.session import Marker, Plugin, Region, Route, RouteId, RouteKind, SessionSnapshot, TempoPoint
from music.take import TAKE_FORMAT, Comparison, Take, TakeFile, TakeId
from music.time import BBT, TimeSignature
from workflows.durable import JobId, JobState, JobStatus
from workflows.studio import KeptTakes

PLAN = Plan(
    engine="composer",
    engine_reason="it is the only one",
    planner="rules",
    style="pop",
    title="Test",
    prompt="pop",
    tempo_bpm=120.0,
    key=Key("C", Mode.MAJOR),
    time_signature=TimeSignature(4, 4),
    n_bars=6,
    sections=(
        Section(name="intro", start_bar=1, n_bars=2, energy=0.3),
        Section(name="verse", start_bar=3, n_bars=4, energy=0.5),
    ),
    chords=(),
    parts=(PlannedPart(role=Role.BASS, instrument="electric_bass", mix=PartMix()),),
    energy=0.5,
    loudness_lufs=-14.0,
    seed=1,
)
TAKE = Take(
    format=TAKE_FORMAT,
    id=TakeId("t1"),
    created_utc="2026-01-01T12:00:00+00:00",
    sideman_version="0",
    reading=Reading(brief=Brief(prompt="pop"), assumed=(Remark("key", "C major"),), unused=("zorp",)),
    plan=PLAN,
    engine="composer",
    engine_version="1",
    licence="MIT",
    assets=(),
    comparisons=(Comparison(name="tempo", asked="120 BPM", measured="60 BPM", agrees=False, note="half"),),
    files=tuple(
        TakeFile(path=path, n_bytes=1, sha256="0") for path in ("mix.wav", "stems/bass.wav", "Test/Test.ardour")
    ),
    timings_seconds=(),
)
RESULT = ChangeSetResult(
    id=ChangeSetId("c1"),
    label="Place Test",
    state=ChangeSetState.APPLIED,
    outcomes=(
        Outcome(index=0, verb="set_tempo", status=OutcomeStatus.VERIFIED),
        Outcome(index=1, verb="set_pan", status=OutcomeStatus.FAILED, asked="0.5", read_back="0", reason="no panner"),
    ),
    revision="r2",
)


@pytest.mark.parametrize(("agrees", "verdict"), [(True, "agrees"), (False, "DIFFERS"), (None, "not measured")])
def test_asked_against_measured_is_one_line_with_its_verdict(agrees: bool | None, verdict: str) -> None:
    row = Comparison(name="key", asked="C major", measured="A minor", agrees=agrees)
    assert compared(row) == f"key: asked C major, measured A minor, {verdict}"


def test_a_summary_gives_the_length_of_all_bars_and_what_was_measured() -> None:
    summary = TakeSummary.of(TAKE)
    assert (summary.bars, summary.seconds, summary.key) == (6, 12.0, "C major")
    assert summary.measured == ["tempo: asked 120 BPM, measured 60 BPM, DIFFERS (half)"]


def test_a_detail_names_sections_by_their_bars_and_links_all_but_the_session_s_files() -> None:
    detail = TakeDetail.of_folder(TAKE, "/takes/t1")
    assert detail.sections == ["intro: 1-2", "verse: 3-6"]
    assert detail.resources == [take_uri("t1", "mix.wav"), "sideman://takes/t1/stems/bass.wav"]
    assert (detail.assumed, detail.not_understood) == (["key: C major"], ["zorp"])


def test_a_change_counts_what_was_verified_and_tells_the_rest() -> None:
    summary = ChangeSummary.of(RESULT)
    assert summary.verified == 1
    assert summary.other_outcomes == ["set_pan: failed, asked 0.5, read back 0: no panner"]


def test_a_failed_job_tells_its_error_beside_the_take_that_it_had_made() -> None:
    status = JobStatus(
        id=JobId("t1"),
        recipe="generate",
        state=JobState.FAILED,
        progress=Progress("place", 0.426),
        created_seconds=0.0,
        error=EngineFailed("composer", "no score", retryable=False),
    )
    report = JobReport.of(status, TAKE, None)
    assert (report.state, report.percent, report.placed) == ("failed", 42, None)
    assert report.error == "engine 'composer' failed: no score"
    assert report.take is not None
    assert report.take.id == "t1"


def test_a_list_of_takes_names_the_damaged_ones() -> None:
    listed = TakeList.of(KeptTakes(takes=(TAKE,), damaged=("t2",)))
    assert ([take.id for take in listed.takes], listed.damaged) == (["t1"], ["t2"])


@pytest.mark.parametrize(
    ("read", "told"), [(-0.15000000000000002, "-0.15"), (-0.0001, "0.0"), (1.0, "1.0"), (None, "null")]
)
def test_a_pan_is_told_in_two_decimals(read: float | None, told: str) -> None:
    route = Route(
        id=RouteId("7"), name="Bass", kind=RouteKind.BUS, colour="#000000", gain_db=-0.001, pan=read,
        is_muted=False, is_soloed=False, is_record_armed=False, processors=(), regions=(),
    )  # fmt: skip
    line = TrackLine.of(route, is_selected=False).model_dump_json()
    assert f'"gain_db":0.0,"pan":{told},' in line


def test_a_fader_at_silence_is_told_as_its_schema_says() -> None:
    """JSON has no infinity: a client checks the answer against the schema and refuses what does not fit."""
    silent = Route(
        id=RouteId("7"), name="Bass", kind=RouteKind.BUS, colour="#000000", gain_db=float("-inf"), pan=None,
        is_muted=False, is_soloed=False, is_record_armed=False, processors=(), regions=(),
    )  # fmt: skip
    told = TrackLine.of(silent, is_selected=False).model_dump(mode="json")
    assert told["gain_db"] is None
    schema = TrackLine.model_json_schema()["properties"]["gain_db"]
    assert {choice["type"] for choice in schema["anyOf"]} == {"number", "null"}
    assert "silence" in schema["description"]


def test_the_session_is_told_in_lines() -> None:
    route = Route(
        id=RouteId("7"), name="Bass", kind=RouteKind.MIDI_TRACK, colour="#000000", gain_db=-3.004, pan=None,
        is_muted=True, is_soloed=False, is_record_armed=False, processors=(Plugin(id="9", name="a-fluidsynth", uri="urn:a", is_bypassed=False),),
        regions=(Region(id="8", name="riff", position_samples=0, length_samples=1, start=BBT(2), n_notes=5),),
    )  # fmt: skip
    overview = SessionOverview.of(
        SessionSnapshot(
            ardour_version="7.3.0", name="song", folder="/song", sample_rate_hz=48000, revision="r1",
            tempo_map=(TempoPoint(start=BBT(1), tempo_bpm=120.0, time_signature=TimeSignature(6, 8)),),
            markers=(Marker(id="9", name="chorus", position_samples=0, start=BBT(5)),), routes=(route,),
            playhead_samples=0, playhead=BBT(1), is_rolling=True, is_recording=True, is_dirty=True,
            selected_routes=(RouteId("7"),),
        )
    )  # fmt: skip
    (track,) = overview.tracks
    assert (track.gain_db, track.flags) == (-3.0, ["muted", "selected"])
    assert track.regions == ["riff at 2|1|0, 5 notes"]
    assert overview.transport == "recording"
    assert (overview.tempo_map, overview.markers) == (["1|1|0: 120 BPM 6/8"], ["5|1|0: chorus"])
