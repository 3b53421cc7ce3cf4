"""Sampled parts: where notes begin, that nothing leaks from one render into the next, and what failure says."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from music.errors import SetupBroken
from music.instrument import SoundFontVoice
from renderers.fluidsynth import BLOCK_SAMPLES, SoundFontRenderer
from renderers.signal import TimedNote, peak
from renderers.soundfont import SoundFont

PIANO = SoundFontVoice(program=0)
KIT = SoundFontVoice(program=0, is_drum_kit=True)
TUNE = [TimedNote(12_000 * i, 12_000 * i + 9_000, 60 + i, 90) for i in range(8)]
BEAT = [TimedNote(6_000 * i, 6_000 * i + 3_000, (36, 42, 38, 42)[i % 4], 100) for i in range(16)]


def test_a_part_is_stereo_float32_of_exactly_the_length_asked_for(renderer: SoundFontRenderer) -> None:
    audio = renderer.render(TUNE, PIANO, 100_001).audio
    assert audio.shape == (2, 100_001)
    assert audio.dtype == np.float32
    assert peak(audio) > 0.02


@pytest.mark.parametrize("start", [0, 31, 33, 4_799, 48_000, 61_440, 77_777])
def test_a_drum_hit_begins_within_32_samples_of_its_place(renderer: SoundFontRenderer, start: int) -> None:
    """Events fall on 64-sample boundaries; the hit itself must equal one at zero, moved by a whole number of blocks."""
    at_zero = renderer.render([TimedNote(0, 2_000, 38, 110)], KIT, 24_000).audio
    moved = renderer.render([TimedNote(start, start + 2_000, 38, 110)], KIT, start + 24_000).audio
    block = round(start / BLOCK_SAMPLES) * BLOCK_SAMPLES
    assert abs(block - start) <= 32
    assert not moved[:, :block].any()
    n_common = min(moved.shape[1] - block, 8_000)
    np.testing.assert_allclose(moved[:, block : block + n_common], at_zero[:, :n_common], atol=1e-6)
    assert np.abs(moved[:, block : block + 480]).max() > 0.01  # a snare is loud within 10 ms


def test_rendering_a_then_b_then_a_gives_the_same_bytes_for_a(renderer: SoundFontRenderer) -> None:
    first = renderer.render(TUNE, PIANO, 120_000).audio
    renderer.render(BEAT, KIT, 120_000)
    again = renderer.render(TUNE, PIANO, 120_000).audio
    assert first.tobytes() == again.tobytes()


def test_a_fresh_process_renders_the_same_bytes(renderer: SoundFontRenderer, checkout: Path) -> None:
    here = hashlib.sha256(renderer.render(TUNE, PIANO, 120_000).audio.tobytes()).hexdigest()
    code = (
        "import hashlib, sys; from pathlib import Path\n"
        "from music.instrument import SoundFontVoice\n"
        "from renderers.fluidsynth import SoundFontRenderer\n"
        "from renderers.signal import TimedNote\n"
        "from renderers.soundfont import SoundFont\n"
        "notes = [TimedNote(12_000 * i, 12_000 * i + 9_000, 60 + i, 90) for i in range(8)]\n"
        "renderer = SoundFontRenderer(SoundFont(Path(sys.argv[1])))\n"
        "audio = renderer.render(notes, SoundFontVoice(program=0), 120_000).audio\n"
        "print(hashlib.sha256(audio.tobytes()).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", code, str(renderer.soundfont.path)],
        cwd=checkout,
        env={"CI": "true", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert there.stdout == here + "\n"  # and nothing else: pyfluidsynth prints when CI is set
    assert there.stderr == ""


def test_a_note_let_go_falls_silent_before_one_that_is_held(renderer: SoundFontRenderer) -> None:
    organ = SoundFontVoice(program=19)
    short = renderer.render([TimedNote(0, 12_000, 60, 100)], organ, 96_000).audio
    held = renderer.render([TimedNote(0, 90_000, 60, 100)], organ, 96_000).audio
    assert peak(short[:, 72_000:80_000]) < 0.01 * peak(held[:, 72_000:80_000])


@pytest.mark.parametrize("program", [38, 80, 81, 89])
def test_a_sampled_waveform_with_an_offset_is_centred(renderer: SoundFontRenderer, program: int) -> None:
    """FluidR3's square and saw leads stand 4 % of full scale above zero; a mean of 1 % of the RMS is inaudible."""
    notes = [TimedNote(i * 24_000, i * 24_000 + 22_000, 60 + i, 100) for i in range(8)]
    audio = renderer.render(notes, SoundFontVoice(program=program), 240_000).audio
    assert abs(float(audio.mean())) < 0.01 * float(np.sqrt((audio**2).mean()))


@pytest.mark.parametrize(
    ("voice", "midi_note"),
    [(PIANO, 60), (SoundFontVoice(program=66), 60), (SoundFontVoice(program=25), 72), (KIT, 38), (KIT, 42)],
)
def test_a_softer_stroke_is_darker_and_not_only_softer(
    renderer: SoundFontRenderer, voice: SoundFontVoice, midi_note: int
) -> None:
    """The middle of the spectrum, weighted by power, lies lower by 5 % or more; without layers it would not move."""
    centres = []
    for velocity in (50, 110):
        audio = renderer.render([TimedNote(0, 30_000, midi_note, velocity)], voice, 48_000).audio
        power = np.square(np.abs(np.fft.rfft(audio))).sum(axis=0)
        centres.append(float((power * np.arange(len(power))).sum() / power.sum()))
    assert centres[0] < 0.95 * centres[1]


def test_a_missing_variation_is_replaced_by_the_plain_program_and_told(renderer: SoundFontRenderer) -> None:
    part = renderer.render(TUNE, SoundFontVoice(program=0, bank=77), 48_000)
    assert part.audio.tobytes() == renderer.render(TUNE, PIANO, 48_000).audio.tobytes()
    assert "bank 77" in part.notices[0]


def test_a_damaged_soundfont_is_refused_and_fluidsynth_itself_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.sf2"
    path.write_bytes(b"RIFF\x10\x00\x00\x00sfbk" + bytes(16))
    with pytest.raises(SetupBroken, match=r"broken\.sf2"):
        SoundFontRenderer(SoundFont(path)).render(TUNE, PIANO, 48_000)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "fluidsynth:" not in printed.err  # its DLS loader's own library may still complain there
