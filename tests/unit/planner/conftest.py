"""The planner's real data: styles, instruments and words as they stand in ``configs/``."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from music.instrument import Instrument
from music.style import Style
from workflows.configuration import load_instruments, load_styles
from workflows.planner import Planner, load_planner
from workflows.planner.lexicon import Lexicon, load_lexicon
from workflows.planner.vocabulary import Vocabulary, build_vocabulary

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture(scope="session")
def styles() -> Mapping[str, Style]:
    return load_styles(CONFIGS / "styles")


@pytest.fixture(scope="session")
def instruments() -> Mapping[str, Instrument]:
    return load_instruments(CONFIGS / "instruments.toml")


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(CONFIGS / "lexicon.toml")


@pytest.fixture(scope="session")
def vocabulary(lexicon: Lexicon, styles: Mapping[str, Style], instruments: Mapping[str, Instrument]) -> Vocabulary:
    return build_vocabulary(lexicon, styles, instruments)


@pytest.fixture(scope="session")
def planner() -> Planner:
    return load_planner(CONFIGS)
