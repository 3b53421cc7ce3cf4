"""What differs between two scores, told by part and section."""

from dataclasses import replace

from music.chord import Chord
from music.instrument import Role
from music.pitch import parse_key
from music.score import ChordSpan, Note, Part, PartMix, Score, Section
from music.score_diff import NotesDifference, compare_scores
from music.time import TimeSignature

BAR = 3840


def a_part(role: Role, *notes: Note, instrument: str = "piano", mix: PartMix | None = None) -> Part:
    return Part(role=role, name=role.value, instrument=instrument, channel=0, notes=notes, mix=mix or PartMix())


def a_score(*parts: Part, lengths: tuple[int, int] = (2, 2), **fields: object) -> Score:
    intro, verse = lengths
    score = Score(
        title="Test", tempo_bpm=120.0, time_signature=TimeSignature(4, 4), key=parse_key("C major"),
        n_bars=intro + verse, chords=(ChordSpan(start_ticks=0, duration_ticks=8 * BAR, chord=Chord("C", "maj")),),
        sections=(
            Section(name="intro", start_bar=1, n_bars=intro, energy=0.4),
            Section(name="verse", start_bar=1 + intro, n_bars=verse, energy=0.5),
        ),
        parts=parts,
    )  # fmt: skip
    return replace(score, **fields)  # type: ignore[arg-type]  # fields of Score


FIRST, SECOND, THIRD = Note(0, 900, 60, 80), Note(BAR, 900, 64, 80), Note(2 * BAR, 900, 67, 80)
PIANO = a_part(Role.CHORDS, FIRST, SECOND, THIRD)


def test_the_same_score_differs_in_nothing() -> None:
    found = compare_scores(a_score(PIANO), a_score(PIANO))
    assert (found.lines, found.notes) == ((), ())


def test_notes_are_told_by_what_became_of_them_in_their_section() -> None:
    other = a_part(
        Role.CHORDS,
        FIRST._replace(velocity=40),
        SECOND._replace(start_ticks=BAR + 240),
        THIRD._replace(midi_note=69),
        Note(3 * BAR, 900, 72, 80),
    )
    found = compare_scores(a_score(PIANO), a_score(other))
    assert found.notes == (
        NotesDifference(role=Role.CHORDS, section="intro", struck=1, moved=1),
        NotesDifference(role=Role.CHORDS, section="verse", repitched=1, added=1),
    )
    assert found.lines == (
        (
            "chords: 1 note moved, 1 note with another velocity or length in intro; "
            "1 note added, 1 note with another pitch in verse"
        ),
    )


def test_a_longer_section_is_compared_by_its_end_and_moves_the_others_in_silence() -> None:
    moved = a_part(Role.CHORDS, *(note._replace(start_ticks=note.start_ticks + 2 * BAR) for note in PIANO.notes))
    found = compare_scores(a_score(PIANO), a_score(moved, lengths=(4, 2)))
    assert found.lines == ("bars: 4, now 6", "length: 8.0 s, now 12.0 s", "intro: 2 bars, now 4")
    assert found.notes == ()


def test_tempo_key_chords_players_and_mix_are_told() -> None:
    before = a_score(PIANO, a_part(Role.BASS, FIRST))
    softer = a_part(Role.CHORDS, *PIANO.notes, instrument="rhodes", mix=PartMix(gain_db=-3.0, pan=0.5))
    after = a_score(
        softer, a_part(Role.PAD, FIRST), tempo_bpm=90.0, key=parse_key("A minor"),
        chords=(ChordSpan(start_ticks=0, duration_ticks=4 * BAR, chord=Chord("A", "min")),),
    )  # fmt: skip
    lines = compare_scores(before, after).lines
    assert lines[:3] == ("tempo: 120 BPM, now 90 BPM", "key: C major, now A minor", "length: 8.0 s, now 10.7 s")
    assert "chords of verse: C:maj, now A:min" in lines
    assert "chords: piano, now rhodes" in lines
    assert "chords: -3.0 dB, pan +0.00, now +0.50" in lines
    assert "bass: piano is left out" in lines
    assert "pad: piano joins in, 1 notes" in lines
