"""A small host for LV2 instruments: ``python -m renderers.lv2_host`` plays notes with a plugin, in a process alone.

A plugin is foreign machine code: where it crashes, this process dies and not the one that asked. The request comes as
JSON on standard input, the audio goes into the file that it names (float32, one row per channel), the answer is JSON on
standard output. The plugin is found by lilv, the library that Ardour itself finds LV2 plugins with.
Source: the LV2 specification 1.18 (lv2plug.in/ns): core, atom, midi, urid, options, buf-size, worker.
"""

import ctypes
import ctypes.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

BLOCK_FRAMES = 256
_EVENT_BYTES = 24  # time, size and type, and a MIDI message of three bytes padded to eight
_NS = "http://lv2plug.in/ns/"
_CORE, _URID, _ATOM = _NS + "lv2core#", _NS + "ext/urid#", _NS + "ext/atom#"
_BUFFER, _OPTIONS, _WORKER = _NS + "ext/buf-size#", _NS + "ext/options#", _NS + "ext/worker#"
_MIDI_EVENT = _NS + "ext/midi#MidiEvent"
_SUPPORTED = {
    _URID + "map", _URID + "unmap", _OPTIONS + "options", _WORKER + "schedule", _BUFFER + "boundedBlockLength",
    _BUFFER + "fixedBlockLength", _BUFFER + "powerOf2BlockLength", _CORE + "isLive", _CORE + "hardRTCapable",
}  # fmt: skip

_P, _U32, _FLOAT = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_float
_MAP = ctypes.CFUNCTYPE(_U32, _P, ctypes.c_char_p)
_UNMAP = ctypes.CFUNCTYPE(_P, _P, _U32)
_RESPOND = ctypes.CFUNCTYPE(ctypes.c_int, _P, _U32, _P)
_SCHEDULE = ctypes.CFUNCTYPE(ctypes.c_int, _P, _U32, _P)
_WORK = ctypes.CFUNCTYPE(ctypes.c_int, _P, _RESPOND, _P, _U32, _P)
_WORKED = ctypes.CFUNCTYPE(ctypes.c_int, _P, _U32, _P)


class Unplayable(Exception):
    """Why a plugin cannot be played; the text is for the person."""


class _Feature(ctypes.Structure):
    _fields_ = [("uri", ctypes.c_char_p), ("data", _P)]


class _Callback(ctypes.Structure):
    _fields_ = [("handle", _P), ("function", _P)]


class _Option(ctypes.Structure):
    _fields_ = [
        ("context", ctypes.c_int), ("subject", _U32), ("key", _U32), ("size", _U32), ("type", _U32), ("value", _P),
    ]  # fmt: skip


class _Descriptor(ctypes.Structure):
    _fields_ = [
        ("uri", ctypes.c_char_p),
        ("instantiate", _P),
        ("connect_port", ctypes.CFUNCTYPE(None, _P, _U32, _P)),
        ("activate", _P),
        ("run", ctypes.CFUNCTYPE(None, _P, _U32)),
        ("deactivate", _P),
        ("cleanup", _P),
        ("extension_data", ctypes.CFUNCTYPE(_P, ctypes.c_char_p)),
    ]


class _Instance(ctypes.Structure):
    _fields_ = [("descriptor", ctypes.POINTER(_Descriptor)), ("handle", _P), ("private", _P)]


class _WorkerInterface(ctypes.Structure):
    _fields_ = [("work", _P), ("work_response", _P), ("end_run", _P)]


_PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "world_new": (_P, []), "world_load_all": (None, [_P]), "new_uri": (_P, [_P, ctypes.c_char_p]),
    "world_get_all_plugins": (_P, [_P]), "plugins_get_by_uri": (_P, [_P, _P]), "plugin_get_name": (_P, [_P]),
    "node_as_string": (ctypes.c_char_p, [_P]), "plugin_get_num_ports": (_U32, [_P]),
    "plugin_get_port_by_index": (_P, [_P, _U32]), "port_is_a": (ctypes.c_bool, [_P, _P, _P]),
    "plugin_get_port_ranges_float": (None, [_P, _P, _P, _P]), "plugin_get_required_features": (_P, [_P]),
    "nodes_begin": (_P, [_P]), "nodes_is_end": (ctypes.c_bool, [_P, _P]), "nodes_next": (_P, [_P, _P]),
    "nodes_get": (_P, [_P, _P]),
    "plugin_instantiate": (ctypes.POINTER(_Instance), [_P, ctypes.c_double, _P]),
}  # fmt: skip


class Plugin:
    """One instance of an LV2 instrument, its ports connected to buffers of 256 frames."""

    def __init__(self, uri: str, sample_rate_hz: int) -> None:
        """Find, check and start the plugin; Unplayable says what is missing."""
        self._lilv = _load_lilv()
        self._uris: list[bytes] = []
        self._kept: list[object] = []  # what the plugin has pointers to
        self._instance: Any = None
        self._responses: list[bytes] = []
        world = self._lilv.world_new()
        self._lilv.world_load_all(world)
        self._world = world
        self._plugin = self._lilv.plugins_get_by_uri(self._lilv.world_get_all_plugins(world), self._node(uri))
        if not self._plugin:
            raise Unplayable(
                f"no LV2 plugin {uri!r} is installed; 'lv2ls' of the package lilv-utils lists those that are"
            )
        lacking = sorted(set(self._required()) - _SUPPORTED)
        if lacking:
            raise Unplayable(f"the LV2 plugin {uri!r} needs {', '.join(lacking)}, which Sideman does not offer")
        self._instance = self._lilv.plugin_instantiate(self._plugin, float(sample_rate_hz), self._features())
        if not self._instance:
            raise Unplayable(f"the LV2 plugin {uri!r} could not be started")
        self._connect(uri)
        self._descriptor.activate and ctypes.CFUNCTYPE(None, _P)(self._descriptor.activate)(self._handle)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return str(self._lilv.node_as_string(self._lilv.plugin_get_name(self._plugin)).decode())

    def play(self, events: Sequence[tuple[int, int, int, int]], n_frames: int) -> np.ndarray:
        """Return float32 of shape (n_channels, n_frames) for MIDI messages (frame and three bytes) in rising order."""
        n_blocks = -(-n_frames // BLOCK_FRAMES)
        audio = np.zeros((len(self._outputs), n_blocks * BLOCK_FRAMES), dtype=np.float32)
        run, handle, at = self._descriptor.run, self._handle, 0
        for start in range(0, n_blocks * BLOCK_FRAMES, BLOCK_FRAMES):
            first = at
            while at < len(events) and events[at][0] < start + BLOCK_FRAMES:
                at += 1
            self._write_events(events[first:at], start)
            run(handle, BLOCK_FRAMES)
            self._answer_worker()
            for row, output in zip(audio, self._outputs, strict=True):
                row[start : start + BLOCK_FRAMES] = output
        return audio[:, :n_frames]

    @property
    def _descriptor(self) -> Any:  # noqa: ANN401  a ctypes structure has no static type
        return self._instance.contents.descriptor.contents

    @property
    def _handle(self) -> Any:  # noqa: ANN401
        return self._instance.contents.handle

    def _node(self, uri: str) -> Any:  # noqa: ANN401
        return self._lilv.new_uri(self._world, uri.encode())

    def _id(self, uri: str) -> int:
        return self._map(None, uri.encode())

    def _map(self, _handle: object, uri: bytes) -> int:
        if uri not in self._uris:
            self._uris.append(uri)
        return self._uris.index(uri) + 1

    def _unmap(self, _handle: object, number: int) -> int | None:
        if not 1 <= number <= len(self._uris):
            return None
        return ctypes.cast(ctypes.c_char_p(self._uris[number - 1]), _P).value

    def _required(self) -> list[str]:
        lilv, found = self._lilv, []
        nodes = lilv.plugin_get_required_features(self._plugin)
        at = lilv.nodes_begin(nodes)
        while not lilv.nodes_is_end(nodes, at):
            found.append(lilv.node_as_string(lilv.nodes_get(nodes, at)).decode())
            at = lilv.nodes_next(nodes, at)
        return found

    def _features(self) -> Any:  # noqa: ANN401
        """Return the null-ended list of what this host offers."""
        functions = {
            _URID + "map": _MAP(self._map),
            _URID + "unmap": _UNMAP(self._unmap),
            _WORKER + "schedule": _SCHEDULE(self._schedule),
        }
        features = []
        for uri, function in functions.items():
            callback = _Callback(None, ctypes.cast(function, _P))
            self._kept += [function, callback]
            features.append(_Feature(uri.encode(), ctypes.addressof(callback)))
        features.append(_Feature((_OPTIONS + "options").encode(), ctypes.addressof(self._options())))
        features += [_Feature(uri.encode(), None) for uri in sorted(_SUPPORTED) if uri.startswith(_BUFFER)]
        pointers = (ctypes.POINTER(_Feature) * (len(features) + 1))(*map(ctypes.pointer, features))
        self._kept += [features, pointers]
        return pointers

    def _options(self) -> Any:  # noqa: ANN401
        length, integer = ctypes.c_int32(BLOCK_FRAMES), self._id(_ATOM + "Int")
        keys = [self._id(_BUFFER + name) for name in ("minBlockLength", "maxBlockLength", "nominalBlockLength")]
        rows = [_Option(0, 0, key, 4, integer, ctypes.addressof(length)) for key in keys]
        options = (_Option * (len(rows) + 1))(*rows)
        self._kept += [length, options]
        return options

    def _connect(self, uri: str) -> None:
        """Give every port a buffer: controls their default, outputs a block, the MIDI input a sequence."""
        lilv, count = self._lilv, self._lilv.plugin_get_num_ports(self._plugin)
        defaults = (_FLOAT * count)()
        lilv.plugin_get_port_ranges_float(self._plugin, None, None, defaults)
        classes = {name: self._node(_CORE + name) for name in ("InputPort", "AudioPort", "ControlPort", "CVPort")}
        atom = self._node(_ATOM + "AtomPort")
        self._outputs: list[np.ndarray] = []
        self._sequences: list[Any] = []
        for index in range(count):
            port = lilv.plugin_get_port_by_index(self._plugin, index)
            is_kind = {name: lilv.port_is_a(self._plugin, port, node) for name, node in classes.items()}
            if is_kind["ControlPort"]:
                buffer: Any = _FLOAT(0.0 if np.isnan(defaults[index]) else defaults[index])
            elif lilv.port_is_a(self._plugin, port, atom):
                buffer = ctypes.create_string_buffer(1 << 16)
                self._sequences += [buffer] if is_kind["InputPort"] else []
                ctypes.cast(buffer, ctypes.POINTER(_U32))[0] = 0 if is_kind["InputPort"] else (1 << 16) - 8
            else:
                block = np.zeros(BLOCK_FRAMES, dtype=np.float32)
                self._outputs += [block] if is_kind["AudioPort"] and not is_kind["InputPort"] else []
                buffer = np.ctypeslib.as_ctypes(block)
            self._kept.append(buffer)
            self._descriptor.connect_port(self._handle, index, ctypes.addressof(buffer))
        if not self._outputs or not self._sequences:
            raise Unplayable(f"the LV2 plugin {uri!r} is no instrument: it takes no MIDI or gives no audio")

    def _write_events(self, events: Sequence[tuple[int, int, int, int]], start: int) -> None:
        """Fill the first event port with a block's messages, and leave the others empty."""
        midi, sequence = self._id(_MIDI_EVENT), self._id(_ATOM + "Sequence")
        for number, buffer in enumerate(self._sequences):
            chosen = events if number == 0 else ()
            body = np.zeros(16 + _EVENT_BYTES * len(chosen), dtype=np.uint8)
            body[:8].view(np.uint32)[:] = (8 + _EVENT_BYTES * len(chosen), sequence)
            for row, (frame, *message) in zip(body[16:].reshape(-1, _EVENT_BYTES), chosen, strict=True):
                row[:8].view(np.int64)[0] = frame - start
                row[8:16].view(np.uint32)[:] = (3, midi)
                row[16:19] = message
            ctypes.memmove(buffer, body.tobytes(), len(body))

    def _schedule(self, _handle: object, size: int, data: int) -> int:
        """Do a plugin's slow work at once: nobody here listens in real time."""
        work = ctypes.cast(self._worker().work, _WORK)
        respond = _RESPOND(self._respond)
        return int(work(self._handle, respond, None, size, data))

    def _respond(self, _handle: object, size: int, data: int) -> int:
        self._responses.append(ctypes.string_at(data, size) if data else b"")
        return 0

    def _answer_worker(self) -> None:
        while self._responses:
            answer = self._responses.pop(0)
            response = self._worker().work_response
            if response:
                ctypes.cast(response, _WORKED)(self._handle, len(answer), ctypes.cast(ctypes.c_char_p(answer), _P))

    def _worker(self) -> Any:  # noqa: ANN401
        at = self._descriptor.extension_data((_WORKER + "interface").encode())
        return ctypes.cast(at, ctypes.POINTER(_WorkerInterface)).contents


def _load_lilv() -> Any:  # noqa: ANN401
    """Return lilv with the prototypes used here, by names without ``lilv_``."""
    path = ctypes.util.find_library("lilv-0")
    if path is None:
        raise Unplayable(
            "the library lilv, which finds LV2 plugins, is not installed: 'sudo apt-get install liblilv-0-0'"
        )
    library = ctypes.CDLL(path)

    class Lilv:
        """Nothing but a place for the functions."""

    for name, (result, arguments) in _PROTOTYPES.items():
        function = getattr(library, f"lilv_{name}")
        function.restype, function.argtypes = result, arguments
        setattr(Lilv, name, staticmethod(function))
    return Lilv


def main() -> None:
    """Play one part; the answer has either ``error`` or the plugin's name and how many channels it gave."""
    request = json.load(sys.stdin)
    try:
        plugin = Plugin(request["uri"], request["sample_rate_hz"])
        audio = plugin.play([tuple(event) for event in request["events"]], request["n_frames"])
        Path(request["out"]).write_bytes(audio.tobytes())
        answer: dict[str, object] = {"name": plugin.name, "n_channels": len(audio)}
    except Unplayable as error:
        answer = {"error": str(error)}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


if __name__ == "__main__":
    main()
