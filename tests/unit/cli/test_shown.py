"""What is shown is what there is: brackets are no markup, and ids can be copied whole."""

import dataclasses

import pytest

from analysis.compare import compare
from analysis.key import KeyEstimate
from analysis.loudness import Loudness
from analysis.measure import Measurements
from analysis.midi_file import MidiFacts
from analysis.tempo import TempoEstimate
from cli.shown import PlainConsole, add_row, new_table, show_change_set, show_take
from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.pitch import parse_key
from music.time import TimeSignature
from tests.takes import a_plan, a_take


def result(state: ChangeSetState) -> ChangeSetResult:
    return ChangeSetResult(
        id=ChangeSetId("20260101-120000-abc123"),
        label="Place [/bold] me",
        state=state,
        outcomes=(
            Outcome(index=0, verb="set_tempo", status=OutcomeStatus.VERIFIED),
            Outcome(index=1, verb="set_fader", status=OutcomeStatus.FAILED, reason="no [route]"),
        ),
        revision=None,
    )


def test_a_change_set_counts_what_was_verified_and_tells_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_change_set(result(ChangeSetState.APPLIED), as_json=False) == 0
    printed = capsys.readouterr().out
    assert "Place [/bold] me: applied, 1 of 2 steps verified" in printed
    assert "set_fader: failed no [route]" in printed
    assert "set_tempo" not in printed


@pytest.mark.parametrize("state", [ChangeSetState.FAILED, ChangeSetState.UNCERTAIN])
def test_a_change_set_that_is_not_as_asked_gives_a_failing_exit_code(state: ChangeSetState) -> None:
    assert show_change_set(result(state), as_json=True) == 1


def test_an_id_stays_whole_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "36")
    table = new_table("take", "title", wide="title")
    add_row(table, "20260101-120000-abc123", "a title [/] of many words")
    PlainConsole(soft_wrap=False).print(table)
    printed = capsys.readouterr().out
    assert "20260101-120000-abc123" in printed
    assert "[/]" in printed


PLAN = a_plan(key="F# harmonic minor", n_bars=128, tempo_bpm=137.25, time_signature=TimeSignature(12, 8))
TAKE = a_take(plan=PLAN)
MIDI = MidiFacts(tempo_bpm=137.25, time_signature=TimeSignature(12, 8), n_bars=128, n_notes=9, length_seconds=335.74)


@pytest.mark.parametrize("level", [1.0, 2.0, 0.5, 4.0, 0.25, 2 / 3, 4 / 3, 1 / 3, 3.0, 1.5, 1.2])
@pytest.mark.parametrize("key", ["F# minor", "A major", "F# major", "C# minor", "Db major"])
@pytest.mark.parametrize("lufs", [-14.0, None])
def test_asked_against_measured_fits_a_terminal_of_80_columns_with_each_property_on_one_line(
    level: float, key: str, lufs: float | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    measured = Measurements(
        tempo=TempoEstimate(137.25 * level, 0.8),
        key=KeyEstimate(parse_key(key), 0.01, parse_key("Bb minor")),
        loudness=Loudness(loudness_lufs=lufs, true_peak_dbtp=-1.02),
        midi=MIDI,
        audio_seconds=340.11,
    )
    take = dataclasses.replace(TAKE, comparisons=compare(PLAN, measured, asked_seconds=334.0))
    show_take(take, "/takes/t1")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    for row in take.comparisons:
        (line,) = [line for line in lines if line.strip().startswith(f"{row.name} ")]
        assert row.asked in line
        assert row.measured in line
        assert not row.note or f"  {row.name}: {row.note}" in lines
