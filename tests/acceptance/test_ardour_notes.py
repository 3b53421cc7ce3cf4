"""Notes, controllers and programs in the real editor: read back from Ardour, and undone to exactly what was there."""

import dataclasses
import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from pytest_asyncio import fixture as async_fixture

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.note_text import NoteRow, from_rows
from music.operations import Operation
from music.operations.controllers import SetProgram, WriteController
from music.operations.material import ImportMidi
from music.operations.notes import (
    AddMidiRegion,
    AddNotes,
    DeleteNotes,
    EditNotes,
    HumaniseNotes,
    NoteSelection,
    QuantiseNotes,
    ReplaceNotes,
    SetNoteLengths,
    ShapeVelocity,
    TransposeNotes,
)
from music.operations.timeline import SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.session import Region, SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance.bridge_studio import N_NOTES, Studio, failures, running_studio

pytestmark = pytest.mark.usefixtures("ardour_programs")

QUARTER = 1920
_numbers = itertools.count()


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("notes")) as found:
        yield found


@async_fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    async with studio.daw() as found:
        yield found


@async_fixture
async def region(daw: LiveDaw) -> str:
    """Make a track with an empty region of four bars at bar 3, in 4/4."""
    number = next(_numbers)
    result = await apply(
        daw,
        SetTempo(at=BBT(1), tempo_bpm=120.0, time_signature=TimeSignature(4, 4)),
        AddMidiTrack(ref="track", name=f"Keys {number}", colour="#336699", instrument_plugin=None),
        AddMidiRegion(ref="region", track="track", name=f"Part {number}", at=BBT(3), length_beats=16),
    )
    found = result.outcomes[-1].target_id
    assert found is not None
    return found


async def apply(daw: LiveDaw, *operations: Operation) -> ChangeSetResult:
    """Apply operations; every one must be verified."""
    result = await daw.apply(_change_set(*operations))
    assert {outcome.status for outcome in result.outcomes} == {OutcomeStatus.VERIFIED}, failures(result)
    return result


def _change_set(*operations: Operation) -> ChangeSet:
    return ChangeSet(id=ChangeSetId(f"notes-{next(_numbers)}"), label="notes", operations=operations)


async def refused(daw: LiveDaw, operation: Operation) -> str:
    """Return why an operation is refused; nothing may have changed."""
    before = await daw.snapshot()
    result = await daw.apply(_change_set(operation))
    assert result.state is ChangeSetState.FAILED
    assert music(await daw.snapshot()) == music(before)
    return result.outcomes[0].reason


def music(snapshot: SessionSnapshot) -> SessionSnapshot:
    """Leave out where the playhead is."""
    return dataclasses.replace(snapshot, playhead_samples=0, playhead=BBT(1))


async def read_region(daw: LiveDaw, region_id: str) -> Region:
    snapshot = await daw.snapshot()
    return next(found for route in snapshot.routes for found in route.regions if found.id == region_id)


async def notes_of(daw: LiveDaw, region_id: str) -> tuple[NoteRow, ...]:
    return from_rows((await read_region(daw, region_id)).notes)


async def applied_and_undone(daw: LiveDaw, region_id: str, *operations: Operation) -> Region:
    """Apply operations, return what the region holds then, and see that undo brings back exactly what was there."""
    before = await daw.snapshot()
    result = await apply(daw, *operations)
    during = await read_region(daw, region_id)
    assert result.revision == (await daw.snapshot()).revision
    undone = await daw.revert(result.id)
    assert {outcome.status for outcome in undone.outcomes} == {OutcomeStatus.VERIFIED}, undone
    assert music(await daw.snapshot()) == music(before)
    return during


def quarters(*notes: tuple[float, float, int, int] | tuple[float, float, int, int, int]) -> tuple[NoteRow, ...]:
    """Write notes in quarter notes."""
    return tuple(
        NoteRow(round(start * QUARTER), round(length * QUARTER), pitch, velocity, rest[0] if rest else 1)
        for start, length, pitch, velocity, *rest in notes
    )


async def test_an_empty_midi_region_is_made_where_and_as_long_as_asked(daw: LiveDaw) -> None:
    track = AddMidiTrack(ref="track", name="Empty", colour="#336699", instrument_plugin=None)
    before = await daw.snapshot()
    result = await apply(
        daw, track, AddMidiRegion(ref="made", track="track", name="Verse ü", at=BBT(2, 2), length_beats=6.5, program=38)
    )
    found = next(route for route in (await daw.snapshot()).routes if route.name == "Empty").regions
    assert [(made.id, made.name, made.start, made.n_notes) for made in found] == [
        (result.outcomes[1].target_id, "Verse ü", BBT(2, 2), 0)
    ]
    bpm = (await daw.snapshot()).tempo_map[0].tempo_bpm
    assert found[0].length_samples == pytest.approx(6.5 * 60 / bpm * 48000, abs=1)
    await daw.revert(result.id)
    assert music(await daw.snapshot()) == music(before)


async def test_notes_are_added_by_beats_and_by_places_with_names_and_numbers(daw: LiveDaw, region: str) -> None:
    during = await applied_and_undone(
        daw,
        region,
        AddNotes(region=region, notes="0 1 C4 100; 1.5 0.25 61 80 10\n4|1|480 2 Bb3"),
    )
    assert from_rows(during.notes) == quarters((0, 1, 60, 100), (1.5, 0.25, 61, 80, 10), (4.5, 2, 58, 90))
    assert during.n_notes == 3


async def test_undo_of_added_notes_leaves_equal_notes_that_were_there_before(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 1 C4 100; 0 1 C4 100; 2 1 E4 100"))
    during = await applied_and_undone(daw, region, AddNotes(region=region, notes="0 1 C4 100"))
    assert during.n_notes == 4
    assert await notes_of(daw, region) == quarters((0, 1, 60, 100), (0, 1, 60, 100), (2, 1, 64, 100))


async def test_notes_are_edited_by_place_and_pitch(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 1 C4 100; 1 1 E4 100; 1 1 G4 100"))
    during = await applied_and_undone(
        daw,
        region,
        EditNotes(region=region, edits="3|1 C4 velocity=70 length=0.5; 1 E4 pitch=F4 start=3|3|0 channel=2"),
    )
    assert from_rows(during.notes) == quarters((0, 0.5, 60, 70), (1, 1, 67, 100), (2, 1, 65, 100, 2))
    assert "pitch 62 begins at 0" in await refused(daw, EditNotes(region=region, edits="0 D4 velocity=70"))


async def test_chosen_notes_are_deleted_and_replaced(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 1 C2 100; 1 1 C4 40; 4 1 C4 100 2; 8 1 C6 100"))
    span = NoteSelection(start=BBT(3, 2), end=BBT(5))
    during = await applied_and_undone(daw, region, DeleteNotes(region=region, which=span))
    assert from_rows(during.notes) == quarters((0, 1, 36, 100), (8, 1, 84, 100))
    for which, expected in (
        (NoteSelection(lowest_pitch="C3", highest_pitch="C5"), 2),
        (NoteSelection(highest_velocity=50), 3),
        (NoteSelection(channel=2), 3),
        (NoteSelection(), 0),
    ):
        during = await applied_and_undone(daw, region, DeleteNotes(region=region, which=which))
        assert during.n_notes == expected
    during = await applied_and_undone(daw, region, ReplaceNotes(region=region, notes="2 1 D4", which=span))
    assert from_rows(during.notes) == quarters((0, 1, 36, 100), (2, 1, 62, 90), (8, 1, 84, 100))


async def test_notes_are_quantised_to_the_bars_of_the_session_with_strength_and_swing(
    daw: LiveDaw, region: str
) -> None:
    await apply(daw, AddNotes(region=region, notes="0.03 0.5 C4 100; 0.55 0.5 C4 100; 1.02 0.5 C4 100"))
    straight = await applied_and_undone(daw, region, QuantiseNotes(region=region, grid="1/8"))
    assert from_rows(straight.notes) == quarters((0, 0.5, 60, 100), (0.5, 0.5, 60, 100), (1, 0.5, 60, 100))
    swung = await applied_and_undone(daw, region, QuantiseNotes(region=region, grid="1/8", swing_percent=60))
    assert from_rows(swung.notes)[1].start_ticks == round(0.6 * QUARTER)
    halfway = await applied_and_undone(
        daw, region, QuantiseNotes(region=region, grid="1/8", strength=0.5, which=NoteSelection(end=BBT(3, 1, 480)))
    )
    assert [note.start_ticks for note in from_rows(halfway.notes)] == [29, 1056, 1958]


async def test_notes_are_transposed_by_semitones_and_within_a_key(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 1 C4; 1 1 E4; 2 1 F#4; 3 1 B4"))
    up = await applied_and_undone(daw, region, TransposeNotes(region=region, semitones=-5))
    assert [note.midi_note for note in from_rows(up.notes)] == [55, 59, 61, 66]
    third = await applied_and_undone(daw, region, TransposeNotes(region=region, scale_steps=2, key="C major"))
    assert [note.midi_note for note in from_rows(third.notes)] == [64, 67, 70, 74]
    assert "MIDI has 0 to 127" in await refused(daw, TransposeNotes(region=region, semitones=60))


async def test_velocities_lengths_and_feel_are_shaped(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 0.25 C4 40; 1 0.25 C4 60; 2 0.25 C4 80; 3 0.25 C4 100"))

    async def velocities(**shape: object) -> list[int]:
        operation = ShapeVelocity(region=region, **shape)  # type: ignore[arg-type]  # the fields of each shape
        return [note.velocity for note in from_rows((await applied_and_undone(daw, region, operation)).notes)]

    assert await velocities(shape="scale", amount=1.5) == [60, 90, 120, 127]
    assert await velocities(shape="set", amount=64) == [64] * 4
    assert await velocities(shape="compress", amount=0.5) == [55, 65, 75, 85]
    assert await velocities(shape="ramp", amount=10, end_amount=100) == [10, 40, 70, 100]
    assert await velocities(shape="accent", pattern=(1.0, 0.5), grid="1/4") == [40, 30, 80, 50]
    legato = await applied_and_undone(daw, region, SetNoteLengths(region=region, how="legato", amount=0.25))
    assert [note.length_ticks / QUARTER for note in from_rows(legato.notes)] == [0.75, 0.75, 0.75, 12.75]
    played = await applied_and_undone(daw, region, HumaniseNotes(region=region, timing_ms=10, velocity=5, seed=3))
    moved = [
        abs(new.start_ticks - old.start_ticks)
        for new, old in zip(from_rows(played.notes), await notes_of(daw, region), strict=True)
    ]
    assert 0 < max(moved) < 0.06 * 2 * QUARTER  # 60 ms at two quarter notes a second, six standard deviations


async def test_undo_leaves_notes_that_were_changed_since(daw: LiveDaw, region: str) -> None:
    added = await apply(daw, AddNotes(region=region, notes="0 1 C4 100; 1 1 E4 100"))
    await apply(daw, EditNotes(region=region, edits="1 E4 pitch=G4"))
    undone = await daw.revert(added.id)
    assert undone.outcomes[0].status is OutcomeStatus.UNVERIFIED
    assert "1 of the 2 notes" in undone.outcomes[0].reason
    assert await notes_of(daw, region) == quarters((1, 1, 67, 100))


async def test_undo_puts_no_note_back_beside_one_that_took_its_place_and_was_moved(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0.1 1 C4 100; 1.1 1 E4 100"))
    quantised = await apply(daw, QuantiseNotes(region=region, grid="1/4"))
    await apply(daw, EditNotes(region=region, edits="0 C4 start=2"))
    await daw.revert(quantised.id)
    assert await notes_of(daw, region) == quarters((1.1, 1, 64, 100), (2, 1, 60, 100))


async def test_notes_are_read_as_lines_that_can_be_written_again(daw: LiveDaw, region: str) -> None:
    lines = [f"{index * 0.37} 0.3 {40 + index} {50 + index} {1 + index % 2}" for index in range(30)]
    await apply(daw, AddNotes(region=region, notes="\n".join(lines)))
    first = await daw.read("notes", {"region": region, "limit": 20})
    assert (first["n_notes"], first["next"], first["text"].splitlines()[0]) == (30, 20, "3|1|0 0.3 E2 50")
    rest = await daw.read("notes", {"region": region, "first": first["next"]})
    assert rest["next"] is None
    before = await notes_of(daw, region)
    await apply(daw, ReplaceNotes(region=region, notes=first["text"] + "\n" + rest["text"]))
    for old, new in zip(before, await notes_of(daw, region), strict=True):
        assert old[2:] == new[2:]
        assert abs(old.start_ticks - new.start_ticks) <= 1  # a place is written half as fine as Ardour counts
        assert old.length_ticks == new.length_ticks


async def test_what_no_region_can_hold_is_refused_with_the_reason(daw: LiveDaw, region: str) -> None:
    assert "16 quarter notes long" in await refused(daw, AddNotes(region=region, notes="16 1 C4"))
    assert "lies outside" in await refused(daw, AddNotes(region=region, notes="2|1|0 1 C4"))
    for length in ("1e12", "1e300"):
        assert "above 0 and up to 100000" in await refused(daw, AddNotes(region=region, notes=f"0 {length} C4"))
    assert "no note" in await refused(daw, QuantiseNotes(region=region))
    await apply(daw, AddAudioTrack(ref="audio", name="Sound", colour="#993311", n_channels=1))
    made = AddMidiRegion(ref="no", track="Sound", name="no", at=BBT(1), length_beats=4)
    assert "needs a midi_track" in await refused(daw, made)


async def test_controllers_pitch_bend_and_pressure_replace_what_lies_in_their_span(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes="0 1 C4"))
    wheel = WriteController(region=region, controller="cc", number=1, points="0 0; 1 50; 2 50; 3 50; 4 127")
    during = await applied_and_undone(daw, region, wheel)
    assert during.controllers == "cc 1 1: 0 0;1920 50;5760 50;7680 127"  # Ardour drops what says nothing
    await apply(daw, wheel)
    over = dataclasses.replace(wheel, points="1.5 9; 3|4|0 8")
    assert (await applied_and_undone(daw, region, over)).controllers == ("cc 1 1: 0 0;1920 50;2880 9;5760 8;7680 127")
    cleared = dataclasses.replace(wheel, points="", start=BBT(3, 2), end=BBT(3, 4))
    assert (await applied_and_undone(daw, region, cleared)).controllers == "cc 1 1: 0 0;5760 50;7680 127"
    assert (await applied_and_undone(daw, region, dataclasses.replace(wheel, points=""))).controllers == ""
    bend = WriteController(region=region, controller="pitch_bend", points="0 -8192; 2 8191", channel=3)
    pressure = WriteController(region=region, controller="channel_pressure", points="1 7")
    during = await applied_and_undone(daw, region, bend, pressure)
    assert during.controllers.splitlines()[1:] == ["channel_pressure 1 0: 1920 7", "pitch_bend 3 0: 0 -8192;3840 8191"]


async def test_a_long_controller_and_a_long_part_keep_the_region_in_its_place(daw: LiveDaw, region: str) -> None:
    await apply(daw, AddNotes(region=region, notes=";".join(f"{index / 64} 0.01 C4" for index in range(1000))))
    points = ";".join(f"{index / 64} {index % 128}" for index in range(500))
    pedal = WriteController(region=region, controller="cc", number=11, points=points)
    for _ in range(4):  # each time that a region is put back on its track, Ardour listens to it once more
        during = await applied_and_undone(daw, region, pedal)
        assert during.controllers.count(";") == 499
        assert (during.start, during.n_notes) == (BBT(3), 1000)


async def test_the_program_of_an_imported_part_is_replaced_and_comes_back(studio: Studio, daw: LiveDaw) -> None:
    placed = await apply(
        daw,
        AddMidiTrack(ref="track", name="Imported", colour="#336699", instrument_plugin=None),
        ImportMidi(ref="part", track="track", path=str(studio.midi), name="Part", at=BBT(2), n_notes=N_NOTES),
    )
    route_id = placed.outcomes[0].target_id
    part = next(route for route in (await daw.snapshot()).routes if route.id == route_id).regions[0]
    if "set_program" not in (await daw.capabilities()).verbs:
        assert part.programs == ""  # this Ardour tells scripts nothing of programs
        return
    assert part.programs == "0 0 38"
    during = await applied_and_undone(daw, part.id, SetProgram(region=part.id, program=5))
    assert during.programs == "0 0 5"


async def test_a_program_is_set_where_ardour_tells_scripts_of_programs(daw: LiveDaw, region: str) -> None:
    operation = SetProgram(region=region, program=38, bank=129, at=BBT(4))
    if "set_program" not in (await daw.capabilities()).verbs:
        assert "Ardour 8.7 and later can" in await refused(daw, operation)
        return
    assert (await applied_and_undone(daw, region, operation)).programs == "7680 129 38"


async def test_a_person_s_undo_finds_nothing_of_ours_to_take_back(studio: Studio, daw: LiveDaw, region: str) -> None:
    await apply(
        daw,
        AddNotes(region=region, notes="0 1 C4 100"),
        QuantiseNotes(region=region),
        WriteController(region=region, controller="cc", number=7, points="0 100; 1 90; 2 80; 3 70; 4 60; 5 50"),
        TransposeNotes(region=region, semitones=1),
    )
    placed = await daw.snapshot()
    for _ in range(6):
        studio.editor.send_osc("/access_action", "Editor/undo")
        assert (await daw.snapshot()).revision == placed.revision


async def test_all_is_there_after_a_restart_and_can_be_undone_then(studio: Studio) -> None:
    """The last test of this editor."""
    async with studio.daw() as daw:
        programs = "set_program" in (await daw.capabilities()).verbs
        made = await apply(
            daw,
            AddMidiTrack(ref="track", name="Kept", colour="#336699", instrument_plugin=None),
            AddMidiRegion(ref="region", track="track", name="Kept", at=BBT(2), length_beats=8),
        )
        region = made.outcomes[1].target_id
        assert region is not None
        await apply(daw, AddNotes(region=region, notes="0 0.3 C4 100; 0 0.3 C4 100; 1.333 0.01 E4 1 16"))
        before = await read_region(daw, region)
        changes: list[Operation] = [
            AddNotes(region=region, notes="0 0.3 C4 100; 3.0007 1 G4"),
            TransposeNotes(region=region, semitones=1, which=NoteSelection(channel=16)),
            WriteController(region=region, controller="cc", number=1, points="0 1; 0.5 2; 1 2; 1.5 2"),
            WriteController(region=region, controller="cc", number=7, points="0 99"),
            WriteController(region=region, controller="pitch_bend", points="1 -100; 2 100"),
        ]
        changed = await apply(daw, *changes, *([SetProgram(region=region, program=9, bank=300)] if programs else []))
        await daw.save()
        await apply(daw, AddNotes(region=region, notes="7 1 C4"))  # so that all is written a second time
        placed = await read_region(daw, region)
        await daw.save()
    studio.editor.quit(save=False)
    studio.editor.restart()
    async with studio.daw() as daw:
        assert await read_region(daw, region) == placed
        undone = await daw.revert(changed.id)
        assert {outcome.status for outcome in undone.outcomes} == {OutcomeStatus.VERIFIED}, undone
        after = await read_region(daw, region)
        assert after == dataclasses.replace(before, notes=before.notes + ";13440 1920 60 90 1", n_notes=4)
