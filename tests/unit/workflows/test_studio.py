"""The studio tells why a take goes where it goes, and no single press or file brings a server down."""

import json
import logging
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.button_ear import ButtonPress
from daw_bridge.lua_bundle import bridge_version
from music.errors import NotFound, RequestInvalid
from music.time import BBT, TimeSignature
from workflows.ardour import open_ear
from workflows.generate import check_wish
from workflows.requests import Destination, GenerateRequest
from workflows.sessions import Unsaved
from workflows.settings import Settings
from workflows.studio import Studio, build_studio

PRESS = ButtonPress(
    id="1-1",
    prompt="slow strings",
    session_folder=Path("/song"),
    at=BBT(3),
    n_bars=8,
    is_range=False,
    tempo_bpm=90.0,
    time_signature=TimeSignature(4, 4),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes", bridge_dir=tmp_path / "bridge")


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    built = build_studio(settings)
    yield built
    built.close()


def install(settings: Settings, osc_port: int) -> None:
    """Note an installation whose Ardour says that it listens on a port."""
    assert settings.bridge_dir is not None
    config = settings.bridge_dir.with_name("ardour7")
    config.mkdir()
    (config / "osc_url").write_text(f"osc.udp://here:{osc_port}/\n")
    settings.bridge_dir.mkdir(mode=0o700)
    note = {"version": bridge_version(), "bridge_slot": 1, "button_slot": 2, "config_folders": [str(config)]}
    (settings.bridge_dir / "installed.json").write_text(json.dumps(note))


async def test_a_closed_editor_is_passed_over_and_only_a_wanted_bar_is_spoken_of(
    studio: Studio, settings: Settings
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        install(settings, free.getsockname()[1])
    plain, no_notices = await studio._with_destination(GenerateRequest(prompt="pop"))
    placed, notices = await studio._with_destination(GenerateRequest(prompt="pop", at_bar=5))
    assert plain == GenerateRequest(prompt="pop", to=plain.to)
    assert placed.at_bar is None
    assert plain.to is placed.to is not Destination.LIVE
    assert notices == ["bar 5 was asked for, but no session is open in Ardour", *no_notices]
    assert not any("session is open" in notice for notice in no_notices)


async def test_an_editor_that_is_too_busy_to_answer_is_spoken_of(studio: Studio, settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("0.0.0.0", 0))  # as Ardour does
        install(settings, silent.getsockname()[1])
        chosen, notices = await studio._with_destination(GenerateRequest(prompt="pop"))
    assert chosen.to is not Destination.LIVE
    assert "the take was not placed in it: Ardour did not answer within 1 s" in notices[0]


async def test_where_no_session_was_open_a_name_is_told_to_be_no_snapshot(studio: Studio, settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        install(settings, free.getsockname()[1])
    with pytest.raises(NotFound, match=r"no snapshot 'Song'; there are no snapshots; .*whole path"):
        await studio.sessions.open("Song", unsaved=Unsaved.REFUSE)


@pytest.mark.parametrize(("words", "key"), [("slow strings", None), ("strings in D dorian", "D dorian")])
def test_only_words_that_name_no_key_leave_it_to_the_session(studio: Studio, words: str, key: str | None) -> None:
    named = check_wish(studio._rooms.planner, GenerateRequest(prompt=words)).brief.key
    assert (str(named) if named else None) == key


async def test_a_press_that_can_be_answered_nowhere_ends_no_server(
    studio: Studio, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def tell_nobody(_line: str) -> None:
        raise BrokenPipeError

    async with open_ear(settings) as ear:
        assert settings.bridge_dir is not None
        shutil.rmtree(settings.bridge_dir)  # no reply and no notice can be written any more
        await studio._answer_or_log(PRESS, ear, told.append)
        with caplog.at_level(logging.ERROR):
            await studio._answer_or_log(PRESS, ear, tell_nobody)
    assert "slow strings" in told[0]
    assert "the press 1-1 was not answered" in caplog.text


async def test_a_file_too_long_to_be_sent_is_named_with_its_place(studio: Studio, settings: Settings) -> None:
    job_id = await studio.generate(GenerateRequest(prompt="pop", bars=1, seed=1, to=Destination.NONE))
    assert (await studio.settled(job_id, timeout_seconds=60)).error is None
    whole = await studio.take_file(job_id, "mix.wav", most_bytes=10**8)
    assert whole == (settings.takes_dir / job_id / "mix.wav").read_bytes()
    with pytest.raises(RequestInvalid, match=f"{len(whole)} bytes, .* open the file itself: {settings.takes_dir}"):
        await studio.take_file(job_id, "mix.wav", most_bytes=len(whole) - 1)
    with pytest.raises(NotFound):
        await studio.take_file(job_id, "mix.flac", most_bytes=10**8)
