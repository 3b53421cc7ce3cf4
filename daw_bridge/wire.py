"""Change sets and snapshots as the JSON that goes to Ardour's Lua and comes back."""

import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.daw import TransportState
from daw_bridge.wire_mixer import to_group, to_scene, to_strip_facts, to_vca
from daw_bridge.wire_plugins import to_lane, to_plugin
from daw_bridge.wire_regions import to_playlist, to_region
from music.changeset import ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.errors import RequestInvalid
from music.operations import Operation
from music.session import (
    Marker,
    NamedRange,
    Route,
    RouteId,
    RouteKind,
    SessionSnapshot,
    TempoPoint,
    TimeRange,
)
from music.time import BBT, TimeSignature

_STATES = {
    "applied": ChangeSetState.APPLIED,
    "failed": ChangeSetState.FAILED,
    "reverted": ChangeSetState.REVERTED,
}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # "-inf" is silence, and the others are refused with their operation; JSON has none of them
    return value


def to_json(operation: Operation) -> JsonObject:
    """Write an operation as the bridge reads it."""
    return {field.name: _plain(getattr(operation, field.name)) for field in fields(operation)}


@cache
def operation_types() -> dict[str, type[Operation]]:
    """Return the types of all operations by their verbs."""
    types: tuple[type[Operation], ...] = get_args(Operation)
    return {str(field.default): found for found in types for field in fields(found) if field.name == "verb"}


@cache
def _reader(verb: str) -> TypeAdapter[Operation]:
    return TypeAdapter(operation_types()[verb])


def from_json(facts: JsonObject) -> Operation:
    """Read an operation as it was written; RequestInvalid where this Sideman has no such operation."""
    verb = facts.get("verb")
    if verb not in operation_types():
        raise RequestInvalid(f"there is no operation {verb!r}")
    try:
        return _reader(verb).validate_python(facts)
    except ValueError as error:
        raise RequestInvalid(f"the operation {verb} cannot be read: {error}") from error


def to_bbt(place: JsonObject) -> BBT:
    """Read a place."""
    return BBT(place["bar"], place["beat"], place["tick"])


def to_route(facts: JsonObject) -> Route:
    """Read a strip with its regions; silence comes as the text ``-inf``."""
    return Route(
        id=RouteId(facts["id"]),
        name=facts["name"],
        kind=RouteKind(facts["kind"]),
        colour=facts["colour"],
        gain_db=float(facts["gain_db"]),
        pan=None if facts.get("pan") is None else float(facts["pan"]),
        is_muted=facts["is_muted"],
        is_soloed=facts["is_soloed"],
        is_record_armed=facts["is_record_armed"],
        processors=tuple(to_plugin(plugin) for plugin in facts["processors"]),
        automation=tuple(to_lane(lane) for lane in facts.get("automation", ())),
        regions=tuple(to_region(region) for region in facts["regions"]),
        playlists=tuple(to_playlist(playlist) for playlist in facts.get("playlists", ())),
        **to_strip_facts(facts),
    )


def to_range(facts: JsonObject | None) -> TimeRange | None:
    """Read a stretch of the timeline; None where there is none."""
    return None if facts is None else _span(facts)


def _span(facts: JsonObject) -> TimeRange:
    return TimeRange(
        start_samples=facts["start_samples"],
        end_samples=facts["end_samples"],
        start=to_bbt(facts["start"]),
        end=to_bbt(facts["end"]),
    )


def to_tempo_point(facts: JsonObject) -> TempoPoint:
    """Read a place at which tempo or metre changes."""
    return TempoPoint(
        start=to_bbt(facts["start"]),
        tempo_bpm=float(facts["tempo_bpm"]),
        time_signature=TimeSignature(facts["beats"], facts["unit"]),
        ramps_to_bpm=facts.get("ramps_to_bpm"),
    )


def to_marker(facts: JsonObject) -> Marker:
    """Read a marker."""
    return Marker(
        id=facts["id"],
        name=facts["name"],
        position_samples=facts["position_samples"],
        start=to_bbt(facts["start"]),
        kind=facts.get("kind", "marker"),
    )


def _named_range(facts: JsonObject) -> NamedRange:
    return NamedRange(id=facts["id"], name=facts["name"], span=_span(facts))


def to_snapshot(facts: JsonObject) -> SessionSnapshot:
    """Read a snapshot."""
    return SessionSnapshot(
        ardour_version=facts["ardour_version"],
        name=facts["name"],
        folder=facts["folder"],
        sample_rate_hz=facts["sample_rate_hz"],
        revision=facts["revision"],
        tempo_map=tuple(to_tempo_point(point) for point in facts["tempo_map"]),
        markers=tuple(to_marker(marker) for marker in facts["markers"]),
        routes=tuple(to_route(route) for route in facts["routes"]),
        playhead_samples=facts["playhead_samples"],
        playhead=to_bbt(facts["playhead"]),
        is_rolling=facts["is_rolling"],
        is_recording=facts["is_recording"],
        selected_routes=tuple(RouteId(route) for route in facts["selected_routes"]),
        selected_regions=tuple(facts.get("selected_regions", ())),
        selected_range=to_range(facts["selected_range"]),
        groups=tuple(to_group(group) for group in facts.get("groups", ())),
        vcas=tuple(to_vca(vca) for vca in facts.get("vcas", ())),
        scenes=tuple(to_scene(scene) for scene in facts.get("scenes", ())),
        ranges=tuple(_named_range(found) for found in facts.get("ranges", ())),
        loop=to_range(facts.get("loop")),
        punch=to_range(facts.get("punch")),
        is_punch_in=facts.get("is_punch_in", False),
        is_punch_out=facts.get("is_punch_out", False),
    )


def to_kept_snapshot(facts: JsonObject, *, folder: Path, revision: str) -> SessionSnapshot:
    """Read what was music in a session at a revision; what passes, such as the playhead, is not kept."""
    passing = {"ardour_version": "", "name": folder.name, "folder": str(folder), "revision": revision}
    start = {"playhead_samples": 0, "playhead": {"bar": 1, "beat": 1, "tick": 0}}
    still = {"is_rolling": False, "is_recording": False, "selected_routes": [], "selected_range": None}
    return to_snapshot(passing | start | still | facts)


def to_transport_state(facts: JsonObject) -> TransportState:
    """Read the transport's state."""
    return TransportState(
        playhead_samples=facts["playhead_samples"],
        playhead=to_bbt(facts["playhead"]),
        is_rolling=facts["is_rolling"],
        is_recording=facts["is_recording"],
        is_looping=facts["is_looping"],
        has_metronome=facts["has_metronome"],
    )


def to_outcome(index: int, verb: str, facts: JsonObject) -> Outcome:
    """Read what became of one operation."""
    return Outcome(
        index=index,
        verb=verb,
        status=OutcomeStatus(facts["status"]),
        reason=facts.get("reason", ""),
        route_id=facts.get("route_id"),
        target_id=facts.get("target_id", facts.get("route_id")),
        asked=facts.get("asked", ""),
        read_back=facts.get("read_back", ""),
    )


def _notes(entry: JsonObject) -> list[str]:
    return [inverse["note"] for inverse in entry["inverses"] if inverse.get("note")]


def _undone(entry: JsonObject, outcome: Outcome) -> Outcome:
    """Say what became of an operation that was taken back."""
    notes = _notes(entry)
    if any(not inverse.get("is_undone") for inverse in entry["inverses"]):
        status, reason = OutcomeStatus.FAILED, "it still stands"
    elif notes:
        status, reason = OutcomeStatus.UNVERIFIED, "; ".join(notes)
    else:
        status, reason = OutcomeStatus.VERIFIED, "taken back"
    return replace(outcome, status=status, reason=reason, asked="", read_back="")


def _after_failure(entry: JsonObject, outcome: Outcome) -> Outcome:
    """Say of an operation that was done before another one failed that it does not stand any more."""
    if outcome.status is OutcomeStatus.FAILED:
        return outcome
    undone = _undone(entry, outcome)
    if undone.status is OutcomeStatus.VERIFIED:
        return Outcome(
            index=outcome.index, verb=outcome.verb, status=OutcomeStatus.NOT_APPLIED, reason="done, then taken back"
        )
    return undone


def _recorded_outcomes(record: JsonObject) -> Iterable[Outcome]:
    entries: list[JsonObject] = record["entries"]
    for index, operation in enumerate(record["operations"]):
        verb = operation["verb"]
        entry: JsonObject = entries[index] if index < len(entries) else {}
        facts: dict[str, Any] | None = entry.get("outcome")
        if not entry:
            yield Outcome(
                index=index, verb=verb, status=OutcomeStatus.NOT_APPLIED, reason="an earlier operation did not succeed"
            )
            continue
        outcome = to_outcome(index, verb, facts or {"status": "uncertain", "reason": "Ardour did not report on it"})
        if record["state"] == "reverted":
            yield _undone(entry, outcome)
        elif record["state"] == "failed":
            yield _after_failure(entry, outcome)
        else:
            yield outcome


def to_result(record: JsonObject) -> ChangeSetResult:
    """Read a change set's journal; one that was never closed is uncertain."""
    return ChangeSetResult(
        id=ChangeSetId(record["id"]),
        label=record["label"],
        state=_STATES.get(record["state"], ChangeSetState.UNCERTAIN),
        outcomes=tuple(_recorded_outcomes(record)),
        revision=record.get("revision"),
        revision_before=record.get("revision_before"),
        is_as_before=record.get("is_as_before"),
        begun=datetime.fromtimestamp(record["begun_unix"], UTC),
    )
