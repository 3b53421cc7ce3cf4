"""Styles as the TOML files they are kept in: writing one so that reading it back gives the same style."""

import json
import re
from collections.abc import Mapping

from pydantic import TypeAdapter

from music.style import Style
from music.time import TimeSignature

_STYLES = TypeAdapter(Style)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_WIDEST_LINE = 110


def style_to_toml(style: Style, *, comment: str = "") -> str:
    """Return a style's file; ``comment`` stands above it, line by line. The id is the file's name and is left out."""
    fields = _plain(_STYLES.dump_python(style, mode="json"))
    assert isinstance(fields, dict)
    del fields["id"]
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    tables = {name: value for name, value in fields.items() if isinstance(value, dict)}
    lines += [f"{_key(name)} = {_value(value)}" for name, value in fields.items() if name not in tables]
    for name, value in tables.items():
        lines += _table(_key(name), value)
    return "\n".join(lines) + "\n"


def _plain(value: object, name: str = "") -> object:
    """Return what TOML can hold: no nulls, and metres as the texts that style files have."""
    if isinstance(value, Mapping):
        if set(value) == {"beats", "unit"}:
            return str(TimeSignature(**value))
        return {str(key): _plain(item, str(key)) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item, name) for item in value]
    return value


def _table(name: str, fields: Mapping[str, object]) -> list[str]:
    """Write a table; tables inside it follow it, so that parts can be read one by one."""
    inner = {key: value for key, value in fields.items() if isinstance(value, dict) and _is_wide(value)}
    lines = ["", f"[{name}]"]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in fields.items() if key not in inner]
    for key, value in inner.items():
        lines += _table(f"{name}.{_key(key)}", value)
    return lines


def _is_wide(value: object) -> bool:
    return len(_value(value)) > _WIDEST_LINE


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        flat = _inline(value)
        if len(flat) <= _WIDEST_LINE:
            return flat
        return "[\n" + "".join(f"    {_inline(item)},\n" for item in value) + "]"
    return _inline(value)


def _inline(value: object) -> str:
    """Write a value on one line, as a table inside an array has to stand."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
