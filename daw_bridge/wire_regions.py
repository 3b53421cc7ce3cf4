"""Regions and playlists as they come from Ardour's Lua; what is as it is by default is left out there."""

from daw_bridge.bridge_folder import JsonObject
from music.session import PlacedSpan, Playlist, Region
from music.time import BBT


def to_region(facts: JsonObject) -> Region:
    """Read a region; a gain of silence comes as the text ``-inf``."""
    start = facts["start"]
    return Region(
        id=facts["id"],
        name=facts["name"],
        position_samples=facts["position_samples"],
        length_samples=facts["length_samples"],
        start=BBT(start["bar"], start["beat"], start["tick"]),
        n_notes=facts.get("n_notes"),
        layer=facts.get("layer", 0),
        gain_db=float(facts.get("gain_db", 0.0)),
        is_inverted=facts.get("is_inverted", False),
        is_muted=facts.get("is_muted", False),
        is_locked=facts.get("is_locked", False),
        offset_samples=facts.get("offset_samples", 0),
        offset_beats=float(facts.get("offset_beats", 0.0)),
        fade_in_samples=facts.get("fade_in_samples"),
        fade_out_samples=facts.get("fade_out_samples"),
        envelope=_envelope(facts.get("envelope", "")),
        notes=facts.get("notes", ""),
        controllers=facts.get("controllers", ""),
        programs=facts.get("programs", ""),
    )


def _envelope(text: str) -> tuple[tuple[int, float], ...]:
    rows = (row.split(" ") for row in text.split(";") if row)
    return tuple((int(samples), float(gain)) for samples, gain in rows)


def to_playlist(facts: JsonObject) -> Playlist:
    """Read a playlist; the regions of the one in use are those of its track."""
    rows = (row.split(" ") for row in (facts.get("regions") or "").split(";") if row)
    return Playlist(
        id=facts["id"],
        name=facts["name"],
        is_used=facts["is_used"],
        regions=tuple(
            PlacedSpan(region_id=region, position_samples=int(position), length_samples=int(length))
            for region, position, length in rows
        ),
    )
