"""Tools that render, measure, compare and draw."""

import base64
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import BaseModel, Field

from mcp_server.making_tools import WaitSeconds, followed
from mcp_server.plain_tool import READS, PlainTool, changes, plain_tool
from mcp_server.render_models import CompareReport, MeasureReport, PictureReport
from mcp_server.take_models import JobReport
from music.errors import RequestInvalid
from workflows.listening import PictureKind, PictureRequest, to_measure
from workflows.render_requests import AudioFormat, Encoding, RenderKind, RenderRequest
from workflows.studio import Studio

Source = Annotated[str | None, Field(description="job, take or audio file; default: the open session")]
ToBar = Annotated[int | None, Field(description="included")]
_WAIT_SECONDS = 120.0  # for what must be rendered first; then the answer names its job


def render_tools(studio: Studio) -> list[PlainTool]:
    """Return the tools about how it sounds and looks."""
    return [_render_tool(studio), _measure_tool(studio), _compare_tool(studio), _picture_tool(studio)]


def _render_tool(studio: Studio) -> PlainTool:
    @plain_tool("Render to audio files", changes(), is_told_elsewhere=True)
    async def render(  # noqa: PLR0913, PLR0917  a tool has as many arguments as a wish has sides
        ctx: Context,
        what: Literal["mix", "stems", "region"] = "mix",
        tracks: Annotated[list[str] | None, Field(description="stems of these; default: all that sound")] = None,
        region: str | None = None,
        from_bar: int | None = None,
        to_bar: ToBar = None,
        tail_seconds: float = 0.0,
        format: Literal["wav", "flac", "ogg", "mp3"] = "wav",  # noqa: A002  the word a client writes
        bits: Literal[16, 24, 32] = 24,
        sample_rate_hz: int | None = None,
        loudness_lufs: Annotated[
            float | None, Field(description="true peak then below -1 dBTP; of stems: of all together")
        ] = None,
        folder: Annotated[str | None, Field(description="default: the session's export folder")] = None,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Render the open session as it is, saved or not, through its master bus; stems are each track alone.

        Nothing is overwritten, the editor goes on, and every file is read back: length, silence, loudness, true peak.
        """
        wish = RenderRequest(
            kind=RenderKind(what),
            tracks=tuple(tracks or ()),
            region=region,
            from_bar=from_bar,
            to_bar=to_bar,
            tail_seconds=tail_seconds,
            encoding=Encoding(format=AudioFormat(format), bits=bits),
            sample_rate_hz=sample_rate_hz,
            loudness_lufs=loudness_lufs,
            folder=folder,
        )
        return await followed(studio, await studio.listening.render(wish), ctx, wait_seconds)

    return render


def _measure_tool(studio: Studio) -> PlainTool:
    @plain_tool("Measure sound", READS, is_told_elsewhere=True)
    async def measure(
        source: Source = None,
        meters_seconds: Annotated[
            float | None, Field(description="instead read Ardour's meters so long, as it plays")
        ] = None,
        tracks: Annotated[list[str] | None, Field(description="for masking")] = None,
        masking: Annotated[bool, Field(description="who covers whom, from stems")] = False,
        from_bar: int | None = None,
        to_bar: ToBar = None,
    ) -> Annotated[CallToolResult, MeasureReport]:
        """Measure loudness, peaks, dynamics, stereo, balance in octaves and masking, with a picture; or read meters."""
        wish = to_measure(source, tracks=tracks or (), has_masking=masking, from_bar=from_bar, to_bar=to_bar)
        if meters_seconds is not None:
            if wish != to_measure(None):
                raise RequestInvalid("the meters are those of all strips, as the session plays; leave the rest out")
            return _answer(MeasureReport.of_meters(await studio.listening.meters(meters_seconds)), None)
        found = await studio.listening.measure(wish, wait_seconds=_WAIT_SECONDS)
        return _answer(MeasureReport.of(found), found.picture)

    return measure


def _compare_tool(studio: Studio) -> PlainTool:
    @plain_tool("Compare two sounds", READS, is_told_elsewhere=True)
    async def compare(before: str, after: str) -> Annotated[CallToolResult, CompareReport]:
        """Tell what differs between two jobs, takes or audio files, equally loud, with a picture.

        Of takes it tells the music, too. All is after minus before; residue_db is what their difference leaves.
        """
        found = await studio.listening.compare(before, after)
        return _answer(CompareReport.of(found), found.picture)

    return compare


def _picture_tool(studio: Studio) -> PlainTool:
    @plain_tool("Look at music", READS)
    async def picture(
        of: Literal["piano_roll", "waveform", "spectrogram", "mixer", "screenshot"],
        source: Source = None,
        tracks: list[str] | None = None,
        region: str | None = None,
        from_bar: int | None = None,
        to_bar: ToBar = None,
    ) -> Annotated[CallToolResult, PictureReport]:
        """Draw notes or sound of the open session or a take, or the session's mixer; or show Ardour's window."""
        wish = PictureRequest(
            kind=PictureKind(of),
            source=source,
            tracks=tuple(tracks or ()),
            region=region,
            from_bar=from_bar,
            to_bar=to_bar,
        )
        found = await studio.listening.picture(wish, wait_seconds=_WAIT_SECONDS)
        return _answer(PictureReport(caption=found.caption), found.png)

    return picture


def _answer(report: BaseModel, picture: bytes | None) -> CallToolResult:
    """Return numbers as text and structured content, and the picture as an image."""
    content: list[TextContent | ImageContent] = [TextContent(type="text", text=report.model_dump_json())]
    if picture is not None:
        content.append(ImageContent(type="image", data=base64.b64encode(picture).decode(), mime_type="image/png"))
    return CallToolResult(content=list(content), structured_content=report.model_dump(mode="json"))
