"""Blends in words and as an option: what is one, what is none, and what the plan makes of it."""

import pytest

from music.errors import NotFound, RequestInvalid
from workflows.planner import Planner, read_flags

Shares = list[tuple[str, float]]


def shares(planner: Planner, words: str) -> Shares:
    brief = planner.by_rules(words, seed=1).reading.brief
    return [(share.style, share.share) for share in brief.blend]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("70 % lo-fi, 30 % jazz", [("lofi", 0.7), ("jazz", 0.3)]),
        ("70% lofi 30% jazz, 16 bars", [("lofi", 0.7), ("jazz", 0.3)]),
        ("30 percent of jazz and 70 percent of lo-fi", [("lofi", 0.7), ("jazz", 0.3)]),
        ("pop 60%, classical 40% at 100 bpm", [("pop", 0.6), ("classical", 0.4)]),
        ("lo-fi with 30% jazz", [("lofi", 0.7), ("jazz", 0.3)]),
        ("jazz meets house", [("jazz", 0.5), ("house", 0.5)]),
        ("jazz x house in F minor", [("jazz", 0.5), ("house", 0.5)]),
        ("a blend of rock and reggae", [("rock", 0.5), ("reggae", 0.5)]),
        ("a cross between trap and classical", [("trap", 0.5), ("classical", 0.5)]),
        ("half jazz half house", [("jazz", 0.5), ("house", 0.5)]),
        ("a jazz-house fusion", [("jazz", 0.5), ("house", 0.5)]),
        ("lo-fi with a touch of jazz", [("lofi", 0.75), ("jazz", 0.25)]),
        ("50 % lo-fi, 30 % jazz, 20 % house", [("lofi", 0.5), ("jazz", 0.3), ("house", 0.2)]),
        ("jazzy trap", []),
        ("rock and pop", []),
        ("lo-fi at 70 bpm", []),
        ("a mix of piano and strings, jazz", []),
        ("jazz, mixed to 70 % of full level", []),
    ],
)
def test_words_that_blend_and_words_that_do_not(planner: Planner, words: str, expected: Shares) -> None:
    assert shares(planner, words) == expected


def test_a_blend_uses_up_its_words_and_is_told(planner: Planner) -> None:
    planned = planner.by_rules("70 % lo-fi, 30 % jazz at 84 bpm, 8 bars", seed=1)
    assert planned.reading.unused == ()
    assert planned.plan.tempo_bpm == 84
    assert planned.plan.style == "lofi"
    assert planned.plan.style_name == "lofi:70,jazz:30"
    again = planner.by_rules("8 bars", read_flags(planner.vocabulary, genre=planned.plan.style_name), seed=1)
    assert again.plan.blend == planned.plan.blend
    assert planned.plan.title.startswith("70 % Lo-fi hip-hop, 30 % Jazz")
    assert [(share.style, share.share) for share in planned.plan.blend] == [("lofi", 0.7), ("jazz", 0.3)]
    (sources,) = [remark.text for remark in planned.reading.assumed if remark.field == "blend"]
    assert "groove from" in sources
    assert "Jazz" in sources


def test_the_option_names_a_blend_and_wins_over_the_words(planner: Planner) -> None:
    flags = read_flags(planner.vocabulary, genre="lo-fi:70,jazz:30")
    planned = planner.by_rules("nice rock", flags, seed=1)
    assert [(share.style, share.share) for share in planned.plan.blend] == [("lofi", 0.7), ("jazz", 0.3)]
    assert any(remark.field == "genre" for remark in planned.reading.conflicts)
    only = read_flags(planner.vocabulary, genre="rock")
    assert planner.by_rules("70 % lo-fi, 30 % jazz", only, seed=1).plan.blend == ()


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ("lofi:70,", NotFound, "no genre"),
        ("lofi:70,jazz:x", RequestInvalid, "no share of a blend"),
        ("lofi:70,jazz:0", RequestInvalid, "above 0"),
        ("lofi:70", RequestInvalid, "2 to 4 styles"),
        ("lofi:1,jazz:nan", RequestInvalid, "above 0"),
        ("lofi:1,polka:1", NotFound, "no genre 'polka'"),
        ("jazz,house,rock,pop,trap", RequestInvalid, "2 to 4 styles"),
    ],
)
def test_a_broken_option_is_refused(planner: Planner, option: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_flags(planner.vocabulary, genre=option)


def test_a_blend_of_one_style_with_itself_is_refused(planner: Planner) -> None:
    with pytest.raises(RequestInvalid, match="is no blend"):
        planner.by_rules("100 % jazz, 0 % house", seed=1)
