"""LV2 instruments that a setting chooses: Ardour's own Reasonable Synth plays a part, in the mix and in the session."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from music.errors import SetupBroken
from music.instrument import Instrument, PluginVoice, Role, SoundFontVoice
from music.pitch import Key, Mode
from music.score import Note, Part, PartMix, Score
from music.time import TimeSignature
from renderers.fluidsynth import SoundFontRenderer
from renderers.lv2 import play_plugin
from renderers.render import render
from renderers.signal import TimedNote
from renderers.soundfont import find_soundfont
from renderers.voices.envelope import pitch_hz
from tests.acceptance.homes import home_environment
from tests.jobs import QuietJob
from tests.programs import lack
from workflows.requests import Destination, GenerateRequest
from workflows.settings import load_settings
from workflows.studio import Studio, build_studio

SYNTH = "https://community.ardour.org/node/7596"  # comes with Ardour
EFFECT = "urn:ardour:a-eq"
RATE = 48_000
TUNE = [TimedNote(12_000 * i, 12_000 * i + 10_000, 60 + i, 100) for i in range(4)]


@pytest.fixture(scope="module", autouse=True)
def _plugins() -> None:
    try:
        play_plugin(SYNTH, TUNE[:1], RATE // 10, RATE)
    except SetupBroken as error:
        lack(f"Ardour's LV2 plugins are not installed: {error}")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    environment = home_environment(tmp_path) | {"SIDEMAN_LV2_INSTRUMENTS": f"synth_lead={SYNTH}"}
    with closing(build_studio(load_settings(environment))) as made:
        yield made


def test_each_note_sounds_at_its_place_and_pitch_and_the_same_each_time() -> None:
    audio, asset = play_plugin(SYNTH, TUNE, 60_000, RATE)
    assert (asset.kind, asset.licence) == ("lv2 plugin", "unverified")
    assert "Reasonable" in asset.name
    for note in TUNE:
        stretch = audio[0, note.start_samples + 1_000 : note.start_samples + 9_000]
        spectrum = np.abs(np.fft.rfft(stretch * np.hanning(len(stretch)), 1 << 17))
        heard = np.argmax(spectrum) * RATE / (1 << 17)
        assert heard == pytest.approx(pitch_hz(note.midi_note), rel=0.01)
    assert not play_plugin(SYNTH, [TimedNote(5_000, 9_000, 60, 100)], 10_000, RATE)[0][:, :5_000].any()
    assert audio.tobytes() == play_plugin(SYNTH, TUNE, 60_000, RATE)[0].tobytes()


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("urn:nothing:here", "no LV2 plugin 'urn:nothing:here' is installed; 'lv2ls'"),
        (EFFECT, "'urn:ardour:a-eq' is no instrument"),
        ("urn:ardour:a-fluidsynth", "'urn:ardour:a-fluidsynth' is silent as it starts"),
    ],
)
def test_what_cannot_play_is_told_with_the_setting(uri: str, told: str) -> None:
    with pytest.raises(SetupBroken, match=re.escape(told)) as caught:
        play_plugin(uri, TUNE, 20_000, RATE)
    assert "lv2_instruments" in str(caught.value)


def test_an_unknown_instrument_in_the_setting_is_told_at_the_start(tmp_path: Path) -> None:
    environment = home_environment(tmp_path) | {"SIDEMAN_LV2_INSTRUMENTS": f"synth_led={SYNTH}"}
    with pytest.raises(SetupBroken, match="'synth_led', which is no instrument; did you mean 'synth_lead'"):
        build_studio(load_settings(environment))


def test_a_take_is_played_by_the_plugin_and_its_session_has_it(studio: Studio) -> None:
    async def run() -> str:
        wish = GenerateRequest(prompt="pop, 4 bars", seed=3, to=Destination.SESSION)
        status = await studio.settled(await studio.generate(wish), timeout_seconds=240)
        assert status.result, status.error
        return str(status.result["take"])

    take = studio.take(asyncio.run(run()))
    assert [asset.name for asset in take.assets if asset.kind == "lv2 plugin"] == ["ACE Reasonable Synth"]
    assert take.session_file is not None
    session = (studio.take_folder(take.id) / take.session_file).read_text(encoding="utf-8")
    assert session.count(f'unique-id="{SYNTH}"') == 1


def test_the_plugin_is_as_loud_as_the_sampled_instrument_whose_place_it_takes() -> None:
    try:
        renderer = SoundFontRenderer(find_soundfont(None))
    except SetupBroken as error:
        lack(str(error))
    notes = tuple(Note(i * 960, 900, 60 + i, 90) for i in range(8))
    part = Part(role=Role.MELODY, name="Lead", instrument="lead", channel=0, notes=notes, mix=PartMix())
    score = Score(title="", tempo_bpm=120.0, time_signature=TimeSignature(4, 4), key=Key("C", Mode.MAJOR), n_bars=2,
                  sections=(), chords=(), parts=(part,))  # fmt: skip
    sampled = SoundFontVoice(program=81)
    levels = []
    for voice in (sampled, PluginVoice(uri=SYNTH, fallback=sampled)):
        lead = Instrument(id="lead", title="Lead", synonyms=(), roles=(Role.MELODY,), voice=voice,
                          lowest_midi_note=0, highest_midi_note=127)  # fmt: skip
        rendering = render(score, {"lead": lead}, renderer, QuietJob())
        levels.append(10 * np.log10(np.mean(rendering.mix**2)) - rendering.headroom_db)
    assert levels[0] == pytest.approx(levels[1], abs=0.2)
