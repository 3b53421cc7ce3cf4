"""The real Ardour editor, started and stopped with nobody in front of it.

Each editor has a HOME, a virtual screen and an OSC port of its own, so several can run side by side, and only
processes started here are ended. It is the Ardour that is first on PATH. What Ardour needs in order not to ask
anything was read in ``startup_fsm.cc``, ``ardour_ui_startup.cc``, ``engine_dialog.cc`` and ``osc.cc`` at the tags 7.3,
8.12 and 9.8.
"""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

from daw_bridge.ardour_config import switch_osc_on
from daw_bridge.programs import find_ardour

STARTUP_SECONDS = 90.0  # 12 s on an idle machine
SCREEN = "1600x1000x24"
_LOG_TAIL_LINES = 40
_ANY_FREE_PORT = 0
_BLANK_SCREEN_BYTES = 20_000  # as PNG: 3 kB before the editor draws itself, 60 kB after

_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="hide-dummy-backend" value="0"/>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="osc-port" value="{osc_port}"/>
  </Config>
  <Extra>
    <AudioMIDISetup>
      <EngineStates>
        <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="Silence"
               output-device="Silence" sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0"
               output-latency="0" lm-input="" lm-output="" active="1" use-buffered-io="0"
               midi-option="1 in, 1 out, Silence" lru="{now}">
          <MIDIDevices/>
        </State>
      </EngineStates>
    </AudioMIDISetup>
  </Extra>
</Ardour>
"""
# From 8 on Ardour warns in a dialog where little memory may be locked, realtime or not.
_INSTANT = '<?xml version="1.0" encoding="UTF-8"?>\n<instant>\n  <no-memory-warning/>\n</instant>\n'
_CREATE_SESSION = """
AudioEngine:set_backend ("None (Dummy)", "", "")
local session = create_session (arg[1], arg[2], tonumber (arg[3]))
assert (session, "no session was made")
session:save_state ("")
close_session ()
"""


class EditorFailed(AssertionError):
    """The editor did not do its part; the message ends with the tail of its log."""


def make_empty_session(folder: Path, *, name: str | None = None, sample_rate_hz: int = 48000) -> Path:
    """Make an empty session through Ardour's own Lua interpreter and return its folder."""
    interpreter = str(find_ardour().lua)
    with tempfile.TemporaryDirectory(prefix="sideman-ardour-") as home:
        script = Path(home) / "create.lua"
        script.write_text(_CREATE_SESSION, encoding="utf-8")
        finished = subprocess.run(
            [interpreter, str(script), str(folder), name or folder.name, str(sample_rate_hz)],
            env=_environment(Path(home)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if not list(folder.glob("*.ardour")):
        raise EditorFailed(f"{interpreter} made no session in {folder}:\n{finished.stdout}\n{finished.stderr}")
    return folder


class ArdourEditor:
    """A running editor on a session; use it in a ``with`` statement.

    ``prepare`` receives Ardour's config folder before the start, to put files into it. The session file is changed
    before the start: the engine hints go (they name another backend and so open a dialog), OSC is switched on.
    """

    def __init__(
        self,
        session_folder: Path,
        *,
        prepare: Callable[[Path], None] | None = None,
        environment: Mapping[str, str] | None = None,
        startup_seconds: float = STARTUP_SECONDS,
    ) -> None:
        self.session_folder = session_folder
        self.session_file = _session_file(session_folder)
        self.osc_port = 0
        self.display = ""
        self._prepare = prepare
        self._extra_environment = dict(environment or {})
        self._startup_seconds = startup_seconds
        self._major_version = find_ardour().major_version
        self._scratch: Path | None = None
        self._screen: subprocess.Popen[bytes] | None = None
        self._editor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            sys.stderr.write(f"--- end of the editor's log ---\n{self.log_tail()}\n")
        self.close()

    @property
    def home(self) -> Path:
        """The editor's HOME; it goes when the editor is closed."""
        assert self._scratch is not None, "the editor was not started"
        return self._scratch / "home"

    @property
    def config_folder(self) -> Path:
        """Where this editor keeps its settings and scripts."""
        return self.home / ".config" / f"ardour{self._major_version}"

    @property
    def pid(self) -> int:
        """Process id of the editor."""
        assert self._editor is not None, "the editor was not started"
        return self._editor.pid

    @property
    def is_running(self) -> bool:
        """Whether the editor's process is alive."""
        return self._editor is not None and self._editor.poll() is None

    def environment(self) -> dict[str, str]:
        """Return the environment that programs need to see this editor's HOME and screen."""
        return {**_environment(self.home), "DISPLAY": self.display, **self._extra_environment}

    def start(self) -> None:
        """Start screen and editor and wait until the session is loaded and OSC answers; EditorFailed otherwise."""
        deadline = time.monotonic() + self._startup_seconds
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="sideman-editor-"))
            self._write_home()
        allow_unattended_start(self.session_file)
        if self._screen is None:
            self._screen, self.display = _start_screen(self._scratch / "screen.log")
        (self.config_folder / "osc_url").write_text("")  # Ardour writes its address into it only where it exists
        with self._log_path.open("ab") as log:
            self._editor = subprocess.Popen(
                ["ardour", "-a", "-n", str(self.session_file)],
                env={**self.environment(), "ARDOUR_TRY_AUTOSTART_ENGINE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                start_new_session=True,
            )
        self._wait_until_ready(deadline)

    def restart(self) -> None:
        """Start again after ``quit`` or ``kill``, with the same HOME, screen and session."""
        assert not self.is_running, "end the editor before starting it again"
        self.start()

    def screenshot(self, path: Path) -> Path:
        """Write what the screen shows as a PNG file, once it has stopped changing or after five seconds."""
        path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + 5.0
        before, now = b"", self._picture()
        while now != before and time.monotonic() < deadline:
            time.sleep(0.4)
            before, now = now, self._picture()
        path.write_bytes(now)
        return path

    def window_titles(self) -> list[str]:
        """Return the titles of all mapped top-level windows; a dialog shows up here."""
        tree = subprocess.run(
            ["xwininfo", "-root", "-tree"],
            env=self.environment(),
            timeout=30,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        found = re.findall(r'^ {5}(0x[0-9a-f]+) "(.*)": \(', tree, flags=re.MULTILINE)
        return [title for window, title in found if self._is_mapped(window)]

    def log_tail(self, lines: int = _LOG_TAIL_LINES) -> str:
        """Return the last lines that the editor printed."""
        if self._scratch is None or not self._log_path.exists():
            return "(the editor was not started)"
        return "\n".join(self.log().splitlines()[-lines:])

    def log(self) -> str:
        """Return all that the editor printed."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def send_osc(self, address: str, *arguments: str | int | float) -> None:
        """Send one OSC message and wait for nothing."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(_encode_osc(address, *arguments), ("127.0.0.1", self.osc_port))

    def save(self, *, seconds: float = 30.0) -> None:
        """Have Ardour save the session and wait until the file on disk is a new one."""
        before = self.session_file.stat()
        self.send_osc("/access_action", "Common/Save")
        self._wait_for(
            lambda: (now := self.session_file.stat()).st_ino != before.st_ino or now.st_mtime_ns != before.st_mtime_ns,
            seconds,
            "the session file was not written",
        )

    def quit(self, *, save: bool, seconds: float = 40.0) -> None:
        """Leave Ardour: with ``save`` through its own menu after saving, else as by SIGTERM, losing what is unsaved."""
        assert self._editor is not None, "the editor was not started"
        if not save:
            _end(self._editor, seconds=seconds)
            return
        self.save(seconds=seconds)
        self.send_osc("/access_action", "Common/Quit")
        self._wait_for(lambda: not self.is_running, seconds, "Ardour did not quit")

    def kill(self) -> None:
        """End the editor as by a power cut."""
        assert self._editor is not None, "the editor was not started"
        self._editor.kill()
        self._editor.wait(timeout=20)

    def close(self) -> None:
        """End whatever still runs and remove the HOME; safe to call at any time."""
        for process in (self._editor, self._screen):
            if process is not None:
                _end(process, seconds=10)
        self._editor = self._screen = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    @property
    def _log_path(self) -> Path:
        assert self._scratch is not None
        return self._scratch / "ardour.log"

    def _write_home(self) -> None:
        self.config_folder.mkdir(parents=True)
        (self.home / ".local" / "share").mkdir(parents=True)
        (self.config_folder / f".a{self._major_version}").touch()  # the first-run wizard has been answered
        config = _CONFIG.format(osc_port=_free_udp_port(), now=int(time.time()))
        (self.config_folder / "config").write_text(config, encoding="utf-8")
        (self.config_folder / "instant.xml").write_text(_INSTANT, encoding="utf-8")
        if self._prepare is not None:
            self._prepare(self.config_folder)

    def _is_mapped(self, window: str) -> bool:
        shown = subprocess.run(
            ["xwininfo", "-id", window], env=self.environment(), timeout=30, check=False, capture_output=True, text=True
        ).stdout
        return "Map State: IsViewable" in shown

    def _wait_until_ready(self, deadline: float) -> None:
        remaining = deadline - time.monotonic()
        self._wait_for(lambda: self._read_osc_port() is not None, remaining, "OSC did not come up")
        port = self._read_osc_port()
        assert port is not None
        self.osc_port = port
        self._wait_for(self._answers_osc, deadline - time.monotonic(), "OSC did not answer")
        self._wait_for(self._shows_session, deadline - time.monotonic(), "the editor did not show the session")

    def _read_osc_port(self) -> int | None:
        address = self.config_folder / "osc_url"
        found = re.search(r":(\d+)/?\s*$", address.read_text()) if address.exists() else None
        return int(found[1]) if found else None

    def _shows_session(self) -> bool:
        """Whether the editor's window carries the session's name and has been drawn."""
        has_title = any(title.endswith(" - Ardour") for title in self.window_titles())
        return has_title and len(self._picture()) > _BLANK_SCREEN_BYTES

    def _picture(self) -> bytes:
        """Return what the screen shows as PNG."""
        return subprocess.run(
            ["import", "-window", "root", "png:-"], env=self.environment(), timeout=30, check=True, capture_output=True
        ).stdout

    def _answers_osc(self) -> bool:
        """Ask for the strip list, whose answer ends with ``end_route_list``.

        Ardour sends its answers to one port per host, 8000 unless told; asking from another loopback address leaves
        what it remembers of 127.0.0.1 to the code under test.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind(("127.0.0.2", _ANY_FREE_PORT))
            asker.settimeout(1.0)
            for question in (_encode_osc("/set_surface/port", 0), _encode_osc("/strip/list")):
                asker.sendto(question, ("127.0.0.1", self.osc_port))
            with contextlib.suppress(TimeoutError, ConnectionError):
                while True:
                    if _first_argument(asker.recv(65536)) == "end_route_list":
                        return True
        return False

    def _wait_for(self, condition: Callable[[], bool], seconds: float, complaint: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if not self.is_running and complaint != "Ardour did not quit":
                raise EditorFailed(f"the editor ended early: {complaint}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise EditorFailed(f"{complaint} within {seconds:.0f} s; windows: {self._titles()}\n{self.log_tail()}")
            time.sleep(0.05)

    def _titles(self) -> list[str]:
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            return self.window_titles()
        return []


def allow_unattended_start(session_file: Path) -> None:
    """Remove the engine hints from a session file and switch its OSC on; everything else keeps its bytes."""
    text = session_file.read_text(encoding="utf-8")
    text = re.sub(r"\s*<EngineHints [^>]*/>", "", text)
    session_file.write_text(switch_osc_on(text), encoding="utf-8")


@contextlib.contextmanager
def running_editor(
    folder: Path, *, prepare: Callable[[Path], None] | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[ArdourEditor]:
    """Run the editor on a fresh session in ``folder``."""
    with ArdourEditor(make_empty_session(folder), prepare=prepare, environment=environment) as editor:
        yield editor


def _session_file(folder: Path) -> Path:
    found = sorted(folder.glob("*.ardour"))
    if len(found) != 1:
        raise EditorFailed(f"{folder} holds {len(found)} session files, expected one")
    return found[0]


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ARDOUR", "DISPLAY"))}
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1"}


def _start_screen(log_path: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start Xvfb on a display number that it chooses itself; return the process and ``:N``."""
    reader, writer = os.pipe()
    try:
        with log_path.open("wb") as log, os.fdopen(writer, "wb"):
            screen = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"],
                pass_fds=(writer,),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        number = _read_line(reader, seconds=20)
    finally:
        os.close(reader)
    if not number or not _accepts_clients(f":{number}", screen):
        _end(screen, seconds=5)
        raise EditorFailed(f"Xvfb did not come up:\n{log_path.read_text(errors='replace')}")
    return screen, f":{number}"


def _read_line(reader: int, *, seconds: float) -> str:
    """Read up to the newline, which comes by itself: Xvfb dies of a pipe that is closed before it; empty if late."""
    deadline, found = time.monotonic() + seconds, b""
    while not found.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        received = os.read(reader, 32) if ready else b""
        if not received:
            return ""
        found += received
    return found.decode().strip()


def _accepts_clients(display: str, screen: subprocess.Popen[bytes]) -> bool:
    """Wait up to ten seconds until a program can open the display; the number is told a moment before that."""
    deadline = time.monotonic() + 10.0
    while screen.poll() is None and time.monotonic() < deadline:
        asked = subprocess.run(["xwininfo", "-root", "-display", display], check=False, capture_output=True, timeout=10)
        if asked.returncode == 0:
            return True
        time.sleep(0.05)
    return False


def _end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=20)


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", _ANY_FREE_PORT))
        port: int = probe.getsockname()[1]
        return port


def _encode_osc(address: str, *arguments: str | int | float) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    message: bytes = builder.build().dgram
    return message


def _first_argument(datagram: bytes) -> object:
    try:
        return next(iter(OscMessage(datagram).params), None)
    except ParseError:
        return None
