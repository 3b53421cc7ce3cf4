"""What operations drawn by chance leave: what later ones of the same change set find, and what they find no longer."""

from collections.abc import Callable
from typing import Any

from music.note_text import NOTE_TICKS_PER_QUARTER, NoteRow
from music.operations.fields import made
from music.time import BBT, TICKS_PER_QUARTER
from tests.acceptance.random_things import TICKS_PER_SECOND, Thing, Things, plugin_kinds, ticks_at

_FILE_TICKS = {"audio_region": 4 * TICKS_PER_QUARTER, "midi_region": 16 * TICKS_PER_QUARTER}  # of what is imported
_FILE_NOTES = tuple(NoteRow(NOTE_TICKS_PER_QUARTER * i, NOTE_TICKS_PER_QUARTER, 40 + i % 5, 90, 1) for i in range(16))
_GONE = {
    "delete_marker": "marker",
    "delete_playlist": "playlist",
    "delete_range": "range",
    "delete_region": "region",
    "delete_track": "route",
    "remove_group": "group",
    "remove_plugin": "plugin",
    "remove_send": "send",
    "remove_vca": "vca",
    "split_region": "region",
}
_OTHER_NOTES = ("delete_notes", "edit_notes", "quantise_notes", "replace_notes", "transpose_notes", "trim_region")
_TRACK_KINDS = frozenset({"route", "strip", "track"})
_AUDIO_TRACK_KINDS = frozenset({"audio_track", "panned_strip", "free_fader"})


def follow(things: Things, operation: Any) -> None:
    """Let the things be as they are once an operation is done."""
    if effect := _EFFECTS.get(operation.verb):
        effect(things, operation)
    for kind, ref in made(operation):
        if not things.has(ref):
            things.add(Thing(name=ref, kinds=frozenset({kind})))
    if operation.verb in _GONE:
        things.remove(str(getattr(operation, _GONE[operation.verb])))
    if operation.verb in _OTHER_NOTES and things.has(operation.region):
        things.change(operation.region, notes=())


def _track_is_added(things: Things, track: Any) -> None:
    is_midi = track.verb == "add_midi_track"
    kinds = _TRACK_KINDS | ({"midi_track", "free_fader"} if is_midi else _AUDIO_TRACK_KINDS)
    things.add(Thing(name=track.ref, kinds=kinds, n_channels=2 if is_midi else track.n_channels))


def _bus_is_added(things: Things, bus: Any) -> None:
    kinds = {"route", "strip", *(["bus", "panned_strip", "free_fader"] if bus.kind == "audio" else [])}
    things.add(Thing(name=bus.ref, kinds=frozenset(kinds), n_channels=bus.n_channels if bus.kind == "audio" else 0))


def _strip_is_copied(things: Things, copy: Any) -> None:
    source = things.get(copy.route)
    kinds = source.kinds - {"sounding_track"}
    things.add(Thing(name=copy.ref, kinds=kinds, n_channels=source.n_channels))


def _sound_is_bounced(things: Things, bounce: Any) -> None:
    things.add(Thing(name=bounce.ref, kinds=_TRACK_KINDS | _AUDIO_TRACK_KINDS))


def _file_is_imported(things: Things, file: Any) -> None:
    kind = "midi_region" if file.verb == "import_midi" else "audio_region"
    _region_is_made(things, file, kind, _FILE_TICKS[kind], _FILE_NOTES if kind == "midi_region" else ())


def _region_is_added(things: Things, region: Any) -> None:
    _region_is_made(things, region, "midi_region", round(region.length_beats * TICKS_PER_QUARTER), ())


def _region_is_made(things: Things, made_by: Any, kind: str, ticks: int, notes: tuple[NoteRow, ...]) -> None:
    start = ticks_at(made_by.at)
    kinds = frozenset({"region", kind, *(["sounding_region"] if kind == "audio_region" else [])})
    things.add(Thing(name=made_by.ref, kinds=kinds, on=made_by.track, span=(start, start + ticks), notes=notes))


def _region_is_copied(things: Things, copy: Any) -> None:
    region = things.get(copy.region)
    things.add(_placed(region, copy, name=copy.ref))


def _region_is_moved(things: Things, move: Any) -> None:
    things.add(_placed(things.get(move.region), move, name=move.region))


def _placed(region: Thing, move: Any, *, name: str) -> Thing:
    start, end = region.span
    later_seconds = getattr(move, "by_seconds", None) or 0.0
    at = start + round(later_seconds * TICKS_PER_SECOND) if move.at is None else ticks_at(move.at)
    kinds = region.kinds if move.track is None or "audio_region" in region.kinds else region.kinds - {"sounding_region"}
    return Thing(name=name, kinds=kinds, on=move.track or region.on, span=(at, at + end - start), notes=region.notes)


def _region_is_split(things: Things, split: Any) -> None:
    region, at = things.get(split.region), ticks_at(split.at)
    start, end = region.span
    for ref, span in ((split.left_ref, (start, at)), (split.right_ref, (at, end))):
        things.add(Thing(name=ref, kinds=region.kinds, on=region.on, span=span))


def _region_is_trimmed(things: Things, trim: Any) -> None:
    start, end = things.get(trim.region).span
    new_start = start if trim.start is None else ticks_at(trim.start)
    things.change(trim.region, span=(new_start, end if trim.end is None else ticks_at(trim.end)))


def _time_is_moved(things: Things, section: Any) -> None:
    """Later regions are other ones now, or elsewhere."""
    first = min(ticks_at(place) for name in ("start", "to") if (place := getattr(section, name, None)) is not None)
    for region in things.those("region"):
        if region.span[1] > first:
            things.remove(region.name)


def _tempo_is_changed(things: Things, change: Any) -> None:
    place = getattr(change, "at", None) or change.start
    if place != BBT(1):
        things.tempo_changes.append(place)


def _scene_is_stored(things: Things, scene: Any) -> None:
    things.scenes.append(scene.scene)


def _scene_is_cleared(things: Things, scene: Any) -> None:
    things.scenes = [number for number in things.scenes if number != scene.scene]


def _plugin_is_added(things: Things, plugin: Any) -> None:
    kinds = plugin_kinds(plugin.plugin, things.around)
    things.add(Thing(name=plugin.ref, kinds=kinds, on=plugin.route, uri=plugin.plugin))


def _sidechain_is_added(things: Things, sidechain: Any) -> None:
    kinds = things.get(sidechain.plugin).kinds - {"free_plugin"} | {"sidechained"}
    things.change(sidechain.plugin, kinds=kinds)
    things.add(Thing(name=sidechain.ref, kinds=frozenset({"send"}), on=sidechain.source, members=(sidechain.plugin,)))


def _sidechain_is_removed(things: Things, sidechain: Any) -> None:
    for send in things.those("send"):
        if sidechain.plugin in send.members:
            things.remove(send.name)
    kinds = things.get(sidechain.plugin).kinds - {"sidechained"} | {"free_plugin"}
    things.change(sidechain.plugin, kinds=kinds)


def _send_is_added(things: Things, send: Any) -> None:
    things.add(Thing(name=send.ref, kinds=frozenset({"send"}), on=send.route, members=(send.target,)))


def _playlist_is_added(things: Things, playlist: Any) -> None:
    things.add(Thing(name=playlist.ref, kinds=frozenset({"playlist", "spare_playlist"}), on=playlist.track))
    if playlist.is_used:
        _play(things, playlist.ref)


def _playlist_is_switched(things: Things, switch: Any) -> None:
    _play(things, switch.playlist)


def _play(things: Things, playlist: str) -> None:
    """Let a track play a playlist: the regions of the one before are not on the track any more."""
    track = things.get(playlist).on
    for thing in things.those("playlist"):
        if thing.on == track:
            things.change(thing.name, kinds=frozenset({"playlist", "spare_playlist"}))
    things.change(playlist, kinds=frozenset({"playlist"}))
    for region in things.those("region"):
        if region.on == track:
            things.remove(region.name)


def _lane_is_written(things: Things, lane: Any) -> None:
    if lane.route is not None and lane.control == "gain":
        things.change(lane.route, kinds=things.get(lane.route).kinds - {"free_fader"})


def _vca_is_added(things: Things, vca: Any) -> None:
    things.add(Thing(name=vca.ref, kinds=frozenset({"vca"}), members=vca.routes))


def _channels_are_set(things: Things, channels: Any) -> None:
    kinds = things.get(channels.route).kinds - {"wide_route"}
    things.change(channels.route, n_channels=channels.n_channels, kinds=kinds)


_EFFECTS: dict[str, Callable[[Things, Any], None]] = {
    "add_audio_track": _track_is_added,
    "add_bus": _bus_is_added,
    "add_midi_region": _region_is_added,
    "add_midi_track": _track_is_added,
    "add_playlist": _playlist_is_added,
    "add_plugin": _plugin_is_added,
    "add_send": _send_is_added,
    "add_sidechain": _sidechain_is_added,
    "add_vca": _vca_is_added,
    "bounce_region": _sound_is_bounced,
    "bounce_track": _sound_is_bounced,
    "clear_scene": _scene_is_cleared,
    "copy_region": _region_is_copied,
    "copy_section": _time_is_moved,
    "delete_section": _time_is_moved,
    "duplicate_track": _strip_is_copied,
    "import_audio": _file_is_imported,
    "import_midi": _file_is_imported,
    "insert_time": _time_is_moved,
    "move_region": _region_is_moved,
    "move_section": _time_is_moved,
    "ramp_tempo": _tempo_is_changed,
    "remove_sidechain": _sidechain_is_removed,
    "set_channels": _channels_are_set,
    "set_meter": _tempo_is_changed,
    "set_tempo": _tempo_is_changed,
    "split_region": _region_is_split,
    "store_scene": _scene_is_stored,
    "switch_playlist": _playlist_is_switched,
    "trim_region": _region_is_trimmed,
    "write_automation": _lane_is_written,
    "set_automation_mode": _lane_is_written,
}
