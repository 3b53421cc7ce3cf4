"""Learning a style from a folder of MIDI files, and keeping it where the user's own styles are."""

import re
from dataclasses import dataclass
from pathlib import Path

from library.takes import write_atomically
from music.clip.clip import Clip
from music.clip.learning import learn, study
from music.clip.reading import MOST_BYTES, read_clip
from music.errors import NotFound, RequestInvalid
from music.names import nearest_name, shorten
from workflows.allowed_files import allowed_path
from workflows.planner.given_style import instrument_for
from workflows.planner.vocabulary import Kind, pieces
from workflows.rooms import Rooms
from workflows.style_file import style_to_toml

MOST_FILES = 500
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntStyle:
    """What came of learning: the style's id and file, what it rests on, and what could not be read."""

    style: str
    file: str
    base: str
    account: tuple[str, ...]
    skipped: tuple[str, ...]


def learn_style(rooms: Rooms, folder: str, *, name: str, base: str | None, styles_folder: Path) -> LearntStyle:
    """Learn a style from the MIDI files below a folder and write it into ``styles_folder`` as ``<name>.toml``.

    ``base`` gives what cannot be measured; None is the style of a request that names none. A style of that name that
    was learnt before is replaced; one of Sideman's own is not. RequestInvalid for a name that is none or is taken, for
    a folder without a file that can be read, and for too many files; NotFound for an unknown base or folder.
    """
    style_id = name.strip().lower().replace(" ", "_").replace("-", "_")
    if not _NAME.fullmatch(style_id):
        raise RequestInvalid(f"{shorten(name, 60)!r} is no name for a style; use up to 40 letters, digits and _")
    place = styles_folder / f"{style_id}.toml"
    if style_id in rooms.styles and not place.exists():
        raise RequestInvalid(f"{style_id!r} is one of the styles that are there already; choose another name")
    chosen = base or rooms.planner.repertoire.lexicon.default_style
    if chosen not in rooms.styles:
        known = f"known are: {', '.join(sorted(rooms.styles))}"
        raise NotFound("style", shorten(chosen, 60), nearest=nearest_name(chosen, rooms.styles), known=known)
    _check_words(rooms, style_id, name)
    clips, skipped = _clips(allowed_path(folder, rooms.allowed_folders))
    frame = rooms.styles[chosen]
    learnt = learn(
        [study(clip) for clip in clips],
        style_id=style_id,
        title=name.strip(),
        base=frame,
        instrument_of=lambda role, program: instrument_for(role, program, frame, rooms.planner.repertoire),
    )
    comment = "\n".join([f"Learnt from MIDI files, on the base of {frame.title}.", *learnt.account])
    write_atomically(place, style_to_toml(learnt.style, comment=comment).encode())
    return LearntStyle(style=style_id, file=str(place), base=chosen, account=learnt.account, skipped=tuple(skipped))


def _check_words(rooms: Rooms, style_id: str, title: str) -> None:
    """Refuse a name that prompts already use for something else."""
    phrases = rooms.planner.vocabulary.phrases
    for text in (style_id.replace("_", " "), title):
        words = pieces(text)
        meanings = (term for phrase, term in phrases.get(words[0], ()) if phrase == words) if words else ()
        term = next(iter(meanings), None)
        if term and term.kind is not Kind.NEAREST_GENRE and (term.kind is not Kind.GENRE or term.value != style_id):
            raise RequestInvalid(f"{shorten(text, 60)!r} already means something else in prompts; choose another name")


def _clips(folder: Path) -> tuple[list[Clip], list[str]]:
    """Read the MIDI files below a folder, and tell which could not be read and why."""
    if not folder.is_dir():
        raise NotFound("folder", shorten(str(folder)))
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".mid", ".midi") and file.is_file())
    if len(files) > MOST_FILES:
        raise RequestInvalid(f"{folder} holds {len(files)} MIDI files; a style is learnt from {MOST_FILES} at most")
    clips: list[Clip] = []
    skipped: list[str] = []
    for file in files:
        name = str(file.relative_to(folder))
        try:
            if file.stat().st_size > MOST_BYTES:
                skipped.append(f"{name!r} is larger than {MOST_BYTES} bytes")
                continue
            clips.append(read_clip(file.read_bytes(), name))
        except RequestInvalid as error:
            skipped.append(str(error))
        except OSError as error:
            skipped.append(f"{name!r} cannot be read: {error.strerror or error}")
    if not clips:
        reasons = f" ({shorten(skipped[0], 200)})" if skipped else ""
        raise RequestInvalid(f"{folder} holds no MIDI file to learn from{reasons}; put some .mid files there")
    return clips, skipped
