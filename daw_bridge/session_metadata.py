"""What a session says of itself in its file: title, artist, album and so on.

Neither Lua nor OSC can set it in the editor (7.3 to 9.8; only Ardour's own dialog can), so it is written into the file
of a session that is not open. Source of names and form: ``session_metadata.cc`` at 7.3, the same at 8.12 and 9.8.
"""

import html
import re
from collections.abc import Mapping

from music.errors import NotFound, RequestInvalid, SetupBroken
from music.names import nearest_name

NUMBERS = frozenset({"disc_number", "total_discs", "total_tracks", "track_number", "year"})
NAMES = NUMBERS | {
    "album", "album_artist", "arranger", "artist", "barcode", "comment", "compilation", "composer", "conductor",
    "copyright", "course", "description", "disc_subtitle", "dj_mixer", "engineer", "genre", "grouping", "instructor",
    "isrc", "lyricist", "mixer", "producer", "remixer", "subtitle", "title",
}  # fmt: skip
_MOST_CHARACTERS = 2000
_ELEMENT = re.compile(r"<Metadata\s*/>|<Metadata>.*?</Metadata>", re.DOTALL)
_ENTRY = re.compile(r"<([a-z_]+)>([^<]+)</\1>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # but for tabs and line ends, which XML can hold


def check_metadata(changes: Mapping[str, str]) -> None:
    """Raise NotFound or RequestInvalid for what Ardour would not keep."""
    if not changes:
        raise RequestInvalid("metadata needs at least one of " + ", ".join(sorted(NAMES)))
    for name, value in changes.items():
        if name not in NAMES:
            raise NotFound("metadata", name, nearest=nearest_name(name, NAMES))
        if name in NUMBERS and value and not (value.isascii() and value.isdecimal() and not value.startswith("0")):
            raise RequestInvalid(f"{name} must be a number from 1, got {value!r}")
        if _CONTROL.search(value) or value != value.strip():
            raise RequestInvalid(f"{name} must have no control characters and no space around it, got {value!r}")
        if len(value) > _MOST_CHARACTERS:
            raise RequestInvalid(f"{name} must have at most {_MOST_CHARACTERS} characters, got {len(value)}")


def read_metadata(text: str) -> dict[str, str]:
    """Return what a session file's text says of the session; what is empty is left out."""
    found = _ELEMENT.search(text)
    return {name: html.unescape(value) for name, value in _ENTRY.findall(found[0])} if found else {}


def with_metadata(text: str, changes: Mapping[str, str]) -> str:
    """Return a session file's text with some of its metadata changed; an empty value takes an entry away."""
    kept = {name: value for name, value in (read_metadata(text) | dict(changes)).items() if value}
    entries = "".join(f"\n    <{name}>{html.escape(kept[name], quote=False)}</{name}>" for name in sorted(kept))
    written = f"<Metadata>{entries}\n  </Metadata>" if entries else "<Metadata/>"
    changed, n_places = _ELEMENT.subn(lambda _: written, text, count=1)
    if not n_places:
        raise SetupBroken("the session file has no <Metadata>; save the session in Ardour and try again")
    return changed
