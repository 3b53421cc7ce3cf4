"""Tempo, metre, markers, ranges, loop and punch in the real editor: done, read back, and taken back exactly."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator

import pytest

from daw_bridge.daw import TransportAction
from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.errors import RequestInvalid
from music.operations import Operation
from music.operations.timeline import (
    AddMarker,
    AddRange,
    AddSection,
    DeleteMarker,
    DeleteRange,
    EditRange,
    MoveMarker,
    RampTempo,
    RemoveTempo,
    RenameMarker,
    SetLoop,
    SetMeter,
    SetPunch,
    SetTempo,
)
from music.session import SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance.bridge_studio import Studio, failures, running_studio

FOUR_FOUR, THREE_FOUR = TimeSignature(4, 4), TimeSignature(3, 4)
BAR_SAMPLES = 96000  # 4/4 at 120 BPM, 48 kHz


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run one editor for all tests here; each takes back what it did."""
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("timeline")) as found:
        yield found


@pytest.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    """Open the session; what a failing test leaves is taken back after it."""
    async with studio.daw() as found:
        yield found
        for result in reversed(await found.change_sets()):
            if result.state is ChangeSetState.APPLIED:
                await found.revert(result.id)


def id_of(label: str) -> ChangeSetId:
    """Return the id of the turn with this label."""
    return ChangeSetId(label.replace(" ", "-"))


def turn(label: str, *operations: Operation) -> ChangeSet:
    """Return one turn."""
    return ChangeSet(id=id_of(label), label=label, operations=operations)


def music_of(snapshot: SessionSnapshot) -> SessionSnapshot:
    """Return what a turn can change, without what passes."""
    return dataclasses.replace(snapshot, playhead_samples=0, playhead=BBT(1), selected_range=None, selected_routes=())


async def apply(daw: LiveDaw, label: str, *operations: Operation) -> ChangeSetResult:
    """Apply one turn, all of it verified."""
    result = await daw.apply(turn(label, *operations))
    assert result.state is ChangeSetState.APPLIED, failures(result)
    assert failures(result) == []
    return result


async def revert(daw: LiveDaw, label: str) -> None:
    """Take one turn back, without a remark."""
    result = await daw.revert(id_of(label))
    assert result.state is ChangeSetState.REVERTED
    assert failures(result) == []


async def refused(daw: LiveDaw, label: str, *operations: Operation) -> str:
    """Return why the last operation of a turn was refused; nothing stands of it then."""
    before = await daw.snapshot()
    result = await daw.apply(turn(label, *operations))
    assert result.state is ChangeSetState.FAILED
    assert (await daw.snapshot()).revision == before.revision
    found = [outcome.reason for outcome in result.outcomes if outcome.status is OutcomeStatus.FAILED]
    return found[-1]


def tempos(snapshot: SessionSnapshot) -> list[tuple[BBT, float, float | None, TimeSignature]]:
    """Return the tempo map as rows."""
    return [
        (point.start, round(point.tempo_bpm, 3), point.ramps_to_bpm, point.time_signature)
        for point in snapshot.tempo_map
    ]


async def test_a_metre_changes_alone_and_goes_again(daw: LiveDaw) -> None:
    """The tempo stays; the undo is exact."""
    before = await daw.snapshot()
    await apply(daw, "meter", SetMeter(at=BBT(5), time_signature=THREE_FOUR))
    assert tempos(await daw.snapshot()) == [(BBT(1), 120.0, None, FOUR_FOUR), (BBT(5), 120.0, None, THREE_FOUR)]
    await revert(daw, "meter")
    assert music_of(await daw.snapshot()) == music_of(before)


async def test_a_ramp_goes_in_a_straight_line_and_holds_its_end(daw: LiveDaw) -> None:
    """Bars 3 to 5 go from 120 to 60; Ardour's own sample positions are those of a straight line in beats."""
    before = await daw.snapshot()
    await apply(
        daw,
        "ramp",
        RampTempo(start=BBT(3), end=BBT(5), start_bpm=120.0, end_bpm=60.0),
        AddMarker(ref="there", name="there", at=BBT(5)),
    )
    after = await daw.snapshot()
    assert tempos(after) == [
        (BBT(1), 120.0, None, FOUR_FOUR),
        (BBT(3), 120.0, 60.0, FOUR_FOUR),
        (BBT(5), 60.0, None, FOUR_FOUR),
    ]
    # 8 quarters from 120 to 60 BPM take 8 * 60 * ln(120 / 60) / (120 - 60) s
    assert after.markers[0].position_samples == pytest.approx(2 * BAR_SAMPLES + 5.545177 * 48000, abs=2)
    await revert(daw, "ramp")
    assert music_of(await daw.snapshot()) == music_of(before)


async def test_a_tempo_inside_a_ramp_ends_it_there(daw: LiveDaw) -> None:
    """What the ramp had come to is where it ends; taking the tempo away again gives back the rest as level."""
    before = await daw.snapshot()
    await apply(daw, "long ramp", RampTempo(start=BBT(1), end=BBT(9), start_bpm=80.0, end_bpm=160.0))
    await apply(daw, "inside", SetTempo(at=BBT(5), tempo_bpm=100.0, time_signature=FOUR_FOUR))
    assert tempos(await daw.snapshot()) == [
        (BBT(1), 80.0, 120.0, FOUR_FOUR),
        (BBT(5), 100.0, None, FOUR_FOUR),
        (BBT(9), 160.0, None, FOUR_FOUR),
    ]
    await revert(daw, "inside")
    assert tempos(await daw.snapshot())[0] == (BBT(1), 80.0, 160.0, FOUR_FOUR)
    await revert(daw, "long ramp")
    assert music_of(await daw.snapshot()) == music_of(before)


async def test_a_tempo_without_a_metre_leaves_the_metre_as_it_is(daw: LiveDaw) -> None:
    before = await daw.snapshot()
    await apply(daw, "waltz", SetTempo(at=BBT(3), tempo_bpm=100.0, time_signature=THREE_FOUR))
    await apply(daw, "faster", SetTempo(at=BBT(5), tempo_bpm=130.0))
    assert tempos(await daw.snapshot())[-1] == (BBT(5), 130.0, None, THREE_FOUR)
    await revert(daw, "faster")
    await revert(daw, "waltz")
    assert music_of(await daw.snapshot()) == music_of(before)


async def test_a_point_that_changes_nothing_does_not_show_when_something_before_it_changes(daw: LiveDaw) -> None:
    """Ardour keeps the point of a change that was written back; a tempo set before it still reaches past it."""
    start = await daw.snapshot()
    await apply(daw, "early", SetTempo(at=BBT(5), tempo_bpm=90.0, time_signature=THREE_FOUR))
    await apply(daw, "elsewhere", SetTempo(at=BBT(20), tempo_bpm=100.0, time_signature=TimeSignature(6, 8)))
    await revert(daw, "early")  # not as it was in the editor's memory, so it is written
    await apply(daw, "before it", SetTempo(at=BBT(3), tempo_bpm=80.0, time_signature=TimeSignature(2, 4)))
    assert [(row[0], row[1], str(row[3])) for row in tempos(await daw.snapshot())] == [
        (BBT(1), 120.0, "4/4"),
        (BBT(3), 80.0, "2/4"),
        (BBT(20), 100.0, "6/8"),
    ]
    await revert(daw, "before it")
    await revert(daw, "elsewhere")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_a_change_is_removed_with_its_metre(daw: LiveDaw) -> None:
    """What came before goes on; undo brings both back."""
    start = await daw.snapshot()
    await apply(daw, "changed", SetTempo(at=BBT(5), tempo_bpm=90.0, time_signature=THREE_FOUR))
    before = await daw.snapshot()
    await apply(daw, "removed", RemoveTempo(at=BBT(5)))
    assert tempos(await daw.snapshot()) == [(BBT(1), 120.0, None, FOUR_FOUR)]
    await revert(daw, "removed")
    assert music_of(await daw.snapshot()) == music_of(before)
    await revert(daw, "changed")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_an_earlier_tempo_is_reverted_under_a_later_one(daw: LiveDaw) -> None:
    """The map has moved on, so the old tempo is written again: what is heard is the same."""
    start = await daw.snapshot()
    await apply(daw, "first", SetTempo(at=BBT(5), tempo_bpm=90.0, time_signature=FOUR_FOUR))
    await apply(daw, "second", SetTempo(at=BBT(9), tempo_bpm=100.0, time_signature=FOUR_FOUR))
    await revert(daw, "first")
    assert tempos(await daw.snapshot()) == [(BBT(1), 120.0, None, FOUR_FOUR), (BBT(9), 100.0, None, FOUR_FOUR)]
    await revert(daw, "second")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_a_tempo_off_the_beat_and_a_missing_change_are_refused(daw: LiveDaw) -> None:
    """Each refusal says what would do."""
    assert "quarter notes only" in await refused(
        daw, "off the beat", RampTempo(start=BBT(3, 1, 480), end=BBT(5), start_bpm=120.0, end_bpm=60.0)
    )
    assert "they change at 1|1|0" in await refused(daw, "nothing there", RemoveTempo(at=BBT(3)))
    assert "use beat 1, tick 0" in await refused(daw, "not a bar", SetMeter(at=BBT(3, 2), time_signature=THREE_FOUR))


async def test_markers_are_moved_renamed_and_deleted_by_ref_and_id(daw: LiveDaw) -> None:
    """A marker's id is its name and place, so it changes; the ref goes along."""
    start = await daw.snapshot()
    await apply(
        daw,
        "make markers",
        AddMarker(ref="a", name="Verse", at=BBT(3)),
        AddMarker(ref="b", name="Chorus", at=BBT(5)),
        MoveMarker(marker="a", at=BBT(4)),
        RenameMarker(marker="a", name="Strophe"),
        MoveMarker(marker="a", at=BBT(2)),
    )
    before = await daw.snapshot()
    assert [(marker.id, marker.start) for marker in before.markers] == [
        (f"Strophe@{BAR_SAMPLES}", BBT(2)),
        (f"Chorus@{4 * BAR_SAMPLES}", BBT(5)),
    ]
    await apply(daw, "delete marker", DeleteMarker(marker="Strophe"), RenameMarker(marker="Chorus", name="Refrain"))
    assert [marker.name for marker in (await daw.snapshot()).markers] == ["Refrain"]
    await revert(daw, "delete marker")
    assert music_of(await daw.snapshot()) == music_of(before)
    await revert(daw, "make markers")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_two_markers_stand_at_one_place_whatever_the_tempo(daw: LiveDaw) -> None:
    """As where a take is placed at a marker of the session."""
    await apply(daw, "one", AddMarker(ref="a", name="Here", at=BBT(3)))
    await apply(daw, "two", AddMarker(ref="b", name="And here", at=BBT(3)))
    before = await daw.snapshot()
    assert [(marker.name, marker.start) for marker in before.markers] == [("And here", BBT(3)), ("Here", BBT(3))]
    await apply(daw, "slower", SetTempo(at=BBT(1), tempo_bpm=60.0))
    assert len({marker.start for marker in (await daw.snapshot()).markers}) == 1
    await revert(daw, "slower")
    await revert(daw, "two")
    assert [marker.name for marker in (await daw.snapshot()).markers] == ["Here"]
    await revert(daw, "one")


async def test_one_of_two_that_are_alike_is_deleted_and_comes_back(daw: LiveDaw) -> None:
    twins = [AddMarker(ref=ref, name="Twin", at=BBT(3)) for ref in ("one", "two")]
    alike = [AddRange(ref=f"range {ref}", name="Twins", start=BBT(3), end=BBT(5)) for ref in ("one", "two")]
    await apply(daw, "twins", *twins, *alike)
    before = await daw.snapshot()
    marker, span = before.markers[0].id, before.ranges[0].id
    await apply(daw, "delete twins", DeleteMarker(marker=marker), DeleteRange(range=span))
    after = await daw.snapshot()
    assert ([left.id for left in after.markers], [left.id for left in after.ranges]) == ([marker], [span])
    await revert(daw, "delete twins")
    assert music_of(await daw.snapshot()) == music_of(before)


async def test_a_marker_that_is_not_there_names_the_nearest(daw: LiveDaw) -> None:
    """The name is close, so the answer says which."""
    await apply(daw, "one marker", AddMarker(ref="a", name="Bridge", at=BBT(3)))
    assert "Bridge" in await refused(daw, "misspelt", DeleteMarker(marker="Brigde"))
    await revert(daw, "one marker")


async def test_sections_are_markers_of_their_own_or_refused_with_the_version(daw: LiveDaw) -> None:
    """Ardour 8 has them; before, the reason says so and nothing is done."""
    start = await daw.snapshot()
    lacking = {found.verb: found for found in (await daw.capabilities()).unavailable}
    section = AddSection(ref="s", name="Intro", at=BBT(3))
    if "add_section" in lacking:
        assert lacking["add_section"].since == "8.0"
        assert "8.0" in await refused(daw, "sections", section)
        return
    await apply(daw, "sections", section, RenameMarker(marker="s", name="Opening"))
    assert [(marker.name, marker.kind) for marker in (await daw.snapshot()).markers] == [("Opening", "section")]
    await apply(daw, "no sections", DeleteMarker(marker="Opening"))
    await revert(daw, "no sections")
    assert [(marker.name, marker.kind) for marker in (await daw.snapshot()).markers] == [("Opening", "section")]
    await revert(daw, "sections")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_ranges_are_added_edited_and_deleted(daw: LiveDaw) -> None:
    """The refs go along with the ids."""
    start = await daw.snapshot()
    await apply(
        daw,
        "make ranges",
        AddRange(ref="r", name="Solo", start=BBT(3), end=BBT(5)),
        EditRange(range="r", start=BBT(4), end=BBT(7)),
        EditRange(range="r", name="Long solo"),
    )
    before = await daw.snapshot()
    assert [(found.name, found.span.start, found.span.end) for found in before.ranges] == [
        ("Long solo", BBT(4), BBT(7))
    ]
    await apply(daw, "delete range", DeleteRange(range="Long solo"))
    assert (await daw.snapshot()).ranges == ()
    await revert(daw, "delete range")
    assert music_of(await daw.snapshot()) == music_of(before)
    assert "its end must come after its start" in await refused(
        daw, "backwards", EditRange(range="Long solo", end=BBT(2))
    )
    await revert(daw, "make ranges")
    assert music_of(await daw.snapshot()) == music_of(start)


@pytest.mark.parametrize(
    "operation",
    [
        AddRange(ref="r", name="Solo", start=BBT(1, 9), end=BBT(2)),
        SetLoop(start=BBT(1, 9), end=BBT(2)),
        SetPunch(start=BBT(1, 9), end=BBT(3)),
        RampTempo(start=BBT(1, 9), end=BBT(2), start_bpm=100.0, end_bpm=140.0),
    ],
)
async def test_a_stretch_that_ends_before_it_starts_once_beats_are_counted_on_is_refused(
    daw: LiveDaw, operation: Operation
) -> None:
    """Beat 9 of a bar of four is the start of bar 3."""
    assert "1|9|0 is 3|1|0" in await refused(daw, f"backwards {operation.verb}", operation)


@pytest.mark.parametrize("at", [BBT(0), BBT(-3), BBT(2, 0), BBT(2, 1, -50), BBT(1, 10**8)])
async def test_a_place_that_is_none_is_refused(daw: LiveDaw, at: BBT) -> None:
    """In front of bar 1 nothing must lie."""
    adding = AddMarker(ref="m", name="nowhere", at=at)
    assert f"{at} is no place" in await refused(daw, f"nowhere {at}".replace("|", "."), adding)


@pytest.mark.parametrize("bar", [50_000, 100_000, 1_000_000])
async def test_a_marker_stands_where_it_was_asked_for_or_nowhere(daw: LiveDaw, bar: int) -> None:
    """From bar 70,000 on Ardour 7.3 counts anew."""
    result = await daw.apply(turn(f"far {bar}", AddMarker(ref="m", name="far", at=BBT(bar))))
    places = [marker.start for marker in (await daw.snapshot()).markers]
    if result.state is ChangeSetState.APPLIED:
        assert places == [BBT(bar)]
    else:
        assert places == []
        assert f"does not count as far as {bar}|1|0" in result.outcomes[0].reason


async def test_loop_and_punch_are_set_and_taken_away(daw: LiveDaw) -> None:
    """Where there was none before, none is left."""
    start = await daw.snapshot()
    await apply(daw, "loop", SetLoop(start=BBT(3), end=BBT(5)), SetPunch(start=BBT(2), end=BBT(4), is_out=False))
    once = await daw.snapshot()
    assert once.loop is not None
    assert once.punch is not None
    assert (once.loop.start, once.loop.end) == (BBT(3), BBT(5))
    assert (once.punch.start, once.punch.end, once.is_punch_in, once.is_punch_out) == (BBT(2), BBT(4), True, False)
    await apply(daw, "other loop", SetLoop(start=BBT(1), end=BBT(2)), SetPunch(start=BBT(6), end=BBT(8), is_in=False))
    await revert(daw, "other loop")
    assert music_of(await daw.snapshot()) == music_of(once)
    await revert(daw, "loop")
    assert music_of(await daw.snapshot()) == music_of(start)


async def test_the_loop_a_range_and_a_marker_are_played_from(daw: LiveDaw) -> None:
    """The loop goes on from its start, a range stops by itself at its end, a marker is a place like another."""
    with pytest.raises(RequestInvalid, match="no loop range"):
        await daw.transport(TransportAction.PLAY_LOOP)
    await apply(daw, "to play", SetLoop(start=BBT(3), end=BBT(4)), AddMarker(ref="m", name="Here", at=BBT(7)))
    looping = await daw.transport(TransportAction.PLAY_LOOP)
    assert looping.is_looping
    assert 2 * BAR_SAMPLES <= looping.playhead_samples < 3 * BAR_SAMPLES
    await daw.transport(TransportAction.STOP)
    assert (await daw.transport(TransportAction.LOCATE, marker="Here")).playhead == BBT(7)
    await daw.transport(TransportAction.PLAY_RANGE, BBT(5), until=BBT(5, 2))
    for _ in range(200):
        state = await daw.transport(TransportAction.STATE)
        if not state.is_rolling:
            break
        await asyncio.sleep(0.02)
    assert (state.is_rolling, state.playhead) == (False, BBT(5, 2))
    with pytest.raises(RequestInvalid, match="'play_range' needs an end"):
        await daw.transport(TransportAction.PLAY_RANGE, BBT(5))


async def test_the_metronome_is_switched(daw: LiveDaw) -> None:
    assert (await daw.transport(TransportAction.METRONOME_ON)).has_metronome
    assert (await daw.transport(TransportAction.STATE)).has_metronome
    assert not (await daw.transport(TransportAction.METRONOME_OFF)).has_metronome


async def test_what_was_changed_by_hand_since_is_left(daw: LiveDaw, studio: Studio) -> None:
    """Ardour itself moved the loop; the undo says so and leaves it."""
    await apply(daw, "our loop", SetLoop(start=BBT(3), end=BBT(5)))
    studio.editor.send_osc("/loop_location", 48000, 96000)
    async with studio.daw() as other:
        for _ in range(200):
            loop = (await other.snapshot()).loop
            if loop is not None and loop.start_samples in (47999, 48000):
                break
        else:
            pytest.fail("Ardour did not move the loop")
    result = await daw.revert(id_of("our loop"))
    assert any("changed since" in outcome.reason and "by hand" in outcome.reason for outcome in result.outcomes)


async def test_the_map_comes_back_after_a_restart(studio: Studio) -> None:
    """Without what the editor kept in memory, the record alone brings the old course back."""
    async with studio.daw() as daw:
        before = await daw.snapshot()
        await apply(
            daw,
            "before restart",
            SetTempo(at=BBT(5), tempo_bpm=90.0, time_signature=THREE_FOUR),
            RampTempo(start=BBT(9), end=BBT(11), start_bpm=90.0, end_bpm=150.0),
            AddMarker(ref="m", name="Kept", at=BBT(9)),
            AddRange(ref="r", name="Kept range", start=BBT(9), end=BBT(10)),
        )
        changed = await daw.snapshot()
        await daw.save()
    studio.editor.quit(save=True)
    studio.editor.restart()
    async with studio.daw() as daw:
        assert tempos(await daw.snapshot()) == tempos(changed)
        await revert(daw, "before restart")
        assert music_of(await daw.snapshot()) == dataclasses.replace(
            music_of(before), revision=(await daw.snapshot()).revision
        )
