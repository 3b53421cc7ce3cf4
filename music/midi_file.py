"""Scores as standard MIDI files (format 1), and back.

The first track holds tempo, metre, a key signature wherever the key changes, and a marker per section; each part has a
track of its own, with a lyric event before each note that begins a syllable; a hyphen at its end says that the word
goes on. The same score always gives the same bytes, and every track ends exactly where the score ends.
Source: Standard MIDI Files 1.0 (RP-001).
"""

import io
import math
from collections.abc import Mapping

import mido

from music.instrument import Instrument
from music.pitch import Key, spell_tonic
from music.plan import Plan
from music.score import Lyric, Note, Part, PartMix, Score, keys_by_bar
from music.time import TICKS_PER_QUARTER

_VOLUME, _PAN, _REVERB, _BANK_HIGH, _BANK_LOW = 7, 10, 91, 0, 32
_HIGHEST_FIFTHS = 7
_SOUNDFONT_KIT_BANK = 128  # SoundFont 2.04, section 7.2
# Order of messages at one tick: settings, then note ends, then the syllable of the note that starts.
_SETTING, _NOTE_END, _LYRIC, _NOTE_START = 0, 1, 2, 3


def score_to_midi(score: Score, instruments: Mapping[str, Instrument]) -> bytes:
    """Write all parts, with volume, pan and reverb as in the mix; KeyError for an unknown instrument."""
    tracks = [_conductor_track(score)]
    tracks += [_part_track(score, part, instruments, with_mix_controls=True) for part in score.parts]
    return _to_bytes(tracks)


def part_to_midi(
    score: Score, part: Part, instruments: Mapping[str, Instrument], *, with_mix_controls: bool = False
) -> bytes:
    """Write one part with its program, under the score's tempo and metre; KeyError for an unknown instrument.

    A drum kit's program comes with the bank in which SoundFonts keep kits: synthesizers know that channel 10 plays
    drums and pay no heed to it, but Ardour shows the name of the sound that it finds there.
    """
    return _to_bytes(
        [
            _conductor_track(score),
            _part_track(score, part, instruments, with_mix_controls=with_mix_controls, kit_bank=_SOUNDFONT_KIT_BANK),
        ]
    )


def score_from_midi(midi: bytes, plan: Plan) -> Score:
    """Read back the score that ``score_to_midi`` wrote for a plan: its notes, under the plan's tempo, chords and form.

    ValueError when the file's tracks are not the plan's parts, or a note starts twice, never ends or never started.
    """
    tracks = mido.MidiFile(file=io.BytesIO(midi), charset="utf-8").tracks[1:]
    if len(tracks) != len(plan.parts):
        raise ValueError(f"the file has {len(tracks)} parts, its plan has {len(plan.parts)}")
    return Score(
        title=plan.title,
        tempo_bpm=plan.tempo_bpm,
        time_signature=plan.time_signature,
        key=plan.key,
        n_bars=plan.n_bars,
        sections=plan.sections,
        chords=plan.chords,
        parts=tuple(
            Part(
                role=planned.role,
                name=str(track.name),
                instrument=planned.instrument,
                channel=next(message.channel for message in track if message.type == "program_change"),
                notes=_track_notes(track),
                mix=planned.mix,
                lyrics=_track_lyrics(track),
            )
            for track, planned in zip(tracks, plan.parts, strict=True)
        ),
    )


def _conductor_track(score: Score) -> mido.MidiTrack:
    signature = score.time_signature
    metas = [
        mido.MetaMessage("track_name", name=_plain(score.title)),
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.tempo_bpm)),
        mido.MetaMessage(
            "time_signature",
            numerator=signature.beats,
            denominator=signature.unit,
            clocks_per_click=max(1, (3 if signature.is_compound else 1) * 96 // signature.unit),
        ),
    ]
    events = [(0, _SETTING, meta) for meta in metas]
    for bar, key in keys_by_bar(score.key, score.sections):
        at = (bar - 1) * signature.ticks_per_bar
        events.append((at, _SETTING, mido.MetaMessage("key_signature", key=_key_signature(key))))
    for section in score.sections:
        at = (section.start_bar - 1) * signature.ticks_per_bar
        events.append((at, _SETTING, mido.MetaMessage("marker", text=_plain(section.name))))
    return _track(events, score.length_ticks)


def _part_track(
    score: Score,
    part: Part,
    instruments: Mapping[str, Instrument],
    *,
    with_mix_controls: bool,
    kit_bank: int | None = None,
) -> mido.MidiTrack:
    channel, voice = part.channel, instruments[part.instrument].general_midi
    settings: list[mido.Message | mido.MetaMessage] = [mido.MetaMessage("track_name", name=_plain(part.name))]
    bank = kit_bank if voice.is_drum_kit else voice.bank
    if bank is not None:
        high, low = divmod(bank, 128)
        settings.append(mido.Message("control_change", channel=channel, control=_BANK_HIGH, value=high))
        settings.append(mido.Message("control_change", channel=channel, control=_BANK_LOW, value=low))
    settings.append(mido.Message("program_change", channel=channel, program=voice.program))
    if with_mix_controls:
        settings += [
            mido.Message("control_change", channel=channel, control=control, value=value)
            for control, value in _mix_controls(part.mix, instruments[part.instrument].general_midi_gain_db)
        ]
    events = [(0, _SETTING, setting) for setting in settings]
    for start, duration, midi_note, velocity in part.notes:
        on = mido.Message("note_on", channel=channel, note=midi_note, velocity=velocity)
        off = mido.Message("note_off", channel=channel, note=midi_note, velocity=64)
        events.append((start, _NOTE_START, on))
        events.append((start + duration, _NOTE_END, off))
    events += [(at, _LYRIC, mido.MetaMessage("lyrics", text=_plain(text))) for at, text in part.lyrics]
    return _track(events, score.length_ticks)


def _mix_controls(mix: PartMix, gain_db: float) -> tuple[tuple[int, int], ...]:
    """Turn a part's mix into General MIDI controls: volume follows 40 log10 (value / 127), pan is 64 in the centre.

    ``gain_db`` is what makes the sound that stands in for the part as loud as the part itself.

    Source: General MIDI 2, controllers 7 and 10 (RP-024, recommended curves). Unity gain is set at 112, which leaves
    1 dB above it; a reverb send of 0 dB is 127.
    """
    volume = round(112 * 10 ** ((mix.gain_db + gain_db) / 40))
    pan = 64 + math.floor(63 * mix.pan + 0.5)
    reverb = 0 if mix.reverb_send_db is None else round(127 * 10 ** (mix.reverb_send_db / 40))
    return ((_VOLUME, _within(volume)), (_PAN, _within(pan)), (_REVERB, _within(reverb)))


def _within(value: int) -> int:
    return max(0, min(127, value))


def _key_signature(key: Key) -> str:
    """Return the signature as MIDI files name it; a mode is written as the major or minor key with its accidentals."""
    fifths = key.signature_fifths
    if abs(fifths) > _HIGHEST_FIFTHS:
        fifths = Key(spell_tonic(key.pitch_class, key.mode), key.mode).signature_fifths
    names = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"]
    minors = ["Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#"]
    return f"{minors[fifths + 7]}m" if key.mode.is_minor else names[fifths + 7]


def _track(events: list[tuple[int, int, mido.Message | mido.MetaMessage]], end_ticks: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    now = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):
        message.time = at - now
        now = at
        track.append(message)
    track.append(mido.MetaMessage("end_of_track", time=end_ticks - now))
    return track


def _to_bytes(tracks: list[mido.MidiTrack]) -> bytes:
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.extend(tracks)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _plain(text: str) -> str:
    """Drop what no text event can hold: control characters."""
    return "".join(character for character in text if character.isprintable())


def _track_notes(track: mido.MidiTrack) -> tuple[Note, ...]:
    now, sounding, notes = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            if message.note in sounding:
                raise ValueError(
                    f"track {track.name!r}: note {message.note} starts again at tick {now} before it ended"
                )
            sounding[message.note] = (now, message.velocity)
        elif message.type in ("note_on", "note_off"):
            if message.note not in sounding:
                raise ValueError(f"track {track.name!r}: note {message.note} ends at tick {now} but never started")
            start, velocity = sounding.pop(message.note)
            notes.append(Note(start, now - start, message.note, velocity))
    if sounding:
        raise ValueError(f"track {track.name!r}: notes {sorted(sounding)} never end")
    return tuple(sorted(notes, key=lambda note: (note.start_ticks, note.midi_note)))


def _track_lyrics(track: mido.MidiTrack) -> tuple[Lyric, ...]:
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type == "lyrics":
            found.append(Lyric(now, message.text))
    return tuple(found)
