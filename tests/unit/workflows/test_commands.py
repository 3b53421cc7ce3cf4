"""Commands in messages can be typed as they stand."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflows.commands import own_command, spelled_here


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put Python and an installed program beside it in a folder with a space in its name."""
    folder = tmp_path / "my env" / "bin"
    folder.mkdir(parents=True)
    found = folder / "sideman"
    found.write_text("#!/bin/sh\n")
    found.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", "/usr/bin")
    own_command.cache_clear()
    yield found
    own_command.cache_clear()


def test_a_program_that_is_not_on_path_is_called_by_where_it_is(program: Path) -> None:
    told = spelled_here("the bridge is not installed in Ardour; run 'sideman ardour install'")
    assert told == f"the bridge is not installed in Ardour; run '\"{program}\" ardour install'"


def test_on_path_it_is_called_by_its_name(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin")
    assert spelled_here("run: sideman serve") == "run: sideman serve"


def test_another_program_of_that_name_on_path_is_not_called(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sideman").write_text("#!/bin/sh\n")
    (tmp_path / "sideman").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert spelled_here("run: sideman serve") == f'run: "{program}" serve'


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("text", ["sideman: no take 'x'", "Sideman serve", "a sideman plays", "/home/sideman/takes"])
def test_words_that_are_no_command_stay(text: str) -> None:
    assert spelled_here(text) == text
