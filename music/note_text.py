"""Notes as lines of text that people and models write: ``start length pitch velocity channel``.

``start`` counts quarter notes from the region's start, or is a place ``bar|beat`` or ``bar|beat|tick``; ``length`` is
in quarter notes; a pitch is a MIDI number or a name such as ``C#4`` (60 is C4). Velocity (90) and channel (1) may be
left out. Lines end with a line break or ``;``. What edits are computed from are rows of whole ticks, ``NoteRow``.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from music.pitch import pitch_class

NOTE_TICKS_PER_QUARTER = 1920  # Ardour's own, twice as fine as the places of requests, so that nothing is rounded
_PLACE = re.compile(r"\d+\|\d+(?:\|\d+)?")
_NAME = re.compile(r"([A-Ga-g])([#b]{0,2})(-?\d+)")
_NOTE = re.compile(r"(\S+)\s+(\S+)\s+(\S+)(?:\s+(\S+)(?:\s+(\S+))?)?")
# What nearly all lines look like, told in one go; a region may get ten thousand at once.
_PLAIN_NOTES = re.compile(
    r"""(?: \s*+ (?: \d++\|\d++(?:\|\d++)?+ | \d++(?:\.\d++)?+ ) [ \t]++
        (?! 0*+(?:\.0*+)?+\s | 0*+\.000 ) \d++(?:\.\d++)?+ [ \t]++
        (?: [A-G][#b]?[0-8] | 12[0-7] | 1[01]\d | \d\d? )
        (?: [ \t]++ (?: 12[0-7] | 1[01]\d | [1-9]\d? ) (?: [ \t]++ (?: 1[0-6] | [1-9] ) )?+ )?+
        [ \t]*+ (?: [;\n] | $ ) )*+ \s*+""",
    re.VERBOSE,
)
_LINES = re.compile(r"[;\n]")
_EDIT_FIELDS = ("start", "length", "pitch", "velocity", "channel")


class NoteRow(NamedTuple):
    """A note in a region, in ticks of ``NOTE_TICKS_PER_QUARTER`` from the region's start."""

    start_ticks: int
    length_ticks: int
    midi_note: int
    velocity: int  # 1-127
    channel: int  # 1-16


def parse_pitch(text: str) -> int:
    """Read a MIDI note number or a name such as ``C#4``; ValueError if it is neither, or not within 0 and 127."""
    named = _NAME.fullmatch(text)
    if named:
        letter, accidentals, octave = named.groups()
        sharpened = accidentals.count("#") - accidentals.count("b")
        number = pitch_class(letter) + sharpened + 12 * (int(octave) + 1)
    elif text.isdecimal():
        number = int(text)
    else:
        raise ValueError(f"a pitch is 0 to 127 or a name such as C#4, got {text!r}")
    if not 0 <= number <= 127:
        raise ValueError(f"a pitch is 0 to 127 (C-1 to G9), got {text!r}")
    return number


def lines_of(text: str) -> Iterator[str]:
    """Return the lines of a text of notes or points that are not empty."""
    return (line for part in _LINES.split(text) if (line := part.strip()))


def _check_whole(text: str, low: int, high: int, what: str) -> None:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{what} is {low} to {high}, got {text!r}")


@lru_cache(maxsize=4096)
def check_place(text: str) -> None:
    """Refuse what is neither a number of quarter notes from 0 on nor a place ``bar|beat`` or ``bar|beat|tick``."""
    if _PLACE.fullmatch(text):
        return
    try:
        is_right = 0 <= float(text) < float("inf")
    except ValueError:
        is_right = False
    if not is_right:
        raise ValueError(f"a place is quarter notes from the region's start, or bar|beat|tick, got {text!r}")


@lru_cache(maxsize=4096)
def to_length_ticks(text: str) -> int:
    """Read a length in quarter notes; ValueError if it is less than a tick."""
    try:
        ticks = round(float(text) * NOTE_TICKS_PER_QUARTER)
    except (ValueError, OverflowError):
        ticks = 0
    if ticks < 1:
        raise ValueError(f"a length is a number of quarter notes above 0, got {text!r}")
    return ticks


_parse_pitch = lru_cache(maxsize=512)(parse_pitch)


def check_notes(text: str) -> None:
    """Refuse a text of notes with a line that is none, naming the line."""
    if _PLAIN_NOTES.fullmatch(text):
        return
    for line in lines_of(text):
        found = _NOTE.fullmatch(line)
        if not found:
            raise ValueError(f"a note is written 'start length pitch velocity channel', got {line!r}")
        start, length, pitch, velocity, channel = found.groups()
        check_place(start)
        to_length_ticks(length)
        _parse_pitch(pitch)
        if velocity is not None:
            _check_whole(velocity, 1, 127, "a velocity")
        if channel is not None:
            _check_whole(channel, 1, 16, "a channel")


class NoteEdit(NamedTuple):
    """What to change about the notes that begin at a place with a pitch; ``changes`` holds texts by field."""

    start: str
    midi_note: int
    changes: tuple[tuple[str, str], ...]


def parse_edits(text: str) -> tuple[NoteEdit, ...]:
    """Read lines such as ``2|1|0 C4 velocity=80 length=0.5``; ValueError names the line that is none."""
    edits = []
    for line in lines_of(text):
        words = line.split()
        changes = tuple((name, value) for name, _, value in (word.partition("=") for word in words[2:]))
        if len(words) < 3 or any(name not in _EDIT_FIELDS or not value for name, value in changes):
            raise ValueError(
                f"an edit is written 'start pitch field=value ...' with {', '.join(_EDIT_FIELDS)}, got {line!r}"
            )
        check_place(words[0])
        for name, value in changes:
            _CHECKS[name](value)
        edits.append(NoteEdit(words[0], parse_pitch(words[1]), changes))
    if not edits:
        raise ValueError("there is no edit; write lines such as '2|1|0 C4 velocity=80'")
    return tuple(edits)


_CHECKS: dict[str, Callable[[str], object]] = {
    "start": check_place,
    "length": to_length_ticks,
    "pitch": parse_pitch,
    "velocity": lambda text: _check_whole(text, 1, 127, "a velocity"),
    "channel": lambda text: _check_whole(text, 1, 16, "a channel"),
}


def check_points(text: str, low: int, high: int) -> None:
    """Refuse a text of points ``place value`` with a line that is none, or a value outside of its bounds."""
    for line in lines_of(text):
        words = line.split()
        if len(words) != 2:
            raise ValueError(f"a point is written 'place value', got {line!r}")
        check_place(words[0])
        try:
            is_right = low <= int(words[1]) <= high
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError(f"a value is a whole number from {low} to {high}, got {words[1]!r}")


def from_rows(text: str) -> tuple[NoteRow, ...]:
    """Read notes as the bridge tells them, whole numbers apart by blanks and rows by ``;``."""
    return tuple(NoteRow(*map(int, row.split())) for row in text.split(";") if row)


def to_rows(notes: tuple[NoteRow, ...]) -> str:
    """Write notes as the bridge reads them."""
    return ";".join(" ".join(map(str, note)) for note in notes)
