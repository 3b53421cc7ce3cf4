"""What the signs of chord parts play, and that the figures in the documentation are what they are called."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from engines.composer.engine import Composer
from engines.engine import EngineContext, Result
from music.chord import parse_chord
from music.instrument import Role
from music.plan import Plan
from music.score import Note
from music.style import Feel, PartStyle, Pattern, Style, Voicing
from music.time import TimeSignature
from tests.jobs import QuietJob

ROOT = Path(__file__).parents[3]
STEP = 240  # a sixteenth
EXACT = Feel(drift_seconds=0.0, velocity_spread=0.0)
FIGURES = {
    name: tuple(re.findall(r"`([^`]+)`", texts))
    for name, texts in re.findall(
        r"^\| ([^|]+?) \| (`[^|]+`) \|", (ROOT / "docs" / "figures.md").read_text("utf-8"), re.M
    )
}
Play = Callable[..., list[Note]]


@pytest.fixture
def play_figure(context: EngineContext, make_plan: Callable[..., Plan]) -> Play:
    """Play texts over chords, one chord a bar, with no human unevenness."""

    def play(
        *bars: str,
        chords: str = "C F",
        instrument: str = "piano",
        role: Role = Role.CHORDS,
        meter: TimeSignature | None = None,
        in_octaves: bool = False,
        seed: int = 1,
        tempo_bpm: float = 120.0,
        n_bars: int | None = None,
        **part: object,
    ) -> list[Note]:
        pattern = Pattern(bars=bars, in_octaves=in_octaves, meter=meter or TimeSignature(4, 4))
        given = {"lowest": 48, "highest": 76, "gate": 1.0, "n_voices": 3, **part}
        style: Style = replace(
            context.styles["pop"],
            ending_from_bars=99,
            parts={role: PartStyle(instrument=instrument, patterns=(pattern,), feel=EXACT, **given)},  # type: ignore[arg-type]
        )
        symbols = chords.split()
        plan = make_plan(
            "pop", n_bars=n_bars or len(symbols), chords=tuple(map(parse_chord, symbols)), roles=(role,), seed=seed,
            instruments={role: instrument}, tempo_bpm=tempo_bpm, time_signature=meter, names=("verse",),
        )  # fmt: skip
        composer = Composer(EngineContext(styles={"pop": style}, instruments=context.instruments))
        results = [event for event in composer.generate(plan, QuietJob()) if isinstance(event, Result)]
        assert results[0].score is not None
        return list(results[0].score.parts[0].notes)

    return play


def bar_of(notes: list[Note], number: int) -> list[Note]:
    return [note for note in notes if number * 3840 <= note.start_ticks < (number + 1) * 3840]


def pitches(notes: list[Note]) -> list[int]:
    return [note.midi_note for note in notes]


def test_an_alberti_bass_rocks_low_high_middle_high(play_figure: Play) -> None:
    low, high, middle, again, *_ = pitches(play_figure(*FIGURES["Alberti bass"]))
    assert low < middle < high == again


def test_arpeggios_rise_fall_and_do_both(play_figure: Play) -> None:
    up = pitches(play_figure(*FIGURES["arpeggio, up"], chords="C", n_voices=4))[:4]
    down = pitches(play_figure(*FIGURES["arpeggio, down"], chords="C", n_voices=4))[:4]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    both = pitches(play_figure(*FIGURES["arpeggio, up and down"], chords="C", n_voices=4))[:8]
    assert both[:5] == sorted(both[:5])
    assert both[4:] == sorted(both[4:], reverse=True)


def test_a_walk_by_chance_only_steps_to_neighbouring_voices_and_differs_by_seed(play_figure: Play) -> None:
    walks = []
    for seed in range(6):
        walk = pitches(play_figure(*FIGURES["arpeggio, by chance in order"], chords="Cmaj7", n_voices=4, seed=seed))
        ladder = sorted(set(walk))
        places = [ladder.index(note) for note in walk]
        assert {abs(b - a) for a, b in pairwise(places)} == {1}
        walks.append(tuple(walk))
    assert len(set(walks)) >= 5


def test_the_thumb_of_a_fingerpicker_alternates_root_and_fifth_under_the_fingers(play_figure: Play) -> None:
    for chord, root in (("C", 0), ("G", 7), ("Am", 9), ("D", 2), ("E", 4)):
        notes = play_figure(
            *FIGURES["fingerpicking, Travis"], chords=chord, instrument="steel_guitar", voicing=Voicing.STRUM,
            n_voices=6, lowest=40,
        )  # fmt: skip
        thumb = [note for note in notes if note.start_ticks % 960 == 0]
        fingers = [note for note in notes if note.start_ticks % 960]
        assert [note.midi_note % 12 for note in thumb] == [root, (root + 7) % 12] * 2, chord
        assert max(pitches(thumb)) < max(pitches(fingers)), chord


def test_a_pinch_sounds_the_bass_and_the_highest_string_at_once(play_figure: Play) -> None:
    notes = play_figure(
        *FIGURES["fingerpicking with pinches"], chords="C", instrument="nylon_guitar", voicing=Voicing.STRUM,
        n_voices=6, lowest=40,
    )  # fmt: skip
    together = [note.midi_note for note in notes if note.start_ticks < 60]
    assert together == [48, 64]


def test_damped_strokes_are_short_and_soft_beside_those_that_ring(play_figure: Play) -> None:
    notes = play_figure(
        "x-m-x-m-", chords="Em", instrument="steel_guitar", voicing=Voicing.STRUM, n_voices=6, lowest=40
    )
    ringing = [note for note in notes if note.start_ticks % 1920 < 480]
    damped = [note for note in notes if note.start_ticks % 1920 >= 960]
    assert len(ringing) == len(damped) == 12
    assert max(note.duration_ticks for note in damped) < 120
    assert max(note.velocity for note in damped) < 0.7 * min(note.velocity for note in ringing)


def test_chugs_are_short_and_on_the_two_lowest_strings(play_figure: Play) -> None:
    notes = play_figure(
        *FIGURES["chug, palm-muted"], chords="E5", instrument="distortion_guitar", voicing=Voicing.POWER, lowest=40,
        highest=62,
    )  # fmt: skip
    chugs = [note for note in notes if note.duration_ticks < STEP]
    assert len(chugs) == 2 * FIGURES["chug, palm-muted"][0].count("c")
    assert set(pitches(chugs)) == {40, 47}
    assert set(pitches(notes)) == {40, 47, 52}


def test_a_swelling_pad_holds_what_two_chords_share(play_figure: Play) -> None:
    notes = play_figure(*FIGURES["swelling pad"], chords="C Am F F", role=Role.PAD, instrument="warm_pad")
    starts = {note.midi_note: (note.start_ticks, note.duration_ticks) for note in notes}
    assert len(notes) == 5  # three tones, one new for Am, one new for F
    shared = [note for note in notes if note.midi_note % 12 == 0]
    assert [(note.start_ticks, note.duration_ticks) for note in shared] == [(0, 4 * 3840)]
    assert sorted(start for start, _ in starts.values()) == [0, 0, 0, 3840, 7680]


def test_a_chord_ahead_of_its_bar_is_the_next_and_rings_into_it(play_figure: Play) -> None:
    notes = play_figure(*FIGURES["comping with a push"], chords="C F C")
    pushed = [note for note in bar_of(notes, 0) if note.start_ticks == 3360]
    assert {note.midi_note % 12 for note in pushed} == {5, 9, 0}
    assert {note.start_ticks + note.duration_ticks for note in pushed} == {3840 + 1440}  # until it is struck again
    last = [note for note in bar_of(notes, 2) if note.start_ticks == 2 * 3840 + 3360]
    assert {note.midi_note % 12 for note in last} == {0, 4, 7}  # nothing follows: its own chord


def test_a_push_far_from_the_next_chord_keeps_to_its_own(play_figure: Play) -> None:
    notes = play_figure("..a.....", chords="C F")
    assert {note.midi_note % 12 for note in bar_of(notes, 0)} == {0, 4, 7}


def test_a_chord_that_stays_is_turned_over_from_bar_to_bar_where_the_style_wants_it(play_figure: Play) -> None:
    notes = play_figure("x---x---", chords="Cmaj7", n_bars=6, n_voices=4, revoices=True, lowest=50, highest=72)
    tops = [max(pitches(bar_of(notes, bar))) for bar in range(6)]
    assert all(a != b for a, b in pairwise(tops))
    assert max(tops) - min(tops) <= 7
    for bar in range(6):
        assert len(set(pitches(bar_of(notes, bar)))) == 4  # the same twice within the bar
    still = play_figure("x---x---", chords="Cmaj7", n_bars=6, n_voices=4, lowest=50, highest=72)
    assert len(set(pitches(still))) == 4


def test_a_figure_of_single_voices_lays_out_as_many_as_it_counts_and_so_has_the_whole_chord(play_figure: Play) -> None:
    notes = play_figure("1213121312131213", chords="C F G7 C", n_voices=4, n_bars=4)
    for bar, tones in enumerate(({0, 4, 7}, {5, 9, 0}, {11, 5, 2}, {0, 4, 7})):
        assert {note.midi_note % 12 for note in bar_of(notes, bar)} == tones


def test_octaves_double_single_voices_and_leave_chords_alone(play_figure: Play) -> None:
    notes = play_figure(*FIGURES["montuno"], chords="C", in_octaves=True, n_bars=1)
    for place, mark in enumerate(FIGURES["montuno"][0]):
        struck = [note.midi_note for note in notes if note.start_ticks == place * 480]
        if mark in "12":
            assert len(struck) == 2
            assert struck[1] - struck[0] == 12
        elif mark == "x":
            assert len(struck) == 3


@pytest.mark.parametrize(("name", "texts"), FIGURES.items())
def test_every_figure_of_the_documentation_can_be_played(name: str, texts: tuple[str, ...], play_figure: Play) -> None:
    meter = TimeSignature(3, 4) if name == "waltz" else None
    notes = play_figure(*texts, chords="C Am F G7", meter=meter, n_voices=4)
    bar_ticks = 2880 if meter else 3840
    for bar in range(4):
        text = texts[bar % len(texts)]
        n_signs = sum(mark not in ".-" for mark in text)
        struck = {n.start_ticks for n in notes if bar * bar_ticks <= n.start_ticks < (bar + 1) * bar_ticks}
        assert struck or "s" in text  # where nothing new sounds, nothing is struck
        assert "s" in text or len(struck) == n_signs


def test_the_documentation_lists_figures() -> None:
    assert len(FIGURES) >= 20
