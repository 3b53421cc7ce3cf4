"""What goes wrong around the bridge: each fault ends with the work done exactly once, or with a clear word about it."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from daw_bridge.bridge_client import EditorClosed, connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.change_journal import log_path
from daw_bridge.live import LiveDaw
from daw_bridge.osc import OscSocket
from daw_bridge.ui_scripts import Slot, UiScripts
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import RequestInvalid, SetupBroken, TryLater
from music.operations import Operation
from music.operations.mixer import SetFader
from music.operations.timeline import AddMarker
from music.operations.tracks import AddAudioTrack
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance import busy_client, inside_ardour
from tests.acceptance.ardour_editor import make_empty_session
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.osc_proxy import BadNetwork, open_bad_network
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_SECONDS = 30.0
_HANG_SECONDS = 5.0
_SHARE_LOST = 0.3
_SLEEPING_SLOT = 20  # neither of ours
_SLEEP = f"return function () ARDOUR.LuaAPI.usleep ({_HANG_SECONDS * 1e6:.0f}) end"

_APPLY = """
import asyncio, pathlib, sys
from tests.acceptance.test_ardour_faults import LiveDaw, BridgeFolder, connect, marker, turn

async def main():
    async with connect(BridgeFolder.open(pathlib.Path(sys.argv[1]))) as client:
        await LiveDaw(client).apply(turn("doomed", marker("doomed")))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run an editor with a script of somebody else's in it, which sleeps."""
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("faults")) as found:
        found.editor.quit(save=False)
        scripts = found.editor.config_folder / "ui_scripts"
        sleeper = Slot(name="Sleeper", script=f"function factory () {_SLEEP} end", factory=_SLEEP, arguments={})
        scripts.write_bytes(UiScripts(scripts.read_bytes()).with_slot(_SLEEPING_SLOT, sleeper).content)
        found.editor.restart()
        yield found


def turn(name: str, *operations: Operation, session: Path | None = None) -> ChangeSet:
    folder = None if session is None else str(session)
    return ChangeSet(id=ChangeSetId(name), label=name, operations=operations, session_folder=folder)


def marker(name: str, bar: int = 1) -> AddMarker:
    return AddMarker(ref=name, name=name, at=BBT(bar))


def named(snapshot: SessionSnapshot, name: str) -> int:
    return [found.name for found in snapshot.markers].count(name)


async def reached(path: Path, n_outcomes: int) -> None:
    """Wait until the log of a change set tells of so many outcomes."""
    deadline = time.monotonic() + _SECONDS
    while _n_outcomes(path) < n_outcomes:
        assert time.monotonic() < deadline, f"{_n_outcomes(path)} outcomes in {path}"
        await asyncio.sleep(0.001)


def _n_outcomes(path: Path) -> int:
    return path.read_text().count('"line":"outcome"') if path.exists() else 0


async def test_ardour_killed_inside_a_change_set_leaves_an_uncertain_record_that_can_be_taken_back(
    studio: Studio,
) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        applying = asyncio.create_task(daw.apply(studio.take("killed")))
        await reached(log_path(studio.editor.session_folder, ChangeSetId("killed")), 6)
        studio.editor.kill()
        began = time.monotonic()
        result = await applying
        assert time.monotonic() - began < 2.0, "an Ardour that has ended is not waited for"
    assert result.state is ChangeSetState.UNCERTAIN
    statuses = {outcome.status for outcome in result.outcomes}
    assert OutcomeStatus.VERIFIED in statuses
    assert OutcomeStatus.UNCERTAIN in statuses or OutcomeStatus.NOT_APPLIED in statuses
    studio.editor.restart()
    async with studio.daw() as daw:
        assert [done.state for done in await daw.change_sets() if done.id == "killed"] == [ChangeSetState.UNCERTAIN]
        assert (await daw.revert(ChangeSetId("killed"))).state is ChangeSetState.REVERTED
        assert (await daw.snapshot()).revision == before.revision


async def test_what_was_saved_of_a_change_set_before_ardour_was_killed_is_taken_back(studio: Studio) -> None:
    """The session is saved in the middle, as Ardour does by itself now and then."""
    async with studio.daw() as daw:
        before = await daw.snapshot()
        applying = asyncio.create_task(daw.apply(studio.take("saved-killed")))
        await reached(log_path(studio.editor.session_folder, ChangeSetId("saved-killed")), 8)
        studio.editor.save()
        studio.editor.kill()
        assert (await applying).state in (ChangeSetState.UNCERTAIN, ChangeSetState.APPLIED)
    studio.editor.restart()
    async with studio.daw() as daw:
        assert (await daw.snapshot()).revision != before.revision, "something was saved"
        undone = await daw.revert(ChangeSetId("saved-killed"))
        assert undone.state is ChangeSetState.REVERTED, failures(undone)
        assert (await daw.snapshot()).revision == before.revision
        await daw.save()


async def test_another_session_is_not_written_to_by_who_meant_the_first(studio: Studio, tmp_path: Path) -> None:
    editor, first = studio.editor, studio.editor.session_file
    other = make_empty_session(tmp_path / "other")
    async with studio.client() as client:
        daw = LiveDaw(client)
        await daw.apply(turn("in-the-first", marker("first"), session=editor.session_folder))
        editor.quit(save=True)
        editor.session_file = other / "other.ardour"
        editor.restart()
        assert editor.osc_port == client.osc_port, "the client of before goes on"
        try:
            before = await daw.snapshot()
            with pytest.raises(RequestInvalid, match="is open now"):
                await daw.apply(turn("too-late", marker("late"), session=editor.session_folder))
            assert before.folder == str(other)
            assert await daw.change_sets() == ()
            assert (await daw.snapshot()).revision == before.revision
        finally:
            editor.quit(save=False)
            editor.session_file = first
            editor.restart()
        assert (await daw.revert(ChangeSetId("in-the-first"))).state is ChangeSetState.REVERTED


async def test_a_session_closed_while_a_change_set_waits_for_its_turn_is_said_at_once(studio: Studio) -> None:
    async with studio.daw() as daw:
        await daw.save()
        async with BridgeFolder.open(studio.bridge_folder).lock("write", timeout_seconds=1):
            waiting = asyncio.create_task(
                daw.apply(turn("waits", marker("waits"), session=studio.editor.session_folder))
            )
            studio.editor.send_osc("/access_action", "Main/Close")
            await _until(lambda: not _is_open(studio))
        with pytest.raises((EditorClosed, TryLater), match=r"nothing was done|no session"):
            await waiting
    studio.editor.kill()
    studio.editor.restart()
    async with studio.daw() as daw:
        assert named(await daw.snapshot(), "waits") == 0


def _is_open(studio: Studio) -> bool:
    return any(title == f"{studio.editor.session_folder.name} - Ardour" for title in studio.editor.window_titles())


async def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_while_a_dialog_is_open_a_request_ends_in_time_and_is_not_done_later(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        studio.editor.send_osc("/access_action", "Main/SnapshotStay")
        window = await inside_ardour.window_shown(studio, "Snapshot")
        began = time.monotonic()
        with pytest.raises(TryLater, match="no dialog waiting"):
            await daw.apply(turn("behind-a-dialog", marker("late")))
        assert time.monotonic() - began < 15.0
        inside_ardour.xdotool(studio, "key", "--window", window, "Escape")
        await inside_ardour.window_closed(studio, window)
        after = await daw.snapshot()  # the bridge has seen every trigger that was sent meanwhile
        assert after.revision == before.revision
        assert "behind-a-dialog" not in [done.id for done in await daw.change_sets()]


async def test_the_request_of_a_client_that_died_before_a_dialog_is_not_done_when_the_dialog_closes(
    studio: Studio,
) -> None:
    async with studio.client() as client:
        before = await LiveDaw(client).snapshot()
        studio.editor.send_osc("/access_action", "Main/SnapshotStay")
        window = await inside_ardour.window_shown(studio, "Snapshot")
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", _APPLY, str(studio.bridge_folder))
        request = studio.bridge_folder / "request.json"
        try:
            await _until(request.exists)
            process.kill()
            await process.wait()
            deadline_unix = json.loads(request.read_text().splitlines()[0])["deadline_unix"]
            await _until(lambda: time.time() > deadline_unix + 1)
        finally:
            inside_ardour.xdotool(studio, "key", "--window", window, "Escape")
            await inside_ardour.window_closed(studio, window)
        assert (await LiveDaw(client).snapshot()).revision == before.revision
        assert "doomed" not in [done.id for done in await LiveDaw(client).change_sets()]


@pytest.mark.parametrize("way", ["stopped", "asleep"])
async def test_a_gui_that_hangs_for_five_seconds_delays_a_change_set_and_no_more(studio: Studio, way: str) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        began = time.monotonic()
        if way == "stopped":
            os.kill(studio.editor.pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(_HANG_SECONDS, os.kill, studio.editor.pid, signal.SIGCONT)
        else:
            studio.editor.send_osc("/access_action", f"LuaAction/script-{_SLEEPING_SLOT}")
            await asyncio.sleep(0.2)  # let it begin
        result = await daw.apply(turn(f"hang-{way}", marker(way)))
        assert time.monotonic() - began > _HANG_SECONDS - 1.0, "it did not hang"
        assert result.state is ChangeSetState.APPLIED, failures(result)
        assert named(await daw.snapshot(), way) == 1
        await daw.revert(result.id)
        assert (await daw.snapshot()).revision == before.revision


async def test_a_deadline_that_ends_while_the_gui_hangs_withdraws_the_request(studio: Studio) -> None:
    async with studio.client() as client:
        os.kill(studio.editor.pid, signal.SIGSTOP)
        try:
            with pytest.raises(TryLater, match="nothing was done"):
                await client.call("save", timeout_seconds=1.0)
        finally:
            os.kill(studio.editor.pid, signal.SIGCONT)
        assert not (studio.bridge_folder / "request.json").exists()
        await client.call("hello")


async def test_with_a_third_of_all_packets_lost_every_change_set_is_done_exactly_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_port = cast("property", OscSocket.__dict__["port"]).fget
    assert real_port
    sockets: list[OscSocket] = []

    def answer_port(osc: OscSocket) -> int:
        sockets[:] = [osc]
        return answers.port

    folder = BridgeFolder.open(studio.bridge_folder)
    async with (
        open_bad_network(lambda: studio.editor.osc_port, share=_SHARE_LOST, seed="there") as triggers,
        open_bad_network(lambda: real_port(sockets[0]), share=_SHARE_LOST, seed="back") as answers,
        connect(folder, osc_port=triggers.port) as client,
    ):
        monkeypatch.setattr(OscSocket, "port", property(answer_port))
        daw = LiveDaw(client)
        before = await daw.snapshot()
        for number in range(60):
            name = f"lossy-{number}"
            result = await daw.apply(turn(name, marker(name, 1 + number)))
            assert result.state is ChangeSetState.APPLIED, failures(result)
        during = await daw.snapshot()
        assert [named(during, f"lossy-{number}") for number in range(60)] == [1] * 60
        for number in range(60):
            await daw.revert(ChangeSetId(f"lossy-{number}"))
        assert (await daw.snapshot()).revision == before.revision
        for network in (triggers, answers):
            _require_mishaps(network)


def _require_mishaps(network: BadNetwork) -> None:
    assert min(network.n_lost, network.n_doubled, network.n_delayed) > 10, network


async def test_two_programs_on_one_editor_both_work_and_get_their_own_answers(studio: Studio) -> None:
    n_change_sets = 50
    async with studio.daw() as daw:
        before = await daw.snapshot()
        tracks = [AddAudioTrack(ref=name, name=name, colour="#112233", n_channels=1) for name in ("One", "Two")]
        await daw.apply(turn("two-tracks", *tracks))
        programs = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", busy_client.__name__, str(studio.bridge_folder), name, str(n_change_sets)),
                stderr=asyncio.subprocess.PIPE,
            )
            for name in ("One", "Two")
        ]
        ended = await asyncio.wait_for(asyncio.gather(*(one.communicate() for one in programs)), 4 * _SECONDS)
        assert [program.returncode for program in programs] == [0, 0], b"".join(error for _, error in ended).decode()
        during = await daw.snapshot()
        wanted = [f"{name}-{number}" for name in ("One", "Two") for number in range(n_change_sets)]
        assert sorted(found.name for found in during.markers) == sorted(wanted)
        for done in reversed(await daw.change_sets()):
            if done.id in wanted:
                await daw.revert(done.id)
        await daw.revert(ChangeSetId("two-tracks"))
        assert (await daw.snapshot()).revision == before.revision


async def test_a_bridge_of_before_an_upgrade_is_to_be_installed_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor still runs the bridge of the Sideman before; nothing is done with it."""
    async with studio.daw() as daw:
        before = await daw.snapshot()
        monkeypatch.setattr("daw_bridge.bridge_client.bridge_version", lambda: "2-newer")
        with pytest.raises(SetupBroken, match="sideman ardour install"):
            await daw.apply(turn("newer", marker("newer")))
        monkeypatch.undo()
        assert (await daw.snapshot()).revision == before.revision


def test_a_session_may_lie_anywhere(ardour_programs: None, tmp_path: Path) -> None:
    """Blanks, quotes, umlauts, a percent sign, 200 characters: change sets, files, undo and saving all work there."""
    del ardour_programs
    require_program("xdotool")
    start = f'{tmp_path}/Lieder & "Stücke" it\'s 100% größer '
    folder = Path(start + "x" * (200 - len(start) - len("/session")))
    folder.mkdir(parents=True)
    with running_studio(folder) as studio:
        assert len(str(studio.editor.session_folder)) >= 200
        asyncio.run(_there_and_back(studio))


async def _there_and_back(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        assert before.folder == str(studio.editor.session_folder)
        result = await daw.apply(studio.take("anywhere"))
        assert result.state is ChangeSetState.APPLIED, failures(result)
        fader = SetFader(route=before.routes[0].id, gain_db=-3)
        assert (await daw.apply(turn("more", fader, session=studio.editor.session_folder))).state.value == "applied"
        await daw.save()
        for name in ("more", "anywhere"):
            undone = await daw.revert(ChangeSetId(name))
            assert undone.state is ChangeSetState.REVERTED, failures(undone)
        assert (await daw.snapshot()).revision == before.revision
