"""The tables in ``configs/`` and plans made from them."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.composer.engine import Composer
from engines.engine import EngineContext, Result
from music.form import lay_out
from music.harmony import harmonise, spans_from_chords
from music.instrument import Role
from music.pitch import Key
from music.plan import Plan, PlannedPart
from music.score import Score
from music.style import Style
from music.time import TimeSignature
from tests.jobs import QuietJob
from workflows.configuration import load_instruments, load_styles

CONFIGS = Path(__file__).parents[3] / "configs"
STAND_INS = {Role.DRUMS: "kit_standard", Role.BASS: "finger_bass"}
PlanMaker = Callable[..., Plan]


@pytest.fixture(scope="session")
def context() -> EngineContext:
    return EngineContext(
        styles=load_styles(CONFIGS / "styles"), instruments=load_instruments(CONFIGS / "instruments.toml")
    )


@pytest.fixture(scope="session")
def make_plan(context: EngineContext) -> PlanMaker:
    """Make a plan as a planner would: what is not said comes from the style."""

    def make(
        style_id: str,
        *,
        n_bars: int = 8,
        seed: int = 1,
        key: Key | None = None,
        time_signature: TimeSignature | None = None,
        tempo_bpm: float | None = None,
        names: tuple[str, ...] = (),
        roles: tuple[Role, ...] | None = None,
        instruments: dict[Role, str] | None = None,
        energy: float | None = None,
        chords: tuple[object, ...] = (),
    ) -> Plan:
        style = context.styles[style_id]
        key = key or Key(style.tonics[0], style.modes[0])
        time_signature = time_signature or style.time_signatures[0]
        level = style.energy if energy is None else energy
        sections = lay_out(style, n_bars, names, energy=level)
        spans = (
            spans_from_chords(chords, n_bars, time_signature)  # type: ignore[arg-type]  # parsed chords or None
            if chords
            else harmonise(style, key, sections, time_signature, random.Random(seed))
        )
        players = instruments or {}
        parts = tuple(
            PlannedPart(
                role=role,
                instrument=players.get(role) or style.part(role).instrument or STAND_INS.get(role, "piano"),
                mix=style.part(role).mix,
            )
            for role in (style.roles_at(level) if roles is None else roles)
        )
        return Plan(
            engine="composer",
            engine_reason="test",
            planner="rules",
            style=style_id,
            title=style.title,
            prompt="",
            tempo_bpm=tempo_bpm or style.tempo_bpm,
            key=key,
            time_signature=time_signature,
            n_bars=n_bars,
            sections=sections,
            chords=spans,
            parts=parts,
            energy=level,
            loudness_lufs=style.loudness_lufs,
            seed=seed,
        )

    return make


@pytest.fixture(scope="session")
def compose(context: EngineContext) -> Callable[[Plan], Score]:
    composer = Composer(context)

    def run(plan: Plan) -> Score:
        results = [event for event in composer.generate(plan, QuietJob()) if isinstance(event, Result)]
        assert len(results) == 1
        assert results[0].score is not None
        return results[0].score

    return run


@pytest.fixture(scope="session")
def compose_as(context: EngineContext) -> Callable[[Plan, Style], Score]:
    """Compose with another table of the plan's style than the one in ``configs/``."""

    def run(plan: Plan, style: Style) -> Score:
        composer = Composer(EngineContext(styles={style.id: style}, instruments=context.instruments))
        results = [event for event in composer.generate(plan, QuietJob()) if isinstance(event, Result)]
        assert results[-1].score is not None
        return results[-1].score

    return run
