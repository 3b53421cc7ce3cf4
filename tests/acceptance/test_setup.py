"""The real ./just on small checkouts of our own: real pip, real just, real interruptions; and what the locks promise.

A small checkout has the real ``just``, ``Justfile`` and ``pyproject.toml``, a ``sideman`` that prints what reached it,
and only those entries of the real lock that set-up itself needs. Its PATH holds named tools and neither a working
apt-get nor sudo, so that no test can change the machine.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.programs import must_have_everything

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.executable).resolve()
TOOLS = ("cat", "cksum", "env", "flock", "id", "mkdir", "readlink", "rm", "sh")
SET_UP_ITSELF = {
    "editables",
    "hatchling",
    "packaging",
    "pathspec",
    "pluggy",
    "rust-just",
    "tomlkit",
    "trove-classifiers",
}
SIDEMAN = '''
"""Prints what reached it."""

import json, os, sys, time

def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["path"]:
        print(os.environ["PATH"])
        return 0
    if arguments[:1] == ["exit"]:
        return int(arguments[1])
    if arguments == ["wait"]:
        print("waiting", flush=True)
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            return 130
    print(json.dumps({"arguments": arguments, "folder": os.getcwd(), "stdin": sys.stdin.read()}))
    return 0
'''
SET_UP_SECONDS = 180  # a small set-up takes about 6 s; the bound leaves room for a slow index
PIP_AT_WORK = "set-up: installing the Python packages"


@dataclass(frozen=True, slots=True)
class SmallCheckout:
    """A checkout that can be set up in seconds, and the environment to do it in."""

    folder: Path
    environment: Mapping[str, str]

    def start(self, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start ./just with ``words`` in a process group of its own."""
        return subprocess.Popen(
            [self.folder / "just", *words],
            cwd=cwd or self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run ./just with ``words`` to its end."""
        process = self.start(*words, cwd=cwd)
        try:
            out, err = process.communicate(stdin, timeout=SET_UP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(words, process.returncode, out, err)


def lock_entries(name: str) -> dict[str, str]:
    """Return the text of each entry of a lock by ``name==version ; marker``."""
    text = (CHECKOUT / "requirements" / name).read_text()
    entries = re.split(r"(?m)^(?=\S)", text)
    return {entry.partition("\\")[0].strip(): entry for entry in entries if entry.strip()}


def locked_name(entry: str) -> str:
    return canonicalize_name(Requirement(entry).name)


def make_checkout(folder: Path, tools: Path) -> SmallCheckout:
    """Make a small checkout in the empty ``folder``; its commands see only what is linked in ``tools``."""
    for name in ("just", "Justfile", "pyproject.toml", "LICENSE"):
        shutil.copy2(CHECKOUT / name, folder)
    packages = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    files = {f"{package}/__init__.py": "" for package in packages["packages"]} | {
        "README.md": "small\n",
        "cli/main.py": SIDEMAN,
        "configs/style.toml": "",
        "requirements/run.txt": "".join(
            text for entry, text in lock_entries("run.txt").items() if locked_name(entry) in SET_UP_ITSELF
        ),
        "requirements/test.txt": "",
        "tests/conformance/package-lock.json": "{}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return SmallCheckout(folder, {**os.environ, "PATH": str(tools)})


def link_tools(folder: Path, python: Path | None) -> Path:
    """Return ``folder`` after linking into it the tools that ./just may use, and ``python`` as python3."""
    folder.mkdir(exist_ok=True)
    for name in TOOLS:
        found = shutil.which(name)
        assert found, f"{name} is not on PATH"
        (folder / name).symlink_to(found)
    if python:
        (folder / "python3").symlink_to(python)
    return folder


@pytest.fixture
def unready(tmp_path: Path) -> SmallCheckout:
    """Make a small checkout that was never set up."""
    (tmp_path / "small checkout").mkdir()
    return make_checkout(tmp_path / "small checkout", link_tools(tmp_path / "tools", PYTHON))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> SmallCheckout:
    """Set up a small checkout, in a folder with a space in its name, for all tests of this module."""
    folder = tmp_path_factory.mktemp("ready") / "small checkout"
    folder.mkdir()
    checkout = make_checkout(folder, link_tools(folder.parent / "tools", PYTHON))
    done = checkout.run("sideman", "first", stdin="from the client")
    if "pip could not install" in done.stderr and not must_have_everything():  # CI shows what pip said instead
        pytest.skip("pip cannot reach its index")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"arguments": ["first"], "folder": str(folder), "stdin": "from the client"}
    assert done.stderr.index("making the virtual environment") < done.stderr.index(PIP_AT_WORK)
    return checkout


def test_words_folder_and_stdin_reach_sideman_unchanged_and_stdout_is_its_alone(
    ready: SmallCheckout, tmp_path: Path
) -> None:
    arguments = [
        "two words",
        'it\'s "quoted"',
        "$HOME",
        "*",
        "new\nline",
        "back\\slash",
        "",
        "--json",
        "--",
        "a=b",
        "{{x}}",
    ]
    done = ready.run("sideman", *arguments, stdin="line\n", cwd=tmp_path)
    assert json.loads(done.stdout) == {"arguments": arguments, "folder": str(tmp_path), "stdin": "line\n"}
    assert (done.returncode, done.stderr) == (0, "")


def test_generate_hands_its_words_to_sideman_generate(ready: SmallCheckout, tmp_path: Path) -> None:
    done = ready.run("generate", "trap beat with 808 bass 140 BPM", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["arguments"] == ["generate", "trap beat with 808 bass 140 BPM", "--json"]
    assert json.loads(done.stdout)["folder"] == str(tmp_path)


def test_the_exit_code_of_sideman_passes_through(ready: SmallCheckout) -> None:
    done = ready.run("sideman", "exit", "7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


def test_sideman_sees_the_path_of_whoever_called_and_so_can_tell_them_how_to_call_it(ready: SmallCheckout) -> None:
    assert ready.run("sideman", "path").stdout == ready.environment["PATH"] + "\n"


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_group_ends_sideman_and_its_code_passes_through(
    ready: SmallCheckout, sent: signal.Signals, code: int
) -> None:
    with ready.start("sideman", "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        os.killpg(process.pid, sent)
        assert process.wait(timeout=10) == code


def test_a_killed_set_up_is_run_again_and_works(unready: SmallCheckout) -> None:
    """Killed once while pip works and once interrupted as by Ctrl-C; what was half made is not trusted."""
    for sent, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        with unready.start("sideman", "x") as process:
            stop_when_said(process, PIP_AT_WORK, sent)
            assert process.wait(timeout=30) == code
        assert not list(unready.folder.glob(".venv/.ready-*"))
    done = unready.run("sideman", "x")
    assert done.returncode == 0, done.stderr
    assert "making the virtual environment" in done.stderr
    assert unready.run("sideman", "x").stderr == ""


def stop_when_said(process: subprocess.Popen[str], text: str, sent: signal.Signals) -> None:
    """Send a signal to the process's group as soon as ``text`` stands on its stderr."""
    late = threading.Timer(SET_UP_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if text in line:
                os.killpg(process.pid, sent)
                return
    finally:
        late.cancel()
    pytest.fail(f"{text!r} was never said")


def test_a_set_up_for_testing_that_fails_leaves_making_music_ready(ready: SmallCheckout, tmp_path: Path) -> None:
    """Neither Node packages nor Python packages that cannot be had cost anything of what was there."""
    shutil.copytree(ready.folder, tmp_path / "small checkout", symlinks=True)
    tools = link_tools(tmp_path / "tools", PYTHON)
    for name in ("shellcheck", "ardour", "Xvfb", "xauth", "xdotool", "xwininfo", "import", "fluidsynth", "sox"):
        (tools / name).symlink_to("/usr/bin/true")
    checkout = SmallCheckout(tmp_path / "small checkout", {**ready.environment, "PATH": str(tools)})
    lock = checkout.folder / "requirements/test.txt"
    lock.write_text((checkout.folder / "requirements/run.txt").read_text())
    npm = checkout.folder / ".venv/bin/npm"
    assert checkout.run("sideman", "x").returncode == 0  # made again where it stands now
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    failed = checkout.run("test")
    assert (failed.returncode, "npm could not install" in failed.stderr) == (1, True), failed.stderr
    assert checkout.run("sideman", "x").stderr == ""
    assert PIP_AT_WORK not in checkout.run("test").stderr  # what worked is not done again
    (checkout.folder / ".venv/bin/pytest").symlink_to("/usr/bin/true")
    assert checkout.run("test-unit").stderr == 'pytest tests/unit "$@"\n'  # needs no Node packages
    lock.write_text("sideman-has-no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    failed = checkout.run("test-unit")
    assert (failed.returncode, "pip could not install requirements/test.txt" in failed.stderr) == (1, True)
    assert checkout.run("sideman", "x").stderr == ""


def test_two_set_ups_at_once_make_one_environment(unready: SmallCheckout) -> None:
    with unready.start("sideman", "a") as first, unready.start("sideman", "b") as second:
        said = [process.communicate("", timeout=SET_UP_SECONDS)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sorted(text.count(PIP_AT_WORK) for text in said) == [0, 1]
    assert sum("another set-up of this checkout is running" in text for text in said) == 1


def test_a_moved_checkout_is_made_again_where_it_stands_now(ready: SmallCheckout, tmp_path: Path) -> None:
    copy = SmallCheckout(tmp_path / "elsewhere", ready.environment)
    shutil.copytree(ready.folder, copy.folder, symlinks=True)
    done = copy.run("sideman", "x")
    assert done.returncode == 0, done.stderr
    assert "making the virtual environment" in done.stderr
    assert str(copy.folder) in (copy.folder / ".venv/bin/sideman").read_text()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Lend a folder that any user may enter, as pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="sideman-setup-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_without_root_the_exact_command_is_printed_and_nothing_is_installed(public_folder: Path) -> None:
    folder = public_folder / "checkout"
    folder.mkdir()
    tools = link_tools(public_folder / "tools", Path("/usr/bin/python3"))
    (tools / "apt-get").symlink_to("/usr/bin/false")  # there, and never to be called
    checkout = make_checkout(folder, tools)
    nobody = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(folder, nobody, -1)
    done = subprocess.run(
        [folder / "just", "test"],
        env=checkout.environment,
        user=nobody if os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    (command,) = (line.strip() for line in done.stderr.splitlines() if "apt-get" in line)
    assert command.startswith("apt-get update && apt-get install -y --no-install-recommends ")
    assert {"ardour", "xvfb", "fluidsynth", "shellcheck"} <= set(command.split())
    assert not (folder / ".venv").exists()


def test_a_system_without_apt_is_told_plainly_what_is_needed(unready: SmallCheckout) -> None:
    done = unready.run("test")
    assert (done.returncode, done.stdout) == (1, "")
    assert "this system has no apt-get" in done.stderr
    assert "Ardour 7 or newer" in done.stderr
    assert "Xvfb" in done.stderr
    assert not (unready.folder / ".venv").exists()


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    tools = link_tools(tmp_path / "tools", None)
    old = tools / "python3"
    old.write_text('#!/bin/sh\nif [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi\n')
    old.chmod(0o755)
    done = make_checkout(tmp_path / "old", tools).run("generate", "x")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_every_recipe_stands_at_its_level() -> None:
    """Music needs the run level; each other recipe of the Justfile must stand in a list of ./just."""
    patterns = re.findall(r"(?m)^ +(.*)\) echo (?:check|test) ;;$", (CHECKOUT / "just").read_text())
    recipes = set(re.findall(r"(?m)^@?([a-z][a-z-]*)(?: \*words)?:(?!=)", (CHECKOUT / "Justfile").read_text()))
    making_music = {"default", "generate", "setup", "sideman", "strip-funding"}
    assert making_music < recipes
    assert sorted(" | ".join(patterns).split(" | ")) == sorted(recipes - making_music)


@pytest.mark.parametrize(
    ("node_lock", "is_sound"), [("{}", True), ('{"resolved": "https://example.org/a.tgz"}', False), (None, False)]
)
def test_lint_passes_over_no_lock_that_names_a_host_or_is_missing(
    tmp_path: Path, node_lock: str | None, is_sound: bool
) -> None:
    tools = link_tools(tmp_path / "tools", None)
    (tools / "grep").symlink_to(shutil.which("grep") or "grep")
    checkout = make_checkout(tmp_path, tools)
    lock, checkers = tmp_path / "tests/conformance/package-lock.json", tmp_path / ".venv/bin"
    lock.unlink()
    if node_lock is not None:
        lock.write_text(node_lock)
    checkers.mkdir(parents=True)
    for name in ("ruff", "mypy", "shellcheck"):
        (checkers / name).symlink_to("/bin/true")
    done = subprocess.run(
        [Path(sys.executable).parent / "just", "--justfile", tmp_path / "Justfile", "lint"],
        env=checkout.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) is is_sound, done.stderr


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_a_lock_is_hashed_names_no_host_and_has_no_torch(name: str) -> None:
    entries = lock_entries(name)
    assert entries
    assert all("--hash=sha256:" in text for text in entries.values())
    assert "://" not in "".join(entries.values())
    assert "torch" not in map(locked_name, entries)


def test_the_locks_cover_what_pyproject_asks_for_and_agree_with_each_other() -> None:
    pyproject = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    run = pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["checkout"]
    for name, wanted in (("run.txt", run), ("test.txt", run + pyproject["project"]["optional-dependencies"]["dev"])):
        locked = [Requirement(entry) for entry in lock_entries(name)]
        for requirement in map(Requirement, wanted):
            versions = [
                entry.specifier for entry in locked if locked_name(str(entry)) == canonicalize_name(requirement.name)
            ]
            assert versions, f"requirements/{name} lacks {requirement}: run `./just lock`"
            for version in versions:
                assert requirement.specifier.contains(str(version).removeprefix("==")), f"{name}: {requirement}"
    assert set(lock_entries("run.txt")) <= set(lock_entries("test.txt"))


def test_the_conformance_lock_is_whole_and_names_no_host() -> None:
    folder = CHECKOUT / "tests" / "conformance"
    text = (folder / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    wanted = json.loads((folder / "package.json").read_text())["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "://" not in text
