"""Bass: roots and fifths on a rhythm, locked to the kick where the style says so, or walking to the next chord."""

from engines.composer.arrangement import Arrangement, Bar, Stretch, playable_range
from engines.composer.chords import struck_again
from engines.composer.grid import Hit, candidates, hits_in_bar, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from music.chord import Chord
from music.instrument import Instrument, Role
from music.style import PLAIN_PARTS, Pattern
from music.time import TICKS_PER_QUARTER

_SLIDE_OVERLAP_TICKS = 90
_DEAD_NOTE_TICKS = 60
_GAP_SECONDS = 0.015  # before the next note is struck, so that a voice that glides between tied notes does not
_USUAL_ROOT = 4  # semitones above the lowest note around which roots lie


class BassWriter:
    """Writes the bass; it remembers its last note, so that the line stays together."""

    def __init__(self, arrangement: Arrangement, instrument: Instrument) -> None:
        self._arrangement = arrangement
        self._part = arrangement.style.part(Role.BASS)
        self._low, self._high = playable_range(self._part, instrument)
        self._last = self._low + 5

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        strokes: list[Stroke] = []
        for stretch in self._arrangement.stretches_for(Role.BASS):
            pattern = self._pattern_for(stretch)
            for bar in stretch.bars:
                strokes += self._bar(stretch, bar, pattern)
        return strokes

    def _pattern_for(self, stretch: Stretch) -> Pattern:
        patterns = self._part.patterns or PLAIN_PARTS[Role.BASS].patterns
        choice = candidates(patterns, self._arrangement.time_signature, stretch.kind, stretch.energy)
        rng = stream(self._arrangement.plan.seed, "bass", stretch.kind)
        return choice[rng.randrange(len(choice))]

    def _hits(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> tuple[Hit, ...]:
        """Return the bar's rhythm; following the kick means its places from there and its signs from the pattern."""
        arrangement = self._arrangement
        signature, backbeat = arrangement.time_signature, arrangement.backbeat
        if bar.is_ending:
            return (Hit(0, arrangement.bar_ticks, arrangement.bar_ticks, "1"),)
        written = pattern_hits(pattern, bar.number, signature, backbeat)
        groove = arrangement.grooves[stretch.index]
        if not self._part.follows_kick or groove is None or "kick" not in groove.lanes:
            return written
        kicks = groove.lanes["kick"]
        places = [hit.start for hit in hits_in_bar(kicks[bar.number % len(kicks)], groove.meter, signature, backbeat)]
        if not places:
            return written
        signs = {hit.start: hit.mark for hit in written}
        slide = next((hit for hit in written if hit.mark == "~"), None)
        if slide and slide.start > places[-1]:
            places.append(slide.start)
        ends = [*places[1:], arrangement.bar_ticks]
        return tuple(
            Hit(place, end - place, end - place, signs.get(place, "1")) for place, end in zip(places, ends, strict=True)
        )

    def _bar(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> list[Stroke]:
        hits = self._hits(stretch, bar, pattern)
        strokes: list[Stroke] = []
        for index, change in enumerate(bar.changes):
            if change.chord is None:
                continue
            following = bar.changes[index + 1].chord if index + 1 < len(bar.changes) else bar.next_chord
            under = struck_again(hits, change)
            for place, hit in enumerate(under):
                mark = "1" if place == 0 and (change.start or hit.start == 0) and hit.mark not in "L" else hit.mark
                note = self._note(mark, change.chord, following or change.chord, n_left=len(under) - place)
                stroke = self._stroke(stretch, bar, hit._replace(mark=mark), note)
                if mark == "~" and strokes:
                    ends = stroke.start + _SLIDE_OVERLAP_TICKS
                    strokes[-1] = strokes[-1]._replace(length=ends - strokes[-1].start)
                strokes.append(stroke)
                self._last = note
        return strokes

    def _note(self, mark: str, chord: Chord, following: Chord, *, n_left: int) -> int:
        root = self._nearest(chord.bass_pitch_class, self._low + _USUAL_ROOT)
        if mark == "a":
            return self._approach(following)
        if mark == "w":
            return self._approach(following) if n_left == 1 else self._walk(chord, following)
        if mark == "L":
            return root - 12 if root - 12 >= self._low else root
        if mark == "8":
            return root + 12 if root + 12 <= self._high else root
        step = {"3": _third(chord), "5": _fifth(chord), "~": _fifth(chord), "6": 9, "7": _seventh(chord)}.get(mark)
        if step is None:
            return root
        return self._nearest((chord.root_pitch_class + step) % 12, root + (step if step < 7 else 3))

    def _nearest(self, tone: int, around: int) -> int:
        """Return the tone nearest to a note, within the range."""
        lowest = self._low + (tone - self._low) % 12
        return min(range(lowest, self._high + 1, 12), key=lambda note: (abs(note - around), note))

    def _approach(self, following: Chord) -> int:
        """Return a note a step from the next root, from the side the line comes from, and never the last note again."""
        target = self._nearest(following.bass_pitch_class, self._last)
        scale = self._arrangement.plan.key.scale
        below = target - 1 if (target - 1) % 12 in scale or (target - 2) % 12 not in scale else target - 2
        above = target + 2 if (target + 2) % 12 in scale else target + 1
        options = [above, below, target - 1] if self._last > target else [below, above, target + 1]
        fitting = [note for note in options if self._low <= note <= self._high and note != self._last]
        return fitting[0] if fitting else target

    def _walk(self, chord: Chord, following: Chord) -> int:
        """Return the next note on the way to the next root: a chord tone or a scale step in its direction."""
        target = self._nearest(following.bass_pitch_class, self._last)
        tones = {*chord.pitch_classes}
        scale = {*self._arrangement.plan.key.scale} | tones
        rising = target >= self._last
        if abs(target - self._last) <= 2:
            rising = self._last - self._low < self._high - self._last
        steps = range(1, 6)
        options = [self._last + (step if rising else -step) for step in steps]
        options = [note for note in options if self._low <= note <= self._high and note % 12 in scale]
        in_chord = [note for note in options if note % 12 in tones]
        if in_chord and abs(in_chord[0] - self._last) >= 2:
            return in_chord[0]
        return (in_chord or options or [self._nearest(chord.root_pitch_class, self._last)])[0]

    def _stroke(self, stretch: Stretch, bar: Bar, hit: Hit, note: int) -> Stroke:
        arrangement, part = self._arrangement, self._part
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        end = swung(hit.start + hit.length, arrangement.style, signature)
        gap = round(_GAP_SECONDS * arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60)
        length = end - start if bar.is_ending else min(round((end - start) * part.gate), end - start - gap)
        length = max(1, length)
        velocity = dynamic(part.velocity, stretch.energy) * (1.05 if hit.start in signature.pulse_ticks else 0.95)
        if hit.mark == "g":
            length, velocity = min(length, _DEAD_NOTE_TICKS), velocity * 0.5
        return Stroke(bar.start_ticks + start, length, note, velocity)


def _third(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (3, 4)), 7)


def _fifth(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (6, 7, 8)), 7)


def _seventh(chord: Chord) -> int:
    return next((step for step in chord.intervals if step in (9, 10, 11)), 12)
