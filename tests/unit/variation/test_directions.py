"""What words name becomes other, and in the direction that they say, measured over all styles and several seeds."""

from collections.abc import Callable, Iterable
from statistics import mean

import pytest

from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.pitch import Mode
from music.score import Note
from music.variation import Piece
from music.variation.feel import swing_of
from tests.unit.variation.conftest import PieceMaker, Varier, tried
from tests.unit.variation.test_the_rest_stays import FORM, HATS, bars_of, styles_and_seeds
from workflows.planner import Planner

Measure = Callable[[Piece, Piece], bool]


def notes(piece: Piece, role: Role, sections: tuple[str, ...] = (), drums: Iterable[int] = ()) -> list[Note]:
    part = piece.part(role)
    bars = bars_of(piece, sections) if sections else None
    return [
        note
        for note in (part.notes if part else ())
        if (bars is None or note.start_ticks // piece.bar_ticks + 1 in bars)
        and (not drums or note.midi_note in set(drums))
    ]


def height(piece: Piece, *roles: Role) -> float:
    return mean(mean(note.midi_note for note in notes(piece, role)) for role in roles)


def loudness(piece: Piece, role: Role, **where: object) -> float:
    return mean(note.velocity for note in notes(piece, role, **where))  # type: ignore[arg-type]


CHORUSES = ("chorus 1", "chorus 2")
DIRECTIONS: dict[str, Measure] = {
    "darker": lambda was, now: height(now, Role.CHORDS, Role.MELODY) < height(was, Role.CHORDS, Role.MELODY) - 2,
    "brighter": lambda was, now: height(now, Role.CHORDS, Role.MELODY) > height(was, Role.CHORDS, Role.MELODY) + 2,
    "busier melody": lambda was, now: len(notes(now, Role.MELODY)) > 1.2 * len(notes(was, Role.MELODY)),
    "sparser melody": lambda was, now: len(notes(now, Role.MELODY)) < 0.9 * len(notes(was, Role.MELODY)),
    "busier drums": lambda was, now: len(notes(now, Role.DRUMS)) > 1.1 * len(notes(was, Role.DRUMS)),
    "simpler drums": lambda was, now: len(notes(now, Role.DRUMS)) < 0.95 * len(notes(was, Role.DRUMS)),
    "busier piano": lambda was, now: len(notes(now, Role.CHORDS)) > 1.1 * len(notes(was, Role.CHORDS)),
    "sparser piano": lambda was, now: len(notes(now, Role.CHORDS)) <= len(notes(was, Role.CHORDS)),
    "sparser bass": lambda was, now: len(notes(now, Role.BASS)) <= len(notes(was, Role.BASS)),
    "busier hats in the chorus": lambda was, now: (
        len(notes(now, Role.DRUMS, CHORUSES, HATS)) > len(notes(was, Role.DRUMS, CHORUSES, HATS))
    ),
    "melody an octave higher": lambda was, now: height(now, Role.MELODY) > height(was, Role.MELODY) + 6,
    "staccato bass": lambda was, now: (
        mean(note.duration_ticks for note in notes(now, Role.BASS))
        < 0.6 * mean(note.duration_ticks for note in notes(was, Role.BASS))
    ),
    "more energetic": lambda was, now: loudness(now, Role.BASS) > 1.05 * loudness(was, Role.BASS),
    "calmer": lambda was, now: loudness(now, Role.BASS) < 0.95 * loudness(was, Role.BASS),
    "louder snare": lambda was, now: (
        not notes(was, Role.DRUMS, drums=[38])
        or loudness(now, Role.DRUMS, drums=[38]) > loudness(was, Role.DRUMS, drums=[38])
    ),
    "faster": lambda was, now: now.score.tempo_bpm > 1.05 * was.score.tempo_bpm,
    "15% slower": lambda was, now: now.score.tempo_bpm == round(0.85 * was.score.tempo_bpm, 2),
    "no drums in verse 1": lambda _was, now: not notes(now, Role.DRUMS, ("verse 1",)),
    "no melody": lambda _was, now: now.part(Role.MELODY) is None,
    "only piano in the intro": lambda _was, now: (
        not any(notes(now, part.role, ("intro",)) for part in now.score.parts if part.role is not Role.CHORDS)
    ),
    "down a tone": lambda was, now: (now.plan.key.pitch_class + 2) % 12 == was.plan.key.pitch_class,
}


@pytest.mark.parametrize("words", DIRECTIONS)
def test_words_lead_where_they_say(words: str, planner: Planner, make_piece: PieceMaker, varied: Varier) -> None:
    right, asked = 0, 0
    for style, seed in styles_and_seeds(planner, words):
        before = make_piece(f"{style.title}, {FORM}", seed)
        after = tried(varied, before, words)
        if after is None:  # nothing there that could become so
            continue
        asked += 1
        right += DIRECTIONS[words](before, after)
    assert asked >= 0.7 * len(planner.repertoire.styles)
    assert right >= 0.95 * asked


@pytest.mark.parametrize("words", ["down a tone", "up a fourth", "in B minor", "to E flat major"])
def test_a_piece_in_another_key_follows_its_chords_as_before(
    words: str, planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    """Nearly as many notes of the chords and the bass belong to the chord that sounds as before; colours may not."""
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title}, {FORM}", 3)
        after = tried(varied, before, words)
        if after is None:  # it was in that key
            continue
        for role in (Role.CHORDS, Role.BASS):
            assert in_chord(after, role) >= in_chord(before, role) - 0.12, (style.id, role)
        assert [len(notes(after, part.role)) for part in before.score.parts] == pytest.approx(
            [len(part.notes) for part in before.score.parts], abs=3
        )


def test_a_section_in_a_key_of_its_own_moves_with_the_piece(make_piece: PieceMaker, varied: Varier) -> None:
    pieces = (make_piece(f"pop in C major, {FORM}", seed) for seed in range(2, 20))
    before = next(piece for piece in pieces if not any(one.key for one in piece.plan.sections))  # none lifted by itself
    lifted = varied(before, "last chorus up a semitone")
    assert [one.key and str(one.key) for one in lifted.plan.sections if one.name in CHORUSES] == [None, "Db major"]
    assert str(lifted.plan.key) == "C major"
    down = varied(lifted, "down a tone")
    assert [one.key and str(one.key) for one in down.plan.sections if one.name in CHORUSES] == [None, "B major"]
    assert str(down.plan.key) == "Bb major"
    assert in_chord(down, Role.CHORDS, ("chorus 2",)) >= in_chord(lifted, Role.CHORDS, ("chorus 2",)) - 0.03


def in_chord(piece: Piece, role: Role, sections: tuple[str, ...] = ()) -> float:
    found = notes(piece, role, sections)
    fitting = 0
    for note in found:
        span = piece.chord_at(
            note.start_ticks + note.duration_ticks // 2
        )  # a note that comes early is of the next chord
        fitting += bool(span and span.chord and note.midi_note % 12 in span.chord.pitch_classes)
    return fitting / len(found)


def test_minor_takes_the_major_thirds_away(planner: Planner, make_piece: PieceMaker, varied: Varier) -> None:
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title} in C major, {FORM}", 2)
        after = varied(before, "make it minor")
        assert after.plan.key.mode is Mode.MINOR
        pitches = [note.midi_note % 12 for role in (Role.CHORDS, Role.MELODY) for note in notes(after, role)]
        assert pitches.count(3) > pitches.count(4), style.id


@pytest.mark.parametrize("chords", ["F G Am", "Dm7 G7 Cmaj7", "Ab Eb Bb Fm"])
def test_other_chords_are_found_bar_by_bar_in_all_parts(
    chords: str, planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title}, {FORM}", 2)
        after = varied(before, f"change the chorus chords to {chords}")
        section = next(section for section in after.plan.sections if section.name == "chorus 1")
        spans = [after.chord_at((section.start_bar - 1 + bar) * after.bar_ticks) for bar in range(section.n_bars)]
        roots = [span.chord.root for span in spans if span and span.chord]
        wanted = [symbol.removesuffix("maj7").rstrip("m7") for symbol in chords.split()]
        assert roots == [wanted[bar % len(wanted)] for bar in range(section.n_bars)]
        for role, least in ((Role.CHORDS, 0.97), (Role.BASS, 0.6)):  # less only where the style anticipates
            kept = min(least, in_chord(before, role, CHORUSES) - 0.12)
            assert in_chord(after, role, CHORUSES) >= kept, (style.id, role)
        strong = [n for n in notes(after, Role.MELODY, CHORUSES) if n.start_ticks % after.bar_ticks < 60]
        in_tune = [n.midi_note % 12 in after.chord_at(n.start_ticks + 40).chord.pitch_classes for n in strong]  # type: ignore[union-attr]
        assert all(in_tune), style.id
        for part in before.score.parts:  # the rhythm stays; a voice more or less where two meet
            gone = starts(before, part.role) - starts(after, part.role)
            assert len(gone) <= 0.02 * len(part.notes), (style.id, part.role)


def starts(piece: Piece, role: Role) -> set[int]:
    return {note.start_ticks for note in notes(piece, role)}


def test_half_time_brings_the_backbeat_half_as_often(make_piece: PieceMaker, varied: Varier) -> None:
    """In common time the snare on two and four comes on three; hats go on as they were."""
    for style in ("pop", "rock", "blues"):
        before = make_piece(f"{style} in 4/4, {FORM}", 2)
        after = varied(before, "half-time chorus")
        was, now = (backbeats(piece) for piece in (before, after))
        assert max(set(was), key=was.count) in (1, 3), style
        assert max(set(now), key=now.count) == 2, style
        assert notes(after, Role.DRUMS, CHORUSES, HATS) == notes(before, Role.DRUMS, CHORUSES, HATS)


def backbeats(piece: Piece) -> list[int]:
    section = next(section for section in piece.plan.sections if section.name == "chorus 1")
    last = (section.start_bar - 2 + section.n_bars) * piece.bar_ticks
    found = notes(piece, Role.DRUMS, ("chorus 1",), (DRUM_NOTES["snare"], DRUM_NOTES["clap"]))
    return [round(n.start_ticks % piece.bar_ticks / 960) for n in found if n.start_ticks < last and n.velocity > 60]


def test_swing_moves_what_lies_between_the_beats_and_nothing_on_them(
    planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title} in 4/4, {FORM}", 1)
        straight = varied(before, "straight feel") if swing_of(None, style) else before
        swung = varied(straight, "swing it")
        assert swung.plan.swing is not None
        assert swung.plan.swing > 0.3
        unit = style.swing_unit.ticks
        late = [lateness(piece, unit) for piece in (straight, swung)]
        assert late[1] > late[0] + 0.05 * unit, style.id


def lateness(piece: Piece, unit: int) -> float:
    """Return how far behind the straight off-beat the hits near it come, in ticks on average."""
    found = [note.start_ticks % (2 * unit) - unit for note in notes(piece, Role.DRUMS)]
    near = [gap for gap in found if -unit / 4 < gap < unit / 4]
    return mean(near) if near else 0.0


@pytest.mark.parametrize("words", ["add strings", "add a flute in the chorus"])
def test_a_part_that_joins_in_plays_where_it_is_asked_for(
    words: str, planner: Planner, make_piece: PieceMaker, varied: Varier
) -> None:
    n_joined = 0
    for style in planner.repertoire.styles.values():
        before = make_piece(f"{style.title}, just drums, bass, piano, {FORM.partition(', with')[0]}", 2)
        after = varied(before, words)
        fresh = [part for part in after.score.parts if before.part(part.role) is None]
        (joined,) = fresh
        assert joined.notes, style.id
        assert joined.channel not in {part.channel for part in before.score.parts}
        for part in before.score.parts:
            assert after.part(part.role) == part
        if "chorus" in words:
            meant = bars_of(after, CHORUSES)
            assert {note.start_ticks // after.bar_ticks + 1 for note in joined.notes} <= meant
        n_joined += 1
    assert n_joined == len(planner.repertoire.styles)


def test_drums_come_back_where_they_rested(make_piece: PieceMaker, varied: Varier) -> None:
    before = make_piece(f"pop, {FORM}", 2)
    rested = varied(before, "no drums in verse 1")
    back = varied(rested, "add drums in verse 1")
    assert notes(back, Role.DRUMS) == notes(before, Role.DRUMS)


def test_swapped_instruments_play_the_same_notes_as_far_as_they_have_them(
    make_piece: PieceMaker, varied: Varier
) -> None:
    before = make_piece(f"pop, {FORM}", 2)
    after = varied(before, "swap piano for Rhodes")
    part = after.part(Role.CHORDS)
    assert part is not None
    assert part.instrument == "rhodes"
    assert [note.midi_note % 12 for note in part.notes] == [n.midi_note % 12 for n in notes(before, Role.CHORDS)]
