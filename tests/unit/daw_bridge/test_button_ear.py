"""The ear takes each press once, and believes only what lies in the private folder."""

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.button_ear import ButtonPress, is_alive, listen, to_press
from daw_bridge.lua_bundle import bridge_version
from music.errors import RequestInvalid, SetupBroken
from music.time import BBT, TimeSignature


def _facts(press_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "version": bridge_version(),
        "id": press_id,
        "kind": "generate",
        "prompt": "slow blues",
        "session": "/song",
        "at": {"bar": 3, "beat": 1, "tick": 0},
        "n_bars": 8,
        "is_range": True,
        "tempo_bpm": 90,
        "time_signature": {"beats": 12, "unit": 8},
        "is_agreed": False,
        **changes,
    }


def _call(port: int, press_id: str) -> None:
    message = OscMessageBuilder("/sideman/button")
    message.add_arg(press_id)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"noise", ("127.0.0.1", port))
        sender.sendto(message.build().dgram, ("127.0.0.1", port))


async def test_a_press_is_taken_once_and_foreign_calls_do_nothing(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    async with listen(folder) as ear:
        presses = ear.presses()
        _call(ear.port, "../../etc/passwd")
        _call(ear.port, "1-404")  # no such file
        folder.write("button-1-7.json", _facts("1-7"))
        _call(ear.port, "1-7")
        _call(ear.port, "1-7")
        folder.write("button-1-8.json", _facts("1-8", prompt="fast"))
        _call(ear.port, "1-8")
        first = await asyncio.wait_for(anext(presses), 5)
        second = await asyncio.wait_for(anext(presses), 5)
        await presses.aclose()
    assert isinstance(first, ButtonPress)
    assert isinstance(second, ButtonPress)
    assert (first.prompt, first.at, first.time_signature) == ("slow blues", BBT(3), TimeSignature(12, 8))
    assert second.prompt == "fast"
    assert not list(folder.path.glob("button-*"))


async def test_the_heartbeat_lives_as_long_as_the_ear(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    assert not is_alive(folder, time.time())
    async with listen(folder) as ear:
        await asyncio.sleep(0)
        beat = folder.read("serve.json")
        assert beat is not None
        assert beat["port"] == ear.port
        assert is_alive(folder, time.time())
        assert not is_alive(folder, time.time() + 6)
    assert not is_alive(folder, time.time())


def test_a_button_of_another_version_and_a_metre_that_nobody_plays_are_refused() -> None:
    with pytest.raises(SetupBroken, match="0-old"):
        to_press(_facts("1-1", version="0-old"))
    with pytest.raises(RequestInvalid, match="7/12"):
        to_press(_facts("1-1", time_signature={"beats": 7, "unit": 12}))


async def test_a_press_that_cannot_be_read_is_answered_and_the_ear_stays_open(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    folder.write("button-0-1.json", _facts("0-1"))  # of a time when nobody listened
    async with listen(folder) as ear:
        assert not list(folder.path.glob("button-*"))
        for press_id, version in (("1-1", "0-old"), ("1-2", bridge_version())):
            folder.write(f"button-{press_id}.json", _facts(press_id, version=version))
            _call(ear.port, press_id)
        press = await asyncio.wait_for(anext(ear.presses()), 5)
        ear.answer(press.id)
    assert press.id == "1-2"
    refused = folder.read("reply-1-1.json")
    assert refused is not None
    assert "sideman ardour install" in refused["problem"]
    assert folder.read("reply-1-2.json") == {"problem": ""}


async def test_what_the_button_did_not_wait_for_is_left_for_the_next_press(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daw_bridge.button_ear._REPLY_SECONDS", 0.01)
    folder = BridgeFolder.create(tmp_path / "bridge")
    async with listen(folder) as ear:
        ear.answer("1-1", "taken")
        folder.remove("reply-1-1.json")  # as the button does
        await ear.see_shown("1-1", "taken")
        assert folder.read("notice.json") is None
        ear.ask("1-2", "Go on?")
        assert folder.read("reply-1-2.json") == {"problem": "", "turn": None, "question": "Go on?"}
        await ear.see_shown("1-2", "nobody was asked")
    assert folder.read("reply-1-2.json") is None
    assert folder.read("notice.json") == {"text": "nobody was asked"}


async def test_the_ear_outlives_a_folder_in_which_nothing_can_be_written(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    async with listen(folder) as ear:
        folder.path.rename(tmp_path / "elsewhere")
        ear.answer("1-1")
        ear.leave_notice("too late")
    assert not list((tmp_path / "elsewhere").glob("reply-*"))
