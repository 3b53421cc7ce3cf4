"""Operations on mixer strips: level, place, mute."""

from dataclasses import dataclass
from typing import Literal

from music.operations.fields import GainDb, Pan, RouteName


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFader:
    """Set a strip's gain."""

    route: RouteName
    gain_db: GainDb
    verb: Literal["set_fader"] = "set_fader"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPan:
    """Set a strip's pan."""

    route: RouteName
    pan: Pan
    verb: Literal["set_pan"] = "set_pan"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMute:
    """Mute or unmute a strip."""

    route: RouteName
    is_muted: bool
    verb: Literal["set_mute"] = "set_mute"


MixerOperation = SetFader | SetPan | SetMute
