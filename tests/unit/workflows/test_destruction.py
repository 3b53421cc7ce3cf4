"""Whoever is asked before something is deleted is told what it is."""

from music.operations import Operation
from music.operations.mixer import ClearScene, SetMute
from music.operations.regions import DeleteRegion
from music.operations.tracks import DeleteTrack
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
