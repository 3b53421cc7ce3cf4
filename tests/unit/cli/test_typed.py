"""Whoever types a file or folder allows it; any other name stays what it is."""

from pathlib import Path

import pytest

from cli.typed import found
from music.errors import NotFound
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


@pytest.mark.parametrize("typed", ["20260101-120000-abc123", "x" * 5000])
def test_what_is_not_there_may_be_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(takes_dir=tmp_path / "takes")
    assert found(typed, settings) == (typed, settings)


@pytest.mark.parametrize("typed", ["~no-such-user/take", "gone/a.wav", "/nope.wav"])
def test_a_path_at_which_nothing_is_is_told_as_that(tmp_path: Path, typed: str) -> None:
    with pytest.raises(NotFound, match=f"no file or folder '{typed}'"):
        found(typed, Settings(takes_dir=tmp_path / "takes"))
