"""Reading operations as people and models write them: plain JSON in, values out, and what is wrong in plain words.

Places are written ``9``, ``"9|2"`` or ``"9|2|480"``, metres ``"3/4"``, silence ``"-inf"``, lists as arrays.
"""

import dataclasses
import math
import re
import types
import typing
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from music.errors import RequestInvalid
from music.names import nearest_name, shorten
from music.operations import Operation
from music.operations.fields import PAN_UNIT, Told, Within, out_of_bounds
from music.time import BBT, TimeSignature, parse_time_signature

_MOST_TOLD, _LONGEST_TOLD = 8, 400
_LEVEL = re.compile(r"([+-]?\d+(?:\.\d+)?) ?dB", re.ASCII)
_PAN = re.compile(r"C|([LR])(\d{1,3})", re.ASCII)
# What is no operation though people write it as one: the tool that does it, and its action.
TOOLS_INSTEAD = {
    "save": "session, action save", "save_session": "session, action save", "save_as": "session, action copy",
    "save_copy": "session, action copy", "copy_session": "session, action copy", "snapshot": "session, action snapshot",
    "save_snapshot": "session, action snapshot", "rename_session": "session, action rename",
    "new_session": "session, action new", "open": "session, action open", "open_session": "session, action open",
    "close": "session, action close", "close_session": "session, action close", "undo": "undo", "redo": "redo",
    "play": "transport, action play", "stop": "transport, action stop", "locate": "transport, action locate",
    "record": "record", "render": "render", "export": "render",
}  # fmt: skip
_NUMBERS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


@cache
def offered_operations() -> dict[str, type[Any]]:
    """Return the types of the operations that can be asked for, by their verbs, in order."""
    found: dict[str, type[Any]] = {
        str(field.default): operation
        for operation in get_args(Operation)
        for field in dataclasses.fields(operation)
        if field.name == "verb" and getattr(operation, "is_offered", True)
    }
    return dict(sorted(found.items()))


def read_operations(items: Sequence[object]) -> tuple[Operation, ...]:
    """Read operations; RequestInvalid tells of each that is wrong its number (from 0), its field and what is right."""
    if not items:
        raise RequestInvalid("there is no operation: give at least one")
    read: list[Operation] = []
    wrong: list[str] = []
    for index, item in enumerate(items):
        try:
            read.append(_read_operation(item))
        except ValueError as error:
            verb = item.get("verb", "no verb") if isinstance(item, Mapping) else "no object"
            wrong.append(f"operation {index} ({shorten(str(verb))}): {shorten(str(error), _LONGEST_TOLD)}")
    if wrong:
        more = [f"and {len(wrong) - _MOST_TOLD} more"] if len(wrong) > _MOST_TOLD else []
        raise RequestInvalid("nothing was done. " + "\n".join([*wrong[:_MOST_TOLD], *more]))
    return tuple(read)


def _read_operation(item: object) -> Operation:
    if not isinstance(item, Mapping):
        raise ValueError(f"an operation is an object with a verb, got {shorten(repr(item))}")  # noqa: TRY004  it is JSON
    verb = item.get("verb")
    if not isinstance(verb, str) or verb not in offered_operations():
        raise ValueError(unknown_verb(verb))
    try:
        operation: Operation = _read_object(
            {name: value for name, value in item.items() if name != "verb"}, offered_operations()[verb]
        )
    except FieldsWrong as error:
        raise ValueError(f"{error}; {verb} takes {fields_of(verb)}") from None
    if fault := out_of_bounds(operation):
        raise ValueError(fault)
    return operation


class FieldsWrong(ValueError):
    """A field is missing, or there is none of that name."""


def fields_of(verb: str) -> str:
    """Return the fields that an operation needs, and in brackets those it takes besides."""
    fields = [field for field in dataclasses.fields(offered_operations()[verb]) if field.name != "verb"]
    needed = [one.name for one in fields if one.default is one.default_factory is dataclasses.MISSING]
    besides = " ".join(one.name for one in fields if one.name not in needed)
    return " ".join([*needed, *([f"({besides})"] if besides else [])]) or "no field"


def unknown_verb(verb: object) -> str:
    """Tell that there is no such operation: which tool does it, or which operations come near."""
    if tool := TOOLS_INSTEAD.get(str(verb).casefold()):
        return f"there is no verb {verb!r}; the tool for it is {tool}"
    return _unknown("verb", verb, offered_operations())


def _unknown(what: str, name: object, known: Iterable[str]) -> str:
    known = list(known)
    if name is None:
        return f"the {what} is missing"
    words = set(str(name).casefold().split("_"))
    alike = [one for one in known if words <= set(one.split("_"))]
    nearest = alike or [near for near in (nearest_name(str(name), known),) if near]
    hint = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else f"there are {', '.join(known)}"
    return f"there is no {what} {shorten(str(name))!r}; {hint}"


@cache
def _hints(value_type: type[Any]) -> dict[str, object]:
    hints = get_type_hints(value_type, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(value_type) if field.name != "verb"}


def _read_object(values: Mapping[str, object], value_type: type[Any]) -> Any:  # noqa: ANN401  of whichever type is asked for
    hints = _hints(value_type)  # type: ignore[arg-type]  # a type is hashable
    for name in values:
        if name not in hints:
            raise FieldsWrong(_unknown("field", name, hints))
    needed = [
        field.name
        for field in dataclasses.fields(value_type)
        if field.name in hints and field.default is field.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in needed if name not in values]:
        raise FieldsWrong(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} needed")
    given = {name: value for name, value in values.items() if not _is_left_out(value, hints[name], name in needed)}
    return value_type(**{name: _read(value, hints[name], name) for name, value in given.items()})


def _is_left_out(value: object, hint: object, is_needed: bool) -> bool:
    """Tell whether null was written where a field has a default and takes no null."""
    return value is None and not is_needed and type(None) not in get_args(hint)


def _read(value: object, hint: object, name: str) -> object:
    """Read one value of a field; ValueError says what the field takes."""
    if hasattr(hint, "__metadata__"):
        return _read_told(value, hint, name)
    origin = get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _read_union(value, get_args(hint), name)
    if origin is Literal:
        if value not in get_args(hint):
            options = [str(option) for option in get_args(hint)]
            nearest = nearest_name(str(value), options)
            hint_text = f"; did you mean {nearest!r}?" if nearest else ""
            raise ValueError(f"{name} must be one of {', '.join(options)}, got {shorten(str(value))!r}{hint_text}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{name} must be a list, got {shorten(repr(value))}")
        return tuple(_read(item, get_args(hint)[0], f"{name}[{place}]") for place, item in enumerate(value))
    assert isinstance(hint, type)
    return _read_single(value, hint, name)


def _read_told(value: object, hint: object, name: str) -> object:
    """Read a value whose type is annotated; where it is wrong, what a reader is told of it is said too."""
    units = {marker.unit for marker in get_args(hint)[1:] if isinstance(marker, Within)}
    try:
        return _read(_spoken(value, units), get_args(hint)[0], name)
    except ValueError as error:
        told = next((marker.text for marker in get_args(hint)[1:] if isinstance(marker, Told)), None)
        raise ValueError(f"{error}: {told}" if told else str(error)) from None


def _spoken(value: object, units: Collection[str]) -> object:
    """Return the number that was written as mixers do, ``-6 dB`` or ``L30``; anything else as it is."""
    text = value.strip() if isinstance(value, str) else ""
    if "dB" in units and (level := _LEVEL.fullmatch(text)):
        return float(level[1])
    if PAN_UNIT in units and (pan := _PAN.fullmatch(text)):
        return int(pan[2] or 0) / (-100 if pan[1] == "L" else 100)
    return value


def _read_union(value: object, arms: tuple[object, ...], name: str) -> object:
    if value is None and type(None) in arms:
        return None
    others = [arm for arm in arms if arm is not type(None)]
    for arm in others[:-1]:
        try:
            return _read(value, arm, name)
        except ValueError:
            continue
    return _read(value, others[-1], name)


def _read_single(value: object, hint: type, name: str) -> object:
    if hint is BBT:
        return read_place(value, name)
    if hint is TimeSignature:
        try:
            return parse_time_signature(str(value))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise ValueError(f"{name} must be an object with {', '.join(_hints(hint))}, got {shorten(repr(value))}")
        try:
            return _read_object(value, hint)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return _read_plain(value, hint, name)


def _read_plain(value: object, hint: type, name: str) -> object:
    number = _finite(value)
    if hint is float and value == "-inf":
        return -math.inf
    if hint is float and number is not None:
        return number
    if hint is int and number is not None and number.is_integer():
        return int(number)
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # ids are numbers written as text
    raise ValueError(f"{name} must be {_NUMBERS[hint]}, got {shorten(repr(value))}")


def _finite(value: object) -> float | None:
    """Return a number that can be worked with; None for anything else that JSON may hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def read_place(value: object, name: str = "the place") -> BBT:
    """Read a place: a bar, ``bar|beat`` or ``bar|beat|tick``; ValueError if it is none."""
    wrong = ValueError(f'{name} must be a bar or "bar|beat|tick", such as 9 or "9|2|480", got {shorten(repr(value))}')
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong
    parts = str(value).strip().split("|")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise wrong
    place = BBT(*(int(part) for part in parts))
    if place.bar < 1 or place.beat < 1:
        raise ValueError(f"{name}: bars and beats count from 1, got {shorten(repr(value))}")
    return place
