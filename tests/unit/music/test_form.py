"""Dividing bars into sections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.errors import RequestInvalid
from music.form import lay_out, section_kind
from music.pitch import Mode
from music.style import FormTemplate, Harmony, Style


def _style(phrase_bars: int = 4) -> Style:
    return Style(
        id="test",
        title="Test",
        synonyms=(),
        tempo_bpm=120,
        tempo_range_bpm=(60, 180),
        slow_tempo_bpm=80,
        fast_tempo_bpm=160,
        modes=(Mode.MAJOR,),
        tonics=("C",),
        phrase_bars=phrase_bars,
        energy=0.5,
        section_energy={"verse": 0.5, "chorus": 0.9},
        forms=(
            FormTemplate(sections=(("verse", 8),)),
            FormTemplate(sections=(("verse", 8), ("chorus", 8))),
            FormTemplate(sections=(("intro", 4), ("verse", 8), ("chorus", 8), ("outro", 4))),
        ),
        harmony=(Harmony(mode=Mode.MAJOR, progressions={"any": ("I | V",)}, cadence="V | I"),),
        parts={},
    )


@given(st.integers(1, 400), st.sampled_from([4, 12]))
def test_sections_follow_each_other_without_gap_and_fill_the_piece(n_bars: int, phrase_bars: int) -> None:
    sections = lay_out(_style(phrase_bars), n_bars)
    bar = 1
    for section in sections:
        assert section.start_bar == bar
        bar += section.n_bars
    assert bar == n_bars + 1
    assert len({section.name for section in sections}) == len(sections)


@given(st.integers(3, 200))
def test_names_that_were_asked_for_are_kept_in_order(n_bars: int) -> None:
    sections = lay_out(_style(), n_bars, ("Intro", "verse", "Chorus"))
    assert [section.name for section in sections] == ["Intro", "verse", "Chorus"]
    assert sum(section.n_bars for section in sections) == n_bars


@pytest.mark.parametrize("n_bars", [8, 16, 24, 32, 48, 64, 96, 128])
def test_sections_of_even_pieces_are_whole_phrases(n_bars: int) -> None:
    assert all(section.n_bars % 4 == 0 for section in lay_out(_style(), n_bars))


def test_repeated_sections_are_numbered() -> None:
    names = [section.name for section in lay_out(_style(), 24, ("verse", "chorus", "verse"))]
    assert names == ["verse 1", "chorus", "verse 2"]


def test_what_does_not_divide_lengthens_the_last_section() -> None:
    assert [section.n_bars for section in lay_out(_style(), 17)] == [8, 9]


def test_energy_moves_all_sections_and_stays_within_its_range() -> None:
    usual = lay_out(_style(), 16)
    raised = lay_out(_style(), 16, energy=0.8)
    assert raised[0].energy == pytest.approx(usual[0].energy + 0.3)
    assert raised[1].energy == 1.0


def test_what_comes_back_has_more_energy_and_the_last_chorus_most() -> None:
    names = ("verse", "chorus", "verse", "chorus", "verse", "verse", "chorus")
    levels = [section.energy for section in lay_out(_style(), 56, names)]
    assert levels[0] < levels[2] < levels[4] == levels[5]
    assert levels[1] == levels[3] < levels[6]


def test_a_single_section_has_the_styles_own_energy() -> None:
    assert [section.energy for section in lay_out(_style(), 16, ("verse", "chorus"))] == [0.5, 0.9]


@pytest.mark.parametrize(("n_bars", "names"), [(0, ()), (-1, ()), (2, ("a", "b", "c"))])
def test_what_cannot_be_divided_is_refused(n_bars: int, names: tuple[str, ...]) -> None:
    with pytest.raises(RequestInvalid, match="bar"):
        lay_out(_style(), n_bars, names)


@pytest.mark.parametrize(
    ("name", "kind"), [("Verse 2", "verse"), ("chorus", "chorus"), ("Pre-Chorus_1", "pre-chorus"), ("12", "12")]
)
def test_the_kind_of_a_section_is_its_name_without_number(name: str, kind: str) -> None:
    assert section_kind(name) == kind
