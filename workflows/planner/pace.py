"""Decides tempo and length together: tempo words against the style, seconds against bars."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from music.brief import MAX_SECONDS, Brief, Remark
from music.errors import RequestInvalid
from music.style import Style
from music.time import TEMPO_RANGE_BPM, TICKS_PER_QUARTER, TimeSignature, bars_for_seconds, ticks_to_seconds
from workflows.planner.lexicon import Lexicon

_ODD_BARS_COST = 0.08  # how far, as a share of the tempo, it may bend to keep phrases of four and two bars whole
_TWO_BARS_COST = 0.04


@dataclass(slots=True)
class Pace:
    """Tempo and length as decided, with the account of it."""

    tempo_bpm: float
    n_bars: int
    assumed: list[Remark] = field(default_factory=list)
    conflicts: list[Remark] = field(default_factory=list)

    def take_bars(self, n_bars: int, reason: str) -> None:
        """Take a length that something else has decided, in place of the usual one."""
        self.n_bars = n_bars
        self.assumed = [remark for remark in self.assumed if remark.field != "bars"]
        self.assumed.append(Remark("bars", f"{n_bars} bars, {reason}"))


def decide_pace(brief: Brief, style: Style, time_signature: TimeSignature, lexicon: Lexicon) -> Pace:
    """Choose the tempo and the number of bars; RequestInvalid when that lasts longer than a piece may."""
    pace = Pace(0.0, 0)
    pace.tempo_bpm = _tempo(brief, style, lexicon, pace)
    quarters = time_signature.ticks_per_bar / TICKS_PER_QUARTER
    if brief.bars is not None:
        pace.n_bars = brief.bars
        if brief.seconds is not None:
            _fit_tempo(brief, brief.bars * quarters * 60 / brief.seconds, pace)
    elif brief.seconds is not None:
        _fit_bars(brief, brief.seconds, style, time_signature, pace)
    else:
        pace.n_bars = _usual_bars(brief, style, time_signature, pace.tempo_bpm)
        pace.assumed.append(Remark("bars", f"{pace.n_bars} bars"))
    length = ticks_to_seconds(pace.n_bars * time_signature.ticks_per_bar, pace.tempo_bpm)
    if length > MAX_SECONDS + 0.5:
        raise RequestInvalid(
            f"{pace.n_bars} bars of {time_signature} at {pace.tempo_bpm:g} BPM last {length:.0f} seconds; "
            f"the most is {MAX_SECONDS:g} seconds: ask for fewer bars or a faster tempo"
        )
    return pace


def place_in_style(style: Style, place: float) -> float:
    """Return the tempo at a place among the style's tempi: 0 slowest, 0.25 slow, 0.5 usual, 0.75 fast, 1 fastest."""
    low, high = style.tempo_range_bpm
    steps = (low, style.slow_tempo_bpm, style.tempo_bpm, style.fast_tempo_bpm, high)
    at = min(max(place, 0.0), 1.0) * 4
    index = min(int(at), 3)
    return steps[index] + (steps[index + 1] - steps[index]) * (at - index)


def _tempo(brief: Brief, style: Style, lexicon: Lexicon, pace: Pace) -> float:
    if brief.tempo_bpm is not None:
        for word in brief.tempo_words:
            meant = _word_tempo(word, style, lexicon)
            if (meant - style.tempo_bpm) * (brief.tempo_bpm - style.tempo_bpm) < 0 or lexicon.tempo_words[word].factor:
                pace.conflicts.append(Remark("tempo_words", f"{brief.tempo_bpm:g} BPM wins over {word!r}"))
        return brief.tempo_bpm
    if brief.tempo_words:
        tempo_bpm = _word_tempo(brief.tempo_words[0], style, lexicon)
        pace.assumed.append(Remark("tempo_bpm", f"{tempo_bpm:g} BPM, {brief.tempo_words[0]} for {style.title}"))
        return tempo_bpm
    places = [mood.tempo for name in brief.moods if (mood := lexicon.moods.get(name)) and mood.tempo is not None]
    place = sum(places) / len(places) if places else 0.5
    tempo_bpm = float(round(place_in_style(style, place)))
    pace.assumed.append(Remark("tempo_bpm", f"{tempo_bpm:g} BPM, as suits {_spoken(brief.moods, places)}{style.title}"))
    return tempo_bpm


def _spoken(moods: Sequence[str], places: Sequence[float]) -> str:
    return f"{' and '.join(moods)} " if places else ""


def _word_tempo(name: str, style: Style, lexicon: Lexicon) -> float:
    word = lexicon.tempo_words[name]
    if word.place is not None:
        return float(round(place_in_style(style, word.place)))
    if word.factor is not None:
        low, high = TEMPO_RANGE_BPM
        return float(min(max(style.tempo_bpm * word.factor, low), high))
    low, high = word.bpm or TEMPO_RANGE_BPM
    inside = max(low, style.tempo_range_bpm[0]), min(high, style.tempo_range_bpm[1])
    return float(round(sum(inside) / 2 if inside[0] <= inside[1] else (low + high) / 2))


def _fit_tempo(brief: Brief, exact_bpm: float, pace: Pace) -> None:
    """Take the tempo at which the bars fill the seconds, unless another one was asked for."""
    low, high = TEMPO_RANGE_BPM
    if brief.tempo_bpm is None and not brief.tempo_words and low <= exact_bpm <= high:
        pace.tempo_bpm = round(exact_bpm, 3)
        text = f"{pace.tempo_bpm:g} BPM, so that {brief.bars} bars last {brief.seconds:g} seconds"
        pace.assumed = [Remark("tempo_bpm", text)]
    elif abs(pace.tempo_bpm - exact_bpm) > 0.02 * exact_bpm:
        text = f"{brief.bars} bars win over {brief.seconds:g} seconds: both do not fit at {pace.tempo_bpm:g} BPM"
        pace.conflicts.append(Remark("seconds", text))


def _fit_bars(brief: Brief, seconds: float, style: Style, time_signature: TimeSignature, pace: Pace) -> None:
    """Choose the bars nearest to the seconds; where nobody asked for a tempo, bend it so that they fill them."""
    nearest = bars_for_seconds(seconds, pace.tempo_bpm, time_signature)
    low, high = style.tempo_range_bpm
    options = []
    for n_bars in range(max(1, nearest - 8), nearest + 9):
        bent_bpm = n_bars * time_signature.ticks_per_bar / TICKS_PER_QUARTER * 60 / seconds
        cost = 0.0 if n_bars % 4 == 0 else _TWO_BARS_COST if n_bars % 2 == 0 else _ODD_BARS_COST
        if low <= bent_bpm <= high:
            options.append((abs(math.log(bent_bpm / pace.tempo_bpm)) + cost, n_bars, round(bent_bpm, 3)))
    if brief.tempo_bpm is None and options:
        _, pace.n_bars, pace.tempo_bpm = min(options)
        text = f"{pace.tempo_bpm:g} BPM, so that {pace.n_bars} bars last {seconds:g} seconds"
        pace.assumed = [remark for remark in pace.assumed if remark.field != "tempo_bpm"]
        pace.assumed.append(Remark("tempo_bpm", text))
    else:
        pace.n_bars = nearest
    pace.assumed.append(Remark("bars", f"{pace.n_bars} bars, nearest to {seconds:g} seconds"))


def _usual_bars(brief: Brief, style: Style, time_signature: TimeSignature, tempo_bpm: float) -> int:
    """Return the style's usual length, or two phrases for each section asked for; whole rounds of the chords."""
    n_bars = 2 * style.phrase_bars * len(brief.form) if brief.form else style.default_bars
    n_chord_bars = round(sum(brief.chord_bars)) or len(brief.chords)
    if n_chord_bars:
        n_bars = math.ceil(n_bars / n_chord_bars) * n_chord_bars
    longest = int(MAX_SECONDS / ticks_to_seconds(time_signature.ticks_per_bar, tempo_bpm))
    return max(1, min(n_bars, longest))
