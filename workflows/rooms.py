"""The adapters and tables that recipes join, built once by ``build_studio``."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.daw import Daw
from engines.registry import EngineRegistry
from library.takes import TakeStore
from music.instrument import Instrument
from music.style import Style
from workflows.durable import JobId
from workflows.planner import Planner
from workflows.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What recipes need."""

    settings: Settings
    planner: Planner
    engines: EngineRegistry
    takes: TakeStore
    open_daw: Callable[[], AbstractAsyncContextManager[Daw]]

    def placing_folder(self, job_id: JobId) -> Path:
        """Return where a job keeps what it imports into a session, until it has ended."""
        return self.settings.data_dir / "placing" / job_id

    @property
    def styles(self) -> Mapping[str, Style]:
        """Styles by id."""
        return self.planner.repertoire.styles

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instruments by id."""
        return self.planner.repertoire.instruments
