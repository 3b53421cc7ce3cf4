"""A home of its own for every program under test: its settings, its takes, its jobs."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.button_ear import is_alive

REPOSITORY = Path(__file__).resolve().parents[2]
_SECONDS = 120.0


def home_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a program that keeps everything below ``folder`` and knows no settings of ours."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SIDEMAN_", "XDG_"))},
        "HOME": str(folder),
        "PYTHONPATH": str(REPOSITORY),
        "SIDEMAN_DATA_DIR": str(folder / "data"),
        "SIDEMAN_TAKES_DIR": str(folder / "takes"),
    }


def sideman(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        env=environment,
        timeout=_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )


def sideman_json(environment: Mapping[str, str], *words: str) -> Any:
    """Run a command that succeeds, and return what ``--json`` prints."""
    done = sideman(environment, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextlib.contextmanager
def running_serve(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run ``sideman serve`` on a free port once its ear for Ardour's button is open; it prints into ``log``."""
    folder = BridgeFolder.open(Path(environment["SIDEMAN_BRIDGE_DIR"]))
    command = [sys.executable, "-m", "cli.main", "serve", "--port", "0"]
    with log.open("w") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + _SECONDS
            while not is_alive(folder, time.time()):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, "sideman serve did not come up"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
    assert process.returncode == 0, log.read_text()


def whole_takes(takes_folder: Path) -> list[Mapping[str, Any]]:
    """Return the account of every take, after checking each of its files against its hash."""
    takes = []
    for account in sorted(takes_folder.glob("*/take.json")):
        take = json.loads(account.read_text())
        for file in take["files"]:
            content = (account.parent / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
        takes.append(take)
    return takes
