"""Another tempo: the same ticks, at another speed."""

from dataclasses import replace

from music.brief import MAX_SECONDS
from music.errors import RequestInvalid
from music.variation.changes import Retempo
from music.variation.piece import Piece, Studio


def retempo(piece: Piece, change: Retempo, _studio: Studio) -> Piece:
    """Play the piece at another tempo; RequestInvalid where it would last too long."""
    plan = replace(piece.plan, tempo_bpm=change.tempo_bpm)
    if plan.length_seconds > MAX_SECONDS:
        raise RequestInvalid(
            f"at {change.tempo_bpm:g} BPM the piece would last {plan.length_seconds:.0f} seconds, "
            f"at most {MAX_SECONDS:g}; choose a faster tempo"
        )
    return piece.planned_as(plan)
