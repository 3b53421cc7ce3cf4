"""Two hands and two feet: what a drummer cannot strike at once, or that fast, is left out, the least of it first.

Two hands that take turns can strike anything in which no three strokes fall within the time that one hand needs
between two of its own: the hand that rested longest takes the next stroke. The same rule forbids three drums at once.
"""

from typing import NamedTuple

from music.drum_kit import STRUCK_BY_HAND

HAND_SECONDS = 0.108  # between two strokes of one hand; players can do a little better for a while
FOOT_SECONDS = 0.1
_N_HANDS = 2
_SAME_SECONDS = 0.012
# What is missed most where not everything can be played.
_RANKS = {
    "snare": 10, "rim": 10, "crash": 9, "crash_2": 9, "china": 9, "floor_tom": 8, "low_tom": 8, "mid_tom": 8,
    "high_tom": 8, "splash": 7, "ride_bell": 6, "ride": 5, "open_hat": 4, "hat": 3,
}  # fmt: skip


class Strike(NamedTuple):
    """One stroke on one drum: when it sounds in the piece, for how long, which drum, how loud, where it is written."""

    start: int
    length: int
    lane: str
    velocity: float
    written: int  # place in its bar, before swing


def playable(strikes: list[Strike], ticks_per_second: float) -> list[Strike]:
    """Return the strokes that one drummer can play; small percussion is somebody else's."""
    by_hand = sorted((s for s in strikes if s.lane in STRUCK_BY_HAND), key=lambda s: (s.start, -_weight(s)))
    rest = [s for s in strikes if s.lane not in STRUCK_BY_HAND]
    cymbals = {s.start for s in by_hand if s.lane == "open_hat"}
    kept = _with_hands([s for s in by_hand if s.lane != "hat" or s.start not in cymbals], ticks_per_second)
    feet: dict[str, int] = {}
    nearest = FOOT_SECONDS * ticks_per_second
    for strike in sorted(rest):
        if strike.lane in ("kick", "pedal_hat"):
            if strike.start - feet.get(strike.lane, -(10**9)) < nearest:
                continue
            if strike.lane == "pedal_hat" and strike.start in cymbals:
                continue
            feet[strike.lane] = strike.start
        kept.append(strike)
    return kept


def _with_hands(strikes: list[Strike], ticks_per_second: float) -> list[Strike]:
    """Drop the lightest of any strokes that two hands cannot reach together."""
    recovery, same = HAND_SECONDS * ticks_per_second, _SAME_SECONDS * ticks_per_second
    kept: list[Strike] = []
    for strike in strikes:
        if any(s.lane == strike.lane and strike.start - s.start <= same for s in kept[-_N_HANDS:]):
            continue
        kept.append(strike)
        busy = kept[-_N_HANDS - 1 :]
        if len(busy) > _N_HANDS and strike.start - busy[0].start < recovery:
            kept.remove(min(busy, key=_weight))
    return kept


def _weight(strike: Strike) -> float:
    return _RANKS.get(strike.lane, 5) + strike.velocity / 12
