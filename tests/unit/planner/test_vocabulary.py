"""The words as data: what is forgiven, what is not, and what a broken file says."""

from pathlib import Path

import pytest

from music.style import Style
from workflows.configuration import ConfigurationInvalid
from workflows.planner.lexicon import Lexicon, load_lexicon
from workflows.planner.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("jaz", "jazz"), ("pinao", "piano"), ("reggea", "reggae"), ("minr", "minor"), ("tempoo", "tempo"),
     ("agressive", "aggressive"), ("saxaphone", "saxophone"), ("gitar", "guitar"), ("witout", "without")],
)  # fmt: skip
def test_a_slip_of_one_letter_is_forgiven(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert vocabulary.spelling.meant_by(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("rok", "rock"), ("distorshun", "distortion"), ("drumz", "drums"), ("musik", None), ("akoustic", "acoustic"),
     ("phunk", "funk"), ("klassical", "classical"), ("mynor", "minor"), ("sinth", "synth"), ("kords", "chords")],
)  # fmt: skip
def test_a_spelling_by_ear_is_understood(vocabulary: Vocabulary, typed: str, meant: str | None) -> None:
    assert vocabulary.spelling.meant_by(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("happier", "happy"), ("darker", "dark"), ("saddest", "sad"), ("cuter", "cute"), ("softer", "soft"),
     ("lover", None), ("corner", None), ("her", None), ("best", None)],
)  # fmt: skip
def test_an_adjective_is_known_by_its_comparative(vocabulary: Vocabulary, typed: str, meant: str | None) -> None:
    assert vocabulary.spelling.meant_by(typed) == meant


@pytest.mark.parametrize(
    "word", ["coral", "hyper", "base", "strong", "into", "horse", "mayor", "trance", "sting", "rack", "harm", "concert"]
)
def test_english_words_that_look_like_music_stay_what_they_are(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.spelling.meant_by(word) is None


def test_every_style_that_the_lexicon_names_exists(lexicon: Lexicon, styles: dict[str, Style]) -> None:
    assert set(lexicon.nearest_styles) <= set(styles)
    assert {lexicon.default_style, *lexicon.usual_styles} <= set(styles)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("default_style", "default_stile"), "default_s"),
        (("place = 0.0", "place = 0.0\nfactor = 2.0"), "exactly one"),
        (("[roles]\ndrums", "[roles]\ndrumz"), "roles"),
        (('lanes = ["kick"]', 'lanes = ["kcik"]'), "kcik"),
        (("gear_numbers = [", "gear_numbers = ["[:-1]), "line"),
    ],
)
def test_a_broken_lexicon_is_refused_with_the_file_and_the_place(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    source = Path(__file__).resolve().parents[3] / "configs" / "lexicon.toml"
    text = source.read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "lexicon.toml"
    broken.write_text(text.replace(change[0], change[1], 1), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=words) as refusal:
        load_lexicon(broken)
    assert str(broken) in str(refusal.value)
