"""Everything that a take's own files say about themselves, measured in one go."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from analysis.key import KeyEstimate, estimate_key
from analysis.loudness import Loudness, measure_loudness
from analysis.midi_file import MidiFacts, read_midi_facts
from analysis.recording import read_recording
from analysis.tempo import TempoEstimate, estimate_tempo


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Measured, never planned: tempo, key and loudness of the mix file, and what the MIDI file holds."""

    tempo: TempoEstimate | None  # None: no clear pulse
    key: KeyEstimate | None  # None: nothing pitched
    loudness: Loudness
    midi: MidiFacts
    audio_seconds: float


def measure_take(score_path: Path, mix_path: Path) -> Measurements:
    """Read ``score.mid`` and ``mix.wav`` back and measure them.

    Raises NotFound when a file is missing and RequestInvalid when one cannot be read.
    """
    midi = read_midi_facts(score_path)
    mix = read_recording(mix_path)
    with ThreadPoolExecutor(1, thread_name_prefix="measure") as pool:
        loudness = pool.submit(measure_loudness, mix.audio, mix.sample_rate_hz)
        mono = mix.mono
        tempo = estimate_tempo(mono, mix.sample_rate_hz)
        key = estimate_key(mono, mix.sample_rate_hz)
        return Measurements(
            tempo=tempo, key=key, loudness=loudness.result(), midi=midi, audio_seconds=mix.length_seconds
        )
