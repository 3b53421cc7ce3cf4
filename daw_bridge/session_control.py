"""The session as a whole: saved or not, snapshots, copies, new ones, and opening another one.

Ardour's editor has no call for a program to open a session (7.3 to 9.8: its menu opens a file dialog). So the editor is
closed, when nothing unsaved can be lost, and started again on the other session with the environment that it had.
"""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from daw_bridge.ardour_config import is_osc_on, switch_osc_on
from daw_bridge.bridge_client import BridgeClient, EditorClosed, VerbFailed
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.editor_start import EditorProcess, EditorProgram
from daw_bridge.installation import expect_osc_port
from daw_bridge.offline.interpreter import remove_draft, run_job
from daw_bridge.programs import find_ardour
from daw_bridge.session_metadata import check_metadata, read_metadata, with_metadata
from daw_bridge.whole_file import replace_file
from music.errors import NotFound, RequestInvalid, SetupBroken, TimedOut, TryLater

SAVE_SECONDS = 60.0
START_SECONDS = 90.0
_QUIT_SECONDS = 30.0
_POLL_SECONDS = 0.1
_SUFFIX = ".ardour"
_STAMP = "%Y-%m-%d %H.%M.%S"
_ENGINE_HINTS = re.compile(r"\s*<EngineHints\b[^>]*/>")
_NAME = re.compile(r'(<Session\b[^>]*\bname=")[^"]*(")')
_RATE = re.compile(r'<Session\b[^>]*\bsample-rate="(\d+)"')
_LEFT_OUT = ("export", "dead")  # of a copy: what was rendered, and what was thrown away


class Unsaved(Enum):
    """What becomes of changes that are not saved when the session is closed."""

    REFUSE = "refuse"  # the caller asks the person first
    SAVE = "save"
    KEEP_AS_SNAPSHOT = "keep_as_snapshot"  # the session's own file stays as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """Which session is open, under which snapshot, and whether Ardour would save anything new."""

    name: str
    folder: Path
    snapshot: str
    is_dirty: bool
    metadata: Mapping[str, str]  # title, artist and so on, as they are now

    @property
    def file(self) -> Path:
        """The file that Ardour saves to."""
        return self.folder / f"{self.snapshot}{_SUFFIX}"


async def session_state(client: BridgeClient) -> SessionState:
    """Tell which session is open and whether it is saved: what Ardour would save is compared with its file."""
    facts = await client.call("session_state", timeout_seconds=SAVE_SECONDS)
    return SessionState(
        name=facts["name"],
        folder=Path(facts["folder"]),
        snapshot=facts["snapshot"],
        is_dirty=facts["is_dirty"],
        metadata=read_metadata(facts["metadata"]),
    )


async def save_snapshot(client: BridgeClient, name: str, *, may_replace: bool = False) -> Path:
    """Save what is now as a snapshot and go on with the session; RequestInvalid for a name that is taken."""
    arguments: JsonObject = {"name": name, "may_replace": may_replace}
    return Path((await client.call("save_snapshot", arguments, timeout_seconds=SAVE_SECONDS))["path"])


def snapshots_of(folder: Path) -> tuple[str, ...]:
    """Return the names of a session folder's snapshots, its own first."""
    names = sorted(path.stem for path in folder.glob(f"*{_SUFFIX}"))
    return tuple(sorted(names, key=lambda name: (name != folder.name, name)))


async def rename_session(client: BridgeClient, name: str) -> SessionState:
    """Save, then rename the session, its folder and its files; RequestInvalid for a name that is taken."""
    await client.call("rename_session", {"name": name}, timeout_seconds=SAVE_SECONDS)
    return await session_state(client)


async def save_copy(client: BridgeClient, folder: Path) -> Path:
    """Save, then copy the session with all its sources to a new folder, under its name; return the session file."""
    await asyncio.to_thread(_check_new, folder)
    await client.call("save", timeout_seconds=SAVE_SECONDS)
    state = await session_state(client)
    return await asyncio.to_thread(_copy, state, folder)


def _check_new(folder: Path) -> None:
    if folder.exists():
        raise RequestInvalid(f"there is {folder} already; name a folder that is not there yet")
    if not folder.parent.is_dir():
        raise RequestInvalid(f"there is no folder {folder.parent} to make a session in")


def _copy(state: SessionState, folder: Path) -> Path:
    left_out = {state.folder / name for name in _LEFT_OUT} | set(state.folder.glob(f"*{_SUFFIX}*"))
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            part = Path(scratch) / folder.name  # beside its place, to be moved there whole
            shutil.copytree(
                state.folder, part, ignore=lambda here, names: [name for name in names if Path(here) / name in left_out]
            )
            for name in _LEFT_OUT:
                (part / name).mkdir(exist_ok=True)
            sources = part / "interchange" / state.folder.name
            if sources.is_dir():
                sources.rename(sources.with_name(folder.name))
            text = state.file.read_text(encoding="utf-8")
            copied = part / f"{folder.name}{_SUFFIX}"
            copied.write_text(_NAME.sub(rf"\g<1>{_escaped(folder.name)}\g<2>", text, count=1), encoding="utf-8")
            part.rename(folder)
    except OSError as error:
        raise SetupBroken(f"cannot copy the session to {folder}: {error}") from error
    return folder / copied.name


def _escaped(name: str) -> str:
    text = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\\", "\\\\")


def session_file(path: Path) -> Path:
    """Return the session file that a path names: itself, or the one in a folder that bears the folder's name."""
    if path.is_file() and path.suffix == _SUFFIX:
        return path
    found = [path / f"{path.name}{_SUFFIX}"] if (path / f"{path.name}{_SUFFIX}").is_file() else []
    found = found or sorted(path.glob(f"*{_SUFFIX}"))
    if len(found) != 1:
        names = ", ".join(name.name for name in found)
        raise NotFound("Ardour session", str(path), nearest=names or None)
    return found[0]


async def open_session(client: BridgeClient, path: Path, *, unsaved: Unsaved = Unsaved.REFUSE) -> SessionState:
    """Close the open session and open another one, a folder or a session file; bounded at some two minutes.

    RequestInvalid when there are unsaved changes and the caller did not say what is to become of them, TimedOut when
    the editor does not close (it may be asking the person something) or does not come up.
    """
    target = session_file(path)
    process = EditorProcess.of((await client.call("hello"))["process"])
    await _close(client, process, unsaved)
    return await _start(client, process, target)


async def start_session(client: BridgeClient, path: Path, *, editor: EditorProgram | None) -> SessionState:
    """Start Ardour, where none runs, on a session, a folder or a session file; bounded at some two minutes.

    ``editor`` is the one that was closed last, where that is known. SetupBroken says what the user can do where none
    can be started from here.
    """
    target = session_file(path)
    program = editor or EditorProgram.own(target)
    await asyncio.to_thread(program.check_none_runs)
    return await _start(client, program, target)


async def _start(client: BridgeClient, process: EditorProgram, target: Path) -> SessionState:
    await asyncio.to_thread(_let_open_unattended, target)
    await asyncio.to_thread(expect_osc_port, client.folder)
    await process.start_on(target)
    return await _wait_for(client, target)


async def set_metadata(client: BridgeClient, changes: Mapping[str, str]) -> SessionState:
    """Save and close the session, write what it says of itself into its file, and open it again; bounded likewise.

    An empty value takes an entry away. What Ardour itself can undo ends with the restart. Raises RequestInvalid or
    NotFound for what Ardour would not keep, and VerbFailed where it did not.
    """
    check_metadata(changes)
    before = await session_state(client)
    process = EditorProcess.of((await client.call("hello"))["process"])
    await _close(client, process, Unsaved.SAVE)
    try:
        await asyncio.to_thread(_write_metadata, before.file, changes)
    finally:
        await _start(client, process, before.file)
    await client.call("save", timeout_seconds=SAVE_SECONDS)
    kept = read_metadata(await asyncio.to_thread(before.file.read_text, encoding="utf-8"))
    lost = [name for name, value in changes.items() if kept.get(name, "") != value]
    if lost:
        raise VerbFailed(f"Ardour did not keep {', '.join(lost)}; it is open again with the rest")
    return await session_state(client)


def _write_metadata(file: Path, changes: Mapping[str, str]) -> None:
    replace_file(file, with_metadata(file.read_text(encoding="utf-8"), changes).encode())


async def new_session(
    client: BridgeClient,
    folder: Path,
    *,
    unsaved: Unsaved = Unsaved.REFUSE,
    metadata: Mapping[str, str] | None = None,
) -> SessionState:
    """Make an empty session in a new folder, named like it, and open it as ``open_session`` does.

    It has the sample rate of the session that is open: at another one Ardour asks about the audio engine first.
    """
    await asyncio.to_thread(_check_wanted, folder, metadata)
    await _state_to_leave(client, unsaved)
    rate = (await client.call("session_state", timeout_seconds=SAVE_SECONDS))["sample_rate_hz"]
    await _make_empty(folder, rate, metadata)
    await open_session(client, folder, unsaved=unsaved)
    await client.call("save", timeout_seconds=SAVE_SECONDS)  # with what Ardour adds to a session that it opens first
    return await session_state(client)


async def start_new_session(
    client: BridgeClient,
    folder: Path,
    *,
    like: Path | None,
    editor: EditorProgram | None,
    metadata: Mapping[str, str] | None = None,
) -> SessionState:
    """Make an empty session where no Ardour runs, and start Ardour on it as ``start_session`` does.

    It has the sample rate of the session in the folder ``like``, which was open last: SetupBroken where there is none.
    """
    await asyncio.to_thread(_check_wanted, folder, metadata)
    program = editor or EditorProgram.own(folder)
    await asyncio.to_thread(program.check_none_runs)
    await _make_empty(folder, await asyncio.to_thread(_rate_of_last, like), metadata)
    await _start(client, program, session_file(folder))
    await client.call("save", timeout_seconds=SAVE_SECONDS)
    return await session_state(client)


def _check_wanted(folder: Path, metadata: Mapping[str, str] | None) -> None:
    if metadata:
        check_metadata(metadata)
    _check_new(folder)


def _rate_of_last(folder: Path | None) -> int:
    try:
        found = folder and _RATE.search(session_file(folder).read_text(encoding="utf-8"))
    except (OSError, NotFound):
        found = None
    if not found:
        raise SetupBroken(
            "no Ardour runs, and no session that was open last tells at which sample rate it would; open a session "
            "that there is, or have the user start Ardour, then make the new one"
        )
    return int(found[1])


async def _make_empty(folder: Path, rate_hz: int, metadata: Mapping[str, str] | None) -> None:
    request = {"folder": str(folder), "name": folder.name, "sample_rate_hz": rate_hz, "operations": []}
    await run_job(
        find_ardour(),
        "make_session",
        request,
        timeout_seconds=SAVE_SECONDS,
        before_retry=lambda: remove_draft(folder),
    )
    if metadata:
        await asyncio.to_thread(_write_metadata, session_file(folder), metadata)


async def close_session(client: BridgeClient, *, unsaved: Unsaved = Unsaved.REFUSE) -> EditorProgram:
    """Close the session, and with it the editor, which is returned: an Ardour without a session answers nobody."""
    process = EditorProcess.of((await client.call("hello"))["process"])
    await _close(client, process, unsaved)
    return process


async def _state_to_leave(client: BridgeClient, unsaved: Unsaved) -> SessionState:
    """Return the session's state; RequestInvalid where something unsaved would be lost with it."""
    state = await session_state(client)
    if state.is_dirty and unsaved is Unsaved.REFUSE:
        raise RequestInvalid(
            f'{state.name} has unsaved changes; say what becomes of them: unsaved "save" or "keep_as_snapshot"'
        )
    return state


async def _close(client: BridgeClient, process: EditorProcess, unsaved: Unsaved) -> None:
    state = await _state_to_leave(client, unsaved)
    aside = None
    if state.is_dirty and unsaved is Unsaved.KEEP_AS_SNAPSHOT:
        aside = await asyncio.to_thread(set_aside, state.file)
    await client.call("save", timeout_seconds=SAVE_SECONDS)  # Ardour asks nothing when all is saved
    if aside is not None:
        await asyncio.to_thread(keep_as_snapshot, state.file, aside)
    client.send_osc("/access_action", "Common/Quit")
    if not await process.wait_for_end(_QUIT_SECONDS):
        raise TimedOut("Ardour did not close; is it asking something? The editor", _QUIT_SECONDS)


def set_aside(file: Path) -> Path:
    """Copy a session file as a snapshot, before Ardour saves over it; whoever dies then leaves both states."""
    aside = file.with_name(f"{file.stem} saved {time.strftime(_STAMP)}{_SUFFIX}")
    replace_file(aside, file.read_bytes())
    return aside


def keep_as_snapshot(file: Path, aside: Path) -> None:
    """Keep what was just saved as a snapshot, and give the file back what was set aside."""
    replace_file(file.with_name(f"{file.stem} unsaved {time.strftime(_STAMP)}{_SUFFIX}"), file.read_bytes())
    aside.replace(file)


def _let_open_unattended(file: Path) -> None:
    """Take out of a session file what would make Ardour ask, or leave nobody listening; keep the rest."""
    text = file.read_text(encoding="utf-8")
    wanted = _ENGINE_HINTS.sub("", text)
    if not is_osc_on(wanted):
        wanted = switch_osc_on(wanted)
    if wanted != text:
        replace_file(file, wanted.encode())


async def _wait_for(client: BridgeClient, target: Path) -> SessionState:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(_POLL_SECONDS)
        client.find_port_again()
        try:
            state = await session_state(client)
        except (EditorClosed, TryLater):
            continue
        if state.folder.resolve() == target.parent.resolve():
            return state
    raise TimedOut(f"Ardour with the session {target}", START_SECONDS)
