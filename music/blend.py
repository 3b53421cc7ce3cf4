"""Blends: a style made of several, each giving what it is known by.

Who gives what is drawn by the shares, each aspect by a chance of its own, so that a seed always mixes the same; the
style with the largest share gives the frame, and every style gives something. Numbers lie between those of the styles.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from music.instrument import Role
from music.style import PartStyle, Style

MOST_STYLES = 4


class Aspect(Enum):
    """What one style gives to a blend."""

    GROOVE = "groove"  # drums, bass and swing, which belong together
    HARMONY = "harmony"  # progressions and modes
    COMPING = "comping"  # how chords are played, and on what
    MELODY = "melody"  # rhythm, scale and instrument of the tune
    COLOUR = "colour"  # pads and arpeggios


_ROLES = {
    Aspect.GROOVE: (Role.DRUMS, Role.BASS),
    Aspect.COMPING: (Role.CHORDS,),
    Aspect.MELODY: (Role.MELODY, Role.COUNTER_MELODY),
    Aspect.COLOUR: (Role.PAD, Role.ARPEGGIO),
}
# How much of what listeners tell styles by lies in each aspect.
_WEIGHTS = {Aspect.GROOVE: 0.35, Aspect.HARMONY: 0.25, Aspect.COMPING: 0.2, Aspect.MELODY: 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleShare:
    """A style in a blend; the shares of a blend add up to 1."""

    style: str  # id in the style table
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """A style that was mixed, and which style gave which aspect."""

    style: Style
    sources: Mapping[Aspect, str]


def shares_of(parts: Sequence[tuple[str, float]]) -> tuple[StyleShare, ...]:
    """Return shares that add up to 1, the largest first; a style named twice counts once, with both its parts.

    ValueError for less than two or too many styles, and for a part that is not above 0.
    """
    together: dict[str, float] = {}
    for style, part in parts:
        if not (math.isfinite(part) and part > 0):
            raise ValueError(f"the share of {style!r} must be above 0, got {part:g}")
        together[style] = together.get(style, 0.0) + part
    if not 2 <= len(together) <= MOST_STYLES:
        raise ValueError(f"a blend has 2 to {MOST_STYLES} styles, got {len(together)}")
    total = sum(together.values())
    shares = [StyleShare(style=style, share=round(part / total, 4)) for style, part in together.items()]
    return tuple(sorted(shares, key=lambda share: -share.share))  # stable: of equals the first named leads


def blend_styles(styles: Mapping[str, Style], shares: Sequence[StyleShare], seed: int) -> Blend:
    """Mix styles; KeyError for one that is unknown. The mixed style bears the id of the one with the largest share."""
    members = [styles[share.style] for share in shares]
    weights = [share.share for share in shares]
    sources = _sources(members, weights, seed)
    frame = members[0]
    groove, harmony = sources[Aspect.GROOVE], sources[Aspect.HARMONY]
    factors = [_octave(member.tempo_bpm, frame.tempo_bpm) for member in members]

    def tempo(read: Callable[[Style], float]) -> float:
        logs = (
            weight * math.log(read(m) * factor) for m, weight, factor in zip(members, weights, factors, strict=True)
        )
        return round(math.exp(sum(logs) / sum(weights)), 2)

    def mean(read: Callable[[Style], float]) -> float:
        return round(sum(w * read(m) for m, w in zip(members, weights, strict=True)) / sum(weights), 3)

    return Blend(
        style=replace(
            frame,
            title=blend_title(members, weights),
            synonyms=(),
            tempo_bpm=tempo(lambda style: style.tempo_bpm),
            tempo_range_bpm=(
                tempo(lambda style: style.tempo_range_bpm[0]),
                tempo(lambda style: style.tempo_range_bpm[1]),
            ),
            slow_tempo_bpm=tempo(lambda style: style.slow_tempo_bpm),
            fast_tempo_bpm=tempo(lambda style: style.fast_tempo_bpm),
            modes=harmony.modes,
            tonics=harmony.tonics,
            harmony=harmony.harmony,
            modulations=harmony.modulations,
            energy=mean(lambda style: style.energy),
            loudness_lufs=mean(lambda style: style.loudness_lufs),
            swing=groove.swing,
            swing_unit=groove.swing_unit,
            swing_evens=groove.swing_evens,
            forbids_parallels=sources[Aspect.COMPING].forbids_parallels,
            drums=groove.drums,
            parts=_parts(members, sources),
        ),
        sources={aspect: style.id for aspect, style in sources.items()},
    )


def blend_title(members: Sequence[Style], weights: Sequence[float]) -> str:
    """Return a blend's name for people: ``70 % Lo-fi hip-hop, 30 % Bossa nova``."""
    return ", ".join(f"{round(100 * w)} % {m.title}" for m, w in zip(members, weights, strict=True))


def _sources(members: Sequence[Style], weights: Sequence[float], seed: int) -> dict[Aspect, Style]:
    """Draw who gives each aspect; a style that got none takes over one that weighs about its share."""
    drawn = {aspect: random.Random(f"{seed}:blend:{aspect.value}").random() * sum(weights) for aspect in Aspect}
    chosen: dict[Aspect, int] = {}
    for aspect, place in drawn.items():
        edges = [sum(weights[: i + 1]) for i in range(len(weights))]
        able = [i for i, member in enumerate(members) if _gives(member, aspect)] or [0]
        wanted = next((i for i, edge in enumerate(edges) if place < edge), len(weights) - 1)
        chosen[aspect] = wanted if wanted in able else able[0]
    for index, member in enumerate(members):
        while index not in chosen.values():
            held = list(chosen.values())
            spare = [a for a in _WEIGHTS if held.count(chosen[a]) > 1 and _gives(member, a)]
            if not spare:
                break
            share = weights[index] / sum(weights)
            chosen[min(spare, key=lambda aspect: (abs(_WEIGHTS[aspect] - share), -drawn[aspect]))] = index
    return {aspect: members[index] for aspect, index in chosen.items()}


def _gives(style: Style, aspect: Aspect) -> bool:
    """Tell whether a style has an aspect at all."""
    if aspect is Aspect.HARMONY:
        return True
    if aspect is Aspect.GROOVE:
        drums = style.parts.get(Role.DRUMS)
        return bool(style.drums.grooves) and drums is not None and drums.plays_from_energy <= 1
    return any(role in style.parts for role in (_ROLES[aspect][:1] if aspect is Aspect.MELODY else _ROLES[aspect]))


def _parts(members: Sequence[Style], sources: Mapping[Aspect, Style]) -> dict[Role, PartStyle]:
    parts: dict[Role, PartStyle] = {}
    order = dict.fromkeys(role for member in members for role in member.parts)
    for role in order:
        aspect = next((aspect for aspect, roles in _ROLES.items() if role in roles), None)
        source = sources[aspect] if aspect else members[0]  # what no aspect has belongs to the frame, like the form
        if role in source.parts:
            parts[role] = source.parts[role]
        elif role in (Role.CHORDS, Role.MELODY):  # a piece without them would lack the harmony or the tune
            parts[role] = next(member.parts[role] for member in members if role in member.parts)
    return parts or dict(members[0].parts)


def _octave(tempo_bpm: float, wanted_bpm: float) -> float:
    """Return the factor, a half, one or two, that brings a tempo nearest to another: half time counts as near."""
    return min((1.0, 0.5, 2.0), key=lambda factor: abs(math.log(tempo_bpm * factor / wanted_bpm)))
