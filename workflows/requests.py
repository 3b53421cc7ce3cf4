"""What faces ask of the workflows, as values that are recorded with the job."""

from dataclasses import dataclass
from enum import Enum

from music.errors import RequestInvalid
from music.given import Task
from music.instrument import Role
from music.names import shorten

LAST_BAR = 100_000  # in 4/4 at 120 BPM some 55 hours on; no session is that long

SELECTION = "selection"  # given music: the MIDI regions that are selected in the open session


class Destination(Enum):
    """Where a take goes besides its folder."""

    AUTO = "auto"  # live when the editor is open, else session when Ardour is installed
    LIVE = "live"  # into the open session
    SESSION = "session"  # an Ardour session beside the take
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """A wish for a take, as it was typed; what is None was not said."""

    prompt: str
    bars: int | None = None
    seconds: float | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    time_signature: str | None = None
    genre: str | None = None
    seed: int | None = None
    given: str | None = None  # music to start from: a MIDI file's path, a take's id, or what is selected in Ardour
    task: Task | None = None  # what to do with it; None: the words decide, or what it is
    lyrics: str | None = None  # words to sing, a line each, with headings such as [Verse 1] or without
    out: str | None = None  # folder in which the take's folder is made
    to: Destination = Destination.AUTO
    at_bar: int | None = None  # with LIVE: first bar; None is the playhead
    session_folder: str | None = None  # with LIVE: the session that was open when it was asked for; no other gets it

    def __post_init__(self) -> None:
        _check_bar(self.at_bar)
        if self.task and not self.given:
            raise RequestInvalid(
                f"{self.task.value!r} needs music to work on; name a MIDI file or a take that it is given"
            )
        if self.at_bar is not None and self.to in (Destination.SESSION, Destination.NONE):
            raise RequestInvalid(
                f"bar {self.at_bar} of the open session was asked for, but with {self.to.value!r} the take does not go "
                "there; leave the bar out, or ask for 'live'"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInSession:
    """A part of a take as it stands in a session."""

    role: Role
    route: str  # id of the track
    region: str | None  # id; None is the only one on the track
    stem_route: str | None = None  # id of the track beside it that holds the part's audio
    stem_region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VaryRequest:
    """A wish to change one thing about a kept take, as it was typed; what is None was not said."""

    take: str  # id or folder
    words: str
    seed: int | None = None  # of what is written anew
    out: str | None = None  # folder in which the take's folder is made
    to: Destination = Destination.NONE
    at_bar: int | None = None  # with LIVE, as above
    session_folder: str | None = None
    part: PartInSession | None = None  # with LIVE: only this part may change, and it is put in the place of the old

    def __post_init__(self) -> None:
        _check_bar(self.at_bar)
        if self.at_bar is not None and self.to is not Destination.LIVE:
            raise RequestInvalid(f"bar {self.at_bar} of the open session was asked for; ask for 'live', too")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRequest:
    """A wish to place a take in the open session."""

    take: str  # id or folder
    at_bar: int | None = None
    session_folder: str | None = None  # as above

    def __post_init__(self) -> None:
        _check_bar(self.at_bar)


def check_bars(from_bar: int | None, to_bar: int | None) -> None:
    """Refuse bars that no session has, and a last one before the first; RequestInvalid says which."""
    for bar in (from_bar, to_bar):
        if bar is not None and not 1 <= bar <= LAST_BAR:
            raise RequestInvalid(f"bars are within 1 and {LAST_BAR}, got {bar}")
    if from_bar is not None and to_bar is not None and to_bar < from_bar:
        raise RequestInvalid(f"bar {to_bar} is before bar {from_bar}")


def _check_bar(at_bar: int | None) -> None:
    if at_bar is not None and not 1 <= at_bar <= LAST_BAR:
        raise RequestInvalid(f"the first bar must be within 1 and {LAST_BAR}, got {shorten(str(at_bar))}")
