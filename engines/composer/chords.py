"""Chord parts: comping, strums, broken chords and pads, voice-led from chord to chord."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from engines.composer.arrangement import Arrangement, Bar, Change, Stretch, pattern_for, playable_range
from engines.composer.figures import Figure
from engines.composer.grid import Hit, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.randomness import stream
from engines.composer.variation import comping_variety, vary_comping
from engines.composer.voicing import Laid, Player, revoice, voice
from music.chord import Chord
from music.instrument import Instrument, Role
from music.style import PartStyle, Pattern, Voicing
from music.time import TICKS_PER_QUARTER

_LEAN = 2  # semitones by which players differ in where they hold their hands
_REGISTER_LIFT = 5  # semitones by which the centre rises from the calmest to the most intense section
_ACCENTS = {"X": 1.14, "x": 1.0, "a": 1.06, "s": 0.97, "u": 0.8, "m": 0.5, "c": 0.88, "b": 0.96, "f": 0.9}
_DAMPED_SECONDS = 0.045
_CHUG_SHARE = 0.55  # of its step
_PLUCKED_SECONDS = 0.006  # from string to string where the style, written for keys, says nothing
_UPSTROKE = 0.8  # of the time that a down-stroke takes from string to string
_LONGEST_TIE_BARS = 4
_TOP, _INNER = 1.03, 0.94  # how a chord is weighed: the highest voice sings
_FAINTER = 0.03  # from string to string


class _Event(NamedTuple):
    """A sign as it is to be played: in which bar, where and how long, and over which chord."""

    bar: Bar
    hit: Hit
    chord: Chord

    @property
    def start(self) -> int:
        """Written place from the start of the piece."""
        return self.bar.start_ticks + self.hit.start


class ChordWriter:
    """Writes one chord part; it remembers the last voicing, so that the next lies near."""

    def __init__(self, arrangement: Arrangement, role: Role, instrument: Instrument) -> None:
        self._arrangement = arrangement
        self._role = role
        self._part: PartStyle = arrangement.style.part(role)
        self._instrument = instrument
        low, high = playable_range(self._part, instrument)
        voicing = self._part.voicing
        if voicing is Voicing.POWER and arrangement.plan.has_own_chords:
            voicing = Voicing.CLOSE  # a fifth names no chord
        self._whole = Player(
            voicing=voicing,
            n_voices=self._part.n_voices,
            low=low,
            high=high,
            hand=instrument.hand,
            desks=instrument.desks,
            fretboard=instrument.fretboard,
            forbids_parallels=arrangement.style.forbids_parallels,
        )
        self._player = self._whole  # as far as a section's rhythm uses it
        self._bass_rests = arrangement.silences_of(Role.BASS)
        self._lean = stream(arrangement.plan.seed, role.value, "register").randint(-_LEAN, _LEAN)
        self._laid: Laid | None = None
        self._laid_in = -1  # the bar in which the chord was laid out, by its start
        self._chord: Chord | None = None
        self._pushed: Chord | None = None  # the chord that the end of the last bar anticipated
        self._named_in: tuple[int, Chord] | None = None  # the bar and the user's chord that it was last named in
        self._strokes: list[Stroke] = []
        self._held: dict[int, int] = {}  # note -> index of the stroke that sounds it

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        stretches = self._arrangement.stretches_for(self._role)
        following = {before.start_ticks: after for before, after in pairwise(b for s in stretches for b in s.bars)}
        for stretch in stretches:
            pattern = pattern_for(self._arrangement, self._role, stretch)
            rng = stream(self._arrangement.plan.seed, self._role.value, "walk", stretch.index)
            self._player = replace(self._whole, n_voices=_n_voices(pattern, self._part.n_voices))
            figure = Figure(self._instrument, self._player, in_octaves=pattern.in_octaves, rng=rng)
            events = [
                e for bar in stretch.bars for e in self._events(stretch, bar, pattern, following.get(bar.start_ticks))
            ]
            self._chord = None
            self._held.clear()
            for event in _ringing(events, self._arrangement.bar_ticks):
                self._play(stretch, figure, event)
        return self._strokes

    def _events(self, stretch: Stretch, bar: Bar, pattern: Pattern, following: Bar | None) -> Iterator[_Event]:
        """Yield what a bar holds; an anticipation less than a beat before a change has the chord that it leads to."""
        hits = bar.band or self._hits(stretch, bar, pattern)
        events: list[_Event] = []
        for hit in hits:
            if hit.mark == "a":
                coming, left = _coming(bar, hit.start, following)
                is_struck = following is not None and bool(following.band)  # then there is nothing to push
                is_silent = bar.chord_at(hit.start) is None  # N.C. is silence to its end
                if coming and not is_struck and not is_silent and left <= TICKS_PER_QUARTER:
                    events.append(_Event(bar, hit._replace(length=max(hit.length, left)), coming))
                    continue
            held = hit._replace(mark="x") if hit.mark == "a" else hit  # with nothing to push towards
            for change in bar.changes:
                if change.chord is not None:
                    events += (_Event(bar, part, change.chord) for part in struck_again((held,), change))
        ends = [e for e in events if e.hit.mark == "a" and e.hit.start + e.hit.length >= self._arrangement.bar_ticks]
        events += _unheard(bar, hits, {self._pushed, *(event.chord for event in events)})
        self._pushed = ends[-1].chord if ends else None
        yield from sorted(events, key=lambda event: event.start)

    def _hits(self, stretch: Stretch, bar: Bar, pattern: Pattern) -> tuple[Hit, ...]:
        """Return the bar's rhythm, varied as players do, above all where a section comes back."""
        arrangement = self._arrangement
        hits = pattern_hits(pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        amount = comping_variety(stretch, bar, self._part.variety)
        if self._role is not Role.CHORDS or not amount:
            return hits
        rng = stream(arrangement.plan.seed, self._role.value, "comping", stretch.index, bar.number)
        return vary_comping(hits, pulses=arrangement.time_signature.pulse_ticks, amount=amount, rng=rng)

    def _play(self, stretch: Stretch, figure: Figure, event: _Event) -> None:
        """Add a sign's strokes; what a swelling chord shares with what sounds is held on instead."""
        start, length = self._placed(event)
        velocity = self._velocity(stretch, event.hit)
        laid = self._voiced(stretch, event)
        notes = self._named(event, laid, figure.notes(event.hit.mark, laid, event.chord))
        spread = self._spread(event.hit.mark, len(notes), length)
        for index, note in enumerate(notes):
            held = self._held.get(note) if event.hit.mark == "s" else None
            if held is not None and self._goes_on(held, start):
                begun = self._strokes[held]
                self._strokes[held] = begun._replace(length=start + length - begun.start)
                continue
            after = index * spread
            weight = _TOP if note == laid.notes[-1] else 1.0 if note == laid.notes[0] else _INNER
            faded = 1.0 - (_FAINTER * index if spread else 0.0)
            self._held[note] = len(self._strokes)
            self._strokes.append(Stroke(start, length, note, velocity * weight * faded, after))

    def _named(self, event: _Event, laid: Laid, notes: tuple[int, ...]) -> tuple[int, ...]:
        """Pinch what names one of the user's chords with its first note in a bar, where voices come one by one."""
        chord, place = event.chord, (event.bar.start_ticks, event.chord)
        if not self._arrangement.plan.has_own_chords or place == self._named_in or len(chord.intervals) < 3:
            return notes
        self._named_in = place
        needed = {(chord.root_pitch_class + chord.intervals[1]) % 12, chord.root_pitch_class}
        missing = needed - {note % 12 for note in notes} if len(notes) < 3 else ()
        found = [next((note for note in laid.notes if note % 12 == tone), notes[0]) for tone in missing]
        return tuple(sorted({*notes, *found})) if found else notes

    def _goes_on(self, held: int, start: int) -> bool:
        begun = self._strokes[held]
        is_fresh = start - begun.start < _LONGEST_TIE_BARS * self._arrangement.bar_ticks
        return is_fresh and begun.start + begun.length >= start - 1

    def _is_without_bass(self, ticks: int) -> bool:
        """Whether nobody plays the roots of the user's chords here but this part."""
        arrangement = self._arrangement
        has_bass = any(part.role is Role.BASS for part in arrangement.plan.parts)
        return not has_bass or any(start <= ticks < end for start, end in self._bass_rests)

    def _placed(self, event: _Event) -> tuple[int, int]:
        """Return where a sign sounds, swung, and for how long."""
        arrangement, hit = self._arrangement, event.hit
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        bars, rest = divmod(hit.start + hit.length, arrangement.bar_ticks)
        length = bars * arrangement.bar_ticks + swung(rest, arrangement.style, signature) - start
        ticks_per_second = arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60
        if hit.mark == "m":
            length = min(length, round(_DAMPED_SECONDS * ticks_per_second))
        elif hit.mark == "c":
            length = min(length, round(hit.step * _CHUG_SHARE))
        elif hit.mark != "s" and not event.bar.is_ending:
            length = round(length * self._part.gate)
        return event.bar.start_ticks + start, max(1, length)

    def _velocity(self, stretch: Stretch, hit: Hit) -> float:
        velocity = dynamic(self._part.velocity, stretch.energy) * _ACCENTS.get(hit.mark, 0.95)
        return velocity * 1.05 if hit.start in self._arrangement.time_signature.pulse_ticks else velocity

    def _spread(self, mark: str, n_notes: int, length: int) -> int:
        """Return the ticks from string to string; a strum is through by half of its length."""
        seconds = self._part.strum_seconds
        if self._player.fretboard and not seconds:
            seconds = _PLUCKED_SECONDS
        if mark == "u":
            seconds *= _UPSTROKE
        ticks = round(seconds * self._arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60)
        return min(ticks, length // (2 * n_notes))

    def _voiced(self, stretch: Stretch, event: _Event) -> Laid:
        """Lay a chord out near the last one; in an ending a rootless one has its root and fifth back.

        So has one of the user's own chords where no bass says what its root is.
        """
        chord = event.chord
        is_same = self._laid is not None and chord == self._chord and not event.bar.is_ending
        if self._laid is not None and is_same and (not self._part.revoices or event.bar.start_ticks <= self._laid_in):
            return self._laid
        self._laid_in = event.bar.start_ticks
        is_alone = self._arrangement.plan.has_own_chords and self._is_without_bass(event.start)
        player = self._whole if event.bar.is_ending or is_alone else self._player
        is_rootless = player.voicing in (Voicing.SHELL, Voicing.ROOTLESS)
        if (event.bar.is_ending and is_rootless) or is_alone:
            n_voices = max(player.n_voices, len(chord.intervals))
            player = replace(player, voicing=Voicing.CLOSE, n_voices=n_voices)
        centre = (player.low + player.high) // 2 + self._lean + round((stretch.energy - 0.5) * _REGISTER_LIFT)
        if self._laid is not None and is_same:
            self._laid = revoice(chord, self._laid, player, centre)
        else:
            self._laid, self._chord = voice(chord, self._laid, player, centre), chord
        return self._laid


def _n_voices(pattern: Pattern, n_voices: int) -> int:
    """Return how many voices a rhythm of single ones counts, three at least; any other rhythm has all."""
    marks = {*"".join(pattern.bars)} - {*".- |"}
    if not all(mark.isdecimal() for mark in marks):
        return n_voices
    return min(n_voices, max([3, *map(int, marks)]))


def _unheard(bar: Bar, hits: tuple[Hit, ...], heard: set[Chord | None]) -> list[_Event]:
    """Return a stroke for each chord of a shared bar that neither its rhythm nor an anticipation has."""
    if len(bar.changes) == 1 or not hits:
        return []
    return [
        _Event(bar, struck_once(hits, change), change.chord)
        for change in bar.changes
        if change.chord is not None and change.chord not in heard
    ]


def _coming(bar: Bar, place: int, following: Bar | None) -> tuple[Chord | None, int]:
    """Return the chord after the one at a place in a bar, None where none follows at once, and the ticks until then."""
    for change in bar.changes:
        if change.start > place:
            return change.chord, change.start - place
    end = bar.changes[-1].start + bar.changes[-1].length
    if following is None or following.start_ticks != bar.start_ticks + end or following.changes[0].start:
        return None, end - place
    return following.changes[0].chord, end - place


def _ringing(events: list[_Event], bar_ticks: int) -> Iterator[_Event]:
    """Let anticipations sound on into the chord that they bring, up to the next sign or for half a bar."""
    for index, event in enumerate(events):
        if event.hit.mark != "a":
            yield event
            continue
        until = event.start + event.hit.length + bar_ticks // 2
        if index + 1 < len(events):
            until = min(until, events[index + 1].start)
        yield event._replace(hit=event.hit._replace(length=max(1, until - event.start)))


def struck_again(hits: tuple[Hit, ...], change: Change) -> list[Hit]:
    """Return the hits under one chord; a note held over into the chord is struck again where the chord starts."""
    end = change.start + change.length
    out = []
    for hit in hits:
        left, right = max(hit.start, change.start), min(hit.start + hit.length, end)
        if left < right:
            out.append(Hit(left, right - left, hit.step, hit.mark))
    return out


def struck_once(hits: tuple[Hit, ...], change: Change) -> Hit:
    """Return a stroke for a chord that shares a bar and falls where its rhythm rests, so that each chord is heard."""
    length = min(change.length, TICKS_PER_QUARTER)
    return Hit(change.start, length, length, "1" if hits[0].mark.isdecimal() else hits[0].mark)
