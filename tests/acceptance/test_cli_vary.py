"""`sideman vary`, the tree of takes, what is thought of them, and `compare`, as a person meets them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.homes import home_environment, sideman


def done(home: Path, *words: str) -> str:
    """Return what a command prints that must work."""
    finished = sideman(home_environment(home), *words)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_a_take_is_varied_judged_listed_and_compared(home: Path) -> None:
    first = json.loads(done(home, "generate", "rock in E", "--bars", "4", "--seed", "1", "--to", "none", "--json"))[
        "id"
    ]
    told = done(home, "vary", first, "at 100 bpm", "and staccato bass")
    assert f"varied from {first}:" in told
    assert "100 BPM instead of" in told
    second = json.loads(done(home, "vary", first, "louder bass", "--json"))
    assert (second["parent"], second["variation"]["words"]) == (first, "louder bass")
    assert done(home, "favourite", second["id"], "--note", "the [one]").strip().endswith("favourite: the [one]")
    lines = done(home, "takes").splitlines()
    assert lines[1].split()[0] == first
    assert sum("└" in line for line in lines) == 2
    (kept,) = json.loads(done(home, "takes", "--rated", "favourite", "--json"))
    assert (kept["id"], kept["rating"]["note"]) == (second["id"], "the [one]")
    assert "bass: +3.0 dB" in done(home, "compare", first, second["id"])
    compared = json.loads(done(home, "compare", first, second["id"], "--json"))
    assert compared["music"][0] == "bass: +3.0 dB"


@pytest.mark.parametrize(
    ("words", "told"),
    [(("darker",), "no take 'nope'"), (("darker", "--to", "auto"), "invalid choice")],
)
def test_what_cannot_be_varied_is_told_in_a_line(home: Path, words: tuple[str, ...], told: str) -> None:
    refused: subprocess.CompletedProcess[str] = sideman(home_environment(home), "vary", "nope", *words)
    assert refused.returncode == 2
    assert told in refused.stderr
