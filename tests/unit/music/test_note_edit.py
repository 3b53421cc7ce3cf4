"""Edits of notes: what they do to time, pitch, loudness and length, and what they leave alone."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import note_edit
from music.note_text import NoteRow, parse_edits
from music.pitch import Key, Mode, parse_key

QUARTER = 1920
BARS = tuple(range(0, 9 * 4 * QUARTER, 4 * QUARTER))  # eight bars of 4/4, and the start of the next
LENGTH = BARS[-1]
GRIDS = ("1/4", "1/4T", "1/4.", "1/8", "1/8T", "1/8.", "1/16", "1/16T", "1/32")

NOTES = st.lists(
    st.builds(
        NoteRow,
        st.integers(0, LENGTH - 1),
        st.integers(1, 4 * QUARTER),
        st.integers(24, 96),
        st.integers(1, 127),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=30,
).map(tuple)


def _at(*starts: float) -> tuple[NoteRow, ...]:
    return tuple(NoteRow(round(start * QUARTER), QUARTER // 2, 60, 90, 1) for start in starts)


def _starts(notes: tuple[NoteRow, ...]) -> list[float]:
    return [note.start_ticks / QUARTER for note in notes]


def _quantised(notes: tuple[NoteRow, ...], grid: str, **how: float) -> tuple[NoteRow, ...]:
    return note_edit.quantise(notes, bar_ticks=BARS, length_ticks=LENGTH, grid=grid, **how)  # type: ignore[arg-type]


def test_grids_are_straight_triplets_and_dotted() -> None:
    assert [note_edit.parse_grid(grid) for grid in ("1/4", "1/8T", "1/8.", "1/16")] == [1920, 640, 1440, 480]
    for wrong in ("1/5", "2/4", "", "1/4x", "T"):
        with pytest.raises(ValueError, match="a grid is written"):
            note_edit.parse_grid(wrong)


def test_quantising_moves_to_the_nearest_step() -> None:
    assert _starts(_quantised(_at(0.1, 0.9, 1.3, 3.95), "1/4")) == [0, 1, 1, 4]
    assert _starts(_quantised(_at(0.3, 0.7), "1/8T")) == pytest.approx([1 / 3, 2 / 3])


def test_a_grid_begins_anew_with_each_bar() -> None:
    bars = (0, round(3.5 * QUARTER), 7 * QUARTER)  # 7/8
    moved = note_edit.quantise(_at(3.6, 4.4), bar_ticks=bars, length_ticks=7 * QUARTER, grid="1/4")
    assert _starts(moved) == [3.5, 4.5]


def test_swing_lets_every_second_step_come_late() -> None:
    assert _starts(_quantised(_at(0, 0.5, 1, 1.5), "1/8", swing_percent=75)) == [0, 0.75, 1, 1.75]
    assert _starts(_quantised(_at(0, 0.27, 0.5, 0.72), "1/16", swing_percent=60)) == pytest.approx([0, 0.3, 0.5, 0.8])


def test_the_ends_are_quantised_only_if_asked() -> None:
    note = (NoteRow(100, 1700, 60, 90, 1),)
    assert _quantised(note, "1/4")[0].length_ticks == 1700
    assert _quantised(note, "1/4", with_ends=True)[0][:2] == (0, 1920)


@given(NOTES, st.sampled_from(GRIDS), st.floats(50, 75))
def test_quantising_twice_is_quantising_once(notes: tuple[NoteRow, ...], grid: str, swing: float) -> None:
    once = _quantised(notes, grid, swing_percent=swing)
    assert _quantised(once, grid, swing_percent=swing) == once


@given(NOTES, st.sampled_from(GRIDS), st.floats(0, 1))
def test_strength_goes_part_of_the_way(notes: tuple[NoteRow, ...], grid: str, strength: float) -> None:
    for note, whole, part in zip(
        notes, _quantised(notes, grid), _quantised(notes, grid, strength=strength), strict=True
    ):
        assert 0 <= part.start_ticks < LENGTH
        if whole.start_ticks != note.start_ticks:  # else it lies on the grid, or the grid lies outside of the region
            way = whole.start_ticks - note.start_ticks
            assert part.start_ticks - note.start_ticks == pytest.approx(strength * way, abs=0.5)
        assert part[1:] == note[1:]


@given(NOTES, st.integers(-24, 24))
def test_transposing_there_and_back_leaves_all_as_it_was(notes: tuple[NoteRow, ...], semitones: int) -> None:
    there = note_edit.transpose(notes, semitones)
    assert note_edit.transpose(there, -semitones) == notes
    assert [new.midi_note - old.midi_note for new, old in zip(there, notes, strict=True)] == [semitones] * len(notes)


def test_a_pitch_that_midi_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 127"):
        note_edit.transpose(_at(0), 70)


@given(NOTES, st.sampled_from(list(Mode)), st.sampled_from(["C", "F#", "Bb"]), st.integers(-10, 10))
def test_notes_of_a_key_stay_in_it_when_moved_by_its_steps(
    notes: tuple[NoteRow, ...], mode: Mode, tonic: str, steps: int
) -> None:
    key = Key(tonic, mode)
    in_key = tuple(note for note in notes if note.midi_note % 12 in key.scale)
    moved = note_edit.transpose_in_key(in_key, key, steps)
    assert all(note.midi_note % 12 in key.scale for note in moved)
    assert note_edit.transpose_in_key(moved, key, -steps) == in_key


def test_a_third_up_in_c_major_and_an_octave_in_seven_steps() -> None:
    notes = tuple(note._replace(midi_note=pitch) for note, pitch in zip(_at(0, 1, 2), (60, 62, 71), strict=True))
    key = parse_key("C major")
    assert [note.midi_note for note in note_edit.transpose_in_key(notes, key, 2)] == [64, 65, 74]
    assert [note.midi_note for note in note_edit.transpose_in_key(notes, key, 7)] == [72, 74, 83]


def test_a_humanised_part_drifts_and_keeps_chords_together() -> None:
    notes = tuple(NoteRow(index * QUARTER // 4, 100, pitch, 80, 1) for index in range(4000) for pitch in (48, 60, 67))
    played = note_edit.humanise(notes, timing_ticks=20.0, velocity=8.0, seed=7, length_ticks=4000 * QUARTER)
    late = [new.start_ticks - old.start_ticks for new, old in zip(played, notes, strict=True)]
    assert statistics.stdev(late) == pytest.approx(20.0, rel=0.1)
    assert statistics.stdev(note.velocity for note in played) == pytest.approx(8.0, rel=0.1)
    chords = [late[index : index + 3] for index in range(0, len(late), 3)]
    within = statistics.mean(statistics.stdev(chord) for chord in chords)
    assert within < 0.5 * 20.0  # 0.35 of it is each note's own
    means = [statistics.mean(chord) for chord in chords]
    assert statistics.correlation(means[:-1], means[1:]) > 0.5  # 0.75 is carried over, less each note's own


@given(NOTES, st.integers(0, 1000))
def test_humanising_is_repeatable_and_stays_inside(notes: tuple[NoteRow, ...], seed: int) -> None:
    first = note_edit.humanise(notes, timing_ticks=50, velocity=20, seed=seed, length_ticks=LENGTH)
    assert first == note_edit.humanise(notes, timing_ticks=50, velocity=20, seed=seed, length_ticks=LENGTH)
    for new, old in zip(first, notes, strict=True):
        assert 0 <= new.start_ticks < LENGTH
        assert 1 <= new.velocity <= 127
        assert (new.length_ticks, new.midi_note, new.channel) == (old.length_ticks, old.midi_note, old.channel)


def test_velocities_are_scaled_set_compressed_ramped_and_accented() -> None:
    notes = tuple(
        note._replace(velocity=velocity) for note, velocity in zip(_at(0, 1, 2, 3), (40, 60, 80, 100), strict=True)
    )

    def velocities(changed: tuple[NoteRow, ...]) -> list[int]:
        return [note.velocity for note in changed]

    assert velocities(note_edit.scale_velocity(notes, 1.5)) == [60, 90, 120, 127]
    assert velocities(note_edit.scale_velocity(notes, 0)) == [1] * 4
    assert velocities(note_edit.set_velocity(notes, 64)) == [64] * 4
    assert velocities(note_edit.compress_velocity(notes, 0.5)) == [55, 65, 75, 85]
    assert velocities(note_edit.ramp_velocity(notes, 10, 100)) == [10, 40, 70, 100]
    accented = note_edit.accent_velocity(notes, (1.0, 0.5), bar_ticks=BARS, grid="1/4")
    assert velocities(accented) == [40, 30, 80, 50]


def test_legato_reaches_to_the_next_note_of_the_channel_and_the_last_to_the_end() -> None:
    notes = (*_at(0, 0, 1, 3), _at(2)[0]._replace(channel=2))
    lengths = [
        note.length_ticks / QUARTER for note in note_edit.make_legato(notes, gap_ticks=0, length_ticks=4 * QUARTER)
    ]
    assert lengths == [1, 1, 2, 1, 2]
    assert note_edit.make_legato(_at(0, 1), gap_ticks=3 * QUARTER, length_ticks=4 * QUARTER)[0].length_ticks == 1


@given(NOTES, st.floats(0.01, 10))
def test_lengths_are_set_and_scaled_to_a_tick_at_least(notes: tuple[NoteRow, ...], factor: float) -> None:
    for new, old in zip(note_edit.scale_lengths(notes, factor), notes, strict=True):
        assert new.length_ticks == pytest.approx(max(1, old.length_ticks * factor), abs=0.5)
    assert {note.length_ticks for note in note_edit.set_lengths(notes, 7)} == {7}


def test_an_edit_changes_what_it_says_and_nothing_else() -> None:
    (edit,) = parse_edits("0 C4 velocity=80 pitch=D4")
    note = NoteRow(5, 10, 60, 90, 3)
    assert note_edit.edited(note, edit, None) == NoteRow(5, 10, 62, 80, 3)
    assert note_edit.edited(note, edit, 77).start_ticks == 77
