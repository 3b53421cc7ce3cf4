"""The tools that measure, compare and draw, on a take: numbers in the answer, and a picture that opens."""

import asyncio
import base64
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from mcp import Client
from mcp_types import ImageContent, TextContent
from PIL import Image
from PIL.ImageFile import ImageFile

from cli.shown import show_measures
from mcp_server.render_models import MeasureReport
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


async def test_what_a_rendering_told_is_told_with_its_measures(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    found = replace(await kept.studio.listening.measure(kept.take, wait_seconds=0), notices=("Bass is muted",))
    assert MeasureReport.of(found).notices == ["Bass is muted"]
    show_measures(found)
    assert "note: Bass is muted" in capsys.readouterr().out


async def test_a_take_is_the_same_as_itself(kept: Kept) -> None:
    found, pictures = await call(kept, "compare", before=kept.take, after=kept.take)
    assert found["is_same"]
    assert found["matching_db"] == 0
    assert set(found["change"].values()) == {0}
    assert len(pictures) == 1


async def test_a_copy_at_half_the_level_is_not_the_same(kept: Kept) -> None:
    takes = kept.studio.take_folder(kept.take)
    audio, rate = soundfile.read(takes / "mix.wav", dtype="float32")
    for name, factor in (("loud", 1.0), ("soft", 0.5)):
        soundfile.write(takes / f"{name}.wav", audio * np.float32(factor), rate, subtype="FLOAT")
    found, _ = await call(kept, "compare", before=str(takes / "loud.wav"), after=str(takes / "soft.wav"))
    assert not found["is_same"]
    assert found["matching_db"] == pytest.approx(6.0, abs=0.05)
    assert found["residue_db"] <= -100


@pytest.mark.parametrize("of", ["piano_roll", "waveform", "spectrogram"])
async def test_a_take_is_seen(kept: Kept, of: str) -> None:
    found, (picture,) = await call(kept, "picture", of=of, source=kept.take)
    assert found["caption"]
    assert picture.width == 1280


async def test_a_piano_roll_of_a_take_shows_just_the_bars_asked_for(kept: Kept) -> None:
    def notes(picture: ImageFile) -> int:
        colours = np.asarray(picture.convert("RGB")).astype(int)
        return int(((colours.max(axis=2) - colours.min(axis=2)) > 60).sum())

    _, (whole,) = await call(kept, "picture", of="piano_roll", source=kept.take)
    _, (same,) = await call(kept, "picture", of="piano_roll", source=kept.take, from_bar=1, to_bar=9)
    _, (second,) = await call(kept, "picture", of="piano_roll", source=kept.take, from_bar=2)
    assert same == whole
    assert second != whole
    assert notes(second) > 1000
    assert "lies in bars 1 to 2" in await told_of_error(
        kept, "picture", {"of": "piano_roll", "source": kept.take, "from_bar": 3}
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("measure", {"source": "/etc/passwd"}, "outside the allowed folders"),
        ("measure", {"source": "/etc/passwd"}, "/takes; the user can allow more"),
        ("measure", {"source": "~no-such-user/x.wav"}, "no absolute path"),
        ("measure", {"source": "/a\0b"}, "cannot be followed"),
        ("measure", {"source": "no such take"}, "no take"),
        ("picture", {"of": "piano_roll", "source": "no such take"}, "no take"),
        ("compare", {"before": "x", "after": "y"}, "no take"),
        ("measure", {"source": "x", "from_bar": 5}, "are of the open session"),
        ("measure", {"source": "x", "masking": True}, "are of the open session"),
        ("measure", {"meters_seconds": 1, "tracks": ["Bass"]}, "those of all strips"),
        ("measure", {"meters_seconds": 1, "source": "x"}, "those of all strips"),
        ("picture", {"of": "waveform", "source": "x", "tracks": ["bass"]}, "are of the open session"),
        ("picture", {"of": "piano_roll", "source": "x", "from_bar": 3, "to_bar": 2}, "bar 2 is before bar 3"),
        ("picture", {"of": "piano_roll", "to_bar": 0}, "bars are within 1 and"),
        ("picture", {"of": "piano_roll", "source": "x", "region": "y"}, "no regions"),
        ("picture", {"of": "waveform", "region": "y", "from_bar": 1}, "leave the bars out"),
        ("picture", {"of": "waveform", "region": "y", "tracks": ["Bass"]}, "tracks are for stems"),
        ("picture", {"of": "mixer", "from_bar": 1}, "of all that is open"),
        ("picture", {"of": "mixer", "source": "x"}, "of all that is open in Ardour"),
        ("picture", {"of": "screenshot", "source": "x"}, "of all that is open"),
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


@pytest.fixture
def outside(kept: Kept, tmp_path: Path) -> Path:
    """Keep a whole take in a folder that nobody allowed."""
    return Path(shutil.copytree(kept.studio.take_folder(kept.take), tmp_path / "theirs"))


async def told_of_error(kept: Kept, tool: str, arguments: dict[str, Any]) -> str:
    async with Client(build_server(kept.studio)) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    (text,) = result.content
    assert isinstance(text, TextContent)
    return text.text


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_take", {"take": "NAME"}),
        ("place_take", {"take": "NAME"}),
        ("measure", {"source": "NAME"}),
        ("compare", {"before": "NAME", "after": "NAME"}),
        ("picture", {"of": "piano_roll", "source": "NAME"}),
        ("picture", {"of": "waveform", "source": "NAME"}),
    ],
)
@pytest.mark.parametrize("way", ["absolute", "relative", "below the takes"])
async def test_a_take_outside_the_allowed_folders_is_opened_by_no_tool(
    kept: Kept, outside: Path, monkeypatch: pytest.MonkeyPatch, tool: str, arguments: dict[str, Any], way: str
) -> None:
    takes = kept.studio.take_folder(kept.take).parent
    monkeypatch.chdir(outside.parent)
    up = "/".join([".."] * len(takes.parts))
    name = {"absolute": str(outside), "relative": "./theirs", "below the takes": f"{takes}/{up}{outside}"}[way]
    given = {key: name if value == "NAME" else value for key, value in arguments.items()}
    told = await told_of_error(kept, tool, given)
    assert "outside the allowed folders" in told or "no absolute path" in told


@pytest.mark.parametrize(
    ("tool", "arguments", "file"),
    [
        ("measure", {"source": "linked"}, "mix.wav"),
        ("measure", {"source": "linked"}, "stems/bass.wav"),
        ("picture", {"of": "piano_roll", "source": "linked"}, "score.mid"),
    ],
)
async def test_a_link_in_a_take_that_leads_out_of_it_is_not_followed(
    kept: Kept, outside: Path, tool: str, arguments: dict[str, Any], file: str
) -> None:
    """A take may come from somebody else."""
    linked = kept.studio.take_folder(kept.take).with_name("linked")
    shutil.copytree(outside, linked)
    try:
        (linked / file).unlink()
        (linked / file).symlink_to(outside / file)
        assert "no file of the take" in await told_of_error(kept, tool, arguments)
    finally:
        shutil.rmtree(linked)
