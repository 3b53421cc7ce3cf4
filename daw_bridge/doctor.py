"""Checking every link from here to the editor, and naming the next step for the first that is broken.

The links form a chain: behind a broken one nothing can be told, so what follows is not checked.
"""

import asyncio
import contextlib
import os
import pwd
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from daw_bridge.ardour_config import name_new_markers
from daw_bridge.bridge_client import EditorClosed, connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.button_ear import is_alive
from daw_bridge.editor_processes import has_port, port_users, running_editors
from daw_bridge.install import find_config_folders, installed_version
from daw_bridge.installation import find_osc_port
from daw_bridge.lua_bundle import bridge_version
from daw_bridge.osc import is_listened_to, open_socket
from daw_bridge.programs import INSTALL_COMMAND, find_editor
from daw_bridge.ui_scripts import UiScripts
from music.errors import StudioError

_INSTALL_STEP = "quit Ardour and run: sideman ardour install"
_START_STEP = "start Ardour and open a session"
_ENDS = ("instrument", "undo")  # on these nothing else depends
_BEHIND = ("OSC and session", "bridge", *_ENDS)  # what needs an open editor


class Verdict(Enum):
    """What became of a check."""

    OK = "ok"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"  # it depends on a link that is broken
    REMARK = "remark"  # nothing is wrong, but worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One link: whether it holds, what was found, and what to do if it does not."""

    name: str
    verdict: Verdict
    detail: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where to look."""

    bridge_folder: Path
    config_home: Path
    processes: Path = Path("/proc")
    search_path: str | None = None  # folders as in PATH, which it defaults to
    wait_seconds: float = 4.0  # for the answers from Ardour


async def examine(workplace: Workplace) -> tuple[Check, ...]:
    """Check the links in the order in which a request passes them, up to the first that is broken.

    A closed Ardour is told at once; one that is there and silent is waited for, ``wait_seconds`` in all.
    """
    checks: list[Check] = []
    async for check in _chain(workplace):
        chain = (known for known in checks if known.name not in _ENDS)
        broken = next((link.name for link in chain if link.verdict is Verdict.BROKEN), None)
        checks.append(check if broken is None else _not_checked(check.name, broken))
    return (*checks, _check_markers(workplace), _check_serve(workplace))


async def _chain(workplace: Workplace) -> AsyncIterator[Check]:
    """Yield the links that depend on one another."""
    local = (_check_program, _check_settings, _check_bridge_files, _check_running)
    checks = [check(workplace) for check in local]
    for check in checks:
        yield check
    if any(check.verdict is Verdict.BROKEN for check in checks):
        for name in _BEHIND:
            yield _not_checked(name, "")
        return
    osc, bridge = await asyncio.gather(_check_osc(workplace), _check_bridge(workplace))
    if osc.verdict is Verdict.REMARK and bridge[0].verdict is Verdict.OK:
        osc = _ok(osc.name, "the bridge answers there")
    for check in (osc, *bridge):
        yield check


def _ok(name: str, detail: str) -> Check:
    return Check(name=name, verdict=Verdict.OK, detail=detail)


def _broken(name: str, detail: str, next_step: str) -> Check:
    return Check(name=name, verdict=Verdict.BROKEN, detail=detail, next_step=next_step)


def _not_checked(name: str, cause: str) -> Check:
    return Check(name=name, verdict=Verdict.NOT_CHECKED, detail=f"first comes: {cause}")


def _check_program(workplace: Workplace) -> Check:
    editor = find_editor(workplace.search_path)
    if editor is None:
        return _broken("Ardour", "it is not installed: no program ardour on PATH", INSTALL_COMMAND)
    return _ok("Ardour", str(editor))


def _check_settings(workplace: Workplace) -> Check:
    folders = find_config_folders(workplace.config_home)
    if not folders:
        detail = f"Ardour was never started here: it has no settings in {workplace.config_home}"
        return _broken("Ardour's settings", detail, "start Ardour once and quit it")
    return _ok("Ardour's settings", ", ".join(map(str, folders)))


def _check_bridge_files(workplace: Workplace) -> Check:
    """Check that bridge and button are in every Ardour's settings, in this version."""
    name = "Sideman in Ardour"
    try:
        versions = {config: _version_in(config) for config in find_config_folders(workplace.config_home)}
        if lacking := [str(config) for config, version in versions.items() if version is None]:
            return _broken(name, f"bridge and button are not in {', '.join(lacking)}", _INSTALL_STEP)
        folder = BridgeFolder.open(workplace.bridge_folder)
    except StudioError as error:
        return _broken(name, str(error), _INSTALL_STEP)
    except OSError as error:
        return _broken(name, f"{error.filename}: {error.strerror}", _INSTALL_STEP)
    if old := [str(config) for config, version in versions.items() if version != bridge_version()]:
        return _broken(name, f"another version of Sideman put bridge and button into {', '.join(old)}", _INSTALL_STEP)
    return _ok(name, f"bridge and button are in place; they talk through {folder.path}")


def _version_in(config: Path) -> str | None:
    path = config / "ui_scripts"
    return installed_version(UiScripts(path.read_bytes())) if path.exists() else None


def _check_markers(workplace: Workplace) -> Check:
    """Check that Ardour does not ask for a name for each marker that is added, which would keep a take waiting."""
    name, folders = "new markers", find_config_folders(workplace.config_home)
    if not folders:
        return _not_checked(name, "Ardour's settings")
    asking = [
        folder.name
        for folder in folders
        if (folder / "ui_config").exists()
        and name_new_markers((folder / "ui_config").read_text(encoding="utf-8", errors="replace"))
    ]
    if not asking:
        return _ok(name, "Ardour adds them without asking for a name")
    return _broken(
        name,
        f"{', '.join(asking)} asks for a name each time one is added, and placing a take waits for the answer",
        "untick 'Name new markers' in Ardour's Preferences > Editor",
    )


def _check_running(workplace: Workplace) -> Check:
    running = running_editors(workplace.config_home, workplace.processes)
    if not running:
        return _broken("editor", "Ardour is not running", _START_STEP)
    return _ok("editor", f"Ardour is running (process {', '.join(map(str, running))})")


async def _has_answered(port: int, wait_seconds: float) -> bool:
    """Ask Ardour for its strips, which it only answers with a session open, and wait until it has."""
    heard = asyncio.Event()

    def hear(_: str, arguments: list[Any]) -> None:
        if arguments[:1] == ["end_route_list"]:
            heard.set()

    # another loopback address than the client's: Ardour keeps one reply port per address
    async with open_socket(hear, address="127.0.0.3") as osc:
        osc.send(port, "/set_surface/port", 0)
        osc.send(port, "/strip/list")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), wait_seconds)
    return heard.is_set()


async def _check_osc(workplace: Workplace) -> Check:
    name = "OSC and session"
    step = "open a session; in Edit > Preferences > Control Surfaces tick 'Open Sound Control (OSC)'"
    try:
        port = find_osc_port(BridgeFolder.open(workplace.bridge_folder))
    except StudioError as error:
        return _broken(name, str(error), _INSTALL_STEP)
    if not is_listened_to(port):
        return _broken(name, f"nobody listens on port {port}", step)
    users = port_users(port, workplace.processes)
    if users and os.getuid() not in users:
        whose = ", ".join(map(_user_name, sorted(users)))
        step = "end that program, or quit your Ardour, set another OSC port in its Preferences and start it again"
        return _broken(name, f"port {port} is held by a program of the user {whose}, not by your Ardour", step)
    if not await _has_answered(port, workplace.wait_seconds):
        return _broken(name, f"no answer on port {port} within {workplace.wait_seconds:g} s", step)
    editors = running_editors(workplace.config_home, workplace.processes)
    if any(has_port(editor, port, workplace.processes) for editor in editors):
        return _ok(name, f"port {port} answers for an open session")
    detail = f"port {port} answers for an open session; that it is your Ardour's is unverified"
    return Check(name=name, verdict=Verdict.REMARK, detail=detail)


def _user_name(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)


async def _check_bridge(workplace: Workplace) -> list[Check]:
    """Ask the bridge itself, and through it what this Ardour has."""
    try:
        async with connect(BridgeFolder.open(workplace.bridge_folder)) as client:
            hello = await client.call("hello", timeout_seconds=workplace.wait_seconds)
    except StudioError as error:
        step = "close any dialog that waits in Ardour; else install again and reopen the session"
        step = _START_STEP if isinstance(error, EditorClosed) else step
        broken = _broken("bridge", str(error), step)
        return [broken, _not_checked("instrument", broken.name), _not_checked("undo", broken.name)]
    detail = f"version {hello['bridge_version']} in Ardour {hello['ardour_version']}, session {hello['session']}"
    return [_ok("bridge", detail), _check_instrument(hello), _check_undo(hello, workplace)]


def _check_instrument(hello: dict[str, Any]) -> Check:
    if hello["has_fluidsynth"]:
        return _ok("instrument", "a-fluidsynth is there")
    step = "sudo apt-get install ardour-lv2-plugins, then restart Ardour"
    return _broken("instrument", "Ardour does not find the plugin a-fluidsynth", step)


def _check_undo(hello: dict[str, Any], workplace: Workplace) -> Check:
    if hello["removes_tracks_itself"] or shutil.which("xdotool", path=workplace.search_path):
        return _ok("undo", "works alone")
    detail = "Ardour before 7.5 asks you each time before it removes tracks"
    return _broken("undo", detail, "sudo apt-get install xdotool, or answer 'Yes' yourself")


def _check_serve(workplace: Workplace) -> Check:
    name = "button in Ardour"
    try:
        alive = is_alive(BridgeFolder.open(workplace.bridge_folder), time.time())
    except StudioError:
        alive = False
    if alive:
        return _ok(name, "'sideman serve' is running and listens for it")
    return Check(
        name=name, verdict=Verdict.REMARK, detail="nobody listens for it now", next_step="to use it run: sideman serve"
    )
