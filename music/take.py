"""A take: what was asked, decided, made and measured, and under which licence it stands."""

from dataclasses import dataclass
from typing import NewType

from music.brief import Reading
from music.plan import Plan
from music.variation.changes import Variation

TakeId = NewType("TakeId", str)
TAKE_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that the music was made with, and its licence."""

    name: str
    kind: str  # "soundfont", "weights", "synth voice"
    version: str
    licence: str  # SPDX expression, or "unverified"
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One property, asked against measured. ``agrees`` is None where it could not be measured."""

    name: str
    asked: str
    measured: str
    agrees: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFile:
    """A file of the take, by its path inside the take folder."""

    path: str
    n_bytes: int
    sha256: str
    length_seconds: float | None = None  # audio and MIDI

    @property
    def is_in_session(self) -> bool:
        """Whether the file belongs to the take's Ardour session."""
        return "/" in self.path and not self.path.startswith("stems/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """The content of ``take.json``."""

    format: int
    id: TakeId
    created_utc: str  # ISO 8601
    sideman_version: str
    reading: Reading
    plan: Plan
    engine: str
    engine_version: str
    licence: str  # of the audio as a whole
    assets: tuple[Asset, ...]
    comparisons: tuple[Comparison, ...]
    files: tuple[TakeFile, ...]
    timings_seconds: tuple[tuple[str, float], ...]
    notices: tuple[str, ...] = ()  # what the person should know: a fallback, a session that was not written
    parent: TakeId | None = None
    variation: Variation | None = None  # how it came from its parent; with the parent's score it can be made again

    @property
    def session_file(self) -> str | None:
        """The file with which the take's Ardour session is opened, by its path inside the take folder."""
        sessions = (file.path for file in self.files if file.is_in_session and file.path.endswith(".ardour"))
        return next((path for path in sessions if path.count("/") == 1), None)
