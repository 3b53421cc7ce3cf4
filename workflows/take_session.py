"""An Ardour session of its own for a take, written with no editor open."""

import re
import shlex
import tempfile
from pathlib import Path

from daw_bridge.offline.write import NewSession, write_session
from daw_bridge.programs import find_ardour, find_editor
from music.changeset import ChangeSetId
from music.score import Score
from music.session_layout import Playback, to_change_set
from music.time import BBT
from renderers.soundfont import find_soundfont
from workflows.ardour import is_bridge_installed
from workflows.part_files import part_files
from workflows.placement import lay_out_take
from workflows.rooms import Rooms
from workflows.take_files import STEMS_FOLDER

_LONGEST_NAME_BYTES = 120


async def write_take_session(
    rooms: Rooms, score: Score, *, stems: Path, stem_length_samples: int, folder: Path
) -> None:
    """Write the session ``folder``, which must not exist, with the score's parts and the files in ``stems`` (48 kHz).

    The folder is named as the session, else Ardour finds none in it. OSC, through which everybody on the network may
    speak to Ardour, is on in it where Sideman's bridge was put into Ardour and so OSC is wanted. Raises SetupBroken
    when Ardour is not installed or fails.
    """
    programs = find_ardour()
    with tempfile.TemporaryDirectory(prefix="sideman-") as scratch:
        files = part_files(rooms, score, Path(scratch), stems, stem_length_samples)
        changes = to_change_set(
            lay_out_take(score, files, rooms.instruments),
            change_set_id=ChangeSetId("new-session"),
            label=score.title,
            playback=Playback(rooms.settings.playback),
        )
        session = NewSession(
            name=folder.name,
            end=BBT(score.n_bars + 1),
            soundfont=find_soundfont(rooms.settings.soundfont).path,
            has_osc_on=is_bridge_installed(rooms.settings),
        )
        await write_session(folder, session, changes, programs=programs)


def session_name(title: str) -> str:
    """Return a title as a name that every file system and Ardour accept, and that no other folder of a take has."""
    plain = re.sub(r"[^\w #-]+", " ", title)
    short = re.sub(r" +", " ", plain).strip().encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore")
    name = short.strip() or "Take"
    return f"{name} session" if name.casefold() == STEMS_FOLDER else name


def open_command(session_file: Path) -> str:
    """Return what to type to open a session."""
    editor = find_editor()
    return shlex.join([editor.name if editor else "ardour", str(session_file)])
