"""Asked against measured: exact, explained, refused, and unknown."""

import dataclasses
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from analysis.compare import compare
from analysis.key import KeyEstimate
from analysis.loudness import Loudness
from analysis.measure import Measurements, measure_take
from analysis.midi_file import MidiFacts, read_midi_facts
from analysis.tempo import TempoEstimate
from music.errors import NotFound, RequestInvalid
from music.pitch import parse_key
from music.plan import Plan
from music.score import Section
from music.take import Comparison
from music.time import TimeSignature
from tests.takes import a_plan

COMMON_TIME = TimeSignature(4, 4)
PLAN = a_plan(key="F minor")
MIDI = MidiFacts(tempo_bpm=120.0, time_signature=COMMON_TIME, n_bars=8, n_notes=10, length_seconds=16.0)
MEASURED = Measurements(
    tempo=TempoEstimate(120.3, 0.8),
    key=KeyEstimate(parse_key("F minor"), 0.5, parse_key("Ab major")),
    loudness=Loudness(loudness_lufs=-14.2, true_peak_dbtp=-1.1),
    midi=MIDI,
    audio_seconds=17.5,
)


def one(name: str, measured: Measurements, plan: Plan = PLAN, asked_seconds: float | None = None) -> Comparison:
    return {item.name: item for item in compare(plan, measured, asked_seconds=asked_seconds)}[name]


def heard_key(text: str, confidence: float = 0.5) -> Measurements:
    return dataclasses.replace(MEASURED, key=KeyEstimate(parse_key(text), confidence, parse_key("C major")))


def heard_tempo(tempo_bpm: float) -> Measurements:
    return dataclasses.replace(MEASURED, tempo=TempoEstimate(tempo_bpm, 0.8))


def test_a_take_as_asked_agrees_in_everything() -> None:
    results = compare(PLAN, MEASURED)
    assert [item.name for item in results] == ["tempo", "key", "bars", "length", "loudness", "true peak"]
    assert all(item.agrees is True for item in results)


def test_a_key_to_which_sections_modulate_counts_and_says_where() -> None:
    sections = (
        Section(name="verse", start_bar=1, n_bars=4, energy=0.5),
        Section(name="bridge", start_bar=5, n_bars=4, energy=0.5, key=parse_key("G minor")),
    )
    plan = dataclasses.replace(PLAN, sections=sections)
    found = one("key", heard_key("G minor"), plan)
    assert found.agrees is True
    assert "bridge" in found.note
    assert one("key", heard_key("G minor")).agrees is False
    assert one("key", heard_key("B minor"), plan).agrees is False


@pytest.mark.parametrize(
    ("heard_bpm", "agrees", "word"),
    [
        (121.0, True, ""),
        (60.0, True, "half"),
        (240.5, True, "double"),
        (480.0, True, "sixteenths"),
        (30.0, True, "every fourth beat"),
        (40.0, True, "a third"),
        (80.0, True, "dotted quarters"),
        (160.0, True, "dotted eighths"),
        (180.0, True, "quarter triplets"),
        (360.0, True, "triplet eighths"),
        (131.0, False, ""),
    ],
)
def test_a_tempo_counts_at_its_metrical_levels_and_names_the_level(heard_bpm: float, agrees: bool, word: str) -> None:
    result = one("tempo", heard_tempo(heard_bpm))
    assert result.agrees is agrees
    assert word in result.note
    assert bool(result.note) is bool(word)


def test_music_without_a_pulse_is_neither_right_nor_wrong() -> None:
    result = one("tempo", dataclasses.replace(MEASURED, tempo=None))
    assert (result.measured, result.agrees) == ("no clear pulse", None)


@pytest.mark.parametrize(
    ("asked", "heard", "agrees", "word"),
    [
        ("F minor", "F minor", True, ""),
        ("G# minor", "Ab minor", True, ""),
        ("F minor", "Ab major", False, "relative"),
        ("F minor", "F major", False, "parallel"),
        ("F minor", "C minor", False, "fifth"),
        ("F minor", "B minor", False, ""),
        ("D dorian", "D minor", True, "nearest"),
        ("D dorian", "C major", True, "has the notes of C major"),
        ("D dorian", "A minor", True, "has the notes of A minor"),
        ("D dorian", "G minor", False, ""),
        ("A harmonic minor", "A minor", True, "nearest"),
        ("A harmonic minor", "C major", False, ""),
    ],
)
def test_keys_agree_when_exact_and_modes_when_the_notes_are_the_same(
    asked: str, heard: str, agrees: bool, word: str
) -> None:
    result = one("key", heard_key(heard), dataclasses.replace(PLAN, key=parse_key(asked)))
    assert result.agrees is agrees
    assert word in result.note


def test_an_undecided_key_is_not_called_wrong() -> None:
    result = one("key", heard_key("Ab major", confidence=0.01))
    assert result.agrees is None
    assert "C major" in result.note


def test_missing_bars_and_audio_that_ends_early_are_seen() -> None:
    short = dataclasses.replace(MEASURED, midi=dataclasses.replace(MIDI, n_bars=7, length_seconds=14.0))
    assert one("bars", short).agrees is False
    cut = dataclasses.replace(MEASURED, audio_seconds=15.0)
    assert one("bars", cut).agrees is False
    assert one("length", cut).agrees is False


def test_a_length_in_seconds_agrees_with_the_nearest_whole_bars_and_no_others() -> None:
    near = one("length", MEASURED, asked_seconds=15.3)
    assert near.agrees is True
    assert "whole bars" in near.note
    assert one("length", MEASURED, asked_seconds=12.0).agrees is False
    assert "1.50 s of tail" in near.measured


def test_loudness_and_true_peak_off_target_are_told() -> None:
    loud = dataclasses.replace(MEASURED, loudness=Loudness(loudness_lufs=-12.0, true_peak_dbtp=-0.9))
    assert one("loudness", loud).agrees is False
    assert one("true peak", loud).agrees is False
    silent = dataclasses.replace(MEASURED, loudness=Loudness(loudness_lufs=None, true_peak_dbtp=float("-inf")))
    assert one("loudness", silent).agrees is None


def write_midi(path: Path, *, n_quarters: int, metre: tuple[int, int] = (4, 4)) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(100)))
    track.append(mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]))
    for _ in range(n_quarters):
        track.append(mido.Message("note_on", note=60, velocity=90, time=0))
        track.append(mido.Message("note_on", note=60, velocity=0, time=480))
    file.save(path)


def test_bars_tempo_and_length_come_from_the_midi_file(tmp_path: Path) -> None:
    write_midi(tmp_path / "score.mid", n_quarters=11, metre=(3, 4))
    facts = read_midi_facts(tmp_path / "score.mid")
    assert (facts.n_bars, facts.n_notes, facts.time_signature) == (4, 11, TimeSignature(3, 4))
    assert facts.tempo_bpm == pytest.approx(100.0)
    assert facts.length_seconds == pytest.approx(4 * 3 * 0.6)


def test_a_file_that_is_missing_or_no_midi_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"score\.mid"):
        read_midi_facts(tmp_path / "score.mid")
    (tmp_path / "score.mid").write_bytes(b"RIFF and not MIDI")
    with pytest.raises(RequestInvalid, match="cannot be read as a MIDI file"):
        read_midi_facts(tmp_path / "score.mid")


def test_a_take_is_measured_from_its_files(tmp_path: Path) -> None:
    write_midi(tmp_path / "score.mid", n_quarters=16)
    times = np.arange(round(9.6 * 48_000)) / 48_000
    beat = (times * 100 / 60) % 1.0
    wave = 0.3 * np.exp(-beat * 8) * np.sin(2 * np.pi * 440 * times)
    soundfile.write(tmp_path / "mix.wav", np.stack([wave, wave], axis=1), 48_000, subtype="PCM_24")
    measured = measure_take(tmp_path / "score.mid", tmp_path / "mix.wav")
    assert measured.tempo is not None
    assert measured.tempo.tempo_bpm == pytest.approx(100.0, rel=0.005)
    assert measured.key is not None
    assert measured.audio_seconds == pytest.approx(9.6)
    assert measured.midi.n_bars == 4
