"""The effects part: risers into sections of more energy, impacts on their first beat, falls, and a surface through all.

Everything follows from the form; nothing is left to chance. A piece of one section, which may be a loop, has an impact
on its first beat and a riser that leads round to it. An instrument that has no risers and impacts plays its surface.
"""

from itertools import pairwise

from engines.composer.arrangement import Arrangement, Stretch
from engines.composer.humanise import Stroke, dynamic
from music.effect_sound import EffectSound
from music.instrument import Instrument, Role

_IMPACT_BARS = 2
_FALL_BARS = 2
_TEXTURE_WEIGHT = 0.75
_FIRST_IMPACT_ENERGY = 0.55


def write_effects(arrangement: Arrangement, instrument: Instrument) -> list[Stroke]:
    """Write the effects part of a whole piece, at least one note."""
    style, stretches = arrangement.style.effects, arrangement.stretches
    has_texture = _can_play(instrument, EffectSound.TEXTURE)
    has_transitions = all(_can_play(instrument, sound) for sound in EffectSound if sound is not EffectSound.TEXTURE)
    strokes: list[Stroke] = []
    if has_texture and (style.has_texture or not has_transitions):
        strokes.append(_stroke(arrangement, EffectSound.TEXTURE, 0, arrangement.plan.n_bars, 0.5, _TEXTURE_WEIGHT))
    if not has_transitions:
        return strokes
    for before, stretch in pairwise(stretches):
        jump = stretch.energy - before.energy
        if jump >= style.rises_from:
            strokes += _arrival(arrangement, before, stretch)
        elif -jump >= style.falls_from:
            first = stretch.section.start_bar - 1
            n_bars = min(_FALL_BARS, stretch.section.n_bars)
            strokes.append(_stroke(arrangement, EffectSound.FALL, first, n_bars, before.energy, 0.7))
    return strokes or _around(arrangement)


def _can_play(instrument: Instrument, sound: EffectSound) -> bool:
    return instrument.lowest_midi_note <= sound.note(0) and sound.note(11) <= instrument.highest_midi_note


def _arrival(arrangement: Arrangement, before: Stretch, stretch: Stretch) -> list[Stroke]:
    """Lead out of one section into a louder one."""
    style, first = arrangement.style.effects, stretch.section.start_bar - 1
    strokes = []
    n_bars = min(style.riser_bars, before.section.n_bars // 2)
    if n_bars:
        strokes.append(_stroke(arrangement, EffectSound.RISER, first - n_bars, n_bars, stretch.energy))
    if style.has_impacts:
        length = min(_IMPACT_BARS, stretch.section.n_bars)
        strokes.append(_stroke(arrangement, EffectSound.IMPACT, first, length, stretch.energy))
    return strokes


def _around(arrangement: Arrangement) -> list[Stroke]:
    """Mark the start of a piece without jumps, and lead from the end of a loop back to it."""
    plan, style, last = arrangement.plan, arrangement.style.effects, arrangement.stretches[-1]
    energy = max(_FIRST_IMPACT_ENERGY, arrangement.stretches[0].energy)
    strokes = [_stroke(arrangement, EffectSound.IMPACT, 0, min(_IMPACT_BARS, plan.n_bars), energy, 0.85)]
    n_bars = min(style.riser_bars, plan.n_bars // 2)
    if n_bars and not last.bars[-1].is_ending:
        strokes.append(_stroke(arrangement, EffectSound.RISER, plan.n_bars - n_bars, n_bars, energy, 0.85))
    return strokes


def _stroke(
    arrangement: Arrangement, sound: EffectSound, first_bar: int, n_bars: int, energy: float, weight: float = 1.0
) -> Stroke:
    bar = arrangement.bar_ticks
    velocity = dynamic(arrangement.style.part(Role.EFFECTS).velocity, energy) * weight
    key = next((s.key for s in reversed(arrangement.stretches) if s.section.start_bar <= first_bar + 1), None)
    tonic = (key or arrangement.plan.key).pitch_class
    return Stroke(first_bar * bar, n_bars * bar, sound.note(tonic), velocity)
