"""The MCP server: its tools and resources over one studio."""

import functools
import importlib.metadata
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, ParamSpec, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import (
    CallToolResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceLink,
    ResourceTemplateReference,
    TextContent,
    ToolAnnotations,
)
from pydantic import Field

from mcp_server.models import (
    CapabilitiesReport,
    ChangeSummary,
    JobReport,
    SessionOverview,
    TakeDetail,
    TakeList,
    TransportReport,
    Unreachable,
)
from mcp_server.watching import SESSION_URI, TAKES_URI, watch_studio
from music.errors import NotFound, StudioError, TimedOut
from music.job import Progress
from music.time import BBT
from workflows.commands import spelled_here
from workflows.durable import JobId, JobState, JobStatus
from workflows.requests import LAST_BAR, Destination, GenerateRequest, PlaceRequest
from workflows.studio import Studio, TransportAction

P = ParamSpec("P")
R = TypeVar("R")

_INSTRUCTIONS = """\
Sideman composes music and edits the Ardour session that is open on this machine.
Ask `capabilities` once to see whether Ardour is connected. `generate` turns words into a take (a multitrack score with
stems) and, with to="live", places it in the session; `place_take` does that later. Every change is read back: report
outcomes that are not "verified" to the user, and the measured values where they differ from what was asked.
`undo` takes back a whole change set. Long work returns a job; `job` tells how it goes.
"""
_MEDIA_TYPES = {"json": "application/json", "jams": "application/json", "mid": "audio/midi", "wav": "audio/wav"}
_MAX_WAIT_SECONDS = 600.0
_MOST_RESOURCE_BYTES = 32 * 2**20  # two minutes of stereo; a client on this machine can open a longer file itself
_MAX_COMPLETIONS = 100  # as the protocol has it

Bar = Annotated[
    int | None, Field(description="first bar in the open session, from 1; null: at the playhead", ge=1, le=LAST_BAR)
]
WaitSeconds = Annotated[
    float, Field(description="how long to wait for the result before answering with a running job", ge=0, le=600)
]


def build_server(studio: Studio) -> MCPServer:
    """Return the MCP server of a studio; the same tools and resources for everyone."""
    server: MCPServer = MCPServer(
        "sideman",
        title="Sideman for Ardour",
        description="Composes music and edits the open Ardour session.",
        instructions=_INSTRUCTIONS,
        version=importlib.metadata.version("sideman"),
        log_level="WARNING",
        subscriptions=watch_studio(studio),
    )
    _add_session_tools(server, studio)
    _add_making_tools(server, studio)
    _add_take_tools(server, studio)
    _add_job_tools(server, studio)
    _add_resources(server, studio)
    return server


def _told(tool: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let the model read our own errors, which say what to do next."""

    @functools.wraps(tool)
    async def translated(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await tool(*args, **kwargs)
        except StudioError as error:
            raise ToolError(spelled_here(str(error))) from error

    return translated


def _reads() -> ToolAnnotations:
    return ToolAnnotations(read_only_hint=True, open_world_hint=False)


def _changes(*, destructive: bool = False, idempotent: bool = False) -> ToolAnnotations:
    return ToolAnnotations(
        read_only_hint=False, destructive_hint=destructive, idempotent_hint=idempotent, open_world_hint=False
    )


def _add_session_tools(server: MCPServer, studio: Studio) -> None:
    @server.tool(title="What Sideman can do now", annotations=_reads())
    @_told
    async def capabilities() -> CapabilitiesReport:
        """Tell what is available now: Ardour's state and version, engines, styles, SoundFont, planner."""
        return CapabilitiesReport.of(await studio.availability())

    @server.tool(title="The open Ardour session", annotations=_reads())
    @_told
    async def session_overview() -> SessionOverview:
        """Read the open session: tempo map, markers, tracks with mixer state and regions, selection, transport."""
        return SessionOverview.of(await studio.session())

    @server.tool(title="Transport", annotations=_changes(idempotent=True))
    @_told
    async def transport(
        action: Annotated[TransportAction, Field(description="locate needs a bar; state only reads")],
        bar: Annotated[int | None, Field(description="bar to go to, from 1", ge=1, le=LAST_BAR)] = None,
    ) -> TransportReport:
        """Play, stop, go to a bar, or only look; returns the transport as read back from Ardour."""
        return TransportReport.of(await studio.transport(action, BBT(bar) if bar is not None else None))

    @server.tool(title="Undo a change set", annotations=_changes(destructive=True, idempotent=True))
    @_told
    async def undo(
        change_set: Annotated[str | None, Field(description="id of a change set; null: the last one")] = None,
    ) -> ChangeSummary:
        """Take back everything that one change set did to the session, as one step, and read it back."""
        return ChangeSummary.of(await studio.undo(change_set))


def _add_making_tools(server: MCPServer, studio: Studio) -> None:
    @server.tool(title="Generate a take", annotations=_changes())
    @_told
    async def generate(
        ctx: Context,
        prompt: Annotated[str, Field(description="what to make, in words: genre, mood, instruments, chords, form, …")],
        bars: Annotated[int | None, Field(description="length in bars, from 1")] = None,
        seconds: Annotated[float | None, Field(description="length in seconds, at most 600, instead of bars")] = None,
        tempo_bpm: Annotated[float | None, Field(description="quarter notes per minute, 20 to 300")] = None,
        key: Annotated[str | None, Field(description='for example "F minor" or "D dorian"')] = None,
        time_signature: Annotated[str | None, Field(description="for example 3/4")] = None,
        genre: Annotated[str | None, Field(description="a style id from capabilities, or a synonym")] = None,
        seed: Annotated[int | None, Field(description="repeat an earlier result exactly")] = None,
        to: Annotated[
            Literal["live", "session", "none", "auto"],
            Field(
                description="live: into the open session; session: an Ardour session of its own; none: files alone; "
                "auto: live when the editor is open, else session"
            ),
        ] = "auto",
        at_bar: Bar = None,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Compose and render a take from words; arguments win over words in the prompt.

        Returns the finished take with asked against measured values, or a running job after wait_seconds.
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
            to=Destination(to),
            at_bar=at_bar,
        )
        return await _followed(studio, await studio.generate(request), ctx, wait_seconds)

    @server.tool(title="Place a take in Ardour", annotations=_changes())
    @_told
    async def place_take(
        ctx: Context,
        take: Annotated[str, Field(description="the take's id")],
        at_bar: Bar = None,
        wait_seconds: WaitSeconds = 120.0,
    ) -> JobReport:
        """Put a take in the open session as one undoable change: tempo, markers, MIDI tracks with notes, stems."""
        job_id = await studio.place(PlaceRequest(take=take, at_bar=at_bar))
        return await _followed(studio, job_id, ctx, wait_seconds)


def _add_take_tools(server: MCPServer, studio: Studio) -> None:
    @server.tool(title="Kept takes", annotations=_reads())
    @_told
    async def list_takes(
        limit: Annotated[int, Field(description="how many at most, newest first", ge=1, le=100)] = 20,
    ) -> TakeList:
        """List the takes that are kept, newest first."""
        return TakeList.of(studio.takes(limit))

    @server.tool(title="One take", annotations=_reads())
    @_told
    async def get_take(
        take: Annotated[str, Field(description="the take's id")],
    ) -> Annotated[CallToolResult, TakeDetail]:
        """Show a take: plan, parts, measurements, how the request was understood, and links to its files."""
        detail = _detail(studio, take)
        links = [
            ResourceLink(type="resource_link", uri=uri, name=uri.split("/", 4)[-1], mime_type=_media_type(uri))
            for uri in detail.resources
        ]
        text = TextContent(type="text", text=detail.model_dump_json())
        return CallToolResult(content=[text, *links], structured_content=detail.model_dump(mode="json"))


def _add_job_tools(server: MCPServer, studio: Studio) -> None:
    @server.tool(title="A job's state", annotations=_reads())
    @_told
    async def job(
        ctx: Context,
        job: Annotated[str, Field(description="the job's id")],
        wait_seconds: WaitSeconds = 0.0,
    ) -> JobReport:
        """Tell how far a job is, and its result when it is done; jobs outlive the connection that started them."""
        return await _followed(studio, JobId(job), ctx, wait_seconds)

    @server.tool(title="Cancel a job", annotations=_changes(destructive=True, idempotent=True))
    @_told
    async def cancel_job(job: Annotated[str, Field(description="the job's id")]) -> JobReport:
        """Cancel a running job; what it has half made is removed, and a finished job stays as it is."""
        return _report(studio, await studio.cancel(JobId(job)))


def _add_resources(server: MCPServer, studio: Studio) -> None:
    @server.resource(SESSION_URI, name="session", title="The open Ardour session", mime_type="application/json")
    async def session() -> SessionOverview | Unreachable:
        try:
            return SessionOverview.of(await studio.session())
        except StudioError as error:  # a resource is read without being asked for: say what is the matter, in place
            return Unreachable(problem=spelled_here(str(error)))

    @server.resource(TAKES_URI, name="takes", title="The takes that are kept", mime_type="application/json")
    async def takes() -> TakeList:
        return TakeList.of(studio.takes(100))

    @server.completion()  # type: ignore[no-untyped-call,untyped-decorator]  # untyped in the SDK
    async def complete(
        ref: PromptReference | ResourceTemplateReference, argument: CompletionArgument, _: CompletionContext | None
    ) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or argument.name != "take":
            return None
        known = [take_id for take_id in studio.take_ids() if take_id.startswith(argument.value)]
        shown = known[:_MAX_COMPLETIONS]
        return Completion(values=shown, total=len(known), has_more=len(known) > len(shown))

    for suffix, media_type in (("json", "application/json"), ("jams", "application/json")):
        _add_take_file(server, studio, f"sideman://takes/{{take}}/{{name}}.{suffix}", suffix, media_type)
    _add_take_file(server, studio, "sideman://takes/{take}/{name}.mid", "mid", "audio/midi")
    _add_take_file(server, studio, "sideman://takes/{take}/{name}.wav", "wav", "audio/wav")
    _add_take_file(server, studio, "sideman://takes/{take}/stems/{name}.wav", "wav", "audio/wav", folder="stems/")


def _add_take_file(
    server: MCPServer, studio: Studio, uri: str, suffix: str, media_type: str, *, folder: str = ""
) -> None:
    label = f"{folder}{suffix}".replace("/", "-")

    @server.resource(uri, name=f"take-{label}", title=f"A take's {folder}*.{suffix}", mime_type=media_type)
    async def take_file(take: str, name: str) -> bytes | str:
        try:
            content = await studio.take_file(take, f"{folder}{name}.{suffix}", most_bytes=_MOST_RESOURCE_BYTES)
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from error
        except StudioError as error:
            raise ResourceError(spelled_here(str(error))) from error
        return content.decode() if media_type == "application/json" else content


async def _followed(studio: Studio, job_id: JobId, ctx: Context, wait_seconds: float) -> JobReport:
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


def _detail(studio: Studio, take_id: str) -> TakeDetail:
    return TakeDetail.of_folder(studio.take(take_id), str(studio.take_folder(take_id)))


def _media_type(uri: str) -> str:
    return _MEDIA_TYPES.get(uri.rpartition(".")[2], "application/octet-stream")
