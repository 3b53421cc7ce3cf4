"""`sideman generate --given` and blends as a person meets them: from files to files, and the given notes unharmed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from music.clip import Clip, read_clip
from music.score import Note
from tests.acceptance.homes import home_environment
from tests.unit.music.test_clip_reading import line, midi_file

_SECONDS = 120.0
# a tune of four bars in A minor, and a beat with a kick on one and the "and" of two
PITCHES = (69, 72, 76, 72, 74, 77, 74, 71, 72, 76, 81, 76, 71, 68, 71, 69)
TUNE = midi_file([line(*((i * 480, 440, note) for i, note in enumerate(PITCHES)))])
BEAT = midi_file([
    line(
        *((bar * 1920 + at, 60, note) for bar in range(4) for at, note in ((0, 36), (480, 38), (720, 36), (1440, 38))),
        channel=9,
    )
])  # fmt: skip


def sideman(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(
        command, env=home_environment(home), capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def made(home: Path, *words: str) -> dict[str, Any]:
    done = sideman(home, "generate", *words, "--to", "none", "--seed", "4", "--json")
    assert done.returncode == 0, done.stderr
    take: dict[str, Any] = json.loads(done.stdout)
    return take


def score_of(home: Path, take: Mapping[str, Any]) -> Clip:
    return read_clip((home / "takes" / str(take["id"]) / "score.mid").read_bytes(), "score.mid")


def notes_of(clip: Clip, name: str) -> tuple[Note, ...]:
    return next(track.notes for track in clip.tracks if track.name == name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_a_beat_gets_a_bass_and_the_take_is_continued_by_its_id(home: Path) -> None:
    (home / "beat.mid").write_bytes(BEAT)
    given = read_clip(BEAT, "beat.mid").tracks[0].notes
    first = made(home, "a bass line to these drums, rock", "--given", str(home / "beat.mid"))
    assert {part["role"] for part in first["plan"]["parts"]} == {"drums", "bass"}
    assert {row["name"]: row["agrees"] for row in first["comparisons"]}["bars"] is True
    score = score_of(home, first)
    assert notes_of(score, "Drums") == given
    kicks = [note.start_ticks for note in given if note.midi_note == 36]
    bass = notes_of(score, "Bass")
    on_kicks = sum(any(abs(note.start_ticks - kick) < 70 for kick in kicks) for note in bass)
    assert on_kicks >= 0.75 * len(bass)  # the others come where the chord changes
    second = made(home, "go on", "--given", first["id"])
    assert second["plan"]["n_bars"] == 12
    longer = score_of(home, second)
    end = 4 * 3840
    for name in ("Drums", "Bass"):
        assert [note for note in notes_of(longer, name) if note.start_ticks < end] == list(notes_of(score, name))
        assert any(note.start_ticks >= end for note in notes_of(longer, name))


def test_a_melody_is_harmonised_and_what_was_found_is_told(home: Path) -> None:
    (home / "tune.mid").write_bytes(TUNE)
    done = sideman(
        home, "generate", "harmonise this melody", "--given", str(home / "tune.mid"), "--to", "none", "--seed", "4"
    )
    assert done.returncode == 0, done.stderr
    for told in ("A minor, found with a confidence of", "it is harmonised", "fitted to the notes of tune.mid"):
        assert told in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pop", "--given", "{home}/none.mid"], "no file or folder"),
        (["pop", "--given", "{home}/words.mid"], "cannot be read as a MIDI file"),
        (["pop", "--do", "continue"], "needs music to work on"),
        (["in 5/4", "--given", "{home}/beat.mid"], "is kept note for note"),
        (["pop", "--genre", "lofi:70,polka:30"], "no genre 'polka'"),
    ],
)
def test_what_cannot_be_met_gets_one_clear_line(home: Path, words: list[str], told: str) -> None:
    (home / "beat.mid").write_bytes(BEAT)
    (home / "words.mid").write_text("la la")
    done = sideman(home, "generate", *(word.format(home=home) for word in words))
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_blend_is_made_and_told(home: Path) -> None:
    take = made(home, "70 % lo-fi, 30 % jazz, 4 bars")
    assert [(share["style"], share["share"]) for share in take["plan"]["blend"]] == [("lofi", 0.7), ("jazz", 0.3)]
    told = [remark["text"] for remark in take["reading"]["assumed"] if remark["field"] == "blend"]
    assert "Jazz" in told[0]
    assert "Lo-fi" in told[0]
