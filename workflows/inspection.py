"""Looking closely at one thing in a session: what a name means, and all of it in words that can be used again."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from music.errors import NotFound, RequestInvalid
from music.field_words import connected, shown
from music.names import nearest_name, shorten
from music.note_text import NOTE_TICKS_PER_QUARTER, from_rows
from music.pitch import pitch_class_name
from music.place import TempoMap, short_place
from music.session import Plugin, Region, Route, Send, SessionSnapshot
from music.time import BBT
from workflows.session_view import db, region_end, route_line, send_target

_MOST_NOTES = 400
_MOST_ROWS = 400
_MOST_REGIONS = 200
_MOST_LINES = 1000
_PORTS = {
    "audio_sources": "set_input, audio",
    "audio_targets": "set_output, audio",
    "midi_sources": "set_input, MIDI",
    "midi_targets": "set_output, MIDI",
}

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


def selected_text(session: SessionSnapshot) -> list[str]:
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
    return lines


def route_text(route: Route, session: SessionSnapshot, start: BBT | None = None, end: BBT | None = None) -> list[str]:
    """Return a track or bus with everything on it, and the ids of all that; of its regions those between two places."""
    lines = [route_line(route, session)]
    lines.append(f"colour {route.colour}, inputs {_connected(route.inputs)}, outputs {_connected(route.outputs)}")
    details = {"monitoring": route.monitoring, "trim dB": route.trim_db or None, "width": route.width}
    lines += [f"{name} {shown(value)}" for name, value in details.items() if value is not None]
    lines += [f"plugin {_plugin_line(plugin)}" for plugin in route.processors]
    lines += [f"send {_send_line(send, session)}" for send in route.sends]
    lines += _region_lines(route, session, start, end)
    lines += [f"automation of {lane.target}: {lane.mode}, {_n_rows(lane.points)} points" for lane in route.automation]
    lines += [
        f"playlist {playlist.id} {playlist.name}" + (" (played)" if playlist.is_used else "")
        for playlist in route.playlists
    ]
    return lines


def _region_lines(route: Route, session: SessionSnapshot, start: BBT | None, end: BBT | None) -> list[str]:
    found = [
        region
        for region in sorted(route.regions, key=lambda region: region.position_samples)
        if (end is None or region.start < end) and (start is None or region_end(region, session) > start)
    ]
    lines = [f"region {region_line(region, session)}" for region in found[:_MOST_REGIONS]]
    if len(found) > _MOST_REGIONS:
        next_place = short_place(found[_MOST_REGIONS].start)
        lines.append(f"… {len(found) - _MOST_REGIONS} more regions: ask again with start {next_place}")
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


def cut_short(lines: Sequence[str]) -> str:
    """Return lines as one text, which ends with what to do where there are too many of them."""
    more = [f"… {len(lines) - _MOST_LINES} more lines: look at one thing at a time, or between two places"]
    return "\n".join([*lines[:_MOST_LINES], *(more if len(lines) > _MOST_LINES else [])])


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

    def place_of(ticks: int) -> BBT:
        return tempo_map.to_place(origin + Fraction(ticks, NOTE_TICKS_PER_QUARTER))

    def is_wanted(place: BBT) -> bool:
        return (start is None or place >= start) and (end is None or place < end)

    notes = []
    for note in from_rows(region.notes):
        place = place_of(note.start_ticks)
        if is_wanted(place):
            length = f"{note.length_ticks / NOTE_TICKS_PER_QUARTER:.6g}"
            pitch = f"{pitch_class_name(note.midi_note % 12)}{note.midi_note // 12 - 1}"
            notes.append(f"{place} {length} {pitch} {note.velocity}" + (f" {note.channel}" if note.channel > 1 else ""))
    lines.append("notes: start, length in quarter notes, pitch, velocity[, channel]")
    lines += notes[:_MOST_NOTES]
    if len(notes) > _MOST_NOTES:
        next_place = notes[_MOST_NOTES].split(" ")[0]
        lines.append(f"… {len(notes) - _MOST_NOTES} more: ask again with start {next_place}")
    lines += _curve_lines(region, place_of, is_wanted)
    return lines


def _curve_lines(region: Region, place_of: Callable[[int], BBT], is_wanted: Callable[[BBT], bool]) -> Iterator[str]:
    """Tell of controllers, with points that write_controller takes, and of programs, between two places."""
    curves = [line.partition(": ") for line in region.controllers.splitlines() if line]
    for which, text in (
        *((f"controller {head}", points) for head, _, points in curves),
        ("programs: place, bank, program", region.programs),
    ):
        rows = [row.partition(" ") for row in text.split(";") if row]
        points = [f"{place} {value}" for ticks, _, value in rows if is_wanted(place := place_of(int(ticks)))]
        if points:
            more = f"; … {len(points) - _MOST_ROWS} more: ask again with a later start" * (len(points) > _MOST_ROWS)
            yield f"{which}: {'; '.join(points[:_MOST_ROWS])}{more}"


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


def lane_text(facts: Mapping[str, Any], start: BBT, length_quarters: float = math.inf) -> list[str]:
    """Return an automation lane from a place on, from the bridge's reading, as rows that write_automation takes."""
    unit = facts["value_unit"] or "the parameter's own unit"
    lines = [
        f"{facts['name']}: {facts['mode']}, {facts['interpolation']}, {facts['n_points']} points, values in {unit}",
        f"points: quarter notes from {short_place(start)}, value",
    ]
    read = [row for row in facts["points"].split(";") if row]
    rows = [row for row in read if float(row.split(" ")[0]) < length_quarters]
    lines += rows[:_MOST_ROWS]
    if len(rows) > _MOST_ROWS or (facts["is_cut"] and len(rows) == len(read)):
        lines.append("… more: ask again with a later start")
    return lines
