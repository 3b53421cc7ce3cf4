"""What was asked for: the brief, and how its words were understood."""

from dataclasses import dataclass, field

from music.blend import StyleShare
from music.chord import Chord
from music.instrument import Role
from music.pitch import Key
from music.time import TimeSignature

MAX_PROMPT_CHARACTERS = 4000
MAX_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A request. Only the prompt is required; None or empty means that nothing was said about it."""

    prompt: str
    genre: str | None = None  # a style's id
    blend: tuple[StyleShare, ...] = ()  # styles to mix; where there are any, they stand for the genre
    moods: tuple[str, ...] = ()
    energy: float | None = None  # 0 calm to 1 intense
    tempo_bpm: float | None = None
    tempo_words: tuple[str, ...] = ()  # "slow", "double time": they need a style to become a number
    key: Key | None = None
    time_signature: TimeSignature | None = None
    bars: int | None = None
    seconds: float | None = None
    form: tuple[str, ...] = ()  # section names in order
    instruments: tuple[str, ...] = ()  # instrument ids asked for
    roles: tuple[Role, ...] = ()  # parts asked for without naming an instrument: "bass", "drums"
    excluded_instruments: tuple[str, ...] = ()
    excluded_roles: tuple[Role, ...] = ()
    excluded_drums: tuple[str, ...] = ()  # drums by name, as music/drum_kit.py has them: "no hi-hats"
    is_exclusive: bool = False  # "just piano and bass": nothing else
    chords: tuple[Chord | None, ...] = ()  # in order, repeated as needed; None is N.C.
    chord_bars: tuple[float, ...] = ()  # how much of a bar each holds, whole bars together; empty: one bar each
    seed: int | None = None
    lyrics: str = ""  # words to sing, a line each, with headings such as [Verse 1] or without


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell about a reading: ``field`` is a Brief field, ``text`` the words or the choice it is about."""

    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A brief with the account of how it came about."""

    brief: Brief
    understood: tuple[Remark, ...] = ()  # words that became a value
    assumed: tuple[Remark, ...] = ()  # values nobody asked for
    unused: tuple[str, ...] = ()  # words that carried no meaning here
    conflicts: tuple[Remark, ...] = field(default=())  # two wishes for one field, and which won
