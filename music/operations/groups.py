"""Operations on route groups and VCAs: strips that are worked together."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from music.operations.fields import Colour, GainDb, GroupName, GroupRef, RouteName, VcaName, VcaRef

Share = Literal["gain", "mute", "solo", "record", "select", "active", "colour", "monitoring"]
ALL_SHARES: tuple[Share, ...] = ("active", "gain", "monitoring", "mute", "record", "select", "solo")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGroup:
    """Make a group of strips that share faders, buttons or selection; a strip is in one group at most."""

    ref: GroupRef
    name: str
    routes: tuple[RouteName, ...]
    shares: tuple[Share, ...] = ALL_SHARES
    colour: Colour | None = None
    verb: Literal["add_group"] = "add_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditGroup:
    """Change a group: its members, what they share, whether it is on; None leaves as it is."""

    group: GroupName
    routes: tuple[RouteName, ...] | None = None  # all members from now on
    shares: tuple[Share, ...] | None = None
    is_active: bool | None = None
    colour: Colour | None = None
    verb: Literal["edit_group"] = "edit_group"

    def __post_init__(self) -> None:
        if all(value is None for value in (self.routes, self.shares, self.is_active, self.colour)):
            raise ValueError("nothing to change: give routes, shares, is_active or colour")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGroup:
    """Remove a group; its members stay."""

    is_destructive: ClassVar[bool] = True
    group: GroupName
    verb: Literal["remove_group"] = "remove_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVca:
    """Make a VCA, one fader for several strips, and assign strips to it."""

    ref: VcaRef
    name: str
    routes: tuple[RouteName, ...] = ()
    verb: Literal["add_vca"] = "add_vca"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVca:
    """Set a VCA's gain, mute or solo; None leaves as it is."""

    vca: VcaName
    gain_db: GainDb | None = None
    is_muted: bool | None = None
    is_soloed: bool | None = None
    verb: Literal["set_vca"] = "set_vca"

    def __post_init__(self) -> None:
        if all(value is None for value in (self.gain_db, self.is_muted, self.is_soloed)):
            raise ValueError("nothing to change: give gain_db, is_muted or is_soloed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignVca:
    """Let strips follow a VCA; what they sound like stays."""

    vca: VcaName
    routes: tuple[RouteName, ...]
    verb: Literal["assign_vca"] = "assign_vca"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignVca:
    """Let strips follow a VCA no more; what they sound like stays."""

    vca: VcaName
    routes: tuple[RouteName, ...]
    verb: Literal["unassign_vca"] = "unassign_vca"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveVca:
    """Remove a VCA; the strips that follow it stay."""

    is_destructive: ClassVar[bool] = True
    vca: VcaName
    verb: Literal["remove_vca"] = "remove_vca"


GroupsOperation = AddGroup | EditGroup | RemoveGroup | AddVca | SetVca | AssignVca | UnassignVca | RemoveVca
