"""Operations on whole stretches of time: on all tracks, with automation, markers and tempo changes."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from music.operations.timeline import check_stretch
from music.time import BBT


def _check_target(start: BBT, end: BBT, to: BBT) -> None:
    check_stretch(start, end)
    if start < to < end:
        raise ValueError(f"to must not lie inside the stretch from {start} to {end}, got {to}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySection:
    """Insert a copy of a stretch of time at ``to``; what is there moves later."""

    start: BBT
    end: BBT
    to: BBT
    verb: Literal["copy_section"] = "copy_section"

    def __post_init__(self) -> None:
        """Refuse a stretch without a length, or a place inside it."""
        _check_target(self.start, self.end, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSection:
    """Take a stretch of time out and insert it at ``to``, counted before the move."""

    start: BBT
    end: BBT
    to: BBT
    verb: Literal["move_section"] = "move_section"

    def __post_init__(self) -> None:
        """Refuse a stretch without a length, or a place inside it."""
        _check_target(self.start, self.end, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSection:
    """Take a stretch of time out of the session with all that is in it; what comes later moves up."""

    is_destructive: ClassVar[bool] = True
    start: BBT
    end: BBT
    verb: Literal["delete_section"] = "delete_section"

    def __post_init__(self) -> None:
        """Refuse a stretch without a length."""
        check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertTime:
    """Insert empty time, as long as from ``start`` to ``end``; what begins there or later moves later."""

    start: BBT
    end: BBT
    verb: Literal["insert_time"] = "insert_time"

    def __post_init__(self) -> None:
        """Refuse a stretch without a length."""
        check_stretch(self.start, self.end)


ArrangementOperation = CopySection | MoveSection | DeleteSection | InsertTime
