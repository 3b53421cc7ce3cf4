"""What a change did, in a musician's words: what, where, and how many notes of which part are others now."""

from collections import Counter
from collections.abc import Iterable, Sequence

from music.instrument import Role
from music.score import Note, Section
from music.variation.changes import (
    AddPart,
    Articulation,
    Change,
    Colour,
    Density,
    Dynamics,
    Mix,
    MoveOctaves,
    Rechord,
    Regenerate,
    Rekey,
    Resize,
    Retempo,
    Scope,
    Silence,
    SwapInstrument,
    Swing,
    TimeFeel,
)
from music.variation.piece import Piece, Studio


def told(change: Change, before: Piece, after: Piece, studio: Studio) -> str:
    """Tell in a line what a change did."""
    if isinstance(change, Resize):
        was = next(section.n_bars for section in before.plan.sections if section.name == change.section)
        return f"{change.section}: {was} bars, now {change.n_bars}; what follows is moved, note for note"
    what = _of_the_whole(change, before) or _of_players(change, before, studio) or _of_playing(change, before)
    return f"{what}: {_effect(before, after) or 'nothing to change'}"


def _of_the_whole(change: Change, piece: Piece) -> str:
    match change:
        case Retempo(tempo_bpm=tempo_bpm):
            return f"{tempo_bpm:g} BPM instead of {piece.plan.tempo_bpm:g}"
        case Rekey(key=key, semitones=semitones, scope=scope):
            return f"{key} instead of {piece.plan.key}, {_semitones(semitones)}{where(scope.bars, piece)}"
        case Rechord(chords=chords, bars=bars):
            named = " ".join(chord.label if chord else "N.C." for chord in chords)
            return f"chords {named}{where(bars, piece)}"
    return ""


def _of_players(change: Change, piece: Piece, studio: Studio) -> str:
    match change:
        case Mix():
            return _mix(change)
        case SwapInstrument(role=role, instrument=instrument):
            return f"{studio.instruments[instrument].title} plays the {spoken(role)}"
        case AddPart(role=role, instrument=instrument, bars=bars):
            return f"{studio.instruments[instrument].title} plays the {spoken(role)}{where(bars, piece)}"
        case Silence(scope=scope):
            return f"no {_who(scope)}{where(scope.bars, piece)}"
    return ""


def _of_playing(change: Change, piece: Piece) -> str:
    match change:
        case MoveOctaves(octaves=octaves, scope=scope):
            how = _semitones(12 * octaves)
        case Colour(direction=direction, scope=scope):
            how = "brighter" if direction > 0 else "darker"
        case Density(direction=direction, scope=scope):
            how = "busier" if direction > 0 else "sparser"
        case TimeFeel(is_half_time=is_half_time, scope=scope):
            how = "at half time" if is_half_time else "at double time"
        case Swing(amount=amount, scope=scope):
            how = f"swung by {amount:.0%}"
        case Dynamics(factor=factor, scope=scope):
            how = "played harder" if factor > 1 else "played softer"
        case Articulation(factor=factor, scope=scope):
            how = "played longer" if factor > 1 else "played shorter"
        case Regenerate(scope=scope):
            how = "written anew"
        case _:
            return ""
    return f"{_who(scope)} {how}{where(scope.bars, piece)}"


def _mix(change: Mix) -> str:
    parts = [f"{change.gain_db:+g} dB"] if change.gain_db else []
    if change.pan is not None:
        side = "left" if change.pan < 0 else "right"
        parts.append("panned to the centre" if change.pan == 0 else f"panned {abs(change.pan):.0%} {side}")
    if change.reverb_db:
        parts.append(f"reverb {change.reverb_db:+g} dB")
    return f"{_listed(map(spoken, change.roles))} {', '.join(parts)}"


def _semitones(semitones: int) -> str:
    if semitones == 0:
        return "the same tonic"
    amount, way = abs(semitones), "up" if semitones > 0 else "down"
    if amount % 12 == 0:
        return f"{amount // 12} octave{'s' * (amount > 12)} {way}"
    return f"{amount} semitone{'s' * (amount > 1)} {way}"


def spoken(role: Role) -> str:
    """Return what a musician calls a role."""
    return role.value.replace("_", "-")


def _who(scope: Scope) -> str:
    if scope.drums:
        return _listed(name.replace("_", " ") for name in scope.drums)
    return _listed(map(spoken, scope.roles)) if scope.roles else "everything"


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def where(bars: Sequence[tuple[int, int]], piece: Piece) -> str:
    """Return where a change holds: by the names of sections where these are meant, else by bars."""
    if not bars:
        return ""
    by_bars = {(section.start_bar, _last(section)): section.name for section in piece.plan.sections}
    named = [by_bars.get(stretch) or f"bars {stretch[0]}-{stretch[1]}" for stretch in bars]
    return f" in {_listed(named)}"


def _last(section: Section) -> int:
    return section.start_bar + section.n_bars - 1


def _effect(before: Piece, after: Piece) -> str:
    """Count the notes that are others now, part by part."""
    was, now = ({part.role: part for part in piece.score.parts} for piece in (before, after))
    lines = []
    for role in dict.fromkeys([*was, *now]):
        if role not in now:
            lines.append(f"{spoken(role)} left out")
        elif role not in was:
            lines.append(f"{spoken(role)} {len(now[role].notes)} notes")
        elif n := n_changed(was[role].notes, now[role].notes):
            more = len(now[role].notes) - len(was[role].notes)
            lines.append(f"{spoken(role)} {n} notes changed" + (f", {more:+d} in all" if more else ""))
    if not lines and (before.plan, before.score) != (after.plan, after.score):
        return "no note changed"
    return "; ".join(lines)


def n_changed(before: Sequence[Note], after: Sequence[Note]) -> int:
    """Return how many notes differ, counting one that became another once."""
    was, now = Counter(before), Counter(after)
    return max((was - now).total(), (now - was).total())
