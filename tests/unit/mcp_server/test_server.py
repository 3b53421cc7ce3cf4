"""What the server's resources answer where the content is not sent."""

from pathlib import Path

import pytest
from mcp import Client

from mcp_server import resources
from mcp_server.server import build_server
from workflows.operation_reading import TOOLS_INSTEAD, offered_operations
from workflows.requests import Destination, GenerateRequest
from workflows.settings import Settings
from workflows.studio import build_studio


async def test_a_file_too_long_to_be_sent_is_answered_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_MOST_RESOURCE_BYTES", 100_000)
    settings = Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes", bridge_dir=tmp_path / "bridge")
    studio = build_studio(settings)
    try:
        job_id = await studio.generate(GenerateRequest(prompt="pop", bars=1, seed=1, to=Destination.NONE))
        assert (await studio.settled(job_id, timeout_seconds=60)).error is None
        async with Client(build_server(studio)) as client:
            with pytest.raises(Exception, match=f"open the file itself: {settings.takes_dir / job_id / 'mix.wav'}"):
                await client.read_resource(f"sideman://takes/{job_id}/mix.wav")
            score = await client.read_resource(f"sideman://takes/{job_id}/score.mid")
    finally:
        studio.close()
    assert score.contents


async def test_operations_are_described_by_verb_and_as_a_whole(tmp_path: Path) -> None:
    studio = build_studio(Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes"))
    try:
        async with Client(build_server(studio)) as client:
            described = await client.call_tool("describe_operations", {"verbs": ["set_fader"]})
            unknown = await client.call_tool("describe_operations", {"verbs": ["set_fade"]})
            mixed = await client.call_tool("describe_operations", {"verbs": ["set_fade", "set_fader"]})
            (whole,) = (await client.read_resource("sideman://operations")).contents
    finally:
        studio.close()
    assert described.structured_content is not None
    told = described.structured_content["text"]
    assert told.startswith("set_fader: Set a strip's gain;")
    assert told in whole.text  # type: ignore[union-attr]
    assert "did you mean 'set_fader'?" in str(unknown.content)
    assert mixed.structured_content is not None
    assert mixed.structured_content["text"] == f"there is no verb 'set_fade'; did you mean 'set_fader'?\n\n{told}"


async def test_a_verb_that_is_none_is_referred_to_a_tool_and_an_action_that_there_are(tmp_path: Path) -> None:
    studio = build_studio(Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes"))
    try:
        async with Client(build_server(studio)) as client:
            tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
            told = str((await client.call_tool("describe_operations", {"verbs": ["save_as"]})).content)
    finally:
        studio.close()
    assert "the tool for it is session, action copy" in told
    assert not TOOLS_INSTEAD.keys() & offered_operations().keys()
    for there in TOOLS_INSTEAD.values():
        tool, _, action = there.partition(", action ")
        assert tool in tools
        assert not action or repr(action) in str(tools[tool]), there
