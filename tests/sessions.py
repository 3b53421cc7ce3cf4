"""Sessions as they might be read from Ardour, for tests of what is told of them."""

from typing import Any

from music.session import (
    Marker,
    Plugin,
    Region,
    Route,
    RouteId,
    RouteKind,
    Send,
    SessionSnapshot,
    TempoPoint,
)
from music.time import BBT, TimeSignature

SAMPLES_PER_BAR = 96_000  # at 120 BPM in 4/4 and 48 kHz
FOUR = TimeSignature(4, 4)


def a_session(*routes: Route, **fields: Any) -> SessionSnapshot:
    """Return a session at 120 BPM in 4/4 and 48 kHz."""
    plain: dict[str, Any] = {
        "ardour_version": "7.3.0", "name": "Song", "folder": "/songs/Song", "sample_rate_hz": 48_000, "revision": "r1",
        "tempo_map": (TempoPoint(start=BBT(1), tempo_bpm=120.0, time_signature=FOUR),), "markers": (),
        "playhead_samples": 0, "playhead": BBT(1), "is_rolling": False, "is_recording": False,
    }  # fmt: skip
    return SessionSnapshot(routes=routes, **(plain | fields))


def a_route(name: str = "Bass", route_id: str = "10", **fields: Any) -> Route:
    """Return a MIDI track as it is when new."""
    plain: dict[str, Any] = {
        "kind": RouteKind.MIDI_TRACK, "colour": "#336699", "gain_db": 0.0, "pan": 0.0, "is_muted": False,
        "is_soloed": False, "is_record_armed": False, "processors": (), "regions": (),
    }  # fmt: skip
    return Route(id=RouteId(route_id), name=name, **(plain | fields))


def a_region(name: str = "riff", region_id: str = "20", *, bar: int = 9, n_bars: int = 4, **fields: Any) -> Region:
    """Return a region that fills whole bars."""
    plain: dict[str, Any] = {
        "position_samples": (bar - 1) * SAMPLES_PER_BAR, "length_samples": n_bars * SAMPLES_PER_BAR, "start": BBT(bar),
    }  # fmt: skip
    return Region(id=region_id, name=name, **(plain | fields))


def a_plugin(name: str = "ACE EQ", plugin_id: str = "30", **fields: Any) -> Plugin:
    """Return a plugin that works."""
    plain: dict[str, Any] = {"id": plugin_id, "name": name, "uri": "urn:plugin", "is_bypassed": False}
    return Plugin(**(plain | fields))


def a_send(name: str = "Room", send_id: str = "40", **fields: Any) -> Send:
    """Return a send after the fader."""
    plain: dict[str, Any] = {"target": "11", "gain_db": -12.0, "is_pre_fader": False, "is_enabled": True, "place": 2}
    return Send(**({"id": send_id, "name": name} | plain | fields))


def a_marker(name: str, bar: int) -> Marker:
    """Return a marker at a bar."""
    position_samples = (bar - 1) * SAMPLES_PER_BAR
    return Marker(id=f"{name}@{position_samples}", name=name, position_samples=position_samples, start=BBT(bar))


def a_large_session() -> SessionSnapshot:
    """Return a mix of 40 tracks and buses as a band leaves it: plugins, regions here and there, sends, sections."""
    names = (
        *("Kick In", "Kick Out", "Snare Top", "Snare Bottom", "Hi-Hat", "Tom 1", "Tom 2", "Floor Tom", "Overheads"),
        *("Room", "Bass DI", "Bass Amp", "Gtr Rhythm L", "Gtr Rhythm R", "Gtr Lead", "Gtr Clean", "Acoustic Guitar"),
        *("Piano", "Rhodes", "Organ", "Synth Pad", "Synth Lead", "Arp", "Strings", "Brass", "Lead Vocal"),
        *("Lead Vocal Double", "Backing Vox 1", "Backing Vox 2", "Backing Vox 3", "Percussion", "Shaker", "FX Riser"),
        *("808", "Drum Bus", "Vocal Bus", "Reverb", "Delay", "Parallel Comp", "Master"),
    )
    spans = (((1, 16),), ((5, 8), (21, 8), (33, 16)), ((9, 8), (25, 16)))
    routes = []
    for number, name in enumerate(names):
        is_track = number < 34
        routes.append(
            a_route(
                name,
                str(1000 + 37 * number),
                kind=RouteKind.AUDIO_TRACK if is_track else RouteKind.BUS,
                gain_db=-0.7 * (number % 17),
                pan=(0.0, -0.3, 0.3, -0.8)[number % 4],
                is_muted=number % 9 == 0,
                processors=tuple(a_plugin(plugin, f"{number}{plugin}") for plugin in ("ACE EQ", "ACE Compressor")),
                regions=tuple(
                    a_region(f"{name}-{place}", f"{number}.{place}", bar=bar, n_bars=n_bars)
                    for place, (bar, n_bars) in enumerate(spans[number % 3])
                    if is_track
                ),
                sends=(a_send("Reverb", f"send {number}"),) if number % 3 == 0 else (),
            )
        )
    sections = ("Intro", 1), ("Verse 1", 5), ("Chorus 1", 13), ("Verse 2", 21), ("Chorus 2", 29), ("Bridge", 37)
    markers = tuple(a_marker(name, bar) for name, bar in sections)
    return a_session(*routes, name="Summer Nights mix 3", markers=markers, selected_routes=(RouteId("1000"),))
