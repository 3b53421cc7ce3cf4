"""Making a variation: its changes one after another on a piece, with what each of them did."""

from collections.abc import Callable, Sequence
from typing import Any

from music.errors import RequestInvalid
from music.variation import feel, form, harmony, players, rhythm, tuning
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
    Silence,
    SwapInstrument,
    Swing,
    TimeFeel,
)
from music.variation.piece import Piece, Studio
from music.variation.retempo import retempo
from music.variation.telling import told

_MAKERS: dict[type[Any], Callable[..., Piece]] = {
    Retempo: retempo,
    Rekey: tuning.rekey,
    MoveOctaves: tuning.move_octaves,
    Colour: tuning.colour,
    Density: rhythm.density,
    TimeFeel: feel.time_feel,
    Swing: feel.swing,
    Dynamics: feel.dynamics,
    Articulation: feel.articulation,
    Mix: players.mix,
    SwapInstrument: players.swap_instrument,
    Regenerate: players.regenerate,
    AddPart: players.add_part,
    Silence: players.silence,
    Rechord: harmony.rechord,
    Resize: form.resize,
}


def vary(piece: Piece, changes: Sequence[Change], studio: Studio) -> tuple[Piece, tuple[str, ...]]:
    """Return the piece with the changes made, in order, and a line on what each of them did.

    Notes that no change names are those of the piece, tick for tick; a longer or shorter section moves them by whole
    bars. RequestInvalid where a change cannot be made, and where none of them would change anything.
    """
    lines: list[str] = []
    now = piece
    for change in sorted(changes, key=lambda change: isinstance(change, Resize)):  # bars are named as they were
        before, now = now, _MAKERS[type(change)](now, change, studio)
        lines.append(told(change, before, now, studio))
    if now == piece:
        raise RequestInvalid(f"nothing would change: {'; '.join(lines)}")
    return now, tuple(lines)
