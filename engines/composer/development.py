"""Going on where given music ends: its own figures, bar by bar, set on the chords that come, and developed.

What accompanies is played on as it was, moved to the new chord tone by tone. A line states its motif again, varies its
tail, sets it a step higher or lower, turns it over, ornaments or thins it; each bar draws from a chance of its own.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engines.composer.arrangement import Arrangement, Bar, Stretch
from engines.composer.randomness import stream
from music.chord import Chord
from music.clip.groove import STRAIGHT, FoundSwing, find_feel
from music.given import Given, GivenPart
from music.instrument import Role
from music.score import ChordSpan, Note
from music.time import TICKS_PER_QUARTER

_EARLY = 60  # ticks before a bar line from which a note belongs to the bar that begins
_LINES = (Role.MELODY, Role.COUNTER_MELODY)
_RANGE_SLACK = 4  # semitones beyond the clip's own range
_LIFT = 0.12  # how much louder a section is per unit of energy above the clip's
_SHORTEST = 60
_PHRASE = 4  # bars, of which the last leads on
_OTHER_BAR = 0.35  # chance that another bar over the same chords is played instead
_KICK, _CRASH = 36, 49
_KICKS = (35, 36)
_FILL_DRUMS = (38, 40, 50, 48, 47, 45, 43, 41)  # snares, then toms from high to low

Contour = list[tuple[int, int, int, int]]
"""Notes of one bar as (ticks after the bar line, length, MIDI note, velocity)."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The given part cut into bars."""

    bars: tuple[tuple[tuple[int, int, int, int], ...], ...]
    low: int
    high: int


def go_on(arrangement: Arrangement, part: GivenPart, given: Given) -> tuple[Note, ...]:
    """Return a given part note for note and, where the piece is longer, what follows from it."""
    total = arrangement.plan.n_bars * arrangement.bar_ticks
    kept = [
        note._replace(duration_ticks=min(note.duration_ticks, total - note.start_ticks))
        for note in part.notes
        if note.start_ticks < total
    ]
    if arrangement.plan.n_bars <= given.n_bars:
        return tuple(kept)
    source = _cut(part, given.n_bars, arrangement.bar_ticks)
    played = _Developer(arrangement, part.role, source, given).play()
    return _joined(kept, played, given.n_bars * arrangement.bar_ticks, total)


def _cut(part: GivenPart, n_bars: int, bar_ticks: int) -> _Source:
    bars: list[list[tuple[int, int, int, int]]] = [[] for _ in range(n_bars)]
    for note in part.notes:
        bar = min((note.start_ticks + _EARLY) // bar_ticks, n_bars - 1)
        bars[bar].append((note.start_ticks - bar * bar_ticks, note.duration_ticks, note.midi_note, note.velocity))
    pitches = [note.midi_note for note in part.notes]
    return _Source(tuple(map(tuple, bars)), max(0, min(pitches) - _RANGE_SLACK), min(127, max(pitches) + _RANGE_SLACK))


def _joined(kept: list[Note], played: Sequence[Note], from_tick: int, total: int) -> tuple[Note, ...]:
    """Put what was given and what follows together; a pitch that starts again ends what still sounds of it."""
    out = list(kept)
    last: dict[int, int] = {}
    for index, note in enumerate(out):
        last[note.midi_note] = index
    for note in sorted(played):
        start = min(max(note.start_ticks, from_tick), total - 1)
        before = last.get(note.midi_note)
        if before is not None:
            held = out[before]
            if held.start_ticks >= start:
                continue
            if held.start_ticks + held.duration_ticks > start:
                out[before] = held._replace(duration_ticks=start - held.start_ticks)
        last[note.midi_note] = len(out)
        out.append(note._replace(start_ticks=start, duration_ticks=max(1, min(note.duration_ticks, total - start))))
    return tuple(sorted(out, key=lambda note: (note.start_ticks, note.midi_note)))


class _Developer:
    """Plays one part on; it remembers nothing between bars, so that each can be drawn again alone."""

    def __init__(self, arrangement: Arrangement, role: Role, source: _Source, given: Given) -> None:
        self._arrangement, self._role, self._source, self._given = arrangement, role, source, given
        self._starts = [span.start_ticks for span in arrangement.plan.chords]
        scale = set(arrangement.plan.key.scale)
        self._rungs = [note for note in range(128) if note % 12 in scale]
        swing = FoundSwing(swing=given.swing, unit=given.swing_unit, n_measured=0) if given.swing else STRAIGHT
        notes = [note for part in given.parts if part.role is role for note in part.notes]
        self._late = round(find_feel(notes, swing).late_ticks)
        self._rests_at_end = given.n_bars > 1 and all(
            _is_at_rest(part, given.n_bars, arrangement.bar_ticks) for part in given.parts
        )

    def play(self) -> list[Note]:
        notes: list[Note] = []
        for stretch in self._arrangement.stretches:
            for bar in stretch.bars:
                index = bar.start_ticks // self._arrangement.bar_ticks
                if index >= self._given.n_bars:
                    notes += self._bar(stretch, bar, index)
        return notes

    def _bar(self, stretch: Stretch, bar: Bar, index: int) -> list[Note]:
        rng = stream(self._arrangement.plan.seed, "given", self._role.value, index)
        source = self._source_of(index)
        if bar.is_ending:
            contour = [] if self._role is Role.EFFECTS else self._final(index)
        elif self._role in _LINES:
            contour = self._developed(bar, source, index, rng)
        elif self._role in (Role.DRUMS, Role.EFFECTS):
            contour = list(self._source.bars[source])
            contour = self._filled(contour) if self._leads_on(stretch, bar) else contour
        else:
            contour = self._moved(self._source.bars[source], source, index)
        gain = 1.0 + _LIFT * (stretch.energy - self._arrangement.stretches[0].energy)
        return [
            Note(
                bar.start_ticks + at,
                max(_SHORTEST, length),
                note,
                min(127, max(1, round(level * gain + rng.gauss(0, 1.5)))),
            )
            for at, length, note, level in contour
        ]

    def _source_of(self, index: int) -> int:
        """Return the given bar that a new one is made from; a bar on which the band rests serves for no other."""
        n_given = self._given.n_bars
        source = (index - n_given) % n_given
        if self._role in (*_LINES, Role.EFFECTS):
            return source  # a tune breathes where it did
        source = source - 1 if self._rests_at_end and source == n_given - 1 else source
        if index % _PHRASE == _PHRASE - 1:
            return source
        # the band takes one bar together: what locks in the clip stays locked
        rng = stream(self._arrangement.plan.seed, "given", "source", index)
        others = [bar for bar in range(n_given - self._rests_at_end) if bar % _PHRASE != _PHRASE - 1]
        alike = [bar for bar in others if bar != source and self._chords(bar) == self._chords(index)]
        return rng.choice(alike) if alike and rng.random() < _OTHER_BAR else source

    def _chords(self, bar: int) -> list[tuple[int, Chord | None]]:
        """Return the chords of a bar by where they start in it."""
        start = bar * self._arrangement.bar_ticks
        spans = self._arrangement.plan.chords
        first, last = (bisect_left(self._starts, start + at) for at in (0, self._arrangement.bar_ticks))
        return [(span.start_ticks - start, span.chord) for span in spans[first:last]]

    # Accompaniment

    def _leads_on(self, stretch: Stretch, bar: Bar) -> bool:
        """Tell whether a bar leads into another section or into the end."""
        following = stretch.bars[bar.number + 1] if bar.number + 1 < len(stretch.bars) else None
        return len(stretch.bars) > 1 and (following.is_ending if following else not stretch.is_final)

    def _filled(self, contour: Contour) -> Contour:
        """Let the snare, and the toms that the clip has, take over on the last beat, growing louder."""
        sounding = [note for notes in self._source.bars for note in notes]
        own = [note for note in _FILL_DRUMS if any(other[2] == note for other in sounding)]
        if not own:
            return contour
        pulses, length = self._arrangement.time_signature.pulse_ticks, self._arrangement.bar_ticks
        start = pulses[-1] if length - pulses[-1] >= TICKS_PER_QUARTER // 2 else pulses[-2] if len(pulses) > 1 else 0
        kept = [note for note in contour if note[0] < start - _EARLY or note[2] in _KICKS]
        step = TICKS_PER_QUARTER // 4
        places = list(range(start, length, step))
        loudest = max(note[3] for note in sounding if note[2] in own)
        for i, at in enumerate(places):
            drum = own[min(len(own) - 1, i * len(own) // len(places))]
            kept.append((at + self._late, step // 2, drum, round(loudest * (0.65 + 0.35 * (i + 1) / len(places)))))
        return sorted(kept)

    def _moved(self, contour: Sequence[tuple[int, int, int, int]], source: int, index: int) -> Contour:
        """Set one of the given bars on the chords of another: each tone of a chord on the same tone of the new one."""
        moved: Contour = []
        for at, length, note, level in contour:
            old, new = self._chord(source, at), self._chord(index, at)
            taken = {other for start, _, other, _ in moved if abs(start - at) < _EARLY}
            place = self._carried(note, old, new)
            if place not in taken:
                moved.append((at, length, place, level))
        return moved

    def _carried(self, note: int, old: Chord | None, new: Chord | None) -> int:
        if old is None or new is None or old == new:
            return note
        old_tones = [(old.root_pitch_class + step) % 12 for step in old.intervals]
        new_tones = [(new.root_pitch_class + step) % 12 for step in new.intervals]
        if self._role is Role.BASS and note % 12 == old.bass_pitch_class:
            return self._nearest({new.bass_pitch_class}, note)
        if note % 12 in old_tones:
            place = old_tones.index(note % 12)
            return self._nearest({new_tones[place] if place < len(new_tones) else new_tones[0]}, note)
        return self._nearest(set(self._arrangement.plan.key.scale) | set(new_tones), note)

    def _nearest(self, classes: set[int], note: float) -> int:
        options = [n for n in range(self._source.low, self._source.high + 1) if n % 12 in classes]
        options = options or [n for n in range(128) if n % 12 in classes]
        return min(options, key=lambda n: (abs(n - note), n))

    def _chord(self, bar: int, at: int) -> Chord | None:
        spans: tuple[ChordSpan, ...] = self._arrangement.plan.chords
        found = bisect_right(self._starts, bar * self._arrangement.bar_ticks + max(0, at + _EARLY)) - 1
        return spans[found].chord if found >= 0 else None

    # Lines

    def _developed(self, bar: Bar, source: int, index: int, rng: random.Random) -> Contour:
        """Say one bar of the tune again, in the way that its place in the phrase asks for."""
        n_given = self._given.n_bars
        phrase = 4 if n_given >= 4 else max(2, n_given)
        place = (index - n_given) % phrase
        first_time = index < 2 * n_given
        contour = list(self._source.bars[source])
        if not contour:
            return []
        weights: dict[Callable[[Contour, random.Random], Contour], float]
        if place == 0:
            weights = {
                _same: 0.75 if first_time else 0.4,
                self._sequence: 0.25,
                self._ornament: 0.0 if first_time else 0.35,
            }
        elif place == phrase - 1 or bar.is_last:
            weights = {self._tail: 0.6, _same: 0.15, self._thin: 0.25}
        else:
            weights = {_same: 0.2, self._tail: 0.3, self._sequence: 0.2, self._turned: 0.15, self._ornament: 0.15}
        vary = rng.choices(list(weights), list(weights.values()))[0]
        varied = vary(contour, rng)
        is_new = varied != contour
        return self._fitted(varied, source, index, is_new=is_new)

    def _fitted(self, contour: Contour, source: int, index: int, *, is_new: bool) -> Contour:
        """Rest long notes and strong beats on the chord; what neither the tune nor the chord changed stays."""
        signature = self._arrangement.time_signature
        strong = set(signature.pulse_ticks[:: max(1, len(signature.pulse_ticks) // 2)])
        out: Contour = []
        for at, length, note, level in contour:
            chord = self._chord(index, at)
            place = round((at - self._late) / 120) * 120
            weighty = place in strong or length >= TICKS_PER_QUARTER
            is_moved = is_new or self._chord(source, at) != chord
            if is_moved and weighty and chord is not None and note % 12 not in chord.pitch_classes:
                note = self._nearest(set(chord.pitch_classes), note)  # noqa: PLW2901  the note as it will sound
            elif (
                is_moved
                and chord is not None
                and note % 12 not in {*chord.pitch_classes, *self._arrangement.plan.key.scale}
            ):
                note = self._nearest(set(self._arrangement.plan.key.scale), note)  # noqa: PLW2901  likewise
            out.append((at, length, min(max(note, self._source.low), self._source.high), level))
        return out

    def _stepped(self, note: int, steps: int) -> int:
        """Move a note along the scale; one between its rungs keeps its distance from the rung below."""
        rung = bisect_right(self._rungs, note) - 1
        to = self._rungs[min(max(rung + steps, 0), len(self._rungs) - 1)] + (note - self._rungs[rung])
        while to > self._source.high and to - 12 >= self._source.low:
            to -= 12
        while to < self._source.low and to + 12 <= self._source.high:
            to += 12
        return to

    def _sequence(self, contour: Contour, rng: random.Random) -> Contour:
        steps = rng.choice((-2, -1, 1, 2))
        return [(at, length, self._stepped(note, steps), level) for at, length, note, level in contour]

    def _tail(self, contour: Contour, rng: random.Random) -> Contour:
        n_kept = len(contour) - max(1, len(contour) // 3)
        steps = rng.choice((-2, -1, 1, 2))
        tail = [(at, length, self._stepped(note, steps), level) for at, length, note, level in contour[n_kept:]]
        return [*contour[:n_kept], *tail]

    def _turned(self, contour: Contour, _: random.Random) -> Contour:
        """Turn the contour over about its first note, along the scale."""
        first = bisect_right(self._rungs, contour[0][2])
        return [
            (at, length, self._stepped(contour[0][2], first - bisect_right(self._rungs, note)), level)
            for at, length, note, level in contour
        ]

    def _ornament(self, contour: Contour, rng: random.Random) -> Contour:
        """Fill a third with the note between, where there is time for it."""
        out: Contour = []
        for (at, length, note, level), following in zip(contour, [*contour[1:], None], strict=True):
            gap = following[0] - at if following else 0
            is_third = following is not None and 3 <= abs(following[2] - note) <= 4
            if is_third and gap >= TICKS_PER_QUARTER // 2 and rng.random() < 0.7 and following is not None:
                half = gap // 2
                between = self._stepped(note, 1 if following[2] > note else -1)
                out += [(at, min(length, half), note, level), (at + half, half, between, round(level * 0.9))]
            else:
                out.append((at, length, note, level))
        return out

    def _thin(self, contour: Contour, rng: random.Random) -> Contour:
        """Leave out some of what falls between the beats, and hold what comes before it."""
        pulses = self._arrangement.time_signature.pulse_ticks
        out: Contour = []
        for at, length, note, level in contour:
            place = round((at - self._late) / 120) * 120
            if out and place not in pulses and rng.random() < 0.5:
                start, _, before, loud = out[-1]
                out[-1] = (start, at + length - start, before, loud)
            else:
                out.append((at, length, note, level))
        return out

    # The end

    def _final(self, index: int) -> Contour:
        """Come to rest: the last chord, or the nearest note home, struck once and held."""
        length = self._arrangement.bar_ticks
        sounding = [note for notes in self._source.bars for note in notes]
        level = round(sum(note[3] for note in sounding) / len(sounding))
        if self._role is Role.DRUMS:
            own = {note[2] for note in sounding}
            kept = [note for note in (_KICK, _CRASH) if note in own] or [sounding[0][2]]
            return [(0, TICKS_PER_QUARTER // 4, note, level) for note in kept]
        chord = self._chord(index, 0)
        before = next((notes for notes in reversed(self._source.bars) if notes), ())
        if self._role in _LINES or self._role is Role.BASS or chord is None:
            last = before[-1][2]
            home = self._arrangement.plan.key.pitch_class
            classes = {home} if chord is None or home in chord.pitch_classes else set(chord.pitch_classes)
            classes = {chord.bass_pitch_class} if self._role is Role.BASS and chord else classes
            return [(max(0, self._late), length, self._nearest(classes, last), level)]
        source = self._given.n_bars - 1 - next(i for i, notes in enumerate(reversed(self._source.bars)) if notes)
        fullest = _fullest_stroke(before)
        moved = self._moved(fullest, source, index)
        return [(max(0, self._late), length, note, velocity) for _, _, note, velocity in moved]


def _is_at_rest(part: GivenPart, n_bars: int, bar_ticks: int) -> bool:
    """Tell whether nothing new begins in a part's last bar after its first beat."""
    return not any(note.start_ticks > (n_bars - 1) * bar_ticks + TICKS_PER_QUARTER * 3 // 4 for note in part.notes)


def _same(contour: Contour, _: random.Random) -> Contour:
    return contour


def _fullest_stroke(notes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return the notes of a bar that start together where most do; of a broken chord all its notes, each once."""
    strokes: list[list[tuple[int, int, int, int]]] = []
    for note in notes:
        if strokes and note[0] - strokes[-1][0][0] <= _EARLY:
            strokes[-1].append(note)
        else:
            strokes.append([note])
    fullest = max(strokes, key=len)
    return fullest if len(fullest) > 1 else list({note[2]: note for note in notes}.values())
