"""Chords for given notes: those that a whole texture spells out, and those that would carry a melody.

Both are the cheapest path through candidate chords, stretch by stretch (A. Viterbi, 1967): a chord costs what of the
notes it does not explain, how rare it is in the key, and how it follows the chord before. For a texture the notes
decide nearly alone; for a melody the order of functions, the phrase and the cadence weigh as much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from music.chord import Chord
from music.clip.evidence import Evidence, fit, gather, stretch_edges
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode, pitch_class_name
from music.score import ChordSpan, Note
from music.time import TimeSignature

_MAJOR = {
    "I": 0.0, "ii": 0.1, "iii": 0.35, "IV": 0.05, "V": 0.05, "V7": 0.15, "vi": 0.1, "viio": 0.7,
    "iv": 0.7, "bVII": 0.65, "bVI": 0.9, "bIII": 0.95, "II7": 0.7, "III7": 0.75, "VI7": 0.75, "I7": 0.8,
}  # fmt: skip
_MINOR = {
    "i": 0.0, "iio": 0.55, "III": 0.2, "iv": 0.05, "v": 0.3, "V": 0.15, "V7": 0.2, "VI": 0.1, "VII": 0.12,
    "IV": 0.7, "bII": 0.9, "viio": 0.75, "I7": 0.85,
}  # fmt: skip
# Semitones from one root to the next, upwards: falling fifths lead on, tritones and semitones are rare.
_MOTION = {0: 0.0, 5: -0.25, 7: 0.0, 2: 0.02, 10: 0.08, 9: -0.03, 8: 0.02, 4: 0.15, 3: 0.12, 1: 0.35, 11: 0.3, 6: 0.5}
_UNRESOLVED = 1.0
_STRANGER, _SEVENTH = 0.9, 0.3  # rarity of a chord outside the key, and of a seventh chord within it
_LIKELIEST = 16  # chords that are followed up in each stretch
_RICH = {4: 0.03, 5: 0.08}  # by the number of tones: what passes by would make a ninth of anything
_DOMINANT = ("7", "9", "11", "13")
_COLOURS = ("maj7", "min7", "7", "min9", "maj9", "9", "maj6", "min6", "hdim7", "dim7", "sus4", "7sus4", "sus2", "5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How much each consideration counts, beside the others."""

    notes: float
    rarity: float
    motion: float
    bass: float  # a root that the lowest notes stand on
    change_in_bar: float  # a chord that changes within a bar
    change: float  # a chord that changes on a bar line; negative: one that stays is dull
    form: float  # beginning and ending at home, cadences at the ends of phrases


TEXTURE = Weighing(notes=5.0, rarity=0.35, motion=0.3, bass=1.2, change_in_bar=0.9, change=0.1, form=0.15)
LINES = Weighing(notes=3.0, rarity=0.6, motion=0.6, bass=1.6, change_in_bar=0.6, change=0.0, form=0.3)
MELODY = Weighing(notes=2.6, rarity=0.6, motion=0.9, bass=0.0, change_in_bar=0.75, change=-0.2, form=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChords:
    """Chords over all bars, and the share of what sounds that they hold."""

    spans: tuple[ChordSpan, ...]
    explained: float


def find_chords(
    notes: Sequence[Note],
    key: Key,
    signature: TimeSignature,
    n_bars: int,
    *,
    weighing: Weighing = TEXTURE,
    has_bass: bool = True,
) -> FoundChords:
    """Return the chords that a texture spells out, sevenths and suspensions included where they sound.

    ``LINES`` weighs a bass and perhaps a melody, which leave most of a chord to be understood. Without a bass the
    lowest notes are just the lowest of a voicing, and name no inversion.
    """
    evidence = gather(notes, signature, n_bars)
    candidates = _texture_candidates(key) if weighing is TEXTURE else _candidates(key)
    path = _cheapest(evidence, candidates, key, signature, weighing, {})
    named: list[Chord] = []
    for chord, heard, n_stretches in _groups(path, evidence, signature):
        told = _named(chord, heard, key, has_bass=has_bass) if weighing is TEXTURE else chord
        named += [told] * n_stretches
    return _found(named, evidence, signature)


def harmonise_melody(
    notes: Sequence[Note],
    key: Key,
    signature: TimeSignature,
    n_bars: int,
    *,
    usual: Mapping[tuple[int, int], float] | None = None,
    colours: Mapping[tuple[int, bool], tuple[str, ...]] | None = None,
) -> FoundChords:
    """Return chords that carry a melody.

    ``usual`` tells how often, 0 to 1, a style goes from one degree to another (semitones above the tonic); ``colours``
    the qualities, commonest first, that it gives to a degree's major (False) or minor (True) chord. Both only shape
    what the melody allows: a colour that would rub against it is not taken.
    """
    evidence = gather(notes, signature, n_bars)
    path = _cheapest(evidence, _candidates(key), key, signature, MELODY, usual or {})
    named: list[Chord] = []
    for chord, heard, n_stretches in _groups(path, evidence, signature):
        named += [_coloured(chord, heard, key, colours or {})] * n_stretches
    return _found(named, evidence, signature)


@cache
def _candidates(key: Key) -> tuple[tuple[Chord, float], ...]:
    reference = Mode.MINOR if key.mode.is_minor else Mode.MAJOR
    found: dict[tuple[int, str], tuple[Chord, float]] = {}
    for numeral, rarity in (_MINOR if key.mode.is_minor else _MAJOR).items():
        chord = numeral_to_chord(numeral, key, reference)
        found.setdefault((chord.root_pitch_class, chord.quality), (chord, rarity))
    return tuple(found.values())


@cache
def _texture_candidates(key: Key) -> tuple[tuple[Chord, float], ...]:
    known = _candidates(key)
    have = {(chord.root_pitch_class, chord.quality) for chord, _ in known}
    others = [
        _with_rarity(Chord(pitch_class_name(number, prefer_flats=key.prefers_flats), quality), key)
        for number in range(12)
        for quality in ("maj", "min", "maj7", "min7", "7", "hdim7", "min9", "9")
        if (number, quality) not in have
    ]
    return (*known, *others)


def _with_rarity(chord: Chord, key: Key) -> tuple[Chord, float]:
    return chord, _SEVENTH if set(chord.pitch_classes) <= set(key.scale) else _STRANGER


@cache
def _follows(before: Chord, after: Chord, key: Key) -> float:
    """Return what going from one chord to the next costs, below 0 for what listeners expect."""
    motion = (after.root_pitch_class - before.root_pitch_class) % 12
    cost = _MOTION[motion]
    degree = (before.root_pitch_class - key.pitch_class) % 12
    leads = before.quality == "7" and degree != 7
    if leads and motion not in (0, 5):
        cost += _UNRESOLVED
    if degree == 7 and before.quality in ("maj", "7") and motion in (10, 7):  # from the dominant back to IV or ii
        cost += 0.3
    if before.quality == "dim" and motion not in (1, 5, 0):
        cost += 0.4
    return cost


def _cheapest(
    evidence: Sequence[Evidence],
    candidates: Sequence[tuple[Chord, float]],
    key: Key,
    signature: TimeSignature,
    weighing: Weighing,
    usual: Mapping[tuple[int, int], float],
) -> list[Chord]:
    chords = [chord for chord, _ in candidates]
    per_bar = len(stretch_edges(signature)) - 1
    tonic = key.pitch_class

    @cache
    def move(i: int, j: int) -> float:
        a, b = chords[i], chords[j]
        habit = usual.get(((a.root_pitch_class - tonic) % 12, (b.root_pitch_class - tonic) % 12), 0.0)
        return weighing.motion * (_follows(a, b, key) - 0.5 * habit)

    costs: dict[int, float] = {}
    back: list[dict[int, int]] = []
    n_bars = len(evidence) // per_bar
    for at, heard in enumerate(evidence):
        bar, is_start = at // per_bar, at % per_bar == 0
        local = {
            i: _local(chord, rarity, heard, key, weighing)
            + weighing.form * _place_cost(chord, key, bar, n_bars, is_last=at == len(evidence) - 1, is_start=is_start)
            for i, (chord, rarity) in enumerate(candidates)
        }
        local = {i: local[i] for i in sorted(local, key=lambda i: (local[i], i))[:_LIKELIEST]}
        if not costs:
            costs = local
            continue
        change = weighing.change if is_start else weighing.change_in_bar
        came: dict[int, int] = {}
        after: dict[int, float] = {}
        for j, own in local.items():
            best, came[j] = min((cost + (0.0 if i == j else change + move(i, j)), i) for i, cost in costs.items())
            after[j] = best + own
        back.append(came)
        costs = after
    path = [min(costs, key=lambda i: (costs[i], i))]
    for came in reversed(back):
        path.append(came[path[-1]])
    return [chords[i] for i in reversed(path)]


def _local(chord: Chord, rarity: float, heard: Evidence, key: Key, weighing: Weighing) -> float:
    cost = weighing.rarity * rarity - weighing.notes * fit(chord, heard, key)
    low = sum(heard.bass)
    if weighing.bass and low:
        cost -= weighing.bass * heard.bass[_tones(chord)[0]] / low
    if weighing is TEXTURE and heard.total:  # it would have sounded the third, had it meant this chord
        silent = sum(not heard.weights[number] for number in _tones(chord))
        cost += 0.25 * silent
    return cost


@cache
def _tones(chord: Chord) -> tuple[int, ...]:
    """Return the pitch classes of a chord, root first, without a slash bass."""
    return tuple((chord.root_pitch_class + step) % 12 for step in chord.intervals)


def _place_cost(chord: Chord, key: Key, bar: int, n_bars: int, *, is_last: bool, is_start: bool) -> float:
    """Return what a chord's place in the form costs: home at both ends, a cadence where phrases end."""
    degree = (_tones(chord)[0] - key.pitch_class) % 12
    is_home = degree == 0 and (chord.intervals[1] == 3) == key.mode.is_minor
    if is_last:
        return 0.0 if is_home else 1.2
    if bar == 0 and is_start:
        return -0.35 if is_home else 0.0
    if bar == n_bars - 2:
        return -0.2 if degree in (7, 5) else 0.0
    if bar % 4 == 3:
        return -0.2 if degree in (7, 0) else 0.0
    return 0.0


def _named(chord: Chord, heard: Evidence, key: Key, *, has_bass: bool) -> Chord:
    """Name the chord on a root by what sounds over it: a seventh, a suspension, an inversion."""
    if not heard.total:
        return chord
    root = chord.root_pitch_class
    best, best_score = chord, _explains(chord, heard)
    for quality in _COLOURS:
        other = Chord(chord.root, quality)
        keeps_third = other.intervals[1] == chord.intervals[1] or quality in ("sus4", "sus2", "7sus4", "5")
        if keeps_third and (score := _explains(other, heard)) > best_score + 0.04:
            best, best_score = other, score
    if not has_bass:
        return best
    low = max(range(12), key=lambda number: heard.bass[number]) if any(heard.bass) else root
    if low != root and low in best.pitch_classes and heard.bass[low] > 0.75 * sum(heard.bass):
        return Chord(best.root, best.quality, (), pitch_class_name(low, prefer_flats=key.prefers_flats))
    return best


def _groups(
    path: Sequence[Chord], evidence: Sequence[Evidence], signature: TimeSignature
) -> Iterator[tuple[Chord, Evidence, int]]:
    """Yield each chord with what sounds over it and its stretches; in a bar two colours of one chord are one chord."""
    per_bar = len(stretch_edges(signature)) - 1
    start = 0
    for at in range(1, len(path) + 1):
        goes_on = at < len(path) and at % per_bar and _is_alike(path[at], path[start])
        if not goes_on:
            yield path[start], _together(evidence[start:at]), at - start
            start = at


def _is_alike(one: Chord, other: Chord) -> bool:
    """Tell whether two chords differ in colour only: they share root and third."""
    return one.root_pitch_class == other.root_pitch_class and one.intervals[1] == other.intervals[1]


def _together(heard: Sequence[Evidence]) -> Evidence:
    return Evidence(
        tuple(map(sum, zip(*(one.weights for one in heard), strict=True))),
        tuple(map(sum, zip(*(one.bass for one in heard), strict=True))),
    )


def _explains(chord: Chord, heard: Evidence) -> float:
    """Return the share of what sounds that is in a chord, less what of it does not sound, and less for rich chords."""
    classes = chord.pitch_classes
    inside = sum(heard.weights[number] for number in classes) / heard.total
    missing = sum(heard.weights[number] < 0.02 * heard.total for number in classes)
    return inside - 0.12 * missing - _RICH.get(len(chord.intervals), 0.0)


def _coloured(chord: Chord, heard: Evidence, key: Key, colours: Mapping[tuple[int, bool], tuple[str, ...]]) -> Chord:
    """Give a plain chord the colour that the style has for its degree, unless the melody rubs against it."""
    degree, is_minor = (chord.root_pitch_class - key.pitch_class) % 12, chord.intervals[1] == 3
    if chord.quality not in ("maj", "min", "7"):
        return chord
    strong = [number for number, weight in enumerate(heard.weights) if weight > 0.3]
    offered = colours.get((degree, is_minor), ())
    for quality in offered:
        if quality in _DOMINANT and chord.quality == "maj" and degree != 7 and offered[0] not in _DOMINANT:
            continue  # it would lead somewhere, and the plain chord does not
        colour = Chord(chord.root, quality)
        added = [(chord.root_pitch_class + step) % 12 for step in colour.intervals if step not in chord.intervals]
        dropped = [step for step in chord.intervals if step not in colour.intervals and step != 10]
        rubs = any((number - tone) % 12 in (1, 11) for number in strong for tone in added)
        if not rubs and not dropped:
            return colour
    return chord


def _found(chords: Sequence[Chord], evidence: Sequence[Evidence], signature: TimeSignature) -> FoundChords:
    """Join what stays the same within a bar, and from bar to bar not: every bar names its chord."""
    edges = stretch_edges(signature)
    per_bar, length = len(edges) - 1, signature.ticks_per_bar
    spans: list[ChordSpan] = []
    for at, chord in enumerate(chords):
        bar, part = divmod(at, per_bar)
        start, size = bar * length + edges[part], edges[part + 1] - edges[part]
        if part and spans[-1].chord == chord:
            spans[-1] = ChordSpan(
                start_ticks=spans[-1].start_ticks, duration_ticks=spans[-1].duration_ticks + size, chord=chord
            )
        else:
            spans.append(ChordSpan(start_ticks=start, duration_ticks=size, chord=chord))
    total = sum(heard.total for heard in evidence)
    inside = sum(
        heard.weights[number] for chord, heard in zip(chords, evidence, strict=True) for number in chord.pitch_classes
    )
    return FoundChords(spans=tuple(spans), explained=round(inside / total, 2) if total else 0.0)
