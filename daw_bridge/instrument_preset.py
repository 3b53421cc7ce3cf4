"""The SoundFont for Ardour's own instrument, as an LV2 preset.

``a-fluidsynth`` is silent until it is told a SoundFont, and neither Lua nor OSC can tell it. A preset can: Ardour finds
it in ``~/.lv2`` when it starts, and the bridge loads it into every instrument that it adds.
Source: LV2 presets and state extensions (lv2plug.in/ns/ext/presets, lv2plug.in/ns/ext/state); tried with Ardour 7.3.
"""

from pathlib import Path

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


def preset_bundle(soundfont: Path) -> dict[str, bytes]:
    """Return the bundle's files by name; ``soundfont`` must be an absolute path."""
    path = str(soundfont).replace("\\", "\\\\").replace('"', '\\"')
    subject = f'<{_PRESET}> a pset:Preset ; lv2:appliesTo <{INSTRUMENT}> ; rdfs:label "{PRESET_LABEL}" ;'
    manifest = f"{_PREFIXES}{subject} rdfs:seeAlso <preset.ttl> .\n"
    preset = f'{_PREFIXES}{subject}\n  state:state [ <{INSTRUMENT}:sf2file> "{path}"^^atom:Path ] .\n'
    return {"manifest.ttl": manifest.encode(), "preset.ttl": preset.encode()}
