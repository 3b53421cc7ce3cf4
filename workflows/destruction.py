"""What a change set would destroy, in words for whoever is asked whether it may. Pure."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator

from music.field_words import shown
from music.operations import Operation
from music.operations.fields import ObjectKind, named
from music.operations.mixer import StoreScene
from music.session import Region, Route, SessionSnapshot
from workflows.session_view import KINDS, region_bars

Names = dict[tuple[ObjectKind, str], str]
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


def _targets(operation: Operation, names: Names) -> list[str]:
    return [names.get((kind, name), repr(name)) for kind, name in named(operation)]


def _facts(operation: Operation) -> Iterator[str]:
    """Tell what else of an operation says what is lost: which preset, which stretch, which notes."""
    targets = [name for _, name in named(operation)]
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if field.name in _NOT_LOST or value is None or value in targets:
            continue
        if text := shown(value):
            yield f"{field.name.replace('_', ' ')} {text}"


def _names(session: SessionSnapshot) -> Names:
    """Return what ids stand for, and names of routes, VCAs and regions where only one bears it."""
    found: Names = {}
    for route in session.routes:
        found["route", route.name] = found["route", route.id] = _route(route)
        found |= {("plugin", one.id): f"plugin {one.name!r} of {route.name}" for one in route.processors}
        found |= {("send", one.id): f"send {one.name!r} of {route.name}" for one in route.sends}
        found |= {("playlist", one.id): f"playlist {one.name!r} of {route.name}" for one in route.playlists}
    regions = [(region, route) for route in session.routes for region in route.regions]
    n_called = Counter(region.name for region, _ in regions)
    for region, route in regions:
        told = found["region", region.id] = _region(region, route, session)
        if n_called[region.name] == 1:
            found.setdefault(("region", region.name), told)
    found |= {("group", one.id): f"group {one.name!r}" for one in session.groups}
    found |= {("marker", one.id): f"marker {one.name!r} at {one.start}" for one in session.markers}
    found |= {
        ("range", one.id): f"range {one.name!r} from {one.span.start} to {one.span.end}" for one in session.ranges
    }
    for vca in session.vcas:
        found["vca", vca.name] = found["vca", vca.id] = f"VCA {vca.name!r}"
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
