"""Encoded files, read back: as many frames, the sound that went in, and nothing half-written."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from music.audio import FloatAudio
from music.errors import RequestInvalid, StorageFailed
from renderers.encode import AudioFormat, Encoding, encode
from tests.programs import mounted_disk

RATE = 48000


def tone(seconds: float = 6.0) -> FloatAudio:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.stack([0.5 * np.sin(2 * np.pi * hertz * time) for hertz in (440.0, 660.0)]).astype(np.float32)


@pytest.mark.parametrize(
    ("encoding", "worst"),
    [
        (Encoding(bits=32), 0.0),
        (Encoding(bits=24), 2**-23),
        (Encoding(bits=16), 2**-14),  # one and a half steps with its dither
        (Encoding(format=AudioFormat.FLAC, bits=24), 2**-23),
        (Encoding(format=AudioFormat.FLAC, bits=16), 2**-14),
        (Encoding(format=AudioFormat.OGG), 0.02),
    ],
)
def test_what_was_written_is_read_back(tmp_path: Path, encoding: Encoding, worst: float) -> None:
    path = tmp_path / f"tone.{encoding.format.value}"
    encode(path, tone(), RATE, encoding)
    found, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE
    assert found.shape[0] == tone().shape[1]
    assert np.abs(found.T - tone()).max() <= worst
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_an_mp3_is_as_long_but_for_its_padding(tmp_path: Path) -> None:
    encode(tmp_path / "tone.mp3", tone(), RATE, Encoding(format=AudioFormat.MP3))
    assert soundfile.info(tmp_path / "tone.mp3").frames == pytest.approx(6 * RATE, abs=3 * 1152)


def test_float_keeps_what_is_above_full_scale_and_the_others_cut_it_off(tmp_path: Path) -> None:
    loud = tone() * np.float32(3)
    for bits, highest in ((32, 1.5), (24, 1.0)):
        encode(tmp_path / "loud.wav", loud, RATE, Encoding(bits=bits))
        assert np.abs(soundfile.read(tmp_path / "loud.wav")[0]).max() == pytest.approx(highest, abs=1e-3)


@pytest.mark.parametrize("format_", [AudioFormat.OGG, AudioFormat.MP3])
def test_bits_are_of_no_meaning_to_lossy_formats(tmp_path: Path, format_: AudioFormat) -> None:
    loud, written = tone() * np.float32(3), []
    for bits in (24, 32):
        path = tmp_path / f"{bits}.{format_.value}"
        encode(path, loud, RATE, Encoding(format=format_, bits=bits))
        written.append(soundfile.read(path)[0])
    assert np.array_equal(*written)


def test_sixteen_bits_are_dithered_the_same_way_each_time(tmp_path: Path) -> None:
    quiet = tone() * np.float32(1e-5)  # a third of a step
    for name in ("one.wav", "two.wav"):
        encode(tmp_path / name, quiet, RATE, Encoding(bits=16))
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
    kept = soundfile.read(tmp_path / "one.wav")[0].T
    assert np.corrcoef(kept[0], quiet[0])[0, 1] > 0.1, "without dither nothing of it would be left"


@pytest.mark.parametrize(("format_", "bits"), [(AudioFormat.WAV, 20), (AudioFormat.FLAC, 32)])
def test_a_depth_that_a_format_does_not_have_is_refused(format_: AudioFormat, bits: int) -> None:
    with pytest.raises(RequestInvalid, match=f"not {bits}"):
        Encoding(format=format_, bits=bits)


def test_a_full_disk_leaves_the_earlier_file_and_nothing_half_written(tmp_path: Path) -> None:
    with mounted_disk(tmp_path, megabytes=1) as disk:
        path = disk / "tone.wav"
        encode(path, tone(0.5), RATE, Encoding())
        before = path.read_bytes()
        with pytest.raises(StorageFailed, match="no space is left"):
            encode(path, tone(60), RATE, Encoding())
        assert path.read_bytes() == before
        assert [entry.name for entry in disk.iterdir()] == ["tone.wav"]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="choose a folder"):
        encode(tmp_path / "none" / "tone.wav", tone(), RATE, Encoding())
