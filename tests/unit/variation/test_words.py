"""What words about a take are read as, and what is told of words that say nothing here."""

from collections.abc import Callable

import pytest

from music.chord import parse_chord
from music.errors import RequestInvalid
from music.instrument import Role
from music.pitch import parse_key
from music.plan import Plan
from music.variation.changes import (
    AddPart,
    Change,
    Colour,
    Density,
    Dynamics,
    Mix,
    MoveOctaves,
    Rechord,
    Regenerate,
    Rekey,
    Resize,
    Retempo,
    Scope,
    Silence,
    SwapInstrument,
    Swing,
    TimeFeel,
)
from tests.unit.variation.conftest import Reader
from workflows.planner import Planner

HATS = ("hat", "open_hat", "pedal_hat")
VERSE_1, CHORUS_1, VERSE_2, CHORUS_2 = (5, 12), (13, 20), (21, 28), (29, 36)
PARTS = (Role.DRUMS, Role.BASS, Role.CHORDS, Role.MELODY, Role.PAD)
READINGS: dict[str, tuple[Change, ...]] = {
    "darker": (Colour(direction=-1),),
    "busier hats in the chorus": (Density(direction=1, scope=Scope(drums=HATS, bars=(CHORUS_1, CHORUS_2))),),
    "half-time chorus": (TimeFeel(is_half_time=True, scope=Scope(bars=(CHORUS_1, CHORUS_2))),),
    "swap piano for Rhodes": (SwapInstrument(role=Role.CHORDS, instrument="rhodes"),),
    "use a Rhodes instead of the piano": (SwapInstrument(role=Role.CHORDS, instrument="rhodes"),),
    "make the lead a trumpet": (SwapInstrument(role=Role.MELODY, instrument="trumpet"),),
    "down a tone": (Rekey(key=parse_key("Bb major"), semitones=-2),),
    "transpose it up 3 semitones": (Rekey(key=parse_key("Eb major"), semitones=3),),
    "in D minor": (Rekey(key=parse_key("D minor"), semitones=2),),
    "make it minor": (Rekey(key=parse_key("C minor"), semitones=0),),
    "last chorus up a semitone": (Rekey(key=parse_key("Db major"), semitones=1, scope=Scope(bars=(CHORUS_2,))),),
    "regenerate the bass only": (Regenerate(scope=Scope(roles=(Role.BASS,))),),
    "another melody": (Regenerate(scope=Scope(roles=(Role.MELODY,))),),
    "regenerate everything but the bass": (
        Regenerate(scope=Scope(roles=tuple(role for role in PARTS if role is not Role.BASS))),
    ),
    "faster": (Retempo(tempo_bpm=132.0),),
    "10 bpm slower": (Retempo(tempo_bpm=110.0),),
    "at 128 bpm": (Retempo(tempo_bpm=128.0),),
    "15% faster": (Retempo(tempo_bpm=138.0),),
    "longer intro": (Resize(section="intro", n_bars=8),),
    "8 bar intro": (Resize(section="intro", n_bars=8),),
    "extend the outro by 2 bars": (Resize(section="outro", n_bars=6),),
    "make the second verse shorter": (Resize(section="verse 2", n_bars=4),),
    "no drums in verse 1": (Silence(scope=Scope(roles=(Role.DRUMS,), bars=(VERSE_1,))),),
    "drop the pad": (Silence(scope=Scope(roles=(Role.PAD,))),),
    "no hi-hats": (Silence(scope=Scope(drums=HATS)),),
    "just piano in verse 2": (
        Silence(scope=Scope(roles=(Role.DRUMS, Role.BASS, Role.MELODY, Role.PAD), bars=(VERSE_2,))),
    ),
    "add strings": (AddPart(role=Role.COUNTER_MELODY, instrument="strings"),),
    "sparser melody": (Density(direction=-1, scope=Scope(roles=(Role.MELODY,))),),
    "fewer hats in bars 5 to 8": (Density(direction=-1, scope=Scope(drums=HATS, bars=((5, 8),))),),
    "straight feel": (Swing(amount=0.0),),
    "swing it by 60%": (Swing(amount=0.6),),
    "louder bass": (Mix(roles=(Role.BASS,), gain_db=3.0),),
    "turn the drums down by 2 dB": (Mix(roles=(Role.DRUMS,), gain_db=-2.0),),
    "bass 4 dB up": (Mix(roles=(Role.BASS,), gain_db=4.0),),
    "a bit more reverb on the melody": (Mix(roles=(Role.MELODY,), reverb_db=3.0),),
    "pan the piano hard left": (Mix(roles=(Role.CHORDS,), pan=-1.0),),
    "louder snare": (Dynamics(factor=1.2, scope=Scope(drums=("snare",))),),
    "melody an octave higher": (MoveOctaves(octaves=1, scope=Scope(roles=(Role.MELODY,))),),
    "change the chorus chords to F G Am": (
        Rechord(chords=tuple(map(parse_chord, ("F", "G", "Am"))), bars=(CHORUS_1, CHORUS_2)),
    ),
    "chords: C/E, Bbmaj9#11 | N.C.": (Rechord(chords=tuple(map(parse_chord, ("C/E", "Bbmaj9#11", "N.C.")))),),
    "darker and a bit slower": (Colour(direction=-1), Retempo(tempo_bpm=114.0)),
    "in the chorus, busier hats and louder bass": (
        Density(direction=1, scope=Scope(drums=HATS, bars=(CHORUS_1, CHORUS_2))),
        Mix(roles=(Role.BASS,), gain_db=3.0),
    ),
    "darker but keep the drums": (Colour(direction=-1, scope=Scope(roles=PARTS[1:])),),
    "buiser hats, and make it darkr": (Density(direction=1, scope=Scope(drums=HATS)), Colour(direction=-1)),
}


@pytest.fixture(scope="module")
def plan(planner: Planner) -> Plan:
    prompt = "pop in C major, 120 bpm, intro, verse, chorus, verse, chorus, outro, 40 bars, synth lead and warm pad"
    return planner.by_rules(f"{prompt}, piano, drums, bass", seed=1).plan


@pytest.mark.parametrize("words", READINGS)
def test_words_are_read_as_changes_and_none_is_left_over(words: str, plan: Plan, read: Reader) -> None:
    found = read(words, plan)
    assert found.changes == READINGS[words]
    assert found.reading.unused == ()
    assert found.reading.understood


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("hello there", "say for example 'darker'"),
        ("more jazz", "say for example"),
        ("no drums in the bridge", "this take has no bridge; its sections are: intro, verse 1, chorus 1"),
        ("louder trumpet", "nobody plays 'trumpet' in this take; its parts are: drums"),
        ("bars 50-60 darker", "the take has bars 1 to 40"),
        ("melody up a third", "a part by itself moves by octaves"),
        ("longer", "which section"),
        ("swap the drums for a flute", "choose a drum kit"),
        ("pan the piano", "left, right or centre"),
        ("at 900 bpm", "20 to 300"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(words: str, told: str, plan: Plan, read: Reader) -> None:
    with pytest.raises(RequestInvalid, match=told):
        read(words, plan)


def test_words_that_change_nothing_are_told(plan: Plan, read: Reader) -> None:
    found = read("darker, like a rainy Tuesday in Manchester", plan)
    assert found.changes == (Colour(direction=-1),)
    assert "rainy Tuesday" in " ".join(found.reading.unused)


def test_what_was_not_said_is_told_as_assumed(plan: Plan, read: Reader) -> None:
    told = {remark.field: remark.text for remark in read("faster, longer intro, more swing", plan).reading.assumed}
    assert told["tempo_bpm"] == "132 instead of 120"
    assert told["form"] == "intro of 8 bars instead of 4"
    assert told["swing"].endswith("instead of 0%")


def test_every_word_for_a_change_is_read_as_one(plan: Plan, read: Reader) -> None:
    """No phrase of the table is dead: alone, or with a part or a section where it needs one, it changes something."""
    from tests.unit.variation.conftest import CONFIGS  # noqa: PLC0415
    from workflows.vary_vocabulary import load_variation_words  # noqa: PLC0415

    words = load_variation_words(CONFIGS / "variations.toml")
    tails: tuple[Callable[[str], str], ...] = (
        str,
        lambda phrase: f"{phrase} the bass",
        lambda phrase: f"{phrase} intro",
        lambda phrase: f"{phrase} strings",
        lambda phrase: f"rhodes {phrase} piano",
        lambda phrase: f"{phrase} the piano left",
    )
    for action in words.actions:
        for phrase in action.words:
            assert any(changes(read, tail(phrase), plan) for tail in tails), phrase


def changes(read: Reader, words: str, plan: Plan) -> bool:
    try:
        return bool(read(words, plan).changes)
    except RequestInvalid:
        return False
