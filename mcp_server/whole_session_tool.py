"""The tool about the session as a whole: keeping it, and opening another one."""

from typing import Annotated, Literal

from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp.server.mcpserver.resolve import AcceptedElicitation, Elicit
from pydantic import BaseModel, Field

from mcp_server.confirming import can_ask
from mcp_server.plain_tool import PlainTool, changes, plain_tool
from music.errors import RequestInvalid
from workflows.sessions import Sessions, SessionState, Unsaved
from workflows.studio import Studio

Action = Literal["state", "save", "snapshot", "rename", "copy", "new", "open"]
Kept = Literal["ask", "save", "keep_as_snapshot"]
_NEEDS = {
    "snapshot": ("name",), "rename": ("name",), "copy": ("path",), "new": ("path",), "open": ("path", "name"),
}  # fmt: skip


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


def session_tool(studio: Studio) -> PlainTool:
    """Return the tool about the session as a whole."""

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
