"""The open session in few words: one line for each track, and little more. Pure functions over a snapshot.

Bars of regions are written first-last, both included.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from music.field_words import pan_text
from music.place import TempoMap, short_place
from music.session import Region, Route, RouteKind, Send, SessionSnapshot, TimeRange
from music.time import BBT

KINDS = {
    RouteKind.AUDIO_TRACK: "audio",
    RouteKind.MIDI_TRACK: "midi",
    RouteKind.BUS: "bus",
    RouteKind.MASTER: "master",
    RouteKind.MONITOR: "monitor",
}
_MOST_MARKERS = 40
_MOST_NAMES = 16
_MOST_BYTES = 2800  # sent twice, as text and as structured content


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much a track's line tells."""

    longest_name: int
    most_plugins: int
    most_spans: int


_WHOLE = _Detail(longest_name=28, most_plugins=16, most_spans=4)
_DETAILS = (_WHOLE, _Detail(18, 3, 2), _Detail(14, 1, 1))
_CUT_SHORT = "lines are cut short to fit: inspect a track to see all of it"


def overview_text(session: SessionSnapshot) -> str:
    """Return a session as lines: state, tempo, markers, groups, and a line per track or bus.

    The more there is, the less each line tells; that it does so stands in the text.
    """
    for detail in _DETAILS:
        text = "\n".join(_overview_lines(session, detail))
        if len(text.encode()) <= _MOST_BYTES:
            break
    return text


def _overview_lines(session: SessionSnapshot, detail: _Detail) -> Iterator[str]:
    yield f"{session.name} · {session.sample_rate_hz} Hz · Ardour {session.ardour_version}"
    yield f"{_transport(session)} at {short_place(session.playhead)}{_selection(session)}"
    yield "tempo " + _cut(_tempo_lines(session), _MOST_MARKERS)
    if session.markers:
        yield "markers " + _cut([f"{short_place(m.start)} {m.name}" for m in session.markers], _MOST_MARKERS)
    if session.ranges:
        ranges = [f"{found.id} {found.name} {_span(found.span)}" for found in session.ranges]
        yield "ranges " + _cut(ranges, _MOST_MARKERS)
    spans = (("loop", session.loop), ("punch", session.punch))
    yield from (f"{what} {_span(span)}" for what, span in spans if span is not None)
    yield from _shared_controls(session)
    if detail is not _WHOLE:
        yield _CUT_SHORT
    yield "id name kind fader dB [pan] [flags]|plugins (*bypassed)|n regions: bars|sends dB"
    yield from (_route_line(route, session, detail) for route in session.routes)


def _transport(session: SessionSnapshot) -> str:
    return "recording" if session.is_recording else "rolling" if session.is_rolling else "stopped"


def _selection(session: SessionSnapshot) -> str:
    names = {route.id: route.name for route in session.routes}
    parts = [names.get(route, route) for route in session.selected_routes]
    text = f" · selected {_cut(parts, _MOST_NAMES, ', ')}" if parts else ""
    if session.selected_range:
        found = session.selected_range
        text += f" · range {short_place(found.start)} to {short_place(found.end)}"
    return text


def _span(span: TimeRange) -> str:
    return f"{short_place(span.start)} to {short_place(span.end)}"


def _tempo_lines(session: SessionSnapshot) -> list[str]:
    return [
        f"{short_place(point.start)}: {point.tempo_bpm:g} BPM {point.time_signature}"
        + (f" ramping to {point.ramps_to_bpm:g}" if point.ramps_to_bpm is not None else "")
        for point in session.tempo_map
    ]


def _shared_controls(session: SessionSnapshot) -> list[str]:
    names = {route.id: route.name for route in session.routes}
    lines = []
    for what, found in (("group", session.groups), ("VCA", session.vcas)):
        lines += [
            f"{what} {one.id} {one.name}: {_cut([names.get(r, r) for r in one.routes], _MOST_NAMES, ', ')}"
            for one in found
        ]
    if session.scenes:
        lines.append("scenes " + "; ".join(f"{scene.number} {scene.name}" for scene in session.scenes))
    return lines


def route_line(route: Route, session: SessionSnapshot) -> str:
    """Return a track or bus in one line; what is as it is by default is left out."""
    return _route_line(route, session, _WHOLE)


def _route_line(route: Route, session: SessionSnapshot, detail: _Detail) -> str:
    def short(name: str) -> str:
        return name if len(name) <= detail.longest_name else f"{name[: detail.longest_name - 1]}…"

    head = [route.id, short(route.name), KINDS[route.kind], db(route.gain_db)]
    head += [pan_text(route.pan)] if route.pan else []
    plugins = [f"{'*' if found.is_bypassed else ''}{short(found.name)}" for found in route.processors]
    regions = f"{len(route.regions)}: {region_bars(route.regions, session, detail.most_spans)}" if route.regions else ""
    sends = " ".join(f">{short(send_target(send, session))} {db(send.gain_db)}" for send in route.sends)
    parts = [" ".join([*head, *flags(route)]), _cut(plugins, detail.most_plugins, ","), regions, sends]
    return "|".join(parts).rstrip("|")


def send_target(send: Send, session: SessionSnapshot) -> str:
    """Return what a send goes to, a strip or a plugin that listens to it; else its name."""
    for route in session.routes:
        if route.id == send.target:
            return route.name
        for plugin in route.processors:
            if plugin.id == send.target:
                return f"{route.name}'s {plugin.name}"
    return send.name


def flags(route: Route) -> list[str]:
    """Return what is switched on of a strip, in words."""
    found = {
        "mute": route.is_muted,
        "solo": route.is_soloed,
        "armed": route.is_record_armed,
        "inactive": not route.is_active,
    }
    return [name for name, is_on in found.items() if is_on]


def db(gain_db: float) -> str:
    """Write a level; silence is ``-inf``."""
    return "-inf" if gain_db == -math.inf else f"{round(gain_db, 1) + 0.0:g}"


def region_end(region: Region, session: SessionSnapshot) -> BBT:
    """Return the place at which a region ends, exclusive."""
    end_samples = region.position_samples + region.length_samples
    return TempoMap(session.tempo_map).place_at(end_samples, session.sample_rate_hz)


def region_bars(regions: Iterable[Region], session: SessionSnapshot, most: int = _WHOLE.most_spans) -> str:
    """Return the bars that regions fill, joined where they touch."""
    tempo_map = TempoMap(session.tempo_map)
    spans: list[tuple[int, int]] = []
    for region in sorted(regions, key=lambda found: found.position_samples):
        end = tempo_map.place_at(region.position_samples + region.length_samples, session.sample_rate_hz)
        last = end.bar if (end.beat, end.tick // 8) > (1, 0) else max(region.start.bar, end.bar - 1)
        if spans and region.start.bar <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((region.start.bar, last))
    return _cut([str(a) if a == b else f"{a}-{b}" for a, b in spans], most, ",")


def _cut(items: Sequence[str], most: int, separator: str = "; ") -> str:
    shown = separator.join(items[:most])
    return shown if len(items) <= most else f"{shown}{separator}+{len(items) - most}"
