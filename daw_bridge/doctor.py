"""Checking every link from here to the editor, and naming the next step for each that is broken."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.ardour_config import name_new_markers
from daw_bridge.bridge_client import EditorClosed, connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.button_ear import is_alive
from daw_bridge.editor_processes import running_editors
from daw_bridge.install import find_config_folders, installed_version
from daw_bridge.installation import find_osc_port
from daw_bridge.lua_bundle import bridge_version
from daw_bridge.osc import is_listened_to, open_socket
from daw_bridge.programs import INSTALL_COMMAND, find_editor
from daw_bridge.ui_scripts import UiScripts
from music.errors import StudioError

_INSTALL_STEP = "quit Ardour and run: sideman ardour install"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One link: whether it holds, what was found, and what to do if it does not."""

    name: str
    ok: bool
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
    """Check all links in the order in which a request passes them.

    A closed Ardour is told at once; one that is there and silent is waited for, ``wait_seconds`` in all.
    """
    checks = [_check_program(workplace), _check_settings(workplace), _check_folder(workplace)]
    checks += [_check_slots(workplace), _check_markers(workplace), _check_running(workplace)]
    osc, bridge = await asyncio.gather(_check_osc(workplace), _check_bridge(workplace))
    return (*checks, osc, *bridge, _check_serve(workplace))


def _check(name: str, look: Callable[[], str], next_step: str) -> Check:
    """Run one look: it returns what it found, or raises what is wrong."""
    try:
        return Check(name=name, ok=True, detail=look())
    except StudioError as error:
        return Check(name=name, ok=False, detail=str(error), next_step=next_step)
    except OSError as error:
        return Check(name=name, ok=False, detail=f"{error.filename}: {error.strerror}", next_step=next_step)


def _check_program(workplace: Workplace) -> Check:
    editor = find_editor(workplace.search_path)
    if editor is None:
        return Check(name="Ardour", ok=False, detail="no editor on PATH", next_step=INSTALL_COMMAND)
    return Check(name="Ardour", ok=True, detail=str(editor))


def _check_settings(workplace: Workplace) -> Check:
    folders = find_config_folders(workplace.config_home)
    if not folders:
        return Check(
            name="Ardour's settings",
            ok=False,
            detail=f"none in {workplace.config_home}",
            next_step="start Ardour once and quit it",
        )
    return Check(name="Ardour's settings", ok=True, detail=", ".join(map(str, folders)))


def _check_folder(workplace: Workplace) -> Check:
    return _check("bridge folder", lambda: str(BridgeFolder.open(workplace.bridge_folder).path), _INSTALL_STEP)


def _check_slots(workplace: Workplace) -> Check:
    def look() -> str:
        found = []
        for config in find_config_folders(workplace.config_home):
            path = config / "ui_scripts"
            version = installed_version(UiScripts(path.read_bytes())) if path.exists() else None
            found.append(f"{config.name}: {version or 'none'}")
        return ", ".join(found)

    check = _check("script slots", look, _INSTALL_STEP)
    wanted = bridge_version()
    versions = {text.split(": ")[-1] for text in check.detail.split(", ")}
    if check.ok and versions != {wanted}:
        detail = f"{check.detail or 'no Ardour'}; this Sideman is {wanted}"
        return Check(name=check.name, ok=False, detail=detail, next_step=_INSTALL_STEP)
    return check


def _check_markers(workplace: Workplace) -> Check:
    asking = [
        folder.name
        for folder in find_config_folders(workplace.config_home)
        if (folder / "ui_config").exists()
        and name_new_markers((folder / "ui_config").read_text(encoding="utf-8", errors="replace"))
    ]
    return Check(
        name="marker names",
        ok=not asking,
        detail=f"{', '.join(asking)} asks for the name of every new marker" if asking else "Ardour does not ask",
        next_step="untick 'Name new markers' in Ardour's Preferences > Editor" if asking else "",
    )


def _check_running(workplace: Workplace) -> Check:
    running = running_editors(workplace.processes)
    return Check(
        name="editor",
        ok=bool(running),
        detail=f"process {', '.join(map(str, running))}" if running else "Ardour is not running",
        next_step="" if running else "start Ardour and open a session",
    )


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
    step = "open a session; in Edit > Preferences > Control Surfaces tick 'Open Sound Control (OSC)'"
    try:
        port = find_osc_port(BridgeFolder.open(workplace.bridge_folder))
    except StudioError as error:
        return Check(name="OSC and session", ok=False, detail=str(error), next_step=_INSTALL_STEP)
    if not is_listened_to(port):
        return Check(name="OSC and session", ok=False, detail=f"nobody listens on port {port}", next_step=step)
    if not await _has_answered(port, workplace.wait_seconds):
        detail = f"no answer on port {port} within {workplace.wait_seconds:g} s"
        return Check(name="OSC and session", ok=False, detail=detail, next_step=step)
    return Check(name="OSC and session", ok=True, detail=f"port {port} answers for an open session")


async def _check_bridge(workplace: Workplace) -> list[Check]:
    """Ask the bridge itself, and through it what this Ardour has."""
    try:
        async with connect(BridgeFolder.open(workplace.bridge_folder)) as client:
            hello = await client.call("hello", timeout_seconds=workplace.wait_seconds)
    except EditorClosed as error:
        return [Check(name="bridge", ok=False, detail=str(error), next_step="start Ardour and open a session")]
    except StudioError as error:
        step = "close any dialog that waits in Ardour; else install again and reopen the session"
        return [Check(name="bridge", ok=False, detail=str(error), next_step=step)]
    detail = f"version {hello['bridge_version']} in Ardour {hello['ardour_version']}, session {hello['session']}"
    has_synth = bool(hello["has_fluidsynth"])
    undoes_alone = bool(hello["removes_tracks_itself"] or shutil.which("xdotool", path=workplace.search_path))
    return [
        Check(name="bridge", ok=True, detail=detail),
        Check(
            name="instrument",
            ok=has_synth,
            detail="a-fluidsynth is there" if has_synth else "Ardour does not find the plugin a-fluidsynth",
            next_step="" if has_synth else "sudo apt-get install ardour-lv2-plugins, then restart Ardour",
        ),
        Check(
            name="undo",
            ok=undoes_alone,
            detail="works alone" if undoes_alone else "Ardour before 7.5 asks you each time before it removes tracks",
            next_step="" if undoes_alone else "sudo apt-get install xdotool, or answer 'Yes' yourself",
        ),
    ]


def _check_serve(workplace: Workplace) -> Check:
    try:
        alive = is_alive(BridgeFolder.open(workplace.bridge_folder), time.time())
    except StudioError as error:
        return Check(name="sideman serve", ok=False, detail=str(error), next_step=_INSTALL_STEP)
    return Check(
        name="sideman serve",
        ok=alive,
        detail="alive" if alive else "no heartbeat: the button in Ardour finds nobody",
        next_step="" if alive else "run: sideman serve",
    )
