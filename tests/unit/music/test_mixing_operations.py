"""Operations that change nothing are refused when they are made; bounds are told by their fields."""

from collections.abc import Callable

import pytest

from music.operations.fields import named, out_of_bounds
from music.operations.groups import EditGroup, SetVca
from music.operations.mixer import RecallScene, SetTrim, SetWidth
from music.operations.sends import AddSend, SetSend
from music.operations.tracks import SetChannels


@pytest.mark.parametrize("make", [lambda: EditGroup(group="g"), lambda: SetVca(vca="v"), lambda: SetSend(send="s")])
def test_an_operation_without_a_change_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="nothing to change"):
        make()


def test_an_empty_group_is_a_change() -> None:
    assert EditGroup(group="g", routes=()).routes == ()


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (SetTrim(route="r", trim_db=21), "trim_db must be within -20 and 20"),
        (SetWidth(route="r", width=1.5), "width must be within -1 and 1"),
        (RecallScene(scene=9), "scene must be within 1 and 8"),
        (SetChannels(route="r", n_channels=0), "n_channels must be within 1 and 32"),
    ],
)
def test_what_is_out_of_bounds_is_told(operation: object, complaint: str) -> None:
    assert complaint in out_of_bounds(operation)


def test_a_send_names_both_its_ends() -> None:
    assert named(AddSend(ref="s", route="Bass", target="Verb")) == (("route", "Bass"), ("route", "Verb"))
