"""Audio is read back as it is, and what cannot be worked with is refused before it does harm."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.recording import read_recording
from music.errors import NotFound, RequestInvalid

RATE = 48000


def written(path: Path, frames: np.ndarray) -> Path:
    soundfile.write(path, frames, RATE, subtype="FLOAT")
    return path


def test_a_file_is_read_from_a_frame_on(tmp_path: Path) -> None:
    frames = np.linspace(-1, 1, 200, dtype=np.float32).reshape(100, 2)
    found = read_recording(written(tmp_path / "a.wav", frames), start_frames=40)
    assert np.array_equal(found.audio, frames[40:].T)
    assert found.sample_rate_hz == RATE


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_sound_that_is_no_number_is_refused_with_its_place(tmp_path: Path, wrong: float) -> None:
    frames = np.zeros((RATE, 2), dtype=np.float32)
    frames[RATE // 2 :, 1] = wrong
    with pytest.raises(RequestInvalid, match=r"from 0\.50 s on: a plugin has gone wrong"):
        read_recording(written(tmp_path / "a.wav", frames))


def test_a_file_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", np.full((2 * RATE, 1), np.nan, dtype=np.float32))
    with pytest.raises(RequestInvalid, match="has 2 s, and at most 1 s are read"):
        read_recording(path, longest_seconds=1.0)


def test_what_is_no_audio_file_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    with pytest.raises(RequestInvalid, match="cannot be decoded as audio"):
        read_recording(tmp_path / "text.wav")
    with pytest.raises(NotFound):
        read_recording(tmp_path / "none.wav")
