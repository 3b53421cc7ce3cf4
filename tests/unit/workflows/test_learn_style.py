"""Learning a style from a folder: what is kept where, what is refused, and that the style can be asked for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from music.errors import NotFound, RequestInvalid
from tests.unit.music.test_clip_reading import line, midi_file
from workflows.settings import Settings
from workflows.studio import Studio, build_studio

TUNE = midi_file([line(*((i * 480, 400, 60 + (0, 4, 7, 4)[i % 4]) for i in range(32)))])
KIT = midi_file([line(*((i * 480, 100, (36, 42, 38, 42)[i % 4]) for i in range(32)), channel=9)])
StudioMaker = Callable[[], Studio]


@pytest.fixture
def new_studio(tmp_path: Path) -> Iterator[StudioMaker]:
    settings = Settings(
        data_dir=tmp_path / "data",
        takes_dir=tmp_path / "takes",
        styles_dir=tmp_path / "styles",
        allowed_folders=(tmp_path / "midi",),
    )
    (tmp_path / "midi" / "deeper").mkdir(parents=True)
    with ExitStack() as built:
        yield lambda: built.enter_context(closing(build_studio(settings)))


def test_a_learnt_style_is_there_from_the_next_start_on_and_can_be_learnt_again(
    new_studio: StudioMaker, tmp_path: Path
) -> None:
    (tmp_path / "midi" / "a.mid").write_bytes(TUNE)
    (tmp_path / "midi" / "deeper" / "b.MID").write_bytes(KIT)
    (tmp_path / "midi" / "c.mid").write_text("no MIDI")
    (tmp_path / "midi" / "d.txt").write_text("left alone")
    learnt = new_studio().learn_style(str(tmp_path / "midi"), name="Our Sound", base="rock")
    assert (learnt.style, learnt.base) == ("our_sound", "rock")
    assert Path(learnt.file) == tmp_path / "styles" / "our_sound.toml"
    assert any("2 files with 16 bars" in line for line in learnt.account)
    assert len(learnt.skipped) == 1
    assert "c.mid" in learnt.skipped[0]
    studio = new_studio()
    assert studio._rooms.planner.by_rules("our sound, 8 bars", seed=1).plan.style == "our_sound"
    again = studio.learn_style(str(tmp_path / "midi"), name="Our Sound", base="jazz")
    assert again.base == "jazz"
    assert "Learnt from MIDI files, on the base of Jazz." in Path(again.file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "base", "error", "words"),
    [
        ("../up", None, RequestInvalid, "no name for a style"),
        ("", None, RequestInvalid, "no name for a style"),
        ("x" * 41, None, RequestInvalid, "no name for a style"),
        ("jazz", None, RequestInvalid, "there already"),
        ("piano", None, RequestInvalid, "already means something else"),
        ("bebop", None, RequestInvalid, "already means something else"),
        ("mine", "polka", NotFound, "no style 'polka'"),
    ],
)
def test_a_name_or_base_that_cannot_be_is_refused_and_nothing_is_written(
    new_studio: StudioMaker, tmp_path: Path, name: str, base: str | None, error: type[Exception], words: str
) -> None:
    (tmp_path / "midi" / "a.mid").write_bytes(TUNE)
    with pytest.raises(error, match=words):
        new_studio().learn_style(str(tmp_path / "midi"), name=name, base=base)
    assert not (tmp_path / "styles").exists()


def test_a_folder_without_music_elsewhere_or_not_there_is_refused(new_studio: StudioMaker, tmp_path: Path) -> None:
    studio = new_studio()
    with pytest.raises(RequestInvalid, match="holds no MIDI file to learn from"):
        studio.learn_style(str(tmp_path / "midi"), name="mine")
    with pytest.raises(NotFound, match="no folder"):
        studio.learn_style(str(tmp_path / "midi" / "none"), name="mine")
    with pytest.raises(RequestInvalid, match="outside the allowed folders"):
        studio.learn_style(str(tmp_path), name="mine")
    for number in range(501):
        (tmp_path / "midi" / f"{number}.mid").touch()
    with pytest.raises(RequestInvalid, match="501 MIDI files"):
        studio.learn_style(str(tmp_path / "midi"), name="mine")
