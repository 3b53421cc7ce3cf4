"""MCP over HTTP: guarded by token, Host and Origin; conformant by the public suite; usable by the public Inspector."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcp_server.serving import load_token
from tests.acceptance.homes import REPOSITORY, home_environment
from tests.programs import require_program

CONFORMANCE = REPOSITORY / "tests" / "conformance"
NODE_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # the locked Node goes first
TOKEN = "the-right-token-of-this-test"
_START_SECONDS = 30.0
_SUITE_SECONDS = 240.0
_INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
).encode()


def node_program(name: str) -> Path:
    require_program("node")
    return require_program(str(CONFORMANCE / "node_modules" / ".bin" / name))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Run a real `sideman serve` with a token of our own, and give its URL."""
    environment = home_environment(tmp_path) | {"SIDEMAN_HTTP_TOKEN": TOKEN}
    command = [sys.executable, "-m", "cli.main", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
            assert found, line
            yield found[0]
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=_START_SECONDS) == 0


def post(url: str, headers: Mapping[str, str]) -> int:
    everyone = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(url, data=_INITIALIZE, headers={**everyone, **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_the_right_token_host_and_origin_are_served(served: str) -> None:
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert post(served, right) == 200
    assert post(served, {}) == 401
    assert post(served, {"Authorization": "Bearer wrong"}) == 401
    assert post(served, right | {"Origin": "http://evil.example"}) == 403
    assert post(served, right | {"Host": "evil.example"}) == 421


def test_the_token_that_is_made_is_kept_and_private(tmp_path: Path) -> None:
    token = load_token(tmp_path / "data" / "http-token")
    assert len(token) >= 32
    assert load_token(tmp_path / "data" / "http-token") == token
    assert (tmp_path / "data" / "http-token").stat().st_mode & 0o777 == 0o600


@contextmanager
def unguarded(home: Path) -> Iterator[str]:
    script = str(Path(__file__).with_name("conformance_server.py"))
    environment = home_environment(home)
    with subprocess.Popen(
        [sys.executable, script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(timeout=_START_SECONDS)


@pytest.mark.parametrize("revision", ["2026-07-28", "2025-11-25"])
def test_the_public_conformance_suite_passes_but_for_its_own_fixtures(tmp_path: Path, revision: str) -> None:
    suite = node_program("conformance")
    with unguarded(tmp_path) as url:
        done = subprocess.run(
            [suite, "server", "--url", url, "--requirements", revision, "--output-dir", tmp_path / "results",
             "--expected-failures", CONFORMANCE / f"baseline-{revision}.yml"],
            capture_output=True, text=True, timeout=_SUITE_SECONDS, check=False, cwd=tmp_path,
            env=os.environ | {"PATH": NODE_PATH},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "passed" in done.stdout


def inspect(home: Path, *arguments: str) -> dict[str, object]:
    inspector = node_program("mcp-inspector")
    command = [str(inspector), "--cli", sys.executable, "-m", "cli.main", "mcp", *arguments]
    done = subprocess.run(
        command, env=home_environment(home) | {"PATH": NODE_PATH}, capture_output=True, text=True,
        timeout=_SUITE_SECONDS, check=False, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_inspector_lists_and_calls_our_tools_over_stdio(tmp_path: Path) -> None:
    listed = inspect(tmp_path, "--method", "tools/list")
    names = [tool["name"] for tool in listed["tools"]]  # type: ignore[attr-defined]
    assert "generate" in names
    called = inspect(
        tmp_path, "--method", "tools/call", "--tool-name", "generate",
        "--tool-arg", "prompt=reggae in G", "--tool-arg", "bars=4", "--tool-arg", "to=none",
    )  # fmt: skip
    report = called["structuredContent"]
    assert report["take"]["made"].startswith("reggae, ")  # type: ignore[index]
