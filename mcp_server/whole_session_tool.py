"""The tool about the session as a whole: keeping it, and opening another one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp.server.mcpserver.resolve import AcceptedElicitation, Elicit
from pydantic import BaseModel, Field

from mcp_server.confirming import Confirmation, can_ask, question, require_yes
from mcp_server.plain_tool import PlainTool, changes, plain_tool
from music.errors import RequestInvalid
from workflows.sessions import EditorClosed, Sessions, SessionState, Unsaved, snapshots_of
from workflows.studio import Studio

Action = Literal["state", "save", "snapshot", "rename", "copy", "new", "open", "close", "metadata"]
Kept = Literal["ask", "save", "keep_as_snapshot"]
_NEEDS = {
    "snapshot": ("name",), "rename": ("name",), "copy": ("path",), "new": ("path",), "open": ("path", "name"),
}  # fmt: skip
_LEAVES = {"new": "Another session is about to be opened", "open": "Another session is about to be opened",
           "close": "Ardour is about to be closed"}  # fmt: skip
_CLOSED = "Ardour was closed with its session; to go on, start it with action open and a path"
_REOPENS = (
    "Ardour cannot be given metadata while it runs, so it is saved, closed and opened again; its own undo list ends"
)


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
    is_open: bool
    is_saved: bool
    snapshots: list[str]
    metadata: dict[str, str]
    open_snapshot: str | None = Field(description="null: the session itself")
    copy_at: str | None = None
    next_step: str | None = None
    kept_as: list[str] | None = Field(None, description="what was unsaved, as a snapshot of the session that was left")
    metadata_before: dict[str, str] | None = Field(None, description="what was changed, to set it back")

    @classmethod
    def of(cls, state: SessionState, snapshots: tuple[str, ...]) -> "SessionReport":
        """Return the report of a state."""
        return cls(
            name=state.name,
            folder=str(state.folder),
            is_open=True,
            is_saved=not state.is_dirty,
            snapshots=list(snapshots),
            metadata=dict(state.metadata),
            open_snapshot=None if state.snapshot == state.name else state.snapshot,
        )


def session_tool(studio: Studio) -> PlainTool:
    """Return the tool about the session as a whole."""

    async def becomes_of_changes(action: Action, unsaved: Kept, ctx: Context) -> UnsavedChoice | Elicit[UnsavedChoice]:
        if action not in _LEAVES:
            return UnsavedChoice(unsaved="refuse")
        if unsaved != "ask":
            return UnsavedChoice(unsaved=unsaved)
        try:
            state, _ = await studio.sessions.state()
        except EditorClosed:
            return UnsavedChoice(unsaved="refuse")  # nothing is left: Ardour is started
        if not state.is_dirty or not can_ask(ctx):
            return UnsavedChoice(unsaved="refuse")
        return Elicit(f"{state.name} has unsaved changes. {_LEAVES[action]}.", UnsavedChoice)

    async def losses(action: Action, name: str | None) -> tuple[str, ...]:
        if action == "snapshot":
            _, snapshots = await studio.sessions.state()
            return (f"there is a snapshot {name!r} already, which is replaced",) if name in snapshots else ()
        return (_REOPENS,) if action == "metadata" else ()

    async def may_lose(
        action: Action, name: str | None, confirm: bool, ctx: Context
    ) -> Confirmation | Elicit[Confirmation]:
        return question(await losses(action, name), ctx, confirm=confirm)

    @plain_tool("The session as a whole", changes(destructive=True), is_told_elsewhere=True)
    async def session(  # noqa: PLR0913, PLR0917  a tool has as many arguments as a wish has sides
        ctx: Context,
        answer: Annotated[ElicitationResult[UnsavedChoice], Resolve(becomes_of_changes)],
        agreed: Annotated[ElicitationResult[Confirmation], Resolve(may_lose)],
        action: Annotated[
            Action,
            Field(
                description="snapshot, rename need a name; copy (saves first), new a path, open a path or a snapshot"
            ),
        ],
        name: str | None = None,
        path: Annotated[str | None, Field(description="absolute: session folder or file, in an allowed folder")] = None,
        metadata: Annotated[
            dict[str, str] | None, Field(description='for metadata and new: title, artist, year, …; "" takes it away')
        ] = None,
        unsaved: Annotated[Kept, Field(description="what becomes of unsaved changes when it is left")] = "ask",  # noqa: ARG001  becomes_of_changes reads it
        confirm: Annotated[  # noqa: ARG001  may_lose reads it
            bool, Field(description="the user agreed to replace a snapshot, or to reopen Ardour for metadata")
        ] = False,
    ) -> SessionReport:
        """Save, snapshot, rename, copy or close the open session, set its metadata, or open or make another one.

        close ends Ardour; open and new start it where none runs. For metadata Ardour is closed and opened again: its
        own undo list ends, undo of change sets goes on.
        """
        target = _target(action, name, path)
        if metadata and action not in ("metadata", "new"):
            raise RequestInvalid(f"metadata is for the actions metadata and new, not for {action}")
        if not isinstance(answer, AcceptedElicitation):
            raise RequestInvalid("nothing was done: the user did not agree to leave the open session")
        lost = await losses(action, name)
        require_yes(agreed, lost, ctx)
        wish = _Wish(target, Unsaved(answer.data.unsaved), metadata or {}, may_replace=bool(lost))
        return await _do(studio.sessions, action, wish)

    return session


def _target(action: Action, name: str | None, path: str | None) -> str:
    given = {"name": name, "path": path}
    needed = _NEEDS.get(action, ())
    target = next((value for one in needed if (value := given[one])), "")
    if needed and not target:
        raise RequestInvalid(f"{action} needs a {' or a '.join(needed)}")
    return target


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an action is to be done with."""

    target: str
    unsaved: Unsaved
    metadata: Mapping[str, str]
    may_replace: bool = field(kw_only=True)


async def _do(sessions: Sessions, action: Action, wish: _Wish) -> SessionReport:
    """Do one action, and report what is open then."""
    if action in ("open", "new"):
        return await _leave_for(sessions, action, wish)
    told: dict[str, Any] = {}
    before = SessionReport.of(*await sessions.state())
    match action:
        case "save":
            await sessions.save()
        case "snapshot":
            await sessions.keep_snapshot(wish.target, may_replace=wish.may_replace)
        case "rename":
            await sessions.rename(wish.target)
        case "copy":
            told["copy_at"] = str(await sessions.copy_to(wish.target))
        case "close":
            await sessions.close(unsaved=wish.unsaved)
            told = {"is_open": False, "is_saved": True, "next_step": _CLOSED, "kept_as": _kept_as(before, wish)}
            return before.model_copy(update=told)
        case "metadata":
            await sessions.set_metadata(wish.metadata)
            told["metadata_before"] = {name: before.metadata.get(name, "") for name in wish.metadata}
    now = before if action == "state" else SessionReport.of(*await sessions.state())
    return now.model_copy(update=told)


async def _leave_for(sessions: Sessions, action: Action, wish: _Wish) -> SessionReport:
    """Open a session, or make one, also where Ardour is closed, and report it."""
    try:
        left = SessionReport.of(*await sessions.state())
    except EditorClosed:
        left = None
    if action == "new":
        await sessions.make(wish.target, unsaved=wish.unsaved, metadata=wish.metadata)
    else:
        await sessions.open(wish.target, unsaved=wish.unsaved)
    kept_as = _kept_as(left, wish) if left else None
    return SessionReport.of(*await sessions.state()).model_copy(update={"kept_as": kept_as})


def _kept_as(left: SessionReport, wish: _Wish) -> list[str] | None:
    """Return the snapshots that were made of what was unsaved in a session that was left."""
    if wish.unsaved is not Unsaved.KEEP_AS_SNAPSHOT:
        return None
    return [name for name in snapshots_of(Path(left.folder)) if name not in left.snapshots]
