"""What bodies can play: breaths of winds and voices, two hands on keys, one player per note of a section.

The functions read and write strokes and notes only, so that any part can be asked or mended by them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from engines.composer.humanise import Stroke
from music.instrument import Hand
from music.time import TICKS_PER_QUARTER

_REST_SECONDS = 0.3  # a breath taken without haste
_SHORTEST_REST_SECONDS = 0.18  # one that is snatched between quick notes
_ARTICULATION_SECONDS = 0.15  # gaps below let nobody breathe
_EARLIEST = 0.4  # share of a breath before which nobody breathes again unless the music rests


def breathe(strokes: Sequence[Stroke], *, breath_seconds: float, tempo_bpm: float, bar_ticks: int) -> list[Stroke]:
    """Put rests into a part so that it never sounds for longer than a breath; what is short enough stays as it was.

    Breath is taken before a note, at a bar line or after a long note where there is one, and the note before gives half
    of itself at most; among notes too quick for a breath one is left out. A note longer than a breath is taken up
    again at a bar line, or on a beat.
    """
    ticks_per_second = tempo_bpm * TICKS_PER_QUARTER / 60
    longest = round(breath_seconds * ticks_per_second)
    rests = round(_SHORTEST_REST_SECONDS * ticks_per_second), round(_REST_SECONDS * ticks_per_second)
    articulation = round(_ARTICULATION_SECONDS * ticks_per_second)
    waiting = sorted(strokes)
    out: list[Stroke] = []
    while waiting:
        phrase, waiting = _first_phrase(waiting, articulation)
        start, end = phrase[0].start, max(stroke.start + stroke.length for stroke in phrase)
        if end - start <= longest:
            out += phrase
            continue
        place, rest = _breathing_place(phrase, start, longest, bar_ticks=bar_ticks, rests=rests)
        before, after = _cut(phrase, place, rest)
        out += before
        waiting = sorted([*after, *waiting])
    return out


def _first_phrase(strokes: list[Stroke], articulation: int) -> tuple[list[Stroke], list[Stroke]]:
    """Split off the strokes up to the first gap that is a rest."""
    end = strokes[0].start + strokes[0].length
    for index, stroke in enumerate(strokes):
        if stroke.start - end >= articulation:
            return strokes[:index], strokes[index:]
        end = max(end, stroke.start + stroke.length)
    return strokes, []


def _breathing_place(
    phrase: list[Stroke], start: int, longest: int, *, bar_ticks: int, rests: tuple[int, int]
) -> tuple[int, int]:
    """Return the onset, bar line or beat before which to breathe, and for how long."""
    onsets = sorted({stroke.start for stroke in phrase})
    shortest, usual = rests
    places = [onset for onset in onsets if start + _EARLIEST * longest <= onset <= start + longest]
    if not places:
        lines = [(start + longest) // grid * grid for grid in (bar_ticks, TICKS_PER_QUARTER)]
        return next((line for line in lines if line >= start + _EARLIEST * longest), start + longest), usual

    def since(place: int) -> int:
        return place - onsets[bisect_right(onsets, place) - 2]

    def worth(place: int) -> tuple[bool, int, int]:
        is_calm = since(place) >= 2 * shortest
        return is_calm and place % bar_ticks == 0, min(since(place), TICKS_PER_QUARTER * 2), place

    best = max(places, key=worth)
    return best, max(shortest, min(usual, since(best) // 2))


def _cut(phrase: list[Stroke], place: int, rest: int) -> tuple[list[Stroke], list[Stroke]]:
    """Silence the rest before a place; a note held across it is struck again there, a hurried one left out."""
    silent_from = place - rest
    before: list[Stroke] = []
    after: list[Stroke] = []
    for stroke in phrase:
        end = stroke.start + stroke.length
        if stroke.start < silent_from:
            before.append(stroke._replace(length=min(end, silent_from) - stroke.start))
        if stroke.start >= place:
            after.append(stroke)
        elif end > place + rest:
            after.append(stroke._replace(start=place, length=end - place))
    return before, after


def longest_breath_seconds(spans: Sequence[tuple[int, int]], tempo_bpm: float) -> float:
    """Return the longest time that notes, as (start, end) in ticks, sound without a rest; 0 for no notes."""
    ticks_per_second = tempo_bpm * TICKS_PER_QUARTER / 60
    longest, start, end = 0.0, 0, -1
    for begins, ends in sorted(spans):
        if end < 0 or begins - end >= 0.8 * _ARTICULATION_SECONDS * ticks_per_second:
            start, end = begins, ends
        end = max(end, ends)
        longest = max(longest, (end - start) / ticks_per_second)
    return longest


@lru_cache(maxsize=16384)
def fits_two_hands(notes: tuple[int, ...], hand: Hand) -> bool:
    """Tell whether rising notes can be held at once: a lower part by the left hand, the others by the right."""
    return any(_fits(notes[:cut], hand) and _fits(notes[cut:], hand) for cut in range(len(notes) + 1))


def _fits(notes: tuple[int, ...], hand: Hand) -> bool:
    return len(notes) <= hand.n_notes and (not notes or notes[-1] - notes[0] <= hand.span)


@lru_cache(maxsize=16384)
def fits_desks(notes: tuple[int, ...], desks: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether each of the rising notes finds a player of its own who has it, players in their order."""
    following = iter(desks)
    return all(any(low <= note <= high for low, high in following) for note in notes)
