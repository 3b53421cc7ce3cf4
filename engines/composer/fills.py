"""Fills and builds: what the drummer plays on the way into something, as long and as dense as it deserves."""

import random
from collections.abc import Mapping, Sequence

from engines.composer.grid import Hit, hits_in_bar
from music.drum_kit import STRUCK_BY_HAND
from music.time import TICKS_PER_QUARTER, TimeSignature

Lanes = dict[str, list[Hit]]

_DOTTED = TICKS_PER_QUARTER * 3 // 2
# One beat's rhythm by density (0-3): in sixteenths, in triplets, in the six sixteenths of a dotted beat, in halves.
_STRAIGHT = (
    ("x...", "x.x.", "..x."),
    ("x.x.", "x.xx", "xx.x", "x..x"),
    ("xxxx", "x.xx", "xxx."),
    ("xxxx", "x2xx", "xx2x"),
)
_TRIPLETS = (("x..", "x.x"), ("x.x", "xxx"), ("xxx", "x.x"), ("xxx", "xxx", "x2x"))
_COMPOUND = (("x.....", "x...x."), ("x.x.x.", "x...xx"), ("x.xxxx", "xxx.x."), ("xxxxxx", "x.xxxx"))
_HALVES = (("x.", ".x"), ("x.", "xx"), ("xx",), ("xx",))
_TOMS = ("snare", "high_tom", "mid_tom", "floor_tom")
_HAND_DRUMS = (
    ("high_timbale", "low_timbale"),
    ("high_conga", "low_conga"),
    ("high_bongo", "low_bongo"),
)
_BACKBEATS = ("snare", "clap", "rim")


def fill_slots(beats: Sequence[tuple[int, int]], arrival: float, rise: float, rng: random.Random) -> int:
    """Return how many beats of the bar a fill takes, by the energy it leads to and how much that rises; 0: none."""
    if arrival < 0.4:
        wanted = rng.choice((0, 1))
    elif arrival < 0.7:
        wanted = rng.choice((1, 1, 2))
    else:
        wanted = rng.choice((2, 2, 4)) if rise > 0.15 else rng.choice((1, 2, 2))
    return min(wanted, len(beats))


def made_fill(
    groove: Mapping[str, list[Hit]],
    beats: Sequence[tuple[int, int]],
    *,
    arrival: float,
    swings: bool,
    is_machine: bool,
    rng: random.Random,
) -> Lanes:
    """Make up a fill over the given beats of a bar, (start, length) each: cells by density, moved around the kit."""
    density = min(3, int(arrival * 3.4 + rng.random() * 0.8))
    voices = _machine_voices(groove, rng) if is_machine else _kit_voices(groove)
    path = rng.choice(("down", "down", "snare", "answer"))
    is_linear = voices is _TOMS and rng.random() < 0.3
    lanes: Lanes = {}
    n_strokes = 0
    for place, (start, length) in enumerate(beats):
        cells = _cells(length, swings=swings)[density]
        for hit in hits_in_bar(rng.choice(cells), _bar_of(length), _bar_of(length)):
            mark = hit.mark if hit.mark.isdecimal() else "X" if hit.start == 0 else "x"
            voice = _voice(path, voices, place, len(beats), hit.start)
            if is_linear and n_strokes % 3 == 2:
                voice, mark = "kick", "x"
            lanes.setdefault(voice, []).append(Hit(start + hit.start, hit.length, hit.step, mark))
            n_strokes += 1
        if not is_linear and density < 3 and groove.get("kick"):
            lanes.setdefault("kick", []).append(Hit(start, length, length // 2, "x"))
    return lanes


def _bar_of(ticks: int) -> TimeSignature:
    """Return a metre as long as one beat, for reading a cell."""
    return TimeSignature(ticks // (TICKS_PER_QUARTER // 8), 32)


def _cells(length: int, *, swings: bool) -> tuple[tuple[str, ...], ...]:
    if length == TICKS_PER_QUARTER:
        return _TRIPLETS if swings else _STRAIGHT
    return _COMPOUND if length == _DOTTED else _HALVES


def _machine_voices(groove: Mapping[str, list[Hit]], rng: random.Random) -> tuple[str, ...]:
    backbeat = next((lane for lane in _BACKBEATS if groove.get(lane)), "snare")
    return rng.choice(((backbeat,), (backbeat, backbeat, "low_tom"), (backbeat, "high_tom", "mid_tom", "low_tom")))


def _kit_voices(groove: Mapping[str, list[Hit]]) -> tuple[str, ...]:
    """Return snare and toms or, where only hand drums play, a pair of those."""
    if any(groove.get(lane) for lane in ("kick", *_BACKBEATS)):
        return _TOMS
    return next((pair for pair in _HAND_DRUMS if any(groove.get(lane) for lane in pair)), _TOMS)


def _voice(path: str, voices: tuple[str, ...], place: int, n_beats: int, offset: int) -> str:
    """Return the drum for a stroke: the whole way down the kit, all on one with a last word, or call and answer."""
    through = place / n_beats
    if path == "down":
        return voices[min(len(voices) - 1, int((through + 0.5 * bool(offset) / n_beats) * len(voices)))]
    if path == "answer":
        return voices[0] if offset == 0 else voices[min(len(voices) - 1, 1 + int(through * (len(voices) - 1)))]
    return voices[-1] if place + 1 == n_beats and offset else voices[0]


def with_fill(lanes: Lanes, filled: Mapping[str, list[Hit]], takes_over: int) -> Lanes:
    """Let a fill take over from a place in the bar; kick and small percussion go on, and the backbeat is kept."""
    out = {lane: [hit for hit in hits if hit.start < takes_over] for lane, hits in lanes.items()}
    for lane, hits in lanes.items():
        if lane not in filled and lane not in STRUCK_BY_HAND and lane not in _BACKBEATS:
            out[lane] = list(hits)
    for lane, hits in filled.items():
        out[lane] = [*out.get(lane, []), *(hit for hit in hits if hit.start >= takes_over)]
    for lane in _BACKBEATS:
        struck = {hit.start for hit in out.get(lane, [])}
        kept = [hit for hit in lanes.get(lane, []) if hit.mark == "X" and hit.start >= takes_over]
        out[lane] = [*out.get(lane, []), *(hit for hit in kept if hit.start not in struck)]
    return out


def build_roll(bar_ticks: int, beats: Sequence[tuple[int, int]], through: float, share: float) -> list[Hit]:
    """Return a bar of the roll that quickens through a build; ``through`` is how much of it is over, 0 to 1.

    It goes from beats over eighths to sixteenths, and in the last bar (``share`` is one bar's part) to thirty-seconds.
    """
    hits: list[Hit] = []
    for start, length in beats:
        at = through + share * start / bar_ticks
        n_strokes = 1 if at < 0.5 else 2 if at < 0.75 else 4
        n_strokes = 6 if n_strokes == 4 and length == _DOTTED else n_strokes
        mark = "2" if at >= 1 - share / 2 else "x"
        step = length // n_strokes
        hits += [Hit(start + i * step, step, step, mark) for i in range(n_strokes)]
    return hits
