"""Pictures: what is asked for is where it should be; PNG bytes come out."""

import io

import numpy as np
import pytest
from PIL import Image

from analysis.balance import OCTAVE_NAMES
from analysis.masking import Covered
from analysis.pictures.canvas import Line, heat
from analysis.pictures.figures import draw_difference, draw_measures
from analysis.pictures.mixer import StripPicture, draw_mixer
from analysis.pictures.piano_roll import RollNote, draw_piano_roll
from analysis.pictures.sound import draw_spectrogram, draw_waveform
from music.audio import FloatAudio

RATE = 48000
BARS = [Line(4.0 * n, str(n + 1), is_strong=True) for n in range(3)]


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def bluish(picture: np.ndarray) -> np.ndarray:
    """Return where the first series' blue is."""
    return np.asarray((picture[..., 2] - picture[..., 0] > 70) & (picture[..., 2] > 150))


def tone(hertz: float, seconds: float = 4.0) -> FloatAudio:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.tile(0.5 * np.sin(2 * np.pi * hertz * time), (2, 1)).astype(np.float32)


def test_a_later_and_higher_note_is_further_right_and_up() -> None:
    places = []
    for note in (RollNote(0, 1, 60, 100), RollNote(6, 1, 67, 100)):
        rows, columns = np.nonzero(
            bluish(pixels(draw_piano_roll("x", [note, RollNote(3, 1, 55, 1, 3), RollNote(3, 1, 75, 1, 3)], BARS, 8.0)))
        )
        places.append((columns.mean(), rows.mean()))
    assert places[1][0] > places[0][0] + 500
    assert places[1][1] < places[0][1] - 50


def test_parts_that_play_one_note_together_are_both_seen() -> None:
    both = pixels(draw_piano_roll("x", [RollNote(0, 4, 60, 120, 0), RollNote(0, 4, 60, 120, 1)], BARS, 8.0))
    orange = (both[..., 0] - both[..., 2] > 100) & (both[..., 0] > 180)
    assert bluish(both).sum() > 1000
    assert orange.sum() > 1000


def test_each_of_nine_series_is_named_in_a_colour_of_its_own() -> None:
    names = [f"Track {number}" for number in range(9)]
    notes = [RollNote(0.5 * at, 0.5, 40 + 3 * series, 40 + 5 * at, series) for series in range(9) for at in range(16)]
    drawn = pixels(draw_piano_roll("the title", notes, BARS, 8.0, names))
    legend = drawn[40:84]
    is_square = legend.max(axis=2) - legend.min(axis=2) > 50
    assert is_square.sum() == len(names) * 12 * 12
    assert len(np.unique(legend[is_square], axis=0)) == len(names)
    title = drawn[8:36]
    assert (title.max(axis=2) - title.min(axis=2)).max() < 30, "so many colours leave the title grey"


def test_sections_are_named_above_the_notes_where_they_start() -> None:
    markers = [Line(4.0, "verse"), Line(-1.0, "before")]
    drawn = pixels(draw_piano_roll("x", [RollNote(0, 1, 60, 100)], BARS, 8.0, markers=markers))
    above = drawn[40:60]
    rows, columns = np.nonzero((above[..., 0] - above[..., 2] > 100) & (above[..., 0] > 180))
    assert len(rows) > 50
    middle = 64 + 1200 / 2
    assert middle - 2 <= columns.min() < columns.max() < middle + 60


def test_no_notes_is_a_picture_that_says_so() -> None:
    assert pixels(draw_piano_roll("x", [], BARS, 8.0)).shape[1] == 1280


def test_silence_after_a_tone_is_flat_in_its_waveform() -> None:
    audio = np.concatenate([tone(200), np.zeros((2, 4 * RATE), np.float32)], axis=1)
    heights = bluish(pixels(draw_waveform("x", audio, RATE))).sum(axis=0)
    assert heights[200:600].min() > 40
    assert heights[800:1200].max() < 20


@pytest.mark.parametrize(("low", "high"), [(100.0, 1000.0), (500.0, 8000.0)])
def test_a_higher_tone_is_higher_up_in_its_spectrogram(low: float, high: float) -> None:
    rows = []
    for hertz in (low, high):
        bright = pixels(draw_spectrogram("x", tone(hertz), RATE))[72:552, 200:1000].sum(axis=2)
        rows.append(int(bright.mean(axis=1).argmax()))
    assert rows[1] < rows[0] - 50


def test_a_higher_fader_is_higher_up() -> None:
    def knob_row(gain_db: float) -> float:
        strip = StripPicture(name="Bass", colour="#336699", gain_db=gain_db, pan=0.0, is_muted=False, is_soloed=False)
        picture = pixels(draw_mixer("x", [strip]))[110:420, 60:130]
        return float(np.nonzero((picture > 220).all(axis=2))[0].mean())

    assert knob_row(0.0) < knob_row(-6.0) < knob_row(-24.0) < knob_row(float("-inf"))


def test_long_names_of_strips_differ_where_they_end() -> None:
    def drawn(name: str) -> np.ndarray:
        strip = StripPicture(name=name, colour="#336699", gain_db=0, pan=0.0, is_muted=False, is_soloed=False)
        return pixels(draw_mixer("x", [strip]))

    for name in ("Drums", "Electric Piano bounced ", "averylongnamewithoutspaces"):
        assert (drawn(f"{name}1") != drawn(f"{name}2")).any()
    assert drawn("").shape == drawn("Drums (stem)").shape


def test_an_empty_mixer_and_many_strips_are_drawn() -> None:
    strip = StripPicture(name="S", colour="#336699", gain_db=0, pan=None, is_muted=True, is_soloed=True, peak_db=0.5)
    assert pixels(draw_mixer("x", [])).shape[0] > 100
    assert pixels(draw_mixer("x", [strip] * 41)).shape[0] > 2 * pixels(draw_mixer("x", [strip])).shape[0]


def test_measures_and_differences_grow_with_what_they_tell() -> None:
    balance = [0.0] * len(OCTAVE_NAMES)
    covered = Covered(track="a", share=0.5, by_range=(0.1, None, 0.9, 1.0, 0.0), by_track={"b": 0.5})
    alone = pixels(draw_measures("x", [("mix", balance)]))
    assert pixels(draw_measures("x", [("mix", balance)], [covered] * 3)).shape[0] > alone.shape[0] + 90
    change = [None, *([3.0] * (len(OCTAVE_NAMES) - 1))]
    picture = pixels(draw_difference("x", [("a", balance), ("b", balance)], change, [("loudness", "1", "2")]))
    green = (picture[..., 1] - picture[..., 2] > 80) & (picture[..., 1] > 180)
    assert green.sum() > 5000


def test_large_differences_are_drawn_as_large_as_they_are_and_leave_room_for_their_numbers() -> None:
    balance = [0.0] * len(OCTAVE_NAMES)
    change = [12.5, 21.0, *([None] * (len(OCTAVE_NAMES) - 2))]
    picture = pixels(draw_difference("x", [("a", balance), ("b", balance)], change, []))
    green = (picture[..., 1] - picture[..., 2] > 80) & (picture[..., 1] > 180)
    heights = [int(green[:, 64 + 92 * place + 46].sum()) for place in (0, 1)]
    assert heights[0] / heights[1] == pytest.approx(12.5 / 21.0, abs=0.05)
    assert np.nonzero(green.any(axis=1))[0].min() >= 400 + 18, "the panel starts at 400, its heading stands above"


def test_heat_gets_brighter() -> None:
    brightness = heat(np.linspace(0, 1, 20)).astype(int).sum(axis=1)
    assert (np.diff(brightness) > 0).all()
