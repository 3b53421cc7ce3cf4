"""The tool that moves the transport."""

from typing import Annotated

from pydantic import Field

from mcp_server.operation_schema import PLACE
from mcp_server.plain_tool import PlainTool, changes, plain_tool
from mcp_server.session_models import TransportReport
from mcp_server.session_tools import Place, place_of
from workflows.studio import Studio, TransportAction


def transport_tool(studio: Studio) -> PlainTool:
    """Return the tool that plays, stops and locates."""

    @plain_tool("Transport", changes(idempotent=True), arguments={"at": PLACE, "until": {"description": "exclusive"}})
    async def transport(
        action: Annotated[
            TransportAction, Field(description="locate needs at or marker; play_range also until; state only reads")
        ],
        at: Place = None,
        marker: Annotated[str | None, Field(description="id or name")] = None,
        until: Place = None,
    ) -> TransportReport:
        """Play, stop, go to a place, play loop or range, switch the metronome, or only look; read back from Ardour."""
        places = place_of(at, "at"), place_of(until, "until")
        return TransportReport.of(
            await studio.open_session.transport(action, places[0], marker=marker, until=places[1])
        )

    return transport
