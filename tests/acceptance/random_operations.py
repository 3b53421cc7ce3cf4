"""Drawing valid operations by chance, from what their fields mean and from what is there in the session."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from music.changeset import ChangeSet, ChangeSetId
from music.operations import Operation
from music.operations.fields import FileToRead, Makes, Names, Within, field_meanings
from music.session import RouteKind, SessionSnapshot
from music.time import BBT, TimeSignature

INSTRUMENT = "https://community.ardour.org/node/7596"  # Ardour's reasonablesynth, which loads no files
LAST_BAR = 12
_MOST_TRIES = 20
_LONGEST_SET = 5
_NO_NUMBER_BELOW = -60.0  # dB, where a level may be anything down to silence
_RARELY = 0.2
_MOST_ITEMS = 3
_WORDS = ("Amber", "Birch", "Cedar", "Dusk", "Ember", "Fjord", "Größe", "Hush & <b>", 'In "quotes"', "Jay; 1")
COMPRESSOR = "urn:ardour:a-comp"
_PLUGINS = (COMPRESSOR, "urn:ardour:a-eq", "urn:ardour:a-delay", "urn:ardour:a-reverb")


class CannotDraw(LookupError):
    """There is nothing in this session that such an operation could be about."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What operations may be about: the session, files to import, the parameters of plugins by their uri.

    ``lacking`` are the verbs that this Ardour cannot do, whatever they are about.
    """

    session: SessionSnapshot
    audio: str
    midi: str
    parameters: Mapping[str, tuple[tuple[str, float, float], ...]]  # name, lowest, highest
    lacking: frozenset[str] = frozenset()


def operation_types() -> tuple[type[Operation], ...]:
    """Return every operation that a model may ask for."""
    return tuple(found for found in get_args(Operation) if getattr(found, "is_offered", True))


def draw_change_set(seed: str, around: Surroundings) -> ChangeSet:
    """Return the change set of a seed: one to five operations of any kind."""
    chance = Random(seed)
    drawing = _Drawing(chance, around)
    operations: list[Operation] = []
    wanted = chance.randint(1, _LONGEST_SET)
    possible = [kind for kind in operation_types() if _verb(kind) not in around.lacking]
    while len(operations) < wanted:
        try:
            operations.append(drawing.operation(chance.choice(possible)))
        except CannotDraw:
            continue
    return ChangeSet(id=ChangeSetId(f"random-{seed}"), label=f"random {seed}", operations=tuple(operations))


# What an operation is about where not everything of a kind will do: by its verb, for its first names.
_MAIN_FIELDS = ("region", "route", "track", "plugin", "group")
_FIT = {
    **dict.fromkeys(
        ("set_region_gain", "normalise_region", "fade_region", "reverse_region", "stretch_region", "pitch_region"),
        "audio_region",
    ),
    **dict.fromkeys(("arm_track", "set_monitor"), "track"),
    **dict.fromkeys(("set_channels", "import_audio"), "audio_track"),
    **dict.fromkeys(("import_midi", "add_midi_region"), "midi_track"),
    **dict.fromkeys(
        (
            "add_notes",
            "delete_notes",
            "edit_notes",
            "humanise_notes",
            "quantise_notes",
            "replace_notes",
            "set_note_lengths",
            "set_program",
            "shape_velocity",
            "transpose_notes",
            "write_controller",
        ),
        "midi_region",
    ),
    **dict.fromkeys(("add_sidechain", "remove_sidechain"), "compressor"),
}
_MADE = {"add_audio_track": "audio_track", "add_midi_track": "midi_track"}


def _regions(session: SessionSnapshot, kind: RouteKind) -> list[str]:
    return [region.id for route in session.routes if route.kind is kind for region in route.regions]


def _verb(kind: type[Any]) -> str:
    return next((str(field.default) for field in fields(kind) if field.name == "verb"), "")


class _Drawing:
    """One change set on its way; it knows what there will be by then."""

    def __init__(self, chance: Random, around: Surroundings) -> None:
        self._chance, self._around = chance, around
        self._n_refs = 0
        session = around.session
        plugins = [plugin.id for route in session.routes for plugin in route.processors]
        self._there: dict[str, list[str]] = {
            "route": [route.id for route in session.routes],
            "region": [region.id for route in session.routes for region in route.regions],
            "marker": [marker.id for marker in session.markers],
            "plugin": plugins,
            "send": [send.id for route in session.routes for send in route.sends],
            "playlist": [playlist.id for route in session.routes for playlist in route.playlists],
            "group": [group.id for group in session.groups],
            "vca": [vca.id for vca in session.vcas],
            "range": [found.id for found in session.ranges],
            "audio_track": [route.id for route in session.routes if route.kind is RouteKind.AUDIO_TRACK],
            "midi_track": [route.id for route in session.routes if route.kind is RouteKind.MIDI_TRACK],
            "bus": [route.id for route in session.routes if route.kind is RouteKind.BUS],
            "audio_region": _regions(session, RouteKind.AUDIO_TRACK),
            "midi_region": _regions(session, RouteKind.MIDI_TRACK),
            "compressor": [
                plugin.id for route in session.routes for plugin in route.processors if plugin.uri == COMPRESSOR
            ],
        }
        self._there["track"] = [*self._there["audio_track"], *self._there["midi_track"]]
        self._verb = ""
        self._uris = {plugin.id: plugin.uri for route in session.routes for plugin in route.processors}

    def operation(self, kind: type[Any]) -> Operation:
        """Draw one; what its own rules refuse is drawn again."""
        for _ in range(_MOST_TRIES):
            self._verb = _verb(kind) or self._verb  # a part of an operation has none
            drawn = self._fields(kind)
            if adjust := _ADJUSTMENTS.get(self._verb):
                adjust(self, drawn)
            try:
                return kind(**drawn)  # type: ignore[no-any-return]
            except (ValueError, TypeError):
                continue
        raise CannotDraw(kind.__name__)

    def _fields(self, kind: type[Any]) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        has_default = {field.name: field.default for field in fields(kind)}
        for meaning in field_meanings(kind):  # type: ignore[arg-type]  # a type is hashable
            default = has_default[meaning.name]
            is_optional = default is None or NoneType in get_args(meaning.type)
            if is_optional and self._perhaps():
                drawn[meaning.name] = None
                continue
            drawn[meaning.name] = self._value(meaning.name, meaning.type, meaning.markers)
        return drawn

    def _value(self, name: str, hint: Any, markers: tuple[object, ...]) -> Any:  # noqa: PLR0911  one line per type
        if get_origin(hint) in (Union, UnionType):
            return self._value(
                name, self._chance.choice([part for part in get_args(hint) if part is not NoneType]), markers
            )
        if hasattr(hint, "__metadata__"):
            return self._value(name, get_args(hint)[0], tuple(hint.__metadata__))
        if get_origin(hint) is tuple:
            return self._values(name, get_args(hint)[0], markers)
        if get_origin(hint) is Literal:
            return self._chance.choice(get_args(hint))
        if hint is bool:
            return self._perhaps()
        if hint is BBT:
            return self.place()
        if hint is TimeSignature:
            return TimeSignature(self._chance.choice((3, 4, 5, 7)), self._chance.choice((4, 8)))
        if hint in (int, float):
            return self._number(hint, markers)
        if hint is str:
            return self._text(name, markers)
        return self.operation(hint)

    def _values(self, name: str, hint: Any, markers: tuple[object, ...]) -> tuple[Any, ...]:
        found: list[Any] = []
        for _ in range(self._chance.randint(1, _MOST_ITEMS)):
            value = self._value(name, hint, markers)
            if value not in found:
                found.append(value)
        return tuple(found)

    def _perhaps(self) -> bool:
        return self._chance.random() < 0.5

    def place(self) -> BBT:
        """Draw a place: mostly on a beat, often on a bar."""
        tick = self._chance.choice((0, 0, 0, 240, 480, 641))
        return BBT(self._chance.randint(1, LAST_BAR), self._chance.choice((1, 1, 2, 3)), tick)

    def _number(self, hint: type[Any], markers: tuple[object, ...]) -> float | int:
        bounds = next((marker for marker in markers if isinstance(marker, Within)), Within(0, 8))
        if hint is int:
            return self._chance.randint(int(bounds.low), int(min(bounds.high, bounds.low + 16)))
        low = bounds.low if bounds.low > -math.inf else _NO_NUMBER_BELOW
        if bounds.low == -math.inf and self._chance.random() < _RARELY:
            return -math.inf
        return round(self._chance.uniform(low, min(bounds.high, low + 100)), self._chance.choice((0, 1, 3)))

    def _text(self, name: str, markers: tuple[object, ...]) -> str:
        for marker in markers:
            if isinstance(marker, Names):
                return self.thing(_FIT.get(self._verb, marker.kind) if name in _MAIN_FIELDS else marker.kind)
            if isinstance(marker, Makes):
                self._n_refs += 1
                ref = f"ref {self._n_refs}"
                self._there[_MADE.get(self._verb, marker.kind)].append(ref)
                return ref
            if isinstance(marker, FileToRead):
                return self._around.audio
        if name == "colour":
            return f"#{self._chance.randrange(1 << 24):06x}"
        return f"{self._chance.choice(_WORDS)} {self._chance.randrange(1000)}"

    def thing(self, kind: str) -> str:
        """Draw something that is there; what an earlier operation of the same change set makes is there, too."""
        if not self._there[kind]:
            raise CannotDraw(kind)
        return self._chance.choice(self._there[kind])

    def set_import(self, drawn: dict[str, Any]) -> None:
        """Let the import of a file be of the right kind, and read whatever it finds."""
        drawn["path"] = self._around.midi if "n_notes" in drawn else self._around.audio
        drawn.pop("n_notes", None)
        drawn.pop("length_samples", None)

    def set_instrument(self, drawn: dict[str, Any]) -> None:
        """Choose an installed instrument, or none."""
        drawn["instrument_plugin"] = self._chance.choice((None, INSTRUMENT))
        drawn["instrument_preset"] = None

    def set_plugin(self, drawn: dict[str, Any]) -> None:
        """Choose an installed effect."""
        drawn["plugin"], drawn["preset"] = self._chance.choice(_PLUGINS), None
        drawn["index"] = None

    def set_value(self, drawn: dict[str, Any]) -> None:
        """Choose a parameter of the plugin and a value within its range."""
        known = self._around.parameters.get(self._uris.get(drawn["plugin"], ""))
        if not known:
            raise CannotDraw("parameter")
        name, low, high = self._chance.choice(known)
        drawn["parameter"], drawn["value"] = name, self._chance.uniform(low, high)

    def set_lane(self, drawn: dict[str, Any]) -> None:
        """Choose a lane, and points for it."""
        drawn |= {"route": None, "plugin": None, "send": None}
        owner = self._chance.choice(("route", "route", "plugin", "send"))
        drawn[owner] = self.thing(owner)
        low, high = -40.0, 0.0
        drawn["control"] = "gain"
        if owner == "plugin":
            known = self._around.parameters.get(self._uris.get(drawn["plugin"], ""))
            if not known:
                raise CannotDraw("parameter")
            drawn["control"], low, high = self._chance.choice(known)
        elif owner == "route" and (name := self._chance.choice(("gain", "pan", "trim"))) != "gain":
            drawn["control"], low, high = name, -1.0, 1.0
        if "points" in drawn:
            places = sorted(self._chance.sample(range(32), self._chance.randint(1, 6)))
            drawn["points"] = ";".join(f"{place} {self._chance.uniform(low, high):.6g}" for place in places)
            drawn["interpolation"] = self._chance.choice((None, "linear", "discrete"))

    def set_ports(self, drawn: dict[str, Any]) -> None:
        """Connect to a strip, or to nothing."""
        name = "sources" if "sources" in drawn else "targets"
        drawn[name] = () if self._chance.random() < _RARELY else (self.thing("route"),)

    def shorten(self, drawn: dict[str, Any]) -> None:
        """Stretch by little: it is the time of this machine."""
        if drawn.get("ratio") is not None:
            drawn["ratio"] = self._chance.choice((0.5, 0.8, 1.5, 2.0))

    def set_preset(self, drawn: dict[str, Any]) -> None:
        """Choose a name: there are no presets to load."""
        del drawn
        raise CannotDraw("preset")


_ADJUSTMENTS: dict[str, Callable[[_Drawing, dict[str, Any]], None]] = {
    "import_midi": _Drawing.set_import,
    "import_audio": _Drawing.set_import,
    "add_midi_track": _Drawing.set_instrument,
    "add_plugin": _Drawing.set_plugin,
    "set_parameter": _Drawing.set_value,
    "write_automation": _Drawing.set_lane,
    "clear_automation": _Drawing.set_lane,
    "thin_automation": _Drawing.set_lane,
    "set_automation_mode": _Drawing.set_lane,
    "set_input": _Drawing.set_ports,
    "set_output": _Drawing.set_ports,
    "stretch_region": _Drawing.shorten,
    "load_preset": _Drawing.set_preset,
    "save_preset": _Drawing.set_preset,
    "overwrite_preset": _Drawing.set_preset,
}
