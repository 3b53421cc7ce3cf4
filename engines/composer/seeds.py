"""Seeds of single parts: a part that was written anew draws from its own, and all others as before."""

from dataclasses import replace

from engines.composer.arrangement import Arrangement, arrange
from engines.composer.given import with_given_groove
from music.instrument import Role
from music.plan import Plan, PlannedPart
from music.score import Note


def seed_of(plan: Plan, role: Role) -> int:
    """Return the seed that a role draws from: its own, else the plan's."""
    own = next((part.seed for part in plan.parts if part.role is role), None)
    return plan.seed if own is None else own


def seeded(arrangement: Arrangement, role: Role) -> Arrangement:
    """Return the arrangement that a role draws from; drums with a seed of their own find other grooves as well."""
    seed = seed_of(arrangement.plan, role)
    if seed == arrangement.plan.seed:
        return arrangement
    drawn = replace(arrangement.plan, seed=seed)
    if role is Role.DRUMS:
        return with_given_groove(arrange(drawn, arrangement.style))
    return replace(arrangement, plan=drawn)


def without_rests(arrangement: Arrangement, planned: PlannedPart, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Leave out what a part would play in the sections in which it was asked to rest."""
    if not planned.rests_in:
        return notes
    length = arrangement.bar_ticks
    resting = {
        stretch.bars[0].start_ticks // length + number
        for stretch in arrangement.stretches
        if stretch.section.name in planned.rests_in
        for number in range(len(stretch.bars))
    }
    return tuple(note for note in notes if note.start_ticks // length not in resting)
