"""A take as an Ardour session on disk, judged by what Ardour itself reads, renders and opens."""

import asyncio
import dataclasses
import math
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.offline.write import NewSession, SessionReport, write_session
from daw_bridge.programs import ArdourPrograms, find_ardour
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import RequestInvalid, StorageFailed, TimedOut
from music.operations.mixer import SetFader, SetMute
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.session import Route, RouteKind
from music.session_layout import Playback, SessionLayout, to_change_set
from music.time import BBT, TimeSignature
from tests.acceptance.ardour_editor import ArdourEditor
from tests.acceptance.rendered_session import render_saved
from tests.acceptance.session_takes import (
    LENGTH_SAMPLES,
    N_BARS,
    PARTS,
    RATE_HZ,
    TEMPO_BPM,
    KnownPart,
    make_layout,
    require_soundfont,
    stem_audio,
)
from tests.programs import mounted_disk

SESSION_NAME = "Rock'n'Roll für & mit Ärger"
ONSET_TOLERANCE_SAMPLES = 480  # 10 ms: a SoundFont's attack rises over a few of them; the placement itself is exact
RANGE_TOLERANCE_SAMPLES = 1  # from 8 on the range of a session is kept in musical time, and the last sample is cut
AUDIBLE = 10 ** (-50 / 20)
pytestmark = pytest.mark.usefixtures("ardour_programs")


@dataclass(frozen=True)
class Written:
    """The take's files, and the session made of them."""

    layout: SessionLayout
    report: SessionReport


def _changes(layout: SessionLayout, playback: Playback = Playback.MIDI) -> ChangeSet:
    return to_change_set(layout, change_set_id=ChangeSetId("take-1"), label="place the take", playback=playback)


def _new_session(**changes: object) -> NewSession:
    session = NewSession(name=SESSION_NAME, end=BBT(N_BARS + 1), soundfont=require_soundfont())
    return dataclasses.replace(session, **changes)  # type: ignore[arg-type]


def _write(
    folder: Path, changes: ChangeSet, session: NewSession | None = None, *, timeout_seconds: float = 60.0
) -> SessionReport:
    return asyncio.run(
        write_session(
            folder, session or _new_session(), changes, programs=find_ardour(), timeout_seconds=timeout_seconds
        )
    )


@pytest.fixture(scope="module")
def programs(ardour_programs: None) -> ArdourPrograms:
    del ardour_programs
    return find_ardour()


@pytest.fixture(scope="module")
def written(programs: ArdourPrograms, tmp_path_factory: pytest.TempPathFactory) -> Written:
    del programs
    folder = tmp_path_factory.mktemp("take with spaces")
    layout = make_layout(folder)
    return Written(layout=layout, report=_write(folder / "ardour", _changes(layout)))


def _by_asked_name(report: SessionReport, changes: ChangeSet) -> dict[str, Route]:
    """Return the tracks under the names they were asked for with; from 8 on Ardour keeps quotes out of names."""
    routes = {str(route.id): route for route in report.snapshot.routes}
    return {
        operation.name: routes[outcome.route_id]
        for operation, outcome in zip(changes.operations, report.result.outcomes, strict=True)
        if isinstance(operation, AddMidiTrack | AddAudioTrack) and outcome.route_id is not None
    }


def test_ardour_reads_back_every_operation(written: Written) -> None:
    result = written.report.result
    assert result.state is ChangeSetState.APPLIED
    *verified, selecting = result.outcomes
    assert {outcome.status for outcome in verified} == {OutcomeStatus.VERIFIED}
    assert (selecting.verb, selecting.status) == ("select_routes", OutcomeStatus.UNVERIFIED), "there is no editor"
    assert len(result.outcomes) == len(_changes(written.layout).operations)


def test_the_session_has_the_takes_tempo_markers_range_and_rate(written: Written) -> None:
    snapshot = written.report.snapshot
    (tempo,) = snapshot.tempo_map
    assert (tempo.start, tempo.time_signature) == (BBT(1), TimeSignature(4, 4))
    assert tempo.tempo_bpm == pytest.approx(TEMPO_BPM, abs=0.0005)
    assert [(marker.name, marker.start) for marker in snapshot.markers] == [
        ("Intro & Aufgalopp", BBT(1)),
        ('"Verse"', BBT(2)),
    ]
    assert written.report.range.start_samples == 0
    assert written.report.range.end_samples == pytest.approx(LENGTH_SAMPLES, abs=RANGE_TOLERANCE_SAMPLES)
    assert snapshot.sample_rate_hz == RATE_HZ


def test_the_mixer_is_as_in_our_mix_with_the_stems_muted(written: Written) -> None:
    routes = _by_asked_name(written.report, _changes(written.layout))
    for part in PARTS:
        midi, stem = routes[part.name], routes[f"{part.name} (stem)"]
        assert (midi.kind, stem.kind) == (RouteKind.MIDI_TRACK, RouteKind.AUDIO_TRACK)
        assert (midi.colour, stem.colour) == (part.colour, part.colour)
        assert (midi.is_muted, stem.is_muted) == (False, True)
        assert midi.gain_db == pytest.approx(part.mix.gain_db, abs=0.001)
        assert midi.pan == pytest.approx(part.mix.pan, abs=0.001)
        assert stem.gain_db == pytest.approx(0, abs=0.001)
        assert stem.pan == pytest.approx(0, abs=0.001)
        assert [region.length_samples for region in stem.regions] == [LENGTH_SAMPLES]


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_every_midi_part_is_heard_on_its_own_from_its_first_note_on(
    written: Written, number: int, tmp_path: Path
) -> None:
    folder = tmp_path / "solo"
    shutil.copytree(written.report.folder, folder)
    sounding = _by_asked_name(written.report, _changes(written.layout))[PARTS[number].name]
    _mute_all_but(folder / f"{SESSION_NAME}.ardour", sounding.name)
    exported, audio = render_saved(folder / f"{SESSION_NAME}.ardour", tmp_path / "out")
    loud = np.flatnonzero(np.abs(audio).max(axis=1) > AUDIBLE)
    assert loud.size > RATE_HZ // 2
    assert 0 <= loud[0] - PARTS[number].onset_samples < ONSET_TOLERANCE_SAMPLES
    assert (exported.sample_rate_hz, exported.n_channels) == (RATE_HZ, 2)
    assert exported.n_frames == pytest.approx(LENGTH_SAMPLES, abs=RANGE_TOLERANCE_SAMPLES)


def test_every_strip_leads_to_the_master_bus(written: Written) -> None:
    saved = ET.parse(written.report.folder / f"{SESSION_NAME}.ardour").getroot()
    for strip in (node for node in saved.iterfind("Routes/Route") if node.get("name") != "Master"):
        ports = [port for port in strip.iterfind("IO[@direction='Output']/Port") if port.get("type") == "audio"]
        reached = [[connection.get("other") for connection in port.iterfind("Connection")] for port in ports]
        assert reached == [["Master/audio_in 1"], ["Master/audio_in 2"]], strip.get("name")


def test_sounding_stems_add_up_to_the_stems(written: Written, tmp_path: Path) -> None:
    changes = _changes(written.layout, Playback.STEMS)
    report = _write(tmp_path / "ardour", changes)
    routes = _by_asked_name(report, changes)
    assert {name for name, route in routes.items() if route.is_muted} == {part.name for part in PARTS}
    exported, audio = render_saved(report.folder / f"{SESSION_NAME}.ardour", tmp_path / "stems")
    assert exported.n_frames == pytest.approx(LENGTH_SAMPLES, abs=RANGE_TOLERANCE_SAMPLES)
    expected = sum(stem_audio(number)[: exported.n_frames] for number in range(len(PARTS)))
    # each 24-bit stem is off by less than one step, 2^-23 of full scale; nothing else may differ, not even at the edges
    assert np.abs(audio - expected).max() < 3.1 * 2**-23


def test_a_fader_all_the_way_down_is_read_back_as_silence(written: Written, tmp_path: Path) -> None:
    changes = _changes(written.layout)
    added = next(operation for operation in changes.operations if isinstance(operation, AddMidiTrack))
    down = SetFader(route=added.ref, gain_db=-math.inf)
    changes = dataclasses.replace(changes, operations=(*changes.operations, down))
    report = _write(tmp_path / "ardour", changes)
    assert report.result.outcomes[-1].status is OutcomeStatus.VERIFIED
    silent = {route.id for route in report.snapshot.routes if route.gain_db == -math.inf}
    assert silent == {_by_asked_name(report, changes)[added.name].id}


def test_a_moved_session_opens_in_the_editor_with_no_dialog_and_still_sounds_when_saved(
    written: Written, tmp_path: Path
) -> None:
    folder = tmp_path / "moved élsewhere"
    shutil.copytree(written.report.folder, folder)
    with ArdourEditor(folder) as editor:
        (title,) = editor.window_titles()
        assert title.removeprefix("*") == f"{SESSION_NAME} - Ardour"  # 9.8 has something to save at once
        picture = editor.screenshot(_artifact_folder(tmp_path) / "offline-session.png")
        assert picture.stat().st_size > 30_000
        complaints = [line for line in editor.log().splitlines() if "[ERROR]" in line or "[WARNING]" in line]
        assert [line for line in complaints if "xjadeo" not in line] == []  # a program for video that 9 looks for
        editor.quit(save=True)
    routes = _by_asked_name(written.report, _changes(written.layout))
    for part, (lowest, highest) in _shown_notes(folder / f"{SESSION_NAME}.ardour", routes).items():
        assert lowest <= part.midi_note <= highest
    _, audio = render_saved(folder / f"{SESSION_NAME}.ardour", tmp_path / "out")
    _, original = render_saved(written.report.folder / f"{SESSION_NAME}.ardour", tmp_path / "original")
    assert np.abs(audio).max() == pytest.approx(np.abs(original).max(), rel=0.05)


def test_a_refused_session_leaves_nothing(written: Written, tmp_path: Path) -> None:
    layout = written.layout
    stranger = dataclasses.replace(layout.parts[0].midi, instrument_plugin="urn:nobody:has-this")  # type: ignore[type-var]
    absent = dataclasses.replace(layout.parts[0].stem, path=str(tmp_path / "absent.wav"))  # type: ignore[type-var]
    wrong_count = dataclasses.replace(layout.parts[0].midi, n_notes=1)  # type: ignore[type-var]
    for part, words in (
        (dataclasses.replace(layout.parts[0], midi=stranger), "urn:nobody:has-this"),
        (dataclasses.replace(layout.parts[0], stem=absent), "absent.wav"),
        (dataclasses.replace(layout.parts[0], midi=wrong_count), "16 notes, not the 1"),
    ):
        with pytest.raises(RequestInvalid, match=words):
            _write(tmp_path / "ardour", _changes(dataclasses.replace(layout, parts=(part,))))
        assert list(tmp_path.iterdir()) == []


def test_an_unknown_route_and_an_existing_folder_are_refused(written: Written, tmp_path: Path) -> None:
    changes = _changes(written.layout)
    unknown = dataclasses.replace(changes, operations=(*changes.operations, SetMute(route="nobody", is_muted=True)))
    with pytest.raises(RequestInvalid, match="nobody"):
        _write(tmp_path / "ardour", unknown)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "taken").mkdir()
    with pytest.raises(RequestInvalid, match="taken is there already"):
        _write(tmp_path / "taken", changes)
    assert list((tmp_path / "taken").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(written: Written, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed, match="file"):
        _write(tmp_path / "file" / "ardour", _changes(written.layout))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_running_out_of_time_leaves_nothing(written: Written, tmp_path: Path) -> None:
    with pytest.raises(TimedOut, match="lua"):
        _write(tmp_path / "ardour", _changes(written.layout), timeout_seconds=0.3)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_and_nothing_is_left(written: Written, small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(3_000_000))
    with pytest.raises(StorageFailed, match="MB free"):
        _write(small_disk / "ardour", _changes(written.layout))
    assert list(small_disk.iterdir()) == [filler]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 6 MB."""
    place = tmp_path / "small disk"
    place.mkdir()
    with mounted_disk(place, megabytes=6) as disk:
        yield disk


def _artifact_folder(tmp_path: Path) -> Path:
    """Where pictures are kept: ``ARTIFACTS`` where it is set."""
    return Path(os.environ.get("ARTIFACTS", tmp_path))


def _shown_notes(session_file: Path, routes: Mapping[str, Route]) -> dict[KnownPart, tuple[int, int]]:
    """Return the range of notes that the editor showed of each part when it saved the session."""
    root = ET.parse(session_file).getroot()
    objects = {found.get("id"): found for found in root.iterfind("Extra/UI/GUIObjectState/Object")}
    shown = {part: objects[f"rtav {routes[part.name].id}"] for part in PARTS}
    return {part: (int(found.attrib["note-range-min"]), int(found.attrib["note-range-max"]))
            for part, found in shown.items()}  # fmt: skip


def _mute_all_but(session_file: Path, name: str) -> None:
    tree = ET.parse(session_file)
    for route in tree.getroot().iterfind("Routes/Route"):
        is_muted = "0" if route.get("name") in (name, "Master") else "1"
        for element, attribute in (("MuteMaster", "muted"), ("Controllable[@name='mute']", "value")):
            found = route.find(element)
            assert found is not None
            found.set(attribute, is_muted)
    tree.write(session_file, encoding="UTF-8", xml_declaration=True)
