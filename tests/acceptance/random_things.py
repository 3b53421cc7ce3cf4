"""What operations drawn by chance may be about: what is in the session, and what earlier ones of a set do to it."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from music.note_text import NoteRow, from_rows
from music.session import Region, Route, RouteKind, SessionSnapshot
from music.time import BBT, TICKS_PER_QUARTER

COMPRESSOR = "urn:ardour:a-comp"
INSTRUMENT = "https://community.ardour.org/node/7596"  # Ardour's reasonablesynth, which loads no files
LAST_BAR = 12
_BEATS_PER_BAR = 4  # of the session's first bars, in which all material lies
_BAR_TICKS = _BEATS_PER_BAR * TICKS_PER_QUARTER
TICKS_PER_SECOND = TICKS_PER_QUARTER * 120 // 60  # as the session's first bars go


class CannotDraw(LookupError):
    """There is nothing in this session that such an operation could be about."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What operations may be about: the session, files to import, what can be set on plugins, by their uri.

    ``lacking`` are the verbs that this Ardour cannot do, whatever they are about.
    """

    session: SessionSnapshot
    audio: str
    midi: str
    parameters: Mapping[str, tuple[tuple[str, float, float], ...]]  # name, lowest, highest
    presets: Mapping[str, tuple[tuple[str, bool], ...]]  # name, and whether it is the user's own
    lacking: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that operations name: its id, or the ref under which an operation made it."""

    name: str
    kinds: frozenset[str]  # what fields call it, and closer: a "route" may be a "track", a "midi_track"
    on: str = ""  # what it goes with
    span: tuple[int, int] = (0, 0)  # of a region: where it starts and ends, in ticks of requests
    notes: tuple[NoteRow, ...] = ()
    uri: str = ""  # of a plugin
    members: tuple[str, ...] = ()  # of a group or a VCA; of a send where it goes
    n_channels: int = 2


class Things:
    """All that can be named at one point of a change set that is being drawn."""

    def __init__(self, chance: Random, around: Surroundings) -> None:
        self.chance, self.around = chance, around
        self._all = {thing.name: thing for thing in _things_of(around)}
        self.tempo_changes = [point.start for point in around.session.tempo_map[1:]]
        self.scenes = [scene.number for scene in around.session.scenes]

    def those(self, kind: str) -> list[Thing]:
        """Return the things of a kind."""
        if kind == "noted_region":
            return [thing for thing in self._all.values() if thing.notes]
        return [thing for thing in self._all.values() if kind in thing.kinds]

    def pick(self, kind: str, where: Callable[[Thing], bool] = lambda _: True) -> Thing:
        """Draw a thing of a kind."""
        found = [thing for thing in self.those(kind) if where(thing)]
        if not found:
            raise CannotDraw(kind)
        return self.chance.choice(found)

    def has(self, name: str) -> bool:
        """Tell whether a thing of this name is there."""
        return name in self._all

    def get(self, name: str) -> Thing:
        """Return the thing of a name."""
        return self._all[name]

    def add(self, thing: Thing) -> None:
        """Let a thing be there."""
        self._all[thing.name] = thing

    def change(self, name: str, **changes: object) -> None:
        """Let a thing be another way."""
        self._all[name] = dataclasses.replace(self._all[name], **changes)  # type: ignore[arg-type]  # as its fields are

    def remove(self, name: str) -> None:
        """Let a thing be gone, and what was on it."""
        self._all.pop(name, None)
        for thing in [thing for thing in self._all.values() if thing.on == name]:
            self.remove(thing.name)

    def often(self, share: float = 0.5) -> bool:
        """Toss a coin."""
        return self.chance.random() < share

    def place(self) -> BBT:
        """Draw a place: mostly on a beat, often on a bar."""
        tick = self.chance.choice((0, 0, 0, 240, 480, 641))
        return BBT(self.chance.randint(1, LAST_BAR), self.chance.choice((1, 1, 2, 3)), tick)

    def place_within(self, start_ticks: int, end_ticks: int) -> BBT:
        """Draw a place between two others, neither of them."""
        steps = range(start_ticks // 240 + 1, (end_ticks - 1) // 240 + 1)
        if not steps:
            raise CannotDraw("place")
        return place_at(240 * self.chance.choice(steps))


def place_at(ticks: int) -> BBT:
    """Return the bar, beat and tick of a place in the first bars."""
    bar, rest = divmod(ticks, _BAR_TICKS)
    beat, tick = divmod(rest, TICKS_PER_QUARTER)
    return BBT(bar + 1, beat + 1, tick)


def ticks_at(place: BBT) -> int:
    """Return how many ticks after the start a place in the first bars is."""
    return (place.bar - 1) * _BAR_TICKS + (place.beat - 1) * TICKS_PER_QUARTER + place.tick


def _things_of(around: Surroundings) -> Iterator[Thing]:
    session = around.session
    fed = {send.target for route in session.routes for send in route.sends}
    for route in session.routes:
        yield from _things_of_route(route, session.sample_rate_hz)
        for plugin in route.processors:
            kinds = plugin_kinds(plugin.uri, around)
            if plugin.id in fed:
                kinds = kinds - {"free_plugin"} | {"sidechained"}
            yield Thing(name=plugin.id, kinds=kinds, on=route.id, uri=plugin.uri)
    yield from (Thing(name=marker.id, kinds=frozenset({"marker"})) for marker in session.markers)
    yield from (Thing(name=found.id, kinds=frozenset({"range"})) for found in session.ranges)
    yield from (Thing(name=group.id, kinds=frozenset({"group"}), members=group.routes) for group in session.groups)
    yield from (Thing(name=vca.id, kinds=frozenset({"vca"}), members=vca.routes) for vca in session.vcas)


def _things_of_route(route: Route, sample_rate_hz: int) -> Iterator[Thing]:
    kinds = {"route", route.kind.value}
    is_sounding = route.kind is RouteKind.AUDIO_TRACK or any(plugin.uri == INSTRUMENT for plugin in route.processors)
    if route.kind is not RouteKind.MASTER:
        kinds.add("strip")
    if route.kind in (RouteKind.AUDIO_TRACK, RouteKind.MIDI_TRACK):
        kinds |= {"track", "sounding_track"} if is_sounding and route.regions else {"track"}
        kinds |= set() if is_sounding else {"note_track"}
    kinds |= {"wide_route"} if route.width is not None else set()
    kinds |= {"panned_strip"} if route.pan is not None else set()
    kinds |= (
        set() if any(lane.target == "gain" and lane.mode == "play" for lane in route.automation) else {"free_fader"}
    )
    yield Thing(name=route.id, kinds=frozenset(kinds), n_channels=len(route.polarity))
    for send in route.sends:
        yield Thing(name=send.id, kinds=frozenset({"send"}), on=route.id, members=(send.target or "",))
    for playlist in route.playlists:
        spare = set() if playlist.is_used else {"spare_playlist"}
        yield Thing(name=playlist.id, kinds=frozenset({"playlist", *spare}), on=route.id)
    for region in route.regions:
        yield _thing_of_region(region, route, sample_rate_hz, is_sounding=is_sounding)


def plugin_kinds(uri: str, around: Surroundings) -> frozenset[str]:
    """Return what kinds of thing a plugin of a uri is that has no sidechain."""
    is_known, is_compressor = bool(around.parameters.get(uri)), uri == COMPRESSOR
    closer = (["known_plugin"] if is_known else []) + (["compressor"] if is_compressor else [])
    return frozenset({"plugin", "free_plugin", *closer})


def _thing_of_region(region: Region, route: Route, sample_rate_hz: int, *, is_sounding: bool) -> Thing:
    kind = "midi_region" if route.kind is RouteKind.MIDI_TRACK else "audio_region"
    start = ticks_at(region.start)
    return Thing(
        name=region.id,
        kinds=frozenset({"region", kind, *(["sounding_region"] if is_sounding else [])}),
        on=route.id,
        span=(start, start + region.length_samples * TICKS_PER_SECOND // sample_rate_hz),
        notes=from_rows(region.notes),
    )
