"""Comparing what was asked for with what Ardour says is in the session."""

import math
from collections.abc import Iterable, Iterator

from music.changeset import Outcome, OutcomeStatus
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.session import Region, Route, SessionSnapshot

_TEMPO_TOLERANCE_BPM = 0.0005  # Ardour keeps tempo as whole superclocks per beat
_GAIN_TOLERANCE_DB = 0.001  # and gain as a 32-bit coefficient
_PAN_TOLERANCE = 0.001
_SILENCE_DB = -192.0
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))


def compare(operations: Iterable[Operation], refs: dict[str, str], snapshot: SessionSnapshot) -> tuple[Outcome, ...]:
    """Return one outcome per operation. Of several settings of one control, the last one is what must be read."""
    return tuple(_Comparison(tuple(operations), refs, snapshot).outcomes())


class _Comparison:
    def __init__(self, operations: tuple[Operation, ...], refs: dict[str, str], snapshot: SessionSnapshot) -> None:
        self._operations = operations
        self._refs = refs
        self._snapshot = snapshot
        self._last = {(type(op), self._target(op)): op for op in operations}

    def outcomes(self) -> Iterator[Outcome]:
        for index, operation in enumerate(self._operations):
            if isinstance(operation, SelectRoutes):
                status, asked, read, reason = (
                    OutcomeStatus.UNVERIFIED,
                    "",
                    "",
                    "no editor is open, so nothing is selected",
                )
            else:
                asked, read = self._texts(self._last[type(operation), self._target(operation)])
                status = OutcomeStatus.VERIFIED if asked == read else OutcomeStatus.FAILED
                reason = self._renamed(operation) if asked == read else f"asked for {asked}, Ardour has {read}"
            yield Outcome(
                index=index,
                verb=operation.verb,
                status=status,
                reason=reason,
                route_id=self._route_id(operation),
                asked=asked,
                read_back=read,
            )

    def _target(self, operation: Operation) -> object:
        match operation:
            case SetTempo():
                return operation.at
            case SetFader() | SetPan() | SetMute():
                return self._refs.get(operation.route, operation.route)
            case SelectRoutes():
                return operation.routes
            case AddMidiTrack() | AddAudioTrack() | ImportMidi() | ImportAudio() | AddMarker():
                return operation.ref
            case _:
                return operation

    def _route_id(self, operation: Operation) -> str | None:
        match operation:
            case SetFader() | SetPan() | SetMute():
                name = operation.route
            case ImportMidi() | ImportAudio():
                name = operation.track
            case AddMidiTrack() | AddAudioTrack():
                name = operation.ref
            case _:
                return None
        return self._refs.get(name, name)

    def _route(self, name: str) -> Route | None:
        wanted = self._refs.get(name, name)
        return next((route for route in self._snapshot.routes if route.id == wanted), None)

    def _given_name(self, operation: AddMidiTrack | AddAudioTrack) -> str:
        """Return the track's name as it may read: from 8 on Ardour keeps some characters out of names.

        Source: Route::ensure_track_or_route_name and legalize_for_universal_path at 8.12 and 9.8.
        """
        route = self._route(operation.ref)
        legal = operation.name.translate(_NOT_IN_NAMES).rstrip(" .")
        return legal if route is not None and route.name == legal else operation.name

    def _renamed(self, operation: Operation) -> str:
        if not isinstance(operation, AddMidiTrack | AddAudioTrack) or self._given_name(operation) == operation.name:
            return ""
        return f"Ardour named it {self._given_name(operation)!r}: some characters may not be in names"

    def _region(self, operation: ImportMidi | ImportAudio) -> Region | None:
        route = self._route(operation.track)
        found = [] if route is None else route.regions
        return next((region for region in found if (region.name, region.start) == (operation.name, operation.at)), None)

    def _texts(self, operation: Operation) -> tuple[str, str]:  # noqa: PLR0911 -- one case per operation
        """Return what was asked for and what is there as text that is equal when they agree."""
        match operation:
            case SetTempo():
                return self._tempo(operation)
            case AddMarker():
                asked = f"marker {operation.name!r} at {operation.at}"
                found = any((m.name, m.start) == (operation.name, operation.at) for m in self._snapshot.markers)
                return asked, asked if found else "no such marker"
            case AddMidiTrack():
                plugin = "with plugin" if operation.instrument_plugin else "without plugin"
                route = self._route(operation.ref)
                asked = f"midi_track {self._given_name(operation)!r} {_colour(operation.colour, route)} {plugin}"
                return asked, _strip(route, "with plugin" if route and route.processors else "without plugin")
            case AddAudioTrack():
                route = self._route(operation.ref)
                asked = f"audio_track {self._given_name(operation)!r} {_colour(operation.colour, route)} "
                return asked, _strip(route, "")
            case ImportMidi():
                region = self._region(operation)
                return f"{operation.n_notes} notes", "no region there" if region is None else f"{region.n_notes} notes"
            case ImportAudio():
                region = self._region(operation)
                read = "no region there" if region is None else f"{region.length_samples} samples"
                return f"{operation.length_samples} samples", read
            case SetFader():
                route = self._route(operation.route)
                return _near(operation.gain_db, route.gain_db if route else None, _GAIN_TOLERANCE_DB, "dB")
            case SetPan():
                route = self._route(operation.route)
                return _near(operation.pan, route.pan if route else None, _PAN_TOLERANCE, "pan")
            case SetMute():
                route = self._route(operation.route)
                return f"muted: {operation.is_muted}", f"muted: {route and route.is_muted}"
            case _:
                return "", ""

    def _tempo(self, operation: SetTempo) -> tuple[str, str]:
        here = [point for point in self._snapshot.tempo_map if point.start <= operation.at]
        metre = operation.time_signature or (here[-1].time_signature if here else None)
        asked = f"{operation.tempo_bpm:g} BPM {metre} from {operation.at}"
        if not here:
            return asked, "no tempo there"
        agrees = abs(here[-1].tempo_bpm - operation.tempo_bpm) <= _TEMPO_TOLERANCE_BPM
        read = f"{here[-1].tempo_bpm:g} BPM {here[-1].time_signature} from {operation.at}"
        return asked, asked if agrees and here[-1].time_signature == metre else read


def _colour(asked: str | None, route: Route | None) -> str:
    return asked.lower() if asked else str(route and route.colour)


def _strip(route: Route | None, instrument: str) -> str:
    return "no such track" if route is None else f"{route.kind.value} {route.name!r} {route.colour} {instrument}"


def _near(asked: float, read: float | None, tolerance: float, unit: str) -> tuple[str, str]:
    text = f"{asked:g} {unit}"
    if read is None:
        return text, "no such strip"
    both_silent = max(asked, read) <= _SILENCE_DB and unit == "dB"
    agrees = both_silent or math.isclose(asked, read, rel_tol=0, abs_tol=tolerance)
    return text, text if agrees else f"{read:g} {unit}"
