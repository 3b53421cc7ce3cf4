"""What may be changed about a take: one frozen value per kind of change, and where in the music it holds.

A change names what it is about; all that it does not name stays note for note as it was.
"""

from dataclasses import dataclass, field
from typing import Literal

from music.chord import Chord
from music.instrument import Role
from music.pitch import Key

LARGEST_TRANSPOSITION = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a change holds; what is empty narrows nothing.

    ``drums`` are drums by name, as ``music/drum_kit.py`` has them, and speak of the drum part alone; ``bars`` are
    stretches of bars, first and last, counted from 1.
    """

    roles: tuple[Role, ...] = ()
    drums: tuple[str, ...] = ()
    bars: tuple[tuple[int, int], ...] = ()


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retempo:
    """Play the same notes at another tempo."""

    tempo_bpm: float
    kind: Literal["retempo"] = "retempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekey:
    """Move all pitched parts by semitones and into a mode: notes keep their degrees of the scale.

    In a scope of bars only these, chords included; the piece's own key is changed where all bars are.
    """

    key: Key
    semitones: int
    scope: Scope = EVERYWHERE
    kind: Literal["rekey"] = "rekey"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOctaves:
    """Move parts by whole octaves; a note that the instrument does not have there stays."""

    octaves: int
    scope: Scope
    kind: Literal["move_octaves"] = "move_octaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """Make parts darker (-1) or brighter (1): register and voicing of the pitched ones, loudness of the cymbals."""

    direction: Literal[-1, 1]
    scope: Scope = EVERYWHERE
    kind: Literal["colour"] = "colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """Make parts busier (1) or sparser (-1)."""

    direction: Literal[-1, 1]
    scope: Scope
    kind: Literal["density"] = "density"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFeel:
    """Have the drums play at half time or at double time."""

    is_half_time: bool  # the backbeat comes half as often; otherwise twice as often
    scope: Scope
    kind: Literal["time_feel"] = "time_feel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """Swing parts by an amount, 0 straight to 1 triplets, instead of as they were; all parts without a scope."""

    amount: float
    scope: Scope = EVERYWHERE
    kind: Literal["swing"] = "swing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamics:
    """Strike notes harder or softer: velocities are multiplied."""

    factor: float
    scope: Scope
    kind: Literal["dynamics"] = "dynamics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Articulation:
    """Let notes sound for longer or shorter, up to the next one: lengths are multiplied."""

    factor: float
    scope: Scope
    kind: Literal["articulation"] = "articulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Change how loud, where or how wet parts stand in the mix; ``pan`` is a place, the others are added."""

    roles: tuple[Role, ...]
    gain_db: float = 0.0
    pan: float | None = None
    reverb_db: float = 0.0
    kind: Literal["mix"] = "mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapInstrument:
    """Give a part to another instrument, note for note as far as that has the notes."""

    role: Role
    instrument: str
    kind: Literal["swap_instrument"] = "swap_instrument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regenerate:
    """Write parts anew."""

    scope: Scope
    kind: Literal["regenerate"] = "regenerate"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPart:
    """Have an instrument join in, everywhere or in some bars; where its part is there already, fill its rests."""

    role: Role
    instrument: str
    bars: tuple[tuple[int, int], ...] = ()
    kind: Literal["add_part"] = "add_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Have parts or single drums rest; a part that rests everywhere leaves the take."""

    scope: Scope
    kind: Literal["silence"] = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechord:
    """Put other chords under some bars, one a bar and repeated; the parts keep their rhythms and follow."""

    chords: tuple[Chord | None, ...]
    bars: tuple[tuple[int, int], ...] = ()
    kind: Literal["rechord"] = "rechord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """Make a section as many bars long; what follows moves, and is otherwise as it was."""

    section: str
    n_bars: int
    kind: Literal["resize"] = "resize"


Change = (
    Retempo
    | Rekey
    | MoveOctaves
    | Colour
    | Density
    | TimeFeel
    | Swing
    | Dynamics
    | Articulation
    | Mix
    | SwapInstrument
    | Regenerate
    | AddPart
    | Silence
    | Rechord
    | Resize
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """How a take came from its parent: with the parent's score, this makes the take again."""

    words: str
    seed: int
    changes: tuple[Change, ...]
    done: tuple[str, ...] = field(default=())  # what each change did, in words
