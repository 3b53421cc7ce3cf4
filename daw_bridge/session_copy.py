"""A private copy of a session to render from: the state of this moment, with the audio it names, not copied.

The editor goes on meanwhile, and whatever the renderer did to the copy, the session stays as it is. Audio is only ever
added to a session, so the copy's folder of audio files is a link; MIDI files, which Ardour rewrites as they are edited,
are copied. It empties and writes each anew whenever anybody has it write its state (``SMFSource::flush_midi``), also
while they are copied, and loads no session in which one is empty; so each is copied once it is whole.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from music.errors import SetupBroken, StorageFailed

_WHOLE_SECONDS = 2.0  # for all files of a session to be whole
_POLL_SECONDS = 0.01
_CHUNK_HEAD_BYTES = 8  # of a MIDI file: four letters and how many bytes follow
_LINKED = ("plugins", "peaks", "externals")
_PLUGIN_TYPES = frozenset(
    {"ladspa", "lv2", "windows-vst", "mac-vst", "lxvst", "vst3", "audiounit", "luaproc"}
)  # of <Processor>, in processor.cc


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCopy:
    """Where a copy is: ``folder/name.ardour``."""

    folder: Path
    name: str

    @property
    def file(self) -> Path:
        """The session file."""
        return self.folder / f"{self.name}.ardour"

    def plugins(self) -> dict[str, str]:
        """Return the plugins that the session has, by id, with the strip that each is on."""
        return read_plugins(self.file)


def copy_session(state: Path, session_folder: Path, into: Path) -> SessionCopy:
    """Make ``into/<session folder's name>``, a copy whose state is the file ``state``, replacing an earlier one.

    Ardour names a session's folder of sources after the session's folder, so the copy bears the same name. Raises
    StorageFailed when the disk is full or not writable.
    """
    folder = into / session_folder.name
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(state, folder / f"{session_folder.name}.ardour")
        for sources in (session_folder / "interchange").glob("*"):
            _copy_sources(sources, folder / "interchange" / sources.name)
        for name in _LINKED:
            if (session_folder / name).is_dir():
                (folder / name).symlink_to(session_folder / name, target_is_directory=True)
        ids = session_folder / "sideman" / "ids.json"  # by which everybody knows what was brought back
        if ids.is_file():
            (folder / "sideman").mkdir()
            shutil.copyfile(ids, folder / "sideman" / "ids.json")
    except OSError as error:
        raise StorageFailed(
            f"cannot copy the session to {into}: {error.strerror}; make room there, or choose another data_dir"
        ) from error
    return SessionCopy(folder=folder, name=session_folder.name)


def _copy_sources(sources: Path, copy: Path) -> None:
    copy.mkdir(parents=True)
    deadline = time.monotonic() + _WHOLE_SECONDS
    for kind in sources.iterdir():
        if kind.name == "midifiles":
            (copy / kind.name).mkdir()
            for file in filter(Path.is_file, kind.iterdir()):
                (copy / kind.name / file.name).write_bytes(_read_whole(file, deadline))
        elif kind.is_dir():
            (copy / kind.name).symlink_to(kind, target_is_directory=True)


def _read_whole(file: Path, deadline: float) -> bytes:
    """Return a MIDI file's bytes once they are whole, or as they are at the deadline, a monotonic time."""
    while True:
        content = file.read_bytes()
        if _is_whole(content) or time.monotonic() > deadline:
            return content
        time.sleep(_POLL_SECONDS)


def _is_whole(content: bytes) -> bool:
    """Whether a MIDI file ends where its last chunk does."""
    end = 0
    while len(content) - end >= _CHUNK_HEAD_BYTES:
        end += _CHUNK_HEAD_BYTES + int.from_bytes(content[end + 4 : end + _CHUNK_HEAD_BYTES], "big")
    return end == len(content) > 0


def read_plugins(session_file: Path) -> dict[str, str]:
    """Return the plugins in a session file, by id: "plugin on strip". SetupBroken when it is none."""
    try:
        root = ElementTree.parse(session_file).getroot()  # noqa: S314  Ardour wrote it, on this machine
    except (OSError, ElementTree.ParseError) as error:
        raise SetupBroken(f"{session_file} is no session file: {error}") from error
    return {
        processor.get("id", ""): f"{processor.get('name')} on {route.get('name')}"
        for route in root.iterfind("Routes/Route")
        for processor in route.iterfind("Processor")
        if processor.get("type") in _PLUGIN_TYPES
    }
