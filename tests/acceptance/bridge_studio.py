"""A real editor with our bridge installed in it, and material to place."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

from daw_bridge.bridge_client import BridgeClient, connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.install import InstallReport, install
from daw_bridge.instrument_preset import INSTRUMENT, PRESET_LABEL
from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, OutcomeStatus
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.time import BBT, TimeSignature
from renderers.soundfont import find_soundfont
from tests.acceptance.ardour_editor import ArdourEditor, running_editor

SAMPLE_RATE_HZ = 48000
PARTS = ("Bass", "Chords", "Melody")
N_NOTES = 16
N_SAMPLES = 2 * SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Studio:
    """An editor, its bridge folder, and the files to place."""

    editor: ArdourEditor
    bridge_folder: Path
    midi: Path
    audio: Path
    report: InstallReport

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[BridgeClient]:
        """Open a caller of the bridge."""
        async with connect(BridgeFolder.open(self.bridge_folder)) as client:
            yield client

    @contextlib.asynccontextmanager
    async def daw(self) -> AsyncIterator[LiveDaw]:
        """Open the session."""
        async with self.client() as client:
            yield LiveDaw(client)

    def take(self, change_set_id: str, *, at_bar: int = 1) -> ChangeSet:
        """Return a change set as a take makes it."""
        return take(change_set_id, midi=self.midi, audio=self.audio, at_bar=at_bar)


def take(change_set_id: str, *, midi: Path, audio: Path, at_bar: int = 1) -> ChangeSet:
    """Return a change set as a take makes it: tempo, markers, parts with instruments, muted stems, a mix."""
    operations: list[Operation] = [SetTempo(at=BBT(at_bar), tempo_bpm=140.0, time_signature=TimeSignature(4, 4))]
    operations += [
        AddMarker(ref=f"marker {name}", name=name, at=BBT(at_bar + 4 * index))
        for index, name in enumerate(("Intro", "Verse", "Chorus"))
    ]
    for index, name in enumerate(PARTS):
        operations += _part(index, name, BBT(at_bar), midi=midi, audio=audio)
    operations.append(SelectRoutes(routes=tuple(f"midi {name}" for name in PARTS)))
    return ChangeSet(id=ChangeSetId(change_set_id), label="a take", operations=tuple(operations))


def _part(index: int, name: str, at: BBT, *, midi: Path, audio: Path) -> list[Operation]:
    track, stem = f"midi {name}", f"stem {name}"
    return [
        AddMidiTrack(
            ref=track, name=name, colour="#336699", instrument_plugin=INSTRUMENT, instrument_preset=PRESET_LABEL
        ),
        ImportMidi(ref=f"notes {name}", track=track, path=str(midi), name=name, at=at, n_notes=N_NOTES),
        AddAudioTrack(ref=stem, name=f"{name} stem", colour="#993311", n_channels=2),
        ImportAudio(
            ref=f"audio {name}", track=stem, path=str(audio), name=f"{name} stem", at=at, length_samples=N_SAMPLES
        ),
        SetFader(route=track, gain_db=-3.0 - index),
        SetPan(route=track, pan=0.5 * (index - 1)),
        SetMute(route=stem, is_muted=True),
    ]


def failures(result: ChangeSetResult) -> list[str]:
    """Return what went wrong in a change set, for messages."""
    return [
        f"{outcome.index} {outcome.verb}: {outcome.reason}"
        for outcome in result.outcomes
        if outcome.status not in (OutcomeStatus.VERIFIED, OutcomeStatus.NOT_APPLIED)
    ]


@contextlib.contextmanager
def running_studio(folder: Path) -> Iterator[Studio]:
    """Run the editor on an empty session with the bridge in it."""
    reports: list[InstallReport] = []

    def put_bridge_in(config_folder: Path) -> None:
        reports.append(
            install(
                folder / "bridge",
                config_folder=config_folder,
                soundfont=find_soundfont(None).path,
            )
        )

    midi, audio = write_midi(folder / "part.mid"), write_audio(folder / "stem.wav")
    with running_editor(folder / "session", prepare=put_bridge_in) as editor:
        yield Studio(editor=editor, bridge_folder=folder / "bridge", midi=midi, audio=audio, report=reports[0])


def end_editors_of(home: str) -> None:
    """End the processes that were started from an editor with this HOME."""
    wanted = f"HOME={home}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            is_ours = wanted in (entry / "environ").read_bytes().split(b"\0")
            program = (entry / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        if is_ours and b"ardour" in program.lower():
            os.kill(int(entry.name), signal.SIGKILL)


def write_midi(path: Path) -> Path:
    """Write a part of quarter notes with a program, and a tempo that must not reach the session."""
    song = mido.MidiFile(type=1, ticks_per_beat=960)
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)]))
    notes = mido.MidiTrack([mido.MetaMessage("track_name", name="Part"), mido.Message("program_change", program=38)])
    for index in range(N_NOTES):
        notes.append(mido.Message("note_on", note=40 + index % 5, velocity=90, time=0))
        notes.append(mido.Message("note_off", note=40 + index % 5, time=960))
    song.tracks.append(notes)
    song.save(path)
    return path


def write_audio(path: Path) -> Path:
    """Write two seconds of a stereo tone."""
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(N_SAMPLES) / SAMPLE_RATE_HZ)
    soundfile.write(path, np.stack([tone, tone], axis=1), SAMPLE_RATE_HZ, subtype="PCM_24")
    return path
