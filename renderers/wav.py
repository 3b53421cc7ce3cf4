"""24-bit WAV files, written whole or not at all.

No dither: the rounding of 24 bits lies near -146 dBFS, below the noise of every converter, and without dither the same
music gives the same bytes and the stems add up to the mix.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

from music.audio import FloatAudio
from renderers.unfinished import unfinished_file

_FULL_SCALE = np.float32(1 << 23)
_HIGHEST = np.float32((1 << 23) - 1)
_N_THREADS = 2


def quantise(audio: FloatAudio) -> FloatAudio:
    """Round to the steps of 24 bits; beyond full scale is cut off. Such values survive writing and reading exactly."""
    steps = _steps(audio)
    steps /= _FULL_SCALE
    return steps


def write_wav(path: Path, audio: FloatAudio, sample_rate_hz: int) -> None:
    """Write float32 of shape (n_channels, n_frames) as 24-bit WAV in place of whatever is there.

    Either the whole file appears under its name or nothing does. Beyond full scale is cut off. Raises StorageFailed
    when the folder is missing or not writable or the disk is full.
    """
    # libsndfile keeps the upper 24 of 32 bits; left to itself it would scale by 2^23 - 1 and round downwards
    left_justified = _steps(audio).T.astype(np.int32) << 8
    with unfinished_file(path, n_bytes=left_justified.size * 3, is_exact=True) as unfinished:
        soundfile.write(unfinished, left_justified, sample_rate_hz, subtype="PCM_24", format="WAV")


def write_wavs(files: Sequence[tuple[Path, FloatAudio]], sample_rate_hz: int) -> None:
    """Write several WAV files at once; StorageFailed tells about the first that failed."""
    with ThreadPoolExecutor(_N_THREADS, thread_name_prefix="write") as pool:
        for written in [pool.submit(write_wav, path, audio, sample_rate_hz) for path, audio in files]:
            written.result()


def _steps(audio: FloatAudio) -> FloatAudio:
    """Return the whole number, -2^23 to 2^23 - 1, that each sample becomes."""
    steps: FloatAudio = audio * _FULL_SCALE
    np.rint(steps, out=steps)
    np.clip(steps, -_FULL_SCALE, _HIGHEST, out=steps)
    return steps
