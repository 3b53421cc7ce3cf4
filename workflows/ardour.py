"""The ways to Ardour that the settings name: the open editor, the bridge's installation, its doctor, its buttons."""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from daw_bridge.bridge_client import connect
from daw_bridge.bridge_folder import BridgeFolder, default_bridge_folder
from daw_bridge.button_ear import ButtonEar, listen
from daw_bridge.doctor import Check, Verdict, Workplace, examine
from daw_bridge.editor_processes import own_config_home
from daw_bridge.events import Passing, follow
from daw_bridge.install import install, uninstall
from daw_bridge.installation import find_installation
from daw_bridge.live import LiveDaw
from music.errors import SetupBroken
from renderers.soundfont import INSTALL_COMMAND, find_soundfont
from workflows.commands import own_command
from workflows.settings import Settings


def bridge_folder(settings: Settings) -> Path:
    """Return the folder through which Ardour and Sideman talk."""
    return settings.bridge_dir if settings.bridge_dir else default_bridge_folder(os.environ, Path.home())


def is_bridge_installed(settings: Settings) -> bool:
    """Tell whether this user's Ardour has Sideman's bridge."""
    try:
        return find_installation(BridgeFolder.open(bridge_folder(settings))) is not None
    except SetupBroken:
        return False


@asynccontextmanager
async def open_live(settings: Settings) -> AsyncIterator[LiveDaw]:
    """Reach the open editor; SetupBroken says what to do when there is no bridge to it."""
    async with connect(BridgeFolder.open(bridge_folder(settings))) as client:
        yield LiveDaw(client)


def follow_editor(settings: Settings) -> AsyncGenerator[Passing | None, None]:
    """Yield what passes in the open editor, now and whenever it changes; None while there is none."""
    return follow(lambda: connect(BridgeFolder.open(bridge_folder(settings))))


@asynccontextmanager
async def open_ear(settings: Settings) -> AsyncIterator[ButtonEar]:
    """Listen for the buttons inside Ardour."""
    async with listen(BridgeFolder.create(bridge_folder(settings))) as ear:
        yield ear


def install_bridge(settings: Settings) -> Iterator[str]:
    """Put bridge and buttons into Ardour, and tell line by line what was done and what is left to do."""
    soundfont = find_soundfont(settings.soundfont).path.absolute()
    report = install(
        bridge_folder(settings),
        config_folder=settings.ardour_config_dir,
        soundfont=soundfont,
        command=own_command(),
    )
    buttons = ", ".join(f"'{name}' in {slot}" for name, slot in report.button_slots.items())
    yield f"the bridge {report.version} is in script slot {report.bridge_slot}, the buttons: {buttons}"
    for folder in report.config_folders:
        yield f"  of {folder}"
    yield f"changed: {', '.join(map(str, report.changed_files)) or 'nothing, all was in place'}"
    yield from (f"next: {step}" for step in report.next_steps)


def uninstall_bridge(settings: Settings) -> Iterator[str]:
    """Take them out again, and tell which files are as they were and which were only cleaned of ours."""
    report = uninstall(bridge_folder(settings))
    yield from (f"restored as it was: {file}" for file in report.restored)
    yield from (f"only ours removed, since the file has changed: {file}" for file in report.cleaned)
    if not report.restored and not report.cleaned:
        yield "nothing of Sideman was installed in Ardour"


async def check_links(settings: Settings) -> tuple[Check, ...]:
    """Check every link from here to the editor, and the SoundFont."""
    config_home = settings.ardour_config_dir.parent if settings.ardour_config_dir else own_config_home()
    checks = await examine(Workplace(bridge_folder=bridge_folder(settings), config_home=config_home))
    return (*checks, _check_soundfont(settings))


def _check_soundfont(settings: Settings) -> Check:
    try:
        font = find_soundfont(settings.soundfont)
    except SetupBroken as error:
        return Check(name="SoundFont", verdict=Verdict.BROKEN, detail=str(error), next_step=INSTALL_COMMAND)
    return Check(name="SoundFont", verdict=Verdict.OK, detail=str(font.path))
