"""What Lua tells of sends, groups, VCAs and mixer scenes, as values."""

from typing import TypedDict

from daw_bridge.bridge_folder import JsonObject
from music.session import MixerScene, RouteGroup, RouteId, Send, Vca


class StripFacts(TypedDict):
    """The fields of a route that its strip adds."""

    n_inputs: int
    n_outputs: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    monitoring: str | None
    trim_db: float
    width: float | None
    polarity: str
    is_solo_isolated: bool
    is_solo_safe: bool
    is_active: bool
    sends: tuple[Send, ...]


def _send(facts: JsonObject) -> Send:
    return Send(
        id=facts["id"],
        name=facts["name"],
        target=facts.get("target"),
        gain_db=float(facts["gain_db"]),
        is_pre_fader=facts["is_pre_fader"],
        is_enabled=facts["is_enabled"],
        place=facts["place"],
    )


def to_strip_facts(facts: JsonObject) -> StripFacts:
    """Read what a route's strip adds, which only an open editor tells; silence comes as the text ``-inf``."""
    width = facts.get("width")
    return StripFacts(
        n_inputs=facts.get("n_inputs", 0),
        n_outputs=facts.get("n_outputs", 0),
        inputs=tuple(facts.get("inputs", ())),
        outputs=tuple(facts.get("outputs", ())),
        monitoring=facts.get("monitoring"),
        trim_db=float(facts.get("trim_db", 0.0)),
        width=None if width is None else float(width),
        polarity=facts.get("polarity", ""),
        is_solo_isolated=facts.get("is_solo_isolated", False),
        is_solo_safe=facts.get("is_solo_safe", False),
        is_active=facts.get("is_active", True),
        sends=tuple(_send(send) for send in facts.get("sends", ())),
    )


def to_group(facts: JsonObject) -> RouteGroup:
    """Read a group."""
    return RouteGroup(
        id=facts["id"],
        name=facts["name"],
        colour=facts["colour"],
        routes=tuple(RouteId(route) for route in facts["routes"]),
        shares=tuple(facts["shares"]),
        is_active=facts["is_active"],
        is_relative=facts["is_relative"],
    )


def to_vca(facts: JsonObject) -> Vca:
    """Read a VCA; silence comes as the text ``-inf``."""
    return Vca(
        id=facts["id"],
        name=facts["name"],
        colour=facts["colour"],
        gain_db=float(facts["gain_db"]),
        is_muted=facts["is_muted"],
        is_soloed=facts["is_soloed"],
        routes=tuple(RouteId(route) for route in facts["routes"]),
    )


def to_scene(facts: JsonObject) -> MixerScene:
    """Read a mixer scene."""
    return MixerScene(number=facts["number"], name=facts["name"])
