"""What an operation that is computed outside Ardour is given: a way to read, and ids in place of refs."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from daw_bridge.bridge_folder import JsonObject
from music.operations import Operation
from music.operations.fields import Names, field_meanings

Read = Callable[[str, JsonObject], Awaitable[JsonObject]]  # the name and arguments of one of the bridge's readings
Derivation = Callable[[Any, Read], Awaitable[tuple[Operation, ...]]]


def resolved(operation: Operation, refs: Mapping[str, str]) -> Operation:
    """Return the operation with ids in place of the refs that earlier operations of its change set made."""
    operation_type: type[Any] = type(operation)
    changed: dict[str, Any] = {
        meaning.name: _resolved_value(getattr(operation, meaning.name), refs)
        for meaning in field_meanings(operation_type)  # type: ignore[arg-type]  # a type is hashable
        if any(isinstance(marker, Names) for marker in meaning.markers)
    }
    return dataclasses.replace(operation, **changed) if changed else operation


def resolved_arguments(arguments: JsonObject, refs: Mapping[str, str]) -> JsonObject:
    """Return a reading's arguments with ids in place of refs."""
    return {name: _resolved_value(value, refs) for name, value in arguments.items()}


def _resolved_value(value: object, refs: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return refs.get(value, value)
    if isinstance(value, tuple):
        return tuple(_resolved_value(item, refs) for item in value)
    if isinstance(value, list):
        return [_resolved_value(item, refs) for item in value]
    return value
