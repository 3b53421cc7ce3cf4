"""Whole stretches of time in the real editor: what is in them, before and after them, and back again."""

import dataclasses
import math
from collections.abc import AsyncIterator, Iterator

import pytest

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.operations import Operation
from music.operations.arrangement import CopySection, DeleteSection, InsertTime, MoveSection
from music.operations.automation import WriteAutomation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.regions import LockRegion
from music.operations.timeline import AddMarker, AddRange, RampTempo, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.session import SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance.bridge_studio import N_NOTES, N_SAMPLES, Studio, failures, running_studio

BAR = N_SAMPLES  # one bar of 4/4 at 120 BPM is as long as the sound


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run one editor for all tests here; each takes back what it did."""
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("arrangement")) as found:
        yield found


@pytest.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    """Open the session: a sound in bars 1, 3 and 5, four bars of MIDI from bar 2, a fade on the fader, places."""
    async with studio.daw() as found:
        if not (await found.change_sets()):
            sounds = [
                ImportAudio(
                    ref=f"r{bar}",
                    track="t",
                    path=str(studio.audio),
                    name=f"Tone {bar}",
                    at=BBT(bar),
                    length_samples=BAR,
                )
                for bar in (1, 3, 5)
            ]
            await _apply(
                found,
                "material",
                AddAudioTrack(ref="t", name="Tone", colour="#336699", n_channels=2),
                AddMidiTrack(ref="m", name="Keys", colour="#336699", instrument_plugin=None),
                *sounds,
                ImportMidi(ref="n", track="m", path=str(studio.midi), name="Part", at=BBT(2), n_notes=N_NOTES),
                WriteAutomation(route="t", control="gain", start=BBT(1), unit="beats", points="0 0;16 -16"),
                *(AddMarker(ref=f"m{bar}", name=f"M{bar}", at=BBT(bar)) for bar in (1, 3, 5)),
                AddRange(ref="x", name="Middle", start=BBT(3), end=BBT(4)),
            )
        yield found
        for result in reversed(await found.change_sets()):
            if result.state is ChangeSetState.APPLIED and result.id != "material":
                await found.revert(result.id)


async def _apply(daw: LiveDaw, label: str, *operations: Operation) -> None:
    result = await daw.apply(ChangeSet(id=ChangeSetId(label), label=label, operations=operations))
    assert failures(result) == []
    assert result.state is ChangeSetState.APPLIED


async def _undone(daw: LiveDaw, label: str, before: SessionSnapshot) -> None:
    result = await daw.revert(ChangeSetId(label))
    assert failures(result) == []
    now = dataclasses.replace(await daw.snapshot(), playhead_samples=before.playhead_samples, playhead=before.playhead)
    assert now.routes == before.routes
    assert now == before


def _spans(snapshot: SessionSnapshot, name: str) -> list[tuple[float, float]]:
    """Return where the regions of a track begin and end, in bars from the start."""
    route = next(route for route in snapshot.routes if route.name == name)
    return [
        (round(region.position_samples / BAR, 4), round((region.position_samples + region.length_samples) / BAR, 4))
        for region in route.regions
    ]


def _places(snapshot: SessionSnapshot) -> list[tuple[str, int]]:
    return [(marker.name, marker.start.bar) for marker in snapshot.markers]


def _fade(snapshot: SessionSnapshot) -> list[tuple[float, float]]:
    """Return the fader's points as bars from the start and dB."""
    lane = next(route for route in snapshot.routes if route.name == "Tone").automation[0]
    rows = (row.split() for row in lane.points.split(";"))
    unit = 4 * 1920 if lane.is_in_beats else BAR
    return [(round(int(place) / unit, 3), 20 * math.log10(float(value))) for place, value in rows]


async def test_a_section_is_deleted_and_comes_back(daw: LiveDaw) -> None:
    """Bars 3 and 4 go: a sound, a marker, the range, the middle of the MIDI part and of the fade."""
    before = await daw.snapshot()
    await _apply(daw, "delete", DeleteSection(start=BBT(3), end=BBT(5)))
    after = await daw.snapshot()
    assert _spans(after, "Tone") == [(0.0, 1.0), (2.0, 3.0)]
    assert _spans(after, "Keys") == [(1.0, 2.0), (2.0, 3.0)]
    assert _places(after) == [("M1", 1), ("M5", 3)]
    assert after.ranges == ()
    # between its points the fade goes by Ardour's fader law, so bar 3 was at -6.8 dB; it jumps to -16 from there now
    assert [bar for bar, _ in _fade(after)] == [0.0, 2.0, 2.0]
    assert [decibels for _, decibels in _fade(after)] == pytest.approx([0.0, -6.808, -16.0], abs=0.01)
    await _undone(daw, "delete", before)


async def test_a_section_is_copied_and_what_is_there_moves_later(daw: LiveDaw) -> None:
    """Bar 3 once more at bar 2: with its sound, its marker, its range and its part of the MIDI."""
    before = await daw.snapshot()
    await _apply(daw, "copy", CopySection(start=BBT(3), end=BBT(4), to=BBT(2)))
    after = await daw.snapshot()
    assert _spans(after, "Tone") == [(0.0, 1.0), (1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    assert _spans(after, "Keys") == [(1.0, 2.0), (2.0, 6.0)]
    assert _places(after) == [("M1", 1), ("M3", 2), ("M3", 4), ("M5", 6)]
    assert [(found.name, found.span.start.bar, found.span.end.bar) for found in after.ranges] == [
        ("Middle", 2, 3),
        ("Middle", 4, 5),
    ]
    keys = next(route for route in after.routes if route.name == "Keys").regions
    assert [region.offset_beats for region in keys] == [4.0, 0.0], "the copy plays what bar 3 plays"
    await _undone(daw, "copy", before)


async def test_a_copy_to_the_start_lets_the_tempo_ramp_from_there(daw: LiveDaw, studio: Studio) -> None:
    """What is copied began before its section; a place before the start would end Ardour at the next ramp."""
    before = await daw.snapshot()
    await _apply(daw, "copy-to-start", CopySection(start=BBT(4), end=BBT(5), to=BBT(1)))
    assert _spans(await daw.snapshot(), "Keys") == [(0.0, 1.0), (2.0, 6.0)]
    await _undone(daw, "copy-to-start", before)
    await _apply(daw, "ramp", RampTempo(start=BBT(1), end=BBT(6), start_bpm=66.0, end_bpm=114.0))
    await _undone(daw, "ramp", before)
    assert studio.editor.is_running


async def test_a_section_is_moved_later_and_earlier(daw: LiveDaw) -> None:
    """What lies between closes up; nothing is lost."""
    before = await daw.snapshot()
    await _apply(daw, "later", MoveSection(start=BBT(1), end=BBT(2), to=BBT(4)))
    after = await daw.snapshot()
    assert _spans(after, "Tone") == [(1.0, 2.0), (2.0, 3.0), (4.0, 5.0)]
    assert _places(after) == [("M3", 2), ("M1", 3), ("M5", 5)]
    await _undone(daw, "later", before)
    await _apply(daw, "earlier", MoveSection(start=BBT(5), end=BBT(6), to=BBT(2)))
    after = await daw.snapshot()
    assert _spans(after, "Tone") == [(0.0, 1.0), (1.0, 2.0), (3.0, 4.0)]
    assert _spans(after, "Keys") == [(1.0, 2.0), (2.0, 5.0)]
    assert _places(after) == [("M1", 1), ("M5", 2), ("M3", 4)]
    await _undone(daw, "earlier", before)


async def test_time_is_inserted(daw: LiveDaw) -> None:
    """Two bars at the middle of bar 3: the sound that lies across is split."""
    before = await daw.snapshot()
    await _apply(daw, "insert", InsertTime(start=BBT(3, 3), end=BBT(5, 3)))
    after = await daw.snapshot()
    assert _spans(after, "Tone") == [(0.0, 1.0), (2.0, 2.5), (4.5, 5.0), (6.0, 7.0)]
    assert _places(after) == [("M1", 1), ("M3", 3), ("M5", 7)]
    await _undone(daw, "insert", before)


async def test_what_would_not_be_exact_is_refused(daw: LiveDaw) -> None:
    """Tempo changes that would have to move, locked regions, and a place inside the stretch."""
    await _apply(daw, "tempo", SetTempo(at=BBT(4), tempo_bpm=100.0, time_signature=TimeSignature(4, 4)))
    assert "tempo or metre change at 4|1|0" in await _refused(daw, DeleteSection(start=BBT(2), end=BBT(3)))
    await daw.revert(ChangeSetId("tempo"))
    tone = next(route for route in (await daw.snapshot()).routes if route.name == "Tone").regions[-1]
    await _apply(daw, "lock", LockRegion(region=tone.id, is_locked=True))
    assert "locked" in await _refused(daw, DeleteSection(start=BBT(2), end=BBT(3)))
    for backwards in (DeleteSection(start=BBT(1, 9), end=BBT(2)), InsertTime(start=BBT(1, 9), end=BBT(2))):
        assert "1|9|0 is 3|1|0" in await _refused(daw, backwards)
    inside = CopySection(start=BBT(2), end=BBT(4), to=BBT(1, 9))
    assert "1|9|0 lies inside" in await _refused(daw, inside)
    with pytest.raises(ValueError, match="must not lie inside"):
        CopySection(start=BBT(2), end=BBT(4), to=BBT(3))


async def _refused(daw: LiveDaw, operation: Operation) -> str:
    before = await daw.snapshot()
    label = f"refused-{len(await daw.change_sets())}"
    result = await daw.apply(ChangeSet(id=ChangeSetId(label), label=label, operations=(operation,)))
    assert result.outcomes[0].status is OutcomeStatus.FAILED
    assert (await daw.snapshot()).revision == before.revision
    return result.outcomes[0].reason
