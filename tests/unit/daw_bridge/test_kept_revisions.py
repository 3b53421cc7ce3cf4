"""Kept revisions can be read back, and the ones seen longest ago go first."""

import os
from pathlib import Path

import pytest

from daw_bridge import kept_revisions
from daw_bridge.change_journal import kept_folder, make_journal_folders
from daw_bridge.kept_revisions import read_kept, tidy
from music.errors import NotFound, SetupBroken


def _keep(session: Path, n_revisions: int, content: str = "{}") -> Path:
    make_journal_folders(session)
    folder = kept_folder(session, "revisions")
    for number in range(n_revisions):
        path = folder / f"{number:016x}.json"
        path.write_text(content)
        os.utime(path, (number, number))
    return folder


def test_a_kept_revision_is_read_and_another_is_not_found(tmp_path: Path) -> None:
    folder = _keep(tmp_path, 1, '{"routes": []}')
    assert read_kept(tmp_path, f"{0:016x}") == {"routes": []}
    with pytest.raises(NotFound, match="kept revision"):
        read_kept(tmp_path, "../installed")
    (folder / "damaged.json").write_text("{")
    with pytest.raises(SetupBroken, match="damaged"):
        read_kept(tmp_path, "damaged")


def test_past_a_number_the_oldest_go(tmp_path: Path) -> None:
    folder = _keep(tmp_path, kept_revisions.MOST_KEPT + 8)
    tidy(tmp_path)
    left = sorted(path.stem for path in folder.iterdir())
    assert left == [f"{number:016x}" for number in range(8, kept_revisions.MOST_KEPT + 8)]


def test_past_a_size_the_oldest_go_and_the_newest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _keep(tmp_path, 16, "x" * 100)
    monkeypatch.setattr(kept_revisions, "MOST_BYTES", 250)
    tidy(tmp_path)
    assert sorted(path.stem for path in folder.iterdir()) == [f"{number:016x}" for number in (14, 15)]
    monkeypatch.setattr(kept_revisions, "MOST_BYTES", 50)
    tidy(tmp_path)  # only two files: nobody looks
    assert len(list(folder.iterdir())) == 2
