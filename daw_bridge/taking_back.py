"""Taking a change set back through the bridge, with Ardour's own question seen through where it asks one."""

import asyncio
import time
from collections.abc import Mapping

from daw_bridge.applying import BUDGET_SECONDS, STEP_SECONDS
from daw_bridge.bridge_client import BridgeClient, Busy, VerbFailed
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.removal_dialog import RemovalDialog
from music.changeset import ChangeSetId

_LARGEST_TAKE_BACK = 10_000  # requests
_BUSY_POLL_SECONDS = 0.1
_LONGEST_BUSY_SECONDS = STEP_SECONDS


async def take_back(
    client: BridgeClient, change_set_id: ChangeSetId, state: str, *, later: Mapping[str, str] | None = None
) -> None:
    """Take back everything that stands, then close the log as ``state``.

    ``later`` names by their keys what later change sets touched. RequestInvalid when something that was done since is
    in the way of taking an applied one back; nothing is done then. Busy when Ardour keeps what must come next.
    """
    arguments: JsonObject = {
        "id": change_set_id,
        "state": state,
        "later": dict(later or {}),
        "budget_seconds": BUDGET_SECONDS,
        "may_ask": False,
    }
    dialog: RemovalDialog | None = None
    busy_since: float | None = None
    for _ in range(_LARGEST_TAKE_BACK):
        answer = await client.call("take_back", arguments, timeout_seconds=STEP_SECONDS)
        if not answer["remaining"]:
            return
        if answer.get("is_busy"):
            busy_since = busy_since or time.monotonic()
            if time.monotonic() - busy_since > _LONGEST_BUSY_SECONDS:
                raise Busy(
                    f"Ardour was busy for {_LONGEST_BUSY_SECONDS:g} s; a part is not taken back yet, undo it again"
                )
            await asyncio.sleep(_BUSY_POLL_SECONDS)
        else:
            busy_since = None
        if answer.get("must_ask"):
            dialog = await RemovalDialog.expect(client)
            arguments["may_ask"] = True
        if answer["is_asking"] and dialog is not None:
            await dialog.see_through(answer["routes"])
    raise VerbFailed(f"change set {change_set_id} is not taken back after {_LARGEST_TAKE_BACK} requests; undo it again")
