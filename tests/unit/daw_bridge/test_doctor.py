"""The doctor on a bare machine: the first broken link is named with its next step, and what depends on it is not."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from daw_bridge.doctor import Check, Verdict, Workplace, examine
from daw_bridge.install import install


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """Lay out a machine with an Ardour that was started once and is closed, and Sideman in it."""
    (tmp_path / "config" / "ardour7").mkdir(parents=True)
    for folder in ("proc", "programs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "programs" / "ardour").touch(mode=0o755)
    install(tmp_path / "bridge", config_home=tmp_path / "config", processes=tmp_path / "proc")
    return Workplace(
        bridge_folder=tmp_path / "bridge",
        config_home=tmp_path / "config",
        processes=tmp_path / "proc",
        search_path=str(tmp_path / "programs"),
        wait_seconds=0.3,
    )


class AnotherProgram(asyncio.DatagramProtocol):
    """What answers for an open session as Ardour does, and runs no script."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the answer goes through."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer the question for all strips."""
        if b"/strip/list" in data:
            answer = OscMessageBuilder("/reply")
            answer.add_arg("end_route_list")
            self._transport.sendto(answer.build().dgram, addr)


@pytest.fixture
async def answering_port() -> AsyncIterator[int]:
    """Give a port on which something answers as Ardour does."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(AnotherProgram, local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1]
    transport.close()


def note_socket(place: Workplace, *, port: int, user_id: int) -> None:
    """Let the system tell whose socket a port is; its inode is 77."""
    (place.processes / "net").mkdir()
    row = f" 1: 00000000:{port:04X} 00000000:0000 07 00000000:00000000 00:00000000 00000000 {user_id} 0 77 2 0 0"
    (place.processes / "net" / "udp").write_text(f"  sl  local_address\n{row}\n")


def start_editor(place: Workplace, *, port: int) -> None:
    """Let an editor seem to run that says it listens for OSC on ``port``."""
    (place.processes / "1").mkdir()
    (place.processes / "1" / "cmdline").write_bytes(b"/usr/lib/ardour7/ardour-7.3.0\0")
    (place.config_home / "ardour7" / "osc_url").write_text(f"osc.udp://here:{port}/")


async def checks_of(place: Workplace) -> dict[str, Check]:
    return {check.name: check for check in await examine(place)}


def broken(checks: dict[str, Check]) -> list[str]:
    return [name for name, check in checks.items() if check.verdict is Verdict.BROKEN]


async def test_on_a_bare_machine_only_ardour_itself_is_broken(tmp_path: Path) -> None:
    place = Workplace(
        bridge_folder=tmp_path / "bridge",
        config_home=tmp_path / "config",
        processes=tmp_path / "proc",
        search_path=str(tmp_path),
        wait_seconds=0.2,
    )
    checks = await checks_of(place)
    assert broken(checks) == ["Ardour"]
    assert "apt-get install ardour" in checks["Ardour"].next_step
    remark = checks.pop("button in Ardour")
    assert (remark.verdict, remark.next_step) == (Verdict.REMARK, "to use it run: sideman serve")
    assert {check.verdict for name, check in checks.items() if name != "Ardour"} == {Verdict.NOT_CHECKED}
    assert {name for name, check in checks.items() if check.next_step} == {"Ardour"}


async def test_each_first_broken_link_names_its_next_step(place: Workplace, tmp_path: Path) -> None:
    config = place.config_home / "ardour7"
    assert broken(await checks_of(place)) == ["editor"]
    (config / "ui_scripts").unlink()
    checks = await checks_of(place)
    assert broken(checks) == ["Sideman in Ardour"]
    assert "ardour install" in checks["Sideman in Ardour"].next_step
    config.rename(tmp_path / "elsewhere")
    checks = await checks_of(place)
    assert broken(checks) == ["Ardour's settings"]
    assert checks["Ardour's settings"].next_step == "start Ardour once and quit it"


async def test_an_ardour_that_asks_for_marker_names_is_told_beside_the_chain(place: Workplace) -> None:
    (place.config_home / "ardour7" / "ui_config").write_text('<Option name="name-new-markers" value="1"/>')
    checks = await checks_of(place)
    assert broken(checks) == ["editor", "new markers"]
    assert "Name new markers" in checks["new markers"].next_step


async def test_a_closed_port_is_told_without_waiting(place: Workplace) -> None:
    start_editor(place, port=9)  # the discard port: nobody answers
    checks = await checks_of(place)
    assert broken(checks) == ["OSC and session"]
    assert checks["OSC and session"].detail == "nobody listens on port 9"  # one that waited would say "no answer"
    assert checks["bridge"].verdict is Verdict.NOT_CHECKED


async def test_an_editor_that_does_not_answer_is_told(place: Workplace) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("0.0.0.0", 0))  # as Ardour does
        start_editor(place, port=silent.getsockname()[1])
        checks = await checks_of(place)
    assert broken(checks) == ["OSC and session"]
    assert "no answer" in checks["OSC and session"].detail
    assert {checks[name].verdict for name in ("bridge", "instrument", "undo")} == {Verdict.NOT_CHECKED}


async def test_another_user_s_program_on_the_port_is_named(place: Workplace, answering_port: int) -> None:
    start_editor(place, port=answering_port)
    note_socket(place, port=answering_port, user_id=os.getuid() + 12345)
    checks = await checks_of(place)
    assert broken(checks) == ["OSC and session"]
    told = f"port {answering_port} is held by a program of the user {os.getuid() + 12345}"
    assert told in checks["OSC and session"].detail


async def test_an_answer_that_may_not_be_the_editor_s_is_called_unverified(
    place: Workplace, answering_port: int
) -> None:
    start_editor(place, port=answering_port)
    note_socket(place, port=answering_port, user_id=os.getuid())
    checks = await checks_of(place)
    assert broken(checks) == ["bridge"]
    assert checks["OSC and session"].verdict is Verdict.REMARK
    assert "unverified" in checks["OSC and session"].detail
    (place.processes / "1" / "fd").mkdir()
    (place.processes / "1" / "fd" / "3").symlink_to("socket:[77]")
    assert (await checks_of(place))["OSC and session"].verdict is Verdict.OK
