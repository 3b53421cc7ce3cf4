"""Longer and shorter sections: bars put in or left out, and all that follows moved, note for note."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from music.brief import MAX_SECONDS
from music.errors import RequestInvalid
from music.lyrics import SungLine
from music.plan import Plan
from music.score import ChordSpan, Lyric, Note, Part, Section
from music.time import ticks_to_seconds
from music.variation.changes import Resize
from music.variation.piece import Piece, Studio

Stretch = tuple[int, int]  # bars of the piece as it was, from 0, end exclusive


def resize(piece: Piece, change: Resize, _studio: Studio) -> Piece:
    """Make a section longer or shorter. Its end, which leads on, always stays.

    A longer one begins with its own opening bars once more, as often as needed; a shorter one begins later.
    RequestInvalid where the piece would be too long.
    """
    plan = piece.plan
    index = next(i for i, section in enumerate(plan.sections) if section.name == change.section)
    section = plan.sections[index]
    n_bars = plan.n_bars + change.n_bars - section.n_bars
    seconds = ticks_to_seconds(n_bars * piece.bar_ticks, plan.tempo_bpm)
    if seconds > MAX_SECONDS:
        raise RequestInvalid(
            f"with {change.n_bars} bars of {section.name} the piece would last {seconds:.0f} seconds, "
            f"at most {MAX_SECONDS:g}; ask for fewer bars"
        )
    stretches = _stretches(section, change.n_bars, plan.n_bars)
    longer = replace(
        plan,
        n_bars=n_bars,
        sections=tuple(_moved_sections(plan.sections, index, change.n_bars)),
        chords=tuple(_chords(plan.chords, stretches, piece.bar_ticks)),
        lyrics=tuple(_lines(plan, index, change.n_bars - section.n_bars)),
    )
    parts = tuple(_moved_part(part, stretches, piece.bar_ticks) for part in piece.score.parts)
    return replace(piece, score=replace(piece.score, parts=parts)).planned_as(longer)


def _stretches(section: Section, n_bars: int, n_before: int) -> list[Stretch]:
    """Return which bars of the piece follow each other."""
    first, last = section.start_bar - 1, section.start_bar - 1 + section.n_bars
    if n_bars <= section.n_bars:
        inner = [(last - n_bars, last)]
    else:
        rounds, rest = divmod(n_bars - section.n_bars, section.n_bars)
        inner = [(first, first + rest)] * bool(rest) + [(first, last)] * (rounds + 1)
    return [stretch for stretch in [(0, first), *inner, (last, n_before)] if stretch[0] < stretch[1]]


def _moved_sections(sections: Sequence[Section], index: int, n_bars: int) -> Iterable[Section]:
    bar = 1
    for i, section in enumerate(sections):
        length = n_bars if i == index else section.n_bars
        yield replace(section, start_bar=bar, n_bars=length)
        bar += length


def _chords(chords: Sequence[ChordSpan], stretches: Iterable[Stretch], bar_ticks: int) -> Iterable[ChordSpan]:
    offset = 0
    for first, last in stretches:
        start, end = first * bar_ticks, last * bar_ticks
        for span in chords:
            left, right = max(span.start_ticks, start), min(span.end_ticks, end)
            if left < right:
                yield replace(span, start_ticks=offset + left - start, duration_ticks=right - left)
        offset += end - start


def _lines(plan: Plan, index: int, n_added: int) -> Iterable[SungLine]:
    """Yield the lines that are sung, those of the section with its end; one that no longer fits goes."""
    for line in plan.lyrics:
        if line.section != index:
            yield line
        elif line.first_bar + n_added >= 0:
            yield replace(line, first_bar=line.first_bar + n_added)


def _moved_part(part: Part, stretches: Sequence[Stretch], bar_ticks: int) -> Part:
    notes = sorted(_notes(part, stretches, bar_ticks), key=lambda note: (note.start_ticks, note.midi_note))
    lyrics: list[Lyric] = []
    offset = 0
    for first, last in stretches:
        start, end = first * bar_ticks, last * bar_ticks
        lyrics += [
            one._replace(start_ticks=one.start_ticks + offset - start)
            for one in part.lyrics
            if start <= one.start_ticks < end
        ]
        offset += end - start
    return replace(part, notes=tuple(notes), lyrics=tuple(lyrics))


def _notes(part: Part, stretches: Sequence[Stretch], bar_ticks: int) -> Iterable[Note]:
    """Yield the notes of the stretches one after another; one that rings on is cut where its pitch is struck again."""
    offset = 0
    out: list[Note] = []
    for first, last in stretches:
        start, end = first * bar_ticks, last * bar_ticks
        moved = offset - start
        meant = (note for note in part.notes if start <= note.start_ticks < end)
        out += [note._replace(start_ticks=note.start_ticks + moved) for note in meant]
        offset += end - start
    following: dict[int, int] = {}
    for note in sorted(out, key=lambda note: (-note.start_ticks, note.midi_note)):
        end = min(note.start_ticks + note.duration_ticks, following.get(note.midi_note, offset), offset)
        following[note.midi_note] = note.start_ticks
        if end > note.start_ticks:
            yield note._replace(duration_ticks=end - note.start_ticks)
