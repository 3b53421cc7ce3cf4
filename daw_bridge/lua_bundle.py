"""Our Lua modules as one source text: what Ardour's script slots hold, and what Ardour's Lua interpreter runs in tests.

A slot has neither ``require`` nor ``dofile``, so the modules are put one after the other, each as a local of its name.
The first line that the text needs from outside is ``settings``, a table with ``folder`` and ``version``.
"""

import hashlib
from functools import cache
from pathlib import Path

from daw_bridge.buttons import BUTTONS, Button

PROTOCOL = 2
LUA_FOLDER = Path(__file__).parent / "lua"
LIBRARY = (
    "json",
    "faults",
    "files",
    "lists",
    "ids",
    "names",
    "plugins",
    "tempo_curve",
    "timeline",
    "locations",
    "waiting",
    "threads",
    "levels",
    "nearness",
    "strips",
    "selection",
    "history",
    "pending",
    "parameters",
    "processors",
    "reader",
)
VERBS = (
    "plugin_list",
    "lanes",
    "thinning",
    "plugin_record",
    "verbs/tempo",
    "verbs/markers",
    "verbs/ranges",
    "verbs/controls",
    "verbs/mixer",
    "feeds",
    "verbs/routing",
    "verbs/groups",
    "verbs/tracks",
    "verbs/strip_settings",
    "verbs/vcas",
    "verbs/sends",
    "lane_targets",
    "verbs/sidechains",
    "verbs/portraits",
    "verbs/removal",
    "verbs/scenes",
    "verbs/region_state",
    "verbs/fades",
    "verbs/region_edits",
    "verbs/regions",
    "verbs/region_undo",
    "verbs/region_shape",
    "verbs/sound_file",
    "verbs/file_import",
    "verbs/region_sound",
    "verbs/playlists",
    "verbs/comping",
    "verbs/material",
    "verbs/region_facts",
    "verbs/note_rows",
    "verbs/notes",
    "verbs/midi_curves",
    "verbs/controllers",
    "verbs/programs",
    "verbs/selecting",
    "verbs/bounce",
    "verbs/meters",
    "verbs/plugin_chain",
    "verbs/plugin_settings",
    "verbs/automation",
    "verbs/arrangement",
)
JOURNAL = ("registry", "revisions", "records", "remains", "preview", "finishing", "steps", "applying", "taking_back")
BRIDGE = (*LIBRARY, *VERBS, *JOURNAL, "pulse", "transport", "recording", "sessions", "bridge")
BUTTON = (*LIBRARY, "button")


def bundle(modules: tuple[str, ...], closing: str) -> str:
    """Join Lua modules, each visible to the later ones under its file's name, and end with ``closing``."""
    parts = []
    for module in modules:
        if module == "registry":  # the one place that names all verb modules is VERBS
            parts.append(f"local verb_modules = {{ {', '.join(Path(verbs).name for verbs in VERBS)} }}\n")
        source = (LUA_FOLDER / f"{module}.lua").read_text(encoding="utf-8")
        parts.append(f"local {Path(module).name} = (function ()\n{source}end) ()\n")
    return "".join(parts) + closing


def bridge_source() -> str:
    """Return the source of the bridge's slot, without the line that sets ``settings``."""
    return bundle(BRIDGE, "return function () bridge.serve (Session, Editor) end\n")


def button_source(button: Button) -> str:
    """Return the source of a button's slot, without the line that sets ``settings``."""
    return bundle(BUTTON, f"return function () button.press (button.{button.press}, Session, Editor) end\n")


def icon_source(button: Button) -> str:
    """Return the source that makes the function that draws a button."""
    return (LUA_FOLDER / "icons" / f"{button.icon}.lua").read_text(encoding="utf-8")


@cache
def bridge_version() -> str:
    """Return what both sides must agree on: it changes with every change of the Lua sources."""
    buttons = (part(button) for button in BUTTONS for part in (button_source, icon_source))
    digest = hashlib.sha256("".join((bridge_source(), *buttons)).encode()).hexdigest()
    return f"{PROTOCOL}-{digest[:12]}"
