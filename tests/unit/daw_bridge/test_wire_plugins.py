"""Plugins and automation as the bridge tells them."""

from daw_bridge.wire_plugins import to_lane, to_plugin
from music.session import AutomationLane, Plugin


def test_a_plugin_is_read_with_its_values() -> None:
    facts = {"id": "7", "name": "ACE EQ", "uri": "urn:ardour:a-eq", "is_bypassed": True, "parameters": "0 160;1 ~"}
    assert to_plugin(facts) == Plugin(
        id="7", name="ACE EQ", uri="urn:ardour:a-eq", is_bypassed=True, parameters="0 160;1 ~"
    )


def test_a_lane_is_read_with_its_points() -> None:
    facts = {"target": "gain", "mode": "play", "interpolation": "linear", "is_in_beats": False, "points": "0 1;480 0.5"}
    assert to_lane(facts) == AutomationLane(
        target="gain", mode="play", interpolation="linear", is_in_beats=False, points="0 1;480 0.5"
    )
