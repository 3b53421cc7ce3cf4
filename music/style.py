"""A style: everything the composer and the planner know about a genre, as data.

Rhythms are text on a grid, one text per bar: its characters divide the bar evenly, so 16 characters in 4/4 are
sixteenths and 12 are triplets; blanks and ``|`` only help the eye. What the characters mean:

========== ==========================================================================================
any part   ``.`` rest, ``-`` hold the note before
drums      ``x`` hit, ``X`` accent, ``g`` ghost, ``2 3 4`` a roll of that many hits inside the step
bass       ``1`` root, ``3 5 6 7`` that chord tone, ``8`` octave, ``L`` root an octave lower, ``w`` walk on,
           ``a`` approach the next root, ``n`` the next root before its time, tied over the bar line, ``p`` the key's
           tonic whatever the chord (a pedal), ``~`` slide to the fifth above, ``^`` to the octave, ``s`` root slapped,
           ``o`` octave popped, ``g`` dead note
chords,    ``x`` the chord, ``X`` accented, ``u`` up-stroke (top voices, light), ``m`` damped stroke, ``c`` chug (its
pad, arp   lowest two, palm on the strings), ``s`` the chord swelling on: what sounds already is held, not struck again,
           ``a`` the next chord, ahead of its bar and held into it, ``b`` its bass alone, ``f`` its fifth in the
           bass, ``p`` bass and top voice pinched together, ``1``-``6`` one voice, counted from the lowest, ``r`` a
           voice next to the one before, up or down by chance
melodies   ``x`` note, ``X`` accented
========== ==========================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from music.instrument import Role
from music.pitch import Mode
from music.score import PartMix
from music.time import TICKS_PER_QUARTER, TimeSignature

_COMMON_TIME = TimeSignature(4, 4)
PATTERN_CHARACTERS = {
    "drums": ".-xXg234",
    "bass": ".-135678Lwanp~^sog",
    "chords": ".-xXumcsabfp123456r",
    "line": ".-xX",
}

ORNAMENTS = (
    "passing",  # leaves a five-note scale for a note of the key between two steps
    "suspension",  # holds a note into the next chord and steps down from it
    "anticipation",  # plays a note of the next bar's chord off the beat before it
    "appoggiatura",  # leans on the note above the chord's on a strong beat
    "approach",  # comes to chord tones by semitone; solos enclose them
    "blue",  # rests on the minor third and seventh over any chord
)


class Voicing(Enum):
    """How a chord is laid out on the instrument."""

    CLOSE = "close"  # within an octave or little more
    OPEN = "open"  # second voice from the top dropped an octave
    SHELL = "shell"  # third, seventh and colour, without root and fifth where the chord has four tones or more
    ROOTLESS = "rootless"  # all that the bass does not play anyway: third, fifth, seventh, colour, close together
    SPREAD = "spread"  # over two hands: the bass tone in the left, the others close in the right
    POWER = "power"  # root, fifth, octave
    STRUM = "strum"  # across the strings of a guitar, the bass tone lowest; spread on anything else


class MelodyScale(Enum):
    """Which notes a melody moves in."""

    KEY = "key"
    PENTATONIC = "pentatonic"
    BLUES = "blues"


class Presence(Enum):
    """Whether a part plays in a section. Sections under four bars know no halves: there LATE and EARLY play."""

    PLAYS = "plays"
    RESTS = "rests"
    LATE = "late"  # enters halfway
    EARLY = "early"  # leaves halfway, and is back for the last chord of the piece
    LATER = "later"  # rests the first time, where the piece has the section more than once


class Ending(Enum):
    """How the whole band plays the last bar of a piece."""

    HOLD = "hold"  # one chord, held
    CUT = "cut"  # one short chord on the first beat, and silence
    TAG = "tag"  # three chords together: on the first beat, on the way to the third, and held from there


class SwingUnit(Enum):
    """Which notes are swung: every second one comes late."""

    EIGHTH = "eighth"
    SIXTEENTH = "sixteenth"

    @property
    def ticks(self) -> int:
        """Length of the unit before swinging."""
        return 480 if self is SwingUnit.EIGHTH else 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """When a pattern may be used; empty ``sections`` means in any."""

    sections: tuple[str, ...] = ()
    energy: tuple[float, float] = (0.0, 1.0)

    def admits(self, kind: str, energy: float) -> bool:
        """Tell whether the pattern suits a section of this kind and energy."""
        return (not self.sections or kind in self.sections) and self.energy[0] <= energy <= self.energy[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumPattern:
    """One groove, fill or ending: a text per bar for each drum, repeated as needed."""

    lanes: Mapping[str, tuple[str, ...]]
    meter: TimeSignature = _COMMON_TIME
    where: Where = Where()
    from_pulse: int = 0  # fills: the beat of the bar, from 0, at which the fill takes over

    def __post_init__(self) -> None:
        for lane, bars in self.lanes.items():
            _check_bars(bars, PATTERN_CHARACTERS["drums"], f"drum lane {lane!r}", self.meter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The rhythm of a pitched part: one text per bar, repeated as needed."""

    bars: tuple[str, ...]
    meter: TimeSignature = _COMMON_TIME
    where: Where = Where()
    in_octaves: bool = False  # chords: single voices are doubled an octave higher, as in a montuno

    def __post_init__(self) -> None:
        _check_bars(self.bars, "".join(PATTERN_CHARACTERS.values()), "pattern", self.meter)


def _check_bars(bars: tuple[str, ...], allowed: str, what: str, meter: TimeSignature) -> None:
    if not bars:
        raise ValueError(f"{what} has no bars")
    for bar in bars:
        cells = bar.replace(" ", "").replace("|", "")
        wrong = set(cells) - set(allowed)
        if wrong or not cells:
            raise ValueError(f"{what}: {bar!r} holds {sorted(wrong)}; a bar is written with {allowed!r}")
        step, rest = divmod(meter.ticks_per_bar, len(cells))
        if rest or (2 * TICKS_PER_QUARTER % step and step % (TICKS_PER_QUARTER // 2)):
            raise ValueError(f"{what}: {bar!r} cuts a bar of {meter} into {len(cells)} uneven steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feel:
    """How a player departs from the grid; drift is slow and shared by neighbouring notes."""

    late_seconds: float = 0.0  # behind (or, negative, ahead of) the beat
    drift_seconds: float = 0.004
    velocity_spread: float = 3.5
    lean: float | None = None  # 0-1: how far the player follows the band's common drift; None: as usual for the role

    def __post_init__(self) -> None:
        if self.lean is not None and not 0 <= self.lean <= 1:
            raise ValueError(f"lean must be within 0 and 1, got {self.lean}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStyle:
    """How one role plays in this style. A part that the style does not mention plays with these defaults."""

    instrument: str | None = None
    mix: PartMix = field(default_factory=PartMix)
    plays_from_energy: float = 0.0  # a plan with less energy leaves the part out; above 1: only when asked for
    enters_from_energy: float = 0.0  # sections with less energy leave the part out
    patterns: tuple[Pattern, ...] = ()
    lowest: int = 36
    highest: int = 84
    velocity: int = 84
    gate: float = 0.95  # sounding share of the written length
    voicing: Voicing = Voicing.CLOSE
    n_voices: int = 4
    revoices: bool = False  # chords: each bar of a chord that stays has another of its inversions on top
    strum_seconds: float = 0.0  # from string to string
    scale: MelodyScale = MelodyScale.KEY
    leaps: float = 0.2  # chance that a melody leaps instead of stepping
    ornaments: tuple[str, ...] = ("passing",)  # of melodies: what they do besides keeping to chord and scale
    phrase_bars: int = 4
    phrase: tuple[str, ...] = ("A", "A'", "B", "C")  # per bar: a motif, varied by a prime; "-" rests
    follows_kick: bool = False  # bass: strike where the kick does
    variety: float = 0.5  # chords and bass: 0 bars as written, 1 hardly two bars alike
    feel: Feel = Feel()

    def __post_init__(self) -> None:
        if self.highest - self.lowest < 11:
            raise ValueError(f"lowest {self.lowest} to highest {self.highest} is less than an octave")
        wrong = set(self.phrase) - {"A", "A'", "B", "B'", "C", "-"}
        if wrong or not self.phrase:
            raise ValueError(f"phrase holds {sorted(wrong)}; its bars are A, A', B, B', C (A closing) or - (rest)")
        if strange := set(self.ornaments) - set(ORNAMENTS):
            raise ValueError(f"ornaments holds {sorted(strange)}; it may hold {', '.join(ORNAMENTS)}")
        if not 1 <= self.n_voices <= 6:
            raise ValueError(f"n_voices must be 1-6, got {self.n_voices}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumStyle:
    """Grooves, fills into the next section and the way the last bar ends; lanes are keys of ``music.drum_kit``."""

    grooves: tuple[DrumPattern, ...] = ()
    fills: tuple[DrumPattern, ...] = ()
    arrival: str | None = "crash"  # the drum that marks the start of a section
    ending: Mapping[str, str] = field(default_factory=lambda: {"kick": "X...", "crash": "X..."})
    replaces: Mapping[str, str] = field(default_factory=dict)  # lane -> lane that this style's kit plays instead
    micro_timing: Mapping[str, float] = field(default_factory=dict)  # lane -> seconds late (negative: early), always
    half_time: Mapping[str, float] = field(default_factory=dict)  # section kind -> chance that kick and snare halve
    double_time: Mapping[str, float] = field(default_factory=dict)  # section kind -> chance that they double
    stop_time: Mapping[str, float] = field(default_factory=dict)  # section kind -> chance of stops: one hit a bar
    # section kind -> chance that the whole band is silent for the beat before
    gaps: Mapping[str, float] = field(default_factory=lambda: {"drop": 0.6})
    build: str | None = "snare"  # the drum whose roll quickens through sections named build
    variety: float = 0.5  # 0 bars as written, 1 hardly two bars alike

    def __post_init__(self) -> None:
        for name in ("half_time", "double_time", "stop_time", "gaps"):
            for kind, chance in getattr(self, name).items():
                if not 0 <= chance <= 1:
                    raise ValueError(f"{name} holds chances from 0 to 1, got {chance} for {kind!r}")
        if not 0 <= self.variety <= 1:
            raise ValueError(f"variety must be within 0 and 1, got {self.variety}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsStyle:
    """What an effects part does between sections; a jump is the change of energy from one section to the next."""

    riser_bars: int = 2  # at most this long, and at most half of the section that it leads out of; 0: no risers
    rises_from: float = 0.15  # the smallest jump up that a riser leads into and an impact marks
    falls_from: float = 0.25  # the smallest jump down that a fall marks; above 1: none
    has_impacts: bool = True
    has_texture: bool = False  # a surface, as vinyl noise, through all sections

    def __post_init__(self) -> None:
        if not 0 <= self.riser_bars <= 16:
            raise ValueError(f"riser_bars must be 0-16, got {self.riser_bars}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTemplate:
    """Sections in order with their relative lengths in bars: ``("verse", 8)``."""

    sections: tuple[tuple[str, int], ...]

    @property
    def n_bars(self) -> int:
        """Length as written."""
        return sum(n_bars for _, n_bars in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadences:
    """How phrases end, in numerals as progressions are written; a kind that lists none is not made.

    ``half`` ends the first of two phrases, ``authentic`` the second, and a section without a turnaround; ``plagal`` now
    and then ends the piece, ``deceptive`` the last phrase but one. Phrases are ``phrase_bars`` of the style long.
    """

    half: tuple[str, ...] = ()
    authentic: tuple[str, ...] = ()
    plagal: tuple[str, ...] = ()
    deceptive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reharmonisation:
    """How freely progressions are varied when they come again: chances, 0 to 1, for each bar where it can be done."""

    relative: float = 0.0  # a chord gives way to its relative: I to vi, IV to ii
    secondary: float = 0.0  # a chord is led to by its own dominant in the second half of the bar before
    two_five: float = 0.0  # a dominant seventh is split into its ii and itself
    tritone: float = 0.0  # a dominant seventh that falls a fifth gives way to the one a semitone above its goal
    borrowed: float = 0.0  # a chord comes from the parallel mode: IV as iv, vi as bVI; in minor iv as IV
    diminished: float = 0.0  # a diminished seventh passes between two roots that lie a whole tone apart

    def __post_init__(self) -> None:
        for name in ("relative", "secondary", "two_five", "tritone", "borrowed", "diminished"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a chance from 0 to 1, got {getattr(self, name)}")


class KeyChange(Enum):
    """Where a modulation goes, from the key of the piece."""

    HALF_STEP_UP = "half step up"
    STEP_UP = "step up"
    MINOR_THIRD_UP = "minor third up"
    RELATIVE = "relative"
    PARALLEL = "parallel"
    DOMINANT = "dominant"
    SUBDOMINANT = "subdominant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modulation:
    """A kind of section that may stand in another key, as often as ``chance`` (0-1) says."""

    section: str
    to: KeyChange
    chance: float
    is_last_only: bool = False  # the last of two or more sections of this kind, not each of them
    is_to_the_end: bool = False  # what follows stays in the new key

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1:
            raise ValueError(f"chance must be within 0 and 1, got {self.chance}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmony:
    """Progressions in roman numerals, bars separated by ``|``, by section kind; ``any`` serves the others.

    The numerals are relative to ``mode``. ``cadence`` ends the piece, ``turnaround`` leads into another section.
    """

    mode: Mode
    progressions: Mapping[str, tuple[str, ...]]
    cadence: str
    turnaround: str | None = None
    cadences: Cadences = Cadences()
    reharmonise: Reharmonisation = Reharmonisation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A genre. ``title`` is for people, ``synonyms`` are the words they use for it and its sub-genres."""

    id: str
    title: str
    synonyms: tuple[str, ...]
    tempo_bpm: float
    tempo_range_bpm: tuple[float, float]
    slow_tempo_bpm: float
    fast_tempo_bpm: float
    time_signatures: tuple[TimeSignature, ...] = (_COMMON_TIME,)  # the first is the default
    modes: tuple[Mode, ...]  # the first is the default
    tonics: tuple[str, ...]
    default_bars: int = 16
    phrase_bars: int = 4
    energy: float = 0.5
    loudness_lufs: float = -14.0
    swing: float = 0.0  # 0 straight, 1 triplets
    swing_unit: SwingUnit = SwingUnit.EIGHTH
    forbids_parallels: bool = False  # chords: no fifths or octaves in a row between outer voices
    swing_evens: float = 0.35  # share of the swing that goes as the tempo doubles, and comes as it halves
    endings: tuple[Ending, ...] = (Ending.HOLD,)  # one of them is drawn
    stagings: Mapping[str, tuple[Mapping[Role, Presence], ...]] = field(default_factory=dict)  # by kind: one is drawn
    ending_from_bars: int = 4  # shorter pieces are loops: they run through instead of ending on a held chord
    section_energy: Mapping[str, float]
    forms: tuple[FormTemplate, ...]
    harmony: tuple[Harmony, ...]
    modulations: tuple[Modulation, ...] = ()
    parts: Mapping[Role, PartStyle]
    drums: DrumStyle = field(default_factory=DrumStyle)
    effects: EffectsStyle = EffectsStyle()

    def __post_init__(self) -> None:
        low, high = self.tempo_range_bpm
        if not low <= self.slow_tempo_bpm <= self.tempo_bpm <= self.fast_tempo_bpm <= high:
            raise ValueError(f"tempi must rise from tempo_range_bpm {low} over slow, default and fast to {high}")
        for name in ("time_signatures", "modes", "tonics", "forms", "harmony"):
            if not getattr(self, name):
                raise ValueError(f"{name} must not be empty")
        missing = [role.value for role, part in self.parts.items() if part.instrument is None]
        if missing:
            raise ValueError(f"parts without an instrument: {', '.join(missing)}")

    def stagings_for(self, kind: str) -> tuple[Mapping[Role, Presence], ...]:
        """Return the ways in which parts may enter and leave in a kind of section: the style's own, or the usual."""
        return self.stagings.get(kind) or USUAL_STAGINGS.get(kind, ({},))

    def part(self, role: Role) -> PartStyle:
        """Return how a role plays here; a role that the style does not know plays plainly."""
        return self.parts.get(role) or PLAIN_PARTS[role]

    def roles_at(self, energy: float) -> tuple[Role, ...]:
        """Return the roles that play by default in a piece of this energy, in the order of the style."""
        return tuple(role for role, part in self.parts.items() if part.plays_from_energy <= energy)


def _plain(*bars: str, **changes: object) -> PartStyle:
    return PartStyle(patterns=(Pattern(bars=bars),), **changes)  # type: ignore[arg-type]  # keywords of PartStyle


PLAIN_PARTS: Mapping[Role, PartStyle] = {
    Role.DRUMS: PartStyle(velocity=92, mix=PartMix(gain_db=-3.0)),
    Role.BASS: _plain("1---1---1---5---", lowest=28, highest=55, mix=PartMix(gain_db=-5.0), velocity=88),
    Role.CHORDS: _plain("x-------x-------", lowest=52, highest=79, mix=PartMix(gain_db=-9.0, reverb_send_db=-16.0)),
    Role.MELODY: _plain(
        "x-x-x---x-x-x---", lowest=62, highest=86, mix=PartMix(gain_db=-6.0, reverb_send_db=-14.0), velocity=92
    ),
    Role.PAD: _plain(
        "s---------------",
        lowest=50,
        highest=76,
        gate=1.0,
        velocity=64,
        voicing=Voicing.OPEN,
        mix=PartMix(gain_db=-13.0, reverb_send_db=-12.0),
    ),
    Role.ARPEGGIO: _plain(
        "1.2.3.4.3.2.3.4.",
        lowest=60,
        highest=88,
        velocity=70,
        mix=PartMix(gain_db=-13.0, pan=0.3, reverb_send_db=-14.0),
    ),
    Role.COUNTER_MELODY: _plain(
        "........x---x---",
        "x-------........",
        lowest=55,
        highest=77,
        velocity=74,
        mix=PartMix(gain_db=-11.0, pan=-0.3, reverb_send_db=-14.0),
    ),
    Role.EFFECTS: PartStyle(lowest=36, highest=83, velocity=92, mix=PartMix(gain_db=-6.0, reverb_send_db=-18.0)),
}

# Chords never rest by themselves, so that the harmony is heard in every bar. What is not named plays.
USUAL_STAGINGS: Mapping[str, tuple[Mapping[Role, Presence], ...]] = {
    "intro": (
        {Role.DRUMS: Presence.LATE, Role.BASS: Presence.LATE, Role.MELODY: Presence.RESTS},
        {Role.DRUMS: Presence.LATE, Role.MELODY: Presence.RESTS, Role.COUNTER_MELODY: Presence.RESTS},
        {Role.BASS: Presence.LATE, Role.MELODY: Presence.RESTS, Role.ARPEGGIO: Presence.LATE},
        {Role.MELODY: Presence.LATE, Role.COUNTER_MELODY: Presence.RESTS, Role.ARPEGGIO: Presence.RESTS},
    ),
    "verse": (
        {Role.PAD: Presence.LATER, Role.ARPEGGIO: Presence.LATER, Role.COUNTER_MELODY: Presence.LATER},
        {Role.ARPEGGIO: Presence.LATER, Role.COUNTER_MELODY: Presence.LATER},
        {Role.PAD: Presence.LATER, Role.COUNTER_MELODY: Presence.LATER},
    ),
    "chorus": ({Role.COUNTER_MELODY: Presence.LATER}, {}),
    "hook": ({Role.COUNTER_MELODY: Presence.LATER}, {}),
    "head": ({Role.COUNTER_MELODY: Presence.LATER}, {}),
    "solo": ({Role.COUNTER_MELODY: Presence.RESTS, Role.ARPEGGIO: Presence.RESTS}, {Role.PAD: Presence.RESTS}),
    "bridge": (
        {Role.COUNTER_MELODY: Presence.RESTS, Role.ARPEGGIO: Presence.RESTS},
        {Role.DRUMS: Presence.LATE, Role.COUNTER_MELODY: Presence.RESTS},
        {Role.BASS: Presence.LATE, Role.ARPEGGIO: Presence.RESTS},
    ),
    "break": (
        {Role.DRUMS: Presence.RESTS, Role.BASS: Presence.RESTS},
        {Role.DRUMS: Presence.LATE, Role.BASS: Presence.RESTS},
        {Role.BASS: Presence.RESTS, Role.COUNTER_MELODY: Presence.RESTS},
        {Role.DRUMS: Presence.LATE, Role.BASS: Presence.LATE, Role.ARPEGGIO: Presence.RESTS},
    ),
    "build": (
        {Role.BASS: Presence.EARLY, Role.MELODY: Presence.RESTS},
        {Role.BASS: Presence.RESTS, Role.COUNTER_MELODY: Presence.RESTS},
        {Role.MELODY: Presence.EARLY, Role.COUNTER_MELODY: Presence.RESTS},
    ),
    "drop": ({Role.COUNTER_MELODY: Presence.LATER}, {}),
    "outro": (
        {Role.MELODY: Presence.EARLY, Role.COUNTER_MELODY: Presence.RESTS, Role.ARPEGGIO: Presence.EARLY},
        {Role.DRUMS: Presence.EARLY, Role.ARPEGGIO: Presence.RESTS, Role.COUNTER_MELODY: Presence.EARLY},
        {Role.PAD: Presence.EARLY, Role.COUNTER_MELODY: Presence.RESTS},
    ),
}
