"""A real MCP client that listens hears what a person does in the real editor: soon, and no more than is useful."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import stdio_client
from mcp.client.subscriptions import Subscription
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import TextResourceContents

from mcp_server.watching import SELECTION_URI, SESSION_URI
from tests.acceptance import inside_ardour
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.test_mcp_edit import call, edited, midi_track, server_of, twelve
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")
_SECONDS = 20.0
_SOON_SECONDS = 2.0  # a look every half a second, and a busy machine
_QUIET_SECONDS = 1.2  # two looks


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("heard")) as found:
        yield found


class Ear:
    """What a client hears, each with the time at which it came."""

    def __init__(self, heard: Subscription) -> None:
        self._heard = heard
        self.events: list[tuple[float, str]] = []
        self._new = asyncio.Condition()

    async def listen(self) -> None:
        """Note all that is heard."""
        async for event in self._heard:
            assert isinstance(event, ResourceUpdated)
            async with self._new:
                self.events.append((time.monotonic(), event.uri))
                self._new.notify_all()

    async def hears(self, uri: str, since: float) -> float:
        """Wait until a resource is told as changed, and return how long after ``since`` that was."""
        async with asyncio.timeout(_SECONDS), self._new:
            await self._new.wait_for(lambda: any(at >= since and told == uri for at, told in self.events))
        return next(at for at, told in self.events if at >= since and told == uri) - since

    async def settled(self) -> None:
        """Wait until nothing has been told for a while."""
        last = time.monotonic()
        while time.monotonic() - last < _QUIET_SECONDS:
            await asyncio.sleep(0.1)
            last = max([last, *(at for at, _ in self.events)])


@asynccontextmanager
async def listening(client: Client) -> AsyncIterator[Ear]:
    async with client.listen(resource_subscriptions=[SESSION_URI, SELECTION_URI]) as heard:
        ear = Ear(heard)
        task = asyncio.create_task(ear.listen())
        try:
            await ear.settled()
            yield ear
        finally:
            task.cancel()


async def read(client: Client, uri: str) -> dict[str, Any]:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    found: dict[str, Any] = json.loads(content.text)
    return found


async def test_what_is_done_by_hand_is_heard_soon(studio: Studio) -> None:
    """A fader, a region, notes, an undo and a redo by hand; each is another revision, too."""
    action = studio.editor.send_osc
    by_hand: dict[str, Callable[[], None]] = {
        "fader": lambda: action("/strip/gain", 1, -7.0),
        "move": lambda: action("/access_action", "Region/nudge-forward"),
        "undo the move": lambda: action("/access_action", "Editor/undo"),
        "redo the move": lambda: action("/access_action", "Editor/redo"),
        "notes": lambda: action("/access_action", "Region/legatize-region"),
        "undo the notes": lambda: action("/access_action", "Editor/undo"),
        "marker": lambda: action("/add_marker"),
    }
    part = {"verb": "add_midi_region", "ref": "part", "track": "bass", "name": "Part", "at": 2, "length_beats": 8}
    notes = {"verb": "add_notes", "region": "part", "notes": "2|1|0 0.5 C4 100\n2|3|0 0.5 E4 100"}
    async with (
        Client(stdio_client(server_of(studio))) as client,
        edited(client, [midi_track("Bass"), part, notes]),
        listening(client) as ear,
    ):
        action("/strip/gain", 1, -3.0)  # Ardour's OSC learns of a new strip a little late
        await ear.settled()
        took = {}
        for what, do in by_hand.items():
            action("/access_action", "Editor/select-all-objects")  # undo has ended it, perhaps
            await ear.settled()
            before = (await call(client, "session_overview"))["revision"]
            since = time.monotonic()
            do()
            took[what] = await ear.hears(SESSION_URI, since)
            assert (await call(client, "session_overview"))["revision"] != before, what
        print({what: round(seconds, 2) for what, seconds in took.items()})
        assert max(took.values()) < _SOON_SECONDS, took


async def test_selection_and_playhead_are_heard_and_a_rolling_transport_does_not_flood(studio: Studio) -> None:
    async with (
        Client(stdio_client(server_of(studio))) as client,
        edited(client, twelve(studio)[2:4]) as done,
        listening(client) as ear,
    ):
        since = time.monotonic()
        await call(client, "transport", action="locate", at=3)
        assert await ear.hears(SELECTION_URI, since) < _SOON_SECONDS
        studio.editor.send_osc("/access_action", "Editor/select-all-objects")
        await ear.settled()
        now = await read(client, SELECTION_URI)
        assert now["transport"]["playhead"] == "3|1|0"
        assert now["regions"] == [done["made"]["line"]]
        told = (await call(client, "inspect", target="selection"))["text"]
        assert f"region {done['made']['line']} Line 1 to 5, 16 notes on Bass" in told
        await inside_ardour.select_range(studio, 96_000, 192_000)
        await ear.settled()
        assert (await read(client, SELECTION_URI))["range"] == "2 to 3"
        since, n_before = time.monotonic(), len(ear.events)
        await call(client, "transport", action="play")
        await asyncio.sleep(3.0)
        rolled = [uri for _, uri in ear.events[n_before:]]
        n_most = 2.0 * (time.monotonic() - since) + 2
        await call(client, "transport", action="stop")
        assert 2 <= len(rolled) <= n_most
        assert set(rolled) == {SELECTION_URI}, "a rolling transport changes no music"
