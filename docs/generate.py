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
from music.general_midi import sound_name
from music.instrument import Instrument, SynthVoice
from renderers.soundfont import KNOWN_SOUNDFONTS
from workflows.chains import CHAINS_FILE
from workflows.configuration import load_chains
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
    lines += ["", "| instrument | plays | sounds as | also found as |", "| --- | --- | --- | --- |"]
    for instrument in planner.repertoire.instruments.values():
        roles = ", ".join(role.value for role in instrument.roles)
        lines.append(f"| `{instrument.id}` | {roles} | {_sound(instrument)} | {', '.join(instrument.synonyms)} |")
    return "\n".join([*lines, *_mixing()]) + "\n"


def _sound(instrument: Instrument) -> str:
    name = sound_name(instrument.general_midi)
    if isinstance(instrument.voice, SynthVoice):
        return f"our own `{instrument.voice.synth}`; in Ardour {name}"
    return name


_MIXING = """
## From a part to the mix

Each part is played dry: by FluidSynth, by one of our own voices, or by an LV2 instrument that the setting
`lv2_instruments` names. Drums have their hardest hits taken down by up to 6 dB. Then come the part's inserts, in the
order of its chain; its gain, its place, and its own share of the room make the stem. All stems have one gain in common,
and they add up to the mix before mastering to the last step of 24 bits. The master brings the mix to the style's
loudness, with its true peak at or below -1 dBTP.

Levels inside compressors and saturation count from the loudest sample that reaches them, and what they take from a
part's RMS is made up. Ducking follows the kicks of the drum part's notes, so it is the same in every rendering. A
velocity changes the timbre as well as the level, of sampled instruments by their low-pass.

SFZ files are not played themselves: sfizz, the player that would do it, is not among the packages of Debian 12, and its
binding for Python (pysfizz 0.1) is in its first releases. Polyphone makes a SoundFont of them, for the setting
`soundfont`.

A style names a chain in a part's mix, as in `mix = { gain_db = -6.0, chain = "drum_bus" }`; the chains are in
`configs/chains.toml`, the fields of each effect in `music/insert.py`. A plan holds the inserts themselves, so a take
keeps its sound when the chains change.
"""


def _mixing() -> list[str]:
    """Return how parts are mixed, and the table of chains."""
    chains = load_chains(Settings().configs_dir / CHAINS_FILE)
    roles = {name: [role.value for role, usual in chains.defaults.items() if usual == name] for name in chains.chains}
    rows = [
        f"| `{name}` | {', '.join(insert.effect for insert in inserts) or 'nothing'} | {', '.join(roles[name])} |"
        for name, inserts in chains.chains.items()
    ]
    return [*_MIXING.rstrip().split("\n"), "", "| chain | inserts | usual for |", "| --- | --- | --- |", *rows]


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
