"""The button plays as the session is, and tells first what the words want otherwise."""

from pathlib import Path

import pytest

from daw_bridge.button_ear import ButtonPress
from music.pitch import parse_key
from music.time import BBT, TimeSignature
from workflows.generate_button import differences, read_words, remarks, to_request
from workflows.planner.planner import load_planner

PLANNER = load_planner(Path(__file__).resolve().parents[3] / "configs")


def press(prompt: str, *, is_range: bool = False, tempo_bpm: float = 120.0) -> ButtonPress:
    return ButtonPress(
        id="1-1",
        prompt=prompt,
        session_folder=Path("/song"),
        at=BBT(5),
        n_bars=8,
        is_range=is_range,
        tempo_bpm=tempo_bpm,
        time_signature=TimeSignature(4, 4),
    )


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("slow jazz with piano", []),
        ("trap in 4/4 at 120 BPM, 8 bars", []),
        ("a waltz", ["You asked for 3/4, but the session is in 4/4 at bar 5."]),
        ("house at 128 BPM", ["You asked for 128 BPM, but the session has 120 BPM at bar 5."]),
        ("16 bars of pop", ["You asked for 16 bars, but 8 are selected."]),
        ("30 seconds of pop", ["You asked for 30 seconds, but 8 bars are selected."]),
    ],
)
def test_what_the_words_want_and_the_selected_range_has_not_is_told(prompt: str, told: list[str]) -> None:
    pressed = press(prompt, is_range=True)
    assert differences(read_words(PLANNER, pressed).reading.brief, pressed) == told


@pytest.mark.parametrize(
    ("prompt", "is_range", "bars"),
    [("pop", False, 8), ("16 bars of pop", False, None), ("30 seconds of pop", False, None), ("16 bars", True, 8)],
)
def test_from_the_playhead_on_a_length_in_the_words_wins(prompt: str, is_range: bool, bars: int | None) -> None:
    pressed = press(prompt, is_range=is_range)
    words = read_words(PLANNER, pressed).reading.brief
    assert to_request(pressed, words).bars == bars
    assert is_range or differences(words, pressed) == []


def test_a_word_for_the_tempo_is_remarked_on_only_where_it_means_another_one() -> None:
    for tempo_bpm, told in ((120.0, 1), (62.0, 0)):
        pressed = press("slow lofi strings", tempo_bpm=tempo_bpm)
        words = read_words(PLANNER, pressed)
        found = list(remarks(words.reading, words, pressed))
        assert len(found) == told, (words.plan.tempo_bpm, found)


def test_a_key_that_neither_the_words_nor_the_session_named_is_told() -> None:
    """What else plays there may be in another one, which nobody hears of before the music sounds."""
    pressed = press("pop")
    words = read_words(PLANNER, pressed)
    assert list(remarks(words.reading, words, pressed)) == []
    (told,) = remarks(words.reading, words, pressed, drawn_key=parse_key("D dorian"))
    assert told.startswith("it is in D dorian: neither your words")
