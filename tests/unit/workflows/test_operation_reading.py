"""Operations are read as models write them, and what is wrong is told by number, field and what would be right."""

import math

import pytest

from music.errors import RequestInvalid
from music.operations.automation import WriteAutomation
from music.operations.mixer import SetFader, SetPan
from music.operations.playlists import CompPlaylist, CompRange
from music.operations.plugins import SetParameter
from music.operations.timeline import AddMarker, SetTempo
from music.time import BBT, TimeSignature
from workflows.operation_reading import offered_operations, read_operations, read_place


def test_operations_are_read_as_they_are_written() -> None:
    assert read_operations(
        [
            {"verb": "set_fader", "route": 1234, "gain_db": "-inf"},
            {"verb": "set_tempo", "at": "3|1", "tempo_bpm": 90, "time_signature": "3/4"},
            {"verb": "add_marker", "ref": "m", "name": "Verse", "at": 9},
            {"verb": "set_parameter", "plugin": "7", "parameter": "Thresh", "value": "-3 dB"},
            {"verb": "set_parameter", "plugin": "7", "parameter": "Thresh", "value": -3},
            {"verb": "comp_playlist", "target": "1", "ranges": [{"playlist": "2", "start": 1, "end": "2|3|480"}]},
            {"verb": "write_automation", "route": "Bass", "points": "0 -6", "interpolation": None, "unit": None},
        ]
    ) == (
        SetFader(route="1234", gain_db=-math.inf),
        SetTempo(at=BBT(3), tempo_bpm=90.0, time_signature=TimeSignature(3, 4)),
        AddMarker(ref="m", name="Verse", at=BBT(9)),
        SetParameter(plugin="7", parameter="Thresh", value="-3 dB"),
        SetParameter(plugin="7", parameter="Thresh", value=-3.0),
        CompPlaylist(target="1", ranges=(CompRange(playlist="2", start=BBT(1), end=BBT(2, 3, 480)),)),
        WriteAutomation(route="Bass", points="0 -6"),
    )


@pytest.mark.parametrize(("written", "number"), [("-6 dB", -6.0), ("-3.5dB", -3.5), ("+2 dB", 2.0)])
def test_a_level_is_read_with_its_unit(written: str, number: float) -> None:
    item = {"verb": "set_fader", "route": "1", "gain_db": written}
    assert read_operations([item]) == (SetFader(route="1", gain_db=number),)


@pytest.mark.parametrize(("written", "number"), [("L30", -0.3), ("R100", 1.0), ("C", 0.0), (-0.3, -0.3)])
def test_a_pan_is_read_as_the_overview_writes_it(written: object, number: float) -> None:
    assert read_operations([{"verb": "set_pan", "route": "1", "pan": written}]) == (SetPan(route="1", pan=number),)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"verb": "set_fade"}, "operation 0 (set_fade): there is no verb 'set_fade'; did you mean 'set_fader'?"),
        ({"verb": "add_track"}, "no verb 'add_track'; did you mean 'add_audio_track' or 'add_midi_track'?"),
        ({"verb": "save_as"}, "there is no verb 'save_as'; the tool for it is session, action copy"),
        ({"route": "1"}, "operation 0 (no verb): the verb is missing"),
        ("louder", "operation 0 (no object): an operation is an object with a verb, got 'louder'"),
        ({"verb": "set_fader", "rout": "1", "gain_db": 0}, "there is no field 'rout'; did you mean 'route'?"),
        ({"verb": "set_fader", "route": "1"}, "operation 0 (set_fader): gain_db is needed"),
        ({"verb": "set_fader"}, "operation 0 (set_fader): route and gain_db are needed"),
        ({"verb": "set_fader", "route": "1", "gain_db": 7}, "gain_db must be at most 6 (dB), got 7"),
        ({"verb": "set_fader", "route": "1", "gain_db": "loud"}, "gain_db must be a number, got 'loud'"),
        ({"verb": "set_pan", "route": "1", "pan": "L300"}, "pan must be within -1 and 1 (-1 left to 1 right), got -3"),
        ({"verb": "set_pan", "route": "1", "pan": "6 dB"}, "pan must be a number, got '6 dB'"),
        ({"verb": "set_fader", "route": "1", "gain_db": math.nan}, "gain_db must be a number, got nan"),
        ({"verb": "set_fader", "route": None, "gain_db": 0}, "route must be text, got None"),
        ({"verb": "set_mute", "route": "1", "is_muted": 1}, "is_muted must be true or false, got 1"),
        ({"verb": "copy_region", "region": "1", "ref": "c", "at": 1, "n_copies": 1.5}, "must be a whole number"),
        ({"verb": "add_marker", "ref": "m", "name": "x", "at": "0|1"}, "at: bars and beats count from 1, got '0|1'"),
        ({"verb": "add_marker", "ref": "m", "name": "x", "at": "bar 3"}, 'at must be a bar or "bar|beat|tick"'),
        ({"verb": "layer_region", "region": "1", "to": "topp"}, "got 'topp'; did you mean 'top'?"),
        ({"verb": "assign_vca", "vca": "1", "routes": "Bass"}, "routes must be a list, got 'Bass'"),
        ({"verb": "assign_vca", "vca": "1", "routes": [[]]}, "routes[0] must be text, got []"),
        ({"verb": "comp_playlist", "target": "1", "ranges": [{"playlist": "2"}]}, "start and end are needed"),
        (
            {"verb": "write_automation", "route": "1", "points": [[0, -6]]},
            'points must be text, got [[0, -6]]: rows of distance from start and value, "0 -6;4 0;8 -inf"',
        ),
        ({"verb": "trim_region", "region": "1"}, "trim_region needs start, end or both"),
        ({"verb": "set_tempo", "at": 1, "tempo_bpm": 90, "time_signature": "x"}, "not a time signature: 'x'"),
    ],
)
def test_what_is_wrong_is_told_by_number_and_field(item: object, told: str) -> None:
    with pytest.raises(RequestInvalid) as caught:
        read_operations([item])
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_past_all_bounds_and_long_texts_are_refused_in_few_words() -> None:
    notes = ",".join(["0 1 C4 90"] * 10_000)
    items: list[object] = [
        {"verb": "set_fader", "route": "1", "gain_db": 10**400},
        {"verb": "add_audio_track", "ref": "a", "name": "A", "n_channels": -(10**400)},
        {"verb": "add_notes", "region": "1", "notes": notes},
    ]
    with pytest.raises(RequestInvalid) as refused:
        read_operations(items)
    told = str(refused.value)
    assert "gain_db must be a number, got 1000" in told
    assert "n_channels must be a whole number, got -1000" in told
    assert "a note is written 'start length pitch velocity channel', got '0 1 C4 90,0 1" in told
    assert len(told) < 1200


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(RequestInvalid, match=r"(?s)operation 1 \(a\).*operation 3 \(b\)"):
        read_operations(
            [{"verb": "recall_scene", "scene": 1}, {"verb": "a"}, {"verb": "recall_scene", "scene": 2}, {"verb": "b"}]
        )
    with pytest.raises(RequestInvalid, match="and 12 more"):
        read_operations([{"verb": "a"}] * 20)
    with pytest.raises(RequestInvalid, match="at least one"):
        read_operations([])


def test_an_operation_that_only_others_are_made_of_is_not_offered() -> None:
    assert all(getattr(operation, "is_offered", True) for operation in offered_operations().values())
    assert list(offered_operations()) == sorted(offered_operations())


@pytest.mark.parametrize("text", ["", "1|", "1|2|3|4", "-1", "1.5", "²", "9" * 12, True, None, 1.0])
def test_what_is_no_place_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a bar"):
        read_place(text)
