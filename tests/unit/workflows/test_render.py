"""What a rendering is asked for: what is chosen, what is refused, and under which names it is kept."""

import dataclasses
from pathlib import Path
from typing import Any, cast

import pytest

from music.errors import NotFound, RequestInvalid
from music.session import Route, RouteKind
from renderers.encode import AudioFormat, Encoding
from tests.sessions import a_plugin, a_region, a_route, a_session
from workflows.allowed_files import FileNotAllowed
from workflows.durable import JobId
from workflows.listening import MOST_PRIVATE, _tidy
from workflows.render import choose_passes, file_names, new_folder
from workflows.render_requests import RenderKind, RenderRequest
from workflows.rooms import Rooms
from workflows.settings import Settings


def route(
    number: int, name: str, kind: RouteKind = RouteKind.AUDIO_TRACK, *, regions: tuple[str, ...] = ("r",)
) -> Route:
    held = tuple(a_region(region, f"{number}{index}") for index, region in enumerate(regions))
    return a_route(name, str(number), kind=kind, regions=held)


MUTED = dataclasses.replace(route(3, "Scratch", regions=("take",)), is_muted=True)
SONG = a_session(
    route(1, "Bass", regions=("bass line",)),
    route(2, "Keys", RouteKind.MIDI_TRACK, regions=("chords", "bridge")),
    MUTED,
    route(4, "Empty", regions=()),
    route(5, "Reverb", RouteKind.BUS, regions=()),
    route(6, "Master", RouteKind.MASTER, regions=()),
)


def test_stems_are_the_tracks_that_hold_something_and_are_not_muted() -> None:
    passes, notices = choose_passes(RenderRequest(kind=RenderKind.STEMS, with_mix=True), SONG)
    assert [(label, one.route) for label, one in passes] == [("mix", None), ("Bass", "1"), ("Keys", "2")]
    assert notices == ["muted, so no stem was made: Scratch"]


def test_named_strips_are_stems_even_when_they_are_muted_or_buses() -> None:
    passes, notices = choose_passes(RenderRequest(kind=RenderKind.STEMS, tracks=("Scratch", "5")), SONG)
    assert [one.route for _, one in passes] == ["3", "5"]
    assert notices == ["Scratch is muted in the session"]


def test_a_region_is_found_by_its_name_or_its_id() -> None:
    for name in ("bridge", "21"):
        passes, _ = choose_passes(RenderRequest(kind=RenderKind.REGION, region=name), SONG)
        assert [(label, one.region) for label, one in passes] == [("bridge", "21")]


def test_plugins_on_the_master_are_named_where_stems_may_not_add_up() -> None:
    master = a_route("Master", "6", kind=RouteKind.MASTER, processors=(a_plugin("ACE Compressor"),))
    song = a_session(route(1, "Bass"), master)
    for wish in (RenderRequest(kind=RenderKind.STEMS), RenderRequest(kind=RenderKind.STEMS, tracks=("Bass",))):
        _, (notice,) = choose_passes(wish, song)
        assert "the master's ACE Compressor alone, so the stems may not add up to the mix" in notice
    assert choose_passes(RenderRequest(), song)[1] == []
    off = dataclasses.replace(master, processors=(a_plugin("ACE Compressor", is_bypassed=True),))
    assert choose_passes(RenderRequest(kind=RenderKind.STEMS), a_session(route(1, "Bass"), off))[1] == []


def test_what_is_not_there_is_named_with_its_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'Keys'"):
        choose_passes(RenderRequest(kind=RenderKind.STEMS, tracks=("Kys",)), SONG)
    with pytest.raises(NotFound, match="did you mean 'bass line'"):
        choose_passes(RenderRequest(kind=RenderKind.REGION, region="bas line"), SONG)
    twice = a_session(route(1, "Bass"), route(2, "Bass"))
    with pytest.raises(RequestInvalid, match="2 strips are called 'Bass'"):
        choose_passes(RenderRequest(kind=RenderKind.STEMS, tracks=("Bass",)), twice)
    with pytest.raises(RequestInvalid, match="2 regions are called 'r'"):
        choose_passes(RenderRequest(kind=RenderKind.REGION, region="r"), twice)
    with pytest.raises(RequestInvalid, match="no track holds anything"):
        choose_passes(RenderRequest(kind=RenderKind.STEMS), a_session(MUTED))


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"kind": RenderKind.REGION}, "a region is named"),
        ({"region": "x"}, "a region is named"),
        ({"tracks": ("x",)}, "tracks are for stems"),
        ({"kind": RenderKind.REGION, "region": "x", "from_bar": 2}, "leave the bars out"),
        ({"from_bar": 0}, "bars are within 1"),
        ({"from_bar": 5, "to_bar": 4}, "before bar 5"),
        ({"tail_seconds": -1.0}, "the tail is within"),
        ({"sample_rate_hz": 22050}, "sample rate must be one of"),
        ({"sample_rate_hz": 96000, "encoding": Encoding(format=AudioFormat.MP3)}, "at most 48000"),
        ({"loudness_lufs": -2.0}, "loudness must be within"),
    ],
)
def test_what_makes_no_sense_is_refused(wish: dict[str, Any], reason: str) -> None:
    with pytest.raises(RequestInvalid, match=reason):
        RenderRequest(**wish)


def test_names_of_files_are_plain_and_no_two_alike() -> None:
    assert file_names(["Drums (stem)", "Bass", "bass", "a/b: c?", "..", "Töms #1", "x" * 300]) == [
        "Drums (stem)",
        "Bass",
        "bass 2",
        "a_b_ c_",
        "untitled",
        "Töms #1",
        "x" * 80,
    ]
    assert file_names(["Bass 2", "Bass", "bass", "BASS"]) == ["Bass 2", "Bass", "bass 3", "BASS 4"]
    assert file_names(["Bass", "bass", "bass 2"]) == ["Bass", "bass 2", "bass 2 2"]


def test_files_go_into_a_new_folder_below_one_that_may_be_written_to(tmp_path: Path) -> None:
    song, takes, allowed = tmp_path / "Song", tmp_path / "takes", tmp_path / "allowed"
    settings = Settings(takes_dir=takes, data_dir=tmp_path / "data", allowed_folders=(allowed,))
    nothing = cast("Any", None)
    rooms = Rooms(
        settings=settings, planner=nothing, variation_words=nothing, engines=nothing, takes=nothing, open_daw=nothing
    )
    job = JobId("job")
    assert new_folder(rooms, RenderRequest(), song, job) == song / "export" / "mix job"
    for folder in (str(takes / "x"), str(allowed), "here"):
        assert new_folder(rooms, RenderRequest(folder=folder), song, job) == song / folder / "mix job"
    assert new_folder(rooms, RenderRequest(is_kept=False), song, job).is_relative_to(settings.data_dir)
    (song).mkdir()
    (song / "out").symlink_to(tmp_path)
    for folder in ("/etc", "../elsewhere", "out", "a\0b"):
        with pytest.raises(FileNotAllowed, match=r"outside the allowed folders|cannot be followed"):
            new_folder(rooms, RenderRequest(folder=folder), song, job)


def test_of_what_was_rendered_to_be_measured_as_much_is_kept_as_the_setting_s_words_say(tmp_path: Path) -> None:
    for number in range(MOST_PRIVATE + 3):
        (tmp_path / f"20260101-1200{number:02d}").mkdir()
    _tidy(tmp_path)
    (tmp_path / "20260101-130000").mkdir()
    assert len(list(tmp_path.iterdir())) == MOST_PRIVATE
    assert f"the last {MOST_PRIVATE} renderings" in str(Settings.model_fields["data_dir"].description)
