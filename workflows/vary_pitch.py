"""Reads what is asked of keys, distances of pitch and chords about a take."""

import re
from collections.abc import Iterator

from music.chord import Chord, parse_chord
from music.errors import RequestInvalid
from music.instrument import Role
from music.pitch import Key, Mode, parse_key, spell_tonic
from music.plan import Plan
from music.variation.changes import LARGEST_TRANSPOSITION, Change, MoveOctaves, Rechord, Rekey, Scope
from workflows.planner.vocabulary import Kind
from workflows.vary_clauses import Clause, Request

_KEY = re.compile(
    r"(?<![\w#])(?:in|to|into|key of)\s+(?:the\s+key\s+of\s+)?([A-G](?:#|b|♯|♭|\s+flat|\s+sharp)?)(m\b)?"
    r"(?:[\s-]+(harmonic minor|melodic minor|natural minor|minor|major|dorian|phrygian|lydian|mixolydian|locrian))?"
    r"(?![\w#/])",
)
_CHORD_WORDS = ("chords", "chord", "progression", "changes", "harmony")


def in_mode(plan: Plan, mode: Mode) -> Iterator[Change]:
    """Return the change of mode around the same tonic; none where the piece is in such a mode."""
    if plan.key.mode.is_minor is not mode.is_minor:
        yield Rekey(key=Key(spell_tonic(plan.key.pitch_class, mode), mode), semitones=0)


def read_key(request: Request, clause: Clause) -> Iterator[Change]:
    """Read ``in D minor``, ``to B flat``, ``in minor``: the nearest tonic, upwards or downwards where that is said."""
    page, plan = request.page, request.plan
    text = page.text(clause.start, clause.end)
    if match := _KEY.search(text):
        tonic, minor, mode = match.groups()
        named = parse_key(f"{tonic}{' minor' if minor else f' {mode}' if mode else ''}")
        key = named if minor or mode else Key(named.tonic, plan.key.mode)
        start = page.tokens[clause.start].start
        for i in range(clause.start, clause.end):
            if start + match.start() <= page.tokens[i].start < start + match.end():
                page.use(i, i + 1)
        yield Rekey(key=key, semitones=_nearest_way(request, clause, key), scope=Scope(bars=clause.bars))
        return
    for i in range(clause.start, clause.end):
        term = page.term(i)
        if term is not None and term.kind is Kind.MODE and page.is_free(i, i + 1):
            page.use(i, i + 1)
            key = Key(spell_tonic(plan.key.pitch_class, Mode(term.value)), Mode(term.value))
            yield Rekey(key=key, semitones=0, scope=Scope(bars=clause.bars))
            return


def _nearest_way(request: Request, clause: Clause, key: Key) -> int:
    up = (key.pitch_class - request.plan.key.pitch_class) % 12
    if place := request.cue("up", clause):
        request.page.use(*place)
        return up
    if place := request.cue("down", clause):
        request.page.use(*place)
        return up - 12 if up else 0
    return up if up <= 6 else up - 12


def read_transposition(request: Request, clause: Clause) -> Iterator[Change]:
    """Read ``down a tone``, ``3 semitones up``, ``the melody an octave higher``."""
    found = _distance(request, clause)
    if found is None:
        return
    semitones, start, end = found
    way = request.cue("down", clause)
    sign = -1 if way else 1
    way = way or request.cue("up", clause)
    lowered = [act for act in clause.acts if any(effect.kind == "register" for effect in act.action.does)]
    if way is None and not lowered:
        return
    if way is None:
        sign = 1 if lowered[0].action.does[0].amount > 0 else -1
    else:
        request.page.use(*way)
    request.page.use(start, end)
    semitones *= sign
    if abs(semitones) > LARGEST_TRANSPOSITION:
        raise RequestInvalid(f"{semitones} semitones are too far; at most {LARGEST_TRANSPOSITION} either way")
    scope = request.scope(clause)
    if scope.roles or semitones % 12 == 0:
        if semitones % 12:
            raise RequestInvalid(
                "a part by itself moves by octaves, else it would leave the chords; say 'up an octave', or leave the "
                "part out to move everything"
            )
        roles = tuple(role for role in scope.roles if role is not Role.DRUMS)
        yield MoveOctaves(octaves=semitones // 12, scope=Scope(roles=roles, bars=scope.bars))
        return
    key = request.plan.key
    moved = Key(spell_tonic((key.pitch_class + semitones) % 12, key.mode), key.mode)
    yield Rekey(key=moved, semitones=semitones, scope=Scope(bars=clause.bars))


def _distance(request: Request, clause: Clause) -> tuple[int, int, int] | None:
    """Return a distance in semitones and its words."""
    page = request.page
    for i in range(clause.start, clause.end):
        for extra in ("", "s"):
            names = {f"{name}{extra}": semitones for name, semitones in request.words.intervals.items()}
            length = request.phrase(i, names)
            if not length:
                continue
            semitones = names[" ".join(request.typed[i : i + length])]
            start, times = i, 1.0
            if i and page.number(i - 1) is not None:
                start, times = i - 1, page.number(i - 1) or 1.0
            elif i > 1 and request.typed[i - 1] == "a" and request.typed[i - 2] == "half":
                start, times = i - 2, 0.5
            return round(semitones * times), start, i + length
    return None


def read_chords(request: Request, clause: Clause) -> Iterator[Change]:
    """Read ``change the chorus chords to F G Am``: chords as they are written, one a bar."""
    page = request.page
    words = request.typed[clause.start : clause.end]
    at = next((clause.start + i for i, word in enumerate(words) if word in _CHORD_WORDS), None)
    if at is None:
        return
    to = next((i for i in range(at + 1, clause.end) if request.typed[i] in request.words.cues["chords_to"]), at)
    if to + 1 >= clause.end:
        return
    chords, end = _chords(page.prompt, page.tokens[to].end)
    if not chords:
        return
    for i in range(clause.start, clause.end):
        if at <= i and page.tokens[i].start < end:
            page.use(i, i + 1)
    yield Rechord(chords=tuple(chords), bars=clause.bars)


def _chords(prompt: str, start: int) -> tuple[list[Chord | None], int]:
    """Return the chords that are written from a place on, and where they end."""
    chords: list[Chord | None] = []
    end = start
    for match in re.finditer(r"[^\s,|:]+", prompt[start:]):
        symbol = match[0].strip("\u2013-;")
        symbol = symbol if symbol.upper() == "N.C." else symbol.rstrip(".")
        if symbol in ("", "and"):
            continue
        try:
            parts = [part for part in symbol.split("-") if part]
            chords += [parse_chord(part) for part in parts]
        except ValueError:
            break
        end = start + match.end()
    return chords, end
