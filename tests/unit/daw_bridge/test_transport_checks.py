"""What is missing or too much for the transport is told of the action that was asked for, with what to do instead."""

import pytest

from daw_bridge.daw import TransportAction
from daw_bridge.live import check_transport
from music.errors import RequestInvalid
from music.time import BBT


@pytest.mark.parametrize(
    ("action", "at", "until", "told"),
    [
        (TransportAction.PLAY, BBT(40), None, "'play' takes no place and no marker; go there with 'locate' before it"),
        (TransportAction.LOCATE, None, None, "'locate' needs either a place or a marker"),
        (TransportAction.PLAY_RANGE, BBT(1), None, "'play_range' needs an end"),
        (TransportAction.LOCATE, BBT(1), BBT(2), "'locate' takes no end; 'play_range' plays from a place to an end"),
    ],
)
def test_what_an_action_takes_is_told_of_it_alone(
    action: TransportAction, at: BBT | None, until: BBT | None, told: str
) -> None:
    with pytest.raises(RequestInvalid, match=told):
        check_transport(action, at, marker=None, until=until)
