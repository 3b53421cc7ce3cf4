"""Effects follow the form: risers end where a louder section begins, impacts stand on its first beat."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from engines.engine import EngineContext
from music.effect_sound import EffectSound
from music.instrument import Role
from music.pitch import Key, Mode
from music.plan import Plan
from music.score import Score

Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]
FORM = ("intro", "build", "drop", "break", "drop", "outro")


def sounds(score: Score) -> list[tuple[EffectSound | None, int, int, int]]:
    """Return sound, start and end in bars from 0, and velocity of the effects part."""
    (part,) = (part for part in score.parts if part.role is Role.EFFECTS)
    bar = score.time_signature.ticks_per_bar
    assert all(note.start_ticks % bar == note.duration_ticks % bar == 0 for note in part.notes), "off the bar lines"
    return [
        (EffectSound.of(n.midi_note), n.start_ticks // bar, (n.start_ticks + n.duration_ticks) // bar, n.velocity)
        for n in part.notes
    ]


def played(make_plan: PlanMaker, compose: Compose, instrument: str = "transitions", **wishes: object) -> Score:
    wishes = {"n_bars": 48, "names": FORM, "roles": (Role.DRUMS, Role.EFFECTS)} | wishes
    return compose(make_plan("house", instruments={Role.EFFECTS: instrument, Role.DRUMS: "kit_909"}, **wishes))


@pytest.mark.parametrize("seed", range(5))
def test_every_jump_up_has_a_riser_into_it_and_an_impact_on_it(
    seed: int, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    score, style = played(make_plan, compose, seed=seed), context.styles["house"].effects
    found = sounds(score)
    n_jumps = 0
    for before, section in pairwise(score.sections):
        first = section.start_bar - 1
        jump = section.energy - before.energy
        risers = [row for row in found if row[0] is EffectSound.RISER and row[2] == first]
        impacts = [row for row in found if row[0] is EffectSound.IMPACT and row[1] == first]
        falls = [row for row in found if row[0] is EffectSound.FALL and row[1] == first]
        assert (len(risers), len(impacts)) == ((1, 1) if jump >= style.rises_from else (0, 0))
        assert len(falls) == (1 if -jump >= style.falls_from else 0)
        assert all(row[2] - row[1] <= max(1, before.n_bars // 2) for row in risers)
        n_jumps += len(risers)
    assert n_jumps >= 2


def test_a_loop_of_one_section_leads_round_to_its_own_start(make_plan: PlanMaker, compose: Compose) -> None:
    found = sounds(played(make_plan, compose, n_bars=4, names=("groove",)))
    assert [row[:2] for row in found] == [(EffectSound.IMPACT, 0), (EffectSound.RISER, 2)]
    assert found[-1][2] == 4


def test_a_record_runs_through_all_bars_with_nothing_else(make_plan: PlanMaker, compose: Compose) -> None:
    found = sounds(played(make_plan, compose, "vinyl"))
    assert [row[:3] for row in found] == [(EffectSound.TEXTURE, 0, 48)]


@pytest.mark.parametrize("tonic", ["C", "F#", "B"])
def test_all_notes_are_the_tonic(tonic: str, make_plan: PlanMaker, compose: Compose) -> None:
    key = Key(tonic, Mode.MINOR)
    score = played(make_plan, compose, key=key)
    (part,) = (part for part in score.parts if part.role is Role.EFFECTS)
    assert {note.midi_note % 12 for note in part.notes} == {key.pitch_class}


def test_effects_leave_the_other_parts_note_for_note(make_plan: PlanMaker, compose: Compose) -> None:
    with_effects = played(make_plan, compose)
    without = played(make_plan, compose, roles=(Role.DRUMS,))
    assert with_effects.parts[0].notes == without.parts[0].notes
