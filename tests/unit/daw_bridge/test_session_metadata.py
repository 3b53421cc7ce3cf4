"""Title, artist and so on in the text of a session file."""

import pytest

from daw_bridge.session_metadata import check_metadata, read_metadata, with_metadata
from music.errors import NotFound, RequestInvalid

SAVED = (
    "<Session>\n  <Config/>\n  <Metadata>\n    <title>Rock &amp; Roll</title>\n  </Metadata>\n  <Sources/>\n</Session>"
)
EMPTY = "<Session>\n  <Metadata/>\n</Session>"


def test_what_ardour_saved_is_read() -> None:
    """As Ardour writes it (session_metadata.cc at 7.3), entities and all."""
    assert read_metadata(SAVED) == {"title": "Rock & Roll"}
    assert read_metadata(EMPTY) == {}


def test_what_is_changed_is_read_back_and_the_rest_of_the_file_keeps_its_bytes() -> None:
    written = with_metadata(SAVED, {"artist": 'Ä <b> \\1 & "C"', "year": "2026"})
    assert read_metadata(written) == {"title": "Rock & Roll", "artist": 'Ä <b> \\1 & "C"', "year": "2026"}
    assert with_metadata(written, {"artist": "", "year": ""}) == SAVED
    assert with_metadata(SAVED, {"title": ""}) == SAVED.replace(
        SAVED[SAVED.index("<Meta") : SAVED.index("\n  <Sou")], "<Metadata/>"
    )
    assert read_metadata(with_metadata(EMPTY, {"title": "New"})) == {"title": "New"}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("year", "soon", "number"),
        ("title", " x", "space"),
        ("title", "a\0", "control"),
        ("comment", "x" * 3000, "2000"),
    ],
)
def test_what_ardour_would_not_keep_is_refused(name: str, value: str, told: str) -> None:
    with pytest.raises(RequestInvalid, match=told):
        check_metadata({name: value})


def test_a_misspelt_name_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="artist"):
        check_metadata({"artst": "x"})
