"""Operations on sends and sidechains: taps of one strip into another."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from music.operations.fields import GainDb, PluginName, RouteName, SendName, SendRef


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSend:
    """Send a strip to a bus, beside its output."""

    ref: SendRef
    route: RouteName
    target: RouteName
    gain_db: GainDb = 0.0
    is_pre_fader: bool = False
    verb: Literal["add_send"] = "add_send"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSend:
    """Set a send's level, side of the fader, or switch; None leaves as it is."""

    send: SendName
    gain_db: GainDb | None = None
    is_pre_fader: bool | None = None
    is_enabled: bool | None = None
    verb: Literal["set_send"] = "set_send"

    def __post_init__(self) -> None:
        if all(value is None for value in (self.gain_db, self.is_pre_fader, self.is_enabled)):
            raise ValueError("nothing to change: give gain_db, is_pre_fader or is_enabled")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSend:
    """Remove a send."""

    is_destructive: ClassVar[bool] = True
    send: SendName
    verb: Literal["remove_send"] = "remove_send"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSidechain:
    """Let a plugin listen to another strip, as when a kick ducks a bass; the ref names the new send."""

    ref: SendRef
    source: RouteName
    plugin: PluginName
    gain_db: GainDb = 0.0
    is_pre_fader: bool = True
    verb: Literal["add_sidechain"] = "add_sidechain"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSidechain:
    """Take a plugin's sidechain away, with the sends that go into it."""

    is_destructive: ClassVar[bool] = True
    plugin: PluginName
    verb: Literal["remove_sidechain"] = "remove_sidechain"


SendsOperation = AddSend | SetSend | RemoveSend | AddSidechain | RemoveSidechain
