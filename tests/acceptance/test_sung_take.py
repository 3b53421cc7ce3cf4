"""A take with words: its files as other programs read them, and Ardour's session with every note of the melody."""

import json
import shlex
from pathlib import Path

import mido
import pytest

from tests.acceptance.homes import home_environment, sideman

pytestmark = pytest.mark.usefixtures("ardour_programs")

SHEET = """[Verse]
Every window in the city hums a different tune
I am walking home alone beneath the yellow moon

[Chorus]
Carry me over the mountain
Carry me down to the sea
"""


def test_words_reach_the_midi_file_the_note_list_and_an_ardour_session_that_keeps_all_notes(tmp_path: Path) -> None:
    sheet = tmp_path / "song.txt"
    sheet.write_text(SHEET, encoding="utf-8")
    done = sideman(
        home_environment(tmp_path), "generate", "pop song", "--lyrics", str(sheet), "--seed", "2", "--to", "session"
    )
    assert done.returncode == 0, done.stderr
    session = Path(shlex.split(done.stdout.splitlines()[-1].split(": ", 1)[1])[1])
    take = session.parents[1]
    track = next(t for t in mido.MidiFile(take / "score.mid", charset="utf-8").tracks if t.name == "Melody")
    sung = [message.text for message in track if message.type == "lyrics"]
    assert sung[:5] == ["Ev-", "ery", "win-", "dow", "in"]
    listed = json.loads((take / "vocals.json").read_text(encoding="utf-8"))
    assert [line["section"] for line in listed["lines"]] == ["verse", "verse", "chorus", "chorus"]
    assert len([note for note in listed["notes"] if not note["continues_syllable"]]) == len(sung)
    notes = [message for message in track if message.type == "note_on"]
    in_ardour = next(session.parent.rglob("midifiles/Melody.mid"))
    kept = [message for part in mido.MidiFile(in_ardour).tracks for message in part if message.type == "note_on"]
    assert [message.note for message in kept] == [message.note for message in notes]
    account = json.loads((take / "take.json").read_text(encoding="utf-8"))
    assert account["reading"]["brief"]["lyrics"] == SHEET
    assert len(account["plan"]["lyrics"]) == 4


def test_a_sheet_that_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    sheet = tmp_path / "song.txt"
    sheet.write_bytes(b"\xff\xfe\x00")
    done = sideman(home_environment(tmp_path), "generate", "pop song", "--lyrics", str(sheet), "--to", "none")
    assert done.returncode == 2
    assert "song.txt cannot be read" in done.stderr
