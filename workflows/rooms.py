"""The adapters and tables that recipes join, built once by ``build_studio``."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.daw import Daw
from engines.registry import EngineRegistry
from library.takes import TakeStore, is_take
from music.instrument import Instrument
from music.style import Style
from workflows.allowed_files import allowed_path
from workflows.configuration import with_plugins
from workflows.durable import JobId
from workflows.planner import Planner
from workflows.settings import Settings
from workflows.vary_vocabulary import VariationWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What recipes need."""

    settings: Settings
    planner: Planner
    variation_words: VariationWords
    engines: EngineRegistry
    takes: TakeStore
    open_daw: Callable[[], AbstractAsyncContextManager[Daw]]

    @property
    def allowed_folders(self) -> tuple[Path, ...]:
        """Return below which folders a client may name files, besides the open session's own."""
        return (*self.settings.allowed_folders, self.settings.takes_dir)

    def take_folder(self, name: str) -> Path:
        """Return the folder of a take, by its id or title, or by a path below the allowed folders."""
        if "/" not in name and not name.startswith("~"):
            return self.takes.folder(name)
        folder = allowed_path(name, self.allowed_folders)
        if is_take(folder):
            return folder
        raise self.takes.unknown(name)

    def placing_folder(self, job_id: JobId) -> Path:
        """Return where a job keeps what it imports into a session, until it has ended."""
        return self.settings.data_dir / "placing" / job_id

    @property
    def listening_folder(self) -> Path:
        """Return where what is rendered only to be measured is kept."""
        return self.settings.data_dir / "listening"

    @property
    def styles(self) -> Mapping[str, Style]:
        """Styles by id."""
        return self.planner.repertoire.styles

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instruments by id, as the settings let them sound."""
        return with_plugins(self.planner.repertoire.instruments, self.settings.lv2_instruments)
