"""Sections are told by ear: who plays, how densely, how loudly, how high; repeats, entrances and endings."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from statistics import StatisticsError, correlation, mean

import pytest

from engines.composer.humanise import Stroke
from engines.composer.staging import hushed
from engines.engine import EngineContext
from music.instrument import Role
from music.plan import Plan
from music.score import Note, Score
from music.style import Ending, Presence, Style
from music.time import TimeSignature

STYLES = sorted(file.stem for file in (Path(__file__).parents[3] / "configs" / "styles").glob("*.toml"))
Compose = Callable[[Plan], Score]
ComposeAs = Callable[[Plan, Style], Score]
PlanMaker = Callable[..., Plan]
POP_FORM = ("intro", "verse", "pre-chorus", "chorus", "verse", "chorus", "bridge", "chorus", "outro")


def in_bars(score: Score, first: int, n_bars: int) -> list[tuple[Role, Note]]:
    """Return the notes of some bars, counted from 0, with their roles."""
    start, end = first * score.time_signature.ticks_per_bar, (first + n_bars) * score.time_signature.ticks_per_bar
    return [(part.role, note) for part in score.parts for note in part.notes if start <= note.start_ticks < end]


def of_section(score: Score, index: int) -> list[tuple[Role, Note]]:
    """Return a section's notes, without the last bar of the piece."""
    section = score.sections[index]
    n_bars = section.n_bars - (index + 1 == len(score.sections))
    return in_bars(score, section.start_bar - 1, n_bars)


def figures(score: Score) -> dict[str, list[float]]:
    """Return per section its energy, notes a bar, mean velocity, number of parts and mean pitch of tune and chords."""
    rows: dict[str, list[float]] = {name: [] for name in ("energy", "density", "velocity", "parts", "register")}
    for index, section in enumerate(score.sections):
        notes = of_section(score, index)
        high = [note.midi_note for role, note in notes if role in (Role.MELODY, Role.CHORDS)]
        if not notes or not high:
            continue
        rows["energy"].append(section.energy)
        rows["density"].append(len(notes) / (section.n_bars - (index + 1 == len(score.sections))))
        rows["velocity"].append(mean(note.velocity for _, note in notes))
        rows["parts"].append(len({role for role, _ in notes}))
        rows["register"].append(mean(high))
    return rows


def fits(rows: dict[str, list[float]], name: str) -> Iterable[float]:
    """Yield the correlation of a figure with the energy, where there is one."""
    try:
        yield correlation(rows["energy"], rows[name])
    except StatisticsError:
        return


def test_energy_is_heard_in_density_dynamics_players_and_register(make_plan: PlanMaker, compose: Compose) -> None:
    """Over all styles and several seeds of a song of 64 bars."""
    found: dict[str, list[float]] = {"density": [], "velocity": [], "parts": [], "register": []}
    for style in STYLES:
        for seed in range(4):
            rows = figures(compose(make_plan(style, n_bars=64, seed=seed)))
            for name, values in found.items():
                values.extend(fits(rows, name))
    assert mean(found["density"]) > 0.65
    assert mean(found["velocity"]) > 0.75
    assert mean(found["parts"]) > 0.5
    assert mean(found["register"]) > 0.3


@pytest.mark.parametrize("style", STYLES)
def test_in_every_style_energy_makes_it_fuller_and_louder(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    density: list[float] = []
    velocity: list[float] = []
    for seed in range(6):
        rows = figures(compose(make_plan(style, n_bars=72, seed=seed, names=POP_FORM)))
        density += fits(rows, "density")
        velocity += fits(rows, "velocity")
    assert mean(density) > 0.2
    assert mean(velocity) > 0.2


def test_the_second_verse_is_fuller_and_the_last_chorus_the_biggest(make_plan: PlanMaker, compose: Compose) -> None:
    fuller, bigger = [], []
    for style in ("pop", "rock", "lofi", "country", "reggae"):
        for seed in range(5):
            plan = make_plan(style, n_bars=72, seed=seed, names=POP_FORM, roles=tuple(Role))
            score = compose(plan)
            verses = [i for i, s in enumerate(score.sections) if s.name.startswith("verse")]
            choruses = [i for i, s in enumerate(score.sections) if s.name.startswith("chorus")]

            def weight(index: int, score: Score = score) -> float:
                notes = of_section(score, index)
                return sum(note.velocity for _, note in notes) / score.sections[index].n_bars

            fuller.append(weight(verses[1]) > weight(verses[0]))
            bigger.append(weight(choruses[-1]) > weight(choruses[0]))
            assert score.sections[choruses[-1]].energy > score.sections[choruses[0]].energy
            assert score.sections[verses[1]].energy > score.sections[verses[0]].energy
    assert mean(fuller) > 0.85
    assert mean(bigger) > 0.8


@pytest.mark.parametrize("style", STYLES)
def test_no_bar_is_silent_whoever_plays(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """Staging leaves nobody alone with nothing: also for one player, and for two who both like to come in late."""
    casts = [(role,) for role in (Role.CHORDS, Role.DRUMS, Role.BASS, Role.PAD)]
    for seed, cast in enumerate([*casts, (Role.DRUMS, Role.BASS), (Role.BASS, Role.CHORDS)]):
        plan = make_plan(style, n_bars=32, seed=seed, roles=cast, names=("intro", "verse", "break", "build", "outro"))
        score = compose(plan)
        empty = [bar for bar in range(32) if not in_bars(score, bar, 1)]
        held = [
            bar
            for bar in empty
            for part in score.parts
            for n in part.notes
            if n.start_ticks < bar * score.time_signature.ticks_per_bar < n.start_ticks + n.duration_ticks
        ]
        # where nobody holds notes a bar may be written as a rest
        allowed = 0 if {Role.CHORDS, Role.PAD} & set(cast) else 2
        assert len(set(empty) - set(held)) <= allowed, f"{cast}: bars {empty} are empty"


def sounding_bars(score: Score, role: Role) -> set[int]:
    (part,) = (part for part in score.parts if part.role is role)
    return {note.start_ticks // score.time_signature.ticks_per_bar for note in part.notes}


def test_parts_enter_and_leave_as_the_style_says(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    stagings = {
        "intro": ({Role.BASS: Presence.LATE, Role.DRUMS: Presence.RESTS},),
        "verse": ({Role.PAD: Presence.LATER, Role.BASS: Presence.PLAYS},),
        "outro": ({Role.BASS: Presence.EARLY},),
    }
    style = replace(context.styles["pop"], stagings=stagings, endings=(Ending.HOLD,))
    names = ("intro", "verse", "chorus", "verse", "outro")
    plan = make_plan("pop", n_bars=40, names=names, roles=(Role.DRUMS, Role.BASS, Role.CHORDS, Role.PAD))
    score = compose_as(plan, style)
    starts = [section.start_bar - 1 for section in plan.sections]
    lengths = [section.n_bars for section in plan.sections]
    bass, drums, pad = (sounding_bars(score, role) for role in (Role.BASS, Role.DRUMS, Role.PAD))
    assert not bass & set(range(lengths[0] // 2))
    assert bass >= set(range(lengths[0] // 2, starts[4]))
    assert not drums & set(range(lengths[0]))
    assert not pad & set(range(starts[1], starts[2]))
    assert pad >= set(range(starts[3], starts[4]))
    halfway = starts[4] + lengths[4] // 2
    assert bass & set(range(halfway, 40)) == {39}  # back for the last chord


def test_intros_are_staged_in_more_than_one_way_and_chords_stay(make_plan: PlanMaker, compose: Compose) -> None:
    n_ways = []
    for style in STYLES:
        entrances = set()
        for seed in range(6):
            names = ("intro", "verse", "chorus", "break")
            score = compose(make_plan(style, n_bars=32, seed=seed, names=names, roles=tuple(Role)))
            n_intro = score.sections[0].n_bars
            entrances.add(tuple(min(sounding_bars(score, role)) >= n_intro // 2 for role in Role))
            assert [note for role, note in in_bars(score, 0, n_intro) if role in (Role.CHORDS, Role.PAD)]
        n_ways.append(len(entrances))
    assert mean(n >= 2 for n in n_ways) > 0.8


def last_bar(score: Score, role: Role) -> list[Note]:
    start = score.length_ticks - score.time_signature.ticks_per_bar
    return [note for r, note in in_bars(score, score.n_bars - 1, 1) if r is role and note.start_ticks >= start]


@pytest.mark.parametrize("meter", [TimeSignature(4, 4), TimeSignature(3, 4), TimeSignature(7, 8)])
def test_endings_end(meter: TimeSignature, make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext) -> None:
    """A held chord sounds to the end, a cut leaves silence, a tag strikes three times together and holds."""
    for ending, n_strokes in ((Ending.HOLD, 1), (Ending.CUT, 1), (Ending.TAG, 3)):
        style = replace(context.styles["rock"], endings=(ending,))
        plan = make_plan("rock", n_bars=16, time_signature=meter)
        score = compose_as(plan, style)
        for role in (Role.BASS, Role.CHORDS):
            notes = last_bar(score, role)
            starts = {round(note.start_ticks / 240) for note in notes}
            assert len(starts) == n_strokes
            end = max(note.start_ticks + note.duration_ticks for note in notes)
            rest = score.length_ticks - end
            assert rest > meter.ticks_per_bar // 2 if ending is Ending.CUT else rest < 300


@pytest.mark.parametrize("style", STYLES)
def test_loops_run_through_and_pieces_come_to_rest(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """Fewer bars than the style's limit make a loop, whose last bar goes on; more make an end, where drums stop."""
    limit = context.styles[style].ending_from_bars
    whole = compose(make_plan(style, n_bars=max(16, limit), roles=(Role.DRUMS, Role.CHORDS)))
    assert len({round(n.start_ticks / 240) for n in last_bar(whole, Role.DRUMS)}) <= 3
    n_loop = min(limit - 1, 4)
    if n_loop >= 2:
        loop = compose(make_plan(style, n_bars=n_loop, roles=(Role.DRUMS, Role.CHORDS), energy=0.7))
        assert len({round(n.start_ticks / 240) for n in last_bar(loop, Role.DRUMS)}) >= 3


@pytest.mark.parametrize("style", STYLES)
def test_comping_that_returns_is_varied_and_known_again(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """Of the places where chords are struck most are the same in the second verse, and over all styles not all."""
    names = ("verse", "chorus", "verse", "chorus")
    same = []
    for seed in range(8):
        plan = make_plan(style, n_bars=32, seed=seed, names=names, roles=(Role.CHORDS,))
        score = compose(plan)

        def places(index: int, score: Score = score) -> set[int]:
            start = (score.sections[index].start_bar - 1) * score.time_signature.ticks_per_bar
            return {round((note.start_ticks - start) / 240) for _, note in of_section(score, index)}

        first, again = places(0), places(2)
        same.append(len(first & again) / len(first | again))
    assert mean(same) > 0.45


def test_a_build_swells_in_every_part(make_plan: PlanMaker, compose: Compose) -> None:
    score = compose(make_plan("house", n_bars=16, names=("build", "drop"), roles=(Role.CHORDS, Role.PAD)))
    for role in (Role.CHORDS, Role.PAD):
        first = mean(note.velocity for r, note in in_bars(score, 0, 2) if r is role)
        last = mean(note.velocity for r, note in in_bars(score, 6, 2) if r is role)
        assert last > first * 1.1


def test_what_is_held_through_a_silence_is_taken_up_again_after_it() -> None:
    """A pad that enters halfway has all of its chord, though half of that was held over from before."""
    held, short, early = Stroke(0, 8000, 60, 80.0), Stroke(2000, 900, 64, 80.0), Stroke(3700, 400, 67, 80.0)
    assert hushed([held, short, early], ((1000, 4000),)) == [
        held._replace(length=1000),
        held._replace(start=4000, length=4000),
    ]
    assert hushed([early], ((1000, 3600),)) == [Stroke(3700, 400, 67, 80.0)]
    assert hushed([held], ((0, 3840), (5000, 6000))) == [
        held._replace(start=3840, length=1160),
        held._replace(start=6000, length=2000),
    ]
