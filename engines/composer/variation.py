"""Small changes to a bar, as players make them: the bar stays the one that is known, and is hardly twice the same."""

import random
from collections.abc import Callable

from engines.composer.grid import Hit
from engines.composer.layout import Bar, Stretch

Lanes = dict[str, list[Hit]]

_TIMEKEEPERS = ("hat", "ride", "shaker", "cabasa", "open_hat")
# What may be varied of what hands play besides a kit; claves, bells and guiros keep the time for all others.
_HAND_DRUMS = (
    "high_conga", "low_conga", "slap_conga", "high_bongo", "low_bongo", "high_timbale", "low_timbale", "floor_tom",
    "low_tom", "mid_tom", "high_tom", "tambourine", "woodblock", "triangle",
)  # fmt: skip
_FINEST = 240
_STRUMS = "xXumc"
_BASS_NOTES = "135678a"


def vary_drums(
    lanes: Lanes,
    *,
    bar_ticks: int,
    pulses: tuple[int, ...],
    n_changes: int,
    finest: int,
    keeps_skeleton: bool,
    rng: random.Random,
) -> None:
    """Make up to ``n_changes`` small changes to a bar of drums; beat one and the backbeat stay.

    ``keeps_skeleton`` leaves kick and snare as they are. ``finest`` is the smallest step that the feel has: eighths
    where those are swung, else sixteenths.
    """
    grid = _grid(lanes, finest)
    changes: list[Callable[[], bool]] = [
        lambda: _leave_out(lanes, pulses, rng),
        lambda: _double(lanes, bar_ticks, pulses, finest, rng),
        lambda: _open(lanes, bar_ticks, pulses),
        lambda: _answer_by_hand(lanes, bar_ticks, pulses, finest, rng),
        lambda: _leave_out_by_hand(lanes, pulses, rng),
    ]
    if not keeps_skeleton:
        changes += [
            lambda: _pick_up(lanes, bar_ticks, pulses, grid, rng),
            lambda: _move_kick(lanes, pulses, grid, rng),
            lambda: _ghost(lanes, bar_ticks, pulses, grid, rng),
        ]
    done = 0
    for change in [*rng.sample(changes, len(changes)), *rng.sample(changes, len(changes))]:
        if done >= n_changes:
            return
        done += change()


def _grid(lanes: Lanes, finest: int) -> int:
    """Return the smallest step in which the bar's kick and snare move."""
    steps = [hit.step for lane in ("kick", "snare", "rim", "clap") for hit in lanes.get(lane, [])]
    return max(finest, min(steps, default=2 * _FINEST))


def _taken(lanes: Lanes, lane: str) -> set[int]:
    return {hit.start for hit in lanes.get(lane, [])}


def _pick_up(lanes: Lanes, bar_ticks: int, pulses: tuple[int, ...], grid: int, rng: random.Random) -> bool:
    """Add a kick just before another, or before the next bar."""
    kicks = _taken(lanes, "kick")
    if not kicks:
        return False
    wanted = [place - grid for place in (*sorted(kicks), bar_ticks) if place - grid > 0]
    snares = {h.start for lane in ("snare", "clap", "rim") for h in lanes.get(lane, []) if h.mark in "xX"}
    places = [p for p in wanted if p not in kicks and p not in snares and p not in pulses]
    if not places:
        return False
    lanes["kick"].append(Hit(rng.choice(places), grid, grid, "x"))
    return True


def _move_kick(lanes: Lanes, pulses: tuple[int, ...], grid: int, rng: random.Random) -> bool:
    """Leave out a kick between the beats, or play it a step earlier."""
    loose = [hit for hit in lanes.get("kick", []) if hit.start not in pulses]
    if not loose:
        return False
    hit = rng.choice(loose)
    earlier = hit.start - grid
    lanes["kick"].remove(hit)
    if rng.random() < 0.6 and earlier > 0 and earlier not in _taken(lanes, "kick"):
        lanes["kick"].append(hit._replace(start=earlier))
    return True


def _ghost(lanes: Lanes, bar_ticks: int, pulses: tuple[int, ...], grid: int, rng: random.Random) -> bool:
    """Add a ghost note beside the backbeat, on the weak side of a beat."""
    snares = lanes.get("snare", [])
    loud = [hit.start for hit in snares if hit.mark in "xX"]
    taken = _taken(lanes, "snare") | _taken(lanes, "kick")
    places = {place + step for place in loud for step in (-grid, grid, 2 * grid + grid)}
    free = sorted(p for p in places if 0 < p < bar_ticks and p not in taken and p not in pulses)
    if not free:
        return False
    snares.append(Hit(rng.choice(free), grid, grid, "g"))
    return True


def _leave_out(lanes: Lanes, pulses: tuple[int, ...], rng: random.Random) -> bool:
    """Leave out one weak stroke of the timekeeper."""
    lane = _timekeeper(lanes)
    weak = [hit for hit in lanes.get(lane, []) if hit.start not in pulses and hit.mark in "xg"]
    if len(weak) < 3:
        return False
    lanes[lane].remove(rng.choice(weak))
    return True


def _double(lanes: Lanes, bar_ticks: int, pulses: tuple[int, ...], finest: int, rng: random.Random) -> bool:
    """Play a light stroke between two of the timekeeper's."""
    lane = _timekeeper(lanes)
    hits = [hit for hit in lanes.get(lane, []) if hit.mark in "xX"]
    taken = _taken(lanes, lane)
    places = [h.start + h.step // 2 if h.step > finest else h.start + h.step for h in hits]
    free = [p for p in places if p not in taken and p < bar_ticks and p not in pulses and p % finest == 0]
    if not free:
        return False
    lanes[lane].append(Hit(rng.choice(free), finest, finest, "g"))
    return True


def _open(lanes: Lanes, bar_ticks: int, pulses: tuple[int, ...]) -> bool:
    """Open the hat on the last offbeat."""
    if "ride" in lanes or lanes.get("open_hat"):
        return False
    offbeat = (pulses[-1] + bar_ticks) // 2
    late = [hit for hit in lanes.get("hat", []) if hit.start == offbeat]
    if not late or len(pulses) < 2:
        return False
    lanes["hat"].remove(late[0])
    lanes["open_hat"] = [late[0]._replace(mark="x")]
    return True


def _by_hand(lanes: Lanes) -> list[str]:
    return [lane for lane in _HAND_DRUMS if lanes.get(lane)]


def _answer_by_hand(lanes: Lanes, bar_ticks: int, pulses: tuple[int, ...], finest: int, rng: random.Random) -> bool:
    """Add a light stroke beside one of a hand drum or of the toms, as percussionists converse."""
    played = _by_hand(lanes)
    if not played:
        return False
    lane = rng.choice(played)
    taken = {place for other in played for place in _taken(lanes, other)}
    free = [h.start + h.step for h in lanes[lane]]
    free = sorted(p for p in free if p < bar_ticks and p not in taken and p not in pulses and p % finest == 0)
    if not free:
        return False
    lanes[lane].append(Hit(rng.choice(free), finest, finest, "g"))
    return True


def _leave_out_by_hand(lanes: Lanes, pulses: tuple[int, ...], rng: random.Random) -> bool:
    """Leave out one stroke of a hand drum or of the toms between the beats."""
    lane = next(iter(rng.sample(_by_hand(lanes), 1)), "") if _by_hand(lanes) else ""
    weak = [hit for hit in lanes.get(lane, []) if hit.start not in pulses and hit.mark != "X"]
    if len(weak) < 2:
        return False
    lanes[lane].remove(rng.choice(weak))
    return True


def _timekeeper(lanes: Lanes) -> str:
    return next((lane for lane in _TIMEKEEPERS if lanes.get(lane)), "hat")


def vary_bass(
    hits: tuple[Hit, ...], *, pulses: tuple[int, ...], kept: set[int], n_changes: int, rng: random.Random
) -> tuple[Hit, ...]:
    """Change some weak notes of a bar of bass: to the fifth or the octave, left out, or struck twice.

    The first note and those at the places ``kept`` (the kick's) are not left out; lines that walk, slide, push or stay
    on a pedal stay as they are.
    """
    if any(hit.mark not in _BASS_NOTES for hit in hits):
        return hits
    out = list(hits)
    for _ in range(n_changes):
        weak = [i for i, hit in enumerate(out) if i and hit.start not in pulses] or list(range(1, len(out)))
        long = [i for i, hit in enumerate(out) if hit.length >= 4 * _FINEST and hit.mark == "1"]
        kind = rng.choice(("tone", "tone", "out", "twice"))
        if kind == "tone" and weak:
            i = rng.choice(weak)
            out[i] = out[i]._replace(mark=rng.choice("558") if out[i].mark == "1" else "1")
        elif kind == "out" and len(loose := [i for i in weak if out[i].start not in kept]) > 1:
            i = rng.choice(loose)
            before, gone = out[i - 1], out.pop(i)
            if before.start + before.length == gone.start:
                out[i - 1] = before._replace(length=before.length + gone.length)
        elif kind == "twice" and long:
            i = rng.choice(long)
            hit, half = out[i], out[i].length // 2 // _FINEST * _FINEST
            out[i : i + 1] = [hit._replace(length=half), hit._replace(start=hit.start + half, length=hit.length - half)]
    return tuple(out)


def comping_variety(stretch: Stretch, bar: Bar, variety: float) -> float:
    """Return the chance of each change to a bar of chords: few at first, more each time that a section returns."""
    return min(0.75, variety * (0.16 * bool(bar.number % 4) + 0.7 * min(1, stretch.occurrence)))


def vary_comping(
    hits: tuple[Hit, ...], *, pulses: tuple[int, ...], amount: float, rng: random.Random
) -> tuple[Hit, ...]:
    """Vary a bar of chords: leave out a light stroke, push a beat ahead of itself, answer a long one.

    ``amount`` is the chance of each change. Bars of single voices (arpeggios, Alberti and alternating basses) and those
    that push or swell already stay as they are.
    """
    if any(hit.mark not in _STRUMS for hit in hits) or len(hits) < 2:
        return hits
    out = list(hits)
    loose = [i for i, hit in enumerate(out) if i and hit.start not in pulses]
    if loose and len(out) > 3 and rng.random() < amount:
        gone = out.pop(rng.choice(loose))
        before = max(i for i, hit in enumerate(out) if hit.start < gone.start)
        if out[before].start + out[before].length == gone.start:
            out[before] = out[before]._replace(length=out[before].length + gone.length)
    if rng.random() < amount:
        _push(out, pulses, rng)
    if rng.random() < amount:
        _answer(out, rng)
    return tuple(out)


def _push(out: list[Hit], pulses: tuple[int, ...], rng: random.Random) -> None:
    """Play one beat's stroke half a beat early, where there is room."""
    for i in rng.sample(range(1, len(out)), len(out) - 1):
        hit, before = out[i], out[i - 1]
        early = hit.start - 2 * _FINEST
        if hit.start in pulses and hit.mark in "xX" and early >= before.start + 2 * _FINEST:
            out[i] = hit._replace(start=early, length=hit.length + 2 * _FINEST)
            out[i - 1] = before._replace(length=min(before.length, early - before.start))
            return


def _answer(out: list[Hit], rng: random.Random) -> None:
    """Strike a long chord again, lightly, in its second half."""
    long = [i for i, hit in enumerate(out) if hit.length >= 6 * _FINEST and hit.mark in "xX"]
    if not long:
        return
    i = rng.choice(long)
    hit = out[i]
    again = hit.start + hit.length // 2 // (2 * _FINEST) * (2 * _FINEST) + rng.choice((0, 2 * _FINEST))
    if again >= hit.start + hit.length:
        return
    out[i] = hit._replace(length=again - hit.start)
    out.insert(i + 1, hit._replace(start=again, length=hit.start + hit.length - again, mark="x"))
