"""What melodies are like, measured over many takes of every style."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from engines.composer.contour import Slot, Taste, search
from engines.composer.grid import Hit
from engines.composer.motifs import (
    Figure,
    Tone,
    augmented,
    diminished,
    fragmented,
    inverted,
    lowered,
    ornamented,
    raised,
    retailed,
)
from engines.engine import EngineContext
from music.instrument import Role
from music.plan import Plan
from music.score import Note, Score
from tests.melodies import (
    bar_shapes,
    chord_has_tonic,
    has_one_climax,
    leap_recovery,
    moves_of,
    notes_of,
    on_strong_beats,
    phrases_in,
    recurrence,
    stepwise_share,
)

ROOT = Path(__file__).parents[3]
STYLES = sorted(file.stem for file in (ROOT / "configs" / "styles").glob("*.toml"))
Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]
Take = tuple[Plan, tuple[Note, ...]]
SEEDS = range(12)
_NEAR = 100


@pytest.fixture(scope="module")
def bars_each(context: EngineContext) -> Callable[[str], int]:
    """Return how many bars a style's phrases have."""
    return lambda style: context.styles[style].part(Role.MELODY).phrase_bars


@pytest.fixture(scope="module")
def takes(make_plan: PlanMaker, compose: Compose) -> Callable[[str], list[Take]]:
    """Return the melodies of some long takes of a style, composed once."""

    @cache
    def made(style: str) -> list[Take]:
        plans = [make_plan(style, n_bars=32, seed=seed, roles=(Role.MELODY,)) for seed in SEEDS]
        return [(plan, notes_of(compose(plan))) for plan in plans]

    return made


@pytest.mark.parametrize("style", STYLES)
def test_phrases_have_one_climax(
    style: str, takes: Callable[[str], list[Take]], bars_each: Callable[[str], int]
) -> None:
    size = bars_each(style)
    phrases = [notes for plan, line in takes(style) for _, _, notes in phrases_in(plan, line, size) if len(notes) >= 6]
    assert phrases
    assert sum(map(has_one_climax, phrases)) / len(phrases) > 0.8


@pytest.mark.parametrize("style", STYLES)
def test_the_highest_note_of_all_is_in_the_most_intense_section(style: str, takes: Callable[[str], list[Take]]) -> None:
    n_there = 0
    for plan, line in takes(style):
        bar = plan.time_signature.ticks_per_bar
        top = max(note.midi_note for note in line)
        peak = max(section.energy for section in plan.sections)
        there = [section for section in plan.sections if section.energy == peak]
        n_there += any(
            note.midi_note == top
            and any(0 <= note.start_ticks + _NEAR - (s.start_bar - 1) * bar < s.n_bars * bar for s in there)
            for note in line
        )
    assert n_there / len(SEEDS) > 0.9


@pytest.mark.parametrize("style", STYLES)
def test_strong_beats_rest_on_the_chord(style: str, takes: Callable[[str], list[Take]]) -> None:
    """Leaning and blue notes of the style's own are the rest."""
    counts = [on_strong_beats(plan, line) for plan, line in takes(style)]
    assert sum(inside for _, inside in counts) / sum(strong for strong, _ in counts) > 0.8


@pytest.mark.parametrize("style", STYLES)
def test_lines_move_by_step_more_than_by_leap_and_turn_back_after_leaps(
    style: str, takes: Callable[[str], list[Take]]
) -> None:
    moves = [
        moves_of(notes, plan.time_signature.ticks_per_bar)
        for plan, line in takes(style)
        for _, _, notes in phrases_in(plan, line)
    ]
    n_bars = sum(plan.n_bars for plan, _ in takes(style))
    is_broad = sum(len(line) for _, line in takes(style)) < 3.5 * n_bars  # long notes rest on chords, a third apart
    assert (0.3 if is_broad else 0.5) < stepwise_share([move for phrase in moves for move in phrase]) < 0.92
    n_leaps, n_recovered = (sum(counts) for counts in zip(*map(leap_recovery, moves), strict=True))
    assert n_leaps > 0
    assert n_recovered / n_leaps > 0.65
    assert max(abs(move) for phrase in moves for move in phrase) <= 12


@pytest.mark.parametrize("style", STYLES)
def test_bars_come_back_and_far_more_than_by_chance(style: str, takes: Callable[[str], list[Take]]) -> None:
    """Rhythm with direction, bar by bar; the same notes in another order are the chance."""
    found = shuffled = 0.0
    for seed, (plan, line) in enumerate(takes(style)):
        pitches = [note.midi_note for note in line]
        random.Random(seed).shuffle(pitches)
        found += recurrence(bar_shapes(plan, line)) / len(SEEDS)
        moved = [note._replace(midi_note=pitch) for note, pitch in zip(line, pitches, strict=True)]
        shuffled += recurrence(bar_shapes(plan, moved)) / len(SEEDS)
    n_busy = sum(len(bar_shapes(plan, line)) for plan, line in takes(style)) / len(SEEDS)
    assert found > (0.7 if n_busy >= 6 else 0.3)  # of slow drifting styles few bars hold three notes
    # styles of one rhythm are alike in any order: of what chance leaves, a quarter must be there
    assert found > shuffled + (0.25 * (1 - shuffled) if n_busy >= 6 else 0.03)


@pytest.mark.parametrize("style", STYLES)
def test_answers_close_on_the_tonic_and_questions_stay_open(
    style: str, takes: Callable[[str], list[Take]], bars_each: Callable[[str], int]
) -> None:
    closed: Counter[bool] = Counter()
    open_: Counter[bool] = Counter()
    for plan, line in takes(style):
        by_section: dict[str, list[list[Note]]] = defaultdict(list)
        for name, _, notes in phrases_in(plan, line, bars_each(style)):
            if notes:
                by_section[name].append(notes)
        for phrases in by_section.values():
            last = phrases[-1][-1]
            if chord_has_tonic(plan, last):
                closed[last.midi_note % 12 == plan.key.pitch_class] += 1
            for notes in phrases[:-1:2]:
                open_[notes[-1].midi_note % 12 != plan.key.pitch_class] += 1
    assert closed[True] / closed.total() > 0.85
    assert not open_ or open_[True] / open_.total() > 0.85


@pytest.mark.parametrize("style", STYLES)
def test_a_melody_keeps_to_what_can_be_sung_in_one_breath_and_one_register(
    style: str, takes: Callable[[str], list[Take]]
) -> None:
    for plan, line in takes(style):
        pitches = [note.midi_note for note in line]
        assert max(pitches) - min(pitches) <= 26
        for _, _, notes in phrases_in(plan, line):
            if len(notes) > 1:
                assert max(n.midi_note for n in notes) - min(n.midi_note for n in notes) <= 24


def test_what_returns_is_recognised_but_not_copied(make_plan: PlanMaker, compose: Compose) -> None:
    """Of the second chorus most notes are the first's, and in most takes some are not."""
    n_same = n_all = n_varied = 0
    for seed in range(20):
        plan = make_plan(
            "pop", n_bars=32, names=("chorus", "verse", "chorus", "verse"), roles=(Role.MELODY,), seed=seed
        )
        line = notes_of(compose(plan))
        first, second = (
            {
                (round((note.start_ticks - start) / 240), note.midi_note)
                for note in line
                if start <= note.start_ticks + _NEAR < start + 7 * 3840
            }
            for start in ((plan.sections[0].start_bar - 1) * 3840, (plan.sections[2].start_bar - 1) * 3840)
        )
        n_same += len(first & second)
        n_all += len(first)
        n_varied += first != second
    assert n_same / n_all > 0.6
    assert n_varied >= 15


def test_an_outro_brings_the_hook_back(make_plan: PlanMaker, compose: Compose) -> None:
    """Most notes of the outro's first bars fall where the chorus has notes."""
    n_shared = n_notes = 0
    for seed in range(10):
        plan = make_plan(
            "pop", n_bars=24, names=("verse", "chorus", "outro"), roles=(Role.MELODY,), seed=seed
        )  # fmt: skip
        line = notes_of(compose(plan))
        chorus, outro = (
            {
                round((note.start_ticks - (section.start_bar - 1) * 3840) / 240)
                for note in line
                if 0 <= note.start_ticks + _NEAR - (section.start_bar - 1) * 3840 < 2 * 3840
            }
            for section in plan.sections[1:]
        )
        n_shared += len(chorus & outro)
        n_notes += len(outro)
    assert n_shared / n_notes > 0.8


def test_jazz_solos_have_chromatic_approaches_and_rests_and_the_head_is_plainer(
    make_plan: PlanMaker, compose: Compose
) -> None:
    outside: Counter[str] = Counter()
    total: Counter[str] = Counter()
    n_empty = 0
    for seed in range(15):
        plan = make_plan("jazz", n_bars=32, names=("head", "solo"), roles=(Role.MELODY,), seed=seed)
        for note in notes_of(compose(plan)):
            at = note.start_ticks + _NEAR
            name = next(s.name for s in plan.sections if (s.start_bar - 1 + s.n_bars) * 3840 > at)
            span = next(c for c in plan.chords if c.start_ticks <= at < c.end_ticks)
            allowed = {*plan.key.scale, *(span.chord.pitch_classes if span.chord else ())}
            outside[name] += note.midi_note % 12 not in allowed
            total[name] += 1
        solo_starts = {(note.start_ticks + _NEAR) // 3840 for note in notes_of(compose(plan))}
        n_empty += sum(bar not in solo_starts for bar in range(16, 32))
    assert 0.04 < outside["solo"] / total["solo"] < 0.25
    assert outside["solo"] / total["solo"] > outside["head"] / total["head"]
    assert n_empty > 5


def test_blues_melodies_have_blue_notes_and_bars_of_rest(takes: Callable[[str], list[Take]]) -> None:
    n_blue = n_notes = n_empty = n_bars = 0
    for plan, line in takes("blues"):
        bar = plan.time_signature.ticks_per_bar
        blue = {(plan.key.pitch_class + step) % 12 for step in (3, 6, 10)}
        n_blue += sum(note.midi_note % 12 in blue for note in line)
        n_notes += len(line)
        sounding = {(note.start_ticks + _NEAR) // bar for note in line}
        n_empty += plan.n_bars - len(sounding)
        n_bars += plan.n_bars
    assert n_blue / n_notes > 0.15
    assert 0.1 < n_empty / n_bars < 0.4


def both(
    style: str, seed: int, make_plan: PlanMaker, compose: Compose
) -> tuple[Plan, tuple[Note, ...], tuple[Note, ...]]:
    """Return a plan, its melody and its counter-melody."""
    plan = make_plan(style, n_bars=32, seed=seed, roles=(Role.MELODY, Role.COUNTER_MELODY), energy=0.7)
    score = compose(plan)
    return plan, notes_of(score), notes_of(score, Role.COUNTER_MELODY)


def sounding_at(line: tuple[Note, ...], ticks: int) -> Note | None:
    """Return the note that sounds at a moment."""
    return next((n for n in line if n.start_ticks <= ticks < n.start_ticks + n.duration_ticks), None)


@pytest.mark.parametrize("style", STYLES)
def test_a_counter_melody_is_a_second_voice(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """It is consonant where it meets the melody, seldom in unison with it, and moves where the other rests."""
    n_meetings = n_harsh = n_unisons = n_moves = n_parallel = n_free = n_notes = 0
    for seed in range(6):
        _, melody, counter = both(style, seed, make_plan, compose)
        n_notes += len(counter)
        onsets = [note.start_ticks for note in melody]
        n_free += sum(not any(abs(note.start_ticks - onset) < 120 for onset in onsets) for note in counter)
        meetings = [(note, other) for note in counter if (other := sounding_at(melody, note.start_ticks + _NEAR))]
        n_meetings += len(meetings)
        n_harsh += sum((other.midi_note - note.midi_note) % 12 in (1, 11) for note, other in meetings)
        n_unisons += sum(other.midi_note == note.midi_note for note, other in meetings)
        for a, b in pairwise(counter):
            over_a, over_b = sounding_at(melody, a.start_ticks + _NEAR), sounding_at(melody, b.start_ticks + _NEAR)
            if over_a and over_b and a.midi_note != b.midi_note and over_a.midi_note != over_b.midi_note:
                n_moves += 1
                was, now = (over_a.midi_note - a.midi_note) % 12, (over_b.midi_note - b.midi_note) % 12
                n_parallel += was == now and now in (0, 7)
    assert n_notes > 6 * 4
    assert n_free / n_notes > 0.2  # in classical it moves with the melody, too
    assert n_harsh / max(1, n_meetings) < 0.08
    assert n_unisons / max(1, n_meetings) < 0.08
    assert n_parallel <= max(1, 0.05 * n_moves)


def test_a_counter_melody_stays_the_same_where_the_melody_is_left_out(make_plan: PlanMaker, compose: Compose) -> None:
    band = (Role.DRUMS, Role.BASS, Role.CHORDS, Role.COUNTER_MELODY)
    for style in STYLES:
        plan = make_plan(style, n_bars=16, roles=(*band, Role.MELODY), energy=0.7)
        alone = make_plan(style, n_bars=16, roles=band, energy=0.7)
        assert notes_of(compose(plan), Role.COUNTER_MELODY) == notes_of(compose(alone), Role.COUNTER_MELODY)


def test_a_blues_guitar_is_answered_in_the_bars_where_it_rests(make_plan: PlanMaker, compose: Compose) -> None:
    n_answered = n_rests = 0
    for seed in range(8):
        plan, melody, counter = both("blues", seed, make_plan, compose)
        bar = plan.time_signature.ticks_per_bar
        played = {(note.start_ticks + _NEAR) // bar for note in melody}
        answered = {(note.start_ticks + _NEAR) // bar for note in counter}
        rests = set(range(plan.n_bars)) - played
        n_rests += len(rests)
        n_answered += len(rests & answered)
    assert n_answered / n_rests > 0.5  # the staging has the answer rest in some sections


BAR = 3840
FIGURE = Figure(
    (
        Tone(Hit(0, 960, 480, "x"), 0),
        Tone(Hit(960, 480, 480, "x"), 1),
        Tone(Hit(1440, 480, 480, "x"), 2),
        Tone(Hit(1920, 1920, 480, "x"), -1),
    )
)


@pytest.mark.parametrize("vary", [inverted, raised, lowered, diminished, augmented, fragmented, ornamented, retailed])
def test_every_variation_changes_a_figure_and_keeps_its_notes_apart_and_in_the_bar(
    vary: Callable[[Figure, int], Figure],
) -> None:
    varied = vary(FIGURE, BAR)
    assert varied != FIGURE
    hits = [tone.hit for tone in varied.tones]
    assert all(a.start + a.length <= b.start for a, b in pairwise(hits))
    assert hits[-1].start + hits[-1].length <= BAR
    assert all(hit.length > 0 for hit in hits)


def test_an_inversion_turns_moves_and_a_sequence_moves_the_start() -> None:
    assert [tone.move for tone in inverted(FIGURE, BAR).tones] == [0, -1, -2, 1]
    assert raised(FIGURE, BAR).shift == 1
    assert lowered(FIGURE, BAR).tones == FIGURE.tones


SCALE = tuple(note for note in range(60, 85) if note % 12 in (0, 2, 4, 5, 7, 9, 11))
C_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def slot(**changes: object) -> Slot:
    """Return a slot over C major."""
    plain = Slot(rungs=SCALE, tones=(0, 4, 7), key=C_MAJOR, is_strong=False, is_long=False, height=67.0)
    return plain._replace(**changes)  # type: ignore[arg-type]  # fields of a slot


def test_a_suspension_is_prepared_and_resolves_down_by_step() -> None:
    before, over_f = slot(only=(67,)), slot(tones=(2, 5, 9), is_strong=True)
    plain = search([before, over_f, slot(tones=(2, 5, 9))], Taste(), 67)
    assert plain[1] % 12 in (2, 5, 9)
    held = search([before, over_f._replace(only=(67,)), slot(tones=(2, 5, 9), step=2)], Taste(can_suspend=True), 67)
    assert held[2] == 65


def test_nothing_passes_its_ceiling_and_a_leap_is_turned_back() -> None:
    line = search([slot(only=(60,)), slot(only=(67,)), slot(step=1, height=72.0), slot(step=1)], Taste(), 60)
    assert 65 <= line[2] < 67
    capped = search([slot(step=2, ceiling=66) for _ in range(8)], Taste(), 64)
    assert max(capped) <= 66


def test_ornaments_of_a_style_are_known(context: EngineContext) -> None:
    with pytest.raises(ValueError, match="ornaments holds"):
        type(context.styles["pop"].part(Role.MELODY))(ornaments=("warbling",))
