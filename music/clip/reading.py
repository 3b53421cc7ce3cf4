"""MIDI files of anybody's as clips: whole bars of notes that can be played again, with an account of what was mended.

Source: Standard MIDI Files 1.0 (RP-001).
"""

import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import mido

from music.clip.clip import Clip, ClipTrack, without_overlaps
from music.errors import RequestInvalid
from music.names import shorten
from music.pitch import parse_key
from music.score import Note
from music.time import TEMPO_RANGE_BPM, TICKS_PER_QUARTER, TimeSignature

MOST_BYTES = 2_000_000
MOST_NOTES = 20_000
MOST_BARS = 512
_DEFAULT_US_PER_QUARTER = 500_000
_OVERHANG_TICKS = TICKS_PER_QUARTER // 4  # a last note released this late begins no further bar
_METRES_BARS = "cut the file where the metre changes, and give one of the pieces"


@dataclass(slots=True)
class _Raw:
    """What is gathered while the messages are read, times in the file's own ticks."""

    tempi: list[tuple[int, int]] = field(default_factory=list)
    metres: list[tuple[int, TimeSignature]] = field(default_factory=list)
    fifths: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    programs: dict[tuple[int, int], int] = field(default_factory=dict)
    notes: dict[tuple[int, int], list[tuple[int, int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    end: int = 0
    n_endless: int = 0


def read_clip(midi: bytes, name: str) -> Clip:
    """Read a MIDI file's content; ``name`` is what messages call it.

    Where several tempi follow each other the one that holds longest counts, and ``notices`` say so. RequestInvalid for
    what is no MIDI file, holds no note, is longer than can be worked on, or changes its metre.
    """
    shown = repr(shorten(name))
    if len(midi) > MOST_BYTES:
        raise RequestInvalid(f"{shown} has {len(midi)} bytes; a MIDI file of at most {MOST_BYTES} can be given")
    try:
        file = mido.MidiFile(file=io.BytesIO(midi), clip=True)
        raw = _gathered(file)
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise RequestInvalid(f"{shown} cannot be read as a MIDI file: {str(error) or type(error).__name__}") from error
    if file.type == 2 or file.ticks_per_beat <= 0:
        raise RequestInvalid(f"{shown} holds no bars and beats; export it as a MIDI file of type 0 or 1")
    n_notes = sum(map(len, raw.notes.values()))
    if not n_notes:
        raise RequestInvalid(f"{shown} holds no note; give a MIDI file with notes")
    if n_notes > MOST_NOTES:
        raise RequestInvalid(f"{shown} has {n_notes} notes; at most {MOST_NOTES} can be given: cut it")
    return _clip(raw, file.ticks_per_beat, shorten(name))


def _clip(raw: _Raw, ticks_per_beat: int, name: str) -> Clip:
    notices: list[str] = []
    signature = _metre(raw, name, notices)
    tempo_bpm = _tempo(raw, notices)
    tracks, n_mended = _tracks(raw, ticks_per_beat)
    if n_mended:
        notices.append(f"{n_mended} notes of {name!r} that started again while they sounded were ended there")
    if raw.n_endless:
        notices.append(f"{raw.n_endless} notes of {name!r} never end; they were ended with the file")
    n_bars = _n_bars(tracks, round(raw.end * TICKS_PER_QUARTER / ticks_per_beat), signature)
    if n_bars > MOST_BARS:
        raise RequestInvalid(f"{name!r} has {n_bars} bars; at most {MOST_BARS} can be given: cut it")
    return Clip(
        name=name,
        tempo_bpm=tempo_bpm,
        time_signature=signature,
        signature_fifths=raw.fifths[0] if raw.fifths else None,
        n_bars=n_bars,
        tracks=tracks,
        notices=tuple(notices),
    )


def _gathered(file: mido.MidiFile) -> _Raw:
    raw = _Raw()
    for index, track in enumerate(file.tracks):
        now = 0
        sounding: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note].append((now, message.velocity))
            elif message.type in ("note_on", "note_off"):
                if begun := sounding[message.channel, message.note]:
                    start, velocity = begun.pop(0)
                    raw.notes[index, message.channel].append((start, now, message.note, velocity))
            elif message.type == "program_change":
                raw.programs.setdefault((index, message.channel), message.program)
            else:
                _take_meta(raw, index, now, message)
        for (channel, note), begun in sounding.items():
            raw.n_endless += len(begun)
            raw.notes[index, channel] += [(start, max(now, start + 1), note, velocity) for start, velocity in begun]
        raw.end = max(raw.end, now)
    return raw


def _take_meta(raw: _Raw, index: int, now: int, message: mido.MetaMessage) -> None:
    if message.type == "set_tempo":
        raw.tempi.append((now, message.tempo))
    elif message.type == "time_signature":
        raw.metres.append((now, TimeSignature(message.numerator, message.denominator)))
    elif message.type == "key_signature":
        raw.fifths.append(parse_key(message.key).signature_fifths)
    elif message.type == "track_name":
        raw.names.setdefault(index, message.name)


def _metre(raw: _Raw, name: str, notices: list[str]) -> TimeSignature:
    metres = list(dict.fromkeys(metre for _, metre in sorted(raw.metres, key=lambda item: item[0])))
    if not metres:
        notices.append(f"{name!r} names no metre; its bars were read as 4/4")
        return TimeSignature(4, 4)
    if len(metres) > 1:
        shown = ", ".join(map(str, metres[:4]))
        raise RequestInvalid(f"{name!r} changes its metre ({shown}), and a take has one; {_METRES_BARS}")
    return metres[0]


def _tempo(raw: _Raw, notices: list[str]) -> float:
    """Return the tempo that holds for the longest time, within what can be asked for."""
    if not raw.tempi:
        notices.append("the file names no tempo; 120 BPM is what that means")
        return 60e6 / _DEFAULT_US_PER_QUARTER
    changes = sorted(dict(sorted(raw.tempi, key=lambda item: item[0])).items())
    lengths: Counter[int] = Counter()
    for (start, tempo), (end, _) in pairwise([*changes, (max(raw.end, changes[-1][0] + 1), 0)]):
        lengths[tempo] += (end - start) * tempo
    longest = lengths.most_common(1)[0][0]
    found_bpm = round(60e6 / longest, 3)
    if len(lengths) > 1:
        notices.append(f"the file has {len(lengths)} tempi; {found_bpm:g} BPM, which holds longest, was taken")
    low, high = TEMPO_RANGE_BPM
    if not low <= found_bpm <= high:
        raise RequestInvalid(
            f"the file's tempo is {found_bpm:g} BPM; {low:g} to {high:g} can be played: change it there"
        )
    return found_bpm


def _tracks(raw: _Raw, ticks_per_beat: int) -> tuple[tuple[ClipTrack, ...], int]:
    """Return the players, and how many of their notes had to be ended early."""
    tracks, n_mended = [], 0
    shared = Counter(index for index, _ in raw.notes)
    for (index, channel), found in sorted(raw.notes.items()):
        if not found:
            continue
        scaled = (
            (_scaled(start, ticks_per_beat), _scaled(end, ticks_per_beat), note, velocity)
            for start, end, note, velocity in found
        )
        notes, mended = without_overlaps(Note(start, end - start, note, level) for start, end, note, level in scaled)
        n_mended += mended
        name = "".join(c for c in raw.names.get(index, "") if c.isprintable()).strip()
        name = f"{name} {channel + 1}" if shared[index] > 1 and name else name
        tracks.append(
            ClipTrack(name=name[:80], channel=channel, program=raw.programs.get((index, channel)), notes=notes)
        )
    return tuple(tracks), n_mended


def _scaled(ticks: int, ticks_per_beat: int) -> int:
    return round(ticks * TICKS_PER_QUARTER / ticks_per_beat)


def _n_bars(tracks: tuple[ClipTrack, ...], end_of_file: int, signature: TimeSignature) -> int:
    """Return the bars that hold the notes; a file that ends on a bar line further on means the empty bars as well."""
    length = signature.ticks_per_bar
    notes = [note for track in tracks for note in track.notes]
    last_start = max(note.start_ticks for note in notes)
    last_end = max(note.start_ticks + note.duration_ticks for note in notes)
    sounding = max(last_start // length + 1, -(-(last_end - _OVERHANG_TICKS) // length))
    written, rest = divmod(end_of_file, length)
    return written if rest == 0 and sounding <= written <= sounding + 4 else sounding
