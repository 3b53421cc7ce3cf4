"""What changed between two states of a session reads as a musician would say it, and nothing is passed over."""

import dataclasses
import typing
from typing import Any

import pytest

from music.session import (
    AutomationLane,
    MixerScene,
    Playlist,
    Region,
    Route,
    RouteGroup,
    RouteId,
    RouteKind,
    SessionSnapshot,
    TempoPoint,
    TimeRange,
    Vca,
)
from music.session_diff import plugins_set_anew, session_changes
from music.time import BBT, TimeSignature
from tests.sessions import FOUR, a_marker, a_plugin, a_region, a_route, a_send, a_session


def changes(before: Route, after: Route) -> tuple[str, ...]:
    return session_changes(a_session(before), a_session(after))


def test_nothing_changed_is_told_by_nothing() -> None:
    moved = a_session(a_route(), playhead=BBT(9), is_rolling=True, revision="r2", selected_routes=(RouteId("10"),))
    assert session_changes(a_session(a_route()), moved) == ()


@pytest.mark.parametrize(
    ("field", "before", "after", "told"),
    [
        ("gain_db", -3.0, -6.0, "Bass: fader -3.0 dB -> -6.0 dB"),
        ("gain_db", 0.0, float("-inf"), "Bass: fader 0.0 dB -> -inf dB"),
        ("pan", 0.0, -0.5, "Bass: pan C -> L50"),
        ("is_muted", False, True, "Bass: muted"),
        ("is_muted", True, False, "Bass: unmuted"),
        ("colour", "#000000", "#ffffff", "Bass: colour #000000 -> #ffffff"),
        ("outputs", ("Master/in 1",), (), "Bass: output no longer Master"),
        ("outputs", ("Master/in 1", "Master/in 2"), ("Low/in 1", "Low/in 2"), "Bass: output now Low, no longer Master"),
        (
            "inputs",
            ("A/out 1 + B/out 1",),
            ("A/out 1 + system:capture_1",),
            "Bass: input now system:capture_1, no longer B",
        ),
        ("inputs", ("A/out 1",), ("A/out 2",), "Bass: input A/out 1 -> A/out 2"),
        ("monitoring", "auto", "input", "Bass: monitoring auto -> input"),
        ("processors", (), (a_plugin(),), "Bass: plugin 'ACE EQ' added"),
        ("processors", (a_plugin(),), (a_plugin(is_bypassed=True),), "Bass: plugin 'ACE EQ' bypassed"),
        ("sends", (a_send(),), (a_send(gain_db=-6.0),), "Bass: send 'Room' fader -12.0 dB -> -6.0 dB"),
        ("sends", (a_send(),), (), "Bass: send 'Room' removed"),
        ("regions", (a_region(),), (), "Bass: region 'riff' at 9 removed"),
        ("regions", (), (a_region(n_notes=5),), "Bass: region 'riff' added at 9, 5 notes"),
        ("regions", (a_region(),), (a_region(bar=13),), "Bass: region 'riff' moved 9 -> 13"),
        ("regions", (a_region(),), (a_region(n_bars=2),), "Bass: region 'riff' end 13 -> 11"),
        ("regions", (a_region(),), (a_region(gain_db=-3.0),), "Bass: region 'riff' gain 0.0 dB -> -3.0 dB"),
        ("regions", (a_region(),), (a_region(is_locked=True),), "Bass: region 'riff' locked"),
    ],
)
def test_a_change_on_a_track_is_told_in_the_words_of_a_mixer(field: str, before: Any, after: Any, told: str) -> None:
    assert changes(a_route(**{field: before}), a_route(**{field: after})) == (told,)


def test_a_renamed_track_is_the_same_track() -> None:
    assert changes(a_route("Bass"), a_route("Sub")) == ("Sub: renamed Bass -> Sub",)


def test_tracks_that_come_and_go_and_change_places() -> None:
    bass, keys = a_route("Bass", "10", regions=(a_region(),)), a_route("Keys", "11")
    assert session_changes(a_session(bass), a_session(keys)) == (
        "midi track 'Bass' removed (1 regions)",
        "midi track 'Keys' added",
    )
    assert session_changes(a_session(bass, keys), a_session(keys, bass)) == ("the order of tracks changed",)


def test_markers_move_are_renamed_come_and_go() -> None:
    before = a_session(markers=(a_marker("Verse", 9), a_marker("Hook", 13), a_marker("End", 17)))
    after = a_session(markers=(a_marker("Verse", 13), a_marker("Solo", 17), a_marker("Tag", 25)))
    assert session_changes(before, after) == (
        "marker 'Verse' moved 9 -> 13",
        "marker 'End' at 17 renamed 'Solo'",
        "marker 'Tag' added at 25",
        "marker 'Hook' at 13 removed",
    )


def test_a_new_tempo_is_told_and_what_only_follows_it_is_not() -> None:
    region = a_region()
    slow = dataclasses.replace(
        region, position_samples=region.position_samples * 2, length_samples=region.length_samples * 2
    )
    before = a_session(a_route(regions=(region,)))
    after = a_session(
        a_route(regions=(slow,)), tempo_map=(TempoPoint(start=BBT(1), tempo_bpm=60.0, time_signature=FOUR),)
    )
    assert session_changes(before, after) == ("tempo at 1: 120 BPM 4/4 -> 60 BPM 4/4",)
    waltz = TempoPoint(start=BBT(9), tempo_bpm=120.0, time_signature=TimeSignature(3, 4))
    changed = dataclasses.replace(before, tempo_map=(*before.tempo_map, waltz))
    assert session_changes(before, changed)[0] == "tempo change at 9 added: 120 BPM 3/4"


def test_parameters_are_told_by_name_where_it_is_known() -> None:
    before = a_session(a_route(processors=(a_plugin(parameters="0 160;1 -3;2 ~"),)))
    after = a_session(a_route(processors=(a_plugin(parameters="0 160;1 -6;2 0.25"),)))
    assert plugins_set_anew(before, after) == ("30",)
    assert plugins_set_anew(before, before) == ()
    assert session_changes(before, after, parameter_names={"30": {"1": "Threshold"}}) == (
        "Bass: plugin 'ACE EQ' Threshold -3 -> -6",
        "Bass: plugin 'ACE EQ' parameter 2 automation -> 0.25",
    )


def test_automation_and_playlists_are_told() -> None:
    lane = AutomationLane(target="30 4", mode="play", interpolation="linear", is_in_beats=True, points="0 1;960 0.5")
    before = a_route(
        processors=(a_plugin(),), automation=(lane,), playlists=(Playlist(id="1", name="Take 1", is_used=True),)
    )
    after = a_route(
        processors=(a_plugin(),),
        automation=(dataclasses.replace(lane, mode="manual", points="0 1"),),
        playlists=(Playlist(id="1", name="Take 1", is_used=False), Playlist(id="2", name="Comp", is_used=True)),
    )
    assert changes(before, after) == (
        "Bass: automation of 'ACE EQ' 4 mode play -> manual",
        "Bass: automation of 'ACE EQ' 4 rewritten, 2 -> 1 points",
        "Bass: playlist 'Comp' added",
        "Bass: playlist 'Take 1' is no longer played",
    )


def test_groups_vcas_and_scenes_are_told_with_the_names_of_their_tracks() -> None:
    group = RouteGroup(
        id="1",
        name="Drums",
        colour="#000000",
        routes=(RouteId("10"),),
        shares=("gain",),
        is_active=True,
        is_relative=True,
    )
    vca = Vca(id="2", name="All", colour="#000000", gain_db=0.0, is_muted=False, is_soloed=False, routes=())
    routes = (a_route("Kick", "10"), a_route("Snare", "11"))
    before = a_session(*routes, groups=(group,), vcas=(vca,))
    after = a_session(
        *routes,
        groups=(dataclasses.replace(group, routes=(RouteId("10"), RouteId("11"))),),
        vcas=(dataclasses.replace(vca, gain_db=-2.0),),
        scenes=(MixerScene(number=1, name="Verse"),),
    )
    assert session_changes(before, after) == (
        "group 'Drums' routes Kick -> Kick, Snare",
        "VCA 'All' fader 0.0 dB -> -2.0 dB",
        "scene 'Verse' added",
    )


BARS_9_TO_12 = "0 960 60 90 1;1920 960 62 90 1;7680 960 64 90 1;15360 960 65 90 1"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (BARS_9_TO_12 + ";15360 960 67 90 1;23040 960 67 90 1", "2 notes added in bars 11-12"),
        ("1920 960 62 90 1;7680 960 64 90 1;15360 960 65 90 1", "1 note removed in bar 9"),
        (BARS_9_TO_12.replace("7680 960", "8640 960"), "1 note moved in bar 10"),
        (BARS_9_TO_12.replace("64 90", "66 90"), "1 note transposed in bar 10"),
        (BARS_9_TO_12.replace("64 90", "64 40"), "1 note with another length or velocity in bar 10"),
        (
            BARS_9_TO_12.replace("64 90", "66 90") + ";23040 1 1 1 1",
            "1 note added in bar 12, 1 note transposed in bar 10",
        ),
    ],
)
def test_notes_are_told_by_what_became_of_them_and_where(after: str, told: str) -> None:
    before = a_region(notes=BARS_9_TO_12, n_notes=4)
    assert changes(a_route(regions=(before,)), a_route(regions=(dataclasses.replace(before, notes=after),))) == (
        f"Bass: region 'riff' {told}",
    )


OTHERS: dict[Any, Any] = {
    str: "other", int: 7, float: -0.5, "float | None": -0.25, "int | None": 7, "str | None": "other",
    tuple[str, ...]: ("a",), tuple[tuple[int, float], ...]: ((0, 1.0),), RouteKind: RouteKind.BUS, BBT: BBT(33),
}  # fmt: skip


def with_another(value: Any, name: str, hint: Any) -> Any:
    """Return a value with another one in a field."""
    other = not getattr(value, name) if hint is bool else OTHERS[hint if hint in OTHERS else str(hint)]
    return dataclasses.replace(value, **{name: other})


@pytest.mark.parametrize("value_type", [Route, Region])
def test_no_field_changes_without_a_word(value_type: type[Any]) -> None:
    """Whatever is added to snapshots later must be told, too."""
    nested = {"id", "processors", "automation", "regions", "playlists", "sends", "notes"}
    for name, hint in typing.get_type_hints(value_type).items():
        if name in nested:
            continue
        if value_type is Region:
            routes = [a_route(regions=(region,)) for region in (a_region(), with_another(a_region(), name, hint))]
        else:
            routes = [a_route(), with_another(a_route(), name, hint)]
        assert changes(*routes), name


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Looped(SessionSnapshot):
    """A session of which more is read than today."""

    solo_range: TimeRange | None = None


def test_what_a_session_holds_besides_is_told_as_well() -> None:
    plain = {field.name: getattr(a_session(), field.name) for field in dataclasses.fields(SessionSnapshot)}
    looped = TimeRange(start_samples=0, end_samples=1, start=BBT(1), end=BBT(5))
    (told,) = session_changes(Looped(**plain), Looped(**plain, solo_range=looped))
    assert told == "solo range none -> start samples 0 end samples 1 start 1 end 5"
