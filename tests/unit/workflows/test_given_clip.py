"""Where given music may come from: allowed files, kept takes, what is selected in Ardour."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library.takes import take_to_json
from music.errors import NotFound, RequestInvalid
from music.given import Task
from music.score import Note
from music.session import TempoPoint
from music.time import BBT, TimeSignature
from tests.sessions import FOUR, a_region, a_route, a_session
from tests.takes import a_take
from tests.unit.music.test_clip_reading import line, midi_file
from workflows.allowed_files import FileNotAllowed
from workflows.given_clip import find_clip
from workflows.given_selection import clip_of_selection
from workflows.requests import Destination, GenerateRequest
from workflows.settings import Settings
from workflows.studio import Studio, build_studio

TUNE = midi_file([line((0, 480, 60), (480, 480, 64), (960, 480, 67), (1440, 480, 60))])


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    (tmp_path / "songs").mkdir()
    settings = Settings(
        data_dir=tmp_path / "data",
        takes_dir=tmp_path / "takes",
        bridge_dir=tmp_path / "bridge",
        allowed_folders=(tmp_path / "songs",),
    )
    with closing(build_studio(settings)) as built:
        yield built


def test_a_file_below_the_allowed_folders_and_a_take_by_its_id_are_read(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "songs" / "tune.mid").write_bytes(TUNE)
    assert find_clip(studio._rooms, str(tmp_path / "songs" / "tune.mid")).name == "tune.mid"
    take = a_take()
    folder = tmp_path / "takes" / take.id
    folder.mkdir(parents=True)
    (folder / "take.json").write_bytes(take_to_json(a_take(files=())))
    (folder / "score.mid").write_bytes(TUNE)
    with pytest.raises(NotFound, match="file of the take"):  # an account opens no file that it does not list
        find_clip(studio._rooms, take.id)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("{tmp}/elsewhere.mid", FileNotAllowed, "outside the allowed folders"),
        ("{tmp}/songs/../elsewhere.mid", FileNotAllowed, "outside the allowed folders"),
        ("tune.mid", FileNotAllowed, "no absolute path"),
        ("{tmp}/songs/none.mid", NotFound, "no MIDI file"),
        ("{tmp}/songs", NotFound, "no MIDI file"),
        ("20200101-000000-aaaaaa", NotFound, "no take"),
        ("{tmp}/songs/words.mid", RequestInvalid, "cannot be read as a MIDI file"),
        ("{tmp}/songs/large.mid", RequestInvalid, "at most 2000000 bytes"),
    ],
)
def test_what_is_no_music_or_not_allowed_is_refused(
    studio: Studio, tmp_path: Path, name: str, error: type[Exception], words: str
) -> None:
    (tmp_path / "elsewhere.mid").write_bytes(TUNE)
    (tmp_path / "songs" / "words.mid").write_text("la la la")
    (tmp_path / "songs" / "large.mid").write_bytes(TUNE + bytes(2_000_000))
    with pytest.raises(error, match=words):
        find_clip(studio._rooms, name.format(tmp=tmp_path))


async def test_a_wish_for_given_music_that_cannot_be_met_starts_no_job(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "songs" / "tune.mid").write_bytes(TUNE)
    given = str(tmp_path / "songs" / "tune.mid")
    with pytest.raises(RequestInvalid, match="kept note for note"):
        await studio.generate(GenerateRequest(prompt="in 5/4", given=given, to=Destination.NONE))
    assert not (tmp_path / "takes").exists()
    with pytest.raises(RequestInvalid, match="needs music to work on"):
        GenerateRequest(prompt="pop", task=Task.CONTINUE)


def test_selected_regions_become_a_clip_that_starts_on_the_bar_of_the_first() -> None:
    riff = a_region("riff", "20", bar=9, n_notes=2, notes="0 960 40 90 1;1920 960 43 80 1")
    late = a_region("drums", "21", bar=10, n_notes=1, notes="0 100 36 110 10", start=BBT(10, 3))
    other = a_region("no", "22", bar=1, n_notes=1, notes="0 960 50 90 1")
    audio = a_region("audio", "23", bar=9)
    session = a_session(
        a_route("Guitar", "10", regions=(riff, other)),
        a_route("Kit", "11", regions=(late, audio)),
        selected_regions=("20", "21", "23"),
    )
    clip, first_bar = clip_of_selection(session)
    assert first_bar == 9
    assert (clip.tempo_bpm, clip.time_signature, clip.n_bars, clip.name) == (120.0, FOUR, 2, "2 regions")
    guitar, kit = clip.tracks
    assert (guitar.name, guitar.notes) == ("Guitar", (Note(0, 480, 40, 90), Note(960, 480, 43, 80)))
    assert kit.is_drums
    assert kit.notes == (Note(3840 + 1920, 50, 36, 110),)


def test_a_selection_without_notes_or_across_a_change_of_metre_is_refused() -> None:
    region = a_region("riff", "20", bar=9, n_notes=1, notes="0 960 40 90 1;9600 960 43 80 1")
    route = a_route(regions=(region,))
    with pytest.raises(RequestInvalid, match="no MIDI region is selected"):
        clip_of_selection(a_session(route))
    first = TempoPoint(start=BBT(1), tempo_bpm=120.0, time_signature=FOUR)
    slower = TempoPoint(start=BBT(10), tempo_bpm=90.0, time_signature=FOUR)
    waltz = TempoPoint(start=BBT(10), tempo_bpm=120.0, time_signature=TimeSignature(3, 4))
    clip, _ = clip_of_selection(a_session(route, selected_regions=("20",), tempo_map=(first, slower)))
    assert any("tempo changes" in notice for notice in clip.notices)
    with pytest.raises(RequestInvalid, match="metre changes to 3/4 in bar 10"):
        clip_of_selection(a_session(route, selected_regions=("20",), tempo_map=(first, waltz)))
    empty = a_route(regions=(a_region("riff", "20", n_notes=0),))
    with pytest.raises(RequestInvalid, match="hold 0 notes"):
        clip_of_selection(a_session(empty, selected_regions=("20",)))
