"""Every style, rendered and measured: loudness and true peak of the master, stems that add up, and a mix in balance.

Levels of stems are in LU beside the unmastered mix. BS.1770 hears basses softer than they feel: they may lie low.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import scipy.signal

from engines.engine import EngineContext, Result
from engines.registry import load_registry
from music.audio import FloatAudio
from music.errors import SetupBroken
from music.plan import Plan
from renderers.fluidsynth import SoundFontRenderer
from renderers.master import Master, master
from renderers.render import Rendering, render
from renderers.soundfont import find_soundfont
from tests.jobs import QuietJob
from tests.programs import lack
from workflows.planner import load_planner, read_flags

RATE = 48_000
PLANNER = load_planner(Path(__file__).resolve().parents[2] / "configs")
STYLES = sorted(PLANNER.repertoire.styles)
BOUNDS_LU = {
    "drums": (-13.0, -1.5),
    "bass": (-11.0, -2.0),
    "chords": (-14.0, -2.5),
    "melody": (-12.0, -2.0),
    "pad": (-20.0, -3.0),
    "arpeggio": (-20.0, -3.5),
    "counter_melody": (-20.0, -3.0),
    "effects": (-30.0, -8.0),
}
# What a genre is known by: drums in front of everything, or behind the players.
DRUMS_LU = {
    "house": (-5.0, -1.5), "trap": (-6.0, -2.0), "rock": (-6.5, -2.0), "pop": (-8.0, -3.0), "jazz": (-13.0, -6.0),
    "country": (-11.0, -5.0), "reggae": (-10.0, -5.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """A plan, what it sounds like, and its master."""

    plan: Plan
    rendering: Rendering
    mastered: Master


@pytest.fixture(scope="module", params=STYLES)
def made(request: pytest.FixtureRequest) -> Sounding:
    """Render a style; as all tests of one style follow each other, only one is kept at a time."""
    style = str(request.param)
    try:
        renderer = SoundFontRenderer(find_soundfont(None))
    except SetupBroken as error:
        lack(str(error))
    flags = read_flags(PLANNER.vocabulary, genre=style, seconds=30.0)
    plan = PLANNER.by_rules(style, flags, seed=4).plan
    repertoire = PLANNER.repertoire
    context = EngineContext(styles=repertoire.styles, instruments=repertoire.instruments)
    events = load_registry().create(plan.engine, context).generate(plan, QuietJob())
    score = next(event.score for event in events if isinstance(event, Result))
    assert score is not None
    rendering = render(score, repertoire.instruments, renderer, QuietJob())
    return Sounding(plan=plan, rendering=rendering, mastered=master(rendering.mix, RATE, plan.loudness_lufs))


def loudness_lufs(audio: FloatAudio) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(audio.T))


def true_peak_dbtp(audio: FloatAudio) -> float:
    """Return the peak of eight times oversampled audio: finer than what the master itself uses."""
    step, edge = 1 << 18, 256
    highest = 0.0
    for start in range(0, audio.shape[1], step):
        chunk = audio[:, max(0, start - edge) : start + step + edge].astype(np.float64)
        between = np.abs(scipy.signal.resample_poly(chunk, 8, 1, axis=1, window=("kaiser", 12.0)))
        inner = between[:, 8 * 64 :] if start else between
        highest = max(highest, float(inner[:, : -8 * 64].max(initial=0.0)))
    return float(20 * np.log10(highest))


def test_the_master_is_at_the_loudness_of_its_style_below_the_ceiling(made: Sounding) -> None:
    assert made.mastered.notices == ()
    assert loudness_lufs(made.mastered.audio) == pytest.approx(made.plan.loudness_lufs, abs=0.5)
    assert true_peak_dbtp(made.mastered.audio) <= -1.0


def test_the_stems_add_up_to_the_unmastered_mix(made: Sounding) -> None:
    """To the last step of 24 bits, through every insert and send."""
    rendering = made.rendering
    total = np.sum([stem.audio.astype(np.float64) for stem in rendering.stems], axis=0)
    assert np.abs(total - rendering.mix).max() <= 2.0**-23


def test_no_part_is_lost_or_drowns_the_others(made: Sounding) -> None:
    rendering = made.rendering
    whole = loudness_lufs(rendering.mix)
    levels = {stem.role.value: round(loudness_lufs(stem.audio) - whole, 1) for stem in rendering.stems}
    bounds = BOUNDS_LU | ({"drums": DRUMS_LU[made.plan.style]} if made.plan.style in DRUMS_LU else {})
    wrong = {role: (level, bounds[role]) for role, level in levels.items()
             if not bounds[role][0] <= level <= bounds[role][1]}  # fmt: skip
    assert not wrong, f"{made.plan.style}: {wrong} of {levels}"


def test_the_low_end_stands_in_the_middle_and_survives_mono(made: Sounding) -> None:
    mix = made.rendering.mix
    low = scipy.signal.sosfilt(scipy.signal.butter(4, 120.0, fs=RATE, output="sos"), mix, axis=1)
    middle, side = low[0] + low[1], low[0] - low[1]
    assert np.mean(side**2) < 0.2 * np.mean(middle**2)  # the cellos of an orchestra sit a little to one side
    mono = 10 * np.log10(np.mean((mix[0] + mix[1]) ** 2) / 2 / np.mean(mix[0] ** 2 + mix[1] ** 2))
    assert mono > -2.5  # 0 is mono, -3 two unrelated sides; strings in a hall come near that
