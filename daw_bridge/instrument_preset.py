"""The SoundFont for Ardour's own instrument, as an LV2 preset or as the state of one instrument.

``a-fluidsynth`` is silent until it is told a SoundFont (read in a-fluidsynth.cc at 7.3), and neither Lua nor OSC can
tell it. A preset can: Ardour finds it in ``~/.lv2`` when it starts, and the bridge loads it into every instrument that
it adds. A session on disk says it in the instrument's state folder, which has the same form.
Source: LV2 presets and state extensions (lv2plug.in/ns/ext/presets, lv2plug.in/ns/ext/state); tried with Ardour 7.3.
"""

import dataclasses
from pathlib import Path

from music.operations import Operation
from music.operations.tracks import AddMidiTrack

INSTRUMENT = "urn:ardour:a-fluidsynth"
PRESET_LABEL = "Sideman SoundFont"
BUNDLE_FOLDER = "sideman-soundfont.lv2"
_PRESET = "urn:sideman:a-fluidsynth:soundfont"
_PREFIXES = """\
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
"""


def with_soundfont(operation: Operation) -> Operation:
    """Let a new track's General MIDI instrument begin with our preset, unless another one is asked for."""
    if isinstance(operation, AddMidiTrack) and operation.instrument_plugin == INSTRUMENT:
        return dataclasses.replace(operation, instrument_preset=operation.instrument_preset or PRESET_LABEL)
    return operation


def preset_bundle(soundfont: Path) -> dict[str, bytes]:
    """Return the files of the preset's bundle by name; ``soundfont`` must be an absolute path."""
    return _bundle(_PRESET, "preset.ttl", soundfont, described=f' rdfs:label "{PRESET_LABEL}" ;')


def state_bundle(soundfont: Path) -> dict[str, bytes]:
    """Return the files of one instrument's state folder by name; ``soundfont`` must be an absolute path."""
    return _bundle("state.ttl", "state.ttl", soundfont)


def _bundle(subject: str, file_name: str, soundfont: Path, *, described: str = "") -> dict[str, bytes]:
    """Return a manifest that points to ``file_name``, and that file, which names the SoundFont."""
    path = str(soundfont).replace("\\", "\\\\").replace('"', '\\"')
    head = f"{_PREFIXES}<{subject}> a pset:Preset ; lv2:appliesTo <{INSTRUMENT}> ;{described}"
    manifest = f"{head} rdfs:seeAlso <{file_name}> .\n"
    content = f'{head}\n  state:state [ <{INSTRUMENT}:sf2file> "{path}"^^atom:Path ] .\n'
    return {"manifest.ttl": manifest.encode(), file_name: content.encode()}
