"""Operations that bring files into the session."""

from dataclasses import dataclass
from typing import Literal

from music.operations.fields import InputFile, RegionRef, RouteName
from music.time import BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMidi:
    """Put one MIDI file on a MIDI track, its first tick at ``at``. ``n_notes`` is what must be read back."""

    ref: RegionRef
    track: RouteName
    path: InputFile
    name: str
    at: BBT
    n_notes: int
    verb: Literal["import_midi"] = "import_midi"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAudio:
    """Put one audio file on an audio track, its first sample at ``at``."""

    ref: RegionRef
    track: RouteName
    path: InputFile
    name: str
    at: BBT
    length_samples: int  # what must be read back, at the session's rate
    verb: Literal["import_audio"] = "import_audio"


MaterialOperation = ImportMidi | ImportAudio
