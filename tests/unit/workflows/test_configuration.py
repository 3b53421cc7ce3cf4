"""Styles and instruments as data: what is there, and what a wrong file is told."""

import re
import shutil
from pathlib import Path

import pytest

from music.instrument import Role, SynthVoice
from music.pitch import Mode
from workflows.configuration import (
    ConfigurationInvalid,
    check_instruments,
    load_instruments,
    load_pronunciations,
    load_styles,
    words_of,
)
from workflows.planner.lexicon import load_lexicon

CONFIGS = Path(__file__).parents[3] / "configs"
PROMISED = {
    "pop", "rock", "jazz", "bossa_nova", "blues", "country", "classical", "orchestral", "reggae", "funk", "disco",
    "neo_soul", "rnb", "gospel", "boom_bap", "trap", "drill", "lofi", "house", "techno", "trance", "drum_and_bass",
    "dubstep", "synthwave", "ambient", "folk", "salsa", "cumbia", "afrobeats", "reggaeton", "metal", "punk",
}  # fmt: skip


def test_every_promised_style_is_there_and_complete() -> None:
    styles = load_styles(CONFIGS / "styles")
    assert set(styles) == PROMISED
    for style in styles.values():
        assert {Role.BASS, Role.CHORDS, Role.MELODY, Role.DRUMS} <= set(style.parts)
        assert any(harmony.mode is Mode.MINOR for harmony in style.harmony)
        assert style.drums.grooves


def test_classical_plays_without_drums_unless_they_are_asked_for() -> None:
    assert Role.DRUMS not in load_styles(CONFIGS / "styles")["classical"].roles_at(1.0)


def test_every_instrument_a_style_names_is_in_the_table() -> None:
    folder = CONFIGS / "styles"
    check_instruments(load_styles(folder), load_instruments(CONFIGS / "instruments.toml"), folder)


def test_no_word_names_two_styles_or_stands_in_for_one_that_is_there() -> None:
    styles = load_styles(CONFIGS / "styles")
    words = [word for style in styles.values() for word in words_of(style)]
    assert len(set(words)) == len(words)
    nearest = load_lexicon(CONFIGS / "lexicon.toml").nearest_styles
    stand_ins = [word for stands_for in nearest.values() for word in stands_for]
    assert len(set(stand_ins)) == len(stand_ins)
    assert not set(stand_ins) & set(words)


def test_two_styles_that_claim_one_word_are_refused_and_one_that_is_free_is_not(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    text = (CONFIGS / "styles" / "reggae.toml").read_text(encoding="utf-8")
    assert 'synonyms = ["reggae", "roots reggae"' in text
    free = 'title = "Roots"\nsynonyms = ["nyabinghi"]\n'
    file = own / "roots.toml"
    file.write_text(re.sub(r"title = .*\nsynonyms = .*\n", free, text), encoding="utf-8")
    styles = load_styles(CONFIGS / "styles", own)
    assert styles["roots"].synonyms == ("nyabinghi",)
    assert len(styles) == len(PROMISED) + 1
    file.write_text(re.sub(r"title = .*\nsynonyms = .*\n", free.replace("nyabinghi", "Lo-Fi"), text), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="'lo fi' already names the style 'lofi'") as caught:
        load_styles(CONFIGS / "styles", own)
    assert caught.value.file == file
    shutil.copy(file, own / "pop.toml")
    with pytest.raises(ConfigurationInvalid, match="a style 'pop' already"):
        load_styles(CONFIGS / "styles", own)


def test_a_folder_of_ones_own_styles_need_not_be_there(tmp_path: Path) -> None:
    assert set(load_styles(CONFIGS / "styles", tmp_path / "none")) == PROMISED


def test_instruments_cover_the_promised_kits_and_voices() -> None:
    instruments = load_instruments(CONFIGS / "instruments.toml")
    assert len(instruments) >= 45
    kits = {i.general_midi.program for i in instruments.values() if i.general_midi.is_drum_kit}
    assert kits == {0, 8, 16, 24, 25, 32, 40}
    synths = {i.voice.synth for i in instruments.values() if isinstance(i.voice, SynthVoice)}
    assert synths == {
        "kit808", "kit909", "pluck", "reese", "sub", "sub808", "supersaw", "transitions", "vinyl",
    }  # fmt: skip
    for word in ("rhodes", "electric piano", "upright bass", "808", "strings", "nylon guitar", "sax", "flute", "choir"):
        assert any(word in (i.id, *i.synonyms) for i in instruments.values()), word


def _changed(tmp_path: Path, old: str, new: str, file: str = "styles/trap.toml") -> Path:
    source = CONFIGS / file
    text = source.read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / source.name
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ('title = "Trap"', 'title = "Trap"\ncolour = "red"', "colour", "Unexpected keyword"),
        ("tempo_bpm = 140", 'tempo_bpm = "fast"', "tempo_bpm", "valid number"),
        ("tempo_bpm = 140", "tempo_bpm = 300", "", "tempi must rise"),
        ('mode = "phrygian"', 'mode = "phrygiann"', "harmony.1.mode", "phrygian"),
        ('cadence = "VI | i"', 'cadence = "VI | q"', "harmony.0.cadence", "not a roman numeral"),
        ('snare = ["........X......."]', 'snare = ["........Y......."]', "drums.grooves.0", "'Y'"),
        ('snare = ["........X......."]', 'snare = ["........X......"]', "drums.grooves.0", "15 uneven steps"),
        ('snare = ["........X......."]', 'snair = ["........X......."]', "drums", "no drum 'snair'"),
        ('arrival = "crash"', 'arrival = "crash"\nmicro_timing = { gong = 0.01 }', "drums", "'gong'"),
        ('arrival = "crash"', 'arrival = "crash"\nbuild = "gong"', "drums", "'gong'"),
        ('arrival = "crash"', 'arrival = "crash"\nhalf_time = { bridge = 2 }', "drums", "chances from 0 to 1"),
        ('arrival = "crash"', 'arrival = "crash"\nendings = 3', "drums.endings", "endings"),
        ('meter = "3/4"', 'meter = "3/5"', "drums.grooves.4.meter", "3/5"),
        ('"1--1------1---~-"', '"1--1------1---u-"', "parts.bass.patterns", "'u'"),
        ("[parts.bass]", "[parts.tuba]", "parts.tuba", "Input should be"),
        ("any = [", "some = [", "harmony.0.progressions", "'any'"),
        ('phrase = ["A", "A\'", "A", "B"]', 'phrase = ["Z"]', "parts.melody", "phrase"),
    ],
)
def test_a_wrong_style_is_told_its_file_and_field(tmp_path: Path, old: str, new: str, field: str, reason: str) -> None:
    file = _changed(tmp_path, old, new)
    with pytest.raises(ConfigurationInvalid) as caught:
        load_styles(tmp_path)
    assert caught.value.file == file
    assert caught.value.field.startswith(field)
    assert reason in str(caught.value)


def test_a_style_dropped_into_the_folder_needs_no_code(tmp_path: Path) -> None:
    shutil.copy(CONFIGS / "styles" / "reggae.toml", tmp_path / "roots.toml")
    assert load_styles(tmp_path)["roots"].id == "roots"


def test_an_empty_folder_and_a_file_that_is_no_toml_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="no style"):
        load_styles(tmp_path)
    (tmp_path / "bad.toml").write_text("title = ", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"bad\.toml"):
        load_styles(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "piano"', 'id = "rhodes"', "already names"),
        ('"electric piano"', '"grand piano"', "already names 'piano'"),
        ("lowest_midi_note = 27", "lowest_midi_note = 99", "range 99-87"),
        ('roles = ["drums"]', 'roles = ["drumz"]', "instruments"),
        ("voice = { program = 0, is_drum_kit = true }", "voice = { program = 200 }", "0-127"),
    ],
)
def test_a_wrong_instrument_table_is_told(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = _changed(tmp_path, old, new, file="instruments.toml")
    with pytest.raises(ConfigurationInvalid, match=reason):
        load_instruments(file)


def test_a_style_with_an_unknown_instrument_names_the_nearest(tmp_path: Path) -> None:
    _changed(tmp_path, 'instrument = "sub808"', 'instrument = "sub80"')
    with pytest.raises(ConfigurationInvalid, match="did you mean 'sub808'"):
        check_instruments(load_styles(tmp_path), load_instruments(CONFIGS / "instruments.toml"), tmp_path)


def test_a_dictionary_of_ones_own_is_read_without_remarks_and_second_pronunciations(tmp_path: Path) -> None:
    dictionary = tmp_path / "own.dict"
    dictionary.write_text(";;; mine\n\nFIRE  F AY1 ER0\nfire(2) F AY1 R # short\n", encoding="utf-8")
    found = load_pronunciations(CONFIGS / "syllables.txt", dictionary)
    assert found.find("Fire") == ("F", "AY1", "ER0")
    assert load_pronunciations(CONFIGS / "syllables.txt").find("fire") == ()


def test_a_dictionary_that_is_none_is_refused_with_its_line_or_reason(tmp_path: Path) -> None:
    dictionary = tmp_path / "own.dict"
    with pytest.raises(ConfigurationInvalid, match=r"own\.dict"):
        load_pronunciations(CONFIGS / "syllables.txt", dictionary)
    dictionary.write_text("sing S IH1 NG\nsong is sung\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="line 2"):
        load_pronunciations(CONFIGS / "syllables.txt", dictionary)
    dictionary.write_bytes(b"x" * 20_000_001)
    with pytest.raises(ConfigurationInvalid, match="larger than 20 MB"):
        load_pronunciations(CONFIGS / "syllables.txt", dictionary)
