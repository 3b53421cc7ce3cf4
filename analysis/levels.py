"""How loud, how dense and how wide a recording is: loudness over time, peaks, crest factor, stereo image.

Loudness is ITU-R BS.1770; short-term loudness (3 s) and loudness range are EBU Tech 3341 and 3342.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from analysis.loudness import true_peak_dbtp
from music.audio import FloatAudio
from music.loudness import HOP_SECONDS, gated_lufs, k_weighting, lufs, windowed

_HOPS_PER_SHORT_TERM = 30  # 3 s
_GATE_LUFS = -70.0
_RANGE_GATE_LU = -20.0
_RANGE_PERCENTILES = (10, 95)
_CHUNK_SECONDS = 30
_SILENT_DBFS = -90.0
_STEREO_HOP_SECONDS = 0.4
_HEARD_BELOW_PEAK_DB = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stereo:
    """How wide a stereo recording is; None of it where there is one channel or nothing is heard.

    The correlation of left and right is 1 for mono, 0 for unrelated channels, -1 for turned polarity.
    """

    correlation: float
    lowest_correlation: float  # over 400 ms within 60 dB of the loudest
    negative_share: float  # of these stretches, those that cancel out in mono
    balance_db: float  # right above left
    mono_loss_db: float  # power lost when both are added at -6 dB, against the mean power of both; 3 where unrelated


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The numbers of one recording. Values are None where nothing is heard, or it is too short for them."""

    seconds: float
    is_silent: bool  # nothing reaches -90 dBFS
    loudness_lufs: float | None
    short_term_max_lufs: float | None  # of 3 s
    loudness_range_lu: float | None  # of 3 s stretches, so None for less than that
    true_peak_dbtp: float | None
    crest_db: float | None  # sample peak over RMS, all channels together
    stereo: Stereo | None


def is_silent(audio: FloatAudio) -> bool:
    """Tell whether nothing reaches -90 dBFS in audio of shape (n_channels, n_frames)."""
    return _peak(audio) < 10 ** (_SILENT_DBFS / 20)


def _peak(audio: FloatAudio) -> float:
    return max((float(np.abs(channel).max(initial=0.0)) for channel in audio), default=0.0)


def measure_levels(audio: FloatAudio, sample_rate_hz: int) -> Levels:
    """Measure float32 audio of shape (n_channels, n_frames)."""
    seconds = audio.shape[1] / sample_rate_hz
    if is_silent(audio):
        return Levels(
            seconds=seconds,
            is_silent=True,
            loudness_lufs=None,
            short_term_max_lufs=None,
            loudness_range_lu=None,
            true_peak_dbtp=None,
            crest_db=None,
            stereo=None,
        )
    powers = hop_powers(audio, sample_rate_hz)
    short_term = short_term_lufs(powers)
    mean_square = float(np.mean([np.mean(np.square(channel), dtype=np.float64) for channel in audio]))
    return Levels(
        seconds=seconds,
        is_silent=False,
        loudness_lufs=gated_lufs(powers),
        short_term_max_lufs=float(short_term.max()) if len(short_term) else None,
        loudness_range_lu=_loudness_range(short_term),
        true_peak_dbtp=true_peak_dbtp(audio),
        crest_db=float(20 * np.log10(_peak(audio)) - 10 * np.log10(mean_square)),
        stereo=_stereo(audio, sample_rate_hz) if len(audio) == 2 else None,
    )


def hop_powers(audio: FloatAudio, sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the K-weighted power of each 100 ms, all channels added; shape (n_hops,)."""
    hop = round(HOP_SECONDS * sample_rate_hz)
    n_hops = audio.shape[1] // hop
    total = np.zeros(n_hops)
    for channel in audio:
        first = 0
        for chunk in _k_weighted(channel[: n_hops * hop], sample_rate_hz, hop):
            powers = np.square(chunk).reshape(-1, hop).mean(axis=1)
            total[first : first + len(powers)] += powers
            first += len(powers)
    return total


def _k_weighted(channel: NDArray[np.float32], sample_rate_hz: int, hop: int) -> Iterator[NDArray[np.float64]]:
    """Yield a channel through the two filters of BS.1770, annex 1, in chunks of whole hops."""
    sections = k_weighting(sample_rate_hz)
    state = np.zeros((len(sections), 2))
    length = round(_CHUNK_SECONDS / HOP_SECONDS) * hop
    for start in range(0, len(channel), length):
        chunk = channel[start : start + length].astype(np.float64)
        chunk, state = scipy.signal.sosfilt(sections, chunk, zi=state)
        yield chunk


def short_term_lufs(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loudness of each 3 s, one per 100 ms, from what ``hop_powers`` returns."""
    return lufs(windowed(powers, _HOPS_PER_SHORT_TERM))


def _loudness_range(short_term: NDArray[np.float64]) -> float | None:
    heard = short_term[short_term > _GATE_LUFS]
    if not len(heard):
        return None
    mean_lufs = 10 * np.log10(np.mean(10 ** (heard / 10)))
    low, high = np.percentile(heard[heard > mean_lufs + _RANGE_GATE_LU], _RANGE_PERCENTILES)
    return float(high - low)


def _stereo(audio: FloatAudio, sample_rate_hz: int) -> Stereo | None:
    hop = min(round(_STEREO_HOP_SECONDS * sample_rate_hz), audio.shape[1])
    n_hops = audio.shape[1] // hop
    left, right = audio[:, : n_hops * hop].reshape(2, n_hops, hop)
    both = np.einsum("nh,nh->n", left, right, dtype=np.float64)
    lefts = np.einsum("nh,nh->n", left, left, dtype=np.float64)
    rights = np.einsum("nh,nh->n", right, right, dtype=np.float64)
    sums = lefts + rights
    heard = sums > sums.max() * 10 ** (-_HEARD_BELOW_PEAK_DB / 10)
    if sums.max() == 0:
        return None
    tiny = 1e-20
    courses = both[heard] / np.maximum(np.sqrt(lefts[heard] * rights[heard]), tiny)
    mono = (sums.sum() + 2 * both.sum()) / 4
    return Stereo(
        correlation=float(both.sum() / max(np.sqrt(lefts.sum() * rights.sum()), tiny)),
        lowest_correlation=float(courses.min()),
        negative_share=float(np.mean(courses < 0)),
        balance_db=float(np.clip(10 * np.log10(max(rights.sum(), tiny) / max(lefts.sum(), tiny)), -99, 99)),
        mono_loss_db=float(np.clip(10 * np.log10(sums.sum() / 2 / max(mono, tiny)), 0, 99)),
    )
