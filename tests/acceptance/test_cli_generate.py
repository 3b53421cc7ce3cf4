"""`sideman generate` as a person meets it: files, figures, repeatability, and one clear line for what cannot be."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jams
import pytest
import soundfile

from tests.acceptance.homes import home_environment, sideman
from tests.acceptance.llm_server import serving
from tests.programs import lack, mounted_disk
from workflows.commands import own_command

_SECONDS = 120.0
_COMMAND = (sys.executable, "-m", "cli.main", "generate")


def generate(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_COMMAND, *words], env=home_environment(home), capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def made(home: Path, *words: str) -> dict[str, Any]:
    done = generate(home, *words, "--json")
    assert done.returncode == 0, done.stderr
    take: dict[str, Any] = json.loads(done.stdout)
    return take


def take_folder(home: Path, take: dict[str, Any]) -> Path:
    return home / "takes" / str(take["id"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def trap(home: Path) -> dict[str, Any]:
    return made(home, "trap beat with 808 bass 140 BPM in F minor", "--bars", "8", "--seed", "3", "--to", "none")


def test_the_folder_holds_exactly_what_it_should(home: Path, trap: dict[str, Any]) -> None:
    folder = take_folder(home, trap)
    roles = {part["role"] for part in trap["plan"]["parts"]}
    expected = {"take.json", "score.mid", "annotations.jams", "mix.wav"} | {f"stems/{role}.wav" for role in roles}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == expected
    assert json.loads((folder / "take.json").read_text()) == trap
    for file in trap["files"]:
        content = (folder / file["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["n_bytes"], file["sha256"])


def test_audio_is_48_khz_24_bit_stereo_of_one_length(home: Path, trap: dict[str, Any]) -> None:
    folder = take_folder(home, trap)
    infos = [soundfile.info(folder / "mix.wav"), *map(soundfile.info, sorted((folder / "stems").iterdir()))]
    assert {(info.samplerate, info.subtype, info.channels) for info in infos} == {(48_000, "PCM_24", 2)}
    assert len({info.frames for info in infos}) == 1
    bars_seconds = 8 * 4 * 60 / 140
    assert infos[0].duration >= bars_seconds


@pytest.mark.filterwarnings("ignore:Passing a schema to Validator:DeprecationWarning")  # jams 0.3.5 calls jsonschema so
def test_annotations_are_valid_jams(home: Path, trap: dict[str, Any]) -> None:
    document = jams.load(str(take_folder(home, trap) / "annotations.jams"), validate=True, strict=True)
    for namespace in ("tempo", "beat", "chord", "key_mode", "segment_open"):
        assert document.search(namespace=namespace), namespace


def test_the_account_tells_asked_and_measured_and_how_it_was_made(trap: dict[str, Any]) -> None:
    compared = {row["name"]: row for row in trap["comparisons"]}
    assert {"tempo", "key", "bars", "length", "loudness"} <= set(compared)
    assert compared["tempo"]["agrees"] is True
    assert compared["bars"]["measured"] == "8 bars of 4/4"
    assert trap["plan"]["seed"] == trap["reading"]["brief"]["seed"] == 3
    assert {asset["kind"] for asset in trap["assets"]} >= {"soundfont"}
    assert all(asset["licence"] for asset in trap["assets"])
    assert trap["licence"]


def test_the_same_words_and_seed_give_the_same_bytes(home: Path, trap: dict[str, Any]) -> None:
    again = made(home, "trap beat with 808 bass 140 BPM in F minor", "--bars", "8", "--seed", "3", "--to", "none")
    assert again["id"] != trap["id"]
    assert {f["path"]: f["sha256"] for f in again["files"]} == {f["path"]: f["sha256"] for f in trap["files"]}


def test_without_a_seed_one_is_drawn_and_recorded(home: Path) -> None:
    first, second = (made(home, "pop", "--bars", "1", "--to", "none") for _ in range(2))
    assert first["plan"]["seed"] != second["plan"]["seed"]
    again = made(home, "pop", "--bars", "1", "--to", "none", "--seed", str(first["plan"]["seed"]))
    score = {
        take["id"]: next(f["sha256"] for f in take["files"] if f["path"] == "score.mid") for take in (first, again)
    }
    assert score[first["id"]] == score[again["id"]]


def test_flags_win_over_words_and_the_conflict_is_told(home: Path) -> None:
    done = generate(home, "pop at 100 bpm in C major", "--tempo", "120", "--bars", "2", "--seed", "1", "--to", "none")
    assert done.returncode == 0, done.stderr
    assert "conflict:\n    tempo:" in done.stdout
    assert re.search(r"tempo +120 BPM", done.stdout)


def test_a_person_sees_progress_files_lengths_and_figures(home: Path) -> None:
    done = generate(home, "slow waltz for strings", "--bars", "4", "--seed", "1", "--to", "none")
    assert done.returncode == 0, done.stderr
    percents = [int(line.split()[0]) for line in done.stderr.splitlines()]
    assert percents == sorted(percents)
    assert re.search(r"mix\.wav +\d+\.\d+ s", done.stdout)
    assert "4 bars of 3/4" in done.stdout
    assert "LUFS" in done.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["pop", "--tempo", "19"], "20 to 300"),
        (["pop", "--tempo", "301"], "20 to 300"),
        (["pop", "--tempo", "nan"], "20 to 300"),
        (["pop at 400 bpm"], "20 to 300"),
        (["pop", "--key", "H minor"], "unknown key"),
        (["pop", "--bars", "0"], "bars"),
        (["pop", "--bars", "-3"], "bars"),
        (["pop", "--seconds", "601"], "600"),
        (["pop", "--seconds", "0"], "seconds"),
        (["pop", "--tempo", "20", "--bars", "60"], "600"),
        (["pop", "--time-signature", "4/5"], "time signature"),
        (["pop", "--genre", "polka-core"], "genre"),
        (["pop", "--seed", "-1"], "seed"),
        ([""], "empty"),
        (["   "], "empty"),
        (["x" * 100_000], "characters"),
        (["pop", "--at", "0"], "bar"),
        (["pop", "--at", "5", "--to", "none"], "ask for 'live'"),
        (["pop", "--out", "/dev/null/takes"], "--out"),
        (["pop", "--to", "live"], "sideman ardour install"),
    ],
)
def test_what_cannot_be_met_gets_one_clear_line_and_leaves_nothing(
    tmp_path: Path, words: list[str], complaint: str
) -> None:
    done = generate(tmp_path, *words)
    assert done.returncode == (3 if complaint == "sideman ardour install" else 2), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("sideman: ")
    assert complaint in line
    assert len(line) < 600
    assert done.stdout == ""
    assert not (tmp_path / "takes").exists() or not list((tmp_path / "takes").iterdir())


def test_a_prompt_of_a_megabyte_is_refused(tmp_path: Path) -> None:
    """Longer than one argument may be, so it comes as many words."""
    done = generate(tmp_path, *["word" * 1000] * 256)
    assert done.returncode == 2
    assert "characters" in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system with room for a score but not for its audio."""
    folder = tmp_path / "small"
    folder.mkdir()
    with mounted_disk(folder, megabytes=2) as disk:
        yield disk


def test_a_full_disk_is_named_and_nothing_half_written_stays(tmp_path: Path, small_disk: Path) -> None:
    done = generate(tmp_path, "pop", "--bars", "8", "--to", "none", "--out", str(small_disk))
    assert done.returncode == 2
    assert "no space is left" in done.stderr.splitlines()[-1]
    assert list(small_disk.iterdir()) == []


def test_a_full_disk_under_the_job_store_is_named(tmp_path: Path, small_disk: Path) -> None:
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    words = ("--set", f"data_dir={small_disk / 'data'}", "generate", "pop", "--bars", "1", "--to", "none")
    done = sideman(home_environment(tmp_path), *words)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith(f"sideman: cannot keep jobs in {small_disk / 'data'}: ")
    assert "choose another folder with data_dir" in line


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:
        if not shutil.which("chattr") or subprocess.run(["chattr", "+i", folder], check=False).returncode:
            lack("root may write anywhere, and this file system knows no immutable folders")
        try:
            done = generate(tmp_path, "pop", "--out", str(folder))
        finally:
            subprocess.run(["chattr", "-i", folder], check=True)
    else:
        done = generate(tmp_path, "pop", "--out", str(folder))
    assert done.returncode == 2
    assert "permission is missing" in done.stderr


def test_an_interrupt_half_way_leaves_nothing_and_exits_with_130(tmp_path: Path) -> None:
    words = ["long jazz", "--seconds", "590", "--to", "none"]
    with subprocess.Popen(
        [*_COMMAND, *words], env=home_environment(tmp_path), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "render" in line:
                break
        time.sleep(0.5)  # into the middle of the longest stage
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=_SECONDS) == 130, rest
        assert "Traceback" not in rest
    assert list((tmp_path / "takes").iterdir()) == []


def test_an_interrupt_is_heard_while_the_model_is_silent(tmp_path: Path) -> None:
    with serving() as server:
        server.silence = threading.Event()
        model = {"SIDEMAN_LLM_BASE_URL": server.base_url, "SIDEMAN_LLM_MODEL": "m"}
        with subprocess.Popen(
            [*_COMMAND, "pop", "--to", "none"],
            env=home_environment(tmp_path) | model,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            deadline = time.monotonic() + _SECONDS
            while not server.requests:
                assert time.monotonic() < deadline, "the model was not asked"
                time.sleep(0.02)
            interrupted = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=_SECONDS)
    assert process.returncode == 130, told
    assert time.monotonic() - interrupted < 10.0  # the model is waited for 30 s
    assert list((tmp_path / "takes").iterdir()) == []


def test_a_damaged_take_is_warned_of_and_hides_no_other(tmp_path: Path, home: Path, trap: dict[str, Any]) -> None:
    for name in (trap["id"], "damaged"):
        shutil.copytree(take_folder(home, trap), tmp_path / "takes" / name)
    account = tmp_path / "takes" / "damaged" / "take.json"
    account.write_bytes(account.read_bytes()[:1000])
    for words in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", "takes", *words], env=home_environment(tmp_path), capture_output=True,
            text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (
            0, f"sideman: the take damaged cannot be read; '{own_command()} take damaged' says why\n",
        )  # fmt: skip
        assert trap["id"] in done.stdout
    assert [take["id"] for take in json.loads(done.stdout)] == [trap["id"]]
