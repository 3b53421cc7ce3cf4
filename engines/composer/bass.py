"""Bass: a rhythm of roots and chord tones that locks to the kick, lines that walk, ostinati, slaps and slides."""

import math
from typing import NamedTuple

from engines.composer.arrangement import Arrangement, Bar, Stretch, patterns_for, playable_range
from engines.composer.chart import Chart, kicks_in
from engines.composer.chords import struck_again, struck_once
from engines.composer.grid import Hit, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from engines.composer.scales import scale_over
from engines.composer.variation import vary_bass
from engines.composer.walking import walk
from music.chord import Chord
from music.instrument import Instrument, Role
from music.style import Pattern
from music.time import TICKS_PER_QUARTER

_SLIDE_OVERLAP_TICKS = 90
_DEAD_NOTE_TICKS = 60
_GAP_SECONDS = 0.015  # before the next note is struck, so that a voice that glides between tied notes does not
_USUAL_ROOT = 4  # semitones above the lowest note around which roots lie
_SLIDES = "~^"
_ACCENTS = {"s": 1.1, "o": 1.14, "8": 1.03, "X": 1.08}
_SLAP_SHARE = 0.55  # of its written length that a slapped or popped note sounds
_ARC_BARS, _ARC_SEMITONES = 8, 11.0
_HOMING = 0.8  # how much a walk's next root is drawn to its arc, against the last note
_TASTES = 6  # ways to walk a bar, of which each bar draws one
_JOINS = 0.7  # chance that a kick between the bass's notes is joined, where the bass rests or holds
_COMPARED_BARS = 4
_OWN = 1.6  # changes that each player makes to a rhythm for good, at full variety
_LEADS = 0.6  # chance that the last short note before a section leads to its first


class _Place(NamedTuple):
    """Where a note is written: its section, its bar, the chord it is under and the one that follows."""

    stretch: Stretch
    bar: Bar
    chord: Chord
    following: Chord


class BassWriter:
    """Writes the bass; it remembers its last note, so that the line stays together."""

    def __init__(self, arrangement: Arrangement, instrument: Instrument, chart: Chart) -> None:
        self._arrangement = arrangement
        self._chart = chart
        self._part = arrangement.style.part(Role.BASS)
        drums = arrangement.style.parts.get(Role.DRUMS)  # of the style: the line is the same whoever else is asked for
        self._has_drums = drums is not None and drums.plays_from_energy <= arrangement.plan.energy
        self._low, self._high = playable_range(self._part, instrument)
        self._last = self._low + 5
        self._key = arrangement.plan.key
        self._patterns: dict[str, Pattern] = {}  # by kind of section
        self._strokes: list[Stroke] = []
        self._target: int | None = None  # the root that a walk leads to
        self._root: int | None = None  # the root that it has led to, under this chord
        self._walks = False
        self._is_after_silence = True  # where nothing was played before its time
        self._line: list[int] = []  # what is left of a walk through the bar

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        for stretch in self._arrangement.stretches_for(Role.BASS):
            self._key = stretch.key
            pattern = self._pattern(stretch)
            self._walks = any("w" in bar for bar in pattern.bars)
            for bar in stretch.bars:
                self._bar(stretch, bar, pattern)
        return self._strokes

    def _pattern(self, stretch: Stretch) -> Pattern:
        """Draw a rhythm, those that strike with the kick more often than others."""
        arrangement = self._arrangement
        if stretch.kind in self._patterns:
            return self._patterns[stretch.kind]
        choice = patterns_for(arrangement, Role.BASS, stretch)
        signature, backbeat = arrangement.time_signature, arrangement.backbeat
        weights = []
        for pattern in choice:
            n_kicks = n_struck = 0
            for bar in stretch.bars[:_COMPARED_BARS]:
                kicks = kicks_in(self._chart[bar.start_ticks // arrangement.bar_ticks])
                struck = {hit.start for hit in pattern_hits(pattern, bar.number, signature, backbeat)}
                n_kicks, n_struck = n_kicks + len(kicks), n_struck + len(struck.intersection(kicks))
            weights.append(0.1 + (n_struck / max(1, n_kicks)) ** 2)
        rng = stream(arrangement.plan.seed, "bass", stretch.kind)
        return self._patterns.setdefault(stretch.kind, rng.choices(choice, weights)[0])

    def _hits(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> tuple[Hit, ...]:
        """Return the bar's rhythm; following the kick means its places from there and its signs from the pattern."""
        arrangement = self._arrangement
        if bar.band:
            return tuple(hit._replace(mark="1") for hit in bar.band)
        written = pattern_hits(pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        kicks = kicks_in(self._chart[bar.start_ticks // arrangement.bar_ticks])
        rng = stream(arrangement.plan.seed, "bass", stretch.index, bar.number)
        if self._part.follows_kick and kicks:
            return self._under(kicks, written)
        hits = list(self._made_own(stretch, bar, pattern, written, set(kicks)))
        if (
            kicks
            and self._has_drums
            and not self._walks
            and rng.random() < _JOINS * arrangement.style.drums.variety * 2
        ):
            hits = _joined(hits, kicks)
        return tuple(hits)

    def _made_own(
        self, stretch: Stretch, bar: Bar, pattern: Pattern, written: tuple[Hit, ...], kicks: set[int]
    ) -> tuple[Hit, ...]:
        """Play the rhythm as this player does: small changes that stay for the piece, and some that end phrases."""
        arrangement, variety = self._arrangement, self._part.variety
        if self._walks or not variety:
            return written
        pulses = arrangement.time_signature.pulse_ticks
        own = stream(arrangement.plan.seed, "own bass", stretch.kind, bar.number % len(pattern.bars))
        hits = vary_bass(written, pulses=pulses, kept=kicks, n_changes=int(_OWN * variety + own.random()), rng=own)
        once = stream(arrangement.plan.seed, "bass", "phrase", stretch.index, bar.number)
        ends = 1.2 if bar.number % 4 == 3 else 0.3
        return vary_bass(hits, pulses=pulses, kept=kicks, n_changes=int(ends * variety + once.random()), rng=once)

    def _under(self, kicks: list[int], written: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Put the pattern's signs on the kick's places, and slides where they are written."""
        places = dict.fromkeys(kicks, "1")
        places |= {hit.start: hit.mark for hit in written if hit.start in places}
        places |= {hit.start: hit.mark for hit in written if hit.mark in _SLIDES and hit.start > kicks[0]}
        starts = sorted(places)
        ends = [*starts[1:], self._arrangement.bar_ticks]
        return tuple(
            Hit(place, end - place, end - place, places[place]) for place, end in zip(starts, ends, strict=True)
        )

    def _bar(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> None:
        hits = self._hits(stretch, bar, pattern)
        for index, change in enumerate(bar.changes):
            if change.chord is None:
                self._is_after_silence = True
                continue
            following = bar.changes[index + 1].chord if index + 1 < len(bar.changes) else bar.next_chord
            place = _Place(stretch, bar, change.chord, following or change.chord)
            under = struck_again(hits, change) or ([struck_once(hits, change)] if hits else [])
            self._line = []
            is_aimed = self._target is not None and self._target % 12 == change.chord.bass_pitch_class
            self._root, self._target = self._target if is_aimed else None, None
            for number, hit in enumerate(under):
                mark = self._mark(
                    place, under, number, is_first=bool(change.start) or hit.start == 0 or self._is_after_silence
                )
                self._play(place, hit._replace(mark=mark), [other.mark for other in under[number + 1 :]], pattern)

    def _mark(self, place: _Place, under: list[Hit], number: int, *, is_first: bool) -> str:
        """Return a sign as it is played: chords begin on their root, and the last note before a section leads on."""
        hit = under[number]
        if number == 0 and is_first and hit.mark not in "Lsp":
            return "1"
        if place.bar.is_last and number + 1 == len(under) and number and not place.bar.band:
            leads = hit.mark in "15" and place.following.bass_pitch_class != place.chord.bass_pitch_class
            is_short = hit.length <= TICKS_PER_QUARTER and hit.start + hit.length == self._arrangement.bar_ticks
            rng = stream(self._arrangement.plan.seed, "bass", "leads", place.stretch.index)
            if leads and is_short and not place.stretch.is_final and rng.random() < _LEADS:
                return "a"
        return hit.mark

    def _play(self, place: _Place, hit: Hit, left: list[str], pattern: Pattern) -> None:
        note = self._note(hit.mark, place, left)
        if hit.mark == "n":
            hit = hit._replace(length=hit.length + self._tied_over(place, hit, pattern))
        stroke = self._stroke(place, hit, note)
        if hit.mark in _SLIDES and self._strokes:
            before = self._strokes[-1]
            self._strokes[-1] = before._replace(length=stroke.start + _SLIDE_OVERLAP_TICKS - before.start)
        self._strokes.append(stroke)
        self._last, self._is_after_silence = note, False

    def _tied_over(self, place: _Place, hit: Hit, pattern: Pattern) -> int:
        """Return for how long an anticipation rings on in the next bar: until its first note, and not into silence."""
        arrangement = self._arrangement
        after = next((bar for bar in place.stretch.bars if bar.number == place.bar.number + 1), None)
        if hit.start + hit.length < arrangement.bar_ticks or after is None:
            return 0
        if after.band or after.changes[0].chord is None:
            return 0
        hits = pattern_hits(pattern, after.number, arrangement.time_signature, arrangement.backbeat)
        return min(hits[0].start, after.changes[0].length) if hits else 0

    def _note(self, mark: str, place: _Place, left: list[str]) -> int:
        if mark == "a":
            return self._approach(place)
        if mark == "w":
            return self._walk(place, left)
        tone, usual = self._root_of(mark, place), self._low + _USUAL_ROOT
        root = self._nearest(tone, usual)
        if self._root is not None and self._root % 12 == tone and mark != "n":
            root = self._root
        octave = {"L": -12, "8": 12, "o": 12, "^": 12}.get(mark, 0)
        if octave:
            return root + octave if self._low <= root + octave <= self._high else root
        chord = place.chord
        step = {"3": _third(chord), "5": _fifth(chord), "~": _fifth(chord), "6": 9, "7": _seventh(chord)}.get(mark)
        if step is None:
            return root
        return self._nearest((chord.root_pitch_class + step) % 12, root + (step if step < 7 else 3))

    def _root_of(self, mark: str, place: _Place) -> int:
        """Return the pitch class that a sign counts from: the chord's bass, the next one's, or the key's tonic."""
        if mark == "n":
            return place.following.bass_pitch_class
        return self._key.pitch_class if mark == "p" else place.chord.bass_pitch_class

    def _walk(self, place: _Place, left: list[str]) -> int:
        """Return the next note on the way to the next root, from a walk that is drawn where the way begins."""
        on_the_way = 1
        for mark in left:
            if mark not in "wa":
                break
            on_the_way += 1
        if len(self._line) < on_the_way or (left and len(self._line) > on_the_way):
            if on_the_way <= len(left):  # the way leads to a note inside the bar
                target = self._note(left[on_the_way - 1], place, left[on_the_way:])
            else:
                target = self._target = self._aim(place)
            taste = stream(self._arrangement.plan.seed, "bass", place.stretch.index, place.bar.number, "walk")
            line = walk(
                place.chord,
                self._last,
                target,
                on_the_way,
                key=tuple(scale_over(self._key, place.chord)),
                low=self._low,
                high=self._high,
                taste=taste.randrange(_TASTES),
            )
            self._line = list(line) or [target]
        return self._line.pop(0)

    def _nearest(self, tone: int, around: int) -> int:
        """Return the tone nearest to a note, within the range."""
        lowest = self._low + (tone - self._low) % 12
        return min(range(lowest, self._high + 1, 12), key=lambda note: (abs(note - around), note))

    def _aim(self, place: _Place) -> int:
        """Return the next root as a walk reaches it: near its last note, on an arc that rises and falls by phrases."""
        tone = place.following.bass_pitch_class
        arc = math.sin(math.pi * ((place.bar.number + 1) % _ARC_BARS) / _ARC_BARS)
        wanted = self._low + _USUAL_ROOT + _ARC_SEMITONES * arc * (0.5 + place.stretch.energy)
        lowest = self._low + (tone - self._low) % 12
        options = range(lowest, self._high + 1, 12)
        return min(options, key=lambda note: (abs(note - self._last) + _HOMING * abs(note - wanted), note))

    def _approach(self, place: _Place) -> int:
        """Return a note a step from the next root, from the side the line comes from, and never the last note again."""
        if self._line:
            return self._line.pop(0)
        if self._walks:
            target = self._target = self._aim(place)
        else:
            target = self._nearest(place.following.bass_pitch_class, self._low + _USUAL_ROOT)
        scale = self._key.scale
        below = target - 1 if (target - 1) % 12 in scale or (target - 2) % 12 not in scale else target - 2
        above = target + 2 if (target + 2) % 12 in scale else target + 1
        options = [above, below, target - 1] if self._last > target else [below, above, target + 1]
        fitting = [note for note in options if self._low <= note <= self._high and note != self._last]
        return fitting[0] if fitting else target

    def _stroke(self, place: _Place, hit: Hit, note: int) -> Stroke:
        arrangement, part, bar = self._arrangement, self._part, place.bar
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        bars, rest = divmod(hit.start + hit.length, arrangement.bar_ticks)
        end = bars * arrangement.bar_ticks + swung(rest, arrangement.style, signature)
        gap = round(_GAP_SECONDS * arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60)
        length = end - start if bar.is_ending else min(round((end - start) * part.gate), end - start - gap)
        velocity = dynamic(part.velocity, place.stretch.energy) * _ACCENTS.get(hit.mark, 1.0)
        velocity *= 1.05 if hit.start in signature.pulse_ticks else 0.95
        if hit.mark == "g":
            length, velocity = min(length, _DEAD_NOTE_TICKS), velocity * 0.5
        elif hit.mark in "so":
            length = round(length * _SLAP_SHARE)
        return Stroke(bar.start_ticks + start, max(1, length), note, velocity)


def _joined(hits: list[Hit], kicks: list[int]) -> list[Hit]:
    """Strike a root again with one kick that falls inside a long one, so that the two are heard as one."""
    for index, hit in enumerate(hits):
        inside = [kick for kick in kicks if hit.start < kick < hit.start + hit.length and (kick - hit.start) >= 480]
        if hit.mark in "1p" and inside and hit.length >= TICKS_PER_QUARTER:
            kick = inside[-1]
            again = hit._replace(start=kick, length=hit.start + hit.length - kick)
            return [*hits[:index], hit._replace(length=kick - hit.start), again, *hits[index + 1 :]]
    return hits


def _third(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (3, 4)), 7)


def _fifth(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (6, 7, 8)), 7)


def _seventh(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (9, 10, 11)), 12)
