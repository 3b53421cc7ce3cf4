"""What a language model answers: a draft, checked and turned into choices for a plan.

The models here are the edge to the server; nothing of them leaves this module. The schema holds no limits on numbers,
because not every server's constrained decoding knows them; the limits are checked when the draft is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from music.brief import MAX_SECONDS, Brief
from music.chord_chart import ChordChart, parse_chart
from music.errors import RequestInvalid
from music.instrument import Role
from music.pitch import Key, parse_key
from music.score import Section
from music.time import TimeSignature, parse_time_signature, ticks_to_seconds
from workflows.planner.complete import Draft
from workflows.planner.quantities import check_bars, check_tempo_bpm
from workflows.planner.repertoire import Repertoire

_LONGEST_TITLE = 80  # characters
_LONGEST_SECTION_NAME = 40
_MOST_SECTIONS = 32
_MOST_INSTRUMENTS = 16


class DraftUnusable(ValueError):
    """The model's answer does not hold together; the message says where, in one line."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _SectionAnswer(_Answer):
    name: str = Field(description="intro, verse, chorus, bridge, drop, solo, outro or the like")
    bars: int = Field(description="whole bars, at least 1")
    energy: float = Field(description="0 calm to 1 intense")
    chords: list[str] = Field(
        description="one text a bar, such as Am7, F#m7b5, C/E, 'Dm7 G7' (two in a bar) or N.C.; fewer than bars: "
        "repeated; empty: the style's own harmony"
    )


class _PlanAnswer(_Answer):
    title: str
    genre: str = Field(description="id of one of the styles listed")
    tempo_bpm: float = Field(description="quarter notes a minute, 20 to 300")
    key: str = Field(description="tonic and mode, such as 'F minor' or 'D dorian'")
    time_signature: str = Field(description="such as 4/4, 3/4 or 6/8")
    energy: float = Field(description="0 calm to 1 intense")
    sections: list[_SectionAnswer]
    instruments: list[str] = Field(description="ids of instruments listed; at most one for each role they can play")
    only_these_instruments: bool = Field(description="true: nothing else plays, false: the style's own parts join in")
    excluded_roles: list[str] = Field(description="roles that must not play")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChoices:
    """A checked draft: the brief with the model's choices, and what the plan takes over from it."""

    brief: Brief
    draft: Draft
    deviations: tuple[str, ...]  # where the model had chosen otherwise than asked; what was asked stands


def draft_schema() -> dict[str, Any]:
    """Return the JSON schema of the answer, in the strict form: every field required, nothing else allowed."""
    return _PlanAnswer.model_json_schema()


def read_draft(text: str, asked: Brief, repertoire: Repertoire) -> DraftChoices:
    """Check a model's answer and join it with what was asked; DraftUnusable when it does not hold together.

    Tempo, key, metre, length, form, chords and exclusions that were asked for outright stand against the model.
    """
    try:
        answer = _PlanAnswer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the answer"
        raise DraftUnusable(f"{place}: {first['msg'].splitlines()[0]:.100}") from None
    try:
        return _choices(answer, asked, repertoire)
    except (RequestInvalid, ValueError) as error:
        raise DraftUnusable(f"{str(error).splitlines()[0]:.160}") from None


def _choices(answer: _PlanAnswer, asked: Brief, repertoire: Repertoire) -> DraftChoices:
    key, time_signature = parse_key(answer.key), parse_time_signature(answer.time_signature)
    tempo_bpm = check_tempo_bpm(answer.tempo_bpm)
    genre = _known(answer.genre, repertoire.styles, "style")
    sections = _sections(answer)
    n_bars = sum(section.n_bars for section in sections)
    if ticks_to_seconds(n_bars * time_signature.ticks_per_bar, tempo_bpm) > MAX_SECONDS:
        raise DraftUnusable(f"{n_bars} bars at {tempo_bpm:g} BPM last more than {MAX_SECONDS:g} seconds")
    instruments = tuple(
        dict.fromkeys(_known(name, repertoire.instruments, "instrument") for name in answer.instruments)
    )
    excluded = tuple(Role(name) for name in answer.excluded_roles)
    chosen = replace(
        asked,
        genre=asked.genre or genre,
        tempo_bpm=tempo_bpm if asked.tempo_bpm is None else asked.tempo_bpm,
        key=asked.key or key,
        time_signature=asked.time_signature or time_signature,
        energy=_level(answer.energy) if asked.energy is None else asked.energy,
        bars=n_bars if asked.bars is None and asked.seconds is None else asked.bars,
        form=asked.form or tuple(section.name for section in sections),
        instruments=tuple(
            dict.fromkeys(name for name in (*asked.instruments, *instruments) if name not in asked.excluded_instruments)
        ),
        is_exclusive=asked.is_exclusive or (answer.only_these_instruments and bool(instruments)),
        excluded_roles=tuple(dict.fromkeys((*asked.excluded_roles, *excluded))),
    )
    chart = _chords(answer)
    if chart and chosen.key is not None and chosen.key != key:
        chart = _moved(chart, key, chosen.key)
    fits = not asked.form and chosen.time_signature == time_signature
    draft = Draft(
        title=_line(answer.title, _LONGEST_TITLE),
        sections=sections if fits else (),
        chords=chart.chords if chart else (),
        chord_bars=chart.bars if chart else (),
    )
    return DraftChoices(brief=chosen, draft=draft, deviations=tuple(_deviations(asked, genre, tempo_bpm, key,
                                                                               time_signature, n_bars)))  # fmt: skip


def _known(name: str, known: Mapping[str, object], kind: str) -> str:
    if name not in known:
        raise DraftUnusable(f"unknown {kind} {name!r:.60}")
    return name


def _sections(answer: _PlanAnswer) -> tuple[Section, ...]:
    if not 1 <= len(answer.sections) <= _MOST_SECTIONS or len(answer.instruments) > _MOST_INSTRUMENTS:
        raise DraftUnusable(
            f"{len(answer.sections)} sections and {len(answer.instruments)} instruments; expected 1 to "
            f"{_MOST_SECTIONS} sections and at most {_MOST_INSTRUMENTS} instruments"
        )
    sections, bar = [], 1
    for section in answer.sections:
        name = _line(section.name, _LONGEST_SECTION_NAME) or "section"
        n_bars = check_bars(section.bars)
        sections.append(Section(name=name, start_bar=bar, n_bars=n_bars, energy=_level(section.energy)))
        bar += n_bars
    return tuple(sections)


def _level(value: float) -> float:
    if not 0 <= value <= 1:
        raise DraftUnusable(f"energy {value:g} is not within 0 and 1")
    return round(value, 3)


def _chords(answer: _PlanAnswer) -> ChordChart | None:
    """Return the chords of the whole piece, or None when a section leaves its harmony open."""
    if not all(section.chords for section in answer.sections):
        return None
    bars = [section.chords[bar % len(section.chords)] for section in answer.sections for bar in range(section.bars)]
    return parse_chart(f"|{'|'.join(bars)}|")


def _moved(chart: ChordChart, source: Key, target: Key) -> ChordChart | None:
    """Transpose chords to the key that was asked for; between major and minor they are left out."""
    if source.mode.is_minor != target.mode.is_minor:
        return None
    semitones = target.pitch_class - source.pitch_class
    flats = target.prefers_flats
    moved = tuple(chord and chord.transposed(semitones, prefer_flats=flats) for chord in chart.chords)
    return replace(chart, chords=moved)


def _line(text: str, longest: int) -> str:
    """Return a text as one line of printable characters: it becomes a name in MIDI files and in Ardour."""
    words = "".join(character if character.isprintable() else " " for character in text).split()
    return " ".join(words)[:longest].strip()


def _deviations(
    asked: Brief, genre: str, tempo_bpm: float, key: Key, time_signature: TimeSignature, n_bars: int
) -> Sequence[str]:
    pairs: list[tuple[str, object, object]] = [
        ("genre", asked.genre, genre),
        ("tempo", asked.tempo_bpm, tempo_bpm),
        ("key", asked.key, key),
        ("time signature", asked.time_signature, time_signature),
        ("bars", asked.bars, n_bars),
    ]
    return [
        f"the model chose {name} {chosen}; {wanted} was asked for and stands"
        for name, wanted, chosen in pairs
        if wanted is not None and wanted != chosen
    ]
