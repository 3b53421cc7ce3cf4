"""Clips whose key, chords, roles and groove are known, because the composer wrote them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engines.engine import EngineContext
from music.clip import Clip, read_clip
from music.instrument import Role
from music.midi_file import score_to_midi
from music.pitch import Key, spell_tonic
from music.plan import Plan
from music.score import Score

CONFIGS = Path(__file__).parents[3] / "configs"
Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]


def key_for(context: EngineContext, style: str, seed: int) -> Key:
    """Return a key that goes round the circle with the seed, in a mode of the style."""
    modes = context.styles[style].modes
    mode = modes[seed % len(modes)]
    return Key(spell_tonic(seed * 5 % 12, mode), mode)


def composed_clip(
    style: str,
    seed: int,
    make_plan: PlanMaker,
    compose: Compose,
    context: EngineContext,
    *,
    n_bars: int = 8,
    roles: tuple[Role, ...] | None = None,
) -> tuple[Clip, Plan]:
    """Return a clip, and the plan that says what is in it; ``roles`` keeps only some of its players."""
    plan = make_plan(style, n_bars=n_bars, seed=seed, key=key_for(context, style, seed))
    score = compose(plan)
    if roles is not None:
        score = replace(score, parts=tuple(part for part in score.parts if part.role in roles))
    return read_clip(score_to_midi(score, context.instruments), f"{style}.mid"), plan
