"""The chords after a clip: its own, over again, up to a cadence that it has or that is usual in its key."""

from collections.abc import Sequence
from itertools import pairwise

from music.chord import Chord
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode
from music.score import ChordSpan
from music.time import TimeSignature

_FEWEST_BARS_FOR_CADENCE = 4


def continue_chords(
    found: Sequence[ChordSpan], *, n_given: int, n_bars: int, key: Key, signature: TimeSignature, ends: bool
) -> tuple[ChordSpan, ...]:
    """Return the chords of all bars: the clip's, and from its end on its own from the start again.

    ``ends`` has the last bar come home, from four new bars on by way of the chord that leads home in the clip.
    """
    length = signature.ticks_per_bar
    bars = [[span for span in found if span.start_ticks // length == bar] for bar in range(n_given)]
    spans = list(found)
    home = _home(found, key)
    for bar in range(n_given, n_bars):
        source = (bar - n_given) % n_given
        closing = n_bars - 1 - bar
        if ends and closing == 0:
            spans.append(_whole(bar, length, home))
        elif ends and closing == 1 and n_bars - n_given >= _FEWEST_BARS_FOR_CADENCE:
            spans.append(_whole(bar, length, _leading_home(found, key)))
        else:
            shift = (bar - source) * length
            spans += [
                ChordSpan(start_ticks=span.start_ticks + shift, duration_ticks=span.duration_ticks, chord=span.chord)
                for span in bars[source]
            ]
    return tuple(spans)


def _whole(bar: int, length: int, chord: Chord) -> ChordSpan:
    return ChordSpan(start_ticks=bar * length, duration_ticks=length, chord=chord)


def _is_home(chord: Chord | None, key: Key) -> bool:
    if chord is None or chord.root_pitch_class != key.pitch_class:
        return False
    third = chord.intervals[1] if len(chord.intervals) > 1 else 7
    return third not in (3, 4) or (third == 3) == key.mode.is_minor


def _home(found: Sequence[ChordSpan], key: Key) -> Chord:
    """Return the chord on the tonic, in the colour that the clip gives it."""
    own = next(
        (span.chord for span in found if span.chord and span.chord.bass is None and _is_home(span.chord, key)), None
    )
    return own or Chord(key.tonic, "min" if key.mode.is_minor else "maj")


def _leading_home(found: Sequence[ChordSpan], key: Key) -> Chord:
    """Return the chord that goes before the tonic in the clip, if it leads there, else the dominant."""
    before = [a.chord for a, b in pairwise(found) if _is_home(b.chord, key)]
    leading = [chord for chord in before if chord and (chord.root_pitch_class - key.pitch_class) % 12 in (7, 10, 5, 1)]
    if leading:
        return leading[-1]
    reference = Mode.MINOR if key.mode.is_minor else Mode.MAJOR
    return numeral_to_chord("V", key, reference)
