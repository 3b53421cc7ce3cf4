"""Our Lua modules as one source text: what Ardour's script slots hold, and what Ardour's Lua interpreter runs in tests.

A slot has neither ``require`` nor ``dofile``, so the modules are put one after the other, each as a local of its name.
The first line that the text needs from outside is ``settings``, a table with ``folder`` and ``version``.
"""

import hashlib
from functools import cache
from pathlib import Path

PROTOCOL = 2
LUA_FOLDER = Path(__file__).parent / "lua"
LIBRARY = (
    "json",
    "faults",
    "files",
    "ids",
    "aliases",
    "names",
    "plugins",
    "timeline",
    "strips",
    "selection",
    "history",
    "waiting",
    "parameters",
    "processors",
    "reader",
)
VERBS = (
    "verbs/tempo",
    "verbs/markers",
    "verbs/controls",
    "verbs/mixer",
    "verbs/routing",
    "verbs/tracks",
    "verbs/strip_settings",
    "verbs/groups",
    "verbs/vcas",
    "verbs/sends",
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
    "plugin_list",
    "lanes",
    "lane_targets",
    "thinning",
    "plugin_record",
    "verbs/plugin_chain",
    "verbs/plugin_settings",
    "verbs/automation",
)
BRIDGE = (*LIBRARY, *VERBS, "registry", "revisions", "records", "journal", "transport", "bridge")
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


def button_source() -> str:
    """Return the source of the button's slot, without the line that sets ``settings``."""
    return bundle(BUTTON, "return function () button.press (Session, Editor) end\n")


@cache
def bridge_version() -> str:
    """Return what both sides must agree on: it changes with every change of the Lua sources."""
    digest = hashlib.sha256((bridge_source() + button_source()).encode()).hexdigest()
    return f"{PROTOCOL}-{digest[:12]}"
