"""The bridge folder is private, its files are whole, and its locks end with their holder."""

import os
from pathlib import Path

import pytest

from daw_bridge.bridge_folder import BridgeFolder, default_bridge_folder
from music.errors import RequestInvalid, SetupBroken, TryLater


def test_a_new_folder_is_ours_alone(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "deep" / "bridge")
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bridge").mkdir(mode=0o755)
    with pytest.raises(SetupBroken, match="chmod 700"):
        BridgeFolder.open(tmp_path / "bridge")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(SetupBroken, match="no folder of its own"):
        BridgeFolder.open(tmp_path / "link")
    with pytest.raises(SetupBroken, match="install"):
        BridgeFolder.open(tmp_path / "missing")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bridge").mkdir(mode=0o700)
    os.chown(tmp_path / "bridge", 12345, -1)
    with pytest.raises(SetupBroken, match="12345"):
        BridgeFolder.open(tmp_path / "bridge")


def test_files_are_read_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    assert folder.read("a.json") is None
    folder.write("a.json", {"text": "ü"})
    assert folder.read("a.json") == {"text": "ü"}
    assert folder.remove("a.json")
    assert not folder.remove("a.json")
    assert list(folder.path.iterdir()) == []
    (folder.path / "b.json").write_text("[1")
    with pytest.raises(SetupBroken, match=r"b\.json"):
        folder.read("b.json")


async def test_a_lock_keeps_a_second_client_out_until_it_is_given_back(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    async with folder.lock("call", timeout_seconds=1):
        with pytest.raises(TryLater, match="another client"):
            async with folder.lock("call", timeout_seconds=0.02):
                pytest.fail("two clients hold one lock")
        async with folder.lock("write", timeout_seconds=0.02):
            pass
    async with folder.lock("call", timeout_seconds=0.02):
        pass


def test_the_folder_outlives_a_login(tmp_path: Path) -> None:
    assert default_bridge_folder({}, tmp_path) == tmp_path / ".local" / "state" / "sideman" / "bridge"
    assert default_bridge_folder({"XDG_STATE_HOME": "/s"}, tmp_path) == Path("/s/sideman/bridge")


def test_a_number_that_json_has_not_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = BridgeFolder.create(tmp_path / "bridge")
    with pytest.raises(RequestInvalid, match="give finite numbers"):
        folder.write("request.json", {"start": float("inf")})
    assert list(folder.path.iterdir()) == []
