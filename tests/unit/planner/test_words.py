"""Lyrics become sections, bars and sung lines."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from music.errors import RequestInvalid
from music.form import section_kind
from music.instrument import Role
from workflows.planner import Planner, load_planner
from workflows.planner.flags import Flags, read_flags
from workflows.planner.planner import Planned

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
SONG = """[Verse 1]
Morning comes to the harbour
And the boats begin to turn
Somebody left a light on
That nobody let burn

[Chorus]
Sail away, sail away with me
Sail away to the open sea

[Verse 2]
Evening falls on the water
And the gulls go home to sleep

[Chorus]
"""


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load_planner(CONFIGS)


def planned(planner: Planner, prompt: str, lyrics: str = SONG, **options: object) -> Planned:
    flags = read_flags(planner.vocabulary, lyrics=lyrics, **options)  # type: ignore[arg-type]  # options of a test
    return planner.by_rules(prompt, flags, seed=3)


def test_a_sheet_decides_form_and_length_where_nobody_else_does(planner: Planner) -> None:
    made = planned(planner, "slow country song")
    plan = made.plan
    assert [section_kind(section.name) for section in plan.sections] == ["verse", "chorus", "verse", "chorus"]
    assert [line.text for line in plan.lyrics][:5] == [*SONG.splitlines()[1:5], "Sail away, sail away with me"]
    assert plan.lyrics[-1].section == 3
    assert plan.n_bars == sum(section.n_bars for section in plan.sections)
    assert any(remark.field == "bars" and "lyrics" in remark.text for remark in made.reading.assumed)
    assert made.reading.brief.lyrics == SONG


def test_words_are_counted_through_all_that_is_sung(planner: Planner) -> None:
    numbers = [one.word for line in planned(planner, "pop").plan.lyrics for one in line.syllables]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(max(numbers) + 1))


def test_an_asked_form_gets_the_words_by_name_and_kind(planner: Planner) -> None:
    plan = planned(planner, "pop with intro, verse, chorus, solo and chorus, 40 bars").plan
    sung = {plan.sections[line.section].name: line.text for line in reversed(plan.lyrics)}
    assert sung == {
        "verse": "Morning comes to the harbour",
        "chorus 1": "Sail away, sail away with me",
        "chorus 2": "Sail away, sail away with me",
    }


def test_words_without_headings_go_to_whatever_a_form_without_verses_has_to_sing(planner: Planner) -> None:
    plan = planned(planner, "jazz with intro, head and solo, 24 bars", "Blue is the night\nAnd long is the road").plan
    assert {plan.sections[line.section].name for line in plan.lyrics} == {"head"}


@pytest.mark.parametrize("bars", [4, 8, 12, 16, 32])
def test_lines_without_room_are_told_and_the_others_fit(planner: Planner, bars: int) -> None:
    made = planned(planner, "pop song", bars=bars)
    assert made.plan.n_bars == bars
    sung = {line.text for line in made.plan.lyrics}
    written = {line for line in SONG.splitlines() if line and not line.startswith("[")}
    told = " ".join(remark.text for remark in made.reading.conflicts if remark.field == "lyrics")
    assert sung
    assert all(text in told for text in written - sung)
    assert not any(text in told for text in sung)


def test_lyrics_bring_a_melody_to_a_style_and_a_wish_without_one(planner: Planner) -> None:
    plan = planned(planner, "trap with just drums and bass").plan
    assert Role.MELODY in {part.role for part in plan.parts}


def test_lyrics_without_anybody_to_sing_them_are_refused(planner: Planner) -> None:
    with pytest.raises(RequestInvalid, match="leave one of them out"):
        planned(planner, "pop without melody")


@pytest.mark.parametrize(
    "prompt", ["pop in 3/4", "jazz waltz 200 BPM", "slow ballad 6/8", "metal in 7/8", "trap 160 BPM"]
)
@pytest.mark.parametrize(
    "lyrics", ["la " * 48, "\n".join(["la la"] * 90), "o", "Ohhh\n\n[Bridge]\n\n[Chorus]\nyeah yeah yeah"]
)
def test_any_sheet_and_metre_give_a_plan_or_say_why_not(planner: Planner, prompt: str, lyrics: str) -> None:
    try:
        made = planned(planner, prompt, lyrics)
    except RequestInvalid as refusal:
        told, is_sung = str(refusal), False
    else:
        told, is_sung = "", bool(made.plan.lyrics)
    assert is_sung or "lyrics" in told


def test_without_lyrics_a_plan_is_as_it_was(planner: Planner) -> None:
    plan = planner.by_rules("pop song", Flags(seed=3), seed=3).plan
    assert plan.lyrics == ()
    assert planner.by_rules("pop song", Flags(seed=3), seed=3).reading.brief.lyrics == ""


def test_a_plan_with_words_comes_back_from_its_file(planner: Planner) -> None:
    adapter = TypeAdapter(Planned)
    made = planned(planner, "pop song")
    assert adapter.validate_json(adapter.dump_json(made)) == made
