"""Automation in the real editor: points are read back from Ardour and from its session file, and undone exactly."""

import itertools
import math
import time
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from daw_bridge.daw import TransportAction
from music.changeset import ChangeSetState, OutcomeStatus
from music.errors import NotFound
from music.operations import Operation
from music.operations.automation import ClearAutomation, SetAutomationMode, ThinAutomation, WriteAutomation
from music.operations.mixer import SetFader
from music.operations.plugins import AddPlugin, SetParameter
from music.operations.tracks import AddAudioTrack
from music.session import AutomationLane, Route, SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.turns import applied, refusal, turn

EQ = "urn:ardour:a-eq"
MANY = 10_000
MOST_SECONDS = 6.0  # 0.6 s on a quiet machine; adding the points one by one takes Ardour 8 s there
SUPERCLOCKS_PER_SAMPLE = 282_240_000 // 48_000  # in which Ardour saves places (temporal/superclock.h)
pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("automation")) as found:
        yield found


@pytest.fixture
async def vox(studio: Studio) -> str:
    """Return the id of an audio track with an equaliser in front of its fader."""
    async with studio.daw() as daw:
        known = [route.id for route in (await daw.snapshot()).routes if route.name == "Vox"]
        if known:
            return known[0]
        made = await daw.apply(
            turn(
                AddAudioTrack(ref="vox", name="Vox", colour="#224466", n_channels=2),
                AddPlugin(ref="eq", route="vox", plugin=EQ),
            )
        )
        assert made.state is ChangeSetState.APPLIED, failures(made)
        return str(made.outcomes[0].route_id)


def _route(snapshot: SessionSnapshot, route_id: str) -> Route:
    return next(route for route in snapshot.routes if route.id == route_id)


def _lane(snapshot: SessionSnapshot, route_id: str, target: str) -> AutomationLane:
    return next(lane for lane in _route(snapshot, route_id).automation if lane.target == target)


def _points(lane: AutomationLane) -> list[tuple[int, float]]:
    rows = (row.split() for row in lane.points.split(";"))
    return [(int(place), float(value)) for place, value in rows]


def _saved_points(studio: Studio, route_name: str, automation_id: str) -> list[tuple[int, float]]:
    """Return the points of a lane as Ardour's own session file has them; places in samples."""
    studio.editor.save()
    root = ElementTree.parse(studio.editor.session_file).getroot()
    route = next(found for found in root.iter("Route") if found.get("name") == route_name)
    lane = next(found for found in route.iter("AutomationList") if found.get("automation-id") == automation_id)
    numbers = (lane.findtext("events") or "").split()
    return [
        (int(place.removeprefix("a")) // SUPERCLOCKS_PER_SAMPLE, float(value))
        for place, value in zip(numbers[::2], numbers[1::2], strict=True)
    ]


async def test_gain_is_automated_in_db_and_beats_and_ardour_saves_just_that(studio: Studio, vox: str) -> None:
    rows = "0 -6;4 0;8 -12.5;16 -inf"
    async with studio.daw() as daw, applied(daw, WriteAutomation(route=vox, points=rows)) as done:
        lane = _lane(await daw.snapshot(), vox, "gain")
        assert lane.mode == "play"
        beat = 24_000  # samples, at 120 BPM and 48 kHz
        wanted = [(0, 10 ** (-6 / 20)), (4 * beat, 1.0), (8 * beat, 10 ** (-12.5 / 20)), (16 * beat, 0.0)]
        for found in (_points(lane), _saved_points(studio, "Vox", "gain")):
            assert [place for place, _ in found] == [place for place, _ in wanted]
            assert [value for _, value in found] == pytest.approx([value for _, value in wanted], abs=1e-6)
        told = await daw.read("automation", {"route": vox, "control": "gain"})
        assert (told["points"], told["mode"], told["n_points"]) == (rows, "play", 4)
        assert "4 points" in done.outcomes[0].read_back


async def test_new_points_replace_what_lies_between_them(studio: Studio, vox: str) -> None:
    async with studio.daw() as daw, applied(daw, WriteAutomation(route=vox, points="0 -6;4 0;8 -12;16 -3")):
        more = WriteAutomation(route=vox, points="0 -1\n4 -2", start=BBT(2), interpolation="discrete", is_played=False)
        async with applied(daw, more):
            told = await daw.read("automation", {"route": vox, "control": "gain"})
            assert told["points"] == "0 -6;4 -1;8 -2;16 -3"
            assert told["interpolation"] == "discrete"
            later = await daw.read("automation", {"route": vox, "control": "gain", "start": _bar(3), "unit": "seconds"})
            assert (later["points"], later["n_before"]) == ("0 -2;4 -3", 2)


def _bar(bar: int) -> dict[str, int]:
    return {"bar": bar, "beat": 1, "tick": 0}


@pytest.mark.parametrize(
    ("control", "points", "raw"),
    [
        ("pan", "0 -1;1.5 1", [0.0, 1.0]),
        ("mute", "0 1;1 0", [1.0, 0.0]),
        ("trim", "0 -20;1 20", [0.1, 10.0]),
    ],
)
async def test_each_control_of_a_strip_is_automated_in_its_own_unit(
    studio: Studio, vox: str, control: str, points: str, raw: list[float]
) -> None:
    async with studio.daw() as daw:
        operation = WriteAutomation(route=vox, control=control, points=points, unit="seconds")
        async with applied(daw, operation):
            assert [value for _, value in _points(_lane(await daw.snapshot(), vox, control))] == pytest.approx(raw)
            told = await daw.read("automation", {"route": vox, "control": control, "unit": "seconds"})
            assert told["points"] == points


async def test_a_parameter_follows_its_automation_and_a_lone_point_stays_alone(studio: Studio, vox: str) -> None:
    async with studio.daw() as daw:
        eq = _route(await daw.snapshot(), vox).processors[0].id
        async with applied(daw, WriteAutomation(plugin=eq, control="Gain 1", points="3 -10")):
            lane = _lane(await daw.snapshot(), vox, f"{eq} 3")
            assert _points(lane) == [(3 * 1920 if lane.is_in_beats else 72_000, -10.0)]
            assert "manual first" in await refusal(daw, SetParameter(plugin=eq, parameter="Gain 1", value=3))
            assert ";3 ~;" in _route(await daw.snapshot(), vox).processors[0].parameters
            by_hand = SetAutomationMode(plugin=eq, control="Gain 1", mode="manual")
            async with applied(daw, by_hand, SetParameter(plugin=eq, parameter="Gain 1", value=4)):
                assert ";3 4;" in _route(await daw.snapshot(), vox).processors[0].parameters


@pytest.mark.parametrize("mode", ["play", "write", "touch", "latch"])
async def test_the_mode_of_a_lane_is_set_and_set_back(studio: Studio, vox: str, mode: str) -> None:
    async with studio.daw() as daw:
        async with applied(daw, SetAutomationMode(route=vox, control="trim", mode=mode)):  # type: ignore[arg-type]
            assert _lane(await daw.snapshot(), vox, "trim").mode == mode
        assert _route(await daw.snapshot(), vox).automation == ()


async def test_what_is_set_by_hand_is_not_written_on_a_lane_that_is_recorded(studio: Studio, vox: str) -> None:
    async with studio.daw() as daw:
        mode = SetAutomationMode(route=vox, control="gain", mode="write")
        async with applied(daw, mode, SetFader(route=vox, gain_db=-6)):
            assert _route(await daw.snapshot(), vox).gain_db == pytest.approx(-6, abs=0.01)
            assert _lane(await daw.snapshot(), vox, "gain").points == ""


async def test_a_played_lane_does_not_make_the_session_another_one_wherever_the_playhead_is(
    studio: Studio, vox: str
) -> None:
    async with studio.daw() as daw, applied(daw, WriteAutomation(route=vox, points="0 -6;8 -12")):
        await daw.transport(TransportAction.LOCATE, BBT(1))
        before = await daw.snapshot()
        assert _route(before, vox).gain_db == pytest.approx(-6)
        await daw.transport(TransportAction.LOCATE, BBT(3))
        await daw.transport(TransportAction.PLAY)
        await daw.transport(TransportAction.STOP)
        assert (await daw.snapshot()).revision == before.revision
        await daw.transport(TransportAction.LOCATE, BBT(1))


async def test_a_span_or_all_of_a_lane_is_cleared(studio: Studio, vox: str) -> None:
    async with studio.daw() as daw, applied(daw, WriteAutomation(route=vox, points="0 -1;4 -2;8 -3;12 -4")):
        async with applied(daw, ClearAutomation(route=vox, start=BBT(2), end=BBT(4))):
            assert (await daw.read("automation", {"route": vox, "control": "gain"}))["points"] == "0 -1;12 -4"
        async with applied(daw, ClearAutomation(route=vox)):
            assert _lane(await daw.snapshot(), vox, "gain").points == ""
            assert _saved_points(studio, "Vox", "gain") == []


async def test_thinning_keeps_the_curve_within_its_tolerance(studio: Studio, vox: str) -> None:
    curve = [(index / 8, -12 + 10 * math.sin(index / 40)) for index in range(400)]
    rows = ";".join(f"{beats} {db:.4f}" for beats, db in curve)
    writing, thinning = WriteAutomation(route=vox, points=rows), ThinAutomation(route=vox, tolerance=0.5)
    async with studio.daw() as daw, applied(daw, writing), applied(daw, thinning):
        told = await daw.read("automation", {"route": vox, "control": "gain"})
        kept = [tuple(float(number) for number in row.split()) for row in told["points"].split(";")]
        assert 4 < len(kept) < 60
        for beats, db in curve:
            assert _between(kept, beats) == pytest.approx(db, abs=0.51)  # the places of points are whole samples


def _between(points: list[tuple[float, ...]], beats: float) -> float:
    """Return the height of straight lines between points."""
    for (start, low), (end, high) in itertools.pairwise(points):
        if start <= beats <= end:
            return low + (high - low) * (beats - start) / (end - start)
    raise AssertionError(f"{beats} lies outside the curve")


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (WriteAutomation(route="Vox", points="0 7"), "within -inf and 6.0"),
        (WriteAutomation(route="Vox", points="0 -3;1e13 -4"), "a distance from 0 to 100000"),
        (WriteAutomation(route="Vox", points="0 -3;0 -4"), "does not come after"),
        (WriteAutomation(route="Vox", points="0 -3;1 loud"), "is not a distance and a value"),
        (WriteAutomation(route="Vox", control="gian", points="0 -3"), "gain?"),
        (WriteAutomation(route="Vox", control="pan", points="0 -2"), "within -1 and 1"),
        (WriteAutomation(route="Vox", control="width", points="0 0"), "no automatable control"),  # a balance has none
        (WriteAutomation(plugin="ACE EQ", control="Gain 9", points="0 -2"), "Gain"),
    ],
)
async def test_points_that_cannot_be_are_refused(studio: Studio, vox: str, operation: Operation, why: str) -> None:
    del vox
    async with studio.daw() as daw:
        assert why in await refusal(daw, operation)
        with pytest.raises(NotFound, match="gain"):
            await daw.read("automation", {"route": "Vox", "control": "gian"})
        with pytest.raises(NotFound, match="no send 'to nowhere'"):
            await daw.read("automation", {"send": "to nowhere", "control": "level"})


async def test_points_that_were_drawn_since_are_left_alone(studio: Studio, vox: str) -> None:
    async with studio.daw() as daw:
        first, second = (turn(WriteAutomation(route=vox, points=rows)) for rows in ("0 -6;4 -3", "8 -9;12 -1"))
        await daw.apply(first)
        await daw.apply(second)
        try:
            undone = await daw.revert(first.id)
        finally:
            await daw.revert(second.id)
        left = await daw.read("automation", {"route": vox, "control": "gain"})
        assert left["points"] == "0 -6;4 -3"
        assert OutcomeStatus.VERIFIED not in {outcome.status for outcome in undone.outcomes}
        await daw.revert(first.id)


async def test_ten_thousand_points_are_written_and_taken_back_in_time(studio: Studio, vox: str) -> None:
    rows = ";".join(f"{index / 20:.2f} {-20 + (index % 37) / 2:.1f}" for index in range(MANY))
    async with studio.daw() as daw:
        before = await daw.snapshot()
        large = turn(WriteAutomation(route=vox, points=rows))
        begun = time.perf_counter()
        done = await daw.apply(large)
        seconds = time.perf_counter() - begun
        assert done.state is ChangeSetState.APPLIED, failures(done)
        assert len(_points(_lane(await daw.snapshot(), vox, "gain"))) == MANY
        assert len(_saved_points(studio, "Vox", "gain")) == MANY
        begun = time.perf_counter()
        await daw.revert(large.id)
        undo_seconds = time.perf_counter() - begun
        assert await daw.snapshot() == before
    assert (seconds < MOST_SECONDS, undo_seconds < MOST_SECONDS) == (True, True), (seconds, undo_seconds)
