"""Whoever types a file or folder allows it; any other name stays what it is."""

from pathlib import Path

import pytest

from cli.typed import found
from workflows.allowed_files import allowed_path
from workflows.settings import Settings


@pytest.mark.parametrize("typed", ["a.wav", "./a.wav", "../here/a.wav", "~/a.wav", "link"])
def test_what_is_there_is_allowed_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "a.wav").write_bytes(b"")
    (here / "link").symlink_to(here / "a.wav")
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(here))
    name, settings = found(typed, Settings(takes_dir=tmp_path / "takes"))
    assert Path(name).is_absolute()
    assert allowed_path(name, settings.allowed_folders) == here / "a.wav"


@pytest.mark.parametrize("typed", ["20260101-120000-abc123", "~no-such-user/take", "x" * 5000, "gone/a.wav"])
def test_what_is_not_there_may_be_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(takes_dir=tmp_path / "takes")
    assert found(typed, settings) == (typed, settings)
