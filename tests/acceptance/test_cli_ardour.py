"""The commands around Ardour as a person meets them: what they print, their exit codes, and their errors."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import soundfile

from tests.acceptance.ardour_editor import ArdourEditor, make_empty_session
from tests.acceptance.homes import home_environment, running_serve, sideman, sideman_json
from tests.programs import require_program
from workflows.commands import own_command

pytestmark = pytest.mark.usefixtures("ardour_programs")


@dataclass
class Desk:
    """A person's desk: a home in which Ardour and Sideman keep their settings, and what installing printed there."""

    folder: Path
    editor: ArdourEditor = field(init=False)
    installs: list[subprocess.CompletedProcess[str]] = field(default_factory=list)
    kept: dict[str, bytes | None] = field(default_factory=dict)  # Ardour's settings before the installation

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return the environment of a program in this home."""
        own = {"HOME": str(home or self.editor.home), "SIDEMAN_BRIDGE_DIR": str(self.folder / "bridge")}
        return home_environment(self.folder) | own

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        return sideman(self.environment(), *words)

    def json(self, *words: str) -> Any:
        """Run a command that succeeds and return what it prints as JSON."""
        return sideman_json(self.environment(), *words)

    def refused(self, code: int, *words: str) -> str:
        """Run a command that is refused with one line and nothing on standard output; return the line."""
        done = self.run(*words)
        assert (done.returncode, done.stdout) == (code, ""), done.stdout + done.stderr
        assert done.stderr.startswith("sideman: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    def put_bridge_in(self, config_folder: Path) -> None:
        """Install twice, before Ardour starts."""
        self.kept = settings_of(config_folder)
        home = config_folder.parents[1]
        self.installs = [sideman(self.environment(home), "ardour", "install") for _ in range(2)]


def settings_of(config_folder: Path) -> dict[str, bytes | None]:
    """Return the content of the files that an installation touches."""
    paths = {name: config_folder / name for name in ("config", "ui_scripts", "osc_url")}
    return {name: path.read_bytes() if path.exists() else None for name, path in paths.items()}


@pytest.fixture(scope="module")
def desk(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    del ardour_programs
    require_program("xdotool")
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    with ArdourEditor(make_empty_session(folder / "session"), prepare=desk.put_bridge_in) as desk.editor:
        yield desk


@pytest.fixture(scope="module")
def take(desk: Desk) -> dict[str, Any]:
    made: dict[str, Any] = desk.json("generate", "pop in C", "--bars", "2", "--seed", "1", "--to", "none")
    return made


def test_installing_says_what_was_done_and_again_changes_nothing(desk: Desk) -> None:
    first, second = desk.installs
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "script slot 32" in first.stdout
    assert str(desk.editor.config_folder / "ui_scripts") in first.stdout.replace("\n", "")
    assert "next: start Ardour and open a session" in first.stdout
    assert "changed: nothing, all was in place" in second.stdout


def test_installing_and_removing_are_refused_while_ardour_runs(desk: Desk) -> None:
    for action in ("install", "uninstall"):
        assert "quit Ardour and try again" in desk.refused(3, "ardour", action)


def test_the_doctor_finds_everything_well(desk: Desk) -> None:
    with running_serve(desk.environment(), desk.folder / "serve.log"):
        done = desk.run("doctor")
        checks = desk.json("doctor")
    assert done.returncode == 0, done.stdout
    assert "BROKEN" not in done.stdout
    assert {check["verdict"] for check in checks} == {"ok"}
    assert {"Ardour", "bridge", "editor", "OSC and session", "SoundFont", "button in Ardour"} <= {
        check["name"] for check in checks
    }


def test_the_doctor_remarks_that_nobody_listens_for_the_button(desk: Desk) -> None:
    done = desk.run("doctor")
    assert (done.returncode, done.stdout.count("BROKEN")) == (0, 0), done.stdout
    assert "remark       button in Ardour: nobody listens for it now" in done.stdout
    assert f"next: to use it run: {own_command()} serve" in done.stdout


def test_takes_are_listed_and_shown(desk: Desk, take: dict[str, Any]) -> None:
    (listed,) = desk.json("takes")
    assert listed.pop("rating")["verdict"] == "unrated"
    assert listed == take
    assert take["id"] in desk.run("takes").stdout
    assert desk.json("take", take["id"]) == take
    assert take["plan"]["title"] in desk.run("take", take["id"]).stdout
    assert f"did you mean '{take['id']}'?" in desk.refused(2, "take", take["id"] + "x")


def test_a_take_is_placed_and_undone(desk: Desk, take: dict[str, Any]) -> None:
    placed = desk.json("place", take["id"], "--at", "3")
    assert placed["state"] == "applied"
    assert {outcome["status"] for outcome in placed["outcomes"]} == {"verified"}
    undone = desk.json("undo")
    assert (undone["id"], undone["state"]) == (placed["id"], "reverted")
    assert "nothing to undo" in desk.refused(2, "undo")
    again = desk.run("place", take["id"])
    n_steps = len(placed["outcomes"])
    assert f"applied, {n_steps} of {n_steps} steps verified" in again.stdout, again.stdout + again.stderr
    job = next(job for job in desk.json("jobs") if job["recipe"] == "place")
    undone_by_name = desk.run("undo", job["id"])
    assert (undone_by_name.returncode, job["state"]) == (0, "done")
    assert "reverted" in undone_by_name.stdout


@pytest.fixture
def placed(desk: Desk, take: dict[str, Any]) -> Iterator[None]:
    """Have the take in bars 1 and 2 of the open session."""
    desk.json("place", take["id"], "--at", "1")
    yield
    desk.json("undo")


@pytest.mark.usefixtures("placed")
def test_the_open_session_is_rendered_to_files_that_were_read_back(desk: Desk, take: dict[str, Any]) -> None:
    out = desk.folder / "my renders"
    report = desk.json(
        "render", "--stems", "--with-mix", "--from-bar", "1", "--to-bar", "2", "--format", "flac", "--out", str(out)
    )
    parts = {part["role"] for part in take["plan"]["parts"]}
    assert {file["name"].casefold() for file in report["files"]} == {"mix", *parts}
    (folder,) = out.iterdir()
    for file in report["files"]:
        path = Path(file["path"])
        assert (path.parent, path.suffix) == (folder, ".flac")
        assert soundfile.info(path).frames == file["n_frames"]
        assert not file["is_silent"]
    loud = desk.run("render", "--to-bar", "2", "--loudness", "-16", "--out", str(out))
    assert loud.returncode == 0, loud.stderr
    assert " -16.0 " in loud.stdout
    assert str(out / "mix ") in loud.stdout
    assert "render" in loud.stderr, "no progress was told"
    assert "did you mean" in desk.refused(2, "render", "--track", "Bas")
    assert "bar 1 is before bar 2" in desk.refused(2, "render", "--from-bar", "2", "--to-bar", "1")


@pytest.mark.usefixtures("placed")
def test_the_open_session_and_files_and_takes_are_measured(desk: Desk, take: dict[str, Any]) -> None:
    picture = desk.folder / "measured.png"
    found = desk.json("measure", "--masking", "--to-bar", "2", "--picture", str(picture))
    assert {part["name"].casefold() for part in found["parts"]} == {part["role"] for part in take["plan"]["parts"]}
    assert -60 < found["levels"]["loudness_lufs"] < 0
    assert len(found["balance_db"]) == len(found["octaves"])
    assert {one["track"] for one in found["masking"]} <= {part["name"] for part in found["parts"]}
    assert picture.read_bytes().startswith(b"\x89PNG")
    loudness = take["plan"]["loudness_lufs"]
    assert desk.json("measure", take["id"])["levels"]["loudness_lufs"] == pytest.approx(loudness, abs=1.5)
    mix = desk.folder / "takes" / take["id"] / "mix.wav"
    elsewhere = desk.folder / "elsewhere.wav"
    elsewhere.write_bytes(mix.read_bytes())
    shown = desk.run("measure", str(elsewhere))
    assert shown.returncode == 0, shown.stderr
    assert "elsewhere.wav" in shown.stdout
    assert "balance, dB over pink noise: 31 " in shown.stdout.replace("\n", " ")
    assert "leave the source or these out" in desk.refused(2, "measure", str(elsewhere), "--masking")
    assert "no take 'nothing'" in desk.refused(2, "measure", "nothing")


def test_what_does_not_exist_is_refused_in_one_line(desk: Desk, take: dict[str, Any]) -> None:
    assert "did you mean" in desk.refused(2, "place", take["id"] + "x")
    assert "first bar must be within 1 and" in desk.refused(2, "place", take["id"], "--at", "0")
    assert "no change set 'never'" in desk.refused(2, "undo", "never")
    assert "no job 'never'" in desk.refused(2, "jobs", "--cancel", "never")


def test_jobs_are_listed(desk: Desk, take: dict[str, Any]) -> None:
    listed = {job["id"]: job for job in desk.json("jobs")}
    assert (listed[take["id"]]["recipe"], listed[take["id"]]["state"]) == ("generate", "done")
    assert take["id"] in desk.run("jobs").stdout


def test_settings_are_shown_without_secrets(desk: Desk) -> None:
    secret = {"SIDEMAN_HTTP_TOKEN": "open-sesame-please"}
    values = sideman_json(desk.environment() | secret, "--set", "http_port=5000", "settings")
    assert (values["http_port"], values["takes_dir"]) == (5000, str(desk.folder / "takes"))
    assert "sesame" not in json.dumps(values)
    assert "sesame" not in sideman(desk.environment() | secret, "settings").stdout
    assert "did you mean 'http_port'?" in desk.refused(2, "--set", "htp_port=1", "settings")


def test_without_an_editor_each_command_says_what_to_do_and_removing_restores(desk: Desk, take: dict[str, Any]) -> None:
    desk.editor.quit(save=False)
    assert "is Ardour open" in desk.refused(4, "place", take["id"])
    done = desk.run("doctor")
    assert done.returncode == 3
    assert "next: start Ardour and open a session" in done.stdout
    assert done.stdout.count("BROKEN") == 1, done.stdout
    assert "not checked  bridge: first comes: editor" in done.stdout
    removed = desk.run("ardour", "uninstall")
    assert removed.returncode == 0, removed.stderr
    assert desk.run("ardour", "uninstall").stdout == "nothing of Sideman was installed in Ardour\n"
    left = settings_of(desk.editor.config_folder)
    assert left["ui_scripts"] is None or b"scripts" not in left["ui_scripts"]
    assert f"{own_command()} ardour install" in desk.refused(3, "place", take["id"])
