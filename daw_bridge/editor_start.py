"""The editor as a process: waiting until it has ended, and starting its program again on another session (Linux)."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.bridge_folder import JsonObject
from music.errors import SetupBroken

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorProcess:
    """Which program an editor is, and the environment it was started in."""

    process_id: int
    program: Path
    environment: dict[str, str]

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

    async def start_on(self, session_file: Path) -> None:
        """Start the program again on a session, with its audio engine as it was; it is nobody's child and lives on."""
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
