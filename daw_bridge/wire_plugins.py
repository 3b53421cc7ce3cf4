"""Plugins and automation as the bridge tells them."""

from daw_bridge.bridge_folder import JsonObject
from music.session import AutomationLane, Plugin


def to_plugin(facts: JsonObject) -> Plugin:
    """Read a plugin of a strip."""
    return Plugin(
        id=facts["id"],
        name=facts["name"],
        uri=facts["uri"],
        is_bypassed=facts["is_bypassed"],
        parameters=facts["parameters"],
    )


def to_lane(facts: JsonObject) -> AutomationLane:
    """Read one automation lane."""
    return AutomationLane(
        target=facts["target"],
        mode=facts["mode"],
        interpolation=facts["interpolation"],
        is_in_beats=facts["is_in_beats"],
        points=facts["points"],
    )
