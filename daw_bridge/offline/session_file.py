"""Adding sources, regions, markers and the session range to a session file that Ardour's interpreter made.

The interpreter can make tracks but cannot import files. What is added here has the form in which Ardour 7.3 writes
the same things after an import in the editor: ``a<n>`` is audio time in superclocks, ``b<n>`` musical time in ticks of
1/1920 quarter note.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.ardour_config import OSC_PROTOCOL

ARDOUR_TICKS_PER_QUARTER = 1920


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMidi:
    """A MIDI file in the session's own folder, on a track."""

    track_id: str
    name: str
    file_name: str
    start_ticks: int
    length_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedAudio:
    """An audio file in the session's own folder, on a track; each of its channels is a source."""

    track_id: str
    name: str
    file_name: str
    n_channels: int
    start_samples: int
    length_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMarker:
    """A marker that keeps its place in musical time."""

    name: str
    start_ticks: int


class SessionFile:
    """A session file being completed; ``write`` puts it back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = ET.parse(path).getroot()  # noqa: S314 -- Ardour wrote this file a moment ago
        self._sample_rate_hz = int(self._root.attrib["sample-rate"])
        tempo_map = self._section("TempoMap")
        self._superclocks_per_sample = int(tempo_map.attrib["superclocks-per-second"]) // self._sample_rate_hz

    def add_midi(self, placed: PlacedMidi) -> None:
        """Add a MIDI source and a region that plays all of it."""
        source_id = self._new_id()
        source = {"name": placed.file_name, "take-id": "", "type": "midi", "flags": "Writable", "id": source_id}
        ET.SubElement(self._section("Sources"), "Source", {**source, "origin": ""})
        region = {
            **_REGION,
            "name": placed.name,
            "start": "b0",
            "length": f"b{placed.length_ticks}@b{placed.start_ticks}",
            "sync-position": "b0",
            "ancestral-start": "b0",
            "ancestral-length": "b0@b0",
            "type": "midi",
            "source-0": source_id,
            "master-source-0": source_id,
        }
        self._add_region(placed.track_id, region, whole_file_length=f"b{placed.length_ticks}@b0")

    def add_audio(self, placed: PlacedAudio) -> None:
        """Add a source for each channel and a region that plays all of them, with no fades."""
        source_ids = [self._new_id() for _ in range(placed.n_channels)]
        for channel, source_id in enumerate(source_ids):
            source = {"name": placed.file_name, "take-id": "", "type": "audio", "flags": "", "id": source_id}
            source |= {"natural-position": "a0", "channel": str(channel), "origin": "", "gain": "1"}
            ET.SubElement(self._section("Sources"), "Source", source)
        length = placed.length_samples * self._superclocks_per_sample
        start = placed.start_samples * self._superclocks_per_sample
        region = {
            **_REGION,
            "name": placed.name,
            "start": "a0",
            "length": f"a{length}@a{start}",
            "sync-position": "a0",
            "ancestral-start": "a0",
            "ancestral-length": "a0@a0",
            **_NO_FADES,
            "type": "audio",
            **{f"source-{channel}": source_id for channel, source_id in enumerate(source_ids)},
            **{f"master-source-{channel}": source_id for channel, source_id in enumerate(source_ids)},
            "channels": str(placed.n_channels),
        }
        self._add_region(placed.track_id, region, whole_file_length=f"a{length}@a0")

    def add_marker(self, placed: PlacedMarker) -> str:
        """Add a marker and return its id."""
        place = f"b{placed.start_ticks}"
        return self._add_location(placed.name, place, place, "IsMark")

    def set_range(self, start_samples: int, end_samples: int) -> None:
        """Set where the session starts and ends; new material does not move it."""
        start, end = (samples * self._superclocks_per_sample for samples in (start_samples, end_samples))
        self._root.set("session-range-is-free", "0")
        self._add_location("session", f"a{start}", f"a{end}", "IsSessionRange")

    def set_plugin_state_folder(self, processor_id: str, name: str) -> None:
        """Have an LV2 plugin restore its state from ``plugins/<processor id>/<name>``."""
        self._processor(processor_id, "lv2").set("state-dir", name)

    def show_notes(self, track_id: str, lowest_midi_note: int, highest_midi_note: int) -> None:
        """Have the editor show a MIDI track from one note to the other; by itself it shows one octave from C4 on.

        It keeps this with its windows, under the object ``rtav <route id>`` (``midi_time_axis.cc`` at 7.3).
        """
        shown = {"note-range-min": str(lowest_midi_note), "note-range-max": str(highest_midi_note)}
        ET.SubElement(self._gui_objects(), "Object", {"id": f"rtav {track_id}", **shown})

    def switch_osc_on(self) -> None:
        """Have Ardour listen for OSC in this session, whose own setting wins over the user's."""
        protocols = self._section("ControlProtocols")
        found = next((known for known in protocols if known.get("name") == OSC_PROTOCOL), None)
        protocol = ET.SubElement(protocols, "Protocol", {"name": OSC_PROTOCOL}) if found is None else found
        protocol.set("active", "1")
        protocol.set("config", protocol.get("config", ""))  # Ardour 9 passes over a surface that has none

    def forget_engine(self) -> None:
        """Remove which backend made the session: another one would open a dialog instead of the session."""
        for hints in self._root.findall("EngineHints"):
            self._root.remove(hints)

    def write(self) -> None:
        """Put the file back; OSError when that is impossible."""
        ET.indent(self._root)
        ET.ElementTree(self._root).write(self._path, encoding="UTF-8", xml_declaration=True)

    def _add_region(self, track_id: str, region: dict[str, str], *, whole_file_length: str) -> None:
        playlist = next(found for found in self._section("Playlists") if found.get("orig-track-id") == track_id)
        whole = {**region, "length": whole_file_length, "whole-file": "1", "id": self._new_id()}
        ET.SubElement(self._section("Regions"), "Region", whole)
        ET.SubElement(playlist, "Region", {**region, "whole-file": "0", "id": self._new_id()})

    def _add_location(self, name: str, start: str, end: str, flags: str) -> str:
        location = {"id": self._new_id(), "name": name, "start": start, "end": end, "flags": flags, "locked": "0"}
        ET.SubElement(self._section("Locations"), "Location", {**location, "timestamp": "0", "cue": "0"})
        return location["id"]

    def _processor(self, processor_id: str, child: str) -> ET.Element:
        found = self._root.find(f"Routes/Route/Processor[@id='{processor_id}']/{child}")
        if found is None:
            raise KeyError(processor_id)
        return found

    def _gui_objects(self) -> ET.Element:
        place = self._root
        for name in ("Extra", "UI", "GUIObjectState"):
            found = place.find(name)
            place = ET.SubElement(place, name) if found is None else found
        return place

    def _section(self, name: str) -> ET.Element:
        found = self._root.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def _new_id(self) -> str:
        """Take the next id that Ardour would have taken."""
        number = int(self._root.attrib["id-counter"])
        self._root.set("id-counter", str(number + 1))
        return str(number)


_REGION = {
    "muted": "0", "opaque": "1", "locked": "0", "video-locked": "0", "automatic": "0", "whole-file": "0",
    "import": "0", "external": "1", "sync-marked": "0", "left-of-split": "0", "right-of-split": "0", "hidden": "0",
    "position-locked": "0", "valid-transients": "0", "stretch": "1", "shift": "1", "layering-index": "0", "tags": "",
    "contents": "0", "first-edit": "nothing",
}  # fmt: skip
_NO_FADES = {
    "envelope-active": "0", "default-fade-in": "0", "default-fade-out": "0", "fade-in-active": "0",
    "fade-out-active": "0", "scale-amplitude": "1",
}  # fmt: skip
