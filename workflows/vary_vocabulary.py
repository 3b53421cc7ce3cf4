"""The words of variations as data: what ``configs/variations.toml`` holds, and reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from music.instrument import Role
from workflows.configuration import read_toml, validated
from workflows.planner.vocabulary import Phrase

Words = tuple[str, ...]
Kind = Literal[
    "tempo", "tempo_factor", "colour", "mode", "register", "density", "half_time", "double_time", "swing", "swing_to",
    "articulation", "dynamics", "gain", "reverb", "pan", "regenerate", "add", "remove", "swap", "length", "more",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change that an action stands for; ``roles`` are the parts it is about where the words name none."""

    kind: Kind
    amount: float = 0.0
    mode: Literal["major", "minor"] | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Words for a change, or for several at once."""

    words: Words
    does: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True)
class VariationWords:
    """All words for changes, beside those of the planner's lexicon."""

    fillers: Words
    degrees: Mapping[str, float]
    intervals: Mapping[str, int]
    ordinals: Mapping[str, int]
    cues: Mapping[str, Words]
    sides: Mapping[str, float]
    actions: tuple[Action, ...]

    @cached_property
    def phrases(self) -> Mapping[Phrase, Action]:
        """The actions by their words."""
        return {tuple(phrase.split()): action for action in self.actions for phrase in action.words}

    @cached_property
    def longest(self) -> int:
        """Return how many words the longest action has."""
        return max(map(len, self.phrases))


_WORDS = TypeAdapter(VariationWords)


def load_variation_words(file: Path) -> VariationWords:
    """Read the words; ConfigurationInvalid if the file is missing, no TOML, or a field is wrong."""
    return validated(file, _WORDS, read_toml(file))
