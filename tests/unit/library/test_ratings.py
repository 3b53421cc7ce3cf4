"""What is thought of takes is kept beside them, whole or not at all."""

from pathlib import Path

import pytest

from library.ratings import RATING_FILE, UNRATED, Rating, Verdict, read_rating, write_rating
from music.errors import RequestInvalid


def test_a_rating_is_read_back_as_it_was_kept_and_the_last_one_holds(tmp_path: Path) -> None:
    assert read_rating(tmp_path) == UNRATED
    for verdict in (Verdict.REJECTED, Verdict.FAVOURITE):
        rating = Rating(verdict=verdict, note="the chorus lifts", rated_utc="2026-01-01T12:00:00+00:00")
        write_rating(tmp_path, rating)
        assert read_rating(tmp_path) == rating
    assert [file.name for file in tmp_path.iterdir()] == [RATING_FILE]


def test_what_is_taken_back_leaves_no_file(tmp_path: Path) -> None:
    write_rating(tmp_path, Rating(verdict=Verdict.APPROVED))
    write_rating(tmp_path, UNRATED)
    assert not list(tmp_path.iterdir())
    write_rating(tmp_path, UNRATED)


def test_a_rating_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / RATING_FILE).write_text('{"verdict": "great"}')
    assert read_rating(tmp_path) == UNRATED


def test_a_note_that_is_too_long_is_refused_and_the_one_before_stays(tmp_path: Path) -> None:
    write_rating(tmp_path, Rating(verdict=Verdict.APPROVED, note="good"))
    with pytest.raises(RequestInvalid, match="at most 1000"):
        write_rating(tmp_path, Rating(verdict=Verdict.REJECTED, note="x" * 1001))
    assert read_rating(tmp_path).note == "good"
