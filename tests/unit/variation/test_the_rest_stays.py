"""Whatever words do not name stays note for note as it was, over all styles and several seeds."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from music.instrument import Role
from music.midi_file import score_from_midi, score_to_midi
from music.score import Lyric, Note, Part
from music.style import Style
from music.variation import Piece
from tests.unit.variation.conftest import PieceMaker, Reader, Varier, tried
from workflows.planner import Planner

N_SEEDS = 4
FORM = "intro, verse, chorus, verse, chorus, outro, 40 bars, with drums, bass, piano and a synth lead melody"
HATS = {42, 44, 46}
# What words change: the parts, of the drums which notes, and in which sections; None is any.
CASES: dict[str, tuple[set[Role] | None, set[int] | None, tuple[str, ...] | None]] = {
    "busier hats in the chorus": ({Role.DRUMS}, HATS, ("chorus 1", "chorus 2")),
    "fewer hats in verse 1": ({Role.DRUMS}, HATS, ("verse 1",)),
    "half-time drums in the second chorus": ({Role.DRUMS}, {36, 37, 38, 39, 40}, ("chorus 2",)),
    "double-time chorus": ({Role.DRUMS}, {35, 36, 37, 38, 39, 40}, ("chorus 1", "chorus 2")),
    "swap piano for Rhodes": ({Role.CHORDS}, None, None),
    "regenerate the bass only": ({Role.BASS}, None, None),
    "another melody": ({Role.MELODY}, None, None),
    "new drums in the last chorus": ({Role.DRUMS}, None, ("chorus 2",)),
    "no drums in verse 1": ({Role.DRUMS}, None, ("verse 1",)),
    "no hats": ({Role.DRUMS}, HATS, None),
    "sparser melody": ({Role.MELODY}, None, None),
    "busier bass in the verses": ({Role.BASS}, None, ("verse 1", "verse 2")),
    "darker chorus": (set(Role) - {Role.BASS}, None, ("chorus 1", "chorus 2")),
    "brighter piano": ({Role.CHORDS}, None, None),
    "melody an octave higher in verse 2": ({Role.MELODY}, None, ("verse 2",)),
    "staccato bass": ({Role.BASS}, None, None),
    "louder snare in the chorus": ({Role.DRUMS}, {37, 38, 39, 40}, ("chorus 1", "chorus 2")),
    "swing the drums more": ({Role.DRUMS}, None, None),
    "change the chorus chords to F G Am": (set(Role) - {Role.DRUMS}, None, ("chorus 1", "chorus 2")),
    "last chorus up a semitone": (set(Role) - {Role.DRUMS}, None, ("chorus 2",)),
    "louder bass": (set(), None, None),
    "pan the piano left": (set(), None, None),
    "faster": (set(), None, None),
    "at 90 bpm": (set(), None, None),
}


def styles_and_seeds(planner: Planner, words: str) -> Iterator[tuple[Style, int]]:
    """Yield every style with a seed; other words meet a style with another seed, so that all together meet many."""
    for number, style in enumerate(planner.repertoire.styles.values()):
        yield style, 1 + (number + len(words)) % N_SEEDS


def bars_of(piece: Piece, names: tuple[str, ...]) -> set[int]:
    sections = [section for section in piece.plan.sections if section.name in names]
    assert len(sections) == len(names)
    return {bar for section in sections for bar in range(section.start_bar, section.start_bar + section.n_bars)}


def kept(
    part: Part, piece: Piece, case: tuple[set[Role] | None, set[int] | None, tuple[str, ...] | None]
) -> list[Note]:
    """Return a part's notes that the case does not name."""
    roles, drums, sections = case
    if roles is not None and part.role not in roles:
        return list(part.notes)
    meant = None if sections is None else bars_of(piece, sections)
    return [
        note
        for note in part.notes
        if (meant is not None and note.start_ticks // piece.bar_ticks + 1 not in meant)
        or (drums is not None and note.midi_note not in drums)
    ]


@pytest.mark.parametrize("words", CASES)
def test_what_words_do_not_name_stays_note_for_note(
    words: str, planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    n_changed = 0
    for style, seed in styles_and_seeds(planner, words):
        before = make_piece(f"{style.title}, {FORM}", seed)
        after = tried(varied, before, words)
        if after is None:  # there are no such drums, or it is so already
            continue
        n_changed += 1
        assert [part.role for part in after.score.parts] == [part.role for part in before.score.parts]
        for was, now in zip(before.score.parts, after.score.parts, strict=True):
            place = (style.id, seed, was.role)
            assert kept(now, after, CASES[words]) == kept(was, before, CASES[words]), place
            assert (now.name, now.channel) == (was.name, was.channel), place
    assert n_changed >= 0.6 * len(planner.repertoire.styles)  # a third has no hats in a first verse


@pytest.mark.parametrize(
    "words", ["longer intro", "verse 1 of 4 bars", "extend the last chorus by 4 bars", "shorter outro"]
)
def test_a_section_of_another_length_moves_the_others_by_whole_bars(
    words: str, planner: Planner, make_piece: PieceMaker, varied: Varier, read: Reader
) -> None:
    n_changed = 0
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title}, {FORM}", 2)
        after = tried(varied, before, words)
        if after is None:  # it is as long already
            continue
        n_changed += 1
        (change,) = read(words, before.plan).changes
        for was, now in zip(before.plan.sections, after.plan.sections, strict=True):
            if was.name == change.section:  # type: ignore[union-attr]  # a Resize
                assert now.n_bars == change.n_bars != was.n_bars  # type: ignore[union-attr]
            else:
                assert replace(now, start_bar=was.start_bar) == was
            n_bars = min(was.n_bars, now.n_bars)  # a section keeps its end
            for part, other in zip(before.score.parts, after.score.parts, strict=True):
                ends = (was.start_bar - 1 + was.n_bars, now.start_bar - 1 + now.n_bars)
                assert beats(part, before, ends[0] - n_bars, ends[0]) == beats(other, after, ends[1] - n_bars, ends[1])
    assert n_changed >= 0.7 * len(planner.repertoire.styles)


def beats(part: Part, piece: Piece, first_bar: int, end_bar: int) -> list[tuple[int, int, int]]:
    start, end = first_bar * piece.bar_ticks, end_bar * piece.bar_ticks
    return [
        (note.start_ticks - start, note.midi_note, note.velocity)
        for note in part.notes
        if start <= note.start_ticks < end
    ]


@pytest.mark.parametrize("words", [*CASES, "add strings", "down a tone", "make it minor", "longer intro"])
def test_a_varied_score_can_be_written_as_midi_and_read_back(
    words: str, planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    """No note is doubled, ends before it starts or lies outside of the piece, whichever changes came before."""
    rng = random.Random(words)
    for style in planner.repertoire.styles.values():
        piece = make_piece(f"{style.title}, {FORM}", 4)
        for asked in (rng.choice(list(CASES)), words):
            piece = tried(varied, piece, asked) or piece
        midi = score_to_midi(piece.score, planner.repertoire.instruments)
        assert score_from_midi(midi, piece.plan) == piece.score
        for part in piece.score.parts:
            assert all(note.start_ticks + note.duration_ticks <= piece.score.length_ticks for note in part.notes)


def test_the_same_words_and_seed_give_the_same_notes_and_another_seed_others(
    make_piece: PieceMaker, varied: Varier
) -> None:
    before = make_piece(f"pop, {FORM}", 3)
    once, again, otherwise = (varied(before, "another melody", seed) for seed in (5, 5, 6))
    assert once == again
    assert once.part(Role.MELODY) != otherwise.part(Role.MELODY)


def test_variations_add_up(make_piece: PieceMaker, varied: Varier) -> None:
    """What an earlier variation did stays when a later one names something else."""
    first = varied(make_piece(f"rock, {FORM}", 5), "no drums in verse 1")
    second = varied(first, "swap piano for Rhodes and sparser melody")
    third = varied(second, "regenerate the drums")
    assert second.part(Role.DRUMS) == first.part(Role.DRUMS)
    assert third.part(Role.MELODY) == second.part(Role.MELODY) != first.part(Role.MELODY)
    drums = third.part(Role.DRUMS)
    assert drums is not None
    silent = bars_of(third, ("verse 1",))
    assert drums.notes != first.part(Role.DRUMS).notes  # type: ignore[union-attr]
    assert not [note for note in drums.notes if note.start_ticks // third.bar_ticks + 1 in silent]


@pytest.mark.parametrize(
    "words", ["longer intro", "verse 1 of 4 bars", "swing it", "sparser melody", "darker", "no drums"]
)
def test_words_that_are_sung_stay_under_their_notes(words: str, make_piece: PieceMaker, varied: Varier) -> None:
    plain = make_piece(f"pop, {FORM}", 2)
    melody = plain.part(Role.MELODY)
    assert melody is not None
    sung = replace(melody, lyrics=tuple(Lyric(note.start_ticks, f"la{i}") for i, note in enumerate(melody.notes)))
    parts = tuple(sung if part is melody else part for part in plain.score.parts)
    after = varied(replace(plain, score=replace(plain.score, parts=parts)), words).part(Role.MELODY)
    assert after is not None
    starts = [note.start_ticks for note in after.notes]
    assert {lyric.start_ticks for lyric in after.lyrics} == set(starts)
    kept = [lyric.text for lyric in after.lyrics]
    if words not in ("sparser melody", "verse 1 of 4 bars"):
        assert {lyric.text for lyric in sung.lyrics} <= set(kept)
