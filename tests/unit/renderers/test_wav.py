"""WAV files: exact, whole or absent, with storage errors in words."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from music.audio import FloatAudio
from music.errors import StorageFailed
from renderers.wav import quantise, write_wav, write_wavs
from tests.programs import mounted_disk

RATE = 48_000


def noise(n_frames: int) -> FloatAudio:
    return np.random.default_rng(3).uniform(-1, 1, (2, n_frames)).astype(np.float32)


def test_a_file_is_48_khz_24_bit_and_holds_exactly_the_rounded_samples(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    write_wav(path, noise(5_000), RATE)
    facts = soundfile.info(path)
    assert (facts.samplerate, facts.channels, facts.subtype, facts.frames) == (RATE, 2, "PCM_24", 5_000)
    read_back = soundfile.read(path, dtype="float32")[0].T
    assert np.array_equal(read_back, quantise(noise(5_000)))


def test_rounding_is_to_the_nearest_step_and_full_scale_is_cut_off_not_wrapped(tmp_path: Path) -> None:
    step = 2.0**-23
    audio = np.array([[0.4 * step, 0.6 * step, -0.6 * step, 1.5, -1.5]], dtype=np.float32)
    path = tmp_path / "steps.wav"
    write_wav(path, audio, RATE)
    assert (soundfile.read(path, dtype="float64")[0] / step).tolist() == [0, 1, -1, 2**23 - 1, -(2**23)]


def test_the_same_audio_gives_the_same_bytes_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "stem.wav"
    write_wavs([(path, noise(100)), (tmp_path / "other.wav", noise(50))], RATE)
    first = path.read_bytes()
    write_wav(path, noise(100), RATE)
    assert path.read_bytes() == first
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other.wav", "stem.wav"]


def test_a_missing_folder_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"nowhere/mix\.wav'.*No such file"):
        write_wav(tmp_path / "nowhere" / "mix.wav", noise(10), RATE)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one megabyte."""
    with mounted_disk(tmp_path, megabytes=1) as disk:
        yield disk


def test_a_full_disk_leaves_the_earlier_file_and_nothing_half_written(small_disk: Path) -> None:
    path = small_disk / "mix.wav"
    write_wav(path, noise(1_000), RATE)
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match=r"mix\.wav.*are free"):
        write_wav(path, noise(400_000), RATE)
    assert path.read_bytes() == before
    assert [entry.name for entry in small_disk.iterdir()] == ["mix.wav"]
