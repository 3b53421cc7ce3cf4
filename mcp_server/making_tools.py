"""Tools that make, place and show takes, and that follow jobs."""

from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ResourceLink, TextContent
from pydantic import Field

from mcp_server.plain_tool import READS, PlainTool, changes, plain_tool
from mcp_server.take_models import JobReport, TakeDetail, TakeList, TakeSummary
from music.errors import TimedOut
from music.job import Progress
from workflows.durable import JobId, JobState, JobStatus
from workflows.requests import LAST_BAR, Destination, GenerateRequest, PlaceRequest, VaryRequest
from workflows.studio import Studio, TakeVerdict

_MAX_WAIT_SECONDS = 600.0
_MEDIA_TYPES = {"json": "application/json", "jams": "application/json", "mid": "audio/midi", "wav": "audio/wav"}

Bar = Annotated[
    int | None, Field(description="first bar in the open session; without it the playhead's", ge=1, le=LAST_BAR)
]
WaitSeconds = Annotated[float, Field(description="then answer with a running job", ge=0, le=600)]
TakeName = Annotated[str, Field(description="the take's id or title")]
JobName = Annotated[str, Field(description="the job's id")]


def making_tools(studio: Studio) -> list[PlainTool]:
    """Return the tools about takes and jobs."""
    return [_generate_tool(studio), _vary_tool(studio), _place_tool(studio), *_take_tools(studio), *_job_tools(studio)]


def _generate_tool(studio: Studio) -> PlainTool:
    @plain_tool("Generate a take", changes(), parts_told_elsewhere=("ChangeSummary",))  # by edit_session
    async def generate(  # noqa: PLR0913, PLR0917  a tool has as many arguments as a wish has sides
        ctx: Context,
        prompt: Annotated[str, Field(description="what to make, in words: genre, mood, instruments, chords, form, …")],
        bars: Annotated[int | None, Field(description="length in bars, from 1")] = None,
        seconds: Annotated[float | None, Field(description="length, at most 600, instead of bars")] = None,
        tempo_bpm: Annotated[float | None, Field(description="quarter notes per minute, 20 to 300")] = None,
        key: Annotated[str | None, Field(description='"F minor" or "D dorian"')] = None,
        time_signature: Annotated[str | None, Field(description='"3/4"')] = None,
        genre: Annotated[str | None, Field(description="a style of capabilities, or a synonym")] = None,
        seed: Annotated[int | None, Field(description="repeat an earlier result exactly")] = None,
        given: Annotated[
            str | None,
            Field(description="MIDI file, take, or 'selection' in Ardour, to continue, harmonise or add parts to"),
        ] = None,
        lyrics: Annotated[
            str | None, Field(description="words for the melody, a line each; [Verse 1], [Chorus], … head sections")
        ] = None,
        to: Annotated[
            Literal["auto", "live", "session", "none"],
            Field(description="live: into the open session; session: an Ardour session beside the take; auto chooses"),
        ] = "auto",
        at_bar: Bar = None,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Compose and render a take from words; arguments win over words in the prompt.

        Returns the take, how the words were understood, and asked against measured values.
        """
        request = GenerateRequest(
            prompt=prompt,
            bars=bars,
            seconds=seconds,
            tempo_bpm=tempo_bpm,
            key=key,
            time_signature=time_signature,
            genre=genre,
            seed=seed,
            given=given,
            lyrics=lyrics,
            to=Destination(to),
            at_bar=at_bar,
        )
        return await followed(studio, await studio.generate(request), ctx, wait_seconds)

    return generate


def _vary_tool(studio: Studio) -> PlainTool:
    @plain_tool("Vary a take", changes(), is_told_elsewhere=True)
    async def vary(
        ctx: Context,
        take: TakeName,
        words: Annotated[
            str,
            Field(description="darker; busier hats in the chorus; swap piano for Rhodes; another melody; …"),
        ],
        seed: Annotated[int | None, Field(description="of what is written anew")] = None,
        to: Literal["none", "live", "session"] = "none",
        at_bar: Bar = None,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Make another take of a take: change what the words name, and leave the rest note for note as it was.

        It knows tempo, key, register, density, feel, dynamics, mix, instruments, parts, chords and lengths of sections;
        words that it does not use are told.
        """
        request = VaryRequest(take=take, words=words, seed=seed, to=Destination(to), at_bar=at_bar)
        return await followed(studio, await studio.vary(request), ctx, wait_seconds)

    return vary


def _place_tool(studio: Studio) -> PlainTool:
    @plain_tool("Place a take in Ardour", changes(), is_told_elsewhere=True)
    async def place_take(
        ctx: Context, take: TakeName, at_bar: Bar = None, wait_seconds: WaitSeconds = 120.0
    ) -> JobReport:
        """Put a take in the open session as one undoable change: tempo, markers, MIDI tracks with notes, stems."""
        job_id = await studio.place(PlaceRequest(take=take, at_bar=at_bar))
        return await followed(studio, job_id, ctx, wait_seconds)

    return place_take


def _take_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("Kept takes", READS, is_told_elsewhere=True)
    async def list_takes(
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        rated: Literal["approved", "rejected", "favourite", "unrated"] | None = None,
    ) -> TakeList:
        """List the takes that are kept, newest first, each followed by what was varied from it."""
        return TakeList.of(studio.takes(limit, TakeVerdict(rated) if rated else None))

    @plain_tool("Judge a take", changes(idempotent=True), is_told_elsewhere=True)
    async def rate_take(
        take: TakeName,
        verdict: Literal["approved", "rejected", "favourite", "unrated"],
        note: Annotated[str, Field(description="why, in the user's words", max_length=1000)] = "",
    ) -> TakeSummary:
        """Keep what the user thinks of a take; nothing is deleted."""
        studio.rate(take, TakeVerdict(verdict), note)
        return TakeSummary.of(studio.take(take), studio.rating(take))

    @plain_tool("One take", READS)
    async def get_take(take: TakeName) -> Annotated[CallToolResult, TakeDetail]:
        """Show a take: plan, parts, measurements, how the request was understood, and links to its files."""
        detail = TakeDetail.of_folder(studio.take(take), str(studio.take_folder(take)), studio.rating(take))
        links = [
            ResourceLink(type="resource_link", uri=uri, name=uri.split("/", 4)[-1], mime_type=_media_type(uri))
            for uri in detail.resources
        ]
        text = TextContent(type="text", text=detail.model_dump_json())
        return CallToolResult(content=[text, *links], structured_content=detail.model_dump(mode="json"))

    return [list_takes, rate_take, get_take]


def _job_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("A job's state", READS, is_told_elsewhere=True)
    async def job(ctx: Context, job: JobName, wait_seconds: WaitSeconds = 0.0) -> JobReport:
        """Tell how far a job is, and its result when it is done; jobs outlive the connection that started them."""
        return await followed(studio, JobId(job), ctx, wait_seconds)

    @plain_tool("Cancel a job", changes(destructive=True, idempotent=True), is_told_elsewhere=True)
    async def cancel_job(job: JobName) -> JobReport:
        """Cancel a running job; what it has half made goes, what it recorded stays; a finished job stays as it is."""
        return _report(studio, await studio.cancel(JobId(job)))

    return [job, cancel_job]


async def followed(studio: Studio, job_id: JobId, ctx: Context, wait_seconds: float) -> JobReport:
    """Wait for a job as long as asked, passing its progress on; the job itself does not depend on us."""
    last = -1.0

    async def tell(progress: Progress) -> None:
        nonlocal last
        if progress.fraction > last:  # the protocol wants it to rise
            last = progress.fraction
            await ctx.report_progress(progress.fraction, 1.0, progress.stage)

    try:
        status = await studio.settled(job_id, timeout_seconds=min(wait_seconds, _MAX_WAIT_SECONDS), on_progress=tell)
    except TimedOut:
        status = studio.job(job_id)
    return _report(studio, status)


def _report(studio: Studio, status: JobStatus) -> JobReport:
    ended = status.state is not JobState.RUNNING
    return JobReport.of(status, studio.take_of(status) if ended else None, studio.placement_of(status))


def _media_type(uri: str) -> str:
    return _MEDIA_TYPES.get(uri.rpartition(".")[2], "application/octet-stream")
