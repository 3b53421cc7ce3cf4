"""Making a whole Ardour session on disk from a change set: all of it, read back, or nothing.

The session is built in a temporary folder beside its place: Ardour's interpreter makes it with tempo, tracks and mixer
settings, the material is added to its file, the interpreter loads it again and says what is there, and only then does
it get its name.
"""

import asyncio
import dataclasses
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.instrument_preset import INSTRUMENT, state_bundle
from daw_bridge.offline.interpreter import remove_draft, run_job
from daw_bridge.offline.read_back import compare
from daw_bridge.offline.session_file import ARDOUR_TICKS_PER_QUARTER, PlacedAudio, PlacedMarker, PlacedMidi, SessionFile
from daw_bridge.offline.snapshot import to_snapshot
from daw_bridge.offline.sources import SourceFolder
from daw_bridge.offline.timeline import Timeline
from daw_bridge.programs import ArdourPrograms, read_version
from daw_bridge.wire import to_json, to_range
from music.changeset import ChangeSet, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.errors import RequestInvalid, SetupBroken, StorageFailed
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.session import SessionSnapshot, TimeRange
from music.time import BBT

TIMEOUT_SECONDS = 60.0  # of each of the two runs of the interpreter; they take about 2 s
_ILLEGAL_IN_NAMES = '/\\:;*?"<>|'  # Ardour refuses some of them, file systems the others
_LONGEST_NAME_BYTES = 200
_STATE_FOLDER = "state1"
_SESSION_FILE_BYTES = 4_000_000  # more than the session file and the states of a large session
_Handled = SetTempo | AddMidiTrack | AddAudioTrack | SetFader | SetPan | SetMute


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What a new session is besides its content. ``end`` is where its range ends; bar 1 is where it starts."""

    name: str
    end: BBT
    sample_rate_hz: int = 48000
    soundfont: Path | None = None  # what every a-fluidsynth in it plays
    has_osc_on: bool = False  # Ardour then listens on all of the machine's addresses while the session is open

    def __post_init__(self) -> None:
        illegal = sorted({char for char in self.name if char in _ILLEGAL_IN_NAMES or not char.isprintable()})
        if illegal or not self.name.strip(" .") or len(self.name.encode()) > _LONGEST_NAME_BYTES:
            raise RequestInvalid(
                f"session name {self.name!r} must have 1-{_LONGEST_NAME_BYTES} bytes and none of {_ILLEGAL_IN_NAMES}"
            )
        if self.end <= BBT(1):
            raise RequestInvalid(f"a session ends after it starts, so not at {self.end}; give a later bar")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """A session that was written, and what Ardour itself read in it."""

    folder: Path
    name: str
    result: ChangeSetResult
    snapshot: SessionSnapshot
    range: TimeRange
    seconds: float

    @property
    def session_file(self) -> Path:
        """The file to open."""
        return self.folder / f"{self.name}.ardour"


async def write_session(
    folder: Path,
    session: NewSession,
    changes: ChangeSet,
    *,
    programs: ArdourPrograms,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> SessionReport:
    """Write a session whose content is a change set applied to an empty one.

    ``folder`` must not exist; its parent must. Raises RequestInvalid for a change set that cannot be met,
    StorageFailed when the disk is full or not writable, TimedOut and SetupBroken when Ardour fails. Whatever is
    raised, nothing is left behind.
    """
    began = time.monotonic()
    scratch = await asyncio.to_thread(_prepare, folder, session, changes)
    try:
        draft = scratch / folder.name  # Ardour names its folder for sources after it
        asked = {"folder": str(draft), "name": session.name, "sample_rate_hz": session.sample_rate_hz}
        request = asked | {"operations": _to_requests(changes)}
        made = await run_job(
            programs,
            "make_session",
            request,
            timeout_seconds=timeout_seconds,
            before_retry=lambda: remove_draft(draft),
        )
        draft_file = draft / f"{session.name}.ardour"
        await asyncio.to_thread(_complete, draft_file, session, changes, made)
        facts = await run_job(programs, "read_session", asked, timeout_seconds=timeout_seconds)
        report = await asyncio.to_thread(_check, draft_file, session, changes, made["refs"], facts)
        await asyncio.to_thread(_move_into_place, draft, folder)
    except SetupBroken as error:
        await asyncio.to_thread(_raise_if_full, scratch, error)
        raise
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True))
    snapshot = dataclasses.replace(report.snapshot, folder=str(folder))
    return dataclasses.replace(report, folder=folder, snapshot=snapshot, seconds=time.monotonic() - began)


def _prepare(folder: Path, session: NewSession, changes: ChangeSet) -> Path:
    """Refuse what cannot work before any work, and make the temporary folder."""
    if folder.exists() or folder.is_symlink():
        raise RequestInvalid(f"{folder} is there already; choose another place, or remove it")
    instruments = {op.instrument_plugin for op in changes.operations if isinstance(op, AddMidiTrack)}
    if session.soundfont is not None and INSTRUMENT in instruments and not session.soundfont.is_file():
        raise SetupBroken(
            f"the SoundFont {session.soundfont} is not there; install fluid-soundfont-gm or choose another"
        )
    imports = [Path(op.path) for op in changes.operations if isinstance(op, ImportMidi | ImportAudio)]
    missing = [str(path) for path in imports if not path.is_file()]
    if missing:
        raise RequestInvalid(f"no such file: {', '.join(missing)}")
    needed = sum(path.stat().st_size for path in imports) + _SESSION_FILE_BYTES
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent.absolute()))
        free = shutil.disk_usage(scratch).free
    except OSError as error:
        raise StorageFailed(f"cannot write into {folder.parent}: {error.strerror}; choose another folder") from error
    if free < needed:
        scratch.rmdir()
        raise StorageFailed(
            f"{folder.parent} has {free / 1e6:.1f} MB free, the session needs {needed / 1e6:.1f} MB; make room there"
        )
    return scratch


def _to_requests(changes: ChangeSet) -> list[dict[str, Any]]:
    """Return the operations that Ardour's interpreter does itself, tempo first: positions depend on it."""
    handled = [(index, op) for index, op in enumerate(changes.operations) if isinstance(op, _Handled)]
    handled.sort(key=lambda pair: (0, pair[1].at) if isinstance(pair[1], SetTempo) else (1, BBT(1)))
    return [to_json(op) | {"index": index} for index, op in handled]


def _complete(session_file: Path, session: NewSession, changes: ChangeSet, made: dict[str, Any]) -> None:
    """Add to a fresh session what the interpreter cannot."""
    try:
        file = SessionFile(session_file)
        timeline = Timeline(tuple(op for op in changes.operations if isinstance(op, SetTempo)))
        # first, so that the flags of markers lie over its own
        file.set_range(0, timeline.samples(session.end, session.sample_rate_hz))
        _add_material(file, SourceFolder(session_file.parent), timeline, session, changes, made["refs"])
        for operation in changes.operations:
            if isinstance(operation, AddMidiTrack) and operation.instrument_plugin == INSTRUMENT and session.soundfont:
                processor_id = made["instruments"][operation.ref]
                _write_state(session_file.parent / "plugins" / processor_id / _STATE_FOLDER, session.soundfont)
                file.set_plugin_state_folder(processor_id, _STATE_FOLDER)
        if session.has_osc_on:
            file.switch_osc_on()
        file.forget_engine()
        file.write()
        for leftover in session_file.parent.glob("*.bak"):
            leftover.unlink()
    except OSError as error:
        raise StorageFailed(
            f"cannot write the session: {error.strerror or error}; make room or choose another folder"
        ) from error


def _write_state(folder: Path, soundfont: Path) -> None:
    """Write the state folder of one instrument, which names what it plays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in state_bundle(soundfont.resolve()).items():
        (folder / name).write_bytes(content)


def _add_material(
    file: SessionFile,
    sources: SourceFolder,
    timeline: Timeline,
    session: NewSession,
    changes: ChangeSet,
    refs: dict[str, str],
) -> None:
    for operation in changes.operations:
        match operation:
            case AddMarker():
                file.add_marker(PlacedMarker(name=operation.name, start_ticks=_to_ticks(timeline, operation.at)))
            case ImportMidi():
                midi = sources.copy_midi(operation)
                file.add_midi(
                    PlacedMidi(
                        track_id=_track_id(refs, operation.track),
                        name=operation.name,
                        file_name=midi.file_name,
                        start_ticks=_to_ticks(timeline, operation.at),
                        length_ticks=midi.length_ticks,
                    )
                )
                lowest, highest = _with_room(midi.lowest_midi_note, midi.highest_midi_note)
                file.show_notes(_track_id(refs, operation.track), lowest, highest)
            case ImportAudio():
                audio = sources.copy_audio(operation, sample_rate_hz=session.sample_rate_hz)
                file.add_audio(
                    PlacedAudio(
                        track_id=_track_id(refs, operation.track),
                        name=operation.name,
                        file_name=audio.file_name,
                        n_channels=audio.n_channels,
                        start_samples=timeline.samples(operation.at, session.sample_rate_hz),
                        length_samples=audio.n_frames,
                    )
                )
            case SetTempo() | AddMidiTrack() | AddAudioTrack() | SetFader() | SetPan() | SetMute() | SelectRoutes():
                pass  # the interpreter's, or the editor's
            case _:
                raise RequestInvalid(f"{operation.verb} needs Ardour's editor; open the session there and try again")


def _with_room(lowest_midi_note: int, highest_midi_note: int) -> tuple[int, int]:
    """Return the notes between which a track is shown: its own, with a note of room above and below."""
    return max(0, lowest_midi_note - 1), min(127, highest_midi_note + 1)


def _track_id(refs: dict[str, str], name: str) -> str:
    if name not in refs:
        raise RequestInvalid(f"no track {name!r} in this change set; its tracks are: {', '.join(refs) or 'none'}")
    return refs[name]


def _to_ticks(timeline: Timeline, place: BBT) -> int:
    return round(timeline.quarters(place) * ARDOUR_TICKS_PER_QUARTER)


def _check(
    draft_file: Path, session: NewSession, changes: ChangeSet, refs: dict[str, str], facts: dict[str, Any]
) -> SessionReport:
    """Compare what was asked with what Ardour loaded; RequestInvalid or SetupBroken where they differ."""
    version = read_version(draft_file.read_text(encoding="utf-8"))
    snapshot = to_snapshot(facts, session_file=draft_file, ardour_version=version)
    outcomes = compare(changes.operations, refs, snapshot)
    failed = [f"operation {o.index} ({o.verb}): {o.reason}" for o in outcomes if o.status is OutcomeStatus.FAILED]
    found_range = to_range(facts.get("range"))
    if failed or found_range is None:
        raise SetupBroken(f"Ardour read back something else: {'; '.join(failed) or 'no session range'}")
    return SessionReport(
        folder=draft_file.parent,
        name=session.name,
        result=ChangeSetResult(
            id=changes.id,
            label=changes.label,
            state=ChangeSetState.APPLIED,
            outcomes=outcomes,
            revision=snapshot.revision,
        ),
        snapshot=snapshot,
        range=found_range,
        seconds=0.0,
    )


def _move_into_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError as error:
        raise StorageFailed(f"cannot put the session at {folder}: {error.strerror}; choose another place") from error


def _raise_if_full(scratch: Path, error: SetupBroken) -> None:
    """Say that the disk is full when that is why Ardour failed."""
    free = shutil.disk_usage(scratch).free
    if free < _SESSION_FILE_BYTES and not isinstance(error, StorageFailed):
        raise StorageFailed(f"{scratch.parent} has only {free / 1e6:.1f} MB free; make room there") from error
