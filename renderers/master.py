"""The master: the mix at the style's loudness, its true peak at or below -1 dBTP, as the 24-bit file will hold it."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.signal

from music.audio import TRUE_PEAK_CEILING_DBTP, FloatAudio
from music.loudness import HOP_SECONDS, gated_lufs, k_weighting
from renderers.limiter import block_true_peaks, limit
from renderers.wav import quantise

MAX_LIMITING_DB = 10.0
"""Peaks are taken down by at most this much; a target that needs more is missed, and the result says so."""

_MARGIN_DB = 0.2  # meters differ by this much with their interpolation filters, and a moving gain adds a little
_TOLERANCE_LU = 0.1
_MAX_PASSES = 3
_MAX_STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Master:
    """The finished mix and what was done to it."""

    audio: FloatAudio  # on the 24-bit grid: writing it changes nothing
    gain_db: float
    limiting_db: float  # the largest gain reduction
    loudness_lufs: float | None  # None: silent, or shorter than one 400 ms block
    true_peak_dbtp: float  # -inf for silence
    notices: tuple[str, ...]


def master(mix: FloatAudio, sample_rate_hz: int, target_lufs: float) -> Master:
    """Bring a mix to a loudness, with its true peak at or below -1 dBTP.

    Material that is silent or shorter than 400 ms has no loudness: it is left as quiet as it is, or turned down to the
    ceiling. Where taking peaks down by 10 dB at most does not reach the loudness, a notice tells what was reached.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="master") as beside:  # peaks are found while loudness is measured
        return _master(mix, sample_rate_hz, target_lufs, beside)


def _master(mix: FloatAudio, sample_rate_hz: int, target_lufs: float, beside: ThreadPoolExecutor) -> Master:
    finding = beside.submit(block_true_peaks, mix)
    weighted = _k_weighted(mix, sample_rate_hz)
    before, peaks = _gated_loudness(weighted, sample_rate_hz), finding.result()
    if before is None:
        audio = quantise(mix)
        return _finish(audio, block_true_peaks(audio), None, gain_db=0.0, limiting_db=0.0)
    highest_gain_db = TRUE_PEAK_CEILING_DBTP - _decibels(peaks) + MAX_LIMITING_DB
    correction_lu = 0.0
    for _ in range(_MAX_PASSES):
        gain_db = _gain_for(target_lufs + correction_lu, before, weighted, peaks, highest_gain_db, sample_rate_hz)
        audio, limiting_db = _turn_up(mix, peaks, gain_db, sample_rate_hz)
        audio = quantise(audio)
        finding = beside.submit(block_true_peaks, audio)
        reached = _gated_loudness(_k_weighted(audio, sample_rate_hz), sample_rate_hz)
        missing = target_lufs - reached if reached is not None else 0.0
        if abs(missing) <= _TOLERANCE_LU or (missing > 0 and gain_db >= highest_gain_db):
            break
        correction_lu += missing
    finished = _finish(audio, finding.result(), reached, gain_db=gain_db, limiting_db=limiting_db)
    if finished.loudness_lufs is None or abs(finished.loudness_lufs - target_lufs) <= 0.5:
        return finished
    reason = (
        f"the master is at {finished.loudness_lufs:.1f} LUFS instead of {target_lufs:.1f}: "
        f"more would take peaks down by over {MAX_LIMITING_DB:g} dB"
    )
    return dataclasses.replace(finished, notices=(reason,))


def _finish(
    audio: FloatAudio, peaks: FloatAudio, loudness_lufs: float | None, *, gain_db: float, limiting_db: float
) -> Master:
    """Return audio on the 24-bit grid, with its true peaks, turned down if it is still above the ceiling."""
    correction_db, peak_db = 0.0, _decibels(peaks)
    if peak_db > TRUE_PEAK_CEILING_DBTP:
        correction_db = TRUE_PEAK_CEILING_DBTP - 0.01 - peak_db
        audio = quantise(audio * np.float32(10.0 ** (correction_db / 20.0)))
        peak_db = _decibels(block_true_peaks(audio))
    return Master(
        audio=audio,
        gain_db=gain_db + correction_db,
        limiting_db=limiting_db,
        loudness_lufs=None if loudness_lufs is None else loudness_lufs + correction_db,
        true_peak_dbtp=peak_db,
        notices=(),
    )


def _gain_for(
    target_lufs: float,
    before_lufs: float,
    weighted: FloatAudio,
    peaks: FloatAudio,
    highest_gain_db: float,
    sample_rate_hz: int,
) -> float:
    """Return the gain in dB that leads through the limiter to a loudness, or the highest allowed.

    Worked out on the K-weighted mix, under the limiter's gain for the unweighted one: that gain moves so slowly that
    weighting before or after it gives the same loudness within a few hundredths of an LU.
    """
    gain_db = min(target_lufs - before_lufs, highest_gain_db)
    for _ in range(_MAX_STEPS):
        limited, _reduction_db = _turn_up(weighted, peaks, gain_db, sample_rate_hz)
        reached = _gated_loudness(limited, sample_rate_hz)
        missing = target_lufs - reached if reached is not None else 0.0
        if abs(missing) <= _TOLERANCE_LU / 4 or reached is None or (missing > 0 and gain_db >= highest_gain_db):
            break
        # a limiter gives back less than one LU per dB; the last step tells how much less
        yield_per_db = np.clip((reached - before_lufs) / gain_db, 0.4, 1.0) if gain_db > 1 else 1.0
        gain_db = min(gain_db + missing / float(yield_per_db), highest_gain_db)
    return gain_db


def _turn_up(mix: FloatAudio, peaks: FloatAudio, gain_db: float, sample_rate_hz: int) -> tuple[FloatAudio, float]:
    gain = np.float32(10.0 ** (gain_db / 20.0))
    return limit(mix * gain, peaks * gain, TRUE_PEAK_CEILING_DBTP - _MARGIN_DB, sample_rate_hz)


def _decibels(peaks: FloatAudio) -> float:
    highest = float(peaks.max(initial=0.0))
    return float(20.0 * np.log10(highest)) if highest > 0 else float("-inf")


def _k_weighted(audio: FloatAudio, sample_rate_hz: int) -> FloatAudio:
    if audio.shape[1] == 0:
        return audio
    weighted: FloatAudio = scipy.signal.sosfilt(k_weighting(sample_rate_hz), audio, axis=1).astype(np.float32)
    return weighted


def _gated_loudness(weighted: FloatAudio, sample_rate_hz: int) -> float | None:
    """Return the loudness in LUFS of K-weighted audio; None when it is silent or too short."""
    hop = round(HOP_SECONDS * sample_rate_hz)
    n_hops = weighted.shape[1] // hop
    if n_hops == 0:
        return None
    powers = np.square(weighted[:, : n_hops * hop]).reshape(-1, n_hops, hop).mean(axis=2, dtype=np.float64).sum(axis=0)
    return gated_lufs(powers)
