"""The tools that measure, compare and draw, on a take: numbers in the answer, and a picture that opens."""

import asyncio
import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import ImageContent, TextContent
from PIL import Image
from PIL.ImageFile import ImageFile

from mcp_server.server import build_server
from workflows.requests import Destination, GenerateRequest
from workflows.settings import Settings
from workflows.studio import Studio, build_studio


@dataclass(frozen=True)
class Kept:
    """A studio and the take that it keeps."""

    studio: Studio
    take: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder: Path = tmp_path_factory.mktemp("render tools")
    settings = Settings(data_dir=folder / "data", takes_dir=folder / "takes", bridge_dir=folder / "bridge")
    studio = build_studio(settings)

    async def made() -> str:
        job_id = await studio.generate(GenerateRequest(prompt="pop", bars=2, seed=1, to=Destination.NONE))
        assert (await studio.settled(job_id, timeout_seconds=60)).error is None
        return job_id

    try:
        yield Kept(studio, asyncio.run(made()))
    finally:
        studio.close()


async def call(kept: Kept, tool: str, **arguments: Any) -> tuple[dict[str, Any], list[ImageFile]]:
    """Return the structured answer, which its text says as well, and the pictures beside it."""
    async with Client(build_server(kept.studio)) as client:
        result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    text, *images = result.content
    assert isinstance(text, TextContent)
    assert json.loads(text.text) == result.structured_content
    pictures: list[ImageFile] = []
    for image in images:
        assert isinstance(image, ImageContent)
        pictures.append(Image.open(io.BytesIO(base64.b64decode(image.data))))
    assert all(picture.format == "PNG" for picture in pictures)
    return result.structured_content, pictures


async def test_a_take_is_measured_with_its_stems(kept: Kept) -> None:
    found, (picture,) = await call(kept, "measure", source=kept.take)
    assert -30 < found["levels"]["integrated_lufs"] < -5
    assert found["levels"]["true_peak_dbtp"] <= -1.0
    assert 0 < found["levels"]["correlation"] <= 1
    assert len(found["octaves_over_pink_db"]) == 10
    assert any(line.startswith("bass: ") for line in found["parts"])
    assert any(line.startswith("bass: ") and "%" in line for line in found["covered_by_others"])
    assert picture.width == 1000


async def test_a_take_is_the_same_as_itself(kept: Kept) -> None:
    found, pictures = await call(kept, "compare", before=kept.take, after=kept.take)
    assert found["is_same"]
    assert found["matching_db"] == 0
    assert set(found["change"].values()) == {0}
    assert len(pictures) == 1


@pytest.mark.parametrize("of", ["piano_roll", "waveform", "spectrogram"])
async def test_a_take_is_seen(kept: Kept, of: str) -> None:
    found, (picture,) = await call(kept, "picture", of=of, source=kept.take)
    assert found["caption"]
    assert picture.width == 1280


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("measure", {"source": "/etc/passwd"}, "outside the folders"),
        ("measure", {"source": "no such take"}, "no take"),
        ("picture", {"of": "piano_roll", "source": "no such take"}, "no take"),
        ("compare", {"before": "x", "after": "y"}, "no take"),
        ("render", {"what": "region"}, "a region is named"),
        ("render", {"format": "flac", "bits": 32}, "flac keeps 16 or 24 bits"),
    ],
)
async def test_what_cannot_be_heard_is_refused_in_words(
    kept: Kept, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    async with Client(build_server(kept.studio)) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert reason in text.text
