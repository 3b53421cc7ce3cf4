"""What can be read by its URI: the open session, the takes and their files, and what operations do."""

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from mcp_server.operation_schema import operation_help
from mcp_server.session_models import SelectionReport, SessionOverview, Unreachable
from mcp_server.take_models import TakeList
from mcp_server.watching import SELECTION_URI, SESSION_URI, TAKES_URI
from music.errors import NotFound, StudioError
from workflows.commands import spelled_here
from workflows.operation_reading import offered_operations
from workflows.studio import Studio

_MOST_RESOURCE_BYTES = 32 * 2**20  # two minutes of stereo; a client on this machine can open a longer file itself
_MAX_COMPLETIONS = 100  # as the protocol has it


def add_resources(server: MCPServer, studio: Studio) -> None:
    """Let a server have its resources."""

    @server.resource(SESSION_URI, name="session", title="The open Ardour session", mime_type="application/json")
    async def session() -> SessionOverview | Unreachable:
        try:
            return SessionOverview.of(await studio.open_session.snapshot())
        except StudioError as error:  # a resource is read without being asked for: say what is the matter, in place
            return Unreachable(problem=spelled_here(str(error)))

    @server.resource(
        SELECTION_URI, name="selection", title="Playhead and selection in Ardour", mime_type="application/json"
    )
    async def selection() -> SelectionReport | Unreachable:
        try:
            return SelectionReport.of(await studio.passing())
        except StudioError as error:
            return Unreachable(problem=spelled_here(str(error)))

    @server.resource(TAKES_URI, name="takes", title="The takes that are kept", mime_type="application/json")
    async def takes() -> TakeList:
        return TakeList.of(studio.takes(100))

    @server.resource(
        "sideman://operations",
        name="operations",
        title="What the operations of edit_session do",
        mime_type="text/plain",
    )
    async def operations() -> str:
        return operation_help(offered_operations())

    for suffix, media_type in (("json", "application/json"), ("jams", "application/json")):
        _add_take_file(server, studio, f"sideman://takes/{{take}}/{{name}}.{suffix}", suffix, media_type)
    _add_take_file(server, studio, "sideman://takes/{take}/{name}.mid", "mid", "audio/midi")
    _add_take_file(server, studio, "sideman://takes/{take}/{name}.wav", "wav", "audio/wav")
    _add_take_file(server, studio, "sideman://takes/{take}/stems/{name}.wav", "wav", "audio/wav", folder="stems/")
    _add_completion(server, studio)


def _add_completion(server: MCPServer, studio: Studio) -> None:
    @server.completion()  # type: ignore[no-untyped-call,untyped-decorator]  # untyped in the SDK
    async def complete(
        ref: PromptReference | ResourceTemplateReference, argument: CompletionArgument, _: CompletionContext | None
    ) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or argument.name != "take":
            return None
        known = [take_id for take_id in studio.take_ids() if take_id.startswith(argument.value)]
        shown = known[:_MAX_COMPLETIONS]
        return Completion(values=shown, total=len(known), has_more=len(known) > len(shown))


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
