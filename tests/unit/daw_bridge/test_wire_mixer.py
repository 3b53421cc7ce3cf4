"""What Lua tells of strips, sends, groups and VCAs becomes values."""

import math

from daw_bridge.wire_mixer import to_group, to_strip_facts, to_vca


def test_silence_of_a_send_is_minus_infinity() -> None:
    facts = {
        "sends": [
            {"id": "7", "name": "Verb", "gain_db": "-inf", "is_pre_fader": True, "is_enabled": False, "place": 1},
        ]
    }
    (send,) = to_strip_facts(facts)["sends"]
    assert (send.gain_db, send.target) == (-math.inf, None)
    assert (send.is_pre_fader, send.is_enabled, send.place) == (True, False, 1)


def test_a_session_read_without_its_editor_has_strips_without_routing() -> None:
    strip = to_strip_facts({})
    assert (strip["inputs"], strip["sends"], strip["width"], strip["is_active"]) == ((), (), None, True)


def test_members_of_groups_and_vcas_are_routes() -> None:
    common = {"id": "5", "name": "Low", "colour": "#112233", "routes": ["1", "2"]}
    group = to_group({**common, "shares": ["gain"], "is_active": False, "is_relative": True})
    vca = to_vca({**common, "gain_db": -3.5, "is_muted": True, "is_soloed": False})
    assert group.routes == vca.routes == ("1", "2")
    assert (group.shares, group.is_active, vca.gain_db, vca.is_muted) == (("gain",), False, -3.5, True)
