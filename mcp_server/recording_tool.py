"""The tool that records takes into the open session."""

from typing import Annotated

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.making_tools import WaitSeconds, followed
from mcp_server.operation_schema import PLACE
from mcp_server.plain_tool import PlainTool, changes, plain_tool
from mcp_server.session_tools import place_of
from mcp_server.take_models import JobReport
from workflows.studio import RecordRequest, Studio


def recording_tool(studio: Studio) -> PlainTool:
    """Return the tool that records."""

    @plain_tool(
        "Record",
        changes(),
        arguments={"start": PLACE, "end": {"description": "punch out there"}},
        is_told_elsewhere=True,
    )
    async def record(  # noqa: PLR0913, PLR0917  a tool has as many arguments as a wish has sides
        ctx: Context,
        tracks: Annotated[list[str], Field(description="ids or names; these are armed and no others", min_length=1)],
        start: str | int,
        end: str | int,
        takes: Annotated[int, Field(ge=1, le=64)] = 1,
        pre_roll_bars: Annotated[int, Field(ge=0, le=16)] = 0,
        count_in: bool = False,
        on_playlists: Annotated[bool, Field(description="each take on a playlist of its own")] = False,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Record takes from one place to another, then stop; cancel_job ends it early and keeps what was played."""
        begin, stop = place_of(start, "start"), place_of(end, "end")
        assert begin is not None
        wish = RecordRequest(
            tracks=tuple(tracks),
            start=begin,
            end=stop,
            pre_roll_bars=pre_roll_bars,
            is_counted_in=count_in,
            n_takes=takes,
            on_playlists=on_playlists,
        )
        return await followed(studio, await studio.record(wish), ctx, wait_seconds)

    return record
