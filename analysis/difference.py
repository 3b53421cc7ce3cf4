"""Two recordings side by side: what changed, once the second is turned to the loudness of the first."""

from dataclasses import dataclass

import numpy as np

from analysis.balance import octave_change_db
from analysis.levels import Levels, measure_levels
from music.audio import FloatAudio


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """After against before.

    ``matching_db`` is the gain that made them equally loud; bands are after minus before, None where one of them holds
    next to nothing.
    ``residue_db`` is what is left when both, level-matched, are subtracted, relative to the first; None where they
    differ in length, rate or number of channels. -inf: they differ by their level alone, if at all.
    """

    before: Levels
    after: Levels
    matching_db: float | None
    bands_db: tuple[float | None, ...] | None
    residue_db: float | None
    is_same: bool  # sample by sample


def compare_recordings(before: FloatAudio, before_rate_hz: int, after: FloatAudio, after_rate_hz: int) -> Difference:
    """Compare float32 audio of shape (n_channels, n_frames)."""
    first, second = measure_levels(before, before_rate_hz), measure_levels(after, after_rate_hz)
    matching_db = None
    if first.loudness_lufs is not None and second.loudness_lufs is not None:
        matching_db = first.loudness_lufs - second.loudness_lufs
    bands, residue_db = None, None
    if matching_db is not None:
        changes = octave_change_db(before, before_rate_hz, after, after_rate_hz)
        bands = tuple(None if change is None else change + matching_db for change in changes)
    if matching_db is not None and before.shape == after.shape and before_rate_hz == after_rate_hz:
        residue_db = _residue_db(before, after * np.float32(10 ** (matching_db / 20)))
    return Difference(
        before=first,
        after=second,
        matching_db=matching_db,
        bands_db=bands,
        residue_db=residue_db,
        is_same=before_rate_hz == after_rate_hz and np.array_equal(before, after),
    )


def _residue_db(before: FloatAudio, after: FloatAudio) -> float:
    left = float(np.mean(np.square(before - after), dtype=np.float64))
    whole = float(np.mean(np.square(before), dtype=np.float64))
    return float(10 * np.log10(left / whole)) if left > 0 else float("-inf")
