"""What makes a-fluidsynth sound when a session opens: its SoundFont, as LV2 state in the session's folder.

The plugin has no SoundFont until it is told one (read in a-fluidsynth.cc at 7.3), and Ardour's Lua cannot tell it.
The programs come with the notes, as bank and program changes.
"""

from pathlib import Path

A_FLUIDSYNTH = "urn:ardour:a-fluidsynth"
STATE_FOLDER = "state1"
_PREFIXES = """@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .

"""


def write_soundfont_state(session_folder: Path, processor_id: str, soundfont: Path) -> None:
    """Write the state folder of one a-fluidsynth; OSError when that is impossible."""
    folder = session_folder / "plugins" / processor_id / STATE_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    manifest = f"<state.ttl>\n\ta pset:Preset ;\n\tlv2:appliesTo <{A_FLUIDSYNTH}> ;\n\trdfs:seeAlso <state.ttl> .\n"
    (folder / "manifest.ttl").write_text(_PREFIXES + manifest, encoding="utf-8")
    path = str(soundfont.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    state = (
        f"<>\n\ta pset:Preset ;\n\tlv2:appliesTo <{A_FLUIDSYNTH}> ;\n"
        f'\tstate:state [\n\t\t<{A_FLUIDSYNTH}:sf2file> "{path}"^^atom:Path\n\t] .\n'
    )
    (folder / "state.ttl").write_text(_PREFIXES + state, encoding="utf-8")
