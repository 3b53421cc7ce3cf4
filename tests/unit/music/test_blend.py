"""Blends: shares, what each style gives, and the numbers between them."""

from pathlib import Path

import pytest

from music.blend import Aspect, blend_styles, shares_of
from music.instrument import Role
from music.style import Style
from workflows.configuration import load_styles

STYLES = load_styles(Path(__file__).parents[3] / "configs" / "styles")
PAIRS = [("lofi", "jazz"), ("house", "jazz"), ("pop", "classical"), ("trap", "reggae"), ("rock", "blues")]


def test_shares_add_up_the_largest_first_and_a_name_said_twice_counts_once() -> None:
    shares = shares_of([("jazz", 1), ("lofi", 2), ("jazz", 1)])
    assert [(share.style, share.share) for share in shares] == [("jazz", 0.5), ("lofi", 0.5)]
    assert [share.style for share in shares_of([("a", 30), ("b", 70)])] == ["b", "a"]


@pytest.mark.parametrize("parts", [[("a", 1.0)], [("a", 1.0), ("b", 0.0)], [("a", 1.0), ("b", float("nan"))], []])
def test_what_is_no_blend_is_refused(parts: list[tuple[str, float]]) -> None:
    with pytest.raises(ValueError, match=r"blend has|must be above"):
        shares_of(parts)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_each_style_gives_something_whole_and_numbers_lie_between(first: str, second: str) -> None:
    a, b = STYLES[first], STYLES[second]
    for seed in range(30):
        blend = blend_styles(STYLES, shares_of([(first, 70), (second, 30)]), seed)
        assert set(blend.sources.values()) == {first, second}
        assert blend.style.id == first
        groove = STYLES[blend.sources[Aspect.GROOVE]]
        assert blend.style.drums == groove.drums
        assert (blend.style.swing, blend.style.swing_unit) == (groove.swing, groove.swing_unit)
        for role in (Role.DRUMS, Role.BASS):
            assert blend.style.parts.get(role) == groove.parts.get(role)
        assert blend.style.harmony == STYLES[blend.sources[Aspect.HARMONY]].harmony
        assert min(a.energy, b.energy) <= blend.style.energy <= max(a.energy, b.energy)


def test_tempi_meet_between_the_styles_where_half_time_counts_as_near() -> None:
    def tempo(first: str, second: str) -> float:
        return blend_styles(STYLES, shares_of([(first, 50), (second, 50)]), 1).style.tempo_bpm

    lofi, trap = STYLES["lofi"].tempo_bpm, STYLES["trap"].tempo_bpm
    assert sorted([trap / 2, lofi])[0] <= tempo("lofi", "trap") <= sorted([trap / 2, lofi])[1]


def test_larger_shares_give_more_over_many_seeds() -> None:
    def given_by_lofi(share: float) -> float:
        blends = [
            blend_styles(STYLES, shares_of([("lofi", share), ("jazz", 100 - share)]), seed) for seed in range(200)
        ]
        sources = [source for blend in blends for source in blend.sources.values()]
        return sources.count("lofi") / len(sources)

    assert given_by_lofi(85) > given_by_lofi(60) + 0.1 > given_by_lofi(40) + 0.2


def test_the_same_seed_mixes_the_same_and_one_aspect_does_not_hang_on_the_others() -> None:
    shares = shares_of([("lofi", 50), ("jazz", 50)])
    mixed = [blend_styles(STYLES, shares, seed) for seed in range(40)]
    assert mixed == [blend_styles(STYLES, shares, seed) for seed in range(40)]
    drawn = {tuple(blend.sources[aspect] for aspect in Aspect if aspect is not Aspect.COLOUR) for blend in mixed}
    assert len(drawn) >= 8  # of the 14 ways in which both give something


def test_a_blend_can_be_played_in_any_pair_of_styles() -> None:
    names = sorted(STYLES)
    for index, first in enumerate(names):
        blended: Style = blend_styles(STYLES, shares_of([(first, 60), (names[index - 1], 40)]), index).style
        assert Role.CHORDS in blended.parts or Role.CHORDS not in STYLES[first].parts
        assert all(part.instrument for part in blended.parts.values())
