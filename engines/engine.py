"""The interface behind which every music engine works."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engines.spec import EngineSpec
from music.instrument import Instrument
from music.job import JobContext, Progress
from music.plan import Plan
from music.score import Score
from music.style import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContext:
    """What an engine is given when it is made: the tables it may look things up in."""

    styles: Mapping[str, Style] = field(repr=False)  # half a megabyte of it
    instruments: Mapping[str, Instrument] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioChunk:
    """The next stretch of audio, as it is made: float32, shape (n_channels, n_frames), full scale ±1.0."""

    audio: NDArray[np.float32]
    sample_rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an engine made: a score, when it is symbolic; an audio engine's audio has gone out in chunks."""

    score: Score | None
    notices: tuple[str, ...] = ()  # what was done otherwise than planned


class MusicEngine(Protocol):
    """Makes music from a plan. It is made with an ``EngineContext``; the ``spec`` belongs to the class."""

    spec: EngineSpec

    def generate(self, plan: Plan, job: JobContext) -> Iterator[Progress | AudioChunk | Result]:
        """Yield progress and audio as they come, and one ``Result`` last; stop between steps when cancelled."""
