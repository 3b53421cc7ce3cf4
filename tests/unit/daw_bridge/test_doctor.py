"""The doctor on a bare machine: every broken link is named with its next step."""

import asyncio
import socket
from pathlib import Path

from daw_bridge.doctor import Workplace, examine
from daw_bridge.install import install
from daw_bridge.lua_bundle import bridge_version


async def test_on_a_bare_machine_every_link_has_a_next_step(tmp_path: Path) -> None:
    place = Workplace(
        bridge_folder=tmp_path / "bridge",
        config_home=tmp_path / "config",
        processes=tmp_path / "proc",
        search_path=str(tmp_path),
        wait_seconds=0.2,
    )
    checks = {check.name: check for check in await examine(place)}
    broken = {name for name, check in checks.items() if not check.ok}
    assert broken == set(checks) - {"marker names"}
    assert all(check.next_step for check in checks.values() if not check.ok)
    assert "ardour install" in checks["bridge folder"].next_step


async def test_an_installed_bridge_without_an_editor_is_told_apart(tmp_path: Path) -> None:
    config = tmp_path / "config" / "ardour7"
    config.mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    install(tmp_path / "bridge", config_home=tmp_path / "config", processes=tmp_path / "proc")
    (config / "osc_url").write_text("osc.udp://here:9/")  # the discard port: nobody answers
    (config / "ui_config").write_text('<Option name="name-new-markers" value="1"/>')
    place = Workplace(
        bridge_folder=tmp_path / "bridge",
        config_home=tmp_path / "config",
        processes=tmp_path / "proc",
    )
    async with asyncio.timeout(1):  # a closed port is told without waiting for an answer
        checks = {check.name: check for check in await examine(place)}
    assert checks["script slots"].ok
    assert bridge_version() in checks["script slots"].detail
    assert not checks["editor"].ok
    assert checks["OSC and session"].detail == "nobody listens on port 9"
    assert checks["bridge"].next_step == "start Ardour and open a session"
    assert not checks["marker names"].ok
    assert "Name new markers" in checks["marker names"].next_step
    ui_scripts = config / "ui_scripts"
    ui_scripts.unlink()
    again = {check.name: check for check in await examine(place)}
    assert not again["script slots"].ok


async def test_an_editor_that_is_busy_is_not_told_to_be_closed(tmp_path: Path) -> None:
    config = tmp_path / "config" / "ardour7"
    config.mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    install(tmp_path / "bridge", config_home=tmp_path / "config", processes=tmp_path / "proc")
    place = Workplace(
        bridge_folder=tmp_path / "bridge",
        config_home=tmp_path / "config",
        processes=tmp_path / "proc",
        wait_seconds=0.3,
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("0.0.0.0", 0))  # as Ardour does
        (config / "osc_url").write_text(f"osc.udp://here:{silent.getsockname()[1]}/")
        checks = {check.name: check for check in await examine(place)}
    assert "no answer" in checks["OSC and session"].detail
    assert "did not take a request within 0.3 s" in checks["bridge"].detail
    assert "dialog" in checks["bridge"].next_step
