"""Given music as faces name it: a MIDI file below the allowed folders, or a kept take by its id."""

from pathlib import Path

from library.takes import is_take, read_take, take_file
from music.clip import Clip, read_clip
from music.clip.reading import MOST_BYTES
from music.errors import NotFound, RequestInvalid
from music.names import shorten
from workflows.allowed_files import allowed_path
from workflows.rooms import Rooms
from workflows.take_files import SCORE_FILE


def find_clip(rooms: Rooms, name: str) -> Clip:
    """Read the music that a path or a take's id names.

    NotFound where there is none, FileNotAllowed for a file elsewhere, RequestInvalid for what is no music or too much.
    """
    if not name.startswith("/") and not name.lower().endswith((".mid", ".midi")):
        return _of_take(rooms.take_folder(name))
    path = allowed_path(name, rooms.allowed_folders)
    if is_take(path):
        return _of_take(path)
    if not path.is_file():
        raise NotFound("MIDI file", shorten(name), known="name a Standard MIDI File (.mid), or a take by its id")
    return _read(path, path.name)


def _of_take(folder: Path) -> Clip:
    take = read_take(folder)
    return _read(take_file(take, folder, SCORE_FILE), take.plan.title)


def _read(path: Path, name: str) -> Clip:
    try:
        n_bytes = path.stat().st_size
        if n_bytes > MOST_BYTES:
            raise RequestInvalid(
                f"{shorten(name)!r} has {n_bytes} bytes; a MIDI file of at most {MOST_BYTES} bytes can be given: cut it"
            )
        return read_clip(path.read_bytes(), name)
    except OSError as error:
        raise RequestInvalid(f"{shorten(name)!r} cannot be read: {error.strerror or error}") from error
