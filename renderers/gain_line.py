"""Gains that are worked out once per 16 frames and move in straight lines between: a limiter's, a compressor's."""

import numpy as np
from scipy.ndimage import maximum_filter1d

from music.audio import FloatAudio

BLOCK = 16  # frames
_HOLD_SECONDS = 0.012  # longer than from peak to peak of a bass note, so the gain does not follow its wave


def block_sample_peaks(audio: FloatAudio) -> FloatAudio:
    """Return the highest sample, over all channels, of each run of 16 frames: quick, and blind between the samples."""
    highest = np.abs(audio).max(axis=0)
    peaks: FloatAudio = np.pad(highest, (0, -len(highest) % BLOCK)).reshape(-1, BLOCK).max(axis=1)
    return peaks


def held_and_released(need_db: np.ndarray, release_db_per_second: float, sample_rate_hz: int) -> np.ndarray:
    """Return a reduction that is nowhere below what is needed, stays for 12 ms and is given back at a constant pace."""
    fall = np.arange(len(need_db)) * (release_db_per_second * BLOCK / sample_rate_hz)
    n_hold = round(_HOLD_SECONDS * sample_rate_hz / BLOCK)
    kept_db = maximum_filter1d(need_db, n_hold, origin=(n_hold - 1) // 2)  # the last n_hold blocks, this one included
    # the larger of what is needed now and what is left of every earlier need
    reduction: np.ndarray = np.maximum.accumulate(kept_db + fall) - fall
    return reduction


def between_blocks(gain: FloatAudio, n_frames: int) -> FloatAudio:
    """Draw straight lines from the centre of each block to the next; shape (n_frames,)."""
    ends = np.concatenate([gain[:1], gain, gain[-1:]])
    starts, steps = ends[:-1, np.newaxis], np.diff(ends)[:, np.newaxis]
    ramp = (np.arange(BLOCK, dtype=np.float32) + np.float32(0.5)) / np.float32(BLOCK)
    lines: FloatAudio = (starts + steps * ramp).reshape(-1)
    return lines[BLOCK // 2 : BLOCK // 2 + n_frames]
