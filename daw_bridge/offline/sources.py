"""Putting MIDI and audio files into a session's own folder, in the form in which Ardour reads them."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import mido
import soundfile

from daw_bridge.offline.session_file import ARDOUR_TICKS_PER_QUARTER
from music.errors import RequestInvalid
from music.operations.material import ImportAudio, ImportMidi

_NOT_PLAIN = re.compile(r"[^\w .+-]")
_LONGEST_NAME_BYTES = 120
_MIDDLE_C = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedMidi:
    """A MIDI file in the session's folder."""

    file_name: str
    length_ticks: int  # 1920 to the quarter note
    n_notes: int
    lowest_midi_note: int
    highest_midi_note: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedAudio:
    """An audio file in the session's folder."""

    file_name: str
    n_channels: int
    n_frames: int


class SourceFolder:
    """The files that belong to a new session, under ``interchange/<name of its folder>``."""

    def __init__(self, session_folder: Path) -> None:
        (sources,) = (session_folder / "interchange").iterdir()
        self._midi = sources / "midifiles"
        self._audio = sources / "audiofiles"

    def copy_midi(self, operation: ImportMidi) -> CopiedMidi:
        """Copy all notes, programs and controllers of a MIDI file onto one track; RequestInvalid if it is none."""
        try:
            original = mido.MidiFile(operation.path)
        except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
            raise RequestInvalid(f"{operation.path} is no MIDI file that can be read: {error}") from error
        if not original.ticks_per_beat > 0:
            raise RequestInvalid(
                f"{operation.path} counts time in frames, not in beats; save it with ticks per quarter"
            )
        merged = mido.merge_tracks(original.tracks, skip_checks=True)
        length = sum(message.time for message in merged)
        track, waiting = mido.MidiTrack(), 0
        for message in merged:
            waiting += message.time
            if not message.is_meta:
                track.append(message.copy(time=waiting))
                waiting = 0
        track.append(mido.MetaMessage("end_of_track", time=waiting))
        copy = mido.MidiFile(type=0, ticks_per_beat=original.ticks_per_beat, tracks=[track])
        midi_notes = [message.note for message in track if message.type == "note_on" and message.velocity > 0]
        n_notes = len(midi_notes)
        if n_notes != operation.n_notes:
            raise RequestInvalid(f"{operation.path} holds {n_notes} notes, not the {operation.n_notes} notes named")
        name = _free_name(self._midi, operation.name, ".mid")
        copy.save(self._midi / name)
        length_ticks = round(length * ARDOUR_TICKS_PER_QUARTER / original.ticks_per_beat)
        return CopiedMidi(
            file_name=name,
            length_ticks=length_ticks,
            n_notes=n_notes,
            lowest_midi_note=min(midi_notes, default=_MIDDLE_C),
            highest_midi_note=max(midi_notes, default=_MIDDLE_C),
        )

    def copy_audio(self, operation: ImportAudio, *, sample_rate_hz: int) -> CopiedAudio:
        """Copy a WAV file as it is; RequestInvalid if it is none, is empty, or has another sample rate."""
        try:
            found = soundfile.info(operation.path)
        except (OSError, RuntimeError) as error:
            raise RequestInvalid(f"{operation.path} is no audio file that can be read: {error}") from error
        if found.format not in ("WAV", "WAVEX") or found.frames == 0 or found.channels > 2:
            raise RequestInvalid(
                f"{operation.path} must be a mono or stereo WAV file with something in it, "
                f"got {found.format} with {found.channels} channels and {found.frames} frames"
            )
        if found.samplerate != sample_rate_hz:
            raise RequestInvalid(
                f"{operation.path} has {found.samplerate} Hz, the session {sample_rate_hz} Hz; convert the file first"
            )
        if found.frames != operation.length_samples:
            raise RequestInvalid(
                f"{operation.path} holds {found.frames} samples, not the {operation.length_samples} samples named"
            )
        name = _free_name(self._audio, operation.name, ".wav")
        shutil.copyfile(operation.path, self._audio / name)
        return CopiedAudio(file_name=name, n_channels=found.channels, n_frames=found.frames)


def _free_name(folder: Path, title: str, suffix: str) -> str:
    """Return a file name near ``title`` that is not taken; anything but letters, digits and `` .+-_`` becomes ``_``."""
    stem = _NOT_PLAIN.sub("_", title).strip(" .").encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore") or "untitled"
    names = [f"{stem}{suffix}", *(f"{stem}-{number}{suffix}" for number in range(2, 1000))]
    return next(name for name in names if not (folder / name).exists())
