"""What the reader says about its reading, and how it meets input that nobody would call a prompt."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.brief import MAX_PROMPT_CHARACTERS, Reading
from music.chord import parse_chord
from music.errors import RequestInvalid
from music.pitch import Key, Mode
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary

SLOWEST_SECONDS = 3.0  # about ten times what the slowest of the hostile prompts takes on a busy machine
HOSTILE = [
    "Am ", "A-", "1 ", "1-", "1,", "½", "6/", "3/4 ", "1:30 ", "at ", "no ", "not too ", "just ", "I ", "verse and ",
    "8 bars ", "between 80 and ", "one hundred and ", "in A ", "without drums, ", "actually ", "N.C", "Cm7b5/", "|",
    "(", "\n", "\x00", "é", "120 bpm ", "seed 1 ",
]  # fmt: skip


def test_every_reading_accounts_for_words_understood_and_unused(vocabulary: Vocabulary) -> None:
    reading = read_prompt("dark trap in F minor about my red bicycle", vocabulary)
    assert [(remark.field, remark.text) for remark in reading.understood] == [
        ("moods", "dark"),
        ("genre", "trap"),
        ("key", "in F minor → F minor"),
    ]
    assert reading.unused == ("red bicycle",)


def test_a_slip_of_the_pen_is_shown_with_what_it_was_taken_for(vocabulary: Vocabulary) -> None:
    reading = read_prompt("jaz", vocabulary)
    assert reading.understood[0].text == "jaz → jazz"


def test_a_range_becomes_its_middle_and_says_so(vocabulary: Vocabulary) -> None:
    reading = read_prompt("between 80 and 90 bpm", vocabulary)
    assert reading.assumed[0].text == "85, the middle of 80 to 90"


@pytest.mark.parametrize(
    ("prompt", "tempo_bpm"), [("pop, 101 BPM, 8 bars", 101), ("808 BPM 140", 140), ("808 kick, BPM 101", 101)]
)
def test_a_number_of_gear_before_its_unit_is_a_tempo_where_one_can_be_so_fast(
    prompt: str, tempo_bpm: float, vocabulary: Vocabulary
) -> None:
    assert read_prompt(prompt, vocabulary).brief.tempo_bpm == tempo_bpm


def test_a_genre_without_a_style_of_its_own_says_that_another_stands_in(vocabulary: Vocabulary) -> None:
    reading = read_prompt("some merengue", vocabulary)
    assert reading.brief.genre == "salsa"
    assert "nearest" in reading.assumed[0].text


def test_numerals_without_a_key_say_which_key_they_were_read_in(vocabulary: Vocabulary) -> None:
    reading = read_prompt("ii V I", vocabulary)
    assert reading.brief.chords == tuple(map(parse_chord, ("Dm", "G", "C")))
    assert "C major, since no key was named" in reading.assumed[0].text


def test_numerals_are_read_in_a_key_known_from_elsewhere(vocabulary: Vocabulary) -> None:
    reading = read_prompt("i iv V", vocabulary, key=Key("F", Mode.MINOR))
    assert reading.brief.chords == tuple(map(parse_chord, ("Fm", "Bbm", "C")))


def test_what_is_not_wanted_is_reported_instead_of_obeyed(vocabulary: Vocabulary) -> None:
    reading = read_prompt("rock, not too fast", vocabulary)
    assert reading.brief.tempo_words == ()
    assert reading.unused == ("not too fast",)


def test_a_general_word_means_the_styles_own_instrument_and_excludes_the_whole_family(vocabulary: Vocabulary) -> None:
    wanted = read_prompt("rock with guitar", vocabulary).brief.instruments
    unwanted = read_prompt("rock, no guitar", vocabulary).brief.excluded_instruments
    assert wanted[0] in vocabulary.played_in["rock"]
    assert set(vocabulary.families["guitar"]) == set(unwanted)


def test_a_thing_both_wanted_and_excluded_stays_out(vocabulary: Vocabulary) -> None:
    reading = read_prompt("violin and flute, no violin", vocabulary)
    assert reading.brief.instruments == ("flute",)
    assert [conflict.field for conflict in reading.conflicts] == ["excluded_instruments"]


def test_a_conflict_names_the_winner_and_the_loser(vocabulary: Vocabulary) -> None:
    reading = read_prompt("120 bpm or 130 bpm", vocabulary)
    assert reading.brief.tempo_bpm == 120
    assert reading.conflicts[0].text == "'120 bpm' wins over '130 bpm'"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("", "empty"),
        (" \t\n\x00\u200b", "empty"),
        ("jazz " * MAX_PROMPT_CHARACTERS, "at most 4000"),
        ("at 301 bpm", "301 BPM is out of range"),
        ("tempo 19", "20 to 300"),
        ("0 bars", "0 bars"),
        ("1.5 bars", "whole number"),
        ("11 minutes", "660 seconds"),
        ("one hour", "3600 seconds"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_line(vocabulary: Vocabulary, prompt: str, words: str) -> None:
    with pytest.raises(RequestInvalid, match=words) as refusal:
        read_prompt(prompt, vocabulary)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_prompt_of_the_greatest_length_is_read_in_time(vocabulary: Vocabulary, piece: str) -> None:
    prompt = (piece * MAX_PROMPT_CHARACTERS)[:MAX_PROMPT_CHARACTERS]
    started = time.perf_counter()
    with contextlib.suppress(RequestInvalid):  # some of them also ask for the impossible
        read_prompt(prompt, vocabulary)
    assert time.perf_counter() - started < SLOWEST_SECONDS


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_text_is_read_or_refused_and_always_alike(vocabulary: Vocabulary, data: st.DataObject) -> None:
    known = sorted({word for phrases in vocabulary.phrases.values() for phrase, _ in phrases for word in phrase})
    bits = st.one_of(
        st.sampled_from(known),
        st.sampled_from(["Am", "F#", "G", "N.C.", "120", "8", "1:30", "6/8", "bpm", ",", "-", "|", "no", "in"]),
        st.text(max_size=8),
    )
    prompt = data.draw(st.lists(bits, max_size=25).map(" ".join))
    assert outcome(prompt, vocabulary) == outcome(prompt, vocabulary)


def outcome(prompt: str, vocabulary: Vocabulary) -> Reading | str:
    try:
        reading = read_prompt(prompt, vocabulary)
    except RequestInvalid as refusal:
        return str(refusal)
    assert all(words in prompt for words in reading.unused)
    return reading


def test_a_prompt_that_is_no_text_is_refused(vocabulary: Vocabulary) -> None:
    """Half a surrogate pair is what undecodable bytes become; no file and no database takes it."""
    with pytest.raises(RequestInvalid, match="UTF-8"):
        read_prompt("trap \udcff beat", vocabulary)
