"""What makes an operation drawn by chance fit the session, where the meaning of its fields does not tell.

``FIELD_KINDS`` says of which closer kind a thing must be; ``FITS`` adjusts what was drawn, by verb.
"""

from collections.abc import Callable
from typing import Any

from music.note_text import NOTE_TICKS_PER_QUARTER
from music.operations.notes import NoteSelection
from music.time import BBT, TICKS_PER_QUARTER
from tests.acceptance.random_things import (
    INSTRUMENT,
    LAST_BAR,
    TICKS_PER_SECOND,
    CannotDraw,
    Thing,
    Things,
    place_at,
    ticks_at,
)

_EFFECT_PLUGINS = ("urn:ardour:a-comp", "urn:ardour:a-eq", "urn:ardour:a-delay", "urn:ardour:a-reverb")
_RARELY = 0.2
_LONGEST_FADE_SECONDS = 0.5
_LONGEST_MOVE_SECONDS = 12.0
_MOST_POINTS = 6
_CONTROLLERS = {"cc": (0, 127), "pitch_bend": (-8192, 8191), "channel_pressure": (0, 127)}
_KEYS = ("C major", "F# minor", "Bb dorian")

Drawn = dict[str, Any]
Fit = Callable[[Things, Drawn], None]


def _each(verbs: str, field: str, kind: str) -> dict[tuple[str, str], str]:
    return {(verb, field): kind for verb in verbs.split()}


FIELD_KINDS: dict[tuple[str, str], str] = {
    **_each("set_region_gain normalise_region fade_region reverse_region", "region", "audio_region"),
    **_each("stretch_region pitch_region", "region", "audio_region"),
    **_each("add_notes set_program write_controller", "region", "midi_region"),
    **_each("delete_notes edit_notes humanise_notes quantise_notes replace_notes", "region", "noted_region"),
    **_each("set_note_lengths shape_velocity transpose_notes", "region", "noted_region"),
    **_each("arm_track set_monitor", "route", "track"),
    **_each("delete_track duplicate_track move_track", "route", "strip"),
    **_each("set_solo set_solo_isolate set_solo_safe", "route", "strip"),
    **_each("set_pan", "route", "panned_strip"),
    **_each("set_fader", "route", "free_fader"),
    **_each("move_track", "before", "strip"),
    **_each("add_sidechain", "plugin", "compressor"),
    **_each("remove_sidechain", "plugin", "sidechained"),
    **_each("set_channels", "route", "audio_track"),
    **_each("set_width", "route", "wide_route"),
    **_each("import_audio", "track", "audio_track"),
    **_each("import_midi add_midi_region", "track", "midi_track"),
    **_each("add_playlist", "track", "track"),
    **_each("bounce_track", "route", "sounding_track"),
    **_each("bounce_region", "region", "sounding_region"),
    **_each("save_preset set_parameter", "plugin", "known_plugin"),
    **_each("remove_plugin", "plugin", "free_plugin"),
    **_each("delete_playlist switch_playlist", "playlist", "spare_playlist"),
    **_each("add_group edit_group add_vca assign_vca", "routes", "strip"),
}


# places -----------------------------------------------------------------------------------------


def _on_a_bar(things: Things, drawn: Drawn) -> None:
    drawn["at"] = BBT(things.chance.randint(1, LAST_BAR))


def _on_quarters(things: Things, drawn: Drawn) -> None:
    del things
    for name in ("start", "end"):
        drawn[name] = BBT(drawn[name].bar, drawn[name].beat)


def _at_a_change(things: Things, drawn: Drawn) -> None:
    if not things.tempo_changes:
        raise CannotDraw("change of tempo")
    drawn["at"] = things.chance.choice(things.tempo_changes)


def _before_changes(things: Things, drawn: Drawn) -> None:
    """Draw no section where a change of tempo would have to move along."""
    first = min(place for name in ("start", "to") if isinstance(place := drawn.get(name), BBT))
    if any(change > first for change in things.tempo_changes):
        raise CannotDraw("section")


def _bounds(things: Things, drawn: Drawn) -> None:
    start, end = sorted(things.chance.sample(range(1, LAST_BAR), 2))
    drawn["start"], drawn["end"] = (BBT(start), BBT(end)) if things.often() else (None, None)


# regions ----------------------------------------------------------------------------------------


def _inside_region(things: Things, drawn: Drawn) -> None:
    drawn["at"] = things.place_within(*things.get(drawn["region"]).span)


def _trim(things: Things, drawn: Drawn) -> None:
    """Draw bounds within the region's own, beyond which its file may have no more."""
    start, end = things.get(drawn["region"]).span
    middle = ticks_at(things.place_within(start, end))
    drawn["start"] = place_at(things.chance.randrange(start, middle, 120)) if things.often() else None
    drawn["end"] = place_at(things.chance.randrange(middle + 120, end + 1, 120)) if things.often() else None


def _move(things: Things, drawn: Drawn) -> None:
    _same_kind_of_track(things, drawn)
    drawn["by_seconds"] = None
    if drawn["at"] is None and (drawn["track"] is None or things.often()):
        latest_seconds = things.get(drawn["region"]).span[0] / TICKS_PER_SECOND  # for going earlier
        drawn["by_seconds"] = round(things.chance.uniform(-latest_seconds, _LONGEST_MOVE_SECONDS), 3)


def _same_kind_of_track(things: Things, drawn: Drawn) -> None:
    if drawn["track"] is not None:
        kind = "midi_track" if "midi_region" in things.get(drawn["region"]).kinds else "audio_track"
        drawn["track"] = things.pick(kind).name
    if "n_copies" in drawn:
        drawn["n_copies"] = min(drawn["n_copies"], 3)


def _one_length(things: Things, drawn: Drawn) -> None:
    """Stretch by little: it is the time of this machine."""
    drawn |= {"end": None, "from_tempo_bpm": None, "ratio": None}
    start, end = things.get(drawn["region"]).span
    match things.chance.choice(("end", "from_tempo_bpm", "ratio")):
        case "end":
            drawn["end"] = place_at(start + max(240, round((end - start) * things.chance.uniform(0.5, 1.8))))
        case "from_tempo_bpm":
            drawn["from_tempo_bpm"] = float(things.chance.randint(80, 200))
        case _:
            drawn["ratio"] = things.chance.choice((0.5, 0.8, 1.5, 2.0))


def _short_fades(things: Things, drawn: Drawn) -> None:
    for name in ("fade_in", "fade_out"):
        if drawn[name] is not None:
            drawn[name] = round(things.chance.uniform(0, _LONGEST_FADE_SECONDS), 3)


def _file(things: Things, drawn: Drawn) -> None:
    """Let the import of a file be of the right kind, and read whatever it finds."""
    drawn["path"] = things.around.midi if "n_notes" in drawn else things.around.audio
    drawn.pop("n_notes", None)
    drawn.pop("length_samples", None)


# notes ------------------------------------------------------------------------------------------


def _notes(things: Things, ticks: int) -> str:
    lines = []
    for _ in range(things.chance.randint(1, 4)):
        start, length = things.chance.randrange(0, max(1, ticks), 240) / 960, things.chance.choice((0.25, 0.5, 1))
        pitch = things.chance.choice((36, 60, 127, "C4", "F#3", "Bb5"))
        lines.append(f"{start:g} {length:g} {pitch} {things.chance.randint(1, 127)} {things.chance.choice((1, 1, 10))}")
    return things.chance.choice(("\n", ";")).join(lines)


def _ticks_of(things: Things, drawn: Drawn) -> int:
    start, end = things.get(drawn["region"]).span
    return end - start


def _new_notes(things: Things, drawn: Drawn) -> None:
    drawn["notes"] = _notes(things, _ticks_of(things, drawn))


def _choice_of_notes(things: Things, drawn: Drawn) -> None:
    """Choose one note at least."""
    region = things.get(drawn["region"])
    note = things.chance.choice(region.notes)
    at = region.span[0] + note.start_ticks * TICKS_PER_QUARTER // NOTE_TICKS_PER_QUARTER
    drawn["which"] = NoteSelection(
        start=place_at(at) if things.often() else None,
        end=place_at(at + TICKS_PER_QUARTER * things.chance.randint(1, 8)) if things.often() else None,
        lowest_pitch=things.chance.randint(0, note.midi_note) if things.often(_RARELY) else None,
        highest_pitch=things.chance.randint(note.midi_note, 127) if things.often(_RARELY) else None,
        lowest_velocity=things.chance.randint(1, note.velocity) if things.often(_RARELY) else None,
        highest_velocity=things.chance.randint(note.velocity, 127) if things.often(_RARELY) else None,
        channel=note.channel if things.often(_RARELY) else None,
    )


def _replaced_notes(things: Things, drawn: Drawn) -> None:
    _choice_of_notes(things, drawn)
    _new_notes(things, drawn)


def _transposition(things: Things, drawn: Drawn) -> None:
    _choice_of_notes(things, drawn)
    steps = things.chance.choice((-7, -2, 1, 3, 12))
    drawn |= {"semitones": steps, "scale_steps": 0, "key": None}
    if things.often():
        drawn |= {"semitones": 0, "scale_steps": steps, "key": things.chance.choice(_KEYS)}


def _edits(things: Things, drawn: Drawn) -> None:
    region = things.get(drawn["region"])
    lines = []
    for note in things.chance.sample(region.notes, min(len(region.notes), 2)):
        field, value = things.chance.choice(
            (("velocity", 17), ("length", 0.5), ("pitch", "A3"), ("channel", 3), ("start", 1.5))
        )
        lines.append(f"{note.start_ticks / NOTE_TICKS_PER_QUARTER:g} {note.midi_note} {field}={value}")
    drawn["edits"] = "\n".join(lines)


def _velocities(things: Things, drawn: Drawn) -> None:
    _choice_of_notes(things, drawn)
    shape = drawn["shape"]
    low, high = {"scale": (0, 2), "compress": (0, 1)}.get(shape, (1, 127))
    drawn["amount"] = round(things.chance.uniform(low, high), 2)
    drawn["end_amount"] = float(things.chance.randint(1, 127)) if shape == "ramp" else None
    drawn["pattern"] = (1.2, 0.8, 1.0) if shape == "accent" else ()


def _lengths(things: Things, drawn: Drawn) -> None:
    _choice_of_notes(things, drawn)
    drawn["amount"] = things.chance.choice((0.25, 0.5, 1.5))


def _controller(things: Things, drawn: Drawn) -> None:
    low, high = _CONTROLLERS[drawn["controller"]]
    drawn["number"] = things.chance.choice((1, 7, 11, 64, 127)) if drawn["controller"] == "cc" else None
    ticks = _ticks_of(things, drawn)
    places = sorted({things.chance.randrange(0, max(1, ticks), 120) for _ in range(things.chance.randint(0, 4))})
    drawn["points"] = "\n".join(f"{place / 960:g} {things.chance.randint(low, high)}" for place in places)
    drawn["start"], drawn["end"] = None, None


# plugins and automation -------------------------------------------------------------------------


def _instrument(things: Things, drawn: Drawn) -> None:
    drawn["instrument_plugin"] = things.chance.choice((None, INSTRUMENT))
    drawn["instrument_preset"] = None


def _effect(things: Things, drawn: Drawn) -> None:
    uri = drawn["plugin"] = things.chance.choice(_EFFECT_PLUGINS)
    known = things.around.presets.get(uri, ())
    drawn["preset"] = things.chance.choice(known)[0] if known and things.often() else None
    drawn["index"] = things.chance.choice((None, None, 0))


def _place_in_chain(things: Things, drawn: Drawn) -> None:
    drawn["index"] = things.chance.choice((None, 0, 1))


def _parameter(things: Things, plugin: str) -> tuple[str, float, float]:
    known = things.around.parameters.get(things.get(plugin).uri)
    if not known:
        raise CannotDraw("parameter")
    return things.chance.choice(known)


def _setting(things: Things, drawn: Drawn) -> None:
    name, low, high = _parameter(things, drawn["plugin"])
    drawn["parameter"], drawn["value"] = name, things.chance.uniform(low, high)


def _preset(things: Things, drawn: Drawn, *, must_be_own: bool = False) -> None:
    plugin = things.pick("plugin", lambda thing: bool(_presets(things, thing, must_be_own=must_be_own)))
    drawn["plugin"] = plugin.name
    drawn["preset"] = things.chance.choice(_presets(things, plugin, must_be_own=must_be_own))


def _presets(things: Things, plugin: Thing, *, must_be_own: bool) -> list[str]:
    return [name for name, is_own in things.around.presets.get(plugin.uri, ()) if is_own or not must_be_own]


def _own_preset(things: Things, drawn: Drawn) -> None:
    _preset(things, drawn, must_be_own=True)


def _lane(things: Things, drawn: Drawn) -> None:
    drawn |= {"route": None, "plugin": None, "send": None, "control": "gain"}
    owner = things.chance.choice(("route", "route", "plugin", "send"))
    kind = "known_plugin" if owner == "plugin" else owner
    drawn[owner] = things.pick(kind).name
    low, high = -40.0, 0.0
    if owner == "plugin":
        drawn["control"], low, high = _parameter(things, drawn["plugin"])
    elif owner == "route" and "panned_strip" in things.get(drawn["route"]).kinds:
        drawn["control"] = things.chance.choice(("gain", "pan", "trim"))
        low, high = (low, high) if drawn["control"] == "gain" else (-1.0, 1.0)
    if "points" in drawn:
        places = sorted(things.chance.sample(range(32), things.chance.randint(1, _MOST_POINTS)))
        drawn["points"] = ";".join(f"{place} {things.chance.uniform(low, high):.6g}" for place in places)
        drawn["interpolation"] = things.chance.choice((None, "linear", "discrete"))


# strips -----------------------------------------------------------------------------------------


def _input(things: Things, drawn: Drawn) -> None:
    """Connect an audio track to another one, a MIDI track to one that lets its notes through, or either to nothing."""
    route = things.pick("track")
    kind = "audio_track" if "audio_track" in route.kinds else "note_track"
    others = [thing.name for thing in things.those(kind) if thing.name != route.name]
    drawn["route"] = route.name
    drawn["sources"] = () if things.often(_RARELY) or not others else (things.chance.choice(others),)


def _output(things: Things, drawn: Drawn) -> None:
    """Connect a track to a bus, or to nothing."""
    drawn["route"] = things.pick("audio_track").name
    drawn["targets"] = () if things.often(_RARELY) else (things.pick("bus").name,)


def _new_send(things: Things, drawn: Drawn) -> None:
    """Send a strip to a bus to which it does not send yet, nor the bus to it."""
    bus = things.pick("bus")
    senders = {send.on for send in things.those("send") if bus.name in send.members}
    drawn["target"] = bus.name
    drawn["route"] = things.pick("track", lambda thing: thing.name not in senders).name


def _before_another(things: Things, drawn: Drawn) -> None:
    if drawn["before"] is not None:
        drawn["before"] = things.pick("strip", lambda thing: thing.name != drawn["route"]).name


def _other_source(things: Things, drawn: Drawn) -> None:
    """Choose a track with sound that does not go into this sidechain yet."""
    plugin = things.get(drawn["plugin"])
    senders = {send.on for send in things.those("send") if plugin.name in send.members}
    drawn["source"] = things.pick(
        "panned_strip", lambda thing: "track" in thing.kinds and thing.name not in {plugin.on, *senders}
    ).name


def _polarity(things: Things, drawn: Drawn) -> None:
    route = things.pick("route", lambda thing: thing.n_channels > 0)
    drawn["route"] = route.name
    drawn["channel"] = things.chance.choice((None, things.chance.randint(1, route.n_channels)))


def _stored_scene(things: Things, drawn: Drawn) -> None:
    if not things.scenes:
        raise CannotDraw("scene")
    drawn["scene"] = things.chance.choice(things.scenes)


def _followers(things: Things, drawn: Drawn) -> None:
    vca = things.pick("vca", lambda thing: any(map(things.has, thing.members)))
    drawn["vca"], drawn["routes"] = vca.name, (things.chance.choice([*filter(things.has, vca.members)]),)


def _is_midi(things: Things, playlist: Thing) -> bool:
    return "midi_track" in things.get(playlist.on).kinds


def _takes(things: Things, drawn: Drawn) -> None:
    """Comp playlists of one kind of track into one."""
    target = things.pick("playlist")
    alike = [
        playlist
        for playlist in things.those("playlist")
        if playlist.name != target.name and _is_midi(things, playlist) == _is_midi(things, target)
    ]
    if not alike:
        raise CannotDraw("take")
    drawn["target"] = target.name
    kind = type(drawn["ranges"][0])
    bars = [sorted(things.chance.sample(range(1, LAST_BAR), 2)) for _ in drawn["ranges"]]
    drawn["ranges"] = tuple(
        kind(playlist=things.chance.choice(alike).name, start=BBT(start), end=BBT(end)) for start, end in bars
    )


FITS: dict[str, Fit] = {
    "add_midi_track": _instrument,
    "add_notes": _new_notes,
    "add_plugin": _effect,
    "add_send": _new_send,
    "add_sidechain": _other_source,
    "clear_automation": _lane,
    "clear_scene": _stored_scene,
    "comp_playlist": _takes,
    "copy_region": _same_kind_of_track,
    "copy_section": _before_changes,
    "delete_notes": _choice_of_notes,
    "delete_section": _before_changes,
    "edit_notes": _edits,
    "edit_range": _bounds,
    "fade_region": _short_fades,
    "humanise_notes": _choice_of_notes,
    "import_audio": _file,
    "import_midi": _file,
    "insert_time": _before_changes,
    "load_preset": _preset,
    "move_plugin": _place_in_chain,
    "move_region": _move,
    "move_section": _before_changes,
    "move_track": _before_another,
    "overwrite_preset": _own_preset,
    "quantise_notes": _choice_of_notes,
    "ramp_tempo": _on_quarters,
    "recall_scene": _stored_scene,
    "remove_tempo": _at_a_change,
    "replace_notes": _replaced_notes,
    "set_automation_mode": _lane,
    "set_input": _input,
    "set_meter": _on_a_bar,
    "set_note_lengths": _lengths,
    "set_output": _output,
    "set_parameter": _setting,
    "set_polarity": _polarity,
    "set_tempo": _on_a_bar,
    "shape_velocity": _velocities,
    "split_region": _inside_region,
    "stretch_region": _one_length,
    "thin_automation": _lane,
    "transpose_notes": _transposition,
    "trim_region": _trim,
    "unassign_vca": _followers,
    "write_automation": _lane,
    "write_controller": _controller,
}
