"""A real MCP client over stdio: it finds the tools, generates, reads what was made, and hangs up losing nothing."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import CallToolResult, TextContent

from tests.acceptance.homes import home_environment

TOOLS = {
    "cancel_job", "capabilities", "compare", "describe_operations", "edit_session", "generate", "get_take", "inspect",
    "job", "list_changes", "list_takes", "measure", "picture", "place_take", "rate_take", "record", "redo", "render",
    "search_plugins", "session", "session_diff", "session_overview", "transport", "undo", "vary",
}  # fmt: skip
_MOST_TOOLS, _LARGEST_LIST_BYTES = 40, 32_000
_DEADLINE_SECONDS = 180.0


@asynccontextmanager
async def connected(home: Path) -> AsyncIterator[ClientSession]:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "cli.main", "mcp"], env=home_environment(home), cwd=str(home)
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        yield session


async def call(session: ClientSession, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await session.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content or {}
    return content


async def refused(session: ClientSession, tool: str, **arguments: Any) -> str:
    result = await session.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def test_every_tool_is_described_and_the_whole_list_is_small(tmp_path: Path) -> None:
    async with connected(tmp_path) as session:
        answer = await session.list_tools()
    tools = answer.tools
    assert {tool.name for tool in tools} == TOOLS
    assert [tool.name for tool in tools] == sorted(TOOLS)
    assert len(tools) <= _MOST_TOOLS
    assert answer.next_cursor is None
    for tool in tools:
        assert tool.title, tool.name
        assert tool.description, tool.name
        assert tool.annotations, tool.name
        assert tool.output_schema, tool.name
    assert len(answer.model_dump_json(by_alias=True, exclude_none=True).encode()) < _LARGEST_LIST_BYTES


async def test_a_take_is_generated_with_progress_and_can_be_read(tmp_path: Path) -> None:
    seen: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        assert total == 1.0
        assert message
        seen.append(progress)

    async with connected(tmp_path) as session:
        wish: dict[str, Any] = {"prompt": "slow blues in A with organ", "bars": 12, "seed": 11, "to": "none"}
        result = await session.call_tool("generate", wish, progress_callback=note)
        assert isinstance(result, CallToolResult)
        report = result.structured_content
        assert report is not None
        assert report["state"] == "done", report
        take = report["take"]
        assert take["made"].startswith("blues, ")
        assert ", A major, 4/4, 12 bars, " in take["made"] or ", A major, 12/8, 12 bars, " in take["made"]
        assert any(remark.startswith("instruments") and "organ" in remark for remark in take["understood"])
        assert take["assumed"]
        assert seen == sorted(set(seen))
        assert seen[-1] == 1.0
        shown = await session.call_tool("get_take", {"take": take["id"]})
        links = [str(content.uri) for content in shown.content if content.type == "resource_link"]
        assert f"sideman://takes/{take['id']}/mix.wav" in links
        for link in links:
            (content,) = (await session.read_resource(link)).contents
            assert getattr(content, "blob", None) or getattr(content, "text", None), link
        listed = await call(session, "list_takes")
        (tmp_path / "takes" / take["id"] / "take.json").write_text('{"format": 1, "id"')
        damaged = await call(session, "list_takes")
        resource = (await session.read_resource("sideman://takes")).contents[0]
    assert [found["id"] for found in listed["takes"]] == [take["id"]]
    assert damaged == {"takes": [], "damaged": [take["id"]]} == json.loads(resource.text)  # type: ignore[union-attr]


async def test_a_take_is_varied_judged_listed_below_its_parent_and_compared_with_it(tmp_path: Path) -> None:
    async with connected(tmp_path) as session:
        first = (await call(session, "generate", prompt="pop with piano, drums, bass", bars=4, seed=2, to="none"))[
            "take"
        ]
        report = await call(session, "vary", take=first["id"], words="sparser melody, loud purple")
        varied = report["take"]
        assert (report["recipe"], report["state"], varied["parent"]) == ("vary", "done", first["id"])
        assert varied["done"][0].startswith("melody sparser: melody ")
        assert varied["not_understood"] == ["loud purple"]
        assert "its sections are" in await refused(session, "vary", take=first["id"], words="darker bridge")
        judged = await call(session, "rate_take", take=varied["id"], verdict="favourite", note="keep this one")
        assert judged["rating"] == "favourite: keep this one"
        listed = await call(session, "list_takes")
        favourites = await call(session, "list_takes", rated="favourite")
        compared = await call(session, "compare", before=first["id"], after=varied["id"])
    assert [(take["id"], take["parent"]) for take in listed["takes"]] == [
        (first["id"], None),
        (varied["id"], first["id"]),
    ]
    assert [take["id"] for take in favourites["takes"]] == [varied["id"]]
    assert [line.partition(":")[0] for line in compared["music"] if "note" in line] == ["melody"]


async def test_who_listens_hears_of_a_take_that_another_process_made(tmp_path: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "cli.main", "mcp"], env=home_environment(tmp_path), cwd=str(tmp_path)
    )
    words = ["-m", "cli.main", "generate", "reggae in G", "--bars", "2", "--to", "none"]
    async with (
        asyncio.timeout(_DEADLINE_SECONDS),
        Client(stdio_client(server)) as client,
        client.listen(resource_subscriptions=["sideman://takes"]) as heard,
    ):
        other = await asyncio.create_subprocess_exec(sys.executable, *words, env=home_environment(tmp_path))
        assert await anext(aiter(heard)) == ResourceUpdated(uri="sideman://takes")
        assert await other.wait() == 0
        (content,) = (await client.read_resource("sideman://takes")).contents
    assert len(json.loads(content.text)["takes"]) == 1  # type: ignore[union-attr]


async def test_errors_tell_the_model_what_to_do(tmp_path: Path) -> None:
    async with connected(tmp_path) as session:
        assert "ask for 20 to 300 BPM" in await refused(session, "generate", prompt="pop", tempo_bpm=500)
        assert "no take 'nope'" in await refused(session, "get_take", take="nope")
        assert "no job 'nope'" in await refused(session, "job", job="nope")
        assert "sideman ardour install" in await refused(session, "session_overview")
        found = await call(session, "capabilities")
    assert found["ardour"] is None
    assert "sideman ardour install" in found["ardour_problem"]
    assert "trap" in found["styles"]


async def test_a_job_goes_on_when_the_client_leaves(tmp_path: Path) -> None:
    """The next connection finds it done, or still at work, and gets its result."""
    async with connected(tmp_path) as session:
        started = await call(
            session, "generate", prompt="long pop song", seconds=400, seed=1, to="none", wait_seconds=0
        )
    assert started["state"] == "running"
    async with asyncio.timeout(_DEADLINE_SECONDS), connected(tmp_path) as session:
        report = await call(session, "job", job=started["job"], wait_seconds=_DEADLINE_SECONDS)
    assert report["state"] == "done"
    assert report["take"]["id"] == started["job"]


async def test_a_cancelled_job_leaves_nothing_half_made(tmp_path: Path) -> None:
    async with connected(tmp_path) as session:
        started = await call(session, "generate", prompt="long jazz", seconds=500, to="none", wait_seconds=0)
        report = await call(session, "cancel_job", job=started["job"])
        assert report["state"] == "cancelled"
        settled = await call(session, "job", job=started["job"], wait_seconds=_DEADLINE_SECONDS)
        assert settled["state"] == "cancelled"
    assert list((tmp_path / "takes").iterdir()) == []


async def test_a_job_cancelled_by_a_client_that_leaves_at_once_leaves_nothing_either(tmp_path: Path) -> None:
    async with asyncio.timeout(_DEADLINE_SECONDS), connected(tmp_path) as session:
        report = await call(session, "generate", prompt="long jazz", seconds=500, to="none", wait_seconds=0)
        while "render" not in report["stage"]:
            report = await call(session, "job", job=report["job"], wait_seconds=0.1)
        await call(session, "cancel_job", job=report["job"])
    async with connected(tmp_path):  # a server that is slow to end was killed, and the next one cleans up after it
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while left := list((tmp_path / "takes").iterdir()):
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("uri", ["sideman://takes/..%2F..%2Fetc/passwd.json", "sideman://takes/x/../../y.wav"])
async def test_resources_do_not_lead_outside_a_take(tmp_path: Path, uri: str) -> None:
    async with connected(tmp_path) as session:
        with pytest.raises(Exception, match=r"(?i)no take|unknown resource|not found"):
            await session.read_resource(uri)
