"""Chord voicings."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.composer.voicing import Laid, Player, has_parallels, voice
from music.chord import Chord, parse_chord
from music.instrument import Fretboard, Hand
from music.style import Voicing

ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
QUALITIES = ["maj", "min", "dim", "sus4", "maj7", "min7", "7", "hdim7", "maj9", "min9", "13", "5", "maj69"]
GUITAR = Fretboard(strings=(40, 45, 50, 55, 59, 64), n_frets=20)
SECTION = ((36, 72), (48, 81), (55, 91), (55, 96))
PROGRESSIONS = ["C Am F G C", "Dm7 G7 Cmaj7 A7 Dm7", "Fm Db Ab Eb Fm", "C G/B Am Em/G F C/E Dm7 G7 C"]


def sequence(text: str, player: Player) -> list[Laid]:
    """Voice a progression from chord to chord."""
    laid: list[Laid] = []
    for symbol in text.split():
        chord = parse_chord(symbol)
        assert chord is not None
        laid.append(voice(chord, laid[-1] if laid else None, player, (player.low + player.high) // 2))
    return laid


@given(
    st.sampled_from(ROOTS), st.sampled_from(QUALITIES), st.sampled_from(list(Voicing)), st.integers(1, 6),
    st.integers(40, 60), st.integers(12, 30), st.sampled_from([(), SECTION]),
)  # fmt: skip
def test_a_voicing_rises_within_its_range_and_holds_only_the_chord(
    root: str, quality: str, voicing: Voicing, n_voices: int, low: int, width: int, desks: tuple[tuple[int, int], ...]
) -> None:
    chord = Chord(root, quality)
    player = Player(voicing=voicing, n_voices=n_voices, low=low, high=low + width, desks=desks)
    notes = voice(chord, None, player, low + width // 2).notes
    assert notes
    assert list(notes) == sorted(set(notes))
    assert low <= notes[0]
    assert notes[-1] <= low + width
    classes = {note % 12 for note in notes}
    fifth = (chord.root_pitch_class + 7) % 12  # a power chord has a fifth whatever the chord says
    assert classes <= {*chord.pitch_classes, fifth}


@pytest.mark.parametrize("fretboard", [None, GUITAR])
@pytest.mark.parametrize("voicing", [voicing for voicing in Voicing if voicing is not Voicing.POWER])
def test_triads_are_whole(voicing: Voicing, fretboard: Fretboard | None) -> None:
    for n_voices in (3, 4, 5, 6):
        player = Player(voicing=voicing, n_voices=n_voices, low=45, high=76, fretboard=fretboard)
        for quality in ("maj", "min", "dim", "aug", "sus2", "sus4"):
            for root in ROOTS:
                chord = Chord(root, quality)
                notes = voice(chord, None, player, 60).notes
                assert {note % 12 for note in notes} == set(chord.pitch_classes), f"{chord.label}, {n_voices}: {notes}"


@pytest.mark.parametrize("progression", PROGRESSIONS)
@pytest.mark.parametrize("voicing", [Voicing.CLOSE, Voicing.OPEN, Voicing.SHELL, Voicing.ROOTLESS])
def test_voices_move_little_from_chord_to_chord(progression: str, voicing: Voicing) -> None:
    laid = sequence(progression, Player(voicing=voicing, n_voices=4, low=50, high=76))
    moves = [min(abs(n - other) for other in a.notes) for a, b in pairwise(laid) for n in b.notes]
    tops = [abs(b.notes[-1] - a.notes[-1]) for a, b in pairwise(laid)]
    assert max(moves) <= 5
    assert sum(moves) / len(moves) < 2
    assert max(tops) <= 7


def test_tones_that_two_chords_share_stay_where_they_are() -> None:
    """Of C, Am, F and back, each neighbour shares two tones with the chord before."""
    laid = sequence("C Am F Am C", Player(voicing=Voicing.CLOSE, n_voices=3, low=50, high=76))
    for before, after in pairwise(laid):
        assert len(set(before.notes) & set(after.notes)) == 2


@pytest.mark.parametrize("voicing", [Voicing.CLOSE, Voicing.OPEN, Voicing.SPREAD])
@pytest.mark.parametrize("progression", PROGRESSIONS)
def test_no_fifths_or_octaves_in_a_row_where_they_are_forbidden(progression: str, voicing: Voicing) -> None:
    player = Player(voicing=voicing, n_voices=4, low=43, high=79, forbids_parallels=True)
    assert not any(has_parallels(before, after) for before, after in pairwise(sequence(progression, player)))


def test_parallels_are_told_from_other_motion() -> None:
    def laid(bass: int, *notes: int) -> Laid:
        return Laid(notes, notes, bass)

    assert has_parallels(laid(0, 52, 60, 67), laid(2, 57, 65, 69))  # a fifth over C, then over D
    assert has_parallels(laid(0, 48, 52, 60), laid(5, 53, 57, 65))  # octaves with the lowest voice
    assert not has_parallels(laid(0, 52, 60, 67), laid(7, 55, 59, 67))  # the highest voice stays
    assert not has_parallels(laid(0, 55, 60, 64), laid(7, 55, 59, 62))  # a third, then a fifth


def test_outer_voices_prefer_not_to_run_the_same_way() -> None:
    """Of the moves of outer voices, more are contrary or oblique than similar."""
    similar = other = 0
    for progression in PROGRESSIONS:
        for key in range(12):
            chords = [parse_chord(symbol) for symbol in progression.split()]
            player = Player(voicing=Voicing.OPEN, n_voices=4, low=46, high=76)
            laid: list[Laid] = []
            for chord in chords:
                assert chord is not None
                laid.append(voice(chord.transposed(key), laid[-1] if laid else None, player, 61))
            for a, b in pairwise(laid):
                is_similar = (b.notes[0] - a.notes[0]) * (b.notes[-1] - a.notes[-1]) > 0
                similar, other = similar + is_similar, other + (not is_similar)
    assert other > similar


@pytest.mark.parametrize("voicing", [Voicing.CLOSE, Voicing.OPEN, Voicing.ROOTLESS, Voicing.SPREAD])
def test_sevenths_fall_by_a_step_and_leading_notes_mostly_rise(voicing: Voicing) -> None:
    """In II-V-I, over all keys: the seventh of V goes down to the third of I."""
    fallen = risen = 0
    for key in range(12):
        for progression in ("Dm7 G7 C", "Dm7b5 G7 Cm"):
            player = Player(voicing=voicing, n_voices=4, low=48, high=76)
            laid: list[Laid] = []
            for symbol in progression.split():
                chord = parse_chord(symbol)
                assert chord is not None
                laid.append(voice(chord.transposed(key), laid[-1] if laid else None, player, 62))
            seventh, third = (key + 5) % 12, (key + 11) % 12
            fallen += any(n % 12 == seventh and {n - 1, n - 2} & {*laid[2].notes} for n in laid[1].notes)
            risen += any(n % 12 == third and n + 1 in laid[2].notes for n in laid[1].notes)
    assert fallen >= 20
    assert risen >= 13


def test_a_shell_names_the_chord_by_its_third_and_seventh() -> None:
    player = Player(voicing=Voicing.SHELL, n_voices=4, low=52, high=76)
    notes = voice(Chord("D", "min9"), None, player, 62).notes
    assert {(note - 2) % 12 for note in notes} >= {3, 10}
    assert all((note - 2) % 12 != 0 for note in notes)


def test_a_rootless_voicing_has_third_fifth_seventh_and_ninth() -> None:
    player = Player(voicing=Voicing.ROOTLESS, n_voices=4, low=50, high=74)
    assert {(note - 7) % 12 for note in voice(Chord("G", "9"), None, player, 62).notes} == {4, 7, 10, 2}


def test_a_spread_voicing_has_the_bass_tone_far_below_the_others() -> None:
    player = Player(voicing=Voicing.SPREAD, n_voices=5, low=36, high=76)
    for symbol in ("Am9", "C/E", "Fmaj7", "G13"):
        chord = parse_chord(symbol)
        assert chord is not None
        notes = voice(chord, None, player, 58).notes
        assert notes[0] % 12 == chord.bass_pitch_class
        assert notes[1] - notes[0] >= 7


def test_four_mallets_hold_four_notes_at_most() -> None:
    player = Player(voicing=Voicing.CLOSE, n_voices=6, low=53, high=89, hand=Hand(n_notes=2, span=14))
    assert len(voice(Chord("C", "maj9"), None, player, 70).notes) <= 4


def test_a_section_has_a_note_for_each_player_and_no_more() -> None:
    player = Player(voicing=Voicing.OPEN, n_voices=6, low=48, high=79, desks=SECTION)
    assert [len(laid.notes) for laid in sequence("C Am F G7 C", player)] == [4] * 5


def test_an_open_chord_on_the_guitar_is_the_one_that_everybody_learns() -> None:
    player = Player(voicing=Voicing.STRUM, n_voices=6, low=40, high=76, fretboard=GUITAR)
    expected = {
        "E": (40, 47, 52, 56, 59, 64), "Am": (45, 52, 57, 60, 64), "G": (43, 47, 50, 55, 59, 67), "D": (50, 57, 62, 66),
        "C": (48, 52, 55, 60, 64), "A7": (45, 52, 55, 61, 64),
    }  # fmt: skip
    for symbol, notes in expected.items():
        chord = parse_chord(symbol)
        assert chord is not None
        assert voice(chord, None, player, 55).notes == notes, symbol


def test_a_barre_chord_has_its_root_lowest_and_spreads_like_a_guitar() -> None:
    player = Player(voicing=Voicing.STRUM, n_voices=6, low=40, high=72, fretboard=GUITAR)
    assert voice(Chord("F", "maj"), None, player, 52).notes == (41, 48, 53, 57, 60, 65)


@pytest.mark.parametrize("fretboard", [None, GUITAR])
def test_a_power_chord_has_no_third(fretboard: Fretboard | None) -> None:
    player = Player(voicing=Voicing.POWER, n_voices=3, low=40, high=62, fretboard=fretboard)
    notes = voice(Chord("A", "min"), None, player, 48).notes
    assert [upper - lower for lower, upper in pairwise(notes)] == [7, 5]


def test_a_strum_over_a_foreign_bass_has_it_lowest() -> None:
    player = Player(voicing=Voicing.STRUM, n_voices=6, low=40, high=76, fretboard=GUITAR)
    for symbol in ("D/F#", "C/G", "Am/G", "F/G"):
        chord = parse_chord(symbol)
        assert chord is not None
        notes = voice(chord, None, player, 55).notes
        assert notes[0] % 12 == chord.bass_pitch_class, symbol
        assert {note % 12 for note in notes} == set(chord.pitch_classes), symbol
