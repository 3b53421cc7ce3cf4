"""Turning what Ardour's interpreter read of a session into a snapshot."""

import hashlib
from pathlib import Path
from typing import Any

from music.session import Marker, Region, Route, RouteId, RouteKind, SessionSnapshot, TempoPoint, TimeRange
from music.time import BBT, TimeSignature


def to_snapshot(facts: dict[str, Any], *, session_file: Path, ardour_version: str) -> SessionSnapshot:
    """Build the snapshot; its revision is the content of the session file."""
    return SessionSnapshot(
        ardour_version=ardour_version,
        name=facts["name"],
        folder=str(session_file.parent),
        sample_rate_hz=facts["sample_rate_hz"],
        revision=hashlib.sha256(session_file.read_bytes()).hexdigest()[:16],
        tempo_map=tuple(
            TempoPoint(
                start=BBT(**point["start"]),
                tempo_bpm=point["tempo_bpm"],
                time_signature=TimeSignature(point["beats"], point["unit"]),
            )
            for point in facts["tempo_map"]
        ),
        markers=tuple(Marker(**(marker | {"start": BBT(**marker["start"])})) for marker in facts["markers"]),
        routes=tuple(_to_route(route) for route in facts["routes"]),
        playhead_samples=facts["playhead_samples"],
        playhead=BBT(**facts["playhead"]),
        is_rolling=False,
        is_recording=False,
        is_dirty=False,
    )


def to_range(facts: dict[str, Any]) -> TimeRange | None:
    """Return the session's own range, or None when it has none."""
    found = facts.get("range")
    return found and TimeRange(**(found | {"start": BBT(**found["start"]), "end": BBT(**found["end"])}))


def _to_route(facts: dict[str, Any]) -> Route:
    return Route(
        id=RouteId(facts["id"]),
        name=facts["name"],
        kind=RouteKind(facts["kind"]),
        colour=facts["colour"],
        gain_db=float(facts["gain_db"]),  # silence comes as the text "-inf"
        pan=facts.get("pan"),
        is_muted=facts["is_muted"],
        is_soloed=facts["is_soloed"],
        is_record_armed=facts["is_record_armed"],
        processors=tuple(facts["processors"]),
        regions=tuple(
            Region(
                id=region["id"],
                name=region["name"],
                position_samples=region["position_samples"],
                length_samples=region["length_samples"],
                start=BBT(**region["start"]),
                n_notes=region.get("n_notes"),
            )
            for region in facts["regions"]
        ),
    )
