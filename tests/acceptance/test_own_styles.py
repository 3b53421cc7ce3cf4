"""A style of one's own: the example of docs/styles.md in a folder, asked for by its name, with no line of code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from tests.acceptance.homes import home_environment

PAGE = Path(__file__).parents[2] / "docs" / "styles.md"
_SECONDS = 120.0


def example() -> str:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(text)


def generate(home: Path, styles: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "generate", *words, "--to", "none", "--json"]
    environment = home_environment(home) | {"SIDEMAN_STYLES_DIR": str(styles)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_a_style_from_a_folder_of_ones_own_is_found_by_its_synonym_and_played_as_written(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "musette.toml").write_text(example(), encoding="utf-8")
    done = generate(home, tmp_path, "a parisian waltz in A minor, 16 bars", "--seed", "3")
    assert done.returncode == 0, done.stderr
    take = json.loads(done.stdout)
    plan = take["plan"]
    assert plan["style"] == "musette"
    assert plan["time_signature"] == {"beats": 3, "unit": 4}
    assert 130 <= plan["tempo_bpm"] <= 210
    assert {part["role"]: part["instrument"] for part in plan["parts"]} == {
        "drums": "kit_brush", "bass": "upright_bass", "chords": "steel_guitar", "melody": "accordion",
    }  # fmt: skip
    score = mido.MidiFile(home / "takes" / take["id"] / "score.mid")
    bar = 3 * score.ticks_per_beat
    chords = next(track for track in score.tracks if track.name.startswith("Chords"))
    struck, now = [], 0
    for message in chords:
        now += message.time
        if message.type == "note_on" and message.velocity:
            struck.append(now % bar / score.ticks_per_beat)
    waits = [beat for beat in struck[:-8] if beat > 0.8]  # all but the last chord, which is held from its first beat
    assert len(waits) >= 0.95 * len(struck[:-8]), "the guitar waits for the second beat"


def test_a_style_that_claims_another_ones_word_is_refused_with_its_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "musette.toml"
    file.write_text(example().replace('"musette"', '"techno"'), encoding="utf-8")
    done = generate(home, tmp_path, "musette")
    assert done.returncode != 0
    assert "'techno' already names the style 'techno'" in done.stderr
    assert str(file) in done.stderr
