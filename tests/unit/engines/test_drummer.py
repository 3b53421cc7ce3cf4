"""Drum parts as a drummer would judge them; what is playable is checked here from the notes alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from engines.engine import EngineContext
from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.plan import Plan
from music.score import Note, Score
from music.style import DrumStyle, Style
from music.time import TimeSignature, ticks_to_seconds

STYLES = sorted(file.stem for file in (Path(__file__).parents[3] / "configs" / "styles").glob("*.toml"))
Compose = Callable[[Plan], Score]
ComposeAs = Callable[[Plan, Style], Score]
PlanMaker = Callable[..., Plan]

# What stands around a drummer, by General MIDI note: struck with sticks, or with a foot. The rest is small percussion.
STICKS = {37, 38, 40, 41, 42, 43, 45, 46, 47, 48, 49, 50, 51, 52, 53, 55, 57, 59}
KICK, HAT_FOOT, OPEN_HAT, HAT, SNARE, CRASH = 36, 44, 46, 42, 38, 49
TOGETHER_SECONDS = 0.025  # what a listener hears as one stroke
HAND_SECONDS = 0.085  # between two strokes of one hand
FOOT_SECONDS = 0.085
METERS = [
    None,
    TimeSignature(3, 4),
    TimeSignature(6, 8),
    TimeSignature(5, 4),
    TimeSignature(7, 8),
    TimeSignature(12, 8),
]


def drums_of(score: Score) -> tuple[Note, ...]:
    (part,) = (part for part in score.parts if part.role is Role.DRUMS)
    return part.notes


def assert_two_hands_and_feet(score: Score) -> None:
    """Give each stick stroke to the hand that has rested longest, and see that none comes too soon."""
    seconds = [(ticks_to_seconds(n.start_ticks, score.tempo_bpm), n.midi_note) for n in drums_of(score)]
    hands = [-1.0, -1.0]
    for at, _ in sorted(s for s in seconds if s[1] in STICKS):
        hands.sort()
        assert at - hands[0] >= HAND_SECONDS, f"at {at:.3f} s both hands are busy, since {hands}"
        hands[0] = at
    sticks = sorted(at for at, note in seconds if note in STICKS)
    assert all(third - first > TOGETHER_SECONDS for first, third in zip(sticks, sticks[2:], strict=False))
    for foot in (KICK, HAT_FOOT):
        strokes = sorted(at for at, note in seconds if note == foot)
        assert all(later - earlier >= FOOT_SECONDS for earlier, later in pairwise(strokes))


def acoustic(score: Score, context: EngineContext) -> bool:
    (part,) = (part for part in score.parts if part.role is Role.DRUMS)
    return not context.instruments[part.instrument].is_machine


@pytest.mark.parametrize("style", STYLES)
def test_two_hands_and_two_feet_can_play_it(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """On a kit that somebody sits at: in any metre, at the style's fastest, whatever its own kit is."""
    fast = context.styles[style].tempo_range_bpm[1]
    for seed, meter in enumerate(METERS):
        kit = {Role.DRUMS: "kit_standard"}
        plan = make_plan(
            style, n_bars=24, seed=seed, roles=(Role.DRUMS,), time_signature=meter, tempo_bpm=fast, instruments=kit
        )
        score = compose(plan)
        assert acoustic(score, context)
        assert_two_hands_and_feet(score)


@pytest.mark.parametrize("style", ["trap", "pop", "rock"])
def test_drums_that_are_drawn_anew_leave_the_bass_as_it_was(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """Also a bass that follows the kick: it keeps to the one that it was written to."""
    plan = make_plan(style, n_bars=16)
    anew = tuple(replace(part, seed=99) if part.role is Role.DRUMS else part for part in plan.parts)
    before, after = compose(plan), compose(replace(plan, parts=anew))
    for was, now in zip(before.parts, after.parts, strict=True):
        assert (was.notes == now.notes) is (was.role is not Role.DRUMS), was.role


def test_the_kits_of_drum_machines_say_so(context: EngineContext) -> None:
    """General MIDI's electronic and TR-808 kits, and whatever stands for them; nobody sits at those."""
    kits = [instrument for instrument in context.instruments.values() if instrument.general_midi.is_drum_kit]
    assert all(kit.is_machine is (kit.general_midi.program in (24, 25)) for kit in kits)


def test_only_machines_may_do_more(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> None:
    """Trap's rolls on its own kit are faster than hands: the check above would tell."""
    score = compose(make_plan("trap", n_bars=16, seed=3, roles=(Role.DRUMS,)))
    assert not acoustic(score, context)
    with pytest.raises(AssertionError, match="hands"):
        assert_two_hands_and_feet(score)


def bars_of(score: Score, section: int, *, grid: int = 240) -> list[set[tuple[int, int]]]:
    """Return for each bar of a section which drum falls where, to the nearest sixteenth."""
    bar_ticks = score.time_signature.ticks_per_bar
    first = score.sections[section].start_bar - 1
    bars: list[set[tuple[int, int]]] = [set() for _ in range(score.sections[section].n_bars)]
    for note in drums_of(score):
        number, place = divmod(round(note.start_ticks / grid) * grid, bar_ticks)
        if first <= number < first + len(bars):
            bars[number - first].add((place, note.midi_note))
    return bars


def difference(left: set[tuple[int, int]], right: set[tuple[int, int]]) -> float:
    return len(left ^ right) / max(1, len(left | right))


def returning_differences(style: str, make_plan: PlanMaker, compose: Compose) -> list[float]:
    """Return how many of the strokes differ between the bars of two verses, fills left out."""
    found = []
    for seed in range(6):
        plan = make_plan(style, n_bars=32, seed=seed, names=("verse", "chorus", "verse", "chorus"), roles=(Role.DRUMS,))
        score = compose(plan)
        first, again = bars_of(score, 0), bars_of(score, 2)
        found += [difference(a, b) for a, b in zip(first[1:7], again[1:7], strict=True)]
    return found


def test_sections_that_return_are_varied_and_are_known_again(make_plan: PlanMaker, compose: Compose) -> None:
    """A fifth to a half of the strokes differ, and under two thirds in any style; few bars are copies."""
    everywhere: list[float] = []
    for style in STYLES:
        found = returning_differences(style, make_plan, compose)
        assert 0.06 <= mean(found) <= 0.66, f"{style}: {mean(found):.2f}"
        everywhere += found
    assert 0.2 <= mean(everywhere) <= 0.5
    assert mean(value == 0 for value in everywhere) < 0.1


@pytest.mark.parametrize("style", STYLES)
def test_bars_of_one_section_are_hardly_all_alike(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    n_alike = 0
    for seed in range(6):
        score = compose(make_plan(style, n_bars=16, seed=seed, names=("verse", "chorus"), roles=(Role.DRUMS,)))
        bars = bars_of(score, 0)
        n_alike += len({frozenset(bar) for bar in bars[:7]}) == 1
    assert n_alike <= 1


def fill_strokes(score: Score, section: int) -> int:
    """Count the snare and tom strokes in the last two beats of a section."""
    bar = score.sections[section + 1].start_bar - 1
    end = bar * 3840
    return sum(
        end - 1920 - 60 <= n.start_ticks < end - 60 and n.midi_note in {38, 41, 45, 48, 50} for n in drums_of(score)
    )


def test_fills_are_denser_the_more_energy_they_lead_to(make_plan: PlanMaker, compose: Compose) -> None:
    quiet, loud = [], []
    for seed in range(30):
        plan = make_plan("rock", n_bars=16, seed=seed, names=("verse", "chorus"), roles=(Role.DRUMS,))
        calm = replace(plan, sections=(plan.sections[0], replace(plan.sections[1], energy=0.3)))
        loud.append(fill_strokes(compose(plan), 0))
        quiet.append(fill_strokes(compose(calm), 0))
    assert mean(loud) > 1.5 * mean(quiet)


def test_arrivals_have_a_crash_and_quiet_sections_have_none(make_plan: PlanMaker, compose: Compose) -> None:
    for seed in range(10):
        plan = make_plan("pop", n_bars=24, seed=seed, names=("verse", "chorus", "bridge"), roles=(Role.DRUMS,))
        score = compose(plan)
        marked = [any((0, CRASH) in bars_of(score, section)[0] for _ in (0,)) for section in range(3)]
        assert marked[1]
        assert not marked[2]


def changed(style: Style, **changes: object) -> Style:
    return replace(style, drums=replace(style.drums, **changes))  # type: ignore[arg-type]  # fields of DrumStyle


@pytest.mark.parametrize(("speed", "low", "high"), [("half_time", 0.4, 0.7), ("double_time", 1.4, 2.6)])
def test_kick_and_snare_go_at_half_or_double_time_where_the_style_says_so(
    speed: str,
    low: float,
    high: float,
    make_plan: PlanMaker,
    context: EngineContext,
    compose_as: ComposeAs,
) -> None:
    style = changed(context.styles["rock"], variety=0.0, half_time={}, double_time={})
    plan = make_plan("rock", n_bars=16, names=("verse", "bridge"), roles=(Role.DRUMS,))

    def strokes(style: Style) -> int:
        bars = bars_of(compose_as(plan, style), 1)[1:7]
        return sum(note in (KICK, SNARE) for bar in bars for _, note in bar)

    usual = strokes(style)
    assert low <= strokes(changed(style, **{speed: {"bridge": 1.0}})) / usual <= high


def test_a_build_quickens_and_swells(make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext) -> None:
    """A roll on the drum that the style names, from beats to thirty-seconds, and the kick stops before the drop."""
    house = context.styles["house"]
    plain = tuple(g for g in house.drums.grooves if "build" not in g.where.sections)
    style = changed(house, grooves=plain, build="clap", gaps={})
    for seed in range(6):
        score = compose_as(
            make_plan("house", n_bars=16, seed=seed, names=("build", "drop"), roles=(Role.DRUMS,)), style
        )
        claps = [n for n in drums_of(score) if n.midi_note == DRUM_NOTES["clap"] and n.start_ticks < 8 * 3840]
        by_bar = Counter(n.start_ticks // 3840 for n in claps)
        counts = [by_bar[bar] for bar in range(8)]
        assert counts == sorted(counts)
        assert counts[0] <= 5
        assert counts[7] >= 16
        assert mean(n.velocity for n in claps[-8:]) > mean(n.velocity for n in claps[:4]) + 20
        last_half = [n for n in drums_of(score) if n.midi_note == KICK and 7.55 * 3840 < n.start_ticks < 8 * 3840 - 60]
        assert not last_half


def test_a_gap_silences_the_whole_band_before_the_drop_but_for_the_riser(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    style = changed(context.styles["house"], gaps={"drop": 1.0})
    for seed in range(4):
        score = compose_as(make_plan("house", n_bars=16, seed=seed, names=("build", "drop")), style)
        end = 8 * 3840
        sounding = [
            n
            for part in score.parts
            for n in part.notes
            if part.role is not Role.EFFECTS
            if n.start_ticks < end and n.start_ticks + n.duration_ticks > end - 900
        ]
        assert not sounding


def test_stops_leave_one_stroke_a_bar(make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext) -> None:
    style = changed(context.styles["blues"], stop_time={"verse": 1.0})
    score = compose_as(make_plan("blues", n_bars=12, names=("verse",)), style)
    for part in score.parts:
        starts = defaultdict(set)
        for note in part.notes:
            starts[round(note.start_ticks / 240) * 240 // 3840].add(round(note.start_ticks / 240) * 240 % 3840)
        if part.role in (Role.DRUMS, Role.BASS, Role.CHORDS):
            assert all(starts[bar] <= {0, 240} for bar in range(3)), part.role
            assert len(starts[5]) > 1


def loudness_by_place(notes: tuple[Note, ...], drum: int) -> Iterator[tuple[bool, int]]:
    for note in notes:
        if note.midi_note == drum:
            yield round(note.start_ticks / 240) * 240 % 960 == 0, note.velocity


@pytest.mark.parametrize("style", ["pop", "rock", "lofi", "country"])
def test_the_hat_leans_on_the_beats(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    on: list[int] = []
    off: list[int] = []
    for seed in range(6):
        score = compose(make_plan(style, n_bars=16, seed=seed, roles=(Role.DRUMS,)))
        for is_on, velocity in loudness_by_place(drums_of(score), HAT):
            (on if is_on else off).append(velocity)
    assert mean(on) > mean(off) + 3


def test_ghost_notes_are_under_half_as_loud_as_the_backbeat(make_plan: PlanMaker, compose: Compose) -> None:
    for seed in range(6):
        snares = [n.velocity for n in drums_of(compose(make_plan("pop", n_bars=16, seed=seed))) if n.midi_note == SNARE]
        ghosts = [v for v in snares if v < 60]
        loud = [v for v in snares if v >= 60]
        if ghosts:
            assert mean(ghosts) < 0.6 * mean(loud)


def test_drum_styles_by_default_change_nothing_of_the_tempo() -> None:
    """The fields for speeds and stops are off where a style does not name them."""
    usual = DrumStyle()
    assert not usual.half_time
    assert not usual.double_time
    assert not usual.stop_time
    assert set(usual.gaps) == {"drop"}
