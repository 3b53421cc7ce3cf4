"""Turning what Ardour's interpreter read of a session into a snapshot."""

import hashlib
from pathlib import Path
from typing import Any

from daw_bridge.wire import to_bbt, to_marker, to_route, to_tempo_point
from music.session import SessionSnapshot


def to_snapshot(facts: dict[str, Any], *, session_file: Path, ardour_version: str) -> SessionSnapshot:
    """Build the snapshot; its revision is the content of the session file."""
    return SessionSnapshot(
        ardour_version=ardour_version,
        name=facts["name"],
        folder=str(session_file.parent),
        sample_rate_hz=facts["sample_rate_hz"],
        revision=hashlib.sha256(session_file.read_bytes()).hexdigest()[:16],
        tempo_map=tuple(to_tempo_point(point) for point in facts["tempo_map"]),
        markers=tuple(to_marker(marker) for marker in facts["markers"]),
        routes=tuple(to_route(route) for route in facts["routes"]),
        playhead_samples=facts["playhead_samples"],
        playhead=to_bbt(facts["playhead"]),
        is_rolling=False,
        is_recording=False,
    )
