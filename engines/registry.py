"""Finds engines, ours and other people's, through the entry-point group ``sideman.engines``."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from engines.engine import EngineContext, MusicEngine
from engines.spec import EngineSpec
from music.errors import NotFound, SetupBroken
from music.names import nearest_name

ENTRY_POINT_GROUP = "sideman.engines"


class EngineFactory(Protocol):
    """An engine's class: its spec can be read without making one."""

    spec: EngineSpec

    def __call__(self, context: EngineContext) -> MusicEngine:
        """Make the engine; heavy weights are loaded when it first generates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineListing:
    """A registered engine: ready with its spec, or broken with the reason."""

    name: str
    origin: str  # the entry point, as ``module:Class``
    factory: EngineFactory | None
    reason: str = ""

    @property
    def spec(self) -> EngineSpec | None:
        """What the engine says about itself; None when it could not be loaded."""
        return self.factory.spec if self.factory else None


class EngineRegistry:
    """The engines by name."""

    def __init__(self, listings: Iterable[EngineListing]) -> None:
        self._listings: dict[str, EngineListing] = {}
        for listing in listings:
            if listing.name in self._listings:
                raise SetupBroken(
                    f"two engines are named {listing.name!r}: {self._listings[listing.name].origin} and "
                    f"{listing.origin}; uninstall one of the packages"
                )
            self._listings[listing.name] = listing

    @property
    def listings(self) -> tuple[EngineListing, ...]:
        """All engines, broken ones included, by name."""
        return tuple(self._listings[name] for name in sorted(self._listings))

    def create(self, name: str, context: EngineContext) -> MusicEngine:
        """Make an engine; NotFound for an unknown name, SetupBroken for one that failed to load."""
        listing = self._listings.get(name)
        if listing is None:
            raise NotFound("engine", name, nearest=nearest_name(name, self._listings))
        if listing.factory is None:
            raise SetupBroken(f"engine {name!r} ({listing.origin}) could not be loaded: {listing.reason}")
        return listing.factory(context)


def load_registry(points: Iterable[EntryPoint] | None = None) -> EngineRegistry:
    """List the engines of the given entry points, or of all that are installed; SetupBroken if a name repeats."""
    found = entry_points(group=ENTRY_POINT_GROUP) if points is None else points
    return EngineRegistry(_listing(point) for point in found)


def _listing(point: EntryPoint) -> EngineListing:
    try:
        factory = point.load()
        name = factory.spec.name
    except Exception as error:  # noqa: BLE001  # whatever a foreign plug-in raises is the reason that is shown
        return EngineListing(
            name=point.name, origin=point.value, factory=None, reason=f"{type(error).__name__}: {error}"
        )
    if name != point.name:
        reason = f"its spec is named {name!r}, its entry point {point.name!r}"
        return EngineListing(name=point.name, origin=point.value, factory=None, reason=reason)
    return EngineListing(name=name, origin=point.value, factory=factory)
