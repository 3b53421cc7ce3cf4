"""Putting our scripts into the user's Ardour, and taking them out so that it is as it was before.

What was there before is kept byte for byte in the bridge folder. ``uninstall`` puts those bytes back where nobody
changed the file since, and otherwise removes only what is ours.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.ardour_config import is_osc_on, switch_osc_off, switch_osc_on
from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.buttons import BUTTONS, GENERATE
from daw_bridge.editor_processes import own_config_home, running_editors
from daw_bridge.installation import NOTE_NAME
from daw_bridge.instrument_preset import BUNDLE_FOLDER, preset_bundle
from daw_bridge.lua_bundle import bridge_source, bridge_version, button_source, icon_source
from daw_bridge.ui_scripts import N_SLOTS, Slot, UiScripts
from daw_bridge.whole_file import make_folder, replace_file
from music.errors import SetupBroken

BRIDGE_NAME = "Sideman bridge"
_MARK = "sideman"  # the argument by which we know our own slots
_MAJORS = range(7, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallReport:
    """What an installation did, and what is left for the person to do."""

    version: str
    bridge_slot: int
    button_slots: Mapping[str, int]  # by the name of the button
    config_folders: tuple[Path, ...]
    bridge_folder: Path
    changed_files: tuple[Path, ...]  # empty when everything was in place
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UninstallReport:
    """What was put back as it was, and where only ours was removed because the file has changed since."""

    restored: tuple[Path, ...]
    cleaned: tuple[Path, ...]


def find_config_folders(config_home: Path) -> tuple[Path, ...]:
    """Return the settings folders of every Ardour that was started once, oldest version first."""
    return tuple(folder for major in _MAJORS if (folder := config_home / f"ardour{major}").is_dir())


def install(
    bridge_folder: Path,
    *,
    config_home: Path | None = None,
    config_folder: Path | None = None,
    soundfont: Path | None = None,
    command: str = "sideman",
    processes: Path = Path("/proc"),
) -> InstallReport:
    """Put bridge and buttons into one settings folder, or into those of every Ardour found under ``config_home``.

    With a ``soundfont`` Ardour's own instrument gets a preset that plays it, in ``.lv2`` beside the settings.
    ``command`` is what calls Sideman's command line, for what the button tells.
    Raises SetupBroken when Ardour is running, was never started, or has no slot left, and StorageFailed when a file
    cannot be written. Doing it again changes nothing.
    """
    folders = _target_folders(config_home, config_folder)
    _require_no_editor(folders, processes)
    folder = BridgeFolder.create(bridge_folder)
    scripts = {config: _read_scripts(config) for config in folders}
    bridge_slot, button_slots = _choose_slots(list(scripts.values()))
    backup = folder.read("backup.json") or {}
    changed: list[Path] = []
    for config, found in scripts.items():
        arguments = {_MARK: "1", "version": bridge_version(), "folder": str(bridge_folder), "command": command}
        wanted = found.with_slot(bridge_slot, _slot(BRIDGE_NAME, bridge_source(), arguments))
        for button in BUTTONS:
            slot = _slot(button.name, button_source(button), arguments, icon=icon_source(button))
            wanted = wanted.with_slot(button_slots[button.name], slot)
        contents = {"ui_scripts": wanted.content, "config": _with_osc(config), "osc_url": _osc_url(config)}
        changed += _write_all(folder, backup, config, contents)
    if soundfont is not None:
        bundle = folders[0].parent.parent / ".lv2" / BUNDLE_FOLDER
        changed += _write_all(folder, backup, bundle, dict(preset_bundle(soundfont)))
    folder.write(
        NOTE_NAME,
        {
            "version": bridge_version(),
            "bridge_slot": bridge_slot,
            "button_slot": button_slots[GENERATE.name],
            "config_folders": [str(config) for config in folders],
        },
    )
    return InstallReport(
        version=bridge_version(),
        bridge_slot=bridge_slot,
        button_slots=button_slots,
        config_folders=folders,
        bridge_folder=bridge_folder,
        changed_files=tuple(changed),
        next_steps=(
            "start Ardour and open a session",
            "in sessions made before now: Edit > Preferences > Control Surfaces, tick 'Open Sound Control (OSC)'",
            "the buttons are among the small ones at the top right of Ardour's window: "
            + ", ".join(f"'{name}' is number {slot}" for name, slot in button_slots.items()),
        ),
    )


def uninstall(bridge_folder: Path, *, processes: Path = Path("/proc")) -> UninstallReport:
    """Take everything out again; without an installation there is nothing to do."""
    if not bridge_folder.exists():
        return UninstallReport(restored=(), cleaned=())
    folder = BridgeFolder.open(bridge_folder)
    note = folder.read(NOTE_NAME) or {}
    _require_no_editor([Path(config) for config in note.get("config_folders", ())], processes)
    backup = folder.read("backup.json") or {}
    restored: list[Path] = []
    cleaned: list[Path] = []
    for name, before in backup.items():
        path = Path(name)
        content = _read(path)
        if _digest(content) == before["written_sha256"]:
            _put_back(path, before)
            restored.append(path)
        elif content is not None:
            _remove_ours(path, content, before)
            cleaned.append(path)
    folder.remove("backup.json")
    folder.remove(NOTE_NAME)
    return UninstallReport(restored=tuple(restored), cleaned=tuple(cleaned))


def own_slots(scripts: UiScripts) -> dict[str, int]:
    """Return our slots by name."""
    return {name: slot for slot, name in scripts.names().items() if _MARK in scripts.arguments(slot)}


def installed_version(scripts: UiScripts) -> str | None:
    """Return the version of the bridge in a settings folder's slots; None where there is none."""
    slot = own_slots(scripts).get(BRIDGE_NAME)
    return None if slot is None else scripts.arguments(slot)["version"]


def _target_folders(config_home: Path | None, config_folder: Path | None) -> tuple[Path, ...]:
    if config_folder is not None:
        if not config_folder.is_dir():
            raise SetupBroken(f"there is no Ardour settings folder {config_folder}; start Ardour once")
        return (config_folder,)
    home = config_home or own_config_home()
    folders = find_config_folders(home)
    if not folders:
        raise SetupBroken(f"no Ardour settings in {home} (ardour7 and later); start Ardour once, quit it, try again")
    return folders


def _require_no_editor(config_folders: Iterable[Path], processes: Path) -> None:
    homes = {config.parent for config in config_folders}
    running = sorted({process for home in homes for process in running_editors(home, processes)})
    if running:
        raise SetupBroken(
            f"Ardour is running (process {', '.join(map(str, running))}) and would write over its settings when it "
            "quits; quit Ardour and try again"
        )


def _slot(name: str, source: str, arguments: Mapping[str, str], *, icon: str = "") -> Slot:
    header = f'ardour {{ ["type"] = "EditorAction", name = "{name}", license = "Apache-2.0" }}\n'
    return Slot(
        name=name,
        script=f"{header}function factory (settings)\n{source}end\n" + (icon and f"function icon ()\n{icon}end\n"),
        factory=f"local settings = ...\n{source}",
        arguments=arguments,
        icon=icon,
    )


def _choose_slots(all_scripts: list[UiScripts]) -> tuple[int, dict[str, int]]:
    """Choose the same slots for every Ardour: our own again, else the bridge far back and the buttons in front."""
    free = frozenset(range(1, N_SLOTS + 1))
    for scripts in all_scripts:
        free &= scripts.free_slots() | frozenset(own_slots(scripts).values())
    if len(free) <= len(BUTTONS):
        raise SetupBroken(
            f"all but {len(free)} of Ardour's {N_SLOTS} script slots are in use, Sideman takes {len(BUTTONS) + 1}; "
            "free some in Edit > Lua Scripts > Manager"
        )
    ours = {name: slot for name, slot in own_slots(all_scripts[0]).items() if slot in free}
    left = sorted(free - set(ours.values()))
    bridge = ours.get(BRIDGE_NAME) or left.pop()
    return bridge, {button.name: ours.get(button.name) or left.pop(0) for button in BUTTONS}


def _without_ours(scripts: UiScripts) -> UiScripts:
    for slot in own_slots(scripts).values():
        scripts = scripts.without(slot)
    return scripts


def _read_scripts(config: Path) -> UiScripts:
    content = _read(config / "ui_scripts")
    return UiScripts() if content is None else _without_ours(UiScripts(content))


def _with_osc(config: Path) -> bytes | None:
    content = _read(config / "config")
    return None if content is None else switch_osc_on(content.decode()).encode()


def _osc_url(config: Path) -> bytes:
    content = _read(config / "osc_url")
    return b"" if content is None else content


def _write_all(
    folder: BridgeFolder, backup: JsonObject, place: Path, contents: Mapping[str, bytes | None]
) -> list[Path]:
    """Write the files that differ, after noting in the backup what they were."""
    changed = []
    for name, content in contents.items():
        path = place / name
        current = _read(path)
        if content is None or content == current:
            continue
        earlier = backup.get(str(path))
        if earlier is None or earlier["written_sha256"] != _digest(current):
            before = current if name != "ui_scripts" or current is None else _without_ours(UiScripts(current)).content
            earlier = {"before": None if before is None else base64.b64encode(before).decode()}
        backup[str(path)] = {**earlier, "written_sha256": _digest(content)}
        folder.write("backup.json", backup)
        make_folder(place)
        replace_file(path, content)
        changed.append(path)
    return changed


def _put_back(path: Path, before: JsonObject) -> None:
    if before["before"] is None:
        path.unlink(missing_ok=True)
        if path.parent.name == BUNDLE_FOLDER and not any(path.parent.iterdir()):
            path.parent.rmdir()
    else:
        make_folder(path.parent)
        replace_file(path, base64.b64decode(before["before"]))


def _remove_ours(path: Path, content: bytes, before: JsonObject) -> None:
    """Take only ours out of a file that Ardour or its user has changed since."""
    earlier = base64.b64decode(before["before"] or "")
    if path.name == "ui_scripts":
        replace_file(path, _without_ours(UiScripts(content)).content)
    elif path.name == "config" and not is_osc_on(earlier.decode()):
        replace_file(path, switch_osc_off(content.decode()).encode())
    elif path.name == "osc_url" and before["before"] is None:
        path.unlink()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()
