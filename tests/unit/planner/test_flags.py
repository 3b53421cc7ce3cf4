"""Flags are checked, win over words, and leave a trace where the two disagree."""

from typing import Any

import pytest

from music.errors import NotFound, RequestInvalid
from music.pitch import Key, Mode
from workflows.planner.flags import Flags, merge, read_flags
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"tempo_bpm": 19.9}, "20 to 300"),
        ({"tempo_bpm": 300.1}, "20 to 300"),
        ({"tempo_bpm": float("nan")}, "20 to 300"),
        ({"bars": 0}, "0 bars"),
        ({"bars": -4}, "-4 bars"),
        ({"bars": 10**400}, "1 to 9999"),
        ({"seconds": 0.0}, "0 seconds"),
        ({"seconds": 600.5}, "600.5 seconds"),
        ({"bars": 8, "seconds": 30.0}, "one of the two"),
        ({"key": "H minor"}, "unknown key 'H minor'"),
        ({"key": "C blurry"}, "expected one of"),
        ({"time_signature": "4/5"}, "4/5"),
        ({"time_signature": "four"}, "4/4, 3/4"),
        ({"seed": -1}, "seed -1"),
        ({"genre": "zzz"}, "known are: afrobeats"),
    ],
)
def test_a_flag_out_of_range_is_refused_with_the_range(
    vocabulary: Vocabulary, flags: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestInvalid, match=words):
        read_flags(vocabulary, **flags)


def test_an_unknown_genre_names_the_nearest(vocabulary: Vocabulary) -> None:
    with pytest.raises(NotFound, match="did you mean 'reggae'\\? known are: afrobeats, "):
        read_flags(vocabulary, genre="raggae")


@pytest.mark.parametrize(
    ("typed", "style"),
    [("hip-hop", "boom_bap"), ("Lo-Fi", "lofi"), ("techno", "techno"), ("dnb", "drum_and_bass")],
)
def test_a_genre_may_be_given_by_any_of_its_names(vocabulary: Vocabulary, typed: str, style: str) -> None:
    assert read_flags(vocabulary, genre=typed).genre == style


def test_flags_win_over_words_and_the_conflict_is_told(vocabulary: Vocabulary) -> None:
    reading = read_prompt("slow jazz in D minor at 90 bpm, 8 bars, 3/4, seed 3", vocabulary)
    flags = read_flags(vocabulary, tempo_bpm=140, key="F minor", bars=16, time_signature="4/4", genre="rock", seed=9)
    merged = merge(reading, flags)
    brief = merged.brief
    assert (brief.tempo_bpm, brief.bars, brief.genre, brief.seed) == (140, 16, "rock", 9)
    assert brief.key == Key("F", Mode.MINOR)
    assert brief.tempo_words == ()
    assert {"tempo_bpm", "tempo_words", "key", "bars", "time_signature", "genre", "seed"} == {
        conflict.field for conflict in merged.conflicts
    }


def test_a_flag_that_agrees_with_the_words_is_no_conflict(vocabulary: Vocabulary) -> None:
    merged = merge(read_prompt("trap at 140 bpm", vocabulary), read_flags(vocabulary, tempo_bpm=140, genre="trap"))
    assert merged.conflicts == ()


def test_a_length_in_seconds_puts_the_words_bars_aside(vocabulary: Vocabulary) -> None:
    merged = merge(read_prompt("8 bars of jazz", vocabulary), Flags(seconds=30.0))
    assert (merged.brief.bars, merged.brief.seconds) == (None, 30.0)
    assert [conflict.field for conflict in merged.conflicts] == ["bars"]
