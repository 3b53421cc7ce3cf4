"""Names that do not exist are answered with the nearest one, and shown no longer than a line."""

import pytest

from music.names import nearest_name, shorten


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest_name("PIANNO", ["Piano", "Bass"]) == "Piano"
    assert nearest_name("zzz", ["Piano", "Bass"]) is None


@pytest.mark.parametrize(("length", "shown"), [(120, 120), (121, 121), (10**6, 121)])
def test_a_long_name_is_shown_by_its_beginning(length: int, shown: int) -> None:
    assert len(shorten("x" * length)) == shown
    assert shorten("x" * length).endswith("…") == (length > 120)
