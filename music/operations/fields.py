"""What the fields of operations mean: one declaration drives the check, the wire, the tools' schema and the docs.

A field's type carries at most one of the markers below, as in ``Annotated[float, Within(-1, 1)]``.
"""

import math
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

ObjectKind = Literal["route", "region", "marker", "plugin", "send", "playlist", "group", "vca", "range"]
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Names:
    """The field names something that is there: by its persistent id, or by a ref of the same change set.

    All but a send may also be named by its name, where only one bears it.
    """

    kind: ObjectKind


@dataclass(frozen=True, slots=True)
class Makes:
    """The field is a ref: under it, later operations of the same change set name what this one makes."""

    kind: ObjectKind


@dataclass(frozen=True, slots=True)
class Within:
    """The number lies between two bounds, both included. ``unit`` is for readers."""

    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FileToRead:
    """The field is the path of a file that must be there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader must know of the field beyond its name and type, in a few words."""

    text: str


RouteName = Annotated[str, Names("route")]
RegionName = Annotated[str, Names("region")]
MarkerName = Annotated[str, Names("marker")]
PluginName = Annotated[str, Names("plugin")]
SendName = Annotated[str, Names("send")]
PlaylistName = Annotated[str, Names("playlist")]
GroupName = Annotated[str, Names("group")]
VcaName = Annotated[str, Names("vca")]
RangeName = Annotated[str, Names("range")]
RouteRef = Annotated[str, Makes("route")]
RegionRef = Annotated[str, Makes("region")]
MarkerRef = Annotated[str, Makes("marker")]
PluginRef = Annotated[str, Makes("plugin")]
SendRef = Annotated[str, Makes("send")]
PlaylistRef = Annotated[str, Makes("playlist")]
GroupRef = Annotated[str, Makes("group")]
VcaRef = Annotated[str, Makes("vca")]
RangeRef = Annotated[str, Makes("range")]
InputFile = Annotated[str, FileToRead()]
GainDb = Annotated[float, Within(-math.inf, 6.0, "dB")]  # -inf is silence
PAN_UNIT = "-1 left to 1 right"
Pan = Annotated[float, Within(-1.0, 1.0, PAN_UNIT)]
Colour = Annotated[str, Told("#rrggbb")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMeaning:
    """One field of an operation: its name, its bare type, and its markers."""

    name: str
    type: object
    markers: tuple[object, ...]


@cache
def field_meanings(operation_type: type[Any]) -> tuple[FieldMeaning, ...]:
    """Return the fields of an operation, ``verb`` apart, in order."""
    hints = get_type_hints(operation_type, include_extras=True)
    found = []
    for field in fields(operation_type):
        if field.name == "verb":
            continue
        hint = hints[field.name]
        found.append(FieldMeaning(name=field.name, type=_bare(hint), markers=tuple(_markers(hint))))
    return tuple(found)


def _meanings(operation: object) -> tuple[FieldMeaning, ...]:
    return field_meanings(type(operation))  # type: ignore[arg-type]  # a type is hashable, whatever mypy makes of `type`


def _bare(hint: object) -> object:
    return get_args(hint)[0] if hasattr(hint, "__metadata__") else hint


def _markers(hint: object) -> list[object]:
    """Return the markers of a hint and of what it is made of: ``RouteName | None``, ``tuple[RouteName, ...]``."""
    found = list(getattr(hint, "__metadata__", ()))
    for part in get_args(_bare(hint)):
        if part is not Ellipsis and not isinstance(part, str | int):
            found += _markers(part)
    return found


def named(operation: object) -> tuple[tuple[ObjectKind, str], ...]:
    """Return what an operation names that must be there: kind and id, ref or name."""
    return tuple(
        (marker.kind, name)
        for meaning in _meanings(operation)
        for marker in meaning.markers
        if isinstance(marker, Names)
        for name in _texts(getattr(operation, meaning.name))
    )


def made(operation: object) -> tuple[tuple[ObjectKind, str], ...]:
    """Return the refs under which an operation makes something."""
    return tuple(
        (marker.kind, name)
        for meaning in _meanings(operation)
        for marker in meaning.markers
        if isinstance(marker, Makes)
        for name in _texts(getattr(operation, meaning.name))
    )


def files_to_read(operation: object) -> tuple[str, ...]:
    """Return the paths of the files that an operation reads."""
    return tuple(
        path
        for meaning in _meanings(operation)
        if any(isinstance(marker, FileToRead) for marker in meaning.markers)
        for path in _texts(getattr(operation, meaning.name))
    )


def out_of_bounds(operation: object) -> str:
    """Return what is wrong with an operation's numbers and names by themselves, or an empty string."""
    for meaning in _meanings(operation):
        value = getattr(operation, meaning.name)
        for marker in meaning.markers:
            if isinstance(marker, Within) and value is not None:
                for number in value if isinstance(value, tuple) else (value,):
                    if not marker.low <= number <= marker.high:
                        return f"{meaning.name} must be {_bounds(marker)}, got {number:g}"
        if meaning.name == "name" and isinstance(value, str) and not 0 < len(value) <= LONGEST_NAME:
            return f"the name must have 1 to {LONGEST_NAME} characters, got {len(value)}"
    return ""


def _bounds(marker: Within) -> str:
    unit = f" ({marker.unit})" if marker.unit else ""
    if marker.low == -math.inf:
        return f"at most {marker.high:g}{unit}"
    return f"within {marker.low:g} and {marker.high:g}{unit}"


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple):
        return tuple(item for item in value if isinstance(item, str))
    return ()
