"""A piece in hand: a plan and the score that stands for it, and the few ways in which changes may touch its notes.

Notes outside of a change's scope are taken over as they are: whatever is written beside them gives way.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from music.drum_kit import DRUM_NOTES
from music.instrument import Instrument, Role
from music.plan import Plan
from music.score import ChordSpan, Lyric, Note, Part, Score
from music.style import Style
from music.variation.changes import Scope

PITCHED = tuple(role for role in Role if role not in (Role.DRUMS, Role.EFFECTS))
MUSICIANS = (Role.DRUMS, *PITCHED)  # effects belong to the form: they change only where they are named
SHORTEST_TICKS = 24
_SUNG_NEAR_TICKS = 240  # how far a syllable goes with its note
NEAR_TICKS = 70  # how far a player strikes from the place that is meant

Compose = Callable[[Plan], Score]
Span = tuple[int, int]  # ticks, end exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What changes may need besides the piece: the style, the instruments, chance by the seed, and a composer."""

    style: Style
    instruments: Mapping[str, Instrument]
    compose: Compose
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A plan and its score, which agree in tempo, key, form, chords and parts."""

    plan: Plan
    score: Score

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.plan.time_signature.ticks_per_bar

    def part(self, role: Role) -> Part | None:
        """Return the part of a role, if it plays."""
        return next((part for part in self.score.parts if part.role is role), None)

    def planned_as(self, plan: Plan, **score_fields: object) -> "Piece":
        """Return the piece with another plan; what the score repeats of it follows, its parts' mix included."""
        planned = {part.role: part for part in plan.parts}
        parts = tuple(
            replace(part, mix=planned[part.role].mix, instrument=planned[part.role].instrument)
            for part in self.score.parts
            if part.role in planned
        )
        fields: dict[str, object] = {"parts": parts} | score_fields
        score = replace(
            self.score,
            title=plan.title,
            tempo_bpm=plan.tempo_bpm,
            key=plan.key,
            n_bars=plan.n_bars,
            sections=plan.sections,
            chords=plan.chords,
            **fields,  # type: ignore[arg-type]  # fields of Score
        )
        return Piece(plan=plan, score=score)

    def with_notes(self, notes: Mapping[Role, Iterable[Note]]) -> "Piece":
        """Return the piece with other notes in some parts, sorted as scores have them; words stay under their notes."""
        parts = tuple(_rewritten(part, notes[part.role]) if part.role in notes else part for part in self.score.parts)
        return replace(self, score=replace(self.score, parts=parts))

    def spans(self, bars: tuple[tuple[int, int], ...]) -> tuple[Span, ...]:
        """Return stretches of bars in ticks, those that touch joined; the whole piece for none."""
        length = self.bar_ticks
        joined: list[Span] = []
        for first, last in sorted(bars) or [(1, self.plan.n_bars)]:
            start, end = (first - 1) * length, min(last, self.plan.n_bars) * length
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return tuple(joined)

    def chord_at(self, ticks: int) -> ChordSpan | None:
        """Return the span of chords that covers a place."""
        return next((span for span in self.plan.chords if span.start_ticks <= ticks < span.end_ticks), None)


def _rewritten(part: Part, notes: Iterable[Note]) -> Part:
    """Return a part with other notes, its syllables under the notes that they are nearest to; far from any they go."""
    ordered = tuple(sorted(notes, key=_order))
    if not part.lyrics:
        return replace(part, notes=ordered)
    starts = sorted({note.start_ticks for note in ordered})
    placed: dict[int, Lyric] = {}
    for lyric in part.lyrics:
        after = bisect_left(starts, lyric.start_ticks)
        near = min(starts[max(0, after - 1) : after + 1], key=lambda at: abs(at - lyric.start_ticks), default=None)
        if near is not None and abs(near - lyric.start_ticks) <= _SUNG_NEAR_TICKS:
            placed.setdefault(near, lyric._replace(start_ticks=near))
    return replace(part, notes=ordered, lyrics=tuple(placed.values()))


def _order(note: Note) -> tuple[int, int]:
    return note.start_ticks, note.midi_note


def is_inside(ticks: int, spans: tuple[Span, ...]) -> bool:
    """Tell whether a place lies in one of the spans."""
    return any(start <= ticks < end for start, end in spans)


def drum_notes(names: Iterable[str], style: Style) -> frozenset[int]:
    """Return the notes that drums by name have in this style's kit."""
    replaces = style.drums.replaces
    return frozenset(DRUM_NOTES[lane] for name in names for lane in (name, replaces.get(name, name)))


def touched(piece: Piece, part: Part, scope: Scope, style: Style) -> tuple[list[Note], list[Note]]:
    """Return a part's notes inside of a scope, and those outside; a note belongs to where it starts."""
    spans = piece.spans(scope.bars)
    drums = drum_notes(scope.drums, style) if scope.drums else None
    inside: list[Note] = []
    outside: list[Note] = []
    for note in part.notes:
        is_meant = drums is None or (part.role is Role.DRUMS and note.midi_note in drums)
        (inside if is_meant and is_inside(note.start_ticks, spans) else outside).append(note)
    return inside, outside


def parts_in(piece: Piece, scope: Scope, *, usual: Iterable[Role] = MUSICIANS) -> list[Part]:
    """Return the parts that a scope is about: those it names, the drums where it names drums, else the usual ones."""
    roles = set(scope.roles) or ({Role.DRUMS} if scope.drums else set(usual))
    return [part for part in piece.score.parts if part.role in roles]


def beside(kept: Iterable[Note], written: Iterable[Note], *, end_ticks: int) -> list[Note]:
    """Return both, the kept notes untouched: a written one is cut, or left out, where its pitch sounds already.

    Of two written notes of a pitch the earlier is cut where the later begins; of two at one place the longer stays.
    """
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    out = list(kept)
    for note in out:
        insort(taken[note.midi_note], (note.start_ticks, note.start_ticks + note.duration_ticks))
    last: dict[int, int] = {}  # by pitch, the place in ``accepted`` of the one written last
    accepted: list[Note] = []
    for note in sorted(written, key=lambda note: (note.start_ticks, note.midi_note, -note.duration_ticks)):
        start, end = note.start_ticks, min(note.start_ticks + note.duration_ticks, end_ticks)
        places = taken[note.midi_note]
        at = bisect_left(places, (start, 0))
        if at and places[at - 1][1] > start:
            start = places[at - 1][1]
        if at < len(places):
            end = min(end, places[at][0])
        before = accepted[last[note.midi_note]] if note.midi_note in last else None
        if end - start < min(SHORTEST_TICKS, note.duration_ticks) or (before and before.start_ticks == start):
            continue
        if before and before.start_ticks + before.duration_ticks > start:
            accepted[last[note.midi_note]] = before._replace(duration_ticks=start - before.start_ticks)
        last[note.midi_note] = len(accepted)
        accepted.append(note._replace(start_ticks=start, duration_ticks=end - start))
    return out + accepted


def clusters(notes: Iterable[Note], *, apart_ticks: int = 60) -> list[list[Note]]:
    """Return notes that are struck together, as chords are, or one after another in a strum; by time."""
    out: list[list[Note]] = []
    for note in sorted(notes, key=_order):
        if out and note.start_ticks - out[-1][-1].start_ticks <= apart_ticks:
            out[-1].append(note)
        else:
            out.append([note])
    return out


def folded(midi_note: int, low: int, high: int) -> int:
    """Return a note, or its nearest octave that lies within low and high; the nearest bound for a range of less."""
    while midi_note < low:
        midi_note += 12
    while midi_note > high:
        midi_note -= 12
    return max(low, midi_note)


def nearest(pitch_classes: Iterable[int], around: float, low: int, high: int) -> int | None:
    """Return the note of one of the pitch classes that lies nearest, the lower of two; None where none is in range."""
    wanted = {pitch_class % 12 for pitch_class in pitch_classes}
    found = [note for note in range(low, high + 1) if note % 12 in wanted]
    return min(found, key=lambda note: (abs(note - around), note), default=None)
