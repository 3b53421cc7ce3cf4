"""Real scores to compare with, out of the corpus that music21 brings: public-domain music, nothing of it kept here.

Melodies: dances of William B. Ryan's "Mammoth Collection" (Boston 1883). Voices: chorales harmonised by J. S. Bach,
whose soprano is the melody. The music is in the public domain; music21 (BSD-3-Clause) distributes the transcriptions
with their encoders' permission.
"""

import math
from pathlib import Path
from typing import Any

from music21 import corpus, stream

from tests.bench.composer.metrics import Piece, Sound

_MOST_TUNES, _MOST_CHORALES = 300, 150
_SHORTEST_BARS = 8


def tunes() -> list[Piece]:
    """Return dance tunes of eight bars and more, from all over the collection."""
    paths = sorted(corpus.getComposer("ryansMammoth"))
    return [piece for path in paths[:: len(paths) // _MOST_TUNES] if (piece := _read(path))]


def chorales() -> list[Piece]:
    """Return four-part chorales of eight bars and more."""
    paths = [path for path in sorted(corpus.getComposer("bach")) if path.suffix == ".mxl"]
    return [piece for path in paths[:_MOST_CHORALES] if (piece := _read(path))]


def _read(path: Path) -> Piece | None:
    """Return a score as a piece; None where it is too short, changes its metre, or cannot be read."""
    try:
        score = corpus.parse(path)
    except Exception:  # noqa: BLE001  a file of the corpus that this version of music21 does not read
        return None
    if isinstance(score, stream.Opus):
        score = score.scores[0]
    voices = list(score.parts)
    metres = {metre.ratioString: metre for metre in score.flatten().getElementsByClass("TimeSignature")}
    if len(metres) != 1 or not voices:
        return None
    bar_quarters = float(next(iter(metres.values())).barDuration.quarterLength)
    lines = [_line(voice) for voice in voices]
    upbeat = _upbeat_quarters(voices[0], bar_quarters)
    lines = [[Sound(one.start + upbeat, one.length, one.pitch) for one in line] for line in lines]
    n_bars = math.ceil(max((one.start + one.length for line in lines for one in line), default=0) / bar_quarters - 1e-6)
    if n_bars < _SHORTEST_BARS or len(lines[0]) < 2 * _SHORTEST_BARS:
        return None
    others = tuple(one for line in lines[1:] for one in line)
    return Piece(bar_quarters=bar_quarters, n_bars=n_bars, melody=tuple(lines[0]), others=others)


def _line(voice: stream.Stream[Any]) -> list[Sound]:
    return [
        Sound(float(one.offset), float(one.quarterLength), max(pitch.midi for pitch in one.pitches))
        for one in voice.flatten().notes
        if one.pitches and not one.duration.isGrace
    ]


def _upbeat_quarters(voice: stream.Stream[Any], bar_quarters: float) -> float:
    """Return how much of a whole bar is missing before an upbeat."""
    first = voice.getElementsByClass(stream.Measure).first()
    held = float(first.duration.quarterLength) if first is not None else bar_quarters
    return bar_quarters - held if 0 < held < bar_quarters else 0.0
