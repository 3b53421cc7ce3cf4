"""Requests about given music: what the words ask for, what comes from the clip, and what cannot be met."""

from dataclasses import replace

import pytest

from music.clip import Clip, ClipTrack
from music.errors import RequestInvalid
from music.given import Task
from music.instrument import Role
from music.pitch import Key, Mode
from music.score import Note
from music.time import TimeSignature
from workflows.planner import GivenWish, Planned, Planner, read_flags
from workflows.planner.given_words import read_given_role, read_task

BAR = 3840
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def melody_track(n_bars: int = 4) -> ClipTrack:
    """Return a tune in C major that begins and ends on C."""
    pitches = [60, 64, 67, 64, 65, 69, 67, 65, 67, 71, 74, 71, 72, 67, 64, 60]
    notes = [
        Note(beat * 960, 900, 60 if beat == 4 * n_bars - 1 else pitches[beat % 16], 80) for beat in range(4 * n_bars)
    ]
    return ClipTrack(name="", channel=0, program=73, notes=tuple(notes))


def drum_track(n_bars: int = 4) -> ClipTrack:
    notes = []
    for bar in range(n_bars):
        notes += [Note(bar * BAR + at, 100, 36, 100) for at in (0, 2400)]
        notes += [Note(bar * BAR + at, 100, 38, 100) for at in (960, 2880)]
        notes += [Note(bar * BAR + at * 480, 100, 42, 70) for at in range(8)]
    return ClipTrack(name="", channel=9, program=None, notes=tuple(sorted(notes)))


def clip_of(*tracks: ClipTrack, n_bars: int = 4, tempo_bpm: float = 97.0) -> Clip:
    return Clip(
        name="idea.mid",
        tempo_bpm=tempo_bpm,
        time_signature=TimeSignature(4, 4),
        signature_fifths=None,
        n_bars=n_bars,
        tracks=tracks,
    )


def made(planner: Planner, words: str, clip: Clip, *, task: Task | None = None, **options: object) -> Planned:
    flags = read_flags(planner.vocabulary, **options)  # type: ignore[arg-type]  # the options of a request
    return planner.by_rules(words, flags, seed=1, given=GivenWish(clip=clip, task=task))


@pytest.mark.parametrize(
    ("words", "task"),
    [
        ("continue this riff", Task.CONTINUE),
        ("go on from here, darker", Task.CONTINUE),
        ("extend the loop to 32 bars", Task.CONTINUE),
        ("harmonise this melody as jazz", Task.HARMONISE),
        ("reharmonize this tune", Task.HARMONISE),
        ("chords for this melody", Task.HARMONISE),
        ("a bass line to these drums", Task.PARTS),
        ("drums to this riff", Task.PARTS),
        ("add strings", Task.PARTS),
        ("write the missing parts", Task.PARTS),
        ("accompany my melody on guitar", Task.PARTS),
        ("something lazy", None),
    ],
)
def test_the_words_say_what_to_do(words: str, task: Task | None) -> None:
    assert read_task(words) is task


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("harmonise this melody", Role.MELODY),
        ("drums to this bass line", Role.BASS),
        ("a bass to these drums", Role.DRUMS),
        ("drums to this riff", None),
        ("continue my lazy chord progression", Role.CHORDS),
        ("add a melody", None),
    ],
)
def test_the_words_say_what_the_clip_is(words: str, role: Role | None) -> None:
    assert read_given_role(words) is role


def test_without_words_a_lone_melody_is_harmonised_drums_get_parts_and_a_band_goes_on(planner: Planner) -> None:
    for tracks, task in (
        ((melody_track(),), Task.HARMONISE),
        ((drum_track(),), Task.PARTS),
        ((melody_track(), drum_track()), Task.CONTINUE),
    ):
        given = made(planner, "lazy", clip_of(*tracks)).plan.given
        assert given is not None
        assert given.task is task
    given = made(planner, "harmonise this melody", clip_of(melody_track()), task=Task.CONTINUE).plan.given
    assert given is not None
    assert given.task is Task.CONTINUE


def test_key_tempo_metre_and_length_come_from_the_clip_and_are_told(planner: Planner) -> None:
    planned = made(planner, "harmonise this melody", clip_of(melody_track()))
    plan = planned.plan
    assert plan.key == Key("C", Mode.MAJOR)
    assert (plan.tempo_bpm, plan.n_bars) == (97.0, 4)
    assumed = {remark.field: remark.text for remark in planned.reading.assumed}
    assert "C major, found with a confidence of" in assumed["key"]
    assert assumed["tempo_bpm"] == "97 BPM, from idea.mid"
    assert "idea.mid: 4 bars with melody (16 notes); it is harmonised" in [
        remark.text for remark in planned.reading.assumed if remark.field == "given"
    ]
    assert "fitted to the notes of idea.mid" in assumed["chords"]
    assert planned.reading.unused == ()
    assert planned.reading.brief.key is None


def test_what_the_person_said_wins(planner: Planner) -> None:
    words = "harmonise this melody at 120 bpm in A minor with the chords Am F C G as jazz, without drums"
    planned = made(planner, words, clip_of(melody_track()))
    plan = planned.plan
    assert (plan.tempo_bpm, plan.key, plan.style) == (120.0, Key("A", Mode.MINOR), "jazz")
    assert [span.chord.label for span in plan.chords if span.chord] == ["A:min", "F:maj", "C:maj", "G:maj"]
    assert Role.DRUMS not in {part.role for part in plan.parts}
    assert any("A minor as asked; in the notes C major" in remark.text for remark in planned.reading.assumed)


@pytest.mark.parametrize(
    ("words", "n_bars", "remark"),
    [
        ("continue this", 12, "12 bars: 4 given, 8 new"),
        ("continue this, 16 bars", 16, "16 bars: 4 given, 12 new"),
        ("continue this for 4 bars", 8, "8 bars: 4 are added to the 4 given"),
    ],
)
def test_a_continuation_counts_the_given_bars_or_adds_to_them(
    planner: Planner, words: str, n_bars: int, remark: str
) -> None:
    planned = made(planner, words, clip_of(melody_track(), drum_track()))
    assert planned.plan.n_bars == n_bars
    assert planned.plan.sections[0].name == "given"
    assert planned.plan.sections[0].n_bars == 4
    assert remark in [told.text for told in planned.reading.assumed]


def test_given_parts_sound_as_their_programs_say_and_new_ones_as_cast(planner: Planner) -> None:
    planned = made(planner, "add upright bass", clip_of(melody_track(), drum_track()))
    players = {part.role: part.instrument for part in planned.plan.parts}
    assert players[Role.MELODY] == "flute"
    assert players[Role.BASS] == "upright_bass"
    assert set(players) == {Role.MELODY, Role.DRUMS, Role.BASS}


def test_only_what_was_asked_for_joins_and_without_a_name_all_that_is_missing(planner: Planner) -> None:
    asked = made(planner, "a bass line to these drums", clip_of(drum_track()))
    assert {part.role for part in asked.plan.parts} == {Role.DRUMS, Role.BASS}
    missing = made(planner, "pop, write the missing parts", clip_of(drum_track()))
    assert {part.role for part in missing.plan.parts} >= {Role.DRUMS, Role.BASS, Role.CHORDS, Role.MELODY}


def test_a_given_part_that_is_not_wanted_stays_out_and_that_is_told(planner: Planner) -> None:
    planned = made(planner, "continue this without drums", clip_of(melody_track(), drum_track()))
    assert {part.role for part in planned.plan.parts} == {Role.MELODY}
    assert any("is not wanted and stays out" in remark.text for remark in planned.reading.conflicts)


@pytest.mark.parametrize(
    ("words", "bars", "message"),
    [
        ("harmonise this in 3/4", None, "in 4/4 and is kept note for note; 3/4 cannot be made"),
        ("harmonise this melody", 2, "has 4 bars and is kept whole; ask for at least as many"),
        ("harmonise this without melody", None, "holds only melody, which was excluded"),
        ("add a melody", None, "has melody already"),
    ],
)
def test_what_cannot_be_met_names_the_next_step(planner: Planner, words: str, bars: int | None, message: str) -> None:
    with pytest.raises(RequestInvalid, match=message):
        made(planner, words, clip_of(melody_track()), bars=bars)


def test_more_tracks_than_roles_are_joined_and_told(planner: Planner) -> None:
    tracks = [replace(melody_track(), channel=channel, name="Lead") for channel in range(7)]
    moved = [
        replace(track, notes=tuple(note._replace(midi_note=note.midi_note + i) for note in track.notes))
        for i, track in enumerate(tracks)
    ]
    planned = made(planner, "continue this", clip_of(*moved))
    given = planned.plan.given
    assert given is not None
    assert any("joined with others of their role" in remark.text for remark in planned.reading.assumed)
    assert sum(len(part.notes) for part in given.parts) == len({note for track in moved for note in track.notes})


@pytest.mark.parametrize(
    ("words", "tempo_bpm"), [("slower", 86), ("fast", 110), ("double time", 194), ("at 90 bpm", 90)]
)
def test_a_word_for_the_tempo_is_meant_beside_the_clips(planner: Planner, words: str, tempo_bpm: float) -> None:
    assert made(planner, f"harmonise this melody, {words}", clip_of(melody_track())).plan.tempo_bpm == tempo_bpm


def test_an_instrument_that_was_asked_for_plays_one_part(planner: Planner) -> None:
    parts = made(planner, "reggae organ to this groove", clip_of(drum_track())).plan.parts
    assert [part.instrument for part in parts].count("organ") == 1
    assert len(parts) == 2


def test_the_clips_notices_are_told(planner: Planner) -> None:
    clip = replace(clip_of(melody_track()), notices=("the file names no tempo; 120 BPM is what that means",))
    assert made(planner, "harmonise this", clip).notices == clip.notices
