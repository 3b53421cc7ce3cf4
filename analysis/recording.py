"""Audio as it is read back from a file."""

import math
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


def read_recording(path: Path, *, start_frames: int = 0, longest_seconds: float = math.inf) -> Recording:
    """Read an audio file from a frame on; NotFound when it is missing.

    RequestInvalid when it cannot be decoded, is longer than ``longest_seconds``, which is seen before it is read, or
    holds what is no number: a plugin that has gone wrong makes such sound, and nothing can be measured of it.
    """
    if not path.is_file():
        raise NotFound("audio file", str(path))
    try:
        with soundfile.SoundFile(path) as file:
            sample_rate_hz = int(file.samplerate)
            seconds = file.frames / sample_rate_hz
            if seconds > longest_seconds:
                raise RequestInvalid(
                    f"{path} has {seconds:.0f} s, and at most {longest_seconds:g} s are read; give fewer bars"
                )
            file.seek(start_frames)
            frames = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise RequestInvalid(f"{str(path)!r} cannot be decoded as audio: {error.error_string}") from error
    audio = np.ascontiguousarray(frames.T)
    _require_numbers(path, audio, sample_rate_hz)
    return Recording(audio=audio, sample_rate_hz=sample_rate_hz)


def _require_numbers(path: Path, audio: FloatAudio, sample_rate_hz: int) -> None:
    for channel in audio:
        if not np.isfinite(channel.sum(dtype=np.float64)):  # quicker than to look at each
            seconds = int(np.argmin(np.isfinite(channel))) / sample_rate_hz
            raise RequestInvalid(
                f"{path} holds no sound but infinity or what is no number from {seconds:.2f} s on: a plugin has gone "
                "wrong; bypass plugins one by one, and render again"
            )
