"""What an engine says about itself; reading it loads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum

from music.brief import Brief
from music.take import Asset


class Control(Enum):
    """How firmly an engine takes one wish of a brief."""

    HARD = "hard"  # met exactly, by construction
    SOFT = "soft"  # given as a condition and usually met
    PROMPT = "prompt"  # only through the words of the prompt
    NONE = "none"  # not at all


BRIEF_FIELDS = frozenset(f.name for f in fields(Brief))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """Name, licence, needs and abilities of an engine. A brief's field that ``controls`` leaves out counts as NONE."""

    name: str
    version: str
    licence: str  # of the engine's own code, as an SPDX expression
    sample_rate_hz: int | None  # None: the engine writes scores, not audio
    needs_gpu: bool
    max_seconds: float
    controls: Mapping[str, Control] = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()  # weight files and the like, each with its own licence

    def __post_init__(self) -> None:
        unknown = set(self.controls) - BRIEF_FIELDS
        if unknown:
            raise ValueError(f"engine {self.name!r}: no such field of a brief: {', '.join(sorted(unknown))}")

    def control(self, brief_field: str) -> Control:
        """Return how firmly a field of the brief is taken; ValueError if a brief has no such field."""
        if brief_field not in BRIEF_FIELDS:
            raise ValueError(
                f"a brief has no field {brief_field!r}; expected one of: {', '.join(sorted(BRIEF_FIELDS))}"
            )
        return self.controls.get(brief_field, Control.NONE)
