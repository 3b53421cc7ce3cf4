"""A session is told in few words: a line for each track, and shorter ones where there is much."""

import dataclasses
import json

from music.session import MixerScene, RouteGroup, RouteId, RouteKind, TempoPoint, TimeRange, Vca
from music.time import BBT, TimeSignature
from tests.sessions import (
    FOUR,
    SAMPLES_PER_BAR,
    a_large_session,
    a_marker,
    a_plugin,
    a_region,
    a_route,
    a_send,
    a_session,
)
from workflows.session_view import overview_text, region_bars, route_line


def test_a_track_is_one_line_and_what_is_by_default_is_left_out() -> None:
    plain = a_route("Bass", "10", gain_db=-3.04)
    assert route_line(plain, a_session(plain)) == "10 Bass midi -3"
    full = a_route(
        "Bass", "10", gain_db=float("-inf"), pan=-0.3, is_muted=True, is_record_armed=True,
        processors=(a_plugin("EQ", "1"), a_plugin("Comp", "2", is_bypassed=True)),
        regions=(a_region("a", "1", bar=1, n_bars=4), a_region("b", "2", bar=5, n_bars=2), a_region("c", "3", bar=9)),
        sends=(a_send(),),
    )  # fmt: skip
    assert route_line(full, a_session(full)) == "10 Bass midi -inf L30 mute armed|EQ,*Comp|3: 1-6,9-12|>Room -12"


def test_a_place_in_the_line_stays_empty_where_something_comes_after_it() -> None:
    route = a_route(kind=RouteKind.BUS, sends=(a_send(),))
    assert route_line(route, a_session(route)) == "10 Bass bus 0|||>Room -12"


def test_bars_of_regions_follow_the_metre() -> None:
    waltz = (TempoPoint(start=BBT(1), tempo_bpm=120.0, time_signature=TimeSignature(3, 4)),)
    four_bars = dataclasses.replace(a_region(bar=1), length_samples=3 * SAMPLES_PER_BAR)
    assert region_bars((four_bars,), a_session(tempo_map=waltz)) == "1-4"
    into_the_fifth = dataclasses.replace(four_bars, length_samples=3 * SAMPLES_PER_BAR + 24_000)
    assert region_bars((into_the_fifth,), a_session(tempo_map=waltz)) == "1-5"


def test_state_tempo_markers_groups_and_selection_come_first() -> None:
    session = a_session(
        a_route("Kick", "10"),
        markers=(a_marker("Verse", 9),),
        is_rolling=True,
        playhead=BBT(5, 2),
        selected_routes=(RouteId("10"),),
        selected_range=TimeRange(start_samples=0, end_samples=1, start=BBT(5), end=BBT(9)),
        groups=(
            RouteGroup(
                id="1",
                name="Drums",
                colour="#000000",
                routes=(RouteId("10"),),
                shares=(),
                is_active=True,
                is_relative=True,
            ),
        ),
        vcas=(Vca(id="2", name="All", colour="#0", gain_db=0.0, is_muted=False, is_soloed=False, routes=()),),
        scenes=(MixerScene(number=1, name="Verse"),),
    )
    assert overview_text(session).splitlines()[:7] == [
        "Song · 48000 Hz · Ardour 7.3.0",
        "rolling at 5|2 · selected Kick · range 5 to 9",
        "tempo 1: 120 BPM 4/4",
        "markers 9 Verse",
        "group 1 Drums: Kick",
        "VCA 2 All: ",
        "scenes 1 Verse",
    ]


def test_forty_tracks_take_less_than_six_kilobytes_sent_twice() -> None:
    text = overview_text(a_large_session())
    assert len(text.encode()) + len(json.dumps(text, ensure_ascii=False).encode()) < 5800
    assert all(f"{route.id} {route.name[:13]}" in text for route in a_large_session().routes)


def test_more_of_everything_is_told_shorter_and_says_so() -> None:
    session = a_large_session()
    crowded = dataclasses.replace(
        session,
        routes=tuple(
            dataclasses.replace(route, processors=tuple(a_plugin(f"A Plugin {n}", str(n)) for n in range(8)))
            for route in session.routes
        ),
    )
    text = overview_text(crowded)
    assert "inspect a track to see all of it" in text
    assert "inspect a track" not in overview_text(a_session(a_route()))
    assert len(text.encode()) < 3000
    assert "|A Plugin 0,+7" in text


def test_a_played_tempo_map_and_many_selected_tracks_are_told_in_part() -> None:
    points = tuple(
        TempoPoint(start=BBT(bar), tempo_bpm=120.0 + bar / 100, time_signature=FOUR) for bar in range(1, 601)
    )
    routes = [a_route(f"Track {number}", str(number)) for number in range(1, 41)]
    session = a_session(*routes, tempo_map=points, selected_routes=tuple(route.id for route in routes))
    told = overview_text(session)
    assert "+560" in told
    assert "Track 16, +24" in told
    assert len(told.encode()) < 4000
