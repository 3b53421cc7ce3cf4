"""Tools that read the open session and search plugins."""

from typing import Annotated

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from mcp_server.operation_schema import PLACE, operation_help
from mcp_server.plain_tool import READS, PlainTool, plain_tool
from mcp_server.session_models import (
    CapabilitiesReport,
    Inspection,
    PluginList,
    SessionOverview,
)
from music.errors import NotFound, RequestInvalid
from music.names import shorten
from music.time import BBT
from workflows.operation_reading import offered_operations, read_place, unknown_verb
from workflows.studio import Studio

_WHAT_TO_SEARCH = "search for what it does, such as reverb or compressor, or without text for all that there are"

Place = str | int | None


def place_of(value: Place, name: str) -> BBT | None:
    """Read a place that may be left out; RequestInvalid if it is none."""
    try:
        return None if value is None else read_place(value, name)
    except ValueError as error:
        raise RequestInvalid(str(error)) from None


def _plainly(text: str, report: BaseModel) -> CallToolResult:
    """Return lines as a reader wants them, without JSON around them, and the same in structure."""
    content = TextContent(type="text", text=text)
    return CallToolResult(content=[content], structured_content=report.model_dump(mode="json"))


def session_tools(studio: Studio) -> list[PlainTool]:
    """Return the tools that look at Ardour and its session."""
    return [*_reading_tools(studio), *_looking_tools(studio)]


def _reading_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("What Sideman can do now", READS)
    async def capabilities() -> CapabilitiesReport:
        """Tell what is available now: Ardour's state and version, verbs, engines, styles, folders, planner."""
        return CapabilitiesReport.of(await studio.availability())

    @plain_tool("The open Ardour session", READS)
    async def session_overview() -> Annotated[CallToolResult, SessionOverview]:
        """Read the open session in few lines: tempo, markers, selection, tracks with ids, mix, plugins, regions."""
        overview = SessionOverview.of(await studio.open_session.snapshot())
        return _plainly(overview.as_text(), overview)

    @plain_tool("What operations do", READS)
    async def describe_operations(
        verbs: Annotated[list[str], Field(description="of edit_session", min_length=1)],
    ) -> Annotated[CallToolResult, Inspection]:
        """Explain operations of edit_session: what they do, and each field. Ask before using one for the first time."""
        known = offered_operations()
        wrong = [verb for verb in verbs if verb not in known]
        unknown = [unknown_verb(verb) for verb in wrong]
        if len(unknown) == len(verbs):
            raise RequestInvalid("\n".join(unknown))
        text = "\n\n".join([*unknown, operation_help([verb for verb in verbs if verb in known])])
        return _plainly(text, Inspection(text=text))

    return [capabilities, session_overview, describe_operations]


def _looking_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("Look closely", READS, arguments={"start": PLACE, "end": {"description": "exclusive"}})
    async def inspect(
        target: Annotated[
            str, Field(description='id or name of a track, region, plugin or send; or "selection", "ports"')
        ],
        control: Annotated[
            str | None, Field(description="its automation: gain, pan, … of a track; a parameter of a plugin")
        ] = None,
        start: Place = None,
        end: Place = None,
    ) -> Annotated[CallToolResult, Inspection]:
        """Show all of one thing: a track's contents, a region's notes, a plugin's parameters and presets, a lane."""
        places = place_of(start, "start"), place_of(end, "end")
        text = await studio.open_session.inspect(target, control=control, start=places[0], end=places[1])
        return _plainly(text, Inspection(text=text))

    @plain_tool("Search plugins", READS)
    async def search_plugins(
        text: Annotated[str, Field(description="words of its name, category or maker")] = "",
        is_instrument: bool | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
    ) -> PluginList:
        """Search the plugins that are installed in Ardour."""
        found = await studio.open_session.search_plugins(text, is_instrument=is_instrument, limit=limit)
        if text and not found["plugins"]:
            raise NotFound("plugin with these words", shorten(text), known=_WHAT_TO_SEARCH)
        return PluginList.of(found)

    return [inspect, search_plugins]
