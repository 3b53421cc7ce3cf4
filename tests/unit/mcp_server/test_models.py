"""What a model reads of takes, jobs, change sets and the session says what there is, in few words."""

import dataclasses
from datetime import UTC, datetime

import pytest

from daw_bridge.daw import Capabilities, UnavailableVerb
from mcp_server.change_models import ChangeList, ChangeSummary, Difference, UndoSummary
from mcp_server.render_models import RenderedFiles
from mcp_server.session_models import CapabilitiesReport, PluginList, SessionOverview
from mcp_server.take_models import JobReport, MadeTake, TakeDetail, TakeList, TakeSummary, compared, take_uri
from music.brief import Brief, Reading, Remark
from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.errors import EngineFailed
from music.job import Progress
from music.operations.mixer import SetPan
from music.operations.timeline import AddMarker
from music.score import Section
from music.take import Comparison, TakeFile
from music.time import BBT
from tests.sessions import a_route, a_session
from tests.takes import a_plan, a_take
from workflows.durable import JobId, JobState, JobStatus
from workflows.open_session import Change
from workflows.render_requests import RenderedFile, RenderReport
from workflows.studio import Availability, Rating, TakeTree, TakeVerdict
from workflows.take_tree import KeptTake

PLAN = a_plan(
    n_bars=6,
    sections=(
        Section(name="intro", start_bar=1, n_bars=2, energy=0.3),
        Section(name="verse", start_bar=3, n_bars=4, energy=0.5),
    ),
)
TAKE = a_take(
    "t1",
    reading=Reading(brief=Brief(prompt="pop"), assumed=(Remark("key", "C major"),), unused=("zorp",)),
    plan=PLAN,
    comparisons=(Comparison(name="tempo", asked="120 BPM", measured="60 BPM", agrees=False, note="half"),),
    files=tuple(
        TakeFile(path=path, n_bytes=1, sha256="0") for path in ("mix.wav", "stems/bass.wav", "Test/Test.ardour")
    ),
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
    summary = TakeSummary.of(TAKE, Rating())
    assert (summary.bars, summary.seconds, summary.key) == (6, 12.0, "C major")
    assert summary.measured == ["tempo: asked 120 BPM, measured 60 BPM, DIFFERS (half)"]
    as_asked = dataclasses.replace(TAKE, comparisons=(dataclasses.replace(TAKE.comparisons[0], agrees=True),))
    assert TakeSummary.of(as_asked, Rating()).measured == []


def test_a_detail_names_sections_by_their_bars_and_links_all_but_the_session_s_files() -> None:
    detail = TakeDetail.of_folder(TAKE, "/takes/t1", Rating(verdict=TakeVerdict.FAVOURITE, note="the one"))
    assert detail.rating == "favourite: the one"
    assert detail.sections == ["intro: 1-2", "verse: 3-6"]
    assert detail.resources == [take_uri("t1", "mix.wav"), "sideman://takes/t1/stems/bass.wav"]
    assert (detail.assumed, detail.not_understood) == (["key: C major"], ["zorp"])


def test_a_change_counts_what_was_verified_and_tells_the_rest() -> None:
    summary = ChangeSummary.of(RESULT)
    assert summary.verified == 1
    assert summary.other_outcomes == ["1 set_pan: failed, asked 0.5, read back 0: no panner"]


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
    assert (report.recipe, report.state, report.percent, report.placed) == ("generate", "failed", 42, None)
    assert report.error == "engine 'composer' failed: no score"
    assert report.take is not None
    assert report.take.id == "t1"


def test_a_list_of_takes_names_the_damaged_ones() -> None:
    listed = TakeList.of(TakeTree(takes=(KeptTake(take=TAKE, rating=Rating()),), damaged=("t2",)))
    assert ([take.id for take in listed.takes], listed.damaged) == (["t1"], ["t2"])


def test_a_made_take_tells_how_its_words_were_read() -> None:
    made = MadeTake.of(TAKE)
    assert made.made == "pop, 120 BPM, C major, 4/4, 6 bars, 12.0 s, licence MIT"
    assert (made.assumed, made.not_understood, made.conflicts) == (["key: C major"], ["zorp"], [])


def test_what_was_left_of_later_change_sets_is_told_when_they_go_with_an_earlier_one() -> None:
    left = Outcome(index=1, verb="set_fader", status=OutcomeStatus.UNVERIFIED, reason="changed by hand since")
    gone = dataclasses.replace(RESULT, id=ChangeSetId("c2"), label="mute", state=ChangeSetState.REVERTED, outcomes=())
    partly = dataclasses.replace(gone, id=ChangeSetId("c3"), label="softer", outcomes=(left,))
    lost = dataclasses.replace(gone, id=ChangeSetId("c4"), label="pan", state=ChangeSetState.UNCERTAIN)
    told = UndoSummary.of_all([lost, partly, gone, RESULT])
    assert told.change_set == RESULT.id
    assert told.later == [
        "c4: pan, uncertain",
        "c3: softer",
        "c3, 1 set_fader: unverified: changed by hand since",
        "c2: mute",
    ]


def test_what_was_made_is_named_by_its_ref() -> None:
    operations = (AddMarker(ref="m", name="Verse", at=BBT(1)), SetPan(route="7", pan=0.5))
    outcomes = (dataclasses.replace(RESULT.outcomes[0], verb="add_marker", target_id="77"), RESULT.outcomes[1])
    summary = ChangeSummary.of(dataclasses.replace(RESULT, outcomes=outcomes), operations)
    assert summary.made == {"m": "77"}


def test_what_is_verified_but_not_quite_as_asked_is_told() -> None:
    renamed = dataclasses.replace(RESULT.outcomes[0], verb="add_bus", reason="Ardour named it Drums 1")
    summary = ChangeSummary.of(dataclasses.replace(RESULT, outcomes=(renamed,)))
    assert (summary.verified, summary.other_outcomes) == (1, ["0 add_bus: verified: Ardour named it Drums 1"])


def test_outcomes_in_a_row_that_are_alike_are_one_line() -> None:
    back = [
        Outcome(index=index, verb="set_fader", status=OutcomeStatus.NOT_APPLIED, reason="done, then taken back")
        for index in range(3)
    ]
    failed = Outcome(index=3, verb="set_mute", status=OutcomeStatus.FAILED, reason="no route Bas")
    skipped = Outcome(index=4, verb="set_pan", status=OutcomeStatus.NOT_APPLIED, reason="an earlier one failed")
    told = ChangeSummary.of(dataclasses.replace(RESULT, outcomes=(*back, failed, skipped))).other_outcomes
    assert told == [
        "0 to 2: not_applied: done, then taken back",
        "3 set_mute: failed: no route Bas",
        "4 set_pan: not_applied: an earlier one failed",
    ]


def test_of_many_outcomes_only_the_first_are_told() -> None:
    outcomes = tuple(dataclasses.replace(RESULT.outcomes[1], index=index, asked=str(index)) for index in range(100))
    told = ChangeSummary.of(dataclasses.replace(RESULT, outcomes=outcomes)).other_outcomes
    assert (len(told), told[-1]) == (31, "and 70 more")


def test_the_folder_of_what_was_rendered_is_told_once() -> None:
    bass, keys = (
        RenderedFile(
            name=name, path=f"/out/stems 1/{name}.wav", seconds=2.0, n_frames=96000, sample_rate_hz=48000,
            is_silent=False, loudness_lufs=-20.0, true_peak_dbtp=-3.0,
        )
        for name in ("Bass", "Keys")
    )  # fmt: skip
    report = RenderReport(session="Song", from_seconds=0.0, seconds=2.0, files=(bass, keys), notices=(), rtf=0.1)
    told = RenderedFiles.of(report)
    assert told.folder == "/out/stems 1"
    assert told.files == ["Bass: Bass.wav, -20.0 LUFS, -3.0 dBTP", "Keys: Keys.wav, -20.0 LUFS, -3.0 dBTP"]


def test_change_sets_and_differences_are_lines() -> None:
    assert ChangeList.of([RESULT]).change_sets == ["c1: Place Test, applied, 2 operations"]
    begun = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    (dated,) = ChangeList.of([dataclasses.replace(RESULT, outcomes=RESULT.outcomes[:1], begun=begun)]).change_sets
    assert dated == f"c1: Place Test, applied, 1 operation, {begun.astimezone():%a %d %b %H:%M}"
    many = Difference.of([Change(by="by hand", lines=("a region moved",) * 301)])
    assert many.changes[-1] == "… 1 more: ask for fewer at once, with since and until"
    told = Difference.of([Change(by="by hand", lines=("Bass: muted", "Keys: unmuted"))])
    assert told.changes == ["by hand: Bass: muted", "  Keys: unmuted"]


def test_the_session_is_told_in_lines_with_its_revision() -> None:
    overview = SessionOverview.of(a_session(a_route("Bass", "7"), revision="r1"))
    assert overview.revision == "r1"
    assert overview.session.endswith("\n7 Bass midi 0")
    assert overview.as_text().startswith("revision r1 · /songs/Song\nSong · ")


def test_what_an_ardour_cannot_do_is_told_with_the_version_that_can() -> None:
    found = Availability(
        sideman_version="1",
        ardour=Capabilities(
            ardour_version="7.3.0",
            bridge_version="2",
            verbs=("set_fader",),
            unavailable=(UnavailableVerb(verb="warp", reason="this Ardour has none", since="9.0"),),
        ),
        ardour_problem=None,
        offline_sessions="none",
        soundfont="none",
        engines=(),
        planner="rules",
        allowed_folders=("/takes",),
        styles=(),
        instruments=(),
    )
    report = CapabilitiesReport.of(found)
    assert report.unavailable_verbs == ["warp: this Ardour has none (Ardour 9.0 can)"]
    assert (report.verbs, report.allowed_folders) == (["set_fader"], ["/takes"])


def test_a_plugin_is_listed_with_what_tells_it_from_others() -> None:
    facts = {"id": "urn:eq", "name": "ACE EQ", "category": "EQ", "creator": "Ardour", "format": "LV2"}
    found = PluginList.of({"plugins": [facts, facts | {"is_instrument": True}], "n_found": 9})
    assert found.plugins == ["urn:eq: ACE EQ, EQ, Ardour, LV2", "urn:eq: ACE EQ, EQ, Ardour, LV2, instrument"]
