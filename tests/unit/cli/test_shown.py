"""What is shown is what there is: brackets are no markup, and ids can be copied whole."""

import pytest

from cli.shown import PlainConsole, add_row, new_table, show_change_set
from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus


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
    table = new_table("take", "title")
    add_row(table, "20260101-120000-abc123", "a title [/] of many words")
    PlainConsole(soft_wrap=False).print(table)
    printed = capsys.readouterr().out
    assert "20260101-120000-abc123" in printed
    assert "[/]" in printed
