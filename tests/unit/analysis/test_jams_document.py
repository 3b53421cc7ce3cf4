"""The JAMS document is valid for the library that defines the format, and holds what the score says."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.jams_document import jams_document
from analysis.key import KeyEstimate
from analysis.loudness import Loudness
from analysis.measure import Measurements
from analysis.midi_file import MidiFacts
from analysis.tempo import TempoEstimate
from music.chord import parse_chord
from music.pitch import parse_key
from music.score import ChordSpan, Score, Section
from music.time import TimeSignature

SYMBOLS = ("Fm", "Bbm7/Ab", "N.C.", "C7#5", "E5", "F#m7b5", "Dmaj9#11", "G7sus4", "Bb6/9", "C7b9")


def make_score(metre: TimeSignature, key: str) -> Score:
    bar = metre.ticks_per_bar
    return Score(
        title="Ten bars",
        tempo_bpm=90.0,
        time_signature=metre,
        key=parse_key(key),
        n_bars=10,
        sections=(
            Section(name="intro", start_bar=1, n_bars=4, energy=0.3),
            Section(name="verse", start_bar=5, n_bars=6, energy=0.6),
        ),
        chords=tuple(
            ChordSpan(start_ticks=i * bar, duration_ticks=bar, chord=parse_chord(symbol))
            for i, symbol in enumerate(SYMBOLS)
        ),
        parts=(),
    )


MEASURED = Measurements(
    tempo=TempoEstimate(90.02, 0.7),
    key=KeyEstimate(parse_key("Ab major"), 0.3, parse_key("F minor")),
    loudness=Loudness(loudness_lufs=-14.0, true_peak_dbtp=-1.0),
    midi=MidiFacts(tempo_bpm=90.0, time_signature=TimeSignature(4, 4), n_bars=10, n_notes=0, length_seconds=26.67),
    audio_seconds=28.0,
)


@pytest.mark.parametrize("metre", [TimeSignature(4, 4), TimeSignature(6, 8), TimeSignature(7, 8), TimeSignature(9, 32)])
@pytest.mark.parametrize("key", ["F minor", "F# dorian", "A harmonic minor", "Eb locrian"])
def test_the_library_loads_it_under_strict_validation(metre: TimeSignature, key: str, tmp_path: Path) -> None:
    path = tmp_path / "annotations.jams"
    document = jams_document(make_score(metre, key), sideman_version="0.1.0", duration_seconds=30.0, measured=MEASURED)
    path.write_text(json.dumps(document), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jams' own imports use interfaces that their makers retire
        import jams  # noqa: PLC0415  its import takes seconds and warns

        loaded = jams.load(str(path), validate=True, strict=True)
    namespaces = [annotation.namespace for annotation in loaded.annotations]
    assert namespaces == [
        "tempo",
        "beat",
        "beat_position",
        "chord",
        "key_mode",
        "segment_open",
        "tempo",
        "key_mode",
    ]


def observations(document: dict[str, object], index: int) -> list[dict[str, object]]:
    annotations = document["annotations"]
    assert isinstance(annotations, list)
    data = annotations[index]["data"]
    assert isinstance(data, list)
    return data


def test_beats_chords_and_sections_lie_where_the_score_has_them() -> None:
    document = jams_document(make_score(TimeSignature(4, 4), "F minor"), sideman_version="1", duration_seconds=30.0)
    beats = observations(document, 1)
    assert len(beats) == 40
    assert [beat["value"] for beat in beats[:5]] == [1, 2, 3, 4, 1]
    assert beats[4]["time"] == pytest.approx(4 * 60 / 90)
    chords = observations(document, 3)
    assert [chord["value"] for chord in chords[:3]] == ["F:min", "Bb:min7/b7", "N"]
    assert chords[1]["time"] == pytest.approx(4 * 60 / 90)
    sections = observations(document, 5)
    assert [(s["value"], s["time"], s["duration"]) for s in sections] == [
        ("intro", 0.0, pytest.approx(16 * 60 / 90)),
        ("verse", pytest.approx(16 * 60 / 90), pytest.approx(24 * 60 / 90)),
    ]


def test_in_compound_metre_beats_are_felt_and_positions_are_written() -> None:
    document = jams_document(make_score(TimeSignature(6, 8), "C major"), sideman_version="1", duration_seconds=30.0)
    assert len(observations(document, 1)) == 20
    assert len(observations(document, 2)) == 60


def test_what_was_written_and_what_was_heard_are_kept_apart() -> None:
    score = make_score(TimeSignature(4, 4), "F minor")
    document = jams_document(score, sideman_version="1", duration_seconds=30.0, measured=MEASURED)
    annotations = document["annotations"]
    assert isinstance(annotations, list)
    written, heard = annotations[4], annotations[7]
    assert "not heard in the audio" in written["annotation_metadata"]["annotation_rules"]
    assert "from the audio alone" in heard["annotation_metadata"]["annotation_rules"]
    assert (written["data"][0]["value"], heard["data"][0]["value"]) == ("F:minor", "Ab:major")
    assert heard["data"][0]["confidence"] == 0.3


def test_sections_in_another_key_are_annotated_with_it() -> None:
    score = make_score(TimeSignature(4, 4), "F minor")
    verse = replace(score.sections[1], key=parse_key("G minor"))
    document = jams_document(
        replace(score, sections=(score.sections[0], verse)), sideman_version="0.1.0", duration_seconds=30.0
    )
    keys = [(seen["time"], seen["duration"], seen["value"]) for seen in observations(document, 4)]
    bar = 4 * 60 / 90
    assert keys == [
        (0.0, pytest.approx(4 * bar), "F:minor"),
        (pytest.approx(4 * bar), pytest.approx(6 * bar), "G:minor"),
    ]
