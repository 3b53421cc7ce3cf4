"""Whoever calls a tool wrongly is told in one line what would be right."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from mcp_server.plain_tool import READS, plain_tool
from music.errors import RequestInvalid


class Action(Enum):
    """What to do."""

    PLAY = "play"
    STOP = "stop"


class Played(BaseModel):
    """What was done."""

    what: str


@plain_tool("Play", READS)
async def play(
    action: Annotated[Action, Field(description="what to do")],
    tempo_bpm: Annotated[float | None, Field(ge=20, le=300)] = None,
    bar: Annotated[int | None, Field(ge=1)] = None,
    to: Literal["live", "none"] = "none",
) -> Played:
    """Play or stop."""
    if bar == 99:
        raise RequestInvalid("bar 99 is past the end; the last one is 12")
    if bar == 100:
        raise RuntimeError("a secret of ours")
    if bar == 101:
        Played.model_validate({"what": ["a secret of ours"]})
    return Played(what=f"{action.value} {tempo_bpm} {bar} {to}")


async def called(**arguments: Any) -> CallToolResult:
    async with Client(MCPServer("test", tools=[play])) as client:
        result = await client.call_tool("play", arguments)
    assert isinstance(result, CallToolResult)
    return result


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"action": "play", "tempo": 90}, "play has no argument 'tempo'; did you mean 'tempo_bpm'?"),
        ({"action": "play", "bogus": 1}, "play has no argument 'bogus'; it takes action, tempo_bpm, bar, to"),
        ({}, "play needs action: what to do"),
        ({"action": "plai"}, "action must be one of play, stop, got 'plai'; did you mean 'play'?"),
        ({"action": "play", "to": "zzz"}, "to must be one of live, none, got 'zzz'"),
        ({"action": "play", "tempo_bpm": 500}, "tempo_bpm must be less than or equal to 300, got 500"),
        ({"action": "play", "tempo_bpm": "fast"}, "tempo_bpm must be a valid number, got 'fast'"),
        ({"action": "play", "bar": "x"}, "bar must be a valid integer, got 'x'"),
        ({"action": "play", "bar": 99}, "bar 99 is past the end; the last one is 12"),
    ],
)
async def test_what_is_wrong_is_one_plain_line(arguments: dict[str, Any], told: str) -> None:
    result = await called(**arguments)
    assert result.is_error
    assert text_of(result) == told


async def test_an_answer_is_a_line_of_json_and_the_same_as_structured_content() -> None:
    result = await called(action="play", bar=3)
    assert text_of(result) == '{"what":"play None 3 none"}'
    assert result.structured_content == {"what": "play None 3 none"}


@pytest.mark.parametrize(("bar", "fault"), [(100, "RuntimeError"), (101, "ValidationError")])
async def test_a_fault_of_ours_is_told_as_one_with_what_to_do(bar: int, fault: str) -> None:
    """What we could not read is not the caller's argument."""
    told = text_of(await called(action="play", bar=bar))
    assert told.startswith(f"play broke off through a fault of Sideman's own ({fault}).")
    assert "look before you try again" in told
    assert "secret" not in told
