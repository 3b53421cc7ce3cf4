"""JSON schemas with only what a reader needs: a model reads the whole list of tools, so every byte counts."""

from typing import Any

Schema = dict[str, Any]
_NULL = {"type": "null"}


def compact(schema: Schema, *, is_answer: bool = False) -> Schema:
    """Return a schema without titles, null defaults and unions of one type with null.

    An ``is_answer`` schema describes what is returned; there the list of fields that are always there goes, too.
    """
    compacted: Schema = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            compacted[key] = {name: compact(field, is_answer=is_answer) for name, field in value.items()}
        elif key == "anyOf":
            compacted |= _union([compact(arm, is_answer=is_answer) for arm in value])
        elif key == "items":
            compacted[key] = compact(value, is_answer=is_answer)
        elif not _is_idle(key, value, schema, is_answer=is_answer):
            compacted[key] = value
    return compacted


def _is_idle(key: str, value: object, schema: Schema, *, is_answer: bool) -> bool:
    """Tell whether a key tells a reader nothing that the field's name and type do not."""
    if key == "title":
        return True
    if is_answer:
        return key in ("required", "default") or (key == "description" and "properties" in schema)
    return key == "default" and value is None


def without_parts(schema: Schema) -> Schema:
    """Return the schema of an answer as a plain object; some other tool, or the answer itself, tells its parts."""
    return {"type": schema["type"]}


def _union(arms: list[Schema]) -> Schema:
    """Join a union with null: a field that may be left out says so by not being required."""
    others = [arm for arm in arms if arm != _NULL]
    if len(others) != 1 or len(arms) == 1:
        return {"anyOf": arms}
    (only,) = others
    if "type" not in only or "enum" in only:
        return {"anyOf": arms}
    return only | {"type": [only["type"], "null"]}
