"""Regions and playlists as Lua tells them: what it leaves out is as it is by default."""

import math

from daw_bridge.wire_regions import to_playlist, to_region
from music.session import PlacedSpan
from music.time import BBT

_PLAIN = {
    "id": "7",
    "name": "riff",
    "position_samples": 48000,
    "length_samples": 96000,
    "start": {"bar": 2, "beat": 1, "tick": 0},
}


def test_a_region_with_nothing_special_is_told_in_a_few_words() -> None:
    region = to_region(_PLAIN)
    assert (region.start, region.gain_db, region.layer, region.envelope) == (BBT(2), 0.0, 0, ())
    assert (region.is_muted, region.is_locked, region.is_inverted) == (False, False, False)
    assert region.fade_in_samples is None, "not told is not the same as none"


def test_all_that_can_be_told_of_a_region_is_read() -> None:
    region = to_region(
        _PLAIN
        | {
            "layer": 2,
            "gain_db": "-inf",
            "is_inverted": True,
            "is_muted": True,
            "is_locked": True,
            "offset_samples": 24000,
            "offset_beats": 1.5,
            "fade_in_samples": 64,
            "fade_out_samples": 4800,
            "envelope": "0 1;48000 0.5;96000 1",
        }
    )
    assert region.gain_db == -math.inf
    assert (region.layer, region.offset_samples, region.offset_beats) == (2, 24000, 1.5)
    assert (region.fade_in_samples, region.fade_out_samples) == (64, 4800)
    assert region.envelope == ((0, 1.0), (48000, 0.5), (96000, 1.0))
    assert region.is_inverted
    assert region.is_muted
    assert region.is_locked


def test_a_playlist_out_of_use_lists_where_its_regions_lie() -> None:
    unused = to_playlist({"id": "5", "name": "Take two", "is_used": False, "regions": "7 48000 96000;9 0 10"})
    assert unused.regions == (
        PlacedSpan(region_id="7", position_samples=48000, length_samples=96000),
        PlacedSpan(region_id="9", position_samples=0, length_samples=10),
    )
    assert to_playlist({"id": "4", "name": "Bass", "is_used": True}).regions == ()
    assert to_playlist({"id": "6", "name": "Empty", "is_used": False, "regions": ""}).regions == ()
