"""K-weighting and gates, against the standard's own numbers."""

import numpy as np
import pytest

from music.loudness import gated_lufs, k_weighting

# ITU-R BS.1770-5, annex 1, tables 1 and 2: 48 kHz
HEAD = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)


def response_db(sections: np.ndarray, at_hz: float) -> float:
    z = np.exp(-2j * np.pi * at_hz / 48_000 * np.arange(3))
    return float(20 * np.log10(np.prod([abs(row[:3] @ z) / abs(row[3:] @ z) for row in sections])))


@pytest.mark.parametrize("at_hz", [20, 38, 100, 500, 1_000, 1_500, 3_000, 10_000, 20_000])
def test_the_filter_is_that_of_the_standard(at_hz: float) -> None:
    ours, standard = response_db(k_weighting(48_000), at_hz), response_db(np.array([HEAD, HIGH_PASS]), at_hz)
    assert ours == pytest.approx(standard, abs=0.05)


def test_a_gate_leaves_out_what_is_ten_units_softer() -> None:
    """One part at -20 LUFS and one at -40: with both the mean would be -23."""
    powers = np.repeat([10 ** ((-20 + 0.691) / 10), 10 ** ((-40 + 0.691) / 10)], 200)
    assert gated_lufs(powers) == pytest.approx(-20.0, abs=0.05)


def test_silence_and_what_is_too_short_have_no_loudness() -> None:
    assert gated_lufs(np.zeros(100)) is None
    assert gated_lufs(np.ones(3)) is None
