"""What was said outside the prompt: flags, checked, and put over the words."""

from dataclasses import dataclass, fields, replace
from typing import Any

from music.blend import StyleShare
from music.brief import Reading, Remark
from music.errors import NotFound, RequestInvalid
from music.lyrics import parse_lyrics
from music.names import nearest_name, shorten
from music.pitch import Key, parse_key
from music.time import TimeSignature, parse_time_signature
from workflows.planner.blends import read_blend_flag
from workflows.planner.quantities import check_bars, check_seconds, check_tempo_bpm
from workflows.planner.settle import shown
from workflows.planner.vocabulary import Kind, Vocabulary, pieces

_GIVES_WAY = {
    "tempo_bpm": "tempo_words",
    "bars": "seconds",
    "seconds": "bars",
    "genre": "blend",
    "blend": "genre",
}  # what a flag makes pointless
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Explicit values, already checked; None was not given. They win over the words of the prompt."""

    bars: int | None = None
    seconds: float | None = None
    tempo_bpm: float | None = None
    key: Key | None = None
    time_signature: TimeSignature | None = None
    genre: str | None = None  # a style's id
    blend: tuple[StyleShare, ...] | None = None
    seed: int | None = None
    lyrics: str | None = None


NO_FLAGS = Flags()


def read_flags(  # noqa: PLR0913  one for each option
    vocabulary: Vocabulary,
    *,
    bars: int | None = None,
    seconds: float | None = None,
    tempo_bpm: float | None = None,
    key: str | None = None,
    time_signature: str | None = None,
    genre: str | None = None,
    seed: int | None = None,
    lyrics: str | None = None,
) -> Flags:
    """Check flags as they were typed; RequestInvalid, with the value and the range, for one that cannot be met."""
    if bars is not None and seconds is not None:
        raise RequestInvalid(f"{bars} bars and {seconds:g} seconds were both asked for; give one of the two")
    if seed is not None and not 0 <= seed <= _LARGEST_SEED:
        raise RequestInvalid(f"seed {seed} is out of range; use a whole number from 0 to {_LARGEST_SEED}")
    if lyrics is not None:
        parse_lyrics(lyrics)
    is_blend = genre is not None and any(sign in genre for sign in ":,")
    return Flags(
        bars=None if bars is None else check_bars(bars),
        seconds=None if seconds is None else check_seconds(seconds),
        tempo_bpm=None if tempo_bpm is None else check_tempo_bpm(tempo_bpm),
        key=None if key is None else _key(key),
        time_signature=None if time_signature is None else _time_signature(time_signature),
        genre=None if genre is None or is_blend else _genre(genre, vocabulary),
        blend=read_blend_flag(genre, lambda name: _genre(name, vocabulary)) if genre and is_blend else None,
        seed=seed,
        lyrics=lyrics,
    )


def merge(reading: Reading, flags: Flags) -> Reading:
    """Put flags over what the words said; where both speak of one thing the conflict is reported."""
    given = {
        field.name: getattr(flags, field.name) for field in fields(flags) if getattr(flags, field.name) is not None
    }
    changes: dict[str, Any] = dict(given)
    conflicts = []
    for name, value in given.items():
        said = getattr(reading.brief, name)
        if said not in (None, (), "") and said != value:
            conflicts.append(Remark(name, f"the option {shown(value)} wins over the words' {shown(said)}"))
        other = _GIVES_WAY.get(name)
        if other and getattr(reading.brief, other):
            words = shown(getattr(reading.brief, other))
            conflicts.append(Remark(other, f"the option {name} = {shown(value)} wins over the words' {words}"))
            changes[other] = () if isinstance(getattr(reading.brief, other), tuple) else None
    assumed = tuple(remark for remark in reading.assumed if remark.field not in changes)
    return replace(
        reading,
        brief=replace(reading.brief, **changes),
        assumed=assumed,
        conflicts=tuple(remark for remark in reading.conflicts if remark.field not in given) + tuple(conflicts),
    )


def _key(text: str) -> Key:
    try:
        return parse_key(text)
    except ValueError as error:
        raise RequestInvalid(f"unknown key {text!r:.60}: {error!s:.200}") from None


def _time_signature(text: str) -> TimeSignature:
    try:
        return parse_time_signature(text)
    except ValueError as error:
        raise RequestInvalid(f"{error!s:.200}") from None


def _genre(text: str, vocabulary: Vocabulary) -> str:
    wanted = pieces(text)
    for phrase, term in vocabulary.phrases.get(wanted[0], ()) if wanted else ():
        if phrase == wanted and term.kind in (Kind.GENRE, Kind.NEAREST_GENRE):
            return term.value
    known = [item for phrases in vocabulary.phrases.values() for item in phrases if item[1].kind is Kind.GENRE]
    nearest = nearest_name(text, (" ".join(phrase) for phrase, _ in known))
    styles = ", ".join(sorted({term.value for _, term in known}))
    raise NotFound("genre", shorten(text, 60), nearest=nearest, known=f"known are: {styles}")
