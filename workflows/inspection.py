"""Looking closely at one thing in a session: what a name means, and all of it in words that can be used again."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from music.errors import NotFound, RequestInvalid
from music.field_words import connected, shown
from music.names import nearest_name, shorten
from music.pitch import pitch_class_name
from music.place import TempoMap, short_place
from music.session import Plugin, Region, Route, Send, SessionSnapshot
from music.time import BBT
from workflows.session_view import db, region_end, route_line, send_target

_MOST_NOTES = 400
_MOST_ROWS = 400
_PORTS = {
    "audio_sources": "set_input, audio",
    "audio_targets": "set_output, audio",
    "midi_sources": "set_input, MIDI",
    "midi_targets": "set_output, MIDI",
}
_TICKS_PER_QUARTER = 1920  # of notes in regions, as Ardour has them

Thing = Route | Region | Plugin | Send


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What a name means, and the track or bus that it is on."""

    thing: Thing
    route: Route


def find(target: str, session: SessionSnapshot) -> Found:
    """Find a track, bus, region, plugin or send by its id or name; tracks first.

    NotFound names the nearest; RequestInvalid lists the ids where a name means several things.
    """
    everything = list(_everything(session))
    for found in everything:
        if found.thing.id == target:
            return found
    named = [found for found in everything if found.thing.name == target]
    named = named or [found for found in everything if found.thing.name.casefold() == target.casefold()]
    routes = [found for found in named if isinstance(found.thing, Route)]
    named = routes or named
    if not named:
        known = [name for found in everything for name in (found.thing.name, found.thing.id)]
        raise NotFound("track, region, plugin or send", shorten(target), nearest=nearest_name(target, known))
    if len(named) > 1:
        ids = ", ".join(f"{found.thing.id} (on {found.route.name})" for found in named)
        raise RequestInvalid(f"{target!r} is the name of several things; say which by its id: {ids}")
    return named[0]


def _everything(session: SessionSnapshot) -> Iterator[Found]:
    yield from (Found(route, route) for route in session.routes)
    for route in session.routes:
        for things in (route.processors, route.regions, route.sends):
            yield from (Found(thing, route) for thing in things)


def selected_text(session: SessionSnapshot) -> str:
    """Return what is selected in the editor, and where the playhead is."""
    lines = [f"playhead {session.playhead}"]
    if session.selected_range:
        lines.append(f"range {session.selected_range.start} to {session.selected_range.end}")
    chosen = [route for route in session.routes if route.id in session.selected_routes]
    lines += [line for route in chosen for line in route_text(route, session)]
    lines += [
        f"region {region_line(region, session)} on {route.name} {route.id}"
        for route in session.routes
        for region in route.regions
        if region.id in session.selected_regions
    ]
    if len(lines) == 1:
        lines.append("nothing is selected")
    return "\n".join(lines)


def route_text(route: Route, session: SessionSnapshot) -> list[str]:
    """Return a track or bus with everything on it, and the ids of all that."""
    lines = [route_line(route, session)]
    lines.append(f"colour {route.colour}, inputs {_connected(route.inputs)}, outputs {_connected(route.outputs)}")
    details = {"monitoring": route.monitoring, "trim dB": route.trim_db or None, "width": route.width}
    lines += [f"{name} {shown(value)}" for name, value in details.items() if value is not None]
    lines += [f"plugin {_plugin_line(plugin)}" for plugin in route.processors]
    lines += [f"send {_send_line(send, session)}" for send in route.sends]
    lines += [f"region {region_line(region, session)}" for region in route.regions]
    lines += [f"automation of {lane.target}: {lane.mode}, {_n_rows(lane.points)} points" for lane in route.automation]
    lines += [
        f"playlist {playlist.id} {playlist.name}" + (" (played)" if playlist.is_used else "")
        for playlist in route.playlists
    ]
    return lines


def _connected(channels: Iterable[str]) -> str:
    return ", ".join(connected(channels)) or "nothing"


def ports_text(facts: Mapping[str, Any]) -> list[str]:
    """Return the ports outside of strips, to and from which a strip can be connected, from the bridge's reading."""
    return [f"{words}: {', '.join(facts[name]) or 'none'}" for name, words in _PORTS.items()]


def _plugin_line(plugin: Plugin) -> str:
    return f"{plugin.id} {plugin.name}" + (" (bypassed)" if plugin.is_bypassed else "")


def _send_line(send: Send, session: SessionSnapshot) -> str:
    side = "before" if send.is_pre_fader else "after"
    off = "" if send.is_enabled else ", off"
    return f"{send.id} to {send_target(send, session)} {db(send.gain_db)} dB, {side} the fader{off}"


def region_line(region: Region, session: SessionSnapshot) -> str:
    """Return a region in one line."""
    span = f"{short_place(region.start)} to {short_place(region_end(region, session))}"
    notes = [] if region.n_notes is None else [f"{region.n_notes} notes"]
    gain = [f"gain {db(region.gain_db)} dB"] if region.gain_db else []
    switches = [word for word, is_on in (("muted", region.is_muted), ("locked", region.is_locked)) if is_on]
    return ", ".join([f"{region.id} {region.name} {span}", *notes, *gain, *switches])


def _n_rows(text: str) -> int:
    return len([row for row in text.split(";") if row])


def region_text(region: Region, session: SessionSnapshot, start: BBT | None, end: BBT | None) -> list[str]:
    """Return a region with its notes between two places, as lines that the operations on notes take."""
    lines = [region_line(region, session)]
    if region.n_notes is None:
        fades = {"fade in": region.fade_in_samples, "fade out": region.fade_out_samples}
        lines += [f"{name} {value} samples" for name, value in fades.items() if value is not None]
        lines.append(f"starts {region.offset_samples} samples into its file, layer {region.layer}")
        return lines
    tempo_map = TempoMap(session.tempo_map)
    origin = tempo_map.to_quarters(region.start)
    notes = []
    for row in (row for row in region.notes.split(";") if row):
        start_ticks, length_ticks, pitch, velocity, channel = (int(number) for number in row.split(" "))
        place = tempo_map.to_place(origin + Fraction(start_ticks, _TICKS_PER_QUARTER))
        if (start is None or place >= start) and (end is None or place < end):
            length = f"{length_ticks / _TICKS_PER_QUARTER:.6g}"
            notes.append(
                f"{place} {length} {pitch_class_name(pitch % 12)}{pitch // 12 - 1} {velocity}"
                + (f" {channel}" if channel > 1 else "")
            )
    lines.append("notes: start, length in quarter notes, pitch, velocity[, channel]")
    lines += notes[:_MOST_NOTES]
    if len(notes) > _MOST_NOTES:
        next_place = notes[_MOST_NOTES].split(" ")[0]
        lines.append(f"… {len(notes) - _MOST_NOTES} more: ask again with start {next_place}")
    lines += [f"controller {line}" for line in region.controllers.splitlines() if line]
    return lines


def plugin_text(facts: Mapping[str, Any], presets: Mapping[str, Any]) -> list[str]:
    """Return a plugin with its parameters as Ardour shows them, from the bridge's readings of it."""
    bypassed = " (bypassed)" if facts["is_bypassed"] else ""
    lines = [f"{facts['id']} {facts['name']}{bypassed} on {facts['route']}, {facts['uri']}"]
    names = [preset["name"] for preset in presets["presets"]]
    if names:
        loaded = f", loaded {presets['loaded']!r}" if presets.get("loaded") else ""
        lines.append(f"presets: {', '.join(names[:40])}{' …' if len(names) > 40 else ''}{loaded}")
    lines.append("parameters: number name: value (range)")
    lines += [_parameter_line(parameter) for parameter in facts["parameters"]]
    if facts["n_parameters"] > len(facts["parameters"]):
        lines.append(f"… {facts['n_parameters'] - len(facts['parameters'])} more")
    return lines


def _parameter_line(facts: Mapping[str, Any]) -> str:
    labels = facts["labels"]
    unit = f" {facts['unit']}" if facts["unit"] else ""
    span = " | ".join(labels) if labels else f"{facts['low']:.5g} to {facts['high']:.5g}{unit}"
    moved = f", automation {facts['mode']}" if facts.get("mode") not in (None, "manual") else ""
    return f"{facts['number']} {facts['name']}: {facts['shown']} ({span}){moved}"


def lane_text(facts: Mapping[str, Any], start: BBT) -> list[str]:
    """Return an automation lane, from the bridge's reading of it, as rows that write_automation takes."""
    unit = facts["value_unit"] or "the parameter's own unit"
    lines = [
        f"{facts['name']}: {facts['mode']}, {facts['interpolation']}, {facts['n_points']} points, values in {unit}",
        f"points: quarter notes from {short_place(start)}, value",
    ]
    rows = [row for row in facts["points"].split(";") if row]
    lines += rows[:_MOST_ROWS]
    if facts["is_cut"] or len(rows) > _MOST_ROWS:
        lines.append("… more: ask again with a later start")
    return lines
