"""Operations on regions and playlists: what they refuse by themselves, what they name and what they make."""

import pytest

from music.operations.fields import made, named, out_of_bounds
from music.operations.playlists import AddPlaylist, CompPlaylist, DeletePlaylist
from music.operations.regions import (
    CopyRegion,
    DeleteRegion,
    FadeRegion,
    NormaliseRegion,
    PitchRegion,
    SplitRegion,
    StretchRegion,
    TrimRegion,
)
from music.time import BBT


def test_an_operation_that_would_do_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="start, end or both"):
        TrimRegion(region="1")
    with pytest.raises(ValueError, match="fade_in, fade_out or both"):
        FadeRegion(region="1", shape="linear")
    with pytest.raises(ValueError, match="at least one range"):
        CompPlaylist(target="1", ranges=())


def test_a_stretch_has_exactly_one_measure() -> None:
    for wrong in ({}, {"ratio": 2.0, "from_tempo_bpm": 90.0}, {"end": BBT(3), "ratio": 2.0}):
        with pytest.raises(ValueError, match="exactly one"):
            StretchRegion(region="1", **wrong)
    assert StretchRegion(region="1", end=BBT(3)).material == "tonal"


def test_the_parts_of_a_split_have_different_refs() -> None:
    with pytest.raises(ValueError, match="must differ"):
        SplitRegion(region="1", at=BBT(2), left_ref="part", right_ref="part")
    split = SplitRegion(region="1", at=BBT(2), left_ref="l", right_ref="r")
    assert made(split) == (("region", "l"), ("region", "r"))
    assert named(split) == (("region", "1"),)


def test_a_copy_names_its_region_and_track_and_makes_one_ref() -> None:
    copy = CopyRegion(region="1", ref="c", at=BBT(2), track="Bass", n_copies=3)
    assert named(copy) == (("region", "1"), ("route", "Bass"))
    assert made(copy) == (("region", "c"),)
    assert made(AddPlaylist(track="Bass", ref="take", name="Take two")) == (("playlist", "take"),)


def test_numbers_out_of_range_are_told_with_their_range() -> None:
    assert "semitones" in out_of_bounds(PitchRegion(region="1", semitones=36))
    assert "within -60 and 0" in out_of_bounds(NormaliseRegion(region="1", level_db=3.0))
    assert "n_copies" in out_of_bounds(CopyRegion(region="1", ref="c", at=BBT(2), n_copies=0))
    assert out_of_bounds(FadeRegion(region="1", fade_in=0.0)) == ""


def test_what_deletes_says_so() -> None:
    assert DeleteRegion.is_destructive
    assert DeletePlaylist.is_destructive
    assert not hasattr(TrimRegion, "is_destructive")
