"""Writing audio as WAV, FLAC, Ogg Vorbis or MP3 through libsndfile, whole or not at all."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import soundfile

from music.audio import FloatAudio
from music.errors import RequestInvalid
from renderers.unfinished import unfinished_file

_BLOCK_FRAMES = 1 << 18  # libsndfile's Vorbis encoder overflows its stack when it gets minutes at once
_VORBIS_QUALITY = 0.2  # 0 is the best
_MP3_QUALITY = 0.0  # the highest bit rate
_SEED = 1


class AudioFormat(Enum):
    """How audio is kept, by the suffix of its files."""

    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"
    MP3 = "mp3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A format and how finely it keeps samples; bits are of no meaning to Ogg Vorbis and MP3.

    32 bits are floating point, for WAV alone. 16 bits are dithered (triangular, one step wide), always in the same way.
    """

    format: AudioFormat = AudioFormat.WAV
    bits: int = 24

    def __post_init__(self) -> None:
        fitting = {AudioFormat.WAV: (16, 24, 32), AudioFormat.FLAC: (16, 24)}.get(self.format)
        if fitting and self.bits not in fitting:
            raise RequestInvalid(f"{self.format.value} keeps {' or '.join(map(str, fitting))} bits, not {self.bits}")
        if self.format.value.upper() not in soundfile.available_formats():
            raise RequestInvalid(f"libsndfile here cannot write {self.format.value}; choose wav, flac or ogg")

    @property
    def keeps_length(self) -> bool:
        """Whether a file has exactly as many frames as went in; MP3 pads both ends."""
        return self.format is not AudioFormat.MP3

    @property
    def _subtype(self) -> str:
        if self.format is AudioFormat.OGG:
            return "VORBIS"
        if self.format is AudioFormat.MP3:
            return "MPEG_LAYER_III"
        return "FLOAT" if self.bits == 32 else f"PCM_{self.bits}"


def encode(path: Path, audio: FloatAudio, sample_rate_hz: int, encoding: Encoding) -> None:
    """Write float32 of shape (n_channels, n_frames) in place of whatever is there; what clips is cut off, but in float.

    StorageFailed when the folder is missing or not writable or the disk is full; nothing half-written is left.
    """
    with unfinished_file(path, n_bytes=audio.nbytes, is_exact=False) as unfinished:
        _write(unfinished, audio, sample_rate_hz, encoding)


def _write(path: Path, audio: FloatAudio, sample_rate_hz: int, encoding: Encoding) -> None:
    quality = {AudioFormat.OGG: _VORBIS_QUALITY, AudioFormat.MP3: _MP3_QUALITY}.get(encoding.format)
    options = {} if quality is None else {"compression_level": quality}
    random = np.random.default_rng(_SEED)
    with soundfile.SoundFile(
        path,
        "w",
        samplerate=sample_rate_hz,
        channels=len(audio),
        format=encoding.format.value.upper(),
        subtype=encoding._subtype,  # noqa: SLF001  of this module
        **options,
    ) as file:
        for start in range(0, audio.shape[1], _BLOCK_FRAMES):
            block = audio[:, start : start + _BLOCK_FRAMES].T
            if quality is not None:
                file.write(np.clip(block, -1.0, 1.0))
            else:
                file.write(block if encoding.bits == 32 else _to_steps(block, encoding.bits, random))


def _to_steps(
    block: FloatAudio, bits: int, random: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Return whole steps, left-justified in 32 bits as libsndfile takes them."""
    scaled = block.astype(np.float64) * (1 << (bits - 1))
    if bits == 16:
        scaled += random.random(block.shape) - random.random(block.shape)
    steps = np.clip(np.rint(scaled), -(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return steps.astype(np.int32) << (32 - bits)
