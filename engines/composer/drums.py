"""Drums: the section's groove, small turns inside it, fills that lead on, crashes that arrive, an ending."""

import random
from collections.abc import Mapping

from engines.composer.arrangement import Arrangement, Bar, Stretch
from engines.composer.grid import Hit, candidates, hits_in_bar, slots
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.style import DrumPattern
from music.time import TimeSignature

_COMMON_TIME = TimeSignature(4, 4)
_LEVELS = {"x": 0.86, "X": 1.06, "g": 0.42, "2": 0.84, "3": 0.8, "4": 0.74}
_WEIGHTS = {
    "hat": 0.78,
    "pedal_hat": 0.6,
    "open_hat": 0.82,
    "ride": 0.8,
    "shaker": 0.66,
    "tambourine": 0.72,
    "rim": 0.85,
}
_STRIKE_TICKS = 110
_ARRIVAL_ENERGY = 0.55
_KEPT_THROUGH_FILLS = ("kick", "pedal_hat")


def write_drums(arrangement: Arrangement) -> list[Stroke]:
    """Write the drum part of a whole piece."""
    strokes: list[Stroke] = []
    for stretch in arrangement.stretches_for(Role.DRUMS):
        groove = arrangement.grooves[stretch.index]
        if groove is None:
            continue
        rng = stream(arrangement.plan.seed, "drums", stretch.index)
        for bar in stretch.bars:
            lanes = _lanes_of(arrangement, stretch, bar, groove, rng)
            lanes = {lane: hits for lane, hits in lanes.items() if not _is_excluded(arrangement, lane)}
            strokes += _strokes(arrangement, stretch, bar, lanes)
    return strokes


def _lanes_of(
    arrangement: Arrangement, stretch: Stretch, bar: Bar, groove: DrumPattern, rng: random.Random
) -> dict[str, list[Hit]]:
    """Return what each drum does in one bar."""
    drums = arrangement.style.drums
    if bar.is_ending:
        return _read(arrangement, drums.ending, _COMMON_TIME)
    lanes = _read(arrangement, _bar_texts(groove, bar.number), groove.meter)
    if _leads_on(stretch, bar):
        fills = candidates(drums.fills, arrangement.time_signature, stretch.kind, stretch.energy)
        if fills:
            lanes = _with_fill(arrangement, lanes, fills[rng.randrange(len(fills))])
    elif bar.number % 4 == 3:
        _turn(lanes, arrangement.bar_ticks, rng)
    if bar.number == 0 and drums.arrival and _arrives(arrangement, stretch):
        lanes[drums.arrival] = [Hit(0, _STRIKE_TICKS, arrangement.bar_ticks // 16, "X")]
        for timekeeper in ("hat", "open_hat", "ride"):
            lanes[timekeeper] = [hit for hit in lanes.get(timekeeper, []) if hit.start]
    return lanes


def _is_excluded(arrangement: Arrangement, lane: str) -> bool:
    replaced = arrangement.style.drums.replaces.get(lane, lane)
    return replaced in arrangement.plan.excluded_drums


def _bar_texts(pattern: DrumPattern, number: int) -> dict[str, str]:
    return {lane: bars[number % len(bars)] for lane, bars in pattern.lanes.items()}


def _read(arrangement: Arrangement, texts: Mapping[str, str], meter: TimeSignature) -> dict[str, list[Hit]]:
    wanted, backbeat = arrangement.time_signature, arrangement.backbeat
    return {lane: list(hits_in_bar(text, meter, wanted, backbeat)) for lane, text in texts.items()}


def _leads_on(stretch: Stretch, bar: Bar) -> bool:
    """Tell whether a fill belongs here: before the next section, and halfway through long ones."""
    is_halfway = bar.number % 8 == 7 and stretch.energy >= _ARRIVAL_ENERGY
    return (bar.is_last and not stretch.is_final and len(stretch.bars) > 1) or (is_halfway and not bar.is_last)


def _arrives(arrangement: Arrangement, stretch: Stretch) -> bool:
    """Tell whether a section's first beat is an arrival: it is loud, and not softer than what came before."""
    before = arrangement.stretches[stretch.index - 1].energy if stretch.index else 0.0
    return stretch.energy >= _ARRIVAL_ENERGY and stretch.energy >= before


def _with_fill(arrangement: Arrangement, lanes: dict[str, list[Hit]], fill: DrumPattern) -> dict[str, list[Hit]]:
    """Let a fill take over from its beat; the kick goes on where the fill does not write it."""
    beats = slots(arrangement.time_signature)
    written = len(slots(fill.meter))
    from_end = written - fill.from_pulse
    takes_over = beats[max(0, len(beats) - from_end)][0] if len(beats) > 1 else 0
    filled = _read(arrangement, _bar_texts(fill, 0), fill.meter)
    out = {lane: [hit for hit in hits if hit.start < takes_over] for lane, hits in lanes.items()}
    for lane in _KEPT_THROUGH_FILLS:
        if lane not in filled and lane in lanes:
            out[lane] = lanes[lane]
    for lane, hits in filled.items():
        out[lane] = [*out.get(lane, []), *(hit for hit in hits if hit.start >= takes_over)]
    return out


def _turn(lanes: dict[str, list[Hit]], bar_ticks: int, rng: random.Random) -> None:
    """Mark the end of four bars with one small thing: an open hat, or a ghost before the next bar."""
    timekeeper = lanes.get("hat", [])
    late = [hit for hit in timekeeper if hit.start >= bar_ticks * 3 // 4 and hit.mark in "xX"]
    choice = rng.random()
    if late and choice < 0.4 and "ride" not in lanes:
        timekeeper.remove(late[-1])
        lanes.setdefault("open_hat", []).append(late[-1]._replace(mark="x"))
    elif late and choice < 0.7 and lanes.get("snare"):
        lanes["snare"].append(late[-1]._replace(mark="g"))


def _strokes(arrangement: Arrangement, stretch: Stretch, bar: Bar, lanes: Mapping[str, list[Hit]]) -> list[Stroke]:
    """Set one bar's drums on the timeline, rolls written out, the beat a little louder than what lies between."""
    style, part = arrangement.style, arrangement.style.part(Role.DRUMS)
    base = dynamic(part.velocity, stretch.energy)
    pulses = set(arrangement.time_signature.pulse_ticks)
    strokes = []
    for lane, hits in lanes.items():
        midi_note = DRUM_NOTES[style.drums.replaces.get(lane, lane)]
        weight = _WEIGHTS.get(lane, 1.0)
        for hit in hits:
            velocity = base * weight * _LEVELS[hit.mark] * (1.0 if hit.start in pulses else 0.93)
            n_strokes = int(hit.mark) if hit.mark.isdecimal() else 1
            for i in range(n_strokes):
                start = swung(hit.start + i * hit.step // n_strokes, style, arrangement.time_signature)
                length = min(_STRIKE_TICKS, hit.step // n_strokes)
                strokes.append(
                    Stroke(bar.start_ticks + start, length, midi_note, velocity * (0.9 + 0.1 * i / n_strokes))
                )
    return strokes
