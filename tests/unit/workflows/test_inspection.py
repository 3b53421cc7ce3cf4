"""One thing is found by its id or name, and told with all that is needed to work on it."""

import pytest

from music.errors import NotFound, RequestInvalid
from music.session import RouteId, Send
from music.time import BBT
from tests.sessions import a_plugin, a_region, a_route, a_send, a_session
from workflows.inspection import cut_short, find, lane_text, plugin_text, region_text, route_text, selected_text

BASS = a_route(
    "Bass", "10", processors=(a_plugin(),), sends=(a_send(),),
    regions=(a_region(n_notes=3, notes="0 960 60 90 1;2400 1920 61 100 2;7680 480 48 80 1"),),
)  # fmt: skip
ROOM = a_route("Room", "11", regions=(a_region("Bass", "21"),))
SESSION = a_session(BASS, ROOM, selected_routes=(RouteId("10"),))


def test_a_thing_is_found_by_id_or_name_and_tracks_come_first() -> None:
    assert find("20", SESSION).thing is BASS.regions[0]
    assert find("Bass", SESSION).thing is BASS
    assert find("ace eq", SESSION).thing is BASS.processors[0]
    assert find("21", SESSION).route is ROOM


def test_a_close_name_gets_the_nearest_and_a_common_one_the_ids() -> None:
    with pytest.raises(NotFound, match="did you mean 'riff'"):
        find("rif", SESSION)
    twice = a_session(a_route(regions=(a_region("x", "1"), a_region("x", "2"))))
    with pytest.raises(RequestInvalid, match=r"by its id: 1 \(on Bass\), 2 \(on Bass\)"):
        find("x", twice)


def test_a_track_is_told_with_the_ids_of_what_is_on_it() -> None:
    told = route_text(BASS, SESSION)
    assert told[0] == "10 Bass midi 0|ACE EQ|1: 9-12|>Room -12"
    assert "plugin 30 ACE EQ" in told
    assert "send 40 to Room -12 dB, after the fader" in told
    assert "region 20 riff 9 to 13, 3 notes" in told


def test_connections_are_told_by_the_names_of_strips_and_foreign_ports_whole() -> None:
    route = a_route(
        inputs=("Kick/audio_out 1 + Snare/audio_out 1", "Kick/audio_out 2"), outputs=("system:playback_1", "")
    )
    (told,) = [line for line in route_text(route, a_session(route)) if line.startswith("colour")]
    assert told.endswith("inputs Kick, Snare, outputs system:playback_1")


def test_a_send_into_a_sidechain_says_so() -> None:
    route = a_route(processors=(a_plugin(),), sends=(a_send(target="30", is_enabled=False),))
    assert isinstance(route.sends[0], Send)
    assert "send 40 to Bass's ACE EQ -12 dB, after the fader, off" in route_text(route, a_session(route))


def test_notes_are_lines_that_can_be_edited_and_sent_back() -> None:
    region = BASS.regions[0]
    assert region_text(region, SESSION, None, None)[2:] == [
        "9|1|0 0.5 C4 90",
        "9|2|240 1 C#4 100 2",
        "10|1|0 0.25 C3 80",
    ]
    assert region_text(region, SESSION, BBT(9, 2), BBT(10))[2:] == ["9|2|240 1 C#4 100 2"]


def test_many_notes_are_told_in_part_with_the_place_to_go_on_from() -> None:
    rows = ";".join(f"{960 * number} 960 60 90 1" for number in range(401))
    told = region_text(a_region(notes=rows, n_notes=401), SESSION, None, None)
    assert told[-1] == "… 1 more: ask again with start 59|1|0"
    assert len(told) == 403


def test_controllers_and_programs_are_told_by_place_between_two_places() -> None:
    """As write_controller takes them; what Ardour counts in ticks nobody can send back."""
    region = a_region(
        notes="",
        n_notes=0,
        controllers="cc 1 7: 0 100;1920 90;7680 80\npitch_bend 2 0: 960 -8192",
        programs="7680 0 38",
    )
    assert region_text(region, SESSION, None, None)[2:] == [
        "controller cc 1 7: 9|1|0 100; 9|2|0 90; 10|1|0 80",
        "controller pitch_bend 2 0: 9|1|480 -8192",
        "programs: place, bank, program: 10|1|0 0 38",
    ]
    assert region_text(region, SESSION, BBT(9, 2), BBT(10))[2:] == ["controller cc 1 7: 9|2|0 90"]


def test_a_long_curve_is_told_in_part() -> None:
    rows = ";".join(f"{960 * number} 64" for number in range(402))
    (told,) = region_text(a_region(notes="", n_notes=0, controllers=f"cc 1 1: {rows}"), SESSION, None, None)[2:]
    assert told.endswith("… 2 more: ask again with a later start")
    assert told.count("64") == 400


def test_a_track_of_many_regions_is_told_in_part_and_between_two_places() -> None:
    route = a_route(regions=tuple(a_region(f"r{bar}", str(bar), bar=bar, n_bars=1) for bar in range(1, 2002)))
    told = [line for line in route_text(route, a_session(route)) if "region" in line]
    assert len(told) == 201
    assert told[-1] == "… 1801 more regions: ask again with start 201"
    between = [line for line in route_text(route, a_session(route), BBT(5), BBT(7)) if "region" in line]
    assert [line.split()[2] for line in between] == ["r5", "r6"]


def test_what_is_too_long_to_be_read_is_cut_short() -> None:
    assert cut_short(["a", "b"]) == "a\nb"
    told = cut_short(["x"] * 1001).splitlines()
    assert told[-1].startswith("… 1 more lines")
    assert len(told) == 1001


def test_an_audio_region_is_told_with_its_fades() -> None:
    told = region_text(a_region(fade_in_samples=64, fade_out_samples=128, is_locked=True), SESSION, None, None)
    assert told == [
        "20 riff 9 to 13, locked", "fade in 64 samples", "fade out 128 samples",
        "starts 0 samples into its file, layer 0",
    ]  # fmt: skip


def test_a_plugin_is_told_with_values_as_they_are_displayed() -> None:
    facts = {
        "id": "30", "name": "ACE EQ", "is_bypassed": False, "route": "Bass", "uri": "urn:eq", "n_parameters": 3,
        "parameters": [
            {"number": 0, "name": "Gain", "shown": "-3.0 dB", "low": -20, "high": 20, "unit": "dB", "labels": []},
            {"number": 1, "name": "Mode", "shown": "Soft", "labels": ["Soft", "Hard"], "unit": "", "mode": "play"},
        ],
    }  # fmt: skip
    assert plugin_text(facts, {"presets": [{"name": "Warm"}], "loaded": "Warm"}) == [
        "30 ACE EQ on Bass, urn:eq",
        "presets: Warm, loaded 'Warm'",
        "parameters: number name: value (range)",
        "0 Gain: -3.0 dB (-20 to 20 dB)",
        "1 Mode: Soft (Soft | Hard), automation play",
        "… 1 more",
    ]


def test_a_lane_is_told_as_rows_that_can_be_written_again() -> None:
    facts = {
        "name": "gain of Bass", "value_unit": "dB", "mode": "play", "interpolation": "linear", "n_points": 2,
        "points": "0 -6;4 0", "is_cut": False,
    }  # fmt: skip
    assert lane_text(facts, BBT(9)) == [
        "gain of Bass: play, linear, 2 points, values in dB", "points: quarter notes from 9, value", "0 -6", "4 0",
    ]  # fmt: skip
    assert lane_text(facts, BBT(9), 4.0)[2:] == ["0 -6"]


def test_the_selection_is_told_with_the_tracks_in_it() -> None:
    told = "\n".join(selected_text(SESSION))
    assert told.startswith("playhead 1|1|0\n10 Bass midi")
    assert "nothing is selected" in selected_text(a_session(BASS))
