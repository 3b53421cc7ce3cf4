"""Whether hands can hold what the composer writes for strings with frets.

The checker below knows nothing of how grips are found: it tries every assignment of notes to strings.
"""

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest

from engines.composer.fretboard import grips, n_fingers
from engines.composer.voicing import Player, voice
from engines.engine import EngineContext
from music.chord import Chord, parse_chord
from music.instrument import Fretboard, Role
from music.pitch import Key, Mode, pitch_class_name
from music.plan import Plan
from music.score import Note, Score
from music.style import Voicing

GUITAR = Fretboard(strings=(40, 45, 50, 55, 59, 64), n_frets=20)
BOARDS = {
    "guitar": GUITAR,
    "banjo": Fretboard(strings=(50, 55, 59, 62), n_frets=22, drones=(67,)),
    "ukulele": Fretboard(strings=(67, 60, 64, 69), n_frets=15, reach_frets=5, high_reach_frets=6),
    "mandolin": Fretboard(strings=(55, 62, 69, 76), n_frets=20, reach_frets=6, high_reach_frets=7),
}
ROOTS = [pitch_class_name(number, prefer_flats=True) for number in range(12)]
QUALITIES = [
    "maj", "min", "dim", "aug", "sus2", "sus4", "5", "maj6", "min6", "maj7", "min7", "7", "minmaj7", "dim7", "hdim7",
    "aug7", "7sus4", "maj9", "min9", "9", "maj11", "min11", "11", "maj13", "min13", "13", "maj69", "min69",
]  # fmt: skip
STRUM_TICKS = 150  # strokes of one strum, at any tempo that the styles have, with the hand's own unevenness


def can_be_held(notes: tuple[int, ...], board: Fretboard) -> bool:
    """Try every way to give each note a string of its own; open strings and one barre are allowed."""
    left = [note for note in notes if note not in board.drones]
    n = len(board.strings)
    return any(
        _is_held(tuple(chosen), strings, board)
        for chosen in (left, list(notes))
        if len(chosen) <= n
        for strings in permutations(range(n), len(chosen))
    )


def _is_held(notes: tuple[int, ...], strings: tuple[int, ...], board: Fretboard) -> bool:
    frets = {string: note - board.strings[string] for note, string in zip(notes, strings, strict=False)}
    if any(not 0 <= fret <= board.n_frets for fret in frets.values()):
        return False
    stopped = {string: fret for string, fret in frets.items() if fret}
    if not stopped:
        return True
    lowest, highest = min(stopped.values()), max(stopped.values())
    reach = board.high_reach_frets if lowest >= board.high_from_fret else board.reach_frets
    if highest - lowest >= reach:
        return False
    under = [string for string, fret in stopped.items() if fret == lowest]
    is_barred = all(frets.get(string) != 0 for string in range(min(under), max(under) + 1))
    return len(stopped) - (len(under) - 1 if is_barred else 0) <= 4


def strums(notes: tuple[Note, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the pitches struck together."""
    together: list[Note] = []
    for note in notes:
        if together and note.start_ticks - together[-1].start_ticks > STRUM_TICKS // 2:
            yield tuple(sorted({n.midi_note for n in together}))
            together = []
        together.append(note)
    if together:
        yield tuple(sorted({n.midi_note for n in together}))


def test_the_checker_tells_chords_from_what_no_hand_can_hold() -> None:
    assert can_be_held((40, 47, 52, 56, 59, 64), GUITAR)  # E
    assert can_be_held((41, 48, 53, 57, 60, 65), GUITAR)  # F, with a barre
    assert not can_be_held((60, 62, 64, 65), GUITAR)  # a cluster
    assert not can_be_held((40, 41), GUITAR)  # two notes that only the lowest string has
    assert not can_be_held((41, 74), GUITAR)  # the first fret of the lowest string and the tenth of the highest
    assert not can_be_held((42, 49, 55, 58, 63, 68), Fretboard(strings=GUITAR.strings, n_frets=20, reach_frets=2))


@pytest.mark.parametrize("voicing", list(Voicing))
@pytest.mark.parametrize("name", list(BOARDS))
def test_every_chord_that_can_be_named_has_a_grip(name: str, voicing: Voicing) -> None:
    board = BOARDS[name]
    low, high = min(board.strings), max(board.strings) + 14
    player = Player(voicing=voicing, n_voices=len(board.strings), low=low, high=high, fretboard=board)
    for quality in QUALITIES:
        before = None
        for root in ROOTS:
            chord = Chord(root, quality)
            before = voice(chord, before, player, (low + high) // 2)
            assert can_be_held(before.notes, board), f"{chord.label}: {before.notes}"
            third = {(chord.root_pitch_class + step) % 12 for step in chord.intervals if step in (3, 4)}
            if voicing is not Voicing.POWER:
                assert third <= {note % 12 for note in before.notes}, f"{chord.label}: {before.notes}"


@pytest.mark.parametrize("text", ["C#m7b5/G", "F/Eb", "Ab13", "Bmaj9#11", "Gb7#5", "Ebm11", "F#dim7", "C/D"])
def test_strums_of_difficult_chords_have_their_bass_lowest(text: str) -> None:
    chord = parse_chord(text)
    assert chord is not None
    player = Player(voicing=Voicing.STRUM, n_voices=6, low=40, high=74, fretboard=GUITAR)
    notes = voice(chord, None, player, 55).notes
    assert can_be_held(notes, GUITAR)
    assert notes[0] % 12 == chord.bass_pitch_class
    assert len(notes) >= 4


def test_grips_keep_to_four_fingers_and_know_the_barre() -> None:
    assert n_fingers((1, 3, 3, 2, 1, 1)) == 4
    assert n_fingers((3, 2, 0, 0, 0, 3)) == 3
    assert n_fingers((None, 0, 2, 2, 2, 0)) == 1
    assert n_fingers((1, 0, 1, None, None, None)) == 2  # no barre over an open string
    found = grips(GUITAR, frozenset({5, 9, 0}), frozenset({5, 9, 0}), bass=5, n_strings=(6, 6), n_gaps=0)
    assert (1, 3, 3, 2, 1, 1) in [grip.frets for grip in found]


def test_an_instrument_with_frets_has_no_note_beyond_them(context: EngineContext) -> None:
    fretted = [player for player in context.instruments.values() if player.fretboard]
    assert len(fretted) >= 10
    for player in fretted:
        board = player.fretboard
        assert board is not None
        assert min(board.strings) <= player.lowest_midi_note, player.id
        assert player.highest_midi_note <= max(board.strings) + board.n_frets, player.id


def fretted_parts(
    style: str, make_plan: Callable[..., Plan], context: EngineContext
) -> Iterator[tuple[Plan, Fretboard]]:
    """Yield plans of a style with each kind of fretted instrument as its chords and arpeggio, in several keys."""
    players = ("steel_guitar", "distortion_guitar", "banjo", "ukulele", "mandolin")
    for seed, (player, role) in enumerate((p, r) for p in players for r in (Role.CHORDS, Role.ARPEGGIO)):
        board = context.instruments[player].fretboard
        assert board is not None
        key = Key(pitch_class_name(seed * 5), (Mode.MAJOR, Mode.MINOR, Mode.DORIAN)[seed % 3])
        for energy in (0.3, 0.9):
            yield (
                make_plan(
                    style, n_bars=16, seed=seed, key=key, roles=(role,), instruments={role: player}, energy=energy
                ),
                board,
            )


def test_every_stroke_on_frets_can_be_fingered_in_any_style_and_key(
    make_plan: Callable[..., Plan], compose: Callable[[Plan], Score], context: EngineContext
) -> None:
    n_chords = 0
    for style in context.styles:
        for plan, board in fretted_parts(style, make_plan, context):
            for notes in set(strums(compose(plan).parts[0].notes)):
                assert can_be_held(notes, board), f"{style}, {plan.key}, {plan.parts[0].instrument}: {notes}"
                n_chords += len(notes) > 2
    assert n_chords > 200


def test_a_strum_falls_through_the_strings_and_comes_back_up(
    make_plan: Callable[..., Plan], compose: Callable[[Plan], Score]
) -> None:
    """Down-strokes run from the lowest string on, up-strokes from the highest, each string at its own time."""
    down = up = 0
    for seed in range(6):
        plan = make_plan("country", n_bars=8, seed=seed, roles=(Role.CHORDS,), energy=0.8)
        notes = compose(plan).parts[0].notes
        for index in range(len(notes) - 2):
            a, b, c = notes[index : index + 3]
            if c.start_ticks - a.start_ticks <= 60 and a.start_ticks < b.start_ticks < c.start_ticks:
                down += a.midi_note < b.midi_note < c.midi_note
                up += a.midi_note > b.midi_note > c.midi_note
    assert down > 100
    assert up > 30
