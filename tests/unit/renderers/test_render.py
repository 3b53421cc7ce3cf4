"""A whole score: stems that add up, equal bytes, exact lengths, progress and cancellation."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile

from music.errors import Cancelled, SetupBroken
from music.instrument import Instrument, Role
from music.job import Progress
from music.score import Score
from renderers.fluidsynth import SoundFontRenderer
from renderers.mix import PEAK_DBFS
from renderers.render import Rendering, render
from renderers.signal import peak
from renderers.wav import write_wavs


class CancelledAfterOne:
    """A job whose owner changes their mind when the first part is done."""

    def __init__(self) -> None:
        self.n_reports = 0

    def report(self, progress: Progress) -> None:
        """Count what is told."""
        self.n_reports += progress.fraction > 0

    def raise_if_cancelled(self) -> None:
        """Raise once something was told."""
        if self.n_reports:
            raise Cancelled("cancelled")


class Listener:
    """A job that keeps what it is told."""

    def __init__(self) -> None:
        self.fractions: list[float] = []

    def report(self, progress: Progress) -> None:
        """Keep how far the work is."""
        self.fractions.append(progress.fraction)

    def raise_if_cancelled(self) -> None:
        """Nobody cancels."""


@pytest.fixture(scope="module")
def rendering(score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer) -> Rendering:
    return render(score, instruments, renderer, Listener())


def test_the_music_lasts_exactly_its_bars_and_dies_away_within_three_seconds(
    rendering: Rendering, score: Score
) -> None:
    assert rendering.music_frames == score.length_samples(48_000) == round(16 * 60 / 140 * 48_000)
    assert 0 < rendering.tail_frames <= 3 * 48_000
    assert {stem.audio.shape for stem in rendering.stems} == {(2, rendering.n_frames)}
    assert rendering.mix.shape == (2, rendering.n_frames)
    assert peak(rendering.mix[:, -10:]) < 1e-5


def test_every_part_is_audible_and_nothing_clips(rendering: Rendering) -> None:
    assert [stem.role for stem in rendering.stems] == [Role.DRUMS, Role.BASS, Role.CHORDS, Role.PAD]
    peaks = [peak(stem.audio) for stem in rendering.stems]
    assert min(peaks) > 0.01
    assert 20 * np.log10(max(*peaks, peak(rendering.mix))) == pytest.approx(PEAK_DBFS, abs=1e-3)


def test_the_stem_files_add_up_to_the_mix_before_mastering(rendering: Rendering, tmp_path: Path) -> None:
    """Read back from their 24-bit files: four roundings of half a step are -132 dBFS; -120 leaves room for float32."""
    files = [(tmp_path / f"{stem.role.value}.wav", stem.audio) for stem in rendering.stems]
    write_wavs(files, rendering.sample_rate_hz)
    total = sum(soundfile.read(path, dtype="float64")[0].T for path, _ in files)
    assert 20 * np.log10(np.abs(total - rendering.mix).max()) < -120


def test_the_same_score_gives_the_same_bytes(
    rendering: Rendering, score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer
) -> None:
    again = render(score, instruments, renderer, Listener())
    assert [stem.audio.tobytes() for stem in again.stems] == [stem.audio.tobytes() for stem in rendering.stems]


def test_a_stem_does_not_depend_on_the_other_parts(
    rendering: Rendering, score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer
) -> None:
    """Up to the one gain that all stems share and the tail, whose length the whole mix decides."""
    alone = render(dataclasses.replace(score, parts=score.parts[:1]), instruments, renderer, Listener())
    ratio = np.float32(10 ** ((rendering.headroom_db - alone.headroom_db) / 20))
    n_frames = rendering.music_frames
    np.testing.assert_allclose(
        alone.stems[0].audio[:, :n_frames] * ratio, rendering.stems[0].audio[:, :n_frames], atol=2e-6
    )


def test_progress_rises_to_one_with_each_part(
    score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer
) -> None:
    job = Listener()
    render(score, instruments, renderer, job)
    assert job.fractions == [0.25, 0.5, 0.75, 1.0]


def test_cancelling_stops_between_parts(
    score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer
) -> None:
    job = CancelledAfterOne()
    with pytest.raises(Cancelled):
        render(score, instruments, renderer, job)
    assert job.n_reports == 1


def test_a_part_without_notes_renders_as_silence(
    score: Score, instruments: dict[str, Instrument], renderer: SoundFontRenderer
) -> None:
    silent = dataclasses.replace(score, parts=(dataclasses.replace(score.parts[2], notes=()),))
    rendering = render(silent, instruments, renderer, Listener())
    assert not rendering.mix.any()
    assert rendering.headroom_db == 0.0


def test_the_soundfont_and_every_voice_used_are_listed_as_assets(rendering: Rendering) -> None:
    assert [asset.kind for asset in rendering.assets] == ["soundfont", "synth voice", "synth voice"]


def test_an_instrument_that_is_not_in_the_table_is_named(score: Score, renderer: SoundFontRenderer) -> None:
    with pytest.raises(SetupBroken, match="'kit', which is not in the instrument table"):
        render(score, {}, renderer, Listener())
