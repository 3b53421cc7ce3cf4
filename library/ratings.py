"""What was thought of takes: a small file in each take's folder, written whole or not at all.

It stands beside ``take.json``, which tells what was made and never changes.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from library.takes import storage_errors, write_atomically
from music.errors import RequestInvalid

RATING_FILE = "rating.json"
LONGEST_NOTE = 1000  # characters


class Verdict(Enum):
    """What is to become of a take. A rejected one is kept."""

    UNRATED = "unrated"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAVOURITE = "favourite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A verdict, with a note in somebody's own words, and when it was given (UTC, ISO 8601)."""

    verdict: Verdict = Verdict.UNRATED
    note: str = ""
    rated_utc: str | None = None


UNRATED = Rating()
_RATING = TypeAdapter(Rating)


def read_rating(folder: Path) -> Rating:
    """Return what was thought of the take in a folder; unrated where nobody said, or what is there cannot be read."""
    try:
        return _RATING.validate_json((folder / RATING_FILE).read_bytes())
    except (OSError, ValidationError):
        return UNRATED


def write_rating(folder: Path, rating: Rating) -> None:
    """Keep a rating; RequestInvalid for a note that is too long. An unrated take has no file."""
    if len(rating.note) > LONGEST_NOTE:
        raise RequestInvalid(f"the note has {len(rating.note)} characters; at most {LONGEST_NOTE} are kept: shorten it")
    if rating.verdict is Verdict.UNRATED and not rating.note:
        with storage_errors(folder):
            (folder / RATING_FILE).unlink(missing_ok=True)
        return
    write_atomically(folder / RATING_FILE, _RATING.dump_json(rating, indent=2) + b"\n")
