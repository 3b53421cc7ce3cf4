"""A person presses the button inside Ardour: music appears at the place and tempo of the session, or the reason."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.daw import TransportAction
from music.changeset import ChangeSet, ChangeSetId
from music.operations.timeline import SetTempo
from music.session import RouteKind, SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance import inside_ardour
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import home_environment, running_serve, sideman_json
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_SECONDS = 60.0
_BAR_SAMPLES = 90_000  # three quarter notes at 96 BPM and 48 kHz


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run an editor, and `sideman serve` beside it."""
    del ardour_programs
    require_program("xdotool")
    folder = tmp_path_factory.mktemp("generate here")
    with running_studio(folder) as found, running_serve(environment(found), log_of(found)):
        yield found


def environment(studio: Studio) -> dict[str, str]:
    own = {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder), "SIDEMAN_HTTP_TOKEN": "of-this-test-alone"}
    return home_environment(studio.bridge_folder.parent) | own


def log_of(studio: Studio) -> Path:
    return studio.bridge_folder.parent / "serve.log"


async def placed_by(studio: Studio, prompt: str) -> tuple[dict[str, Any], SessionSnapshot, SessionSnapshot]:
    """Ask for music inside Ardour; return the take, and the session before and after."""
    async with studio.daw() as daw:
        before, known = await daw.snapshot(), await applied(studio)
        await inside_ardour.ask_for(studio, prompt)
        deadline = time.monotonic() + _SECONDS
        while not (new := [done for done in await applied(studio) if done not in known]):
            assert time.monotonic() < deadline, log_of(studio).read_text()
            await asyncio.sleep(0.2)
        after = await daw.snapshot()
    take = sideman_json(environment(studio), "take", new[0])
    assert take["plan"]["prompt"] == prompt
    return take, before, after


async def applied(studio: Studio) -> list[ChangeSetId]:
    async with studio.daw() as daw:
        return [done.id for done in await daw.change_sets() if done.state.value == "applied"]


def check_filled(before: SessionSnapshot, after: SessionSnapshot, *, first_bar: int, n_bars: int) -> None:
    """Find new tracks whose notes begin with the first bar and end with the last, and the tempo as it was."""
    assert after.tempo_map == before.tempo_map
    known = {route.id for route in before.routes}
    new = [route for route in after.routes if route.id not in known]
    assert {route.kind for route in new} == {RouteKind.MIDI_TRACK, RouteKind.AUDIO_TRACK}
    for route in new:
        (region,) = route.regions
        assert region.start == BBT(first_bar), route.name
        if route.kind is RouteKind.MIDI_TRACK:
            assert region.n_notes
            assert region.length_samples == pytest.approx(n_bars * _BAR_SAMPLES, abs=1)
    sections = [marker for marker in after.markers if marker not in before.markers]
    assert sections[0].start == BBT(first_bar)
    assert all(marker.start.bar < first_bar + n_bars for marker in sections)


async def ask_for_a_waltz(studio: Studio) -> dict[str, Any]:
    """Set the session to 3/4 and 96 BPM, the playhead inside bar 4, and ask for music there."""
    metre = SetTempo(at=BBT(1), tempo_bpm=96.0, time_signature=TimeSignature(3, 4))
    async with studio.daw() as daw:
        await daw.apply(ChangeSet(id=ChangeSetId("metre"), label="", operations=(metre,)))
        await daw.transport(TransportAction.LOCATE, BBT(4, 3, 100))
    take, before, after = await placed_by(studio, "lo-fi waltz in E flat minor")
    check_filled(before, after, first_bar=5, n_bars=8)
    return take


@pytest.fixture(scope="module")
def waltz(studio: Studio) -> dict[str, Any]:
    """Return the take that is made and placed at the bar line nearest to the playhead."""
    return asyncio.run(ask_for_a_waltz(studio))


def test_at_the_playhead_eight_bars_come_at_the_tempo_of_the_session(studio: Studio, waltz: dict[str, Any]) -> None:
    plan = waltz["plan"]
    assert "'lo-fi waltz in E flat minor': placed, in Eb minor" in log_of(studio).read_text()
    assert (plan["tempo_bpm"], plan["time_signature"], plan["n_bars"]) == (96.0, {"beats": 3, "unit": 4}, 8)
    assert plan["key"] == {"tonic": "Eb", "mode": "minor"}


async def test_a_selected_range_is_filled_in_the_key_of_what_was_placed_before(
    studio: Studio, waltz: dict[str, Any]
) -> None:
    await inside_ardour.select_range(studio, 14 * _BAR_SAMPLES, 18 * _BAR_SAMPLES)
    take, before, after = await placed_by(studio, "slow strings")
    check_filled(before, after, first_bar=15, n_bars=4)
    assert take["plan"]["key"] == waltz["plan"]["key"]


async def test_a_key_in_the_words_wins_over_that_of_what_was_placed_before(
    studio: Studio, waltz: dict[str, Any]
) -> None:
    await inside_ardour.select_range(studio, 18 * _BAR_SAMPLES, 20 * _BAR_SAMPLES)
    take, _, _ = await placed_by(studio, "slow strings in D major")
    assert take["plan"]["key"] == {"tonic": "D", "mode": "major"}
    assert take["plan"]["key"] != waltz["plan"]["key"]
    assert "key" not in {conflict["field"] for conflict in take["reading"]["conflicts"]}


async def test_words_that_want_another_metre_are_told_before_anything_is_made(
    studio: Studio, waltz: dict[str, Any]
) -> None:
    """The session is in 3/4 at 96 BPM; whoever asks for rock in 4/4 hears so and says whether to go on."""
    del waltz
    await inside_ardour.select_range(studio, 20 * _BAR_SAMPLES, 22 * _BAR_SAMPLES)
    n_jobs = len(sideman_json(environment(studio), "jobs"))
    await inside_ardour.ask_for(studio, "R&B in 4/4 at 140 BPM")
    question = await inside_ardour.window_shown(studio, inside_ardour.BUTTON_TITLE)
    studio.editor.screenshot(studio.bridge_folder.parent / "other-metre.png")
    inside_ardour.xdotool(studio, "key", "--window", question, "Escape")
    await inside_ardour.window_closed(studio, question)
    told = log_of(studio).read_text()
    assert "You asked for 4/4, but the session is in 3/4 at bar 21." in told
    assert "You asked for 140 BPM, but the session has 96 BPM at bar 21." in told
    assert len(sideman_json(environment(studio), "jobs")) == n_jobs
    known = await applied(studio)
    await inside_ardour.ask_for(studio, "strings in 4/4")
    question = await inside_ardour.window_shown(studio, inside_ardour.BUTTON_TITLE)
    await inside_ardour.say_ok(studio, question)
    deadline = time.monotonic() + _SECONDS
    while not (new := [done for done in await applied(studio) if done not in known]):
        assert time.monotonic() < deadline, log_of(studio).read_text()
        await asyncio.sleep(0.2)
    plan = sideman_json(environment(studio), "take", new[0])["plan"]
    assert plan["prompt"] == "strings in 4/4"
    assert (plan["tempo_bpm"], plan["time_signature"], plan["n_bars"]) == (96.0, {"beats": 3, "unit": 4}, 2)
    assert not list(studio.bridge_folder.glob("reply-*"))


async def test_what_cannot_be_met_is_said_inside_ardour(studio: Studio) -> None:
    before = await applied(studio)
    await inside_ardour.ask_for(studio, "pop at 900 bpm, <b>loud</b> & proud")
    await inside_ardour.window_shown(studio, inside_ardour.MESSAGE_TITLE)
    studio.editor.screenshot(studio.bridge_folder.parent / "refused.png")
    await inside_ardour.close_message(studio)
    assert "900 BPM is out of range" in log_of(studio).read_text()
    assert await applied(studio) == before
    assert not list(studio.bridge_folder.glob("reply-*"))


async def test_what_went_wrong_later_is_said_at_the_next_press(studio: Studio) -> None:
    takes = studio.bridge_folder.parent / "takes"
    kept = takes.rename(takes.with_name("kept"))
    takes.touch()  # a file in the way of every take
    notice = studio.bridge_folder / "notice.json"
    try:
        await inside_ardour.ask_for(studio, "strings")
        deadline = time.monotonic() + _SECONDS
        while not (notice.exists() and "'strings' did not work" in notice.read_text()):  # an earlier press may say more
            assert time.monotonic() < deadline, log_of(studio).read_text()
            await asyncio.sleep(0.05)
    finally:
        takes.unlink()
        kept.rename(takes)
    window = await inside_ardour.press_button(studio)
    studio.editor.screenshot(studio.bridge_folder.parent / "notice.png")
    assert not notice.exists()
    inside_ardour.xdotool(studio, "key", "--window", window, "Escape")
    await inside_ardour.window_closed(studio, window)


async def test_an_empty_prompt_is_answered_and_starts_nothing(studio: Studio) -> None:
    n_jobs = len(sideman_json(environment(studio), "jobs"))
    await inside_ardour.ask_for(studio, "")
    await inside_ardour.close_message(studio)
    assert len(sideman_json(environment(studio), "jobs")) == n_jobs
