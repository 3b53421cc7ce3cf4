"""Tools about the session as a whole: keeping it, opening another one, and recording into it."""

import asyncio
from typing import Annotated, Literal

from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp.server.mcpserver.resolve import AcceptedElicitation, Elicit
from pydantic import BaseModel, Field

from mcp_server.confirming import can_ask
from mcp_server.operation_schema import PLACE
from mcp_server.plain_tool import PlainTool, changes, plain_tool
from mcp_server.session_tools import place_of
from music.errors import RequestInvalid
from music.job import Progress
from workflows.sessions import RecordingReport, RecordRequest, Sessions, SessionState, Unsaved
from workflows.studio import Studio

Action = Literal["state", "save", "snapshot", "rename", "copy", "new", "open"]
Kept = Literal["ask", "save", "keep_as_snapshot"]
_NEEDS = {
    "snapshot": ("name",), "rename": ("name",), "copy": ("path",), "new": ("path",), "open": ("path", "name"),
}  # fmt: skip
_PROGRESS_SECONDS = 0.5


class UnsavedChoice(BaseModel):
    """What is to become of unsaved changes."""

    unsaved: Literal["save", "keep_as_snapshot", "refuse"] = Field(
        "save",
        title="Unsaved changes",
        description="Save them, keep them as a snapshot beside the session, or refuse to leave the session",
    )


class SessionReport(BaseModel):
    """Which session is open."""

    name: str
    folder: str
    is_saved: bool
    snapshots: list[str]
    open_snapshot: str | None = Field(description="null: the session itself")
    copy_at: str | None = None

    @classmethod
    def of(cls, state: SessionState, snapshots: tuple[str, ...], copy_at: str | None) -> "SessionReport":
        """Return the report of a state."""
        return cls(
            name=state.name,
            folder=str(state.folder),
            is_saved=not state.is_dirty,
            snapshots=list(snapshots),
            open_snapshot=None if state.snapshot == state.name else state.snapshot,
            copy_at=copy_at,
        )


class RecordReport(BaseModel):
    """What was recorded."""

    regions: list[str] = Field(description="take, track: region id and name, samples or notes")
    n_takes: int
    is_complete: bool
    reason: str = Field(description="why it is not complete")

    @classmethod
    def of(cls, report: RecordingReport) -> "RecordReport":
        """Return a line for each region."""
        return cls(
            regions=[
                f"take {one.take}, {one.track_name}: {one.region_id} {one.name}, "
                + (f"{one.length_samples} samples" if one.n_notes is None else f"{one.n_notes} notes")
                for one in report.regions
            ],
            n_takes=report.n_takes,
            is_complete=report.is_complete,
            reason=report.reason,
        )


def whole_session_tools(studio: Studio) -> list[PlainTool]:
    """Return the tools about the session as a whole."""
    return [_session_tool(studio), _record_tool(studio)]


def _session_tool(studio: Studio) -> PlainTool:
    async def becomes_of_changes(action: Action, unsaved: Kept, ctx: Context) -> UnsavedChoice | Elicit[UnsavedChoice]:
        if action not in ("new", "open"):
            return UnsavedChoice(unsaved="refuse")
        if unsaved != "ask":
            return UnsavedChoice(unsaved=unsaved)
        state, _ = await studio.sessions.state()
        if not state.is_dirty or not can_ask(ctx):
            return UnsavedChoice(unsaved="refuse")
        return Elicit(f"{state.name} has unsaved changes. Another session is about to be opened.", UnsavedChoice)

    @plain_tool("The session as a whole", changes(destructive=True))
    async def session(
        answer: Annotated[ElicitationResult[UnsavedChoice], Resolve(becomes_of_changes)],
        action: Annotated[
            Action, Field(description="snapshot, rename need a name; copy, new a path, open a path or a snapshot")
        ],
        name: str | None = None,
        path: Annotated[str | None, Field(description="session folder or file, in an allowed folder")] = None,
        unsaved: Annotated[Kept, Field(description="what becomes of unsaved changes when another is opened")] = "ask",  # noqa: ARG001  becomes_of_changes reads it
        replace: Annotated[bool, Field(description="the user agreed to replace a snapshot")] = False,
    ) -> SessionReport:
        """Save, snapshot, rename or copy the open session, or open or make another one in its place."""
        given = {"name": name, "path": path}
        needed = _NEEDS.get(action, ())
        target = next((value for one in needed if (value := given[one])), "")
        if needed and not target:
            raise RequestInvalid(f"{action} needs a {' or a '.join(needed)}")
        if not isinstance(answer, AcceptedElicitation):
            raise RequestInvalid("nothing was done: the user did not agree to leave the open session")
        kept = Unsaved(answer.data.unsaved)
        copy_at = await _do(studio.sessions, action, target, kept, may_replace=replace)
        return SessionReport.of(*await studio.sessions.state(), copy_at)

    return session


async def _do(sessions: Sessions, action: Action, target: str, kept: Unsaved, *, may_replace: bool) -> str | None:
    """Do one action; return where a copy is, if one was made."""
    match action:
        case "state":
            pass
        case "save":
            await sessions.save()
        case "snapshot":
            await sessions.keep_snapshot(target, may_replace=may_replace)
        case "rename":
            await sessions.rename(target)
        case "copy":
            return str(await sessions.copy_to(target))
        case "new":
            await sessions.make(target, unsaved=kept)
        case "open":
            await sessions.open(target, unsaved=kept)
    return None


class _Told:
    """A recording's progress, passed on to the client now and then; it ends with the call."""

    def __init__(self) -> None:
        self.latest = Progress("recording", 0.0)

    def report(self, progress: Progress) -> None:
        self.latest = progress

    def raise_if_cancelled(self) -> None:
        """Go on: who cancels the call ends it."""


def _record_tool(studio: Studio) -> PlainTool:
    @plain_tool("Record", changes(), arguments={"start": PLACE, "end": {"description": "punch out there"}})
    async def record(
        ctx: Context,
        tracks: Annotated[list[str], Field(description="ids or names; these are armed and no others", min_length=1)],
        start: str | int,
        end: str | int,
        takes: Annotated[int, Field(ge=1, le=64)] = 1,
        pre_roll_bars: Annotated[int, Field(ge=0, le=16)] = 0,
        count_in: bool = False,
        on_playlists: Annotated[bool, Field(description="each take on a playlist of its own")] = False,
    ) -> RecordReport:
        """Record takes from one place to another, then stop; transport stop ends it early and keeps what is there."""
        begin, stop = place_of(start, "start"), place_of(end, "end")
        assert begin is not None
        request = RecordRequest(
            tracks=tuple(tracks),
            start=begin,
            end=stop,
            pre_roll_bars=pre_roll_bars,
            is_counted_in=count_in,
            n_takes=takes,
            on_playlists=on_playlists,
        )
        told = _Told()
        telling = asyncio.create_task(_tell(told, ctx))
        try:
            return RecordReport.of(await studio.sessions.record(request, job=told))
        finally:
            telling.cancel()

    return record


async def _tell(told: _Told, ctx: Context) -> None:
    last = 0.0
    while True:
        await asyncio.sleep(_PROGRESS_SECONDS)
        if told.latest.fraction > last:
            last = told.latest.fraction
            await ctx.report_progress(last, 1.0, told.latest.stage)
