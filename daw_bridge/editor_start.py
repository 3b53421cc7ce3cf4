"""The editor as a process: waiting until it has ended, and starting its program again on another session (Linux)."""

import asyncio
import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.editor_processes import config_home, own_config_home, running_editors
from daw_bridge.programs import INSTALL_COMMAND, find_editor
from music.errors import SetupBroken

_POLL_SECONDS = 0.05


_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorProgram:
    """Which program an editor is, and the environment it is started in."""

    program: Path
    environment: dict[str, str]

    @classmethod
    def own(cls, session_file: Path) -> "EditorProgram":
        """Return this user's editor, to be started from here on a session; SetupBroken where that cannot be."""
        program = find_editor()
        if program is None:
            raise SetupBroken(f"no Ardour runs, and none is on PATH; install it with: {INSTALL_COMMAND}")
        if not any(os.environ.get(name) for name in _SCREENS):
            raise SetupBroken(
                "no Ardour runs, and none can be started from here, where there is no screen (DISPLAY); "
                f"the user can start it: {program.name} {shlex.quote(str(session_file))}"
            )
        return cls(program=program, environment=dict(os.environ))

    def check_none_runs(self) -> None:
        """Raise SetupBroken where an editor with these settings runs, which nobody can reach."""
        running = running_editors(config_home(self.environment) or own_config_home())
        if running:
            raise SetupBroken(
                f"Ardour runs (process {running[0]}) but does not listen: it is starting, has no session open, waits "
                "in a dialog, or its OSC is off; open the session in its window, or run 'sideman doctor'"
            )

    async def start_on(self, session_file: Path) -> None:
        """Start the program on a session, with its audio engine as it was; it is nobody's child and lives on."""
        starter = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            '"$0" "$@" </dev/null >/dev/null 2>&1 &',
            str(self.program),
            "--no-announcements",
            "--no-splash",
            str(session_file),
            env={**self.environment, "ARDOUR_TRY_AUTOSTART_ENGINE": "1"},
            start_new_session=True,
        )
        await starter.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorProcess(EditorProgram):
    """An editor that runs, or has run."""

    process_id: int

    @classmethod
    def of(cls, answer: JsonObject) -> "EditorProcess":
        """Look at the process that the bridge says it runs in; SetupBroken where it is not on this machine."""
        process_id: int = answer["process_id"]
        here = Path("/proc") / str(process_id)
        try:
            program = (here / "exe").readlink()
            is_confined = not (here / "root").samefile("/")  # the link itself reads "/" for a container too
            pairs = (here / "environ").read_bytes().decode("utf-8", "surrogateescape").split("\0")
        except OSError as error:
            raise SetupBroken(
                f"Ardour's process {process_id} cannot be seen from here ({error}), so another session cannot be "
                "opened; open it in Ardour"
            ) from error
        if is_confined:
            raise SetupBroken(
                f"Ardour runs in a container of its own ({here / 'root'}), so it cannot be started again from here; "
                "open the other session in Ardour"
            )
        environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        return cls(process_id=process_id, program=program, environment=environment)

    def is_running(self) -> bool:
        """Whether the process is there and has not ended, waited for or not."""
        try:
            state = (Path("/proc") / str(self.process_id) / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        return state not in ("Z", "X")

    async def wait_for_end(self, seconds: float) -> bool:
        """Wait until the process has ended; False when it has not in time."""
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True
