"""Operations that bring files into the session."""

from dataclasses import dataclass
from typing import Annotated, Literal

from music.operations.fields import InputFile, RegionRef, RouteName, Told, Within
from music.time import BBT, TEMPO_RANGE_BPM

FileTempo = Annotated[float, Within(*TEMPO_RANGE_BPM, "quarter notes per minute")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMidi:
    """Put one MIDI file on a MIDI track; its notes follow the session's tempo."""

    ref: RegionRef
    track: RouteName
    path: InputFile
    name: str
    at: BBT
    n_notes: Annotated[int, Told("what must be read back")] | None = None
    verb: Literal["import_midi"] = "import_midi"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAudio:
    """Put one audio file on an audio track; told the file's tempo, stretch it to the session's."""

    ref: RegionRef
    track: RouteName
    path: InputFile
    name: str
    at: BBT
    length_samples: Annotated[int, Told("what must be read back, at the session's rate")] | None = None
    file_tempo_bpm: FileTempo | None = None
    verb: Literal["import_audio"] = "import_audio"


MaterialOperation = ImportMidi | ImportAudio
