"""What happened since a revision is told step by step: by which change set, and what between them by hand."""

import dataclasses

import pytest

from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState
from music.errors import NotFound, RequestInvalid
from music.session import SessionSnapshot
from tests.sessions import a_session
from workflows.session_history import begin_of, require_change, steps_between, stretches


def done(name: str, before: str, after: str, state: ChangeSetState = ChangeSetState.APPLIED) -> ChangeSetResult:
    return ChangeSetResult(
        id=ChangeSetId(name), label=f"the {name}", state=state, outcomes=(), revision=after, revision_before=before
    )


def steps(first: str, last: str, *results: ChangeSetResult) -> list[str]:
    return [f"{step.by}: {step.revision_before}-{step.revision}" for step in steps_between(first, last, results)]


def test_what_lies_between_change_sets_was_done_by_hand() -> None:
    both = done("fader", "b", "c"), done("pan", "d", "e")
    assert steps("a", "f", *both) == [
        "by hand: a-b",
        "'the fader' (fader): b-c",
        "by hand: c-d",
        "'the pan' (pan): d-e",
        "by hand: e-f",
    ]
    assert steps("d", "e", *both) == ["'the pan' (pan): d-e"]
    assert steps("b", "c", *both) == ["'the fader' (fader): b-c"]
    assert steps("a", "a") == []
    assert steps("a", "b") == ["by hand: a-b"]


def test_a_change_set_is_named_by_its_id_or_by_a_label_that_only_one_bears() -> None:
    both = done("fader", "a", "b"), done("pan", "b", "c")
    assert require_change("pan", both) is require_change("the pan", both) is both[1]
    with pytest.raises(NotFound, match="no change set 'the pen'; did you mean 'the pan'"):
        require_change("the pen", both)
    with pytest.raises(NotFound, match=r"no change set 'zzz'; the last are 'the pan' \(pan\), 'the fader' \(fader\)$"):
        require_change("zzz", both)
    twins = both[0], dataclasses.replace(both[1], label="the fader")
    with pytest.raises(RequestInvalid, match="2 change sets are called 'the fader'; say which by its id: fader, pan"):
        require_change("the fader", twins)
    failed = dataclasses.replace(twins[0], state=ChangeSetState.FAILED)
    assert require_change("the fader", (failed, twins[1])) is twins[1]
    assert require_change("the fader", (failed,)) is failed


def test_what_was_taken_back_is_not_told_as_done() -> None:
    reverted = done("fader", "a", "a", ChangeSetState.REVERTED)
    assert steps("a", "a", reverted) == []
    assert steps("a", "d", reverted, done("pan", "b", "c")) == [
        "by hand, or by taking back 'the fader': a-b",
        "'the pan' (pan): b-c",
        "by hand: c-d",
    ]


def test_taking_back_an_older_change_set_is_told_by_where_it_led() -> None:
    older = done("fader", "a", "e", ChangeSetState.REVERTED)
    assert steps("c", "e", older, done("pan", "b", "c")) == ["by hand, or by taking back 'the fader': c-e"]
    assert steps("c", "d", older, done("pan", "b", "c")) == ["by hand: c-d"]


def test_of_many_that_were_taken_back_two_are_named() -> None:
    many = [done(name, "a", "a", ChangeSetState.REVERTED) for name in ("fader", "pan", "mute", "solo")]
    assert steps("a", "b", *many) == ["by hand, or by taking back 'the fader', 'the pan' and 2 more: a-b"]


def test_since_a_change_set_means_from_its_beginning_on() -> None:
    assert begin_of("pan", [done("fader", "a", "b"), done("pan", "b", "c")]) == "b"
    assert begin_of("b", [done("fader", "a", "b")]) == "b"


async def test_steps_between_which_nothing_is_kept_are_told_together() -> None:
    async def snapshot_at(revision: str) -> SessionSnapshot:
        if revision == "b":
            raise NotFound("kept revision", revision)
        return a_session(revision=revision)

    found = await stretches(steps_between("a", "c", [done("fader", "a", "b"), done("pan", "b", "c")]), snapshot_at)
    assert [(one.by, one.before.revision, one.after.revision) for one in found] == [
        ("'the fader' (fader) and 'the pan' (pan)", "a", "c")
    ]
    assert await stretches((), snapshot_at) == ()
    with pytest.raises(NotFound):
        await stretches(steps_between("a", "b", [done("fader", "a", "b")]), snapshot_at)
