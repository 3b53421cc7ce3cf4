"""A real MCP client makes, saves, copies, opens and closes sessions of the real editor, and nothing unsaved is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import stdio_client
from mcp_types import ElicitResult

from tests.acceptance.bridge_studio import Studio, end_editors_of, running_studio
from tests.acceptance.test_mcp_edit import Caller, Person, call, connected, refused, server_of
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture
def studio(ardour_programs: None, tmp_path: Path) -> Iterator[Studio]:
    """Run an editor; a test here leaves another one in its place, which is ended as well."""
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path) as found:
        home = str(found.editor.home)
        yield found
        end_editors_of(home)


async def add_marker(client: Caller, name: str) -> None:
    operation: dict[str, Any] = {"verb": "add_marker", "ref": "m", "name": name, "at": 3}
    assert (await call(client, "edit_session", operations=[operation], label=name))["state"] == "applied"


async def session(client: Caller, action: str, **arguments: Any) -> dict[str, Any]:
    return await call(client, "session", action=action, **arguments)


async def test_a_session_is_made_saved_kept_copied_opened_and_closed(studio: Studio) -> None:
    """By a client that cannot ask: unsaved work needs a word each time."""
    here = studio.midi.parent
    async with connected(studio) as client:
        await session(client, "save")
        made = await session(client, "new", path=str(here / "Song"), metadata={"title": "A song", "year": "2026"})
        assert (made["name"], made["folder"], made["metadata"]["title"]) == ("Song", str(here / "Song"), "A song")
        assert made["is_saved"]
        assert not studio.editor.is_running
        await add_marker(client, "First")
        assert not (await session(client, "state"))["is_saved"]
        assert (await session(client, "save"))["is_saved"]
        assert 'name="First"' in (here / "Song" / "Song.ardour").read_text()
        kept = await session(client, "snapshot", name="Early")
        assert (kept["snapshots"], kept["open_snapshot"]) == (["Song", "Early"], None)
        told = await refused(client, "session", action="snapshot", name="Early")
        assert "a snapshot 'Early' already" in told
        assert "the snapshots are: Song, Early" in await refused(client, "session", action="open", name="Earli")
        assert "confirm: true" in told
        assert (await session(client, "snapshot", name="Early", confirm=True))["snapshots"] == ["Song", "Early"]
        copied = await session(client, "copy", path=str(here / "Song two"))
        assert copied["copy_at"] == str(here / "Song two" / "Song two.ardour")
        await add_marker(client, "Second")
        told = await refused(client, "session", action="open", path=str(here / "Song two"))
        assert 'unsaved "save" or "keep_as_snapshot"' in told
        assert (await session(client, "state"))["name"] == "Song"
        opened = await session(client, "open", path=str(here / "Song two"), unsaved="keep_as_snapshot")
        assert (opened["name"], opened["is_saved"]) == ("Song two", True)
        overview = (await call(client, "session_overview"))["session"]
        assert " First" in overview
        assert " Second" not in overview
        left = sorted(file.stem for file in (here / "Song").glob("*.ardour"))
        assert len(left) == 3
        (kept_as,) = opened["kept_as"]
        assert kept_as in left
        assert kept_as.startswith("Song unsaved ")
        assert 'name="Second"' not in (here / "Song" / "Song.ardour").read_text()
        await add_marker(client, "Third")
        assert "unsaved changes" in await refused(client, "session", action="close")
        closed = await session(client, "close", unsaved="save")
        assert (closed["name"], closed["is_open"]) == ("Song two", False)
        assert 'name="Third"' in (here / "Song two" / "Song two.ardour").read_text()
        assert "action open" in closed["next_step"]
        assert "is Ardour open" in await refused(client, "session_overview")
        assert "allowed" in await refused(client, "session", action="open", path="/etc")
        again = await session(client, "open", path=closed["folder"])
        assert (again["name"], again["is_open"], again["is_saved"]) == ("Song two", True, True)
        assert " Third" in (await call(client, "session_overview"))["session"]
        await session(client, "close")
        assert "already" in await refused(client, "session", action="new", path=str(here / "Song"))
        made = await session(client, "new", path=str(here / "Song three"), metadata={"title": "Third"})
        assert (made["name"], made["is_open"], made["metadata"]["title"]) == ("Song three", True, "Third")


async def test_a_person_is_asked_before_a_session_is_left_or_opened_anew(studio: Studio) -> None:
    """No is no; a yes saves, and metadata outlives Ardour's own loading and saving."""
    person = Person(
        ElicitResult(action="decline"),
        ElicitResult(action="accept", content={"unsaved": "refuse"}),
        ElicitResult(action="accept", content={"is_confirmed": False}),
        ElicitResult(action="accept", content={"is_confirmed": True}),
        ElicitResult(action="accept", content={"is_confirmed": True}),
        ElicitResult(action="accept", content={"unsaved": "save"}),
        ElicitResult(action="decline"),
    )
    first, other = studio.editor.session_folder, str(studio.midi.parent / "Other")
    wanted = {"artist": "Zoë & <Co>"}
    async with connected(studio) as client:
        told = await refused(client, "session", action="metadata", metadata=wanted)
        assert "closed and opened again" in told
        assert "confirm: true" in told
    async with Client(stdio_client(server_of(studio)), elicitation_callback=person) as client:
        await add_marker(client, "Mine")
        assert "did not agree" in await refused(client, "session", action="new", path=other)
        assert "unsaved changes" in await refused(client, "session", action="new", path=other)
        assert "did not agree" in await refused(client, "session", action="metadata", metadata=wanted, confirm=True)
        assert studio.editor.is_running
        titled = await session(client, "metadata", metadata=wanted)
        assert (titled["metadata"], titled["metadata_before"]) == (wanted, {"artist": ""})
        misspelt = await refused(client, "session", action="metadata", metadata={"titel": ""})
        assert "did you mean 'title'" in misspelt
        assert " Mine" in (await call(client, "session_overview"))["session"]
        assert (await call(client, "undo"))["state"] == "reverted"
        await add_marker(client, "Kept")
        made = await session(client, "new", path=other)
        assert (made["folder"], made["metadata"]) == (other, {})
        assert "did not agree" in await refused(client, "session", action="snapshot", name="Other", confirm=True)
        assert "a snapshot 'Other' already" in person.asked[-1]
        assert len(person.asked) == 7
        assert [question.count("unsaved changes") for question in person.asked] == [1, 1, 0, 0, 0, 1, 0]
    assert 'name="Kept"' in (first / f"{first.name}.ardour").read_text()
    assert "Zoë &amp; &lt;Co" in (first / f"{first.name}.ardour").read_text()
