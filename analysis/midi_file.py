"""What a MIDI file itself says about its length, tempo and metre."""

from dataclasses import dataclass
from pathlib import Path

import mido

from music.errors import NotFound, RequestInvalid
from music.time import TimeSignature

_DEFAULT_US_PER_QUARTER = 500_000  # Standard MIDI Files 1.0: 120 BPM and 4/4 unless the file says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiFacts:
    """Facts read from a MIDI file of one tempo and one time signature."""

    tempo_bpm: float
    time_signature: TimeSignature
    n_bars: int  # up to the last event, a bar begun counting as one
    n_notes: int
    length_seconds: float  # of those bars


def read_midi_facts(path: Path) -> MidiFacts:
    """Read a MIDI file back; NotFound when it is missing, RequestInvalid when it is none or changes tempo or metre."""
    if not path.is_file():
        raise NotFound("MIDI file", str(path))
    try:
        file = mido.MidiFile(path)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise RequestInvalid(f"{str(path)!r} cannot be read as a MIDI file: {error}") from error
    messages = [message for track in file.tracks for message in track]
    tempos = {message.tempo for message in messages if message.type == "set_tempo"} or {_DEFAULT_US_PER_QUARTER}
    metres = {(m.numerator, m.denominator) for m in messages if m.type == "time_signature"} or {(4, 4)}
    if len(tempos) > 1 or len(metres) > 1:
        raise RequestInvalid(f"{str(path)!r} changes its tempo or time signature; only a constant one can be measured")
    us_per_quarter, metre = tempos.pop(), TimeSignature(*metres.pop())
    ticks_per_bar = file.ticks_per_beat * 4 * metre.beats // metre.unit
    last_tick = max((sum(message.time for message in track) for track in file.tracks), default=0)
    n_bars = -(-last_tick // ticks_per_bar)
    return MidiFacts(
        tempo_bpm=60e6 / us_per_quarter,
        time_signature=metre,
        n_bars=n_bars,
        n_notes=sum(1 for message in messages if message.type == "note_on" and message.velocity > 0),
        length_seconds=n_bars * ticks_per_bar / file.ticks_per_beat * us_per_quarter / 1e6,
    )
