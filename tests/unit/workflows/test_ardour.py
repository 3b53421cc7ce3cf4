"""The ways to Ardour go where the settings say, and tell what is missing."""

from pathlib import Path

import pytest

from daw_bridge.doctor import Verdict
from music.errors import SetupBroken
from workflows.ardour import bridge_folder, check_links, open_ear, open_live, uninstall_bridge
from workflows.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config" / "ardour7").mkdir(parents=True)
    return Settings(
        bridge_dir=tmp_path / "bridge",
        ardour_config_dir=tmp_path / "config" / "ardour7",
        soundfont=tmp_path / "none.sf2",
    )


def test_without_a_setting_the_bridge_folder_is_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert bridge_folder(Settings()) == tmp_path / "sideman" / "bridge"


async def test_an_editor_without_a_bridge_names_the_command_that_installs_it(settings: Settings) -> None:
    with pytest.raises(SetupBroken, match="sideman ardour install"):
        async with open_live(settings):
            pass


async def test_listening_makes_a_folder_that_only_its_owner_may_enter(settings: Settings) -> None:
    async with open_ear(settings) as ear:
        assert ear.port > 0
        assert settings.bridge_dir is not None
        assert settings.bridge_dir.stat().st_mode & 0o077 == 0


async def test_a_broken_link_names_its_next_step_the_soundfont_s_too(settings: Settings) -> None:
    checks = {check.name: check for check in await check_links(settings)}
    assert checks["SoundFont"].verdict is not Verdict.OK
    assert "none.sf2" in checks["SoundFont"].detail
    assert all(check.next_step for check in checks.values() if check.verdict is Verdict.BROKEN)


@pytest.mark.parametrize("has_folder", [False, True])
def test_uninstalling_what_was_never_installed_says_so(settings: Settings, has_folder: bool) -> None:
    assert settings.bridge_dir is not None
    if has_folder:
        settings.bridge_dir.mkdir(mode=0o700)
    assert list(uninstall_bridge(settings)) == ["nothing of Sideman was installed in Ardour"]
