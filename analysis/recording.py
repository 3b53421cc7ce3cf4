"""Audio as it is read back from a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from music.audio import FloatAudio
from music.errors import NotFound, RequestInvalid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A decoded audio file."""

    audio: FloatAudio
    sample_rate_hz: int

    @property
    def length_seconds(self) -> float:
        """Length of the whole file."""
        return float(self.audio.shape[1]) / self.sample_rate_hz

    @property
    def mono(self) -> NDArray[np.float32]:
        """The mean of all channels; shape (n_frames,)."""
        mean: NDArray[np.float32] = self.audio.mean(axis=0, dtype=np.float32)
        return mean


def read_recording(path: Path) -> Recording:
    """Read a whole audio file; NotFound when it is missing, RequestInvalid when it cannot be decoded."""
    if not path.is_file():
        raise NotFound("audio file", str(path))
    try:
        frames, sample_rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise RequestInvalid(f"{str(path)!r} cannot be decoded as audio: {error.error_string}") from error
    return Recording(audio=np.ascontiguousarray(frames.T), sample_rate_hz=int(sample_rate_hz))
