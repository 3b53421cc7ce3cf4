"""MIDI files of anybody's as clips: what is read, what is mended and told, and what is refused."""

import io
import random

import mido
import pytest

from music.clip import read_clip
from music.clip.reading import MOST_BYTES
from music.errors import RequestInvalid
from music.score import Note
from music.time import TimeSignature

Event = tuple[int, str, int, int]  # tick, "on" or "off", note, velocity


def midi_file(
    tracks: list[list[mido.Message | mido.MetaMessage]], *, ticks_per_beat: int = 480, file_type: int = 1
) -> bytes:
    file = mido.MidiFile(type=file_type, ticks_per_beat=ticks_per_beat)
    for messages in tracks:
        file.tracks.append(mido.MidiTrack(messages))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def line(*notes: tuple[int, int, int], channel: int = 0, velocity: int = 80) -> list[mido.Message | mido.MetaMessage]:
    """Return a track's messages of (start, length, note) in ticks of the file."""
    events: list[tuple[int, int, mido.Message]] = []
    for start, length, note in notes:
        events.append((start, 1, mido.Message("note_on", channel=channel, note=note, velocity=velocity)))
        events.append((start + length, 0, mido.Message("note_off", channel=channel, note=note)))
    messages: list[mido.Message | mido.MetaMessage] = []
    now = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):
        messages.append(message.copy(time=at - now))
        now = at
    return messages


def test_notes_come_in_our_ticks_with_tempo_metre_key_names_and_programs() -> None:
    conductor = [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(96)),
        mido.MetaMessage("time_signature", numerator=3, denominator=4),
        mido.MetaMessage("key_signature", key="Eb"),
    ]
    keys = [mido.MetaMessage("track_name", name="Keys"), mido.Message("program_change", program=4)]
    clip = read_clip(midi_file([conductor, [*keys, *line((0, 480, 60), (1440, 240, 63))]]), "a.mid")
    assert clip.tempo_bpm == pytest.approx(96, abs=0.01)
    assert clip.time_signature == TimeSignature(3, 4)
    assert clip.signature_fifths == -3
    (track,) = clip.tracks
    assert (track.name, track.program, track.is_drums) == ("Keys", 4, False)
    assert track.notes == (Note(0, 960, 60, 80), Note(2880, 480, 63, 80))
    assert clip.n_bars == 2
    assert clip.notices == ()


def test_one_track_with_several_channels_is_several_players() -> None:
    messages = [
        mido.Message("program_change", channel=1, program=33),
        *line((0, 240, 36), (480, 240, 38), channel=9),
        *line((0, 480, 40), channel=1),
    ]
    clip = read_clip(midi_file([messages], file_type=0), "a.mid")
    assert [(track.channel, track.program, track.is_drums) for track in clip.tracks] == [
        (1, 33, False),
        (9, None, True),
    ]


def test_a_pitch_that_starts_again_while_it_sounds_ends_there_and_that_is_told() -> None:
    clip = read_clip(midi_file([line((0, 960, 60), (480, 480, 60), (1440, 480, 60))]), "a.mid")
    assert clip.tracks[0].notes == (Note(0, 960, 60, 80), Note(960, 960, 60, 80), Note(2880, 960, 60, 80))
    assert any("started again" in notice for notice in clip.notices)


def test_a_note_without_an_end_ends_with_its_track() -> None:
    messages = [mido.Message("note_on", note=60, velocity=70), mido.MetaMessage("end_of_track", time=1920)]
    clip = read_clip(midi_file([messages]), "a.mid")
    assert clip.tracks[0].notes == (Note(0, 3840, 60, 70),)
    assert any("never end" in notice for notice in clip.notices)


def test_the_tempo_that_holds_longest_counts_and_the_others_are_told() -> None:
    tempi = [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(100)),
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(140), time=480),
    ]
    clip = read_clip(midi_file([tempi, line((0, 480, 60), (1440, 480, 62))]), "a.mid")
    assert clip.tempo_bpm == pytest.approx(140, abs=0.01)
    assert any("2 tempi" in notice for notice in clip.notices)


@pytest.mark.parametrize(
    ("last_end", "end_of_track", "n_bars"),
    [(1920, 0, 1), (1980, 0, 1), (2100, 0, 2), (1800, 3840 - 1800, 2), (1800, 100, 1), (1920, 40 * 1920, 1)],
)
def test_bars_are_counted_by_what_sounds_and_by_where_the_file_ends(
    last_end: int, end_of_track: int, n_bars: int
) -> None:
    """A last note released a little late starts no bar; a file that ends on a later bar line means the bars before."""
    messages = [*line((0, last_end, 60)), mido.MetaMessage("end_of_track", time=end_of_track)]
    assert read_clip(midi_file([messages]), "a.mid").n_bars == n_bars


def test_what_cannot_be_used_is_refused_with_the_next_step() -> None:
    metres = [
        mido.MetaMessage("time_signature", numerator=4, denominator=4),
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=1920),
    ]
    for midi, words in (
        (b"no MIDI at all", "cannot be read as a MIDI file"),
        (b"", "cannot be read as a MIDI file"),
        (midi_file([[]]), "holds no note"),
        (midi_file([metres, line((0, 3840, 60))]), "cut the file where the metre changes"),
        (midi_file([line(*((i * 10, 5, 60) for i in range(20_001)))]), "20001 notes; at most 20000"),
        (midi_file([line((0, 1, 60), (1920 * 600, 100, 60))]), "601 bars; at most 512"),
        (b"MThd" + bytes(MOST_BYTES), "bytes; a MIDI file of at most"),
        (midi_file([[mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(6)), *line((0, 480, 60))]]), "change it there"),
    ):
        with pytest.raises(RequestInvalid, match=words):
            read_clip(midi, "a.mid")


def test_damaged_files_are_refused_or_read_and_nothing_else() -> None:
    whole = midi_file([line(*((i * 240, 200, 60 + i % 12) for i in range(40)))])
    rng = random.Random(4)
    n_refused = 0
    for number in range(400):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            end = rng.randrange(1, len(damaged)) if number % 4 == 0 else len(damaged)
            clip = read_clip(bytes(damaged[:end]), "a.mid")
        except RequestInvalid:
            n_refused += 1
        else:
            assert clip.n_bars >= 1
    assert 0 < n_refused < 400
