"""What a change set would destroy, in words for whoever is asked whether it may. Pure."""

import dataclasses
from collections.abc import Iterable, Iterator

from music.field_words import shown
from music.operations import Operation
from music.operations.fields import named
from music.operations.mixer import StoreScene
from music.session import Region, Route, SessionSnapshot
from workflows.session_view import KINDS, region_bars

_NOT_LOST = ("verb", "name", "notes", "points")


def losses(operations: Iterable[Operation], session: SessionSnapshot) -> tuple[str, ...]:
    """Return a line for each operation that deletes or overwrites something; none where nothing is lost."""
    names = _names(session)
    return tuple(
        f"{operation.verb}: {', '.join([*_targets(operation, names), *_facts(operation)])}"
        for operation in operations
        if getattr(operation, "is_destructive", False) and not _is_new(operation, session)
    )


def _is_new(operation: Operation, session: SessionSnapshot) -> bool:
    """Tell whether something is stored where there is nothing yet."""
    return isinstance(operation, StoreScene) and all(scene.number != operation.scene for scene in session.scenes)


def _targets(operation: Operation, names: dict[str, str]) -> list[str]:
    return [names.get(name, repr(name)) for _, name in named(operation)]


def _facts(operation: Operation) -> Iterator[str]:
    """Tell what else of an operation says what is lost: which preset, which stretch, which notes."""
    targets = [name for _, name in named(operation)]
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if field.name in _NOT_LOST or value is None or value in targets:
            continue
        if text := shown(value):
            yield f"{field.name.replace('_', ' ')} {text}"


def _names(session: SessionSnapshot) -> dict[str, str]:
    """Return what ids, and names of routes and VCAs, stand for."""
    found: dict[str, str] = {}
    for route in session.routes:
        found[route.name] = found[route.id] = _route(route)
        for region in route.regions:
            found[region.id] = _region(region, route, session)
        found |= {plugin.id: f"plugin {plugin.name!r} of {route.name}" for plugin in route.processors}
        found |= {send.id: f"send {send.name!r} of {route.name}" for send in route.sends}
        found |= {playlist.id: f"playlist {playlist.name!r} of {route.name}" for playlist in route.playlists}
    found |= {group.id: f"group {group.name!r}" for group in session.groups}
    found |= {marker.id: f"marker {marker.name!r} at {marker.start}" for marker in session.markers}
    found |= {span.id: f"range {span.name!r} from {span.span.start} to {span.span.end}" for span in session.ranges}
    for vca in session.vcas:
        found[vca.name] = found[vca.id] = f"VCA {vca.name!r}"
    return found


def _route(route: Route) -> str:
    kind = KINDS[route.kind] + ("" if route.kind.value.endswith(("bus", "master", "monitor")) else " track")
    parts = [f"{len(route.regions)} region(s)", f"{len(route.processors)} plugin(s)"]
    return (
        f"{kind} {route.name!r} with {' and '.join(part for part in parts if not part.startswith('0'))}".removesuffix(
            " with "
        )
    )


def _region(region: Region, route: Route, session: SessionSnapshot) -> str:
    notes = "" if region.n_notes is None else f", {region.n_notes} notes"
    return f"region {region.name!r} of {route.name} in bars {region_bars((region,), session)}{notes}"
