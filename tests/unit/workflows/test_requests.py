"""Requests refuse places that no session has."""

import pytest

from music.errors import RequestInvalid
from workflows.requests import LAST_BAR, Destination, GenerateRequest, PlaceRequest
from workflows.take_session import session_name


@pytest.mark.parametrize("bar", [0, -1, LAST_BAR + 1, 10**400])
def test_a_bar_that_no_session_has_is_refused(bar: int) -> None:
    with pytest.raises(RequestInvalid, match="within 1 and"):
        GenerateRequest(prompt="pop", at_bar=bar)
    with pytest.raises(RequestInvalid, match="within 1 and"):
        PlaceRequest(take="x", at_bar=bar)


def test_the_first_and_the_last_bar_are_places() -> None:
    assert PlaceRequest(take="x", at_bar=1).at_bar == 1
    assert GenerateRequest(prompt="pop", at_bar=LAST_BAR).at_bar == LAST_BAR


@pytest.mark.parametrize("to", [Destination.SESSION, Destination.NONE])
def test_a_bar_of_the_open_session_is_refused_where_the_take_does_not_go_there(to: Destination) -> None:
    with pytest.raises(RequestInvalid, match="ask for 'live'"):
        GenerateRequest(prompt="pop", to=to, at_bar=5)
    assert GenerateRequest(prompt="pop", to=Destination.LIVE, at_bar=5).at_bar == 5


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Trap in F# minor", "Trap in F# minor"),
        ("a/b\\c:d", "a b c d"),
        ("../../etc", "etc"),
        ('<"&>', "Take"),
        ("𠀀" * 80, "𠀀" * 30),
    ],
)
def test_a_title_becomes_a_name_that_file_systems_take(title: str, name: str) -> None:
    assert session_name(title) == name
