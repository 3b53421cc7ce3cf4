"""Tools that change the open session, take changes back, and tell what changed."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp.server.mcpserver.resolve import Elicit
from pydantic import Field

from mcp_server.change_models import ChangeList, ChangeSummary, Difference, UndoSummary
from mcp_server.confirming import Confirmation, question, require_yes
from mcp_server.operation_schema import operation_schema
from mcp_server.plain_tool import READS, PlainTool, changes, plain_tool
from workflows.open_session import EditRequest
from workflows.operation_reading import read_operations
from workflows.studio import Studio

Operations = list[Any]
ChangeSetName = Annotated[str | None, Field(description="id or label of a change set; without it the last one")]
Confirm = Annotated[bool, Field(description="the user agreed to delete or overwrite")]


def change_tools(studio: Studio) -> list[PlainTool]:
    """Return the tools that change the session, and those that tell of changes."""
    return [_edit_tool(studio), *_undo_tools(studio), *_telling_tools(studio)]


def _edit_tool(studio: Studio) -> PlainTool:
    async def may_destroy(
        operations: Operations, dry_run: bool, confirm: bool, ctx: Context
    ) -> Confirmation | Elicit[Confirmation]:
        asked = read_operations(operations)
        losses = () if dry_run else await studio.open_session.losses(asked)
        return question(losses, ctx, confirm=confirm)

    item, definitions = operation_schema()
    schema = {
        "type": "array",
        "description": "done in order; describe_operations explains each verb",
        "minItems": 1,
        "items": item,
    }

    @plain_tool(
        "Edit the session", changes(destructive=True), arguments={"operations": schema}, definitions=definitions
    )
    async def edit_session(
        ctx: Context,
        answer: Annotated[ElicitationResult[Confirmation], Resolve(may_destroy)],
        operations: Operations,
        label: Annotated[str, Field(description="what this does, as a person would say", min_length=1, max_length=80)],
        dry_run: Annotated[bool, Field(description="only check")] = False,
        expected_revision: Annotated[str | None, Field(description="refuse if the session moved on")] = None,
        confirm: Confirm = False,  # noqa: ARG001  may_destroy reads it
    ) -> ChangeSummary:
        """Change the open session in one step that undo takes back; read back, and all or nothing if one fails."""
        asked = read_operations(operations)
        if not dry_run:
            require_yes(answer, await studio.open_session.losses(asked), ctx)
        request = EditRequest(operations=asked, label=label, is_dry_run=dry_run, expected_revision=expected_revision)
        return ChangeSummary.of(await studio.open_session.edit(request), asked)

    return edit_session


def _undo_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("Undo a change set", changes(destructive=True, idempotent=True), is_told_elsewhere=True)
    async def undo(
        change_set: ChangeSetName = None,
        with_later: Annotated[bool, Field(description="and all later ones: back to how it was before it")] = False,
    ) -> UndoSummary:
        """Take back all that one change set did, keeping later ones; refused where a later one builds on it."""
        if with_later and change_set:
            return UndoSummary.of_all(await studio.open_session.undo_since(change_set))
        return UndoSummary.of_all([await studio.open_session.undo(change_set)])

    return [undo, _redo_tool(studio)]


def _redo_tool(studio: Studio) -> PlainTool:
    async def may_destroy(change_set: str | None, confirm: bool, ctx: Context) -> Confirmation | Elicit[Confirmation]:
        chosen = await studio.open_session.to_redo(change_set)
        return question(await studio.open_session.losses_of_redo(chosen), ctx, confirm=confirm)

    @plain_tool("Redo a change set", changes(destructive=True), is_told_elsewhere=True)
    async def redo(
        ctx: Context,
        answer: Annotated[ElicitationResult[Confirmation], Resolve(may_destroy)],
        change_set: ChangeSetName = None,
        confirm: Confirm = False,  # noqa: ARG001  may_destroy reads it
    ) -> ChangeSummary:
        """Do a change set again that was taken back."""
        chosen = await studio.open_session.to_redo(change_set)
        require_yes(answer, await studio.open_session.losses_of_redo(chosen), ctx)
        return ChangeSummary.of(await studio.open_session.redo(chosen))

    return redo


def _telling_tools(studio: Studio) -> list[PlainTool]:
    @plain_tool("Change sets", READS)
    async def list_changes(limit: Annotated[int, Field(ge=1, le=200)] = 20) -> ChangeList:
        """List what Sideman did to the open session, newest first."""
        return ChangeList.of(await studio.open_session.change_sets(limit))

    @plain_tool("What changed", READS)
    async def session_diff(
        since: Annotated[str, Field(description="a revision, or a change set's id: from its beginning on")],
        until: Annotated[str | None, Field(description="likewise; without it now")] = None,
    ) -> Difference:
        """Tell in musical words what changed in the session, by which change set and what by hand."""
        return Difference.of(await studio.open_session.changes(since, until))

    return [list_changes, session_diff]
