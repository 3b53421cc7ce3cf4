"""Lyric sheets, syllables and pronunciations."""

from pathlib import Path

import pytest

from music.errors import RequestInvalid
from music.lyrics import MAX_LYRICS_CHARACTERS, parse_lyrics, words_of
from music.pronunciation import Pronunciations, syllables_of
from music.syllables import cut_word

WRITTEN = (Path(__file__).parents[3] / "configs" / "syllables.txt").read_text(encoding="utf-8")
DICTIONARY = """# a remark
sing S IH1 NG
singer S IH1 NG ER0
tonight T AH0 N AY1 T
loving L AH1 V IH0 NG
yesterday Y EH1 S T ER0 D EY2"""
SUNG_WORDS = """
a-LONE a-WAY a-GAIN a-BOUT a-CROSS a-ROUND a-BOVE a-FRAID a-SLEEP be-LIEVE be-FORE be-SIDE be-GIN be-TWEEN be-CAUSE
be-NEATH be-COME be-LONG be-YOND for-GET for-GIVE for-EV-er to-NIGHT to-DAY to-MOR-row to-GETH-er re-MEM-ber
re-TURN re-PEAT re-GRET de-SIRE de-CIDE de-NY de-STROY in-SIDE with-OUT un-TIL un-KIND un-KNOWN UN-der O-ver NEV-er
EV-er BA-by HON-ey DAR-ling LOV-er SIS-ter BROTH-er MOTH-er FA-ther WON-der THUN-der SUM-mer WIN-ter WA-ter RIV-er
MOUN-tain VAL-ley O-cean IS-land CIT-y WIN-dow SHAD-ow MEAD-ow YEL-low FOL-low SOR-row HOL-low HEAV-en AN-gel
DEV-il SIL-ver GOLD-en BRO-ken O-pen LIS-ten LONE-ly SLOW-ly ON-ly SUD-den-ly MEL-o-dy HAR-mo-ny MEM-ory COM-pa-ny
MU-sic MAG-ic PAN-ic ro-MAN-tic fan-TAS-tic e-LEC-tric e-MO-tion de-VO-tion at-TEN-tion sit-u-A-tion
i-mag-i-NA-tion gen-er-A-tion con-ver-SA-tion PAS-sion e-TER-ni-ty re-AL-i-ty pos-si-BIL-i-ty CRA-zy LA-zy PRET-ty
BEAU-ti-ful WON-der-ful PAR-a-dise SAT-is-fied CEL-e-brate HES-i-tate EV-ery EV-ery-thing EV-ery-bod-y SOME-bod-y
NO-bod-y SOME-times SOME-one SOME-where NO-where MID-night MOON-light SUN-shine RAIN-bow HIGH-way RAIL-road
HOME-town SIDE-walk LIFE-time FIRE-light HEART-break hel-LO good-BYE gui-TAR my-SELF your-SELF sur-REN-der ex-PLAIN
en-OUGH al-READ-y ar-RIVE a-LIVE PROM-ise SE-cret DI-a-mond DAN-cing SING-ing RUN-ning WALK-ing FALL-ing
be-GIN-ning be-LIEV-ing for-GOT-ten re-MEM-bered WAIT-ed WANT-ed PROM-ised KISS-es RO-ses PLA-ces DAN-ces walked
loved loves called turned dreamed lived moved changed danced lone fires love time eyes smile home road dream light
heart soul life choir DID-n't COULD-n't WAS-n't IS-n't don't can't won't we're they'll you've here's there's GO-ing
BE-ing DO-ing TRY-ing FLY-ing CRY-ing PLAY-er LI-on GI-ant PO-et QUI-et DI-et RA-di-o VID-e-o STU-di-o i-DE-a
pi-AN-o to-MA-to ba-NAN-a A-ny-thing A-ny-one CAR-ry HUR-ry SOR-ry HAP-py AN-gry FE-ver MER-cy GLO-ry STO-ry FAN-cy
FREE-dom KING-dom WIS-dom HUN-gry DES-ert TROU-ble DOU-ble SIM-ple LIT-tle CAN-dle CRA-dle MID-dle GEN-tle PUR-ple
PEO-ple TREM-ble WHIS-per SI-lence DIS-tance DAN-ger STRAN-ger CHIL-dren GAR-den KITCH-en SEV-en LEM-on WOM-an
HU-man PAR-don REA-son SEA-son YES-ter-day HOL-i-day SAT-ur-day hal-le-LU-jah HUR-ri-cane de-LI-cious MYS-te-ry
"""
SHEET = """
[Verse 1]
Morning comes to the harbour
And the boats begin to turn

[Chorus]
Sail away, sail away

(Verse 2)
Evening falls on the water

[Chorus]

[Outro]
"""


def test_headings_divide_a_sheet_and_an_empty_chorus_sings_what_it_sang_before() -> None:
    verses = parse_lyrics(SHEET)
    assert [verse.name for verse in verses] == ["verse 1", "chorus", "verse 2", "chorus", "outro"]
    assert verses[0].lines == ("Morning comes to the harbour", "And the boats begin to turn")
    assert verses[3].lines == verses[1].lines == ("Sail away, sail away",)
    assert verses[4].lines == ()


def test_stanzas_without_headings_are_verses_and_what_returns_word_for_word_is_the_chorus() -> None:
    verses = parse_lyrics("One two\nthree\n\nLove me now\n\nFour five\n\n\nlove me, NOW!\n")
    assert [verse.name for verse in verses] == ["verse", "chorus", "verse", "chorus"]


@pytest.mark.parametrize("text", ["", " \n\n", "[Verse]\n", "...\n!?"])
def test_a_sheet_without_words_is_refused(text: str) -> None:
    with pytest.raises(RequestInvalid, match="no words"):
        parse_lyrics(text)


def test_a_sheet_that_no_song_is_as_long_as_is_refused_with_the_limit() -> None:
    with pytest.raises(RequestInvalid, match=str(MAX_LYRICS_CHARACTERS)):
        parse_lyrics("la " * MAX_LYRICS_CHARACTERS)


def test_words_keep_apostrophes_and_hyphens_and_lose_punctuation() -> None:
    assert words_of("Don\u2019t stop, 'cause we're half-way there (oh-oh)!") == (
        "Don't", "stop", "'cause", "we're", "half-way", "there", "oh-oh",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "cut", "stresses"),
    [
        ("Tonight", "To-night", [0, 2]),
        ("lovin'", "lo-vin'", [2, 0]),
        ("yesterday", "yes-ter-day", [2, 0, 1]),
        ("sing", "sing", [1]),
    ],
)
def test_words_of_a_dictionary_are_cut_and_stressed_as_they_are_spoken(
    word: str, cut: str, stresses: list[int]
) -> None:
    cuts = Pronunciations(DICTIONARY).cut(word)
    assert "-".join(part.text for part in cuts) == cut
    assert [part.stress for part in cuts] == stresses
    assert all(part.phonemes for part in cuts)


def test_words_of_songs_are_cut_and_stressed_by_their_spelling() -> None:
    """Counted over words that songs use, main stress in capitals; few of them stand in the list of exceptions."""
    words = SUNG_WORDS.split()
    pronunciations = Pronunciations(written=WRITTEN)
    n_counts = n_long = n_stresses = 0
    for written in words:
        parts = written.split("-")
        cuts = pronunciations.cut("".join(parts).lower())
        assert "".join(cut.text for cut in cuts) == "".join(parts).lower()
        n_counts += len(cuts) == len(parts)
        if len(parts) > 1:
            n_long += 1
            mains = [cut.stress == 2 for cut in cuts]
            n_stresses += mains == [part.isupper() for part in parts]
    assert n_counts / len(words) >= 0.96
    assert n_stresses / n_long >= 0.9


def test_a_written_word_lends_its_stress_to_its_endings() -> None:
    pronunciations = Pronunciations(written="be-LONG mur-MUR fire CHOC-late")
    for word, stresses in (("belonging", [0, 2, 0]), ("murmurs", [0, 2]), ("fires", [1]), ("chocolate's", [2, 0, 0])):
        assert [cut.stress for cut in pronunciations.cut(word)] == stresses
        assert not any(cut.phonemes for cut in pronunciations.cut(word))


def test_a_list_of_words_without_one_main_stress_each_is_refused_with_the_word() -> None:
    for wrong in ("a-lone", "A-LONE"):
        with pytest.raises(ValueError, match=wrong):
            Pronunciations(written=wrong)


@pytest.mark.parametrize("word", ["zzyzx", "Łódź", "café", "100", "o", "'n'", "aeiou", "brrr", "naïve", "e"])
def test_words_that_nobody_knows_still_give_syllables(word: str) -> None:
    cuts = cut_word(word)
    assert "".join(cut.text for cut in cuts) == word
    assert cuts


def test_the_syllables_of_a_line_know_their_word_and_where_it_ends() -> None:
    found = syllables_of("Sing hallelujah, singer's song", Pronunciations(DICTIONARY, written=WRITTEN), 10)
    assert [one.shown for one in found][:5] == ["Sing", "hal-", "le-", "lu-", "jah"]
    assert [one.word for one in found] == [10, 11, 11, 11, 11, 12, 12, 13]
    assert found[-2].phonemes.endswith("Z")
