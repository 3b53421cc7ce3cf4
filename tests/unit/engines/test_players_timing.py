"""How players depart from the grid: correlated, each in their own way, and with each other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from statistics import correlation, mean, pstdev

import pytest

from engines.composer.humanise import swing_at
from engines.engine import EngineContext
from music.instrument import Role
from music.plan import Plan
from music.score import Note, Score

Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]
STRAIGHT = ("pop", "rock", "country")  # players, not machines, and no swing to tell from departures
KICK, SNARE, HAT = 36, 38, 42


def departures(notes: Sequence[Note], *, bar_ticks: int = 3840) -> dict[int, int]:
    """Return by written sixteenth how many ticks late its first note is; downbeats, which are never early, left out."""
    found: dict[int, int] = {}
    for note in notes:
        place = round(note.start_ticks / 240) * 240
        if place % bar_ticks:
            found.setdefault(place, note.start_ticks - place)
    return found


def autocorrelation(values: Sequence[int], lag: int) -> float:
    return correlation(values[:-lag], values[lag:])


def after_a_bar(found: dict[int, int]) -> float:
    """Return the correlation between departures that lie one bar apart."""
    pairs = [(late, found[place + 3840]) for place, late in found.items() if place + 3840 in found]
    return correlation([a for a, _ in pairs], [b for _, b in pairs])


def parts_of(score: Score) -> dict[Role, tuple[Note, ...]]:
    return {part.role: part.notes for part in score.parts}


def shuffled(values: list[int]) -> list[int]:
    return Random(1).sample(values, len(values))


@pytest.mark.parametrize("style", STRAIGHT)
@pytest.mark.parametrize("role", [Role.DRUMS, Role.BASS, Role.CHORDS])
def test_departures_hang_together_over_notes_and_over_bars(
    style: str, role: Role, make_plan: PlanMaker, compose: Compose
) -> None:
    """White noise has no autocorrelation at any lag; ours stays well above it after one note and after a bar."""
    near, far, white = [], [], []
    for seed in range(8):
        notes = parts_of(compose(make_plan(style, n_bars=48, seed=seed)))[role]
        notes = tuple(n for n in notes if role is not Role.DRUMS or n.midi_note == KICK)
        late = list(departures(notes).values())
        assert len(late) > 30
        near.append(autocorrelation(late, 1))
        far.append(after_a_bar(departures(notes)))
        white.append(autocorrelation(shuffled(late), 1))
    assert mean(near) > 0.35
    assert mean(far) > 0.2
    assert mean(near) > mean(white) + 0.3


@pytest.mark.parametrize("style", STRAIGHT)
def test_the_bass_leans_to_the_kick_more_than_the_melody_does(
    style: str, make_plan: PlanMaker, compose: Compose
) -> None:
    with_bass: list[float] = []
    with_melody: list[float] = []
    for seed in range(12):
        parts = parts_of(compose(make_plan(style, n_bars=48, seed=seed)))
        kick = departures([n for n in parts[Role.DRUMS] if n.midi_note == KICK])
        for role, found in ((Role.BASS, with_bass), (Role.MELODY, with_melody)):
            other = departures(parts[role])
            both = sorted(kick.keys() & other.keys())
            if len(both) > 12:
                found.append(correlation([kick[place] for place in both], [other[place] for place in both]))
    assert mean(with_bass) > 0.35
    assert mean(with_bass) > mean(with_melody) + 0.1


def test_each_player_departs_in_a_way_of_their_own(make_plan: PlanMaker, compose: Compose) -> None:
    """Those who strike together hardly ever stray by the same amount, and none of them is the other's shadow."""
    for seed in range(4):
        parts = parts_of(compose(make_plan("rock", n_bars=32, seed=seed)))
        found = {role: departures(notes) for role, notes in parts.items()}
        for left, right in combinations((Role.BASS, Role.CHORDS, Role.MELODY), 2):
            both = sorted(found[left].keys() & found[right].keys())
            one, other = ([found[role][place] for place in both] for role in (left, right))
            assert mean(a == b for a, b in zip(one, other, strict=True)) < 0.35
            assert correlation(one, other) < 0.9


def test_drums_are_early_or_late_by_the_style(make_plan: PlanMaker, compose: Compose) -> None:
    """The lo-fi snare drags behind the kick, the hat does not: as its table says, in seconds."""
    behind = []
    for seed in range(6):
        plan = make_plan("lofi", n_bars=32, seed=seed, roles=(Role.DRUMS,), tempo_bpm=80)
        notes = parts_of(compose(plan))[Role.DRUMS]
        snare = [n.start_ticks - round(n.start_ticks / 960) * 960 for n in notes if n.midi_note in (SNARE, 37)]
        hats = [n.start_ticks - round(n.start_ticks / 960) * 960 for n in notes if n.midi_note == HAT]
        on_beat = [[t for t in late if abs(t) < 60] for late in (snare, hats)]
        if all(on_beat):
            behind.append(mean(on_beat[0]) - mean(on_beat[1]))
    seconds = mean(behind) * 60 / 80 / 960
    assert 0.009 < seconds < 0.025


def test_how_hard_players_touch_hangs_together_too(make_plan: PlanMaker, compose: Compose) -> None:
    """The velocities of equal strokes, those of the hat between the beats, are correlated and not all one."""
    near = []
    for seed in range(8):
        notes = parts_of(compose(make_plan("rock", n_bars=48, seed=seed, roles=(Role.DRUMS,), names=("verse",))))[
            Role.DRUMS
        ]
        equal = [n.velocity for n in notes if n.midi_note == HAT and round(n.start_ticks / 240) % 4 == 2]
        if len(equal) > 60:
            assert pstdev(equal) > 1.5
            near.append(autocorrelation(equal, 1))
    assert mean(near) > 0.25


def test_swing_evens_out_as_the_tempo_rises(context: EngineContext) -> None:
    jazz = context.styles["jazz"]
    amounts = [swing_at(jazz, tempo) for tempo in (70, 100, 140, 200, 280)]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > 1.0  # beyond triplets
    assert 0.4 < amounts[-1] < 0.75
    assert swing_at(jazz, jazz.tempo_bpm) == jazz.swing
    assert swing_at(context.styles["rock"], 60) == context.styles["rock"].swing == 0


def test_changing_one_sections_energy_leaves_the_timing_of_the_others(make_plan: PlanMaker, compose: Compose) -> None:
    """Each section has chance of its own, so what is changed stays where it is."""
    plan = make_plan("rock", n_bars=24, names=("verse", "chorus", "bridge"), roles=(Role.BASS,))
    first, second, third = plan.sections
    other = replace(plan, sections=(first, replace(second, energy=0.7), third))
    one, two = (compose(p).parts[0].notes for p in (plan, other))
    start = (third.start_bar - 1) * 3840

    def last(notes: tuple[Note, ...]) -> list[int]:
        return [n.start_ticks for n in notes if n.start_ticks >= start]

    assert last(one) == last(two)
