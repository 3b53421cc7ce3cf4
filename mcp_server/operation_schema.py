"""The operations of ``edit_session`` as a JSON schema and as words, both made from what their fields mean.

The schema is a union by verb, written to be small: a model reads it in every conversation. What a field takes stands
once, wherever it is used; a table says which fields each verb needs and which it takes besides. Of rare verbs there is
only the name: ``describe_operations`` tells the rest, and so does the error for a field that is missing or wrong. As a
JSON union of a hundred objects the same would take four times as much. Who reads an operation checks it strictly, verb
by verb.
"""

import dataclasses
import inspect
import math
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from mcp_server.compact_schema import Schema
from music.operations.fields import FieldMeaning, FileToRead, Makes, Names, Told, Within, field_meanings
from music.time import BBT, TimeSignature
from workflows.operation_reading import offered_operations

_HOW_TO_READ = (
    "what to do; below, each verb with the fields it needs (and takes besides); ! deletes or overwrites; "
    "is_… and with_… are true or false, other fields that this schema does not list are text:"
)
_HOW_TO_ASK = "rarer ones, whose fields describe_operations tells (ask it before you use one): "
# Verbs that few conversations need: the table has their names alone, and the schema none of the fields that only they
# take, which is a fifth of what a model would have to read each time.
RARE_VERBS = frozenset(
    {
        "add_group", "add_vca", "assign_vca", "bounce_region", "bounce_track", "clear_scene", "comp_playlist",
        "delete_playlist", "edit_group", "humanise_notes", "layer_region", "lock_region", "move_plugin",
        "normalise_region", "overwrite_preset", "pitch_region", "ramp_tempo", "recall_scene", "remove_group",
        "remove_sidechain", "remove_vca", "rename_playlist", "reverse_region", "save_preset", "set_automation_mode",
        "set_channels", "set_colour", "set_input", "set_monitor", "set_note_lengths", "set_output", "set_polarity",
        "set_program", "set_punch", "set_region_gain", "set_solo_isolate", "set_solo_safe", "set_trim", "set_vca",
        "set_width", "shape_velocity", "store_scene", "stretch_region", "thin_automation", "unassign_vca",
        "write_controller",
    }
)  # fmt: skip
_UNTOLD: tuple[Schema, ...] = ({"type": "string"}, {"type": "boolean"})  # what a field is that the schema does not list
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
PLACE: Schema = {"description": 'bar, "bar|beat" or "bar|beat|tick" (960 per quarter)', "type": ["string", "integer"]}
_MEANT = {
    "at": "place",
    "ref": "your name for what is made; later operations of the call may use it as an id",
    "route": "track or bus: id, ref or unique name",
    "region": "id, ref or unique name",
    "plugin": "id, ref or unique name",
    "gain_db": '"-inf" is silence',
    "points": 'rows of place and value, "0 -6;4 0"',
    "path": "absolute, in an allowed folder",
}


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    name: str
    schema: Schema
    is_required: bool
    meaning: FieldMeaning


def operation_schema() -> tuple[Schema, dict[str, Schema]]:
    """Return the schema of one operation and the definitions that it refers to."""
    table = "\n".join(_signature(verb) for verb in offered_operations() if verb not in RARE_VERBS)
    rare = " ".join(_marked(verb) for verb in offered_operations() if verb in RARE_VERBS)
    verb: Schema = {"type": "string", "description": f"{_HOW_TO_READ}\n{table}\n{_HOW_TO_ASK}{rare}"}
    fields = {name: schema for name, schema in _field_schemas().items() if schema not in _UNTOLD}
    item: Schema = {"type": "object", "required": ["verb"], "properties": {"verb": verb, **fields}}
    return item, {"place": PLACE, **_nested_definitions()}


def _signature(verb: str) -> str:
    fields = _fields_by_verb()[verb]
    needed = [field.name for field in fields if field.is_required]
    besides = " ".join(field.name for field in fields if not field.is_required)
    return " ".join([_marked(verb), *needed]) + (f" ({besides})" if besides else "")


def _marked(verb: str) -> str:
    """Return a verb, with a mark where it deletes or overwrites."""
    return f"{verb}!" if getattr(offered_operations()[verb], "is_destructive", False) is True else verb


@cache
def _fields_by_verb() -> dict[str, tuple[_Field, ...]]:
    return {verb: tuple(_fields(operation)) for verb, operation in offered_operations().items()}


def _fields(value_type: type[Any]) -> Iterator[_Field]:
    meanings = {meaning.name: meaning for meaning in field_meanings(value_type)}  # type: ignore[arg-type]  # a type is hashable
    for field in dataclasses.fields(value_type):
        if field.name in meanings:
            meaning = meanings[field.name]
            has_default = (field.default, field.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
            yield _Field(field.name, _schema(meaning.type, meaning.markers) | _told(meaning), not has_default, meaning)


def _told(meaning: FieldMeaning) -> Schema:
    text = next((marker.text for marker in meaning.markers if isinstance(marker, Told)), "")
    return {"description": text} if text else {}


def _field_schemas() -> dict[str, Schema]:
    """Return what each field of the table takes, whichever verb it belongs to."""
    found: dict[str, Schema] = {}
    for verb, fields in _fields_by_verb().items():
        for field in fields if verb not in RARE_VERBS else ():
            known = found.get(field.name, field.schema)
            found[field.name] = known if known == field.schema else _joined(known, field.schema)
    for name, meant in _MEANT.items():
        if name in found:
            found[name] = {"description": meant} | found[name]
    return dict(sorted(found.items()))


def _joined(one: Schema, other: Schema) -> Schema:
    """Return a schema that takes what either takes; the verb's own check is the strict one."""
    if "enum" in one and "enum" in other:
        return {"enum": [*one["enum"], *(value for value in other["enum"] if value not in one["enum"])]}
    if "type" not in one or "type" not in other:
        arms = one.get("anyOf", [one])
        return {"anyOf": arms if other in arms else [*arms, other]}
    kinds = dict.fromkeys(kind for schema in (one, other) for kind in _kinds(schema))
    joined: Schema = {"type": next(iter(kinds)) if len(kinds) == 1 else list(kinds)}
    if all("items" in schema for schema in (one, other)):
        joined["items"] = one["items"] if one["items"] == other["items"] else {}
    if one.get("description") == other.get("description") is not None:
        joined["description"] = one["description"]
    for name, widest in (("minimum", min), ("maximum", max)):
        if name in one and name in other:
            joined[name] = widest(one[name], other[name])
    return joined


def _kinds(schema: Schema) -> list[str]:
    kinds = schema["type"]
    return kinds if isinstance(kinds, list) else [kinds]


def _schema(value_type: object, markers: tuple[object, ...] = ()) -> Schema:  # noqa: PLR0911  one for each type
    """Return the schema of a field's type; None is left out, since a field may be left out instead."""
    if hasattr(value_type, "__metadata__"):
        return _schema(get_args(value_type)[0], markers)
    if value_type is BBT:
        return {"$ref": "#/$defs/place"}
    if value_type is TimeSignature:
        return {"type": "string", "description": '"3/4"'}
    origin = get_origin(value_type)
    if origin is Literal:
        return {"enum": list(get_args(value_type))}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(value_type)[0], markers)}
    if origin in (types.UnionType, typing.Union):
        arms = [_schema(arm, markers) for arm in get_args(value_type) if arm is not type(None)]
        return arms[0] if len(arms) == 1 else {"type": sorted({arm["type"] for arm in arms})}
    if dataclasses.is_dataclass(value_type):
        assert isinstance(value_type, type)
        return {"$ref": f"#/$defs/{value_type.__name__}"}
    assert isinstance(value_type, type)
    return {"type": _PLAIN[value_type]} | _bounds(markers)


def _bounds(markers: tuple[object, ...]) -> Schema:
    within = next((marker for marker in markers if isinstance(marker, Within)), None)
    if within is None:
        return {}
    if within.low == -math.inf:
        return {"type": ["number", "string"], "maximum": _short(within.high)}
    return {"minimum": _short(within.low), "maximum": _short(within.high)}


def _short(bound: float) -> float:
    return int(bound) if float(bound).is_integer() else bound


def _nested_types() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}

    def look(value_type: object) -> None:
        for part in (value_type, *get_args(value_type)):
            if isinstance(part, type) and dataclasses.is_dataclass(part) and part not in (BBT, TimeSignature):
                found[part.__name__] = part
            elif part is not value_type and get_args(part):
                look(part)

    for fields in _fields_by_verb().values():
        for field in fields:
            look(field.meaning.type)
    return found


def _nested_definitions() -> dict[str, Schema]:
    definitions: dict[str, Schema] = {}
    table = {
        field.meaning.type for verb, found in _fields_by_verb().items() if verb not in RARE_VERBS for field in found
    }
    for name, nested in _nested_types().items():
        if not any(name in str(value_type) for value_type in table):
            continue
        fields = tuple(_fields(nested))
        definitions[name] = {
            "type": "object",
            "properties": {field.name: field.schema for field in fields},
            "required": [field.name for field in fields if field.is_required],
        }
    return definitions


def operation_help(verbs: typing.Iterable[str]) -> str:
    """Return what operations do and take, in words, a few lines each."""
    return "\n\n".join(_help(verb) for verb in verbs)


def _help(verb: str) -> str:
    operation = offered_operations()[verb]
    asks = " (asks before it does)" if getattr(operation, "is_destructive", False) is True else ""
    lines = [f"{verb}{asks}: {_whole_text(operation)}"]
    lines += [f"  {_field_help(field, operation)}" for field in _fields_by_verb()[verb]]
    for name, nested in _nested_types().items():
        if any(name in str(field.schema) for field in _fields_by_verb()[verb]):
            lines.append(f"  {name}: {_whole_text(nested)}")
            lines += [f"    {_field_help(field, nested)}" for field in _fields(nested)]
    return "\n".join(lines)


def _whole_text(value_type: type[Any]) -> str:
    return " ".join((inspect.getdoc(value_type) or "").split())


def _field_help(field: _Field, owner: type[Any]) -> str:
    parts = [_type_words(field)]
    for marker in field.meaning.markers:
        match marker:
            case Names(kind=kind):
                parts.append(f"{kind} that is there: " + ("id or ref" if kind == "send" else "id, ref or unique name"))
            case Makes(kind=kind):
                parts.append(f"your name for the new {kind}")
            case Within(low=low, high=high, unit=unit):
                bounds = f"at most {high:g}" if low == -math.inf else f"{low:g} to {high:g}"
                parts.append(f"{bounds} {unit}".strip())
            case FileToRead():
                parts.append("file in an allowed folder")
            case Told(text=text):
                parts.append(text)
    if not field.is_required:
        default = next(found for found in dataclasses.fields(owner) if found.name == field.name).default
        is_plain = default is not dataclasses.MISSING and default is not None
        parts.append(f"default {default}" if is_plain and not isinstance(default, tuple) else "may be left out")
    return f"{field.name}: {'; '.join(part for part in parts if part)}"


def _type_words(field: _Field) -> str:
    schema = field.schema
    is_list = schema.get("type") == "array"
    item: Schema = schema["items"] if is_list else schema
    if "enum" in item:
        words = " | ".join(item["enum"])
    elif "$ref" in item:
        words = str(item["$ref"]).rpartition("/")[2]
    else:
        kinds = item["type"]
        words = " or ".join(kinds) if isinstance(kinds, list) else kinds
    return f"list of {words}" if is_list else words
