"""Played bars as the rhythm texts that styles are written in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from music.chord import Chord
from music.clip.groove import FoundSwing, find_feel, find_step, place_on_grid, straightened
from music.drum_kit import DRUM_NOTES
from music.score import Note
from music.time import TimeSignature

_ACCENT, _GHOST = 1.12, 0.6  # of the usual velocity of a lane or part
_LANES = {note: lane for lane, note in DRUM_NOTES.items()}
# Other General MIDI percussion by the lane that comes nearest to it.
_ALIKE = {
    35: "kick", 40: "snare", 43: "floor_tom", 47: "mid_tom", 52: "crash", 57: "crash", 59: "ride", 69: "shaker",
    82: "shaker", 62: "high_conga", 60: "high_conga", 61: "low_conga", 65: "high_conga", 66: "low_conga",
    77: "woodblock", 75: "rim", 31: "rim",
}  # fmt: skip
_SHORT_OF_STEP = 0.35  # a note that reaches this share into a step is held through it


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNote:
    """A played note on the grid: the bar, the step in it, how many steps it holds, and the note."""

    bar: int
    step: int
    n_steps: int
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A part laid on a grid of ``step_ticks``."""

    notes: tuple[PlacedNote, ...]
    step_ticks: int
    n_steps: int  # in a bar


def lane_of(midi_note: int) -> str | None:
    """Return the drum of a General MIDI percussion note, the nearest where styles have no name for it."""
    return _LANES.get(midi_note) or _ALIKE.get(midi_note)


def place(notes: Sequence[Note], swing: FoundSwing, signature: TimeSignature, *, step: int | None = None) -> Placed:
    """Lay a part on the plainest grid that holds it, or on one of ``step`` ticks; swing is taken out before."""
    bar_ticks = signature.ticks_per_bar
    starts = [straightened(note.start_ticks, swing) for note in notes]
    late = find_feel(notes, swing).late_ticks
    grid = step or find_step(starts, late, bar_ticks)
    n_steps = bar_ticks // grid
    placed = []
    for note, start in zip(notes, starts, strict=True):
        bar, at = divmod(place_on_grid(start, late, grid), n_steps)
        held = (straightened(note.start_ticks + note.duration_ticks, swing) - start) / grid
        placed.append(PlacedNote(bar=bar, step=at, n_steps=max(1, int(held + 1 - _SHORT_OF_STEP)), note=note))
    return Placed(notes=tuple(placed), step_ticks=grid, n_steps=n_steps)


def drum_bars(notes: Sequence[Note], swing: FoundSwing, signature: TimeSignature, n_bars: int) -> list[dict[str, str]]:
    """Return a text per drum for each bar; drums that styles do not know are left out."""
    placed = place(notes, swing, signature)
    by_lane: dict[str, list[PlacedNote]] = {}
    for one in placed.notes:
        if (lane := lane_of(one.note.midi_note)) and one.bar < n_bars:
            by_lane.setdefault(lane, []).append(one)
    bars: list[dict[str, str]] = [{} for _ in range(n_bars)]
    for lane, found in by_lane.items():
        usual = median(one.note.velocity for one in found)
        cells = {bar: ["."] * placed.n_steps for bar in {one.bar for one in found}}
        for one in found:
            cells[one.bar][one.step] = _mark(one.note.velocity, usual, ghost="g")
        for bar, marks in cells.items():
            bars[bar][lane] = "".join(marks)
    return bars


def _mark(velocity: int, usual: float, *, ghost: str = "x") -> str:
    if velocity >= usual * _ACCENT:
        return "X"
    return ghost if velocity <= usual * _GHOST else "x"


def line_bars(notes: Sequence[Note], swing: FoundSwing, signature: TimeSignature, n_bars: int) -> list[str]:
    """Return the rhythm of a single line, a text a bar."""
    placed = place(notes, swing, signature)
    usual = median(note.velocity for note in notes) if notes else 80
    return _texts(placed, n_bars, {i: _mark(one.note.velocity, usual) for i, one in enumerate(placed.notes)})


def bass_bars(
    notes: Sequence[Note],
    swing: FoundSwing,
    signature: TimeSignature,
    chords: Sequence[Sequence[tuple[int, Chord | None]]],
) -> list[str]:
    """Return the bass as styles write it: which tone of the chord each note is; ``chords`` are (tick, chord) by bar."""
    placed = place(notes, swing, signature)
    marks: dict[int, str] = {}
    for index, one in enumerate(placed.notes):
        if one.bar >= len(chords):
            continue
        chord = chord_at(chords[one.bar], one.step * placed.step_ticks)
        following = chords[one.bar + 1] if one.bar + 1 < len(chords) else chords[0]
        is_last = one.step + max(1, placed.n_steps // 8) * 2 >= placed.n_steps
        marks[index] = _bass_mark(one.note.midi_note, chord, following[0][1] if following else None, is_last=is_last)
    return _texts(placed, len(chords), marks)


def _bass_mark(midi_note: int, chord: Chord | None, following: Chord | None, *, is_last: bool) -> str:
    if chord is None:
        return "1"
    step = (midi_note - chord.root_pitch_class) % 12
    if midi_note % 12 == chord.bass_pitch_class:
        return "1"
    if is_last and following and min((midi_note - following.bass_pitch_class) % 12,
                                     (following.bass_pitch_class - midi_note) % 12) in (1, 2):  # fmt: skip
        return "a"
    tones = {0: "1", 3: "3", 4: "3", 6: "5", 7: "5", 8: "5", 9: "6", 10: "7", 11: "7"}
    return tones.get(step, "w")


def chord_bars(notes: Sequence[Note], swing: FoundSwing, signature: TimeSignature, n_bars: int) -> list[str]:
    """Return comping as styles write it: strokes of the whole chord, of its bass alone, or one voice at a time."""
    placed = place(notes, swing, signature)
    strokes: dict[tuple[int, int], list[PlacedNote]] = {}
    for one in placed.notes:
        strokes.setdefault((one.bar, one.step), []).append(one)
    usual = median(note.velocity for note in notes) if notes else 80
    widest = max((len(stroke) for stroke in strokes.values()), default=1)
    heights = sorted({one.note.midi_note for one in placed.notes})
    middle = heights[len(heights) // 2] if heights else 60
    marked: list[PlacedNote] = []
    marks: dict[int, str] = {}
    for at in sorted(strokes):
        stroke = strokes[at]
        longest = max(stroke, key=lambda one: one.n_steps)
        marks[len(marked)] = (
            _voice_mark(stroke[0], strokes, at[0]) if widest == 1
            else "b" if len(stroke) == 1 and widest > 2 and stroke[0].note.midi_note < middle
            else _mark(max(one.note.velocity for one in stroke), usual)
        )  # fmt: skip
        marked.append(longest)
    return _texts(Placed(notes=tuple(marked), step_ticks=placed.step_ticks, n_steps=placed.n_steps), n_bars, marks)


def _voice_mark(one: PlacedNote, strokes: Mapping[tuple[int, int], Sequence[PlacedNote]], bar: int) -> str:
    """Return the number of a broken chord's voice, counted from the bar's lowest note up."""
    heights = sorted({stroke[0].note.midi_note for at, stroke in strokes.items() if at[0] == bar})
    return str(min(6, heights.index(one.note.midi_note) + 1))


def _texts(placed: Placed, n_bars: int, marks: Mapping[int, str]) -> list[str]:
    """Write marks and holds into a text a bar; a hold ends at the bar line, where texts end."""
    cells = [["."] * placed.n_steps for _ in range(n_bars)]
    for index, one in enumerate(placed.notes):
        if index not in marks or one.bar >= n_bars:
            continue
        row = cells[one.bar]
        row[one.step] = marks[index]
    for one in placed.notes:
        if one.bar >= n_bars:
            continue
        row = cells[one.bar]
        for at in range(one.step + 1, min(one.step + one.n_steps, placed.n_steps)):
            if row[at] not in ".-":
                break
            row[at] = "-"
    return ["".join(row) for row in cells]


def chord_at(changes: Sequence[tuple[int, Chord | None]], ticks: int) -> Chord | None:
    """Return the chord that sounds at a tick of a bar, whose changes are given as (tick, chord)."""
    found = changes[0][1] if changes else None
    for start, chord in changes:
        if start <= ticks:
            found = chord
    return found
