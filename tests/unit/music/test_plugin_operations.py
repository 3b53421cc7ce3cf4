"""Operations on plugins and automation: what they refuse by themselves, and which of them take something away."""

import pytest

from music.operations.automation import ClearAutomation, SetAutomationMode, ThinAutomation, WriteAutomation
from music.operations.fields import made, named, out_of_bounds
from music.operations.plugins import AddPlugin, MovePlugin, OverwritePreset, RemovePlugin, SavePreset, SetParameter
from music.time import BBT


def test_a_lane_belongs_to_exactly_one_of_strip_plugin_and_send() -> None:
    assert WriteAutomation(route="1", points="0 0").control == "gain"
    for owner, send in ((None, None), ("1", "2")):
        with pytest.raises(ValueError, match="one of route, plugin and send"):
            WriteAutomation(route=owner, send=send, points="0 0")
        with pytest.raises(ValueError, match="one of route, plugin and send"):
            ClearAutomation(plugin=owner, send=send)
        with pytest.raises(ValueError, match="one of route, plugin and send"):
            ThinAutomation(route=owner, plugin=send)
        with pytest.raises(ValueError, match="one of route, plugin and send"):
            SetAutomationMode(route=owner, send=send, mode="play")


def test_automation_names_its_owner_and_needs_points() -> None:
    assert named(WriteAutomation(plugin="eq", control="Gain", points="0 0")) == (("plugin", "eq"),)
    assert named(WriteAutomation(send="verb", points="0 0")) == (("send", "verb"),)
    with pytest.raises(ValueError, match="points must have"):
        WriteAutomation(route="1", points="")
    with pytest.raises(ValueError, match="end must come after start"):
        ClearAutomation(route="1", start=BBT(4), end=BBT(4))
    assert "tolerance" in out_of_bounds(ThinAutomation(route="1", tolerance=-1))


def test_a_new_plugin_is_known_by_its_ref_and_has_a_place() -> None:
    add = AddPlugin(ref="eq", route="Vox", plugin="ACE EQ")
    assert (made(add), named(add)) == ((("plugin", "eq"),), (("route", "Vox"),))
    assert out_of_bounds(add) == ""
    assert "index" in out_of_bounds(MovePlugin(plugin="eq", index=-1))
    assert named(SetParameter(plugin="eq", parameter="Gain", value="-3 dB")) == (("plugin", "eq"),)


@pytest.mark.parametrize("name", ["", " Mine", "Mine\n", "x" * 61])
def test_a_preset_has_a_name_that_can_be_shown(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 60 printable"):
        SavePreset(plugin="eq", preset=name)
    with pytest.raises(ValueError, match="1 to 60 printable"):
        OverwritePreset(plugin="eq", preset=name)


def test_what_takes_something_away_says_so() -> None:
    assert RemovePlugin.is_destructive
    assert OverwritePreset.is_destructive
    assert ClearAutomation.is_destructive
    assert not hasattr(SavePreset, "is_destructive")


@pytest.mark.parametrize("operation", [SavePreset, OverwritePreset])
def test_a_preset_gets_no_name_under_which_ardour_could_not_remove_it(
    operation: type[SavePreset | OverwritePreset],
) -> None:
    with pytest.raises(ValueError, match="no ';'"):
        operation(plugin="eq", preset="Warm; wide")
