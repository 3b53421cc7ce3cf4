"""Bass lines: locked to the kick, walking as bassists do, and the signs of their texts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from engines.engine import EngineContext
from music.chord import parse_chord
from music.instrument import Role
from music.pitch import Key, Mode
from music.plan import Plan
from music.score import Note, Score
from music.style import Pattern, Style

STYLES = sorted(file.stem for file in (Path(__file__).parents[3] / "configs" / "styles").glob("*.toml"))
Compose = Callable[[Plan], Score]
ComposeAs = Callable[[Plan, Style], Score]
PlanMaker = Callable[..., Plan]
KICK = 36
C_MAJOR = Key("C", Mode.MAJOR)


def parts_of(score: Score) -> dict[Role, tuple[Note, ...]]:
    return {part.role: part.notes for part in score.parts}


def share_near(notes: Sequence[Note], others: Sequence[Note], *, within_ticks: int = 60) -> float:
    """Return the share of notes with one of the others beside them."""
    starts = sorted(note.start_ticks for note in others)
    return mean(any(abs(note.start_ticks - start) <= within_ticks for start in starts) for note in notes)


def both_playing(parts: dict[Role, tuple[Note, ...]]) -> tuple[list[Note], list[Note]]:
    """Return kicks and bass notes of the bars in which both are heard."""
    kicks = [n for n in parts[Role.DRUMS] if n.midi_note == KICK]
    bars = {n.start_ticks // 3840 for n in kicks} & {n.start_ticks // 3840 for n in parts[Role.BASS]}
    return [n for n in kicks if n.start_ticks // 3840 in bars], [
        n for n in parts[Role.BASS] if n.start_ticks // 3840 in bars
    ]


def test_most_kicks_have_a_bass_note_with_them(make_plan: PlanMaker, compose: Compose) -> None:
    shares = []
    for style in ("pop", "rock", "country", "lofi", "blues", "reggae"):
        here = []
        for seed in range(6):
            kicks, bass = both_playing(parts_of(compose(make_plan(style, n_bars=32, seed=seed))))
            here.append(share_near(kicks, bass))
        assert mean(here) > 0.5, f"{style}: {mean(here):.2f}"
        shares += here
    assert mean(shares) > 0.65


def test_a_bass_that_follows_the_kick_strikes_with_it_and_hardly_elsewhere(
    make_plan: PlanMaker, compose: Compose
) -> None:
    """Also with the bars in which the drummer plays other kicks than the groove's."""
    for seed in range(6):
        kicks, bass = both_playing(parts_of(compose(make_plan("trap", n_bars=24, seed=seed))))
        assert share_near(bass, kicks) > 0.85
        assert share_near(kicks, bass) > 0.85


def test_the_bass_is_the_same_without_drums(make_plan: PlanMaker, compose: Compose) -> None:
    for style in ("trap", "pop"):
        whole = make_plan(style, n_bars=24, roles=(Role.DRUMS, Role.BASS, Role.CHORDS))
        alone = make_plan(style, n_bars=24, roles=(Role.BASS, Role.CHORDS))
        assert parts_of(compose(whole))[Role.BASS] == parts_of(compose(alone))[Role.BASS]


def walking(make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext, seed: int) -> list[Note]:
    """Return 24 bars of a walking bass over a chord a bar."""
    jazz = context.styles["jazz"]
    bass = replace(jazz.parts[Role.BASS], patterns=(Pattern(bars=("1wwa",)),))
    style = replace(jazz, parts={**jazz.parts, Role.BASS: bass}, ending_from_bars=1000)
    chords = tuple(map(parse_chord, ("Cmaj7", "A7", "Dm7", "G7", "Em7", "A7", "Dm7", "G7")))
    plan = make_plan(
        "jazz", n_bars=24, seed=seed, chords=chords, names=("head",), key=C_MAJOR, roles=(Role.BASS, Role.CHORDS)
    )
    return list(parts_of(compose_as(plan, style))[Role.BASS])


def test_walking_lines_go_somewhere_and_never_stand_still(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    n_steps = n_leaps = n_leading = n_bars = n_turns = n_moves = 0
    for seed in range(10):
        notes = walking(make_plan, compose_as, context, seed)
        assert len(notes) == 4 * 24
        moves = [b.midi_note - a.midi_note for a, b in pairwise(notes)]
        assert 0 not in moves
        n_steps += sum(abs(move) <= 4 for move in moves)
        n_leaps += sum(abs(move) > 9 for move in moves)
        n_moves += len(moves)
        inside = [moves[i : i + 3] for i in range(0, len(moves), 4)]
        n_turns += sum((a > 0) != (b > 0) for bar in inside for a, b in pairwise(bar))
        leads = [abs(notes[i].midi_note - notes[i + 1].midi_note) for i in range(3, len(notes) - 1, 4)]
        n_leading += sum(lead <= 2 for lead in leads)
        n_bars += len(leads)
    assert n_steps / n_moves > 0.75
    assert n_leaps / n_moves < 0.03
    assert n_leading / n_bars > 0.85  # a step, mostly by semitone or from the scale, leads to each root
    assert 0.1 < n_turns / (2 * n_bars) < 0.6  # lines run for a while, and turn


def test_walking_lines_have_roots_on_one_and_chord_tones_on_three(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    roots = [0, 9, 2, 7, 4, 9, 2, 7]
    chords = [parse_chord(text) for text in ("Cmaj7", "A7", "Dm7", "G7", "Em7", "A7", "Dm7", "G7")]
    n_tones = n_bars = 0
    for seed in range(6):
        notes = walking(make_plan, compose_as, context, seed)
        for bar in range(24):
            assert notes[4 * bar].midi_note % 12 == roots[bar % 8]
            chord = chords[bar % 8]
            assert chord is not None
            n_tones += notes[4 * bar + 2].midi_note % 12 in chord.pitch_classes
            n_bars += 1
    assert n_tones / n_bars > 0.6


def test_equal_bars_are_walked_in_more_than_one_way(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    ways = set()
    for seed in range(4):
        notes = walking(make_plan, compose_as, context, seed)
        ways |= {tuple(n.midi_note for n in notes[4 * bar : 4 * bar + 4]) for bar in (2, 10, 18)}
    assert len(ways) >= 4


def line(
    text: tuple[str, ...], make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> tuple[Note, ...]:
    """Return four bars, C | F | C | F, of a bass written as texts say, played to the grid."""
    style = context.styles["rock"]
    feel = replace(style.part(Role.BASS).feel, drift_seconds=0.0)
    bass = replace(style.part(Role.BASS), patterns=(Pattern(bars=text),), feel=feel, gate=1.0, lowest=28, variety=0.0)
    drums = replace(style.drums, variety=0.0)
    style = replace(style, parts={**style.parts, Role.BASS: bass}, drums=drums, ending_from_bars=1000)
    chords = tuple(map(parse_chord, ("C", "F", "C", "F")))
    plan = make_plan("rock", n_bars=4, chords=chords, names=("verse",), key=C_MAJOR, roles=(Role.BASS, Role.CHORDS))
    return parts_of(compose_as(plan, style))[Role.BASS]


def test_an_anticipation_is_the_next_root_and_rings_over_the_bar_line(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    """A tumbao: the root of the next bar on the fourth beat, held to the second half of the second."""
    notes = line(("......1-....n---", "......1-....n---"), make_plan, compose_as, context)
    early = [n for n in notes if n.start_ticks % 3840 == 2880 and n.start_ticks < 3 * 3840]
    assert [n.midi_note % 12 for n in early] == [5, 0, 5]
    assert all(n.start_ticks + n.duration_ticks > (n.start_ticks // 3840 + 1) * 3840 + 1200 for n in early)


def test_a_pedal_stays_on_the_tonic(make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext) -> None:
    notes = line(("p-p-p-p-p-p-p-p-",), make_plan, compose_as, context)
    assert {n.midi_note % 12 for n in notes} == {0}
    assert len({n.midi_note for n in notes}) == 1


def test_pops_lie_an_octave_above_slaps_and_both_are_short(
    make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    notes = [n for n in line(("s---o---s---o---",), make_plan, compose_as, context) if n.start_ticks < 3840]
    assert [n.midi_note - notes[0].midi_note for n in notes] == [0, 12, 0, 12]
    assert all(n.duration_ticks < 600 for n in notes)


@pytest.mark.parametrize(("sign", "interval"), [("~", 7), ("^", 12)])
def test_slides_are_tied_to_the_note_before(
    sign: str, interval: int, make_plan: PlanMaker, compose_as: ComposeAs, context: EngineContext
) -> None:
    notes = line((f"1-------{sign}-------",), make_plan, compose_as, context)
    first, second = notes[0], notes[1]
    assert second.midi_note - first.midi_note == interval
    assert first.start_ticks + first.duration_ticks > second.start_ticks


@pytest.mark.parametrize("style", STYLES)
def test_lines_leap_an_octave_at_most_but_for_a_few_notes(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """Two octaves are never crossed at once, and more than one hardly."""
    moves: list[int] = []
    for seed in range(6):
        notes = parts_of(compose(make_plan(style, n_bars=24, seed=seed, roles=(Role.BASS, Role.CHORDS))))[Role.BASS]
        moves += [abs(b.midi_note - a.midi_note) for a, b in pairwise(notes)]
    assert max(moves) < 24
    assert mean(move > 12 for move in moves) < 0.12
