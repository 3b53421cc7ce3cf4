"""Pieces as the planner and the composer make them, for changing one thing about them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from engines.composer.engine import Composer
from engines.composer.given import style_of
from engines.engine import EngineContext, Result
from music.errors import RequestInvalid
from music.plan import Plan
from music.score import Score
from music.variation import Change, Piece, Studio, vary
from tests.jobs import QuietJob
from workflows.planner import Planner, load_planner
from workflows.vary_vocabulary import load_variation_words
from workflows.vary_words import Tables, VariationReading, read_variation

CONFIGS = Path(__file__).parents[3] / "configs"
PieceMaker = Callable[..., Piece]
Varier = Callable[..., Piece]
Reader = Callable[[str, Plan], VariationReading]


@pytest.fixture(scope="session")
def planner() -> Planner:
    return load_planner(CONFIGS)


@pytest.fixture(scope="session")
def compose(planner: Planner) -> Callable[[Plan], Score]:
    repertoire = planner.repertoire
    composer = Composer(EngineContext(styles=repertoire.styles, instruments=repertoire.instruments))

    def run(plan: Plan) -> Score:
        made = next(event for event in composer.generate(plan, QuietJob()) if isinstance(event, Result))
        assert made.score is not None
        return made.score

    return run


@pytest.fixture(scope="session")
def make_piece(planner: Planner, compose: Callable[[Plan], Score]) -> PieceMaker:
    """Plan and compose what words ask for."""

    @cache
    def make(prompt: str, seed: int = 1) -> Piece:
        plan = planner.by_rules(prompt, seed=seed).plan
        return Piece(plan=plan, score=compose(plan))

    return make


@pytest.fixture(scope="session")
def read(planner: Planner) -> Reader:
    """Read words about a plan."""
    words = load_variation_words(CONFIGS / "variations.toml")
    tables = Tables(vocabulary=planner.vocabulary, words=words, repertoire=planner.repertoire)
    return lambda prompt, plan: read_variation(prompt, plan, tables)


@pytest.fixture(scope="session")
def varied(planner: Planner, compose: Callable[[Plan], Score], read: Reader) -> Varier:
    """Make the changes, or those that words ask for, on a piece."""

    def run(piece: Piece, asked: str | tuple[Change, ...], seed: int = 7) -> Piece:
        changes = read(asked, piece.plan).changes if isinstance(asked, str) else asked
        repertoire = planner.repertoire
        studio = Studio(
            style=style_of(piece.plan, repertoire.styles),
            instruments=repertoire.instruments,
            compose=compose,
            seed=seed,
        )
        return vary(piece, changes, studio)[0]

    return run


def tried(varied: Varier, piece: Piece, words: str) -> Piece | None:
    """Return the varied piece; None where the words change nothing there, or find no part free, and say so."""
    try:
        return varied(piece, words)
    except RequestInvalid as error:
        if "nothing would change" not in str(error) and "is taken" not in str(error):
            raise
    return None
