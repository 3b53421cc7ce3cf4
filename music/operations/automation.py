"""Operations on automation: controls that move over time.

A lane belongs to exactly one of a strip, a plugin and a send. On a strip ``control`` is ``gain``, ``trim``, ``mute``,
``pan`` or ``width``; on a plugin the name or number of a parameter; a send has only its level.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import PluginName, RouteName, SendName, Told, Within
from music.time import BBT

AutomationMode = Literal["manual", "play", "write", "touch", "latch"]
Interpolation = Literal["linear", "curved", "discrete", "logarithmic", "exponential"]
Control = Annotated[str, Told("of a route: gain, trim, mute, pan, width; of a plugin: a parameter")]
_START = BBT(1)
LONGEST_POINTS = 1_000_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAutomation:
    """Write points on a lane, replacing what lies between the first and the last of them, and have it played.

    Values are in dB for gain, trim and send levels, -1 to 1 for pan, 0 or 1 for mute, else in the parameter's own unit.
    The first point also holds before it and the last one after it: to change a stretch alone, write what is around it
    too, as in "0 0;0.1 2;16 2;16.1 0".
    """

    route: RouteName | None = None
    plugin: PluginName | None = None
    send: SendName | None = None
    control: Control = "gain"
    points: Annotated[str, Told('rows of distance from start and value, "0 -6;4 0;8 -inf"')]
    start: BBT = _START
    unit: Annotated[Literal["beats", "seconds"], Told("of the distances")] = "beats"
    interpolation: Interpolation | None = None  # None leaves it as it is
    is_played: bool = True
    verb: Literal["write_automation"] = "write_automation"

    def __post_init__(self) -> None:
        _require_one_owner(self.route, self.plugin, self.send)
        if not 0 < len(self.points) <= LONGEST_POINTS:
            raise ValueError(f"points must have 1 to {LONGEST_POINTS} characters, got {len(self.points)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAutomation:
    """Remove the points of a lane from ``start`` up to before ``end``, or all of them."""

    is_destructive: ClassVar[bool] = True

    route: RouteName | None = None
    plugin: PluginName | None = None
    send: SendName | None = None
    control: Control = "gain"
    start: BBT | None = None
    end: BBT | None = None
    verb: Literal["clear_automation"] = "clear_automation"

    def __post_init__(self) -> None:
        _require_one_owner(self.route, self.plugin, self.send)
        if self.start is not None and self.end is not None and not self.start < self.end:
            raise ValueError(f"end must come after start, got {self.start} to {self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinAutomation:
    """Remove points of a lane without which no place on it moves by more than a tolerance."""

    route: RouteName | None = None
    plugin: PluginName | None = None
    send: SendName | None = None
    control: Control = "gain"
    tolerance: Annotated[float, Within(0, 1_000_000, "in the control's unit")] = 0.1
    verb: Literal["thin_automation"] = "thin_automation"

    def __post_init__(self) -> None:
        _require_one_owner(self.route, self.plugin, self.send)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAutomationMode:
    """Set how a lane is played or written while the transport rolls."""

    route: RouteName | None = None
    plugin: PluginName | None = None
    send: SendName | None = None
    control: Control = "gain"
    mode: AutomationMode
    verb: Literal["set_automation_mode"] = "set_automation_mode"

    def __post_init__(self) -> None:
        _require_one_owner(self.route, self.plugin, self.send)


def _require_one_owner(route: str | None, plugin: str | None, send: str | None) -> None:
    named = [name for name in (route, plugin, send) if name is not None]
    if len(named) != 1:
        raise ValueError(f"name one of route, plugin and send, got {len(named)}")


AutomationOperation = WriteAutomation | ClearAutomation | ThinAutomation | SetAutomationMode
