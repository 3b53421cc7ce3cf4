"""A real MCP client edits the session of the real editor: whole, checked, asked before anything is lost, taken back."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, ErrorData, TextContent

from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import home_environment
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")
_LARGEST_OVERVIEW_BYTES = 3000
_N_TRACKS = 20  # forty take Ardour a minute to make; a unit test holds what those are told in
_SECONDS = 10.0


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("edited")) as found:
        yield found


def server_of(studio: Studio) -> StdioServerParameters:
    environment = home_environment(studio.bridge_folder.parent) | {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder)}
    environment["SIDEMAN_ALLOWED_FOLDERS"] = str(studio.midi.parent)
    return StdioServerParameters(command=sys.executable, args=["-m", "cli.main", "mcp"], env=environment)


@asynccontextmanager
async def connected(studio: Studio) -> AsyncIterator[Client]:
    """Connect a client that cannot ask anybody anything."""
    async with Client(stdio_client(server_of(studio))) as client:
        yield client


Caller = Client | ClientSession


async def call(client: Caller, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content or {}
    return content


async def refused(client: Caller, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error, result.structured_content
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def midi_track(name: str) -> dict[str, Any]:
    return {
        "verb": "add_midi_track", "ref": name.lower(), "name": name, "colour": "#336699", "instrument_plugin": None,
    }  # fmt: skip


def twelve(studio: Studio) -> list[dict[str, Any]]:
    """Return twelve operations that make two parts, as a model writes them."""
    return [
        {"verb": "set_tempo", "at": 1, "tempo_bpm": 120, "time_signature": "4/4"},
        {"verb": "add_marker", "ref": "verse", "name": "Verse", "at": "9"},
        midi_track("Bass"),
        {
            "verb": "import_midi",
            "ref": "line",
            "track": "bass",
            "path": str(studio.midi),
            "name": "Line",
            "at": "1|1|0",
        },
        {"verb": "set_fader", "route": "bass", "gain_db": -3},
        {"verb": "set_mute", "route": "bass", "is_muted": True},
        {"verb": "add_audio_track", "ref": "keys", "name": "Keys", "colour": "#993311", "n_channels": 2},
        {"verb": "import_audio", "ref": "tone", "track": "keys", "path": str(studio.audio), "name": "Tone", "at": 5},
        {"verb": "set_pan", "route": "keys", "pan": -0.5},
        {"verb": "add_bus", "ref": "room", "name": "Room"},
        {"verb": "add_send", "ref": "send", "route": "keys", "target": "room", "gain_db": -12},
        {"verb": "set_fader", "route": "room", "gain_db": "-inf"},
    ]


@asynccontextmanager
async def edited(client: Caller, operations: list[dict[str, Any]], label: str = "two parts") -> AsyncIterator[Any]:
    """Apply operations, and take them back at the end if they still stand."""
    done = await call(client, "edit_session", operations=operations, label=label)
    assert done["state"] == "applied", done
    try:
        yield done
    finally:
        await call(client, "undo", change_set=done["change_set"])


async def test_twelve_operations_are_one_step_that_is_told_undone_and_done_again(studio: Studio) -> None:
    async with connected(studio) as client:
        start = await call(client, "session_overview")
        async with edited(client, twelve(studio)) as done:
            assert (done["verified"], done["other_outcomes"]) == (12, [])
            assert {"bass", "keys", "room", "line", "tone", "send"} <= set(done["made"])
            bass = next(line for line in (await overview(client)).splitlines() if " Bass " in line)
            assert bass.startswith(f"{done['made']['bass']} Bass midi -3 mute|")
            told = (await call(client, "session_diff", since=done["change_set"]))["changes"]
            by = f"'two parts' ({done['change_set']}): "
            assert [line.startswith(by) for line in told] == [True] + [False] * (len(told) - 1)
            plain = [line.removeprefix(by).strip() for line in told]
            assert "midi track 'Bass' added (1 regions)" in plain
            assert "marker 'Verse' added at 9" in plain
        assert (await call(client, "session_overview"))["revision"] == start["revision"]
        again = await call(client, "redo")
        assert (again["change_set"], again["state"]) == (done["change_set"], "applied")
        assert " Bass midi -3 mute|" in await overview(client)
        listed = (await call(client, "list_changes"))["change_sets"]
        assert listed[0].startswith(f"{done['change_set']}: two parts, applied, 12 operations, ")
        await call(client, "undo")
        assert (await call(client, "session_overview"))["revision"] == start["revision"]
        assert "nothing to undo" in await refused(client, "undo")


async def test_a_midi_track_with_nothing_but_a_name_has_an_instrument_that_sounds(studio: Studio) -> None:
    """Ardour's own General MIDI instrument is silent until it is told a SoundFont."""
    bare = [
        {"verb": "add_midi_track", "ref": "bass", "name": "Bass"},
        {"verb": "add_audio_track", "ref": "v", "name": "V"},
    ]
    async with connected(studio) as client, edited(client, bare, "tracks") as done:
        assert done["other_outcomes"] == []
        assert "loaded 'Sideman SoundFont'" in (await call(client, "inspect", target="ACE Fluid Synth"))["text"]


async def test_a_client_locates_to_a_marker_and_plays_the_loop(studio: Studio) -> None:
    marked = [{"verb": "add_marker", "ref": "c", "name": "Chorus", "at": 5}, {"verb": "set_loop", "start": 5, "end": 6}]
    async with connected(studio) as client, edited(client, marked, "places"):
        assert (await call(client, "transport", action="locate", marker="Chorus"))["playhead"] == "5|1|0"
        assert (await call(client, "transport", action="play_loop"))["is_looping"]
        assert not (await call(client, "transport", action="stop"))["is_rolling"]
        assert (await call(client, "transport", action="locate", at="2|3"))["playhead"] == "2|3|0"
        assert (await call(client, "transport", action="metronome_on"))["has_metronome"]
        assert not (await call(client, "transport", action="metronome_off"))["has_metronome"]
        assert "needs either a place or a marker" in await refused(client, "transport", action="locate")
        assert "Choir" in await refused(client, "transport", action="locate", marker="Choir")


async def test_a_client_finds_the_ports_that_a_strip_can_be_connected_to(studio: Studio) -> None:
    async with connected(studio) as client, edited(client, twelve(studio)[6:7], "a track"):
        ports = (await call(client, "inspect", target="ports"))["text"]
        assert "system:capture_1" in ports.splitlines()[0]
        (content,) = (await client.call_tool("inspect", {"target": "ports"})).content
        assert isinstance(content, TextContent)
        assert content.text == ports  # without JSON around it, in which every line break would be written out
        wrong = [{"verb": "set_input", "route": "Keys", "sources": ["system:capture_99"]}]
        refusal = await call(client, "edit_session", operations=wrong, label="input")
        assert "no port system:capture_99; did you mean system:capture_" in refusal["other_outcomes"][0]
        assert "there is nothing to undo" in await refused(client, "undo", change_set="input")


async def test_a_change_set_is_taken_back_with_all_later_ones(studio: Studio) -> None:
    async with connected(studio) as client:
        start = await call(client, "session_overview")
        first = await call(client, "edit_session", operations=[midi_track("Bass")], label="a part")
        louder = [{"verb": "set_fader", "route": "Bass", "gain_db": 2}]
        second = await call(client, "edit_session", operations=louder, label="louder")
        undone = await call(client, "undo", change_set=first["change_set"], with_later=True)
        assert (undone["change_set"], undone["state"]) == (first["change_set"], "reverted")
        assert undone["later"] == [f"{second['change_set']}: louder"]
        assert (await call(client, "session_overview"))["revision"] == start["revision"]
        again = await refused(client, "undo", change_set=first["change_set"], with_later=True)
        assert "nothing to undo" in again
        assert "did you mean 'louder'?" in await refused(client, "undo", change_set="louda")
        assert "nor a revision that is kept" in await refused(client, "session_diff", since="lunch")
        assert (await call(client, "redo", change_set="a part"))["change_set"] == first["change_set"]
        assert (await call(client, "undo", change_set="a part"))["state"] == "reverted"


async def overview(client: Caller) -> str:
    text: str = (await call(client, "session_overview"))["session"]
    return text


async def test_a_dry_run_checks_and_changes_nothing(studio: Studio) -> None:
    async with connected(studio) as client:
        before = await call(client, "session_overview")
        fine = await call(client, "edit_session", operations=twelve(studio), label="try", dry_run=True)
        wrong = [*twelve(studio)[2:3], {"verb": "set_fader", "route": "Bas", "gain_db": 0}]
        found = await call(client, "edit_session", operations=wrong, label="try", dry_run=True)
        assert (fine["state"], fine["verified"]) == ("previewed", 0)
        assert any("1 set_fader: failed" in line and "Bas" in line for line in found["other_outcomes"])
        assert (await call(client, "session_overview"))["revision"] == before["revision"]


async def test_a_stale_revision_is_refused(studio: Studio) -> None:
    async with connected(studio) as client:
        stale = (await call(client, "session_overview"))["revision"]
        async with edited(client, [midi_track("Bass")]):
            marker = [{"verb": "add_marker", "ref": "m", "name": "M", "at": 3}]
            told = await refused(client, "edit_session", operations=marker, label="late", expected_revision=stale)
            assert "the session moved on" in told
            assert "markers" not in await overview(client)


async def test_deleting_wants_a_yes_and_says_what_would_go(studio: Studio) -> None:
    async with connected(studio) as client, edited(client, twelve(studio)[2:4]) as done:
        delete = [{"verb": "delete_region", "region": done["made"]["line"]}]
        told = await refused(client, "edit_session", operations=delete, label="clear")
        assert "region 'Line' of Bass in bars 1-4, 16 notes" in told
        assert "confirm: true" in told
        assert "1: 1-4" in await overview(client)
        deleted = await call(client, "edit_session", operations=delete, label="clear", confirm=True)
        assert deleted["state"] == "applied"
        assert "1: 1-4" not in await overview(client)
        await call(client, "undo")


async def test_doing_again_what_deletes_wants_a_yes_as_well(studio: Studio) -> None:
    """What has come onto the track since it was taken back would be lost too."""
    async with connected(studio) as client, edited(client, [midi_track("Bass")]):
        delete = [{"verb": "delete_track", "route": "Bass"}]
        deleted = await call(client, "edit_session", operations=delete, label="away", confirm=True)
        await call(client, "undo", change_set=deleted["change_set"])
        for which in ({}, {"change_set": deleted["change_set"]}):
            told = await refused(client, "redo", **which)
            assert "delete_track: midi track 'Bass'" in told
            assert "confirm: true" in told
            assert " Bass " in await overview(client)
        assert (await call(client, "redo", confirm=True))["state"] == "applied"
        assert " Bass " not in await overview(client)
        await call(client, "undo")


class Person:
    """Somebody who answers questions, in order, and remembers them."""

    def __init__(self, *answers: ElicitResult) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """Answer the next question."""
        del context
        self.asked.append(params.message)
        return self._answers.pop(0)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_can_ask_the_person_does(studio: Studio, mode: Any) -> None:
    """On connections of both protocol revisions; what the model claims counts for nothing then."""
    person = Person(
        ElicitResult(action="decline"),
        ElicitResult(action="accept", content={"is_confirmed": False}),
        ElicitResult(action="accept", content={"is_confirmed": True}),
    )
    transport = stdio_client(server_of(studio))
    async with (
        Client(transport, mode=mode, elicitation_callback=person) as client,
        edited(client, twelve(studio)[2:4]) as done,
    ):
        delete = [{"verb": "delete_region", "region": done["made"]["line"]}]
        for n_asked in (1, 2):
            told = await refused(client, "edit_session", operations=delete, label="clear", confirm=True)
            assert "did not agree" in told
            assert len(person.asked) == n_asked
        assert all("region 'Line' of Bass" in question for question in person.asked)
        assert "1: 1-4" in await overview(client)
        assert (await call(client, "edit_session", operations=delete, label="clear"))["state"] == "applied"
        assert len(person.asked) == 3
        await call(client, "undo")


async def test_one_change_set_is_taken_back_alone_and_a_later_one_in_the_way_is_named(studio: Studio) -> None:
    def fader(gain_db: float) -> list[dict[str, Any]]:
        return [{"verb": "set_fader", "route": "Bass", "gain_db": gain_db}]

    async with connected(studio) as client, edited(client, [midi_track("Bass")]):
        mute = [{"verb": "set_mute", "route": "Bass", "is_muted": True}]
        first = await call(client, "edit_session", operations=[*fader(-3), *mute], label="soft and silent")
        async with edited(client, fader(-6), "softer") as second:
            undone = await call(client, "undo", change_set=first["change_set"])
            assert undone["state"] == "reverted"
            (kept,) = undone["other_outcomes"]
            assert kept.startswith("0 set_fader: unverified")
            assert f"'softer' ({second['change_set']})" in kept
            assert " Bass midi -6" in await overview(client)
            assert " Bass midi -6 mute" not in await overview(client)


async def test_what_a_later_change_set_builds_on_is_not_taken_from_under_it(studio: Studio) -> None:
    """A track with a later import, a bus with a later send; the answer names the change set that is in the way."""
    keys, tone, _, bus, send, _ = twelve(studio)[6:]
    async with connected(studio) as client:
        track = await call(client, "edit_session", operations=[keys], label="a track")
        later = await call(client, "edit_session", operations=[tone | {"track": "Keys"}], label="a tone")
        room = await call(client, "edit_session", operations=[bus], label="a room")
        wet = [send | {"route": "Keys", "target": "Room"}]
        reverb = await call(client, "edit_session", operations=wet, label="reverb")
        before = (await call(client, "session_overview"))["revision"]
        told = await refused(client, "undo", change_set=track["change_set"])
        assert f"'a tone' ({later['change_set']}), 'reverb' ({reverb['change_set']})" in told
        assert "nothing was done" in told
        told = await refused(client, "undo", change_set=room["change_set"])
        assert f"'reverb' ({reverb['change_set']}) works on what it made" in told
        assert (await call(client, "session_overview"))["revision"] == before
        for done in (reverb, room, later, track):
            undone = await call(client, "undo", change_set=done["change_set"])
            assert (undone["state"], undone["other_outcomes"]) == ("reverted", [])


async def mute_by_hand(studio: Studio, client: Caller, words: str) -> None:
    """Mute the first strip as a person does, past all change sets; Ardour's OSC learns of a new strip a little late."""
    deadline = time.monotonic() + _SECONDS
    while words not in (told := await overview(client)):
        assert time.monotonic() < deadline, told
        studio.editor.send_osc("/strip/mute", 1, 1)
        await asyncio.sleep(0.2)


async def test_what_was_done_by_hand_is_told_apart_from_change_sets(studio: Studio) -> None:
    async with connected(studio) as client:
        before = (await call(client, "session_overview"))["revision"]
        async with edited(client, [midi_track("Bass")], "a bass") as done:
            await mute_by_hand(studio, client, " Bass midi 0 mute")
            fader = [{"verb": "set_fader", "route": "Bass", "gain_db": -6}]
            async with edited(client, fader, "softer") as second:
                told = (await call(client, "session_diff", since=before))["changes"]
                assert told == [
                    f"'a bass' ({done['change_set']}): midi track 'Bass' added",
                    "by hand: Bass: muted",
                    f"'softer' ({second['change_set']}): Bass: fader 0.0 dB -> -6.0 dB",
                ]


async def test_files_are_read_only_from_allowed_folders(studio: Studio, tmp_path: Path) -> None:
    operations = twelve(studio)[2:4]
    link = studio.midi.parent / "link.mid"
    link.symlink_to(tmp_path / "elsewhere.mid")
    async with connected(studio) as client:
        operations[1]["path"] = str(link)
        assert "which leads to" in await refused(client, "edit_session", operations=operations, label="import")
        operations[1]["path"] = "/etc/passwd"
        told = await refused(client, "edit_session", operations=operations, label="import")
        assert "'/etc/passwd' is outside the allowed folders" in told
        assert "allowed_folders" in told
        folders = (await call(client, "capabilities"))["allowed_folders"]
        assert folders[0] == str(studio.midi.parent)


async def test_notes_are_read_edited_and_told_as_text(studio: Studio) -> None:
    async with connected(studio) as client, edited(client, twelve(studio)[2:4]) as done:
        line = done["made"]["line"]
        lines = (await call(client, "inspect", target="Line"))["text"].splitlines()
        assert lines[2:4] == ["1|1|0 1 E2 90", "1|2|0 1 F2 90"]
        part = (await call(client, "inspect", target=line, start="2|3", end=3))["text"].splitlines()
        assert [text.split(" ")[0] for text in part[2:4]] == ["2|3|0", "2|4|0"]
        add = [{"verb": "add_notes", "region": line, "notes": "3|1|0 0.5 C4 100"}]
        async with edited(client, add, "a high note") as more:
            told = (await call(client, "session_diff", since=more["change_set"]))["changes"]
            assert told == [f"'a high note' ({more['change_set']}): Bass: region 'Line' 1 note added in bar 3"]


async def test_one_thing_is_looked_at_closely(studio: Studio) -> None:
    operations = [*twelve(studio)[2:4], *twelve(studio)[6:11]]
    async with connected(studio) as client, edited(client, operations) as done:
        keys = (await call(client, "inspect", target="Keys"))["text"]
        assert f"region {done['made']['tone']} Tone 5 to 6" in keys
        assert "to Room -12 dB" in keys
        lane = (await call(client, "inspect", target="Keys", control="gain"))["text"]
        assert "0 points" in lane
        assert "did you mean 'Keys'?" in await refused(client, "inspect", target="Kyes")
        assert "a bar or" in await refused(client, "inspect", target="Line", start="x|y")
        selected = (await call(client, "inspect", target="selection"))["text"]
        assert selected.startswith("playhead ")


async def test_what_cannot_be_read_as_an_operation_is_told_by_number_and_field(studio: Studio) -> None:
    operations: list[Any] = [{"verb": "set_fadr"}, {"verb": "set_fader", "route": "Master", "gain_db": 20}]
    async with connected(studio) as client:
        told = await refused(client, "edit_session", operations=operations, label="wrong")
    assert "operation 0 (set_fadr): there is no verb 'set_fadr'; did you mean 'set_fader'?" in told
    assert "operation 1 (set_fader): gain_db must be at most 6 (dB), got 20" in told


async def test_unsaved_work_is_asked_about_before_another_session_is_opened(studio: Studio) -> None:
    async with connected(studio) as client, edited(client, [midi_track("Bass")]):
        state = await call(client, "session", action="state")
        assert not state["is_saved"]
        path = str(studio.midi.parent / "another")
        told = await refused(client, "session", action="new", path=path)
        assert "unsaved changes" in told
        assert " Bass " in await overview(client)
        person = Person(ElicitResult(action="decline"))
        async with Client(stdio_client(server_of(studio)), elicitation_callback=person) as asking:
            assert "did not agree" in await refused(asking, "session", action="new", path=path)
        assert "has unsaved changes" in person.asked[0]
        assert (await call(client, "session", action="save"))["is_saved"]


async def test_snapshots_and_copies_are_kept_where_that_is_allowed(studio: Studio, tmp_path: Path) -> None:
    async with connected(studio) as client:
        assert "snapshot needs a name" in await refused(client, "session", action="snapshot")
        kept = await call(client, "session", action="snapshot", name="before the mix")
        assert "before the mix" in kept["snapshots"]
        copied = await call(client, "session", action="copy", path=str(studio.midi.parent / "copied"))
        assert is_file(copied["copy_at"])
        assert copied["folder"] == str(studio.editor.session_folder)
        told = await refused(client, "session", action="open", path="/etc")
        assert "allowed_folders" in told
        (tmp_path / "theirs.ardour").write_text("<Session/>")
        linked = studio.midi.parent / "linked"
        linked.mkdir()
        (linked / "linked.ardour").symlink_to(tmp_path / "theirs.ardour")
        told = await refused(client, "session", action="open", path=str(linked), unsaved="save")
        assert "which leads to" in told


def is_file(path: str) -> bool:
    return Path(path).is_file()


async def test_a_snapshot_is_opened_by_its_name(studio: Studio) -> None:
    async with connected(studio) as client:
        assert "open needs a path or a name" in await refused(client, "session", action="open")
        await call(client, "session", action="snapshot", name="before lunch")
        done = await call(client, "edit_session", operations=[midi_track("Late")], label="after lunch")
        assert done["state"] == "applied"
        assert " Late " in await overview(client)
        opened = await call(client, "session", action="open", name="before lunch", unsaved="keep_as_snapshot")
        assert opened["open_snapshot"] == "before lunch"
        assert " Late " not in await overview(client)


async def test_twenty_tracks_are_told_in_few_bytes(studio: Studio) -> None:
    operations = [
        {"verb": "add_audio_track", "ref": f"t{n}", "name": f"Track {n}", "colour": "#336699", "n_channels": 2}
        for n in range(1, _N_TRACKS)
    ]
    operations += [
        {"verb": "import_audio", "ref": f"r{n}", "track": f"t{n}", "path": str(studio.audio), "name": f"R{n}", "at": n}
        for n in range(1, _N_TRACKS, 4)
    ]
    async with connected(studio) as client:  # the last test here: taking so many tracks back takes long
        await call(client, "edit_session", operations=operations, label="many")
        result = await client.call_tool("session_overview", {})
        assert isinstance(result, CallToolResult)
        told = result.model_dump_json(by_alias=True, exclude_none=True)
        assert all(f" Track {n} " in told for n in range(1, _N_TRACKS))
        assert len(told.encode()) < _LARGEST_OVERVIEW_BYTES
