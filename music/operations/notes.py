"""Operations on the notes of MIDI regions: making, changing, removing, and musical edits of those chosen."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from music.note_edit import parse_grid
from music.note_text import check_notes, parse_edits, parse_pitch
from music.operations.fields import RegionName, RegionRef, RouteName, Told, Within
from music.pitch import parse_key
from music.time import BBT

Channel = Annotated[int, Within(1, 16)]
Notes = Annotated[
    str,
    Told(
        "lines 'start length pitch velocity channel', the last two optional; start in quarter notes from the region's "
        "start or bar|beat|tick, length in quarter notes, pitch 60 or C4"
    ),
]
Grid = Literal[
    "1/1",
    "1/2",
    "1/2T",
    "1/2.",
    "1/4",
    "1/4T",
    "1/4.",
    "1/8",
    "1/8T",
    "1/8.",
    "1/16",
    "1/16T",
    "1/16.",
    "1/32",
    "1/32T",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSelection:
    """Which notes: those that begin from ``start`` on and before ``end``, within bounds; all where nothing is said."""

    start: BBT | None = None
    end: BBT | None = None
    lowest_pitch: int | str | None = None  # a number, or a name such as C2
    highest_pitch: int | str | None = None
    lowest_velocity: int | None = None
    highest_velocity: int | None = None
    channel: int | None = None  # 1-16

    def __post_init__(self) -> None:
        for name in ("lowest_pitch", "highest_pitch"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, parse_pitch(str(value)))
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"the end of the selection must come after its start, got {self.start} to {self.end}")
        _check_order("pitch", self.lowest_pitch, self.highest_pitch)
        _check_order("velocity", self.lowest_velocity, self.highest_velocity)
        if self.channel is not None and not 1 <= self.channel <= 16:
            raise ValueError(f"a channel is 1 to 16, got {self.channel}")


def _check_order(what: str, low: int | str | None, high: int | str | None) -> None:
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise ValueError(f"the lowest {what} must not be above the highest, got {low} and {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMidiRegion:
    """Make an empty MIDI region on a MIDI track, if asked with a program at its start."""

    ref: RegionRef
    track: RouteName
    name: str
    at: BBT
    length_beats: Annotated[float, Within(1 / 16, 100_000, "quarter notes")]
    program: Annotated[int, Within(0, 127, "0 is the first")] | None = None
    bank: Annotated[int, Within(0, 16383)] = 0
    channel: Channel = 1  # of the program
    verb: Literal["add_midi_region"] = "add_midi_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNotes:
    """Add notes to a MIDI region."""

    region: RegionName
    notes: Notes
    verb: Literal["add_notes"] = "add_notes"

    def __post_init__(self) -> None:
        check_notes(self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditNotes:
    """Change single notes, each named by where it begins and its pitch."""

    region: RegionName
    edits: Annotated[
        str,
        Told("lines 'start pitch field=value ...', such as '2|1|0 C4 velocity=80 length=0.5 start=2|1|480 pitch=D4'"),
    ]
    verb: Literal["edit_notes"] = "edit_notes"

    def __post_init__(self) -> None:
        parse_edits(self.edits)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteNotes:
    """Delete the chosen notes of a MIDI region; all where nothing is chosen."""

    is_destructive: ClassVar[bool] = True
    region: RegionName
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["delete_notes"] = "delete_notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceNotes:
    """Put other notes in place of the chosen ones of a MIDI region."""

    region: RegionName
    notes: Notes
    which: NoteSelection = field(default_factory=NoteSelection)
    is_destructive: ClassVar[bool] = True
    verb: Literal["replace_notes"] = "replace_notes"

    def __post_init__(self) -> None:
        check_notes(self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteNotes:
    """Swap notes for others, as rows of ticks from the start of their region; edits come down to this."""

    region: RegionName
    removed: str
    added: str
    is_offered: ClassVar[bool] = False
    verb: Literal["rewrite_notes"] = "rewrite_notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantiseNotes:
    """Move chosen notes towards a grid counted from each bar; T is triplets, a dot is dotted."""

    region: RegionName
    grid: Grid = "1/16"
    strength: Annotated[float, Within(0, 1, "1 is onto the grid")] = 1.0
    swing_percent: Annotated[float, Within(50, 75, "50 straight, 66.7 triplets")] = 50.0
    with_ends: bool = False  # move the ends of notes as well
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["quantise_notes"] = "quantise_notes"

    def __post_init__(self) -> None:
        parse_grid(self.grid)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransposeNotes:
    """Transpose chosen notes by semitones, or by scale steps within a key."""

    region: RegionName
    semitones: Annotated[int, Within(-127, 127)] = 0
    scale_steps: Annotated[int, Within(-70, 70)] = 0
    key: Annotated[str, Told("such as 'F# minor', with scale_steps")] | None = None
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["transpose_notes"] = "transpose_notes"

    def __post_init__(self) -> None:
        if bool(self.semitones) == bool(self.scale_steps):
            raise ValueError("give either semitones or scale_steps, and not 0")
        if bool(self.scale_steps) != (self.key is not None):
            raise ValueError("scale_steps needs a key, and a key is for scale_steps only")
        if self.key is not None:
            parse_key(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class HumaniseNotes:
    """Let chosen notes depart from exact time and loudness as a player's do: drifting, chords together."""

    region: RegionName
    timing_ms: Annotated[float, Within(0, 100, "typical departure, milliseconds")] = 8.0
    velocity: Annotated[float, Within(0, 40, "typical departure")] = 6.0
    seed: Annotated[int, Within(0, 2**31 - 1)] = 0
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["humanise_notes"] = "humanise_notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeVelocity:
    """Change the velocities of chosen notes.

    ``scale`` multiplies by ``amount``; ``set`` makes them ``amount``; ``compress`` draws them to their mean, 0 not at
    all to 1 wholly; ``ramp`` goes from ``amount`` to ``end_amount`` over the chosen span; ``accent`` multiplies by
    ``pattern``, one factor per grid step counted from each bar, again and again.
    """

    region: RegionName
    shape: Literal["scale", "set", "compress", "ramp", "accent"]
    amount: Annotated[float, Within(0, 127)] = 1.0
    end_amount: Annotated[float, Within(1, 127)] | None = None
    pattern: tuple[Annotated[float, Within(0, 4)], ...] = ()
    grid: Grid = "1/8"
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["shape_velocity"] = "shape_velocity"

    def __post_init__(self) -> None:
        high = {"scale": 4.0, "compress": 1.0}.get(self.shape, 127.0)
        low = 1.0 if self.shape in ("set", "ramp") else 0.0
        if self.shape != "accent" and not low <= self.amount <= high:
            raise ValueError(f"the amount of {self.shape} is {low:g} to {high:g}, got {self.amount:g}")
        if (self.shape == "ramp") != (self.end_amount is not None):
            raise ValueError("end_amount is for ramp, which needs it")
        if (self.shape == "accent") != bool(self.pattern):
            raise ValueError("pattern is for accent, which needs it")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNoteLengths:
    """Change the lengths of chosen notes.

    ``legato`` lets each last until the next one begins, less ``amount`` quarter notes; ``set`` makes them ``amount``
    quarter notes; ``scale`` multiplies by ``amount``.
    """

    region: RegionName
    how: Literal["legato", "set", "scale"]
    amount: Annotated[float, Within(0, 1000)] = 0.0
    which: NoteSelection = field(default_factory=NoteSelection)
    verb: Literal["set_note_lengths"] = "set_note_lengths"

    def __post_init__(self) -> None:
        if self.how != "legato" and self.amount <= 0:
            raise ValueError(f"the amount of {self.how} must be above 0, got {self.amount:g}")


NotesOperation = (
    AddMidiRegion
    | AddNotes
    | EditNotes
    | DeleteNotes
    | ReplaceNotes
    | RewriteNotes
    | QuantiseNotes
    | TransposeNotes
    | HumaniseNotes
    | ShapeVelocity
    | SetNoteLengths
)
