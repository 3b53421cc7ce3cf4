"""A tool with compact schemas, which says in a plain line what is wrong with a call."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ValidationError

from mcp_server.compact_schema import Schema, compact, without_parts
from music.errors import StudioError
from music.names import nearest_name, shorten
from workflows.commands import spelled_here

_FAULT = (
    "{tool} broke off through a fault of Sideman's own ({fault}). What it had done by then may stand: look before you "
    "try again, and tell the user that the server's log says more"
)
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def changes(*, destructive: bool = False, idempotent: bool = False) -> ToolAnnotations:
    """Return what a client may know of a tool that changes something."""
    return ToolAnnotations(
        read_only_hint=False, destructive_hint=destructive, idempotent_hint=idempotent, open_world_hint=False
    )


class PlainTool(Tool):
    """A tool; make it with ``plain_tool``."""

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:  # noqa: ANN401  as in Tool
        """Run the tool; whatever the caller can mend is told in a line, without the tool's name before it."""
        for name in arguments:
            if name not in self.parameters["properties"]:
                raise ToolError(self._unknown(name))
        try:
            result = await super().run(arguments, context)
        except ToolError as error:
            match error.__cause__:
                case StudioError() | ToolError() as told:
                    raise ToolError(spelled_here(str(told))) from told
                case fault if isinstance(error, UnexpectedToolError):  # what we could not read is no argument either
                    told_fault = _FAULT.format(tool=self.name, fault=type(fault).__name__)
                    raise UnexpectedToolError(told_fault) from fault
                case ValidationError() as invalid:
                    raise ToolError(self._plain(invalid)) from invalid
            raise
        return self._converted(result) if convert_result else result

    def _converted(self, result: object) -> CallToolResult | InputRequiredResult:
        """Write an answer as one line of JSON beside its structured content."""
        if isinstance(result, BaseModel) and not isinstance(result, CallToolResult | InputRequiredResult):
            text = TextContent(type="text", text=result.model_dump_json())
            result = CallToolResult(content=[text], structured_content=result.model_dump(mode="json"))
        converted: CallToolResult | InputRequiredResult = self.fn_metadata.convert_result(result)
        return converted

    def _unknown(self, name: str) -> str:
        known = self.parameters["properties"]
        nearest = nearest_name(name, known)
        hint = f"did you mean {nearest!r}?" if nearest else f"it takes {', '.join(known) or 'none'}"
        return f"{self.name} has no argument {shorten(name)!r}; {hint}"

    def _plain(self, invalid: ValidationError) -> str:
        """Return the first thing that is wrong with the arguments, with what would be right."""
        found = invalid.errors(include_url=False, include_context=True)[0]
        name, given = str(found["loc"][0]), found["input"]
        schema: Schema = self.parameters["properties"].get(name, {})
        if found["type"] == "missing":
            told = schema.get("description")
            return f"{self.name} needs {name}" + (f": {told}" if told else "")
        options = [str(option) for option in _options(schema, self.parameters.get("$defs", {}))]
        if options:
            nearest = nearest_name(str(given), options)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            return f"{name} must be one of {', '.join(options)}, got {shorten(str(given))!r}{hint}"
        reason = found["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        reason = reason.removesuffix(", unable to parse string as a number")
        reason = reason.removesuffix(", unable to parse string as an integer")
        place = ".".join(str(part) for part in found["loc"] if not str(part).startswith(("list[", "function-")))
        return f"{place} must be {reason}, got {shorten(repr(given))}"


def _options(schema: Schema, definitions: Mapping[str, Schema]) -> list[object]:
    """Return the values among which an argument chooses, if it does."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return list(schema.get("enum", ()))


def plain_tool(
    title: str,
    annotations: ToolAnnotations,
    *,
    arguments: Mapping[str, Schema] | None = None,
    definitions: Mapping[str, Schema] | None = None,
    is_told_elsewhere: bool = False,
    parts_told_elsewhere: Sequence[str] = (),
) -> Callable[[Callable[..., Awaitable[Any]]], PlainTool]:
    """Make a tool of a function, whose docstring describes it.

    ``arguments`` are the schemas of those arguments whose types say too little; they may refer to ``definitions``.
    Where ``is_told_elsewhere``, the parts of what is returned are those of another tool, which describes them;
    ``parts_told_elsewhere`` are models inside what is returned of which that holds.
    """

    def make(function: Callable[..., Awaitable[Any]]) -> PlainTool:
        tool = PlainTool.from_function(
            function, title=title, description=inspect.getdoc(function), annotations=annotations
        )
        assert isinstance(tool, PlainTool)
        tool.parameters = compact(tool.parameters)
        tool.parameters["properties"] |= arguments or {}
        if definitions:
            tool.parameters["$defs"] = tool.parameters.get("$defs", {}) | dict(definitions)
        published = tool.fn_metadata.output_schema
        assert published is not None, f"{tool.name} returns nothing that is described"
        answer = compact(published, is_answer=True)
        for name in parts_told_elsewhere:
            answer["$defs"][name] = without_parts(answer["$defs"][name])
        tool.fn_metadata.output_schema = without_parts(answer) if is_told_elsewhere else answer
        return tool

    return make
