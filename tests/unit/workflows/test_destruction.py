"""Whoever is asked before something is deleted is told what it is."""

import dataclasses

from music.operations import Operation
from music.operations.arrangement import DeleteSection
from music.operations.automation import ClearAutomation
from music.operations.controllers import WriteController
from music.operations.mixer import ClearScene, SetMute, StoreScene
from music.operations.notes import DeleteNotes, NoteSelection
from music.operations.plugins import OverwritePreset
from music.operations.regions import DeleteRegion
from music.operations.timeline import RemoveTempo
from music.operations.tracks import DeleteTrack
from music.session import MixerScene
from music.time import BBT
from tests.sessions import a_plugin, a_region, a_route, a_session
from workflows.destruction import losses

SESSION = a_session(a_route("Bass", "10", regions=(a_region(n_notes=64),), processors=(a_plugin(),)))


def test_what_is_lost_is_told_by_name_place_and_content() -> None:
    operations: list[Operation] = [
        SetMute(route="10", is_muted=True),
        DeleteTrack(route="10"),
        DeleteTrack(route="Bass"),
        DeleteRegion(region="20"),
        DeleteRegion(region="made just now"),
        ClearScene(scene=3),
    ]
    assert losses(operations, SESSION) == (
        "delete_track: midi track 'Bass' with 1 region(s) and 1 plugin(s)",
        "delete_track: midi track 'Bass' with 1 region(s) and 1 plugin(s)",
        "delete_region: region 'riff' of Bass in bars 9-12, 64 notes",
        "delete_region: 'made just now'",
        "clear_scene: scene 3",
    )


def test_an_empty_track_is_told_without_content() -> None:
    assert losses([DeleteTrack(route="11")], a_session(a_route("Keys", "11"))) == ("delete_track: midi track 'Keys'",)


def test_a_region_is_told_by_its_name_too_even_where_its_track_is_called_the_same() -> None:
    session = a_session(
        a_route("Bass", "10", regions=(a_region("Bass", "20"), a_region("x", "21"), a_region("x", "22")))
    )
    operations = [DeleteRegion(region="Bass"), DeleteRegion(region="x")]
    assert losses(operations, session) == ("delete_region: region 'Bass' of Bass in bars 9-12", "delete_region: 'x'")


def test_what_part_of_a_thing_is_lost_is_told() -> None:
    operations: list[Operation] = [
        DeleteNotes(region="20", which=NoteSelection(start=BBT(9), lowest_pitch="C4")),
        DeleteNotes(region="20"),
        ClearAutomation(route="10", control="pan", start=BBT(2, 3)),
        OverwritePreset(plugin="30", preset="Warm"),
        DeleteSection(start=BBT(5), end=BBT(9)),
        RemoveTempo(at=BBT(3)),
        WriteController(region="20", controller="cc", number=7, points=" ; "),
    ]
    riff = "region 'riff' of Bass in bars 9-12, 64 notes"
    bass = "midi track 'Bass' with 1 region(s) and 1 plugin(s)"
    assert losses(operations, SESSION) == (
        f"delete_notes: {riff}, which start 9 lowest pitch 60",
        f"delete_notes: {riff}",
        f"clear_automation: {bass}, control pan, start 2|3",
        "overwrite_preset: plugin 'ACE EQ' of Bass, preset Warm",
        "delete_section: start 5, end 9",
        "remove_tempo: at 3",
        f"write_controller: {riff}, controller cc, number 7, channel 1",
    )


def test_nothing_is_lost_where_there_was_nothing() -> None:
    """A scene is overwritten only where one is stored; points that are written take the place of what they span."""
    store = StoreScene(scene=2, name="Verse")
    points = WriteController(region="20", controller="cc", number=7, points="0 64")
    assert losses([store, points], SESSION) == ()
    stored = dataclasses.replace(SESSION, scenes=(MixerScene(number=2, name="Chorus"),))
    assert losses([store], stored) == ("store_scene: scene 2",)
