"""Write the generated pages of the documentation: ``python docs/generate.py [FOLDER]``.

A test compares what this writes with what is committed.
"""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from engines.registry import load_registry
from mcp_server.operation_schema import operation_help
from mcp_server.server import build_server
from renderers.soundfont import KNOWN_SOUNDFONTS
from workflows.operation_reading import offered_operations
from workflows.planner import load_planner
from workflows.settings import Settings, settings_table

_TABLE_STARTS = "<!-- The table is written by docs/generate.py; run `./just docs` after a change. -->\n\n"
_TABLE_ENDS = "\n<!-- The table ends. -->"
_NOTE = "<!-- Written by docs/generate.py; run `./just docs` after a change. -->\n\n"


def main(folder: Path) -> None:
    """Write every generated page into ``folder``."""
    pages = {
        "settings.md": _settings(),
        "tools.md": asyncio.run(_tools()),
        "operations.md": _operations(),
        "sounds.md": _sounds(),
    }
    for name, text in pages.items():
        (folder / name).write_text(_NOTE + text, encoding="utf-8")
    (folder / "styles.md").write_text(_styles(), encoding="utf-8")


def _settings() -> str:
    return f"""# Settings

A setting is read from `~/.config/sideman/sideman.toml` (or the file named by `--config` or `SIDEMAN_CONFIG`), then
from the environment, then from `--set NAME=VALUE`; later wins. Unknown names are refused. `sideman settings` shows
what holds.

{settings_table()}"""


async def _tools() -> str:
    """Return the page of MCP tools and resources, as a client sees them."""
    server = build_server(cast("Any", SimpleNamespace()))  # listing them asks nothing of the studio
    lines = ["# Tools and resources of the MCP server", "", "| tool | what it does | changes |", "| --- | --- | --- |"]
    for tool in await server.list_tools():
        hints = tool.annotations
        assert hints is not None  # every tool has them
        changes = "nothing" if hints.read_only_hint else "can take away" if hints.destructive_hint else "adds or sets"
        description = " ".join((tool.description or "").split())
        lines.append(f"| `{tool.name}` | {description} | {changes} |")
    lines += ["", "| resource | content |", "| --- | --- |"]
    lines += [f"| `{resource.uri}` | {resource.title} |" for resource in await server.list_resources()]
    lines += [f"| `{found.uri_template}` | {found.title} |" for found in await server.list_resource_templates()]
    return "\n".join(lines) + "\n"


def _operations() -> str:
    """Return the page of what ``edit_session`` can do, by subject."""
    lines = [
        "# Operations of `edit_session`",
        "",
        "Places are written `9`, `9|2` or `9|2|480` (bar, beat, tick; 960 ticks per quarter note), metres `3/4`,",
        "silence `-inf`, lists as arrays. A field that is left out has its default. A `ref` is a name of your own for",
        "what an operation makes; later operations of the same call may use it as an id. What deletes, or",
        "overwrites notes, presets, scenes or files, asks first.",
    ]
    by_subject: dict[str, list[str]] = {}
    for verb, operation in offered_operations().items():
        by_subject.setdefault(operation.__module__.rpartition(".")[2], []).append(verb)
    for subject, verbs in sorted(by_subject.items()):
        lines += ["", f"## {subject.capitalize()}"]
        for verb in verbs:
            what, *fields = operation_help([verb]).split("\n")
            lines += ["", f"- `{verb}`{what.removeprefix(verb)}"]
            for field in fields:
                name, _, meaning = field.strip().partition(": ")
                lines.append(f"  {' ' * (len(field) - len(field.lstrip()) - 2)}- `{name}`: {meaning}")
    return "\n".join(lines) + "\n"


def _sounds() -> str:
    """Return the page of engines, instruments and SoundFonts with their licences."""
    planner = load_planner(Settings().configs_dir)
    lines = ["# Engines, instruments and licences", "", "| engine | version | licence |", "| --- | --- | --- |"]
    for listing in load_registry().listings:
        spec = listing.spec
        assert spec is not None, listing.reason
        lines.append(f"| {spec.name} | {spec.version} | {spec.licence} |")
    lines += ["", "| SoundFont | version | licence |", "| --- | --- | --- |"]
    lines += [f"| {known.name} | {known.version} | {known.licence} |" for known in KNOWN_SOUNDFONTS]
    lines += ["", "The styles have [a page of their own](styles.md)."]
    lines += ["", "| instrument | plays | also found as |", "| --- | --- | --- |"]
    for instrument in planner.repertoire.instruments.values():
        roles = ", ".join(role.value for role in instrument.roles)
        lines.append(f"| `{instrument.id}` | {roles} | {', '.join(instrument.synonyms)} |")
    return "\n".join(lines) + "\n"


def _styles() -> str:
    """Return the page about styles with its table written anew; the rest of it is written by hand."""
    page = (Path(__file__).parent / "styles.md").read_text(encoding="utf-8")
    before, rest = page.split(_TABLE_STARTS)
    _, after = rest.split(_TABLE_ENDS)
    lines = ["| style | tempo | metres | modes | plays | loudness | also found as |", "| --- " * 7 + "|"]
    for style in load_planner(Settings().configs_dir).repertoire.styles.values():
        low, high = style.tempo_range_bpm
        metres = ", ".join(map(str, style.time_signatures))
        modes = ", ".join(mode.value for mode in style.modes)
        players = ", ".join(f"`{style.part(role).instrument}`" for role in style.roles_at(style.energy))
        lines.append(
            f"| `{style.id}` | {style.tempo_bpm:g} ({low:g}-{high:g}) BPM | {metres} | {modes} | {players} "
            f"| {style.loudness_lufs:g} LUFS | {', '.join(style.synonyms)} |"
        )
    return before + _TABLE_STARTS + "\n".join(lines) + "\n" + _TABLE_ENDS + after


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
