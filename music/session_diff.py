"""What changed between two states of a session, in the words of whoever works in it.

Pure, and complete: whatever differs between two snapshots is told, but for what passes by itself (playhead, selection,
transport).
"""

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from music.field_words import WORDS, field_lines, shown
from music.note_diff import note_lines
from music.place import TempoMap, short_place
from music.session import AutomationLane, Marker, Playlist, Plugin, Region, Route, SessionSnapshot, TempoPoint
from music.time import BBT

T = TypeVar("T")
ParameterNames = Mapping[str, Mapping[str, str]]  # by a plugin's id: names of parameters by their number
_PASSING = frozenset(
    {"ardour_version", "name", "folder", "sample_rate_hz", "revision", "playhead_samples", "playhead", "is_rolling"}
    | {"is_recording", "selected_routes", "selected_range"}
)
_TOLD = frozenset({"tempo_map", "markers", "routes"})
_MOST_PARAMETERS = 6


@dataclasses.dataclass(frozen=True, slots=True)
class _Both:
    """Two states, and what is needed to tell of them."""

    before: SessionSnapshot
    after: SessionSnapshot
    map_before: TempoMap
    map_after: TempoMap
    names: ParameterNames

    def end_before(self, region: Region) -> BBT:
        return _end(region, self.before, self.map_before)

    def end_after(self, region: Region) -> BBT:
        return _end(region, self.after, self.map_after)


def _end(region: Region, session: SessionSnapshot, tempo_map: TempoMap) -> BBT:
    return tempo_map.place_at(region.position_samples + region.length_samples, session.sample_rate_hz)


def session_changes(
    before: SessionSnapshot, after: SessionSnapshot, *, parameter_names: ParameterNames | None = None
) -> tuple[str, ...]:
    """Return what changed, line by line; nothing where both are the same."""
    both = _Both(before, after, TempoMap(before.tempo_map), TempoMap(after.tempo_map), parameter_names or {})
    lines = [*_tempo_lines(before.tempo_map, after.tempo_map), *_marker_lines(before.markers, after.markers)]
    lines += _route_lists(both)
    for field in dataclasses.fields(after):
        if field.name not in _PASSING | _TOLD:
            lines += _other(field.name, getattr(before, field.name), getattr(after, field.name), both)
    return tuple(lines)


def plugins_set_anew(before: SessionSnapshot, after: SessionSnapshot) -> tuple[str, ...]:
    """Return the ids of the plugins of which parameters differ, so that their names can be looked up."""
    known = {plugin.id: plugin.parameters for route in before.routes for plugin in route.processors}
    return tuple(
        plugin.id
        for route in after.routes
        for plugin in route.processors
        if known.get(plugin.id, plugin.parameters) != plugin.parameters
    )


def _paired(
    before: Iterable[T], after: Iterable[T], key: Callable[[T], Hashable]
) -> tuple[list[T], list[T], list[tuple[T, T]]]:
    """Return what is gone, what is new, and what is in both, by a key."""
    old, new = {key(item): item for item in before}, {key(item): item for item in after}
    gone = [item for name, item in old.items() if name not in new]
    fresh = [item for name, item in new.items() if name not in old]
    return gone, fresh, [(old[name], item) for name, item in new.items() if name in old]


def _tempo_lines(before: Sequence[TempoPoint], after: Sequence[TempoPoint]) -> Iterator[str]:
    gone, fresh, kept = _paired(before, after, lambda point: point.start)
    for point in gone:
        yield f"tempo change at {short_place(point.start)} removed ({_tempo(point)})"
    for point in fresh:
        yield f"tempo change at {short_place(point.start)} added: {_tempo(point)}"
    for old, new in kept:
        if old != new:
            yield f"tempo at {short_place(new.start)}: {_tempo(old)} -> {_tempo(new)}"


def _tempo(point: TempoPoint) -> str:
    ramp = "" if point.ramps_to_bpm is None else f", ramping to {point.ramps_to_bpm:g} BPM"
    return f"{point.tempo_bpm:g} BPM {point.time_signature}{ramp}"


def _marker_lines(before: Sequence[Marker], after: Sequence[Marker]) -> Iterator[str]:
    gone, fresh, _ = _paired(before, after, lambda marker: (marker.name, marker.start))
    for marker in fresh:
        moved = next((old for old in gone if old.name == marker.name), None)
        renamed = next((old for old in gone if old.start == marker.start), None)
        place = short_place(marker.start)
        if moved:
            gone.remove(moved)
            yield f"marker {marker.name!r} moved {short_place(moved.start)} -> {place}"
        elif renamed:
            gone.remove(renamed)
            yield f"marker {renamed.name!r} at {place} renamed {marker.name!r}"
        else:
            yield f"{marker.kind} {marker.name!r} added at {place}"
    for marker in gone:
        yield f"marker {marker.name!r} at {short_place(marker.start)} removed"


def _route_lists(both: _Both) -> Iterator[str]:
    gone, fresh, kept = _paired(both.before.routes, both.after.routes, lambda route: route.id)
    yield from (f"{_kind(route)} {route.name!r} removed{_content(route)}" for route in gone)
    yield from (f"{_kind(route)} {route.name!r} added{_content(route)}" for route in fresh)
    ids = {new.id for _, new in kept}
    orders = [[route.id for route in session.routes if route.id in ids] for session in (both.before, both.after)]
    if orders[0] != orders[1]:
        yield "the order of tracks changed"
    for old, new in kept:
        if old != new:
            yield from (f"{new.name}: {line}" for line in _route_lines(old, new, both))


def _kind(route: Route) -> str:
    return route.kind.value.replace("_", " ")


def _content(route: Route) -> str:
    counts = [f"{len(found)} {what}" for what, found in (("regions", route.regions), ("plugins", route.processors))]
    found = [count for count in counts if not count.startswith("0 ")]
    return f" ({', '.join(found)})" if found else ""


def _route_lines(old: Route, new: Route, both: _Both) -> Iterator[str]:
    nested = {"id", "processors", "regions", "automation", "playlists", "sends"}
    yield from field_lines(old, new, leave_out=nested)
    yield from _plugin_lines(old.processors, new.processors, both)
    yield from _items("send", old.sends, new.sends, lambda old, new: field_lines(old, new, leave_out={"id", "name"}))
    yield from _region_lists(old.regions, new.regions, both)
    yield from _automation_lines(old, new)
    yield from _items("playlist", old.playlists, new.playlists, _playlist_lines)


def _items(
    what: str, before: Sequence[Any], after: Sequence[Any], lines: Callable[[Any, Any], Iterable[str]]
) -> Iterator[str]:
    """Tell of things that have an id (or a number) and a name."""
    gone, fresh, kept = _paired(before, after, lambda item: getattr(item, "id", None) or getattr(item, "number", item))
    yield from (f"{what} {_name(item)} removed" for item in gone)
    yield from (f"{what} {_name(item)} added" for item in fresh)
    for old, new in kept:
        yield from (f"{what} {_name(new)} {line}" for line in lines(old, new))


def _name(item: object) -> str:
    name = getattr(item, "name", None)
    return repr(name) if name is not None else str(item)


def _plugin_lines(before: Sequence[Plugin], after: Sequence[Plugin], both: _Both) -> Iterator[str]:
    def lines(old: Plugin, new: Plugin) -> Iterator[str]:
        yield from field_lines(old, new, leave_out={"id", "parameters"})
        yield from _parameter_lines(old, new, both.names.get(new.id, {}))

    yield from _items("plugin", before, after, lines)
    common = {plugin.id for plugin in before} & {plugin.id for plugin in after}
    if [p.id for p in before if p.id in common] != [p.id for p in after if p.id in common]:
        yield f"order of plugins now {', '.join(plugin.name for plugin in after)}"


def _parameter_lines(old: Plugin, new: Plugin, names: Mapping[str, str]) -> Iterator[str]:
    was, now = _rows(old.parameters), _rows(new.parameters)
    changed = [number for number in now if was.get(number) != now[number]]
    for number in changed[:_MOST_PARAMETERS]:
        name = names.get(number, f"parameter {number}")
        yield f"{name} {_value(was.get(number, '?'))} -> {_value(now[number])}"
    if len(changed) > _MOST_PARAMETERS:
        yield f"and {len(changed) - _MOST_PARAMETERS} more parameters"


def _value(text: str) -> str:
    if text == "~":
        return "automation"
    try:
        return f"{float(text):.5g}"
    except ValueError:
        return text


def _rows(text: str) -> dict[str, str]:
    return {number: value for number, _, value in (row.partition(" ") for row in text.split(";") if row)}


def _region_lists(before: Sequence[Region], after: Sequence[Region], both: _Both) -> Iterator[str]:
    gone, fresh, kept = _paired(before, after, lambda region: region.id)
    for region in gone:
        yield f"region {region.name!r} at {short_place(region.start)} removed"
    for region in fresh:
        notes = "" if region.n_notes is None else f", {region.n_notes} notes"
        yield f"region {region.name!r} added at {short_place(region.start)}{notes}"
    for old, new in kept:
        if old != new:
            yield from (f"region {new.name!r} {line}" for line in _region_lines(old, new, both))


def _region_lines(old: Region, new: Region, both: _Both) -> Iterator[str]:
    ends = both.end_before(old), both.end_after(new)
    is_moved = old.start != new.start
    is_same_tempo = both.before.tempo_map == both.after.tempo_map
    if is_moved:
        yield f"moved {short_place(old.start)} -> {short_place(new.start)}"
    elif is_same_tempo and old.position_samples != new.position_samples:
        yield f"moved by {new.position_samples - old.position_samples} samples"
    is_resized = old.length_samples != new.length_samples if is_same_tempo else ends[0] != ends[1] and not is_moved
    if is_resized:
        yield f"end {short_place(ends[0])} -> {short_place(ends[1])}"
    placed = {"id", "start", "position_samples", "length_samples", "n_notes", "notes"}
    yield from field_lines(old, new, leave_out=placed, words=WORDS | {"gain_db": "gain"})
    if old.notes != new.notes:
        start = both.map_after.to_quarters(new.start)
        yield from note_lines(old.notes, new.notes, lambda quarters: both.map_after.to_place(start + quarters).bar)
    elif old.n_notes != new.n_notes:
        yield f"{old.n_notes} notes -> {new.n_notes}"


def _automation_lines(old: Route, new: Route) -> Iterator[str]:
    owners = {plugin.id: plugin.name for plugin in new.processors} | {send.id: send.name for send in new.sends}
    gone, fresh, kept = _paired(old.automation, new.automation, lambda lane: lane.target)
    for lane in gone:
        yield f"automation of {_lane_name(lane, owners)} removed"
    for lane in fresh:
        yield f"automation of {_lane_name(lane, owners)} added, {_points(lane)} points"
    for was, now in kept:
        if was == now:
            continue
        name = f"automation of {_lane_name(now, owners)}"
        yield from (f"{name} {line}" for line in field_lines(was, now, leave_out={"target", "points"}))
        if was.points != now.points:
            yield f"{name} rewritten, {_points(was)} -> {_points(now)} points"


def _lane_name(lane: AutomationLane, owners: Mapping[str, str]) -> str:
    owner, _, control = lane.target.partition(" ")
    return f"{owners[owner]!r} {control}" if owner in owners else lane.target


def _points(lane: AutomationLane) -> int:
    return len([row for row in lane.points.split(";") if row])


def _playlist_lines(old: Playlist, new: Playlist) -> Iterator[str]:
    yield from field_lines(old, new, leave_out={"id", "regions"})
    if old.regions != new.regions and old.is_used == new.is_used:
        yield f"{len(old.regions)} -> {len(new.regions)} regions, or moved ones"


def _other(name: str, before: object, after: object, both: _Both) -> Iterator[str]:
    """Tell of what else a session holds: groups, VCAs, scenes, ranges and whatever is added to snapshots."""
    if before == after:
        return
    words = name.replace("_", " ")
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        yield f"{words} {shown(before)} -> {shown(after)}"
        return
    names: dict[str, str] = {route.id: route.name for route in (*both.before.routes, *both.after.routes)}

    def lines(old: object, new: object) -> Iterable[str]:
        if not dataclasses.is_dataclass(old):
            return (f"{shown(old)} -> {shown(new)}",) if old != new else ()
        return field_lines(old, new, leave_out={"id"}, names=names)

    yield from _items({"vcas": "VCA"}.get(name, words.removesuffix("s")), before, after, lines)
