"""What the person does in the editor: opening a session, moving the playhead, selecting, and changing the music.

It is looked at twice a second, and only while somebody listens. A script that Ardour itself calls every tenth of a
second would cost all the time: Ardour collects the whole garbage of a script's interpreter after each call. Nor do the
signals to which a script can listen tell of faders, notes and undo.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.bridge_client import BridgeClient
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.daw import TransportState
from daw_bridge.wire import to_range, to_transport_state
from music.errors import StudioError
from music.session import RouteId, TimeRange

EVERY_SECONDS = 0.5
_PATIENCE_SECONDS = 1.0  # longer would keep others waiting while a dialog is open
_REST_SECONDS = 2.0  # before an editor that did not answer is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """What passes in the editor, at one moment."""

    session_folder: Path
    transport: TransportState
    selected_routes: tuple[RouteId, ...]
    selected_regions: tuple[str, ...]
    selected_range: TimeRange | None
    pulse: str  # another text once the music has been changed, by whatever hand


def to_passing(facts: JsonObject) -> Passing:
    """Read what the bridge says."""
    return Passing(
        session_folder=Path(facts["folder"]),
        transport=to_transport_state(facts),
        selected_routes=tuple(RouteId(route) for route in facts["selected_routes"]),
        selected_regions=tuple(facts["selected_regions"]),
        selected_range=to_range(facts["selected_range"]),
        pulse=facts["pulse"],
    )


async def read_passing(client: BridgeClient) -> Passing:
    """Look once."""
    return to_passing(await client.call("passing", timeout_seconds=_PATIENCE_SECONDS))


async def follow(
    open_client: Callable[[], AbstractAsyncContextManager[BridgeClient]], *, every_seconds: float = EVERY_SECONDS
) -> AsyncGenerator[Passing | None, None]:
    """Yield what passes now, and again whenever it has changed; None while no editor answers.

    The editor is reached anew after it was gone, since it may listen elsewhere by then. While the transport rolls every
    look is a change.
    """
    known: Passing | None = None
    is_first = True
    while True:
        try:
            async with open_client() as client:
                while True:
                    now = await read_passing(client)
                    if is_first or now != known:
                        known, is_first = now, False
                        yield now
                    await asyncio.sleep(every_seconds)
        except StudioError:
            if is_first or known is not None:
                known, is_first = None, False
                yield None
        await asyncio.sleep(_REST_SECONDS)
