"""A caller of the bridge tells a closed editor from a silent one, and clears away what dead callers left."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.bridge_client import EditorClosed, EditorEnded, connect, to_error
from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.osc import is_listened_to
from music.errors import NotFound, TryLater


@pytest.fixture
def folder(tmp_path: Path) -> BridgeFolder:
    return BridgeFolder.create(tmp_path / "bridge")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Give a port that is open like that of an editor too busy to answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", 0))  # as Ardour does
        port: int = listener.getsockname()[1]
        yield port


def _closed_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


async def test_a_closed_editor_is_told_at_once(folder: BridgeFolder) -> None:
    port = _closed_port()
    assert not is_listened_to(port)
    async with connect(folder, slot=32, osc_port=port) as client, asyncio.timeout(1):
        with pytest.raises(EditorClosed, match=f"{port}, so nothing was done"):
            await client.call("hello")
    assert folder.read("request.json") is None


async def test_a_silent_editor_is_waited_for_and_its_request_withdrawn(folder: BridgeFolder, silent_port: int) -> None:
    assert is_listened_to(silent_port)
    async with connect(folder, slot=32, osc_port=silent_port) as client:
        with pytest.raises(TryLater, match=r"within 0\.2 s, so nothing was done") as caught:
            await client.call("hello", timeout_seconds=0.2)
    assert not isinstance(caught.value, EditorClosed)
    assert folder.read("request.json") is None


async def test_an_editor_that_ended_in_the_middle_of_a_request_is_told_at_once(folder: BridgeFolder) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as editor:
        editor.bind(("0.0.0.0", 0))
        editor.setblocking(False)
        async with connect(folder, slot=32, osc_port=editor.getsockname()[1]) as client, asyncio.timeout(5):
            call = asyncio.create_task(client.call("hello"))
            while b"LuaAction" not in await asyncio.get_running_loop().sock_recv(editor, 1024):
                continue
            assert folder.remove("request.json"), "as the bridge takes it"
            editor.close()
            with pytest.raises(EditorEnded, match="Ardour ended in the middle of its hello"):
                await call


async def test_a_request_that_lies_there_is_pointed_to_again_since_a_datagram_may_be_lost(folder: BridgeFolder) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as editor:
        editor.bind(("127.0.0.1", 0))
        async with connect(folder, slot=32, osc_port=editor.getsockname()[1]) as client:
            with pytest.raises(TryLater):
                await client.call("hello", timeout_seconds=0.7)
        editor.setblocking(False)
        heard = []
        while True:
            try:
                heard.append(editor.recv(1024))
            except BlockingIOError:
                break
    triggers = [datagram for datagram in heard if b"LuaAction/script-32" in datagram]
    assert 2 <= len(triggers) <= 4


async def test_what_dead_callers_left_is_removed_unless_a_call_is_under_way(folder: BridgeFolder) -> None:
    orphans = ("answer-1f.json", "answer-2e.json.part", "request.json.0a.part", "Voice 1-1.wav", "Part 0a.mid")
    for name in (*orphans, "installed.json"):
        folder.write(name, {})
    async with folder.lock("call", timeout_seconds=1), connect(folder, slot=32, osc_port=9):
        assert all((folder.path / name).exists() for name in orphans)
    async with connect(folder, slot=32, osc_port=9):
        assert sorted(path.name for path in folder.path.iterdir()) == ["call.lock", "installed.json"]


@pytest.mark.parametrize(
    ("message", "facts", "told"),
    [
        ("no track Bas", {"target": "track", "nearest": "12 (Bass)"}, "no track 'Bas'; did you mean '12 (Bass)'?"),
        (
            "no instrument plugin Bas in Ardour; install it, or place the parts without",
            {"target": "plugin", "nearest": None},
            "no instrument plugin Bas in Ardour; install it, or place the parts without",
        ),
        ("ACE EQ has no parameter Bas", {"target": "parameter", "known": "there is Q"}, "parameter Bas; there is Q"),
    ],
)
def test_what_is_not_found_is_told_in_the_bridge_s_own_words(message: str, facts: JsonObject, told: str) -> None:
    error = to_error({"kind": "not_found", "message": message, "name": "Bas", **facts})
    assert isinstance(error, NotFound)
    assert str(error).endswith(told)
