"""Installing destroys nothing, and uninstalling leaves the settings as they were, byte for byte."""

import base64
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from daw_bridge.ardour_config import OSC_PROTOCOL, is_osc_on, switch_osc_on
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.buttons import GENERATE, UNDO, VARY
from daw_bridge.install import BRIDGE_NAME, install, installed_version, own_slots, uninstall
from daw_bridge.installation import find_osc_port, read_installation
from daw_bridge.lua_bundle import bridge_version
from daw_bridge.ui_scripts import Slot, UiScripts
from music.errors import SetupBroken

_CONFIG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Ardour>\n  <Config/>\n  <ControlProtocols>\n'
    '    <Protocol name="Mackie" active="0"/>\n    <Protocol name="Open Sound Control (OSC)" active="0"/>\n'
    "  </ControlProtocols>\n</Ardour>\n"
)
_MINE = Slot(name="Mine", script="s", factory="return function () end", arguments={})


@pytest.fixture
def config_home(tmp_path: Path) -> Path:
    """Give the settings of a user with a script in the first slot of Ardour 7, and an Ardour 8 started once."""
    home = tmp_path / "config"
    for name in ("ardour7", "ardour8"):
        (home / name).mkdir(parents=True)
        (home / name / "config").write_text(_CONFIG)
    (home / "ardour7" / "ui_scripts").write_bytes(UiScripts().with_slot(1, _MINE).content)
    (tmp_path / "proc").mkdir()
    return home


def _files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_installing_and_uninstalling_leaves_every_byte_as_it_was(config_home: Path, tmp_path: Path) -> None:
    before = _files(config_home)
    report = install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    assert (report.button_slots, report.bridge_slot) == (
        {GENERATE.name: 2, UNDO.name: 3, VARY.name: 4},
        32,
    )  # the first is taken
    assert [folder.name for folder in report.config_folders] == ["ardour7", "ardour8"]
    for folder in report.config_folders:
        scripts = UiScripts((folder / "ui_scripts").read_bytes())
        assert own_slots(scripts) == {BRIDGE_NAME: 32, GENERATE.name: 2, UNDO.name: 3, VARY.name: 4}
        assert installed_version(scripts) == bridge_version()
        assert is_osc_on((folder / "config").read_text())
    assert UiScripts((config_home / "ardour7" / "ui_scripts").read_bytes()).names()[1] == "Mine"
    uninstall(tmp_path / "bridge", processes=tmp_path / "proc")
    assert _files(config_home) == before


@pytest.mark.parametrize(
    "surfaces",
    [
        '<ControlProtocols><Protocol name="Open Sound Control (OSC)" active="0"/></ControlProtocols>',
        '<ControlProtocols><Protocol config="" name="Open Sound Control (OSC)" active="0"/></ControlProtocols>',
        '<ControlProtocols><Protocol name="Open Sound Control (OSC)" active="1" debugmode="0"/></ControlProtocols>',
        "<ControlProtocols/>",
        "",
    ],
)
def test_osc_is_switched_on_in_the_words_of_every_ardour(surfaces: str) -> None:
    """Ardour 9 passes over a surface without ``config``; one that is there stays as it is."""
    xml = switch_osc_on(f"<Ardour>\n{surfaces}\n</Ardour>\n")
    found = [protocol.attrib for protocol in ET.fromstring(xml).iter("Protocol")]
    assert [(osc["name"], osc["active"], osc["config"]) for osc in found] == [(OSC_PROTOCOL, "1", "")]
    assert switch_osc_on(xml) == xml


def test_installing_again_changes_nothing_and_still_uninstalls_cleanly(config_home: Path, tmp_path: Path) -> None:
    before = _files(config_home)
    install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    installed = _files(config_home)
    again = install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    assert again.changed_files == ()
    assert _files(config_home) == installed
    uninstall(tmp_path / "bridge", processes=tmp_path / "proc")
    assert _files(config_home) == before


def test_scripts_added_since_survive_an_uninstall(config_home: Path, tmp_path: Path) -> None:
    install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    path = config_home / "ardour7" / "ui_scripts"
    path.write_bytes(UiScripts(path.read_bytes()).with_slot(7, _MINE).content)
    config = config_home / "ardour7" / "config"
    config.write_text(config.read_text().replace('"Mackie" active="0"', '"Mackie" active="1"'))
    (config_home / "ardour7" / "osc_url").write_text("osc.udp://host:3819/")
    report = uninstall(tmp_path / "bridge", processes=tmp_path / "proc")
    assert path in report.cleaned
    assert UiScripts(path.read_bytes()).names() == {1: "Mine", 7: "Mine"}
    assert '"Mackie" active="1"' in config.read_text()
    assert is_osc_on(config.read_text()) is False
    assert not (config_home / "ardour7" / "osc_url").exists()
    with pytest.raises(SetupBroken, match="not installed"):
        read_installation(BridgeFolder.open(tmp_path / "bridge"))


def test_an_older_bridge_is_replaced_in_its_slots(config_home: Path, tmp_path: Path) -> None:
    before = _files(config_home)
    install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    path = config_home / "ardour8" / "ui_scripts"
    old = base64.b64decode(path.read_bytes().split(b">")[3].split(b"<")[0]).replace(bridge_version().encode(), b"0-old")
    path.write_bytes(path.read_bytes().replace(path.read_bytes().split(b">")[3].split(b"<")[0], base64.b64encode(old)))
    assert installed_version(UiScripts(path.read_bytes())) == "0-old"
    report = install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    assert report.changed_files == (path,)
    assert installed_version(UiScripts(path.read_bytes())) == bridge_version()
    assert report.bridge_slot == 32
    uninstall(tmp_path / "bridge", processes=tmp_path / "proc")
    assert _files(config_home)["ardour7/ui_scripts"] == before["ardour7/ui_scripts"]
    assert UiScripts(path.read_bytes()).names() == {}


def test_a_running_editor_stops_the_installation(config_home: Path, tmp_path: Path) -> None:
    process = tmp_path / "proc" / "4711"
    process.mkdir()
    (process / "cmdline").write_bytes(b"/usr/lib/ardour7/ardour-7.3.0~ds0\0-a\0")
    before = _files(config_home)
    with pytest.raises(SetupBroken, match="4711"):
        install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    assert _files(config_home) == before
    (process / "environ").write_bytes(f"HOME=/elsewhere\0XDG_CONFIG_HOME={config_home}\0".encode())
    with pytest.raises(SetupBroken, match="4711"):
        install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")


def test_an_editor_with_settings_elsewhere_stops_nothing(config_home: Path, tmp_path: Path) -> None:
    process = tmp_path / "proc" / "4711"
    process.mkdir()
    (process / "cmdline").write_bytes(b"/usr/lib/ardour7/ardour-7.3.0~ds0\0-a\0")
    (process / "environ").write_bytes(b"PATH=/usr/bin\0HOME=/elsewhere\0")
    assert install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc").changed_files
    assert uninstall(tmp_path / "bridge", processes=tmp_path / "proc").restored


def test_an_ardour_that_was_never_started_and_full_slots_are_said_plainly(config_home: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match="start Ardour once"):
        install(tmp_path / "bridge", config_home=tmp_path / "nowhere", processes=tmp_path / "proc")
    scripts = UiScripts()
    for number in range(1, 32):
        scripts = scripts.with_slot(number, _MINE)
    (config_home / "ardour8" / "ui_scripts").write_bytes(scripts.content)
    with pytest.raises(SetupBroken, match="slots"):
        install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")


def test_the_port_is_the_one_that_ardour_wrote_last(config_home: Path, tmp_path: Path) -> None:
    install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc")
    folder = BridgeFolder.open(tmp_path / "bridge")
    assert find_osc_port(folder) == 3819
    (config_home / "ardour8" / "osc_url").write_text("osc.udp://studio.local:3820/")
    assert find_osc_port(folder) == 3820


def test_the_button_is_told_how_sideman_is_called_here(config_home: Path, tmp_path: Path) -> None:
    install(tmp_path / "bridge", config_home=config_home, processes=tmp_path / "proc", command="/my/bin/sideman")
    scripts = UiScripts((config_home / "ardour7" / "ui_scripts").read_bytes())
    assert scripts.arguments(own_slots(scripts)[GENERATE.name])["command"] == "/my/bin/sideman"


def test_removing_what_was_never_put_there_does_nothing(tmp_path: Path) -> None:
    report = uninstall(tmp_path / "bridge", processes=tmp_path / "proc")
    assert (report.restored, report.cleaned) == ((), ())
    assert not (tmp_path / "bridge").exists()
