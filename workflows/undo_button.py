"""What the button "undo its last turn" asks for: which turn that is, and then that it is taken back."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daw_bridge.button_ear import ButtonEar, UndoPress
from daw_bridge.change_journal import read_records
from daw_bridge.daw import Daw
from music.changeset import OutcomeStatus
from music.errors import RequestInvalid, StudioError
from workflows.commands import spelled_here

_GONE = ("reverted", "failed")
_MOST_VERBS = 4


async def answer_undo(
    press: UndoPress,
    ear: ButtonEar,
    tell: Callable[[str], None],
    *,
    open_daw: Callable[[], AbstractAsyncContextManager[Daw]],
) -> None:
    """Answer a press: with the question whether to take the last turn back, or by taking it back.

    While the button waits for the question Ardour takes no request, so the turn is read from the session's folder.
    """
    try:
        if press.turn is None:
            record = last_turn(press.session_folder)
            ear.ask(press.id, question(record), turn=record["id"])
            return
        async with open_daw() as daw:
            undone = await daw.revert(press.turn)
    except StudioError as error:
        tell(f"button: undo: {error}")
        if press.turn is None:
            ear.answer(press.id, spelled_here(str(error)))
        else:
            ear.leave_notice(spelled_here(f"nothing was undone: {error}"))
        return
    left = [outcome.reason for outcome in undone.outcomes if outcome.status is not OutcomeStatus.VERIFIED]
    said = f"{undone.label!r} was undone" + (f", but: {'; '.join(filter(None, left))}" if any(left) else "")
    tell(f"button: {said}")
    ear.leave_notice(said)


def last_turn(session_folder: Path) -> dict[str, Any]:
    """Return the record of what Sideman did last and still stands; RequestInvalid where there is nothing."""
    standing = [record for record in read_records(session_folder) if record["state"] not in _GONE]
    if not standing:
        raise RequestInvalid("there is nothing to undo: nothing that Sideman did stands in this session")
    return standing[-1]


def question(record: dict[str, Any]) -> str:
    """Ask in a musician's words whether a turn shall be taken back."""
    counted = Counter(operation["verb"].replace("_", " ") for operation in record["operations"])
    named = [verb if n == 1 else f"{verb} ({n} times)" for verb, n in counted.most_common(_MOST_VERBS)]
    more = len(counted) - len(named)
    steps = ", ".join(named) + (f" and {more} more" if more > 0 else "")
    at = datetime.fromtimestamp(record["begun_unix"], UTC).astimezone()
    state = "" if record["state"] == "applied" else " It was interrupted half way."
    return f"Take back what Sideman did at {at:%H:%M}: {record['label']!r}? It was: {steps}.{state}"
