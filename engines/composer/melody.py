"""Melodies: phrases that ask and answer, made of motifs that are stated, repeated, varied and brought back."""

from collections.abc import Sequence

from engines.composer.arrangement import Arrangement, Bar, Stretch, playable_range
from engines.composer.contour import Slot, search
from engines.composer.grid import Hit, candidates, pattern_hits
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.motifs import (
    ANSWERS,
    LONGEST,
    PLAIN_VARIATIONS,
    VARIATIONS,
    Figure,
    Motif,
    Tone,
    Variation,
    draw_lick,
    draw_motif,
    draw_run,
    stated,
)
from engines.composer.phrases import Phrase, Placed, climax_place, peak_of, phrases_of, strong_ticks, sung_phrases
from engines.composer.randomness import stream
from engines.composer.scales import ladder
from engines.composer.shape import arc, rest_tones, taste_for
from engines.composer.singing import melisma, needs_of, singable, sung_hits
from engines.composer.solo import improvised
from music.chord import Chord
from music.instrument import Instrument, Role
from music.lyrics import SungLine
from music.score import Lyric
from music.style import PLAIN_PARTS, MelodyScale, Pattern
from music.time import TICKS_PER_QUARTER

_REGISTER_LIFT = 7.0  # semitones between a section without energy and one with all of it
_PEAK_OVER_MIDDLE = 9
_PEAK_MARGIN = 3  # semitones by which every other climax stays under the piece's highest
_FREE_KINDS = ("solo", "development")  # sections in which each phrase has motifs of its own
_HOOKS = {"intro": ("chorus", "hook", "head", "theme", "drop"), "outro": ("chorus", "hook", "head", "theme", "drop")}
_MELISMA = 0.3  # chance that a long last syllable moves
_WAITS, _RESTS = 0.5, 0.35  # chances that a solo's phrase begins late, and that its last bar is empty
_BREATH = 0.72  # share of a phrase's last bar that may sound
_LONG = TICKS_PER_QUARTER


class MelodyWriter:
    """Writes a melody; it remembers its last note and what it has sung where."""

    def __init__(self, arrangement: Arrangement, role: Role, instrument: Instrument) -> None:
        self._arrangement = arrangement
        self._role = role
        self._part = arrangement.style.part(role)
        self._low, self._high = playable_range(self._part, instrument)
        self._lines: dict[int, list[SungLine]] = {}
        for line in arrangement.plan.lyrics if role is Role.MELODY else ():
            self._lines.setdefault(line.section, []).append(line)
        if self._lines:
            self._low, self._high = singable(self._low, self._high)
        self.lyrics: list[Lyric] = []  # what was sung by ``write``, by written place
        self._strong = strong_ticks(arrangement)
        self._last = (self._low + self._high) // 2
        self._key = arrangement.plan.key
        self._anchors: dict[tuple[str, str], int] = {}
        self._sung: dict[tuple[str, int, int, int], tuple[int, Chord | None]] = {}
        self._drawn: dict[tuple[str, int, int], dict[str, Motif]] = {}

    def write(self) -> list[Stroke]:
        """Write the part for the whole piece."""
        strokes: list[Stroke] = []
        stretches = self._arrangement.stretches_for(self._role)
        if self._lines:  # words are sung however calm their section is
            stretches = tuple(s for s in self._arrangement.stretches if s in stretches or s.index in self._lines)
        peak = peak_of([stretch for stretch in stretches if stretch.index in self._lines] or stretches)
        for stretch in stretches:
            self._key = stretch.key
            lines = self._lines.get(stretch.index)
            phrases = sung_phrases(stretch, lines) if lines else phrases_of(stretch, self._part)
            for phrase in phrases:
                is_peak = stretch.index == peak and phrase is phrases[-1]
                strokes += self._phrase(stretch, phrase, is_peak=is_peak)
        return strokes

    def _phrase(self, stretch: Stretch, phrase: Phrase, *, is_peak: bool) -> list[Stroke]:
        placed = self._placed(stretch, phrase)
        if not placed:
            return []
        taste = taste_for(self._part, self._key)
        slots = self._slots(stretch, phrase, placed, is_peak=is_peak)
        notes = search(slots, taste, self._last)
        if self._is_run(stretch):
            rng = stream(self._arrangement.plan.seed, self._role.value, "solo", stretch.index, phrase.number)
            notes = improvised(notes, slots, [one.tone.hit for one in placed], rng)
        self._remember(stretch, phrase, placed, notes)
        self._last = notes[-1]
        strokes = [self._stroke(stretch, one.bar, one.tone.hit, note) for one, note in zip(placed, notes, strict=True)]
        for one, stroke in zip(placed, strokes, strict=True):
            if one.syllable:
                self.lyrics.append(Lyric(stroke.start, one.syllable.shown))
        return strokes

    def _placed(self, stretch: Stretch, phrase: Phrase) -> list[Placed]:
        """Lay figures out over the bars of a phrase; its last sounding bar leaves time to breathe."""
        if phrase.line:
            return self._sung_line(stretch, phrase, phrase.line)
        figures = [(bar, place, *self._figure(stretch, phrase, place)) for place, bar in enumerate(phrase.bars)]
        sounding = [place for _, place, figure, _ in figures if figure.tones]
        placed: list[Placed] = []
        for bar, place, figure, letter in figures:
            tones = figure.tones
            if sounding and place == sounding[-1] and not bar.is_ending and len(stretch.bars) > 1:
                tones = _breathing(tones, self._arrangement.bar_ticks)
            placed += [
                Placed(bar, place, tone, "" if i else letter, 0 if i else figure.shift) for i, tone in enumerate(tones)
            ]
        return placed

    def _sung_line(self, stretch: Stretch, phrase: Phrase, line: SungLine) -> list[Placed]:
        """Set a line of words: a note for each syllable, and a few on a long last one."""
        arrangement = self._arrangement
        length, signature = arrangement.bar_ticks, arrangement.time_signature
        motifs = self._motifs(stretch, phrase)
        motif = motifs["A" if phrase.number % 4 < 2 else "B"]
        liked = frozenset(
            place * length + hit.start
            for place, bar in enumerate(phrase.bars)
            for hit in pattern_hits(motif.pattern, bar.number, signature, arrangement.backbeat)
        )
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind, "words", phrase.number // 2)
        hits = sung_hits(needs_of(line.syllables), signature, line.n_bars, liked, rng.random())
        placed = []
        for i, (hit, syllable) in enumerate(zip(hits, line.syllables, strict=True)):
            place, start = divmod(hit.start, length)
            tone = Tone(hit._replace(start=start), motif.moves[i % LONGEST])
            placed.append(Placed(phrase.bars[place], place, tone, "" if i else "A", 0, syllable))
        if placed[-1].tone.hit.length > TICKS_PER_QUARTER and rng.random() < _MELISMA:
            placed = melisma(placed)
        return placed

    def _figure(self, stretch: Stretch, phrase: Phrase, place: int) -> tuple[Figure, str]:
        """Return what is played in a bar, and the letter of its motif."""
        arrangement, bar, sign = self._arrangement, phrase.bars[place], phrase.signs[place]
        length = arrangement.bar_ticks
        if bar.is_ending:
            return Figure((Tone(Hit(0, length, length, "x"), 0),)), "end"
        if sign == "-" and any(other != "-" for other in phrase.signs):
            return Figure(()), ""
        letter = "B" if sign[0] == "B" else "A"
        if phrase.is_contrast:
            letter = "A" if letter == "B" else "B"
        motif = self._motifs(stretch, phrase)[letter]
        hits = pattern_hits(motif.pattern, bar.number, arrangement.time_signature, arrangement.backbeat)
        if self._is_run(stretch):
            return stated(motif, self._aired(stretch, phrase, place, hits), 1 + 5 * place), ""  # one line throughout
        figure = stated(motif, hits)
        for vary in self._variations(stretch, phrase, place):
            figure = vary(figure, length) if figure.tones else figure
        return figure, letter

    def _is_run(self, stretch: Stretch) -> bool:
        """Tell whether a section is improvised in runs, as jazz solos are."""
        return stretch.kind in _FREE_KINDS and "approach" in self._part.ornaments

    def _aired(self, stretch: Stretch, phrase: Phrase, place: int, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Let an improviser wait: some phrases begin after the first beat, and some end a bar early."""
        rng = stream(self._arrangement.plan.seed, self._role.value, "air", stretch.index, phrase.number)
        waits, rests = rng.random() < _WAITS, rng.random() < _RESTS
        pulses = self._arrangement.time_signature.pulse_ticks
        if place == 0 and waits and len(pulses) > 1:
            return tuple(hit for hit in hits if hit.start >= pulses[1]) or hits
        is_over = rests and place and place + 1 == len(phrase.bars) and not phrase.bars[place].is_last
        return () if is_over else hits

    def _motifs(self, stretch: Stretch, phrase: Phrase) -> dict[str, Motif]:
        """Draw the motifs of a kind of section; calm sections choose among the sparser half of the rhythms.

        An intro or an outro takes up the hook of the section that has one.
        """
        hooks = _HOOKS.get(stretch.kind, ())
        source = next((other for hook in hooks for other in self._arrangement.stretches if other.kind == hook), stretch)
        known = (source.kind, source.index if source.kind in _FREE_KINDS else 0, self._free_number(source, phrase))
        if known not in self._drawn:
            self._drawn[known] = self._draw(source, self._free_number(source, phrase))
        return self._drawn[known]

    def _free_number(self, source: Stretch, phrase: Phrase) -> int:
        return phrase.number if source.kind in _FREE_KINDS else 0

    def _draw(self, stretch: Stretch, number: int) -> dict[str, Motif]:
        arrangement, part = self._arrangement, self._part
        choice = candidates(
            part.patterns or PLAIN_PARTS[self._role].patterns, arrangement.time_signature, stretch.kind, stretch.energy
        )
        ranked = sorted(choice, key=_density)
        half = (len(ranked) + 1) // 2
        ranked = ranked[:half] if stretch.energy < 0.45 else ranked[-half:] if stretch.energy > 0.8 else ranked
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind, number)
        first = ranked[rng.randrange(len(ranked))]
        others = [pattern for pattern in choice if pattern is not first] or [first]
        second = others[rng.randrange(len(others))]
        if part.scale is MelodyScale.BLUES:
            return {"A": draw_lick(first, rng), "B": draw_lick(second, rng)}
        if self._is_run(stretch):
            return {"A": draw_run(first, rng), "B": draw_run(second, rng)}
        return {"A": draw_motif(first, part.leaps, rng), "B": draw_motif(second, part.leaps, rng)}

    def _variations(self, stretch: Stretch, phrase: Phrase, place: int) -> list[Variation]:
        """Return how a bar departs from its motif: by the style's prime, and a little where the section returns."""
        seed, role = self._arrangement.plan.seed, self._role.value
        found: list[Variation] = []
        if phrase.signs[place].endswith("'"):
            found.append(stream(seed, role, stretch.kind, "prime").choice(VARIATIONS))
        if phrase.is_answer and phrase.number and place >= self._turn(stretch, phrase):
            found.append(stream(seed, role, stretch.kind, "answer", phrase.number).choice(ANSWERS))
        if stretch.occurrence and len(phrase.bars) > 1:
            rng = stream(seed, role, stretch.index, "again", phrase.number)
            if place == rng.randrange(1, len(phrase.bars)):
                found.append(rng.choice(PLAIN_VARIATIONS))
        return found

    def _turn(self, stretch: Stretch, phrase: Phrase) -> int:
        """Return the bar from which an answer goes its own way: the second half, or the last bar alone."""
        n_bars = len(phrase.bars)
        rng = stream(self._arrangement.plan.seed, self._role.value, stretch.kind, "turn")
        return rng.choice((n_bars // 2, n_bars - 1)) if stretch.kind not in _FREE_KINDS else n_bars

    def _slots(self, stretch: Stretch, phrase: Phrase, placed: Sequence[Placed], *, is_peak: bool) -> list[Slot]:
        """Say of each note what is wanted of it: place on the arc, move, chord tone or not, climax, ending."""
        arrangement, part = self._arrangement, self._part
        key = self._key
        scale = key.scale
        rng = stream(arrangement.plan.seed, self._role.value, stretch.kind, "register", phrase.number // 2)
        middle = (self._low + self._high) / 2 - 2 + (stretch.energy - 0.5) * _REGISTER_LIFT + rng.uniform(-2.5, 1.5)
        start, length = phrase.bars[0].start_ticks, len(phrase.bars) * arrangement.bar_ticks
        places = [(one.bar.start_ticks + one.tone.hit.start - start) / length for one in placed]
        roof = self._roof(is_peak=is_peak)
        climax = self._climax(stretch, phrase, placed, places, middle, is_peak=is_peak)
        ends = self._ends(placed[-1], phrase, middle, roof + 1 if climax is None else climax[1])
        heights = arc(places, middle, climax, ends[0], rng.uniform(0.7, 2.0))
        slots = []
        for i, one in enumerate(placed):
            hit, chord = one.tone.hit, self._chord_under(one)
            height, pull = heights[i], 0.16
            anchor = self._anchors.get((stretch.kind, one.letter)) if one.letter else None
            if anchor is not None and stretch.kind not in _FREE_KINDS:
                height, pull = 0.65 * (anchor + 2 * one.shift) + 0.35 * height, 0.4
            slots.append(
                Slot(
                    rungs=ladder(key, chord, part.scale, self._low, self._high),
                    tones=rest_tones(chord, key),
                    key=scale,
                    is_strong=hit.start in self._strong,
                    is_long=hit.length >= _LONG,
                    step=one.tone.move,
                    is_start=bool(one.letter),
                    height=height,
                    pull=pull,
                    ceiling=roof if climax is None else climax[1] - 1,
                    wanted=self._wanted(stretch, phrase, one),
                    only=(climax[1],) if climax is not None and climax[0] == i else (),
                    basses=self._basses(placed[i - 1], one) if i else None,
                )
            )
        slots[-1] = slots[-1]._replace(only=ends)
        return slots

    def _basses(self, before: Placed, one: Placed) -> tuple[int, int] | None:
        """Return the pitch classes between which the bass moves to a note, where parallels with it are forbidden."""
        chord, last = self._chord_under(one), self._chord_under(before)
        if not self._arrangement.style.forbids_parallels or chord is None or last is None:
            return None
        basses = (last.bass_pitch_class, chord.bass_pitch_class)
        return basses if basses[0] != basses[1] else None

    def _chord_under(self, one: Placed) -> Chord | None:
        """Return the chord that a note belongs to: in some styles one just before the bar line has the next bar's."""
        hit, pulses = one.tone.hit, self._arrangement.time_signature.pulse_ticks
        is_pushed = hit.start > pulses[-1] and hit.start + hit.length >= self._arrangement.bar_ticks
        if is_pushed and "anticipation" in self._part.ornaments and not one.bar.is_last:
            return one.bar.next_chord
        return one.bar.chord_at(hit.start)

    def _climax(
        self,
        stretch: Stretch,
        phrase: Phrase,
        placed: Sequence[Placed],
        places: Sequence[float],
        middle: float,
        *,
        is_peak: bool,
    ) -> tuple[int, int] | None:
        """Return which note is the phrase's highest, and how high; where the phrase returns, as it was."""
        weights = [
            (one.tone.hit.start in self._strong) + (one.tone.hit.length >= _LONG) + 0.5 * (one.tone.hit.mark == "X")
            for one in placed
        ]
        seed = self._arrangement.plan.seed
        rng = stream(
            seed, self._role.value, stretch.kind, "climax", phrase.number if phrase.model is None else phrase.model
        )
        own = self._turn(stretch, phrase) / len(phrase.bars) if is_peak and phrase.model is not None else 0.3
        chance = rng.random()
        at = climax_place(places, weights, chance, own) or climax_place(places, weights, chance)
        if at is None:
            return None
        cap = self._roof(is_peak=is_peak)
        wish = (
            self._roof(is_peak=False) + _PEAK_MARGIN
            if is_peak
            else min(cap, middle + 4 + 2 * stretch.energy + 2 * rng.random())
        )
        tones = rest_tones(placed[at].bar.chord_at(placed[at].tone.hit.start), self._key)
        known = self._wanted(stretch, phrase, placed[at])
        if known is not None and not is_peak:
            wish = known
        lowest_end = min(self._end_notes(placed[-1], phrase))
        options = [note for note in range(self._low, cap + 1) if note % 12 in tones]
        options = [note for note in options if note > lowest_end] or options
        if not options:
            return None
        return at, min(options, key=lambda note: (abs(note - wish), note))

    def _wanted(self, stretch: Stretch, phrase: Phrase, one: Placed) -> int | None:
        """Return what was sung here when the section was last heard, or in the phrase that this one answers."""
        if stretch.kind in _FREE_KINDS:
            return None
        chord = one.bar.chord_at(one.tone.hit.start)
        known = self._sung.get((stretch.kind, phrase.number, one.place, one.tone.hit.start))
        if known is None and phrase.model is not None and one.place < self._turn(stretch, phrase):
            known = self._sung.get((stretch.kind, phrase.model, one.place, one.tone.hit.start))
        return known[0] if known and known[1] == chord else None

    def _remember(self, stretch: Stretch, phrase: Phrase, placed: Sequence[Placed], notes: Sequence[int]) -> None:
        for one, note in zip(placed, notes, strict=True):
            hit = one.tone.hit
            self._sung.setdefault(
                (stretch.kind, phrase.number, one.place, hit.start), (note, one.bar.chord_at(hit.start))
            )
            if one.letter:
                self._anchors.setdefault((stretch.kind, one.letter), note)

    def _ends(self, last: Placed, phrase: Phrase, middle: float, top: int) -> tuple[int, ...]:
        """Return the two best notes to end on under ``top``, the best first; a question would rather not be a root."""
        wish = min(middle, top - 4)
        chord = last.bar.chord_at(last.tone.hit.start)
        root = None if phrase.is_answer or chord is None else chord.root_pitch_class
        notes = self._end_notes(last, phrase)
        notes = [n for n in notes if n < top] or notes[:1]
        return tuple(sorted(notes, key=lambda n: (abs(n - wish) + (2.5 if n % 12 == root else 0.0), n))[:2])

    def _end_notes(self, last: Placed, phrase: Phrase) -> list[int]:
        """Return what a phrase may end on, rising.

        An answer closes on the tonic where the chord has it, else on the root; a question stays open on another tone.
        """
        tonic = self._key.pitch_class
        tones = rest_tones(last.bar.chord_at(last.tone.hit.start), self._key)
        if phrase.is_answer or last.bar.is_ending:
            tones = (tonic,) if tonic in tones else tones[:1]
        else:
            tones = tuple(tone for tone in tones if tone != tonic) or tones
        return [n for n in range(self._low, self._high + 1) if n % 12 in tones]

    def _roof(self, *, is_peak: bool) -> int:
        """Return the highest note of a phrase: all stay under the one phrase that has the piece's climax."""
        roof = min(self._high, round((self._low + self._high) / 2) + _PEAK_OVER_MIDDLE)
        return self._high if is_peak else roof - _PEAK_MARGIN

    def _stroke(self, stretch: Stretch, bar: Bar, hit: Hit, note: int) -> Stroke:
        arrangement, part = self._arrangement, self._part
        signature = arrangement.time_signature
        start = swung(hit.start, arrangement.style, signature)
        end = swung(hit.start + hit.length, arrangement.style, signature)
        velocity = dynamic(part.velocity, stretch.energy) * (1.1 if hit.mark == "X" else 1.0)
        velocity *= 1.04 if hit.start in signature.pulse_ticks else 0.95
        gate = 1.0 if bar.is_ending else part.gate
        velocity += (note - (self._low + self._high) / 2) * 0.5
        return Stroke(bar.start_ticks + start, max(1, round((end - start) * gate)), note, velocity)


def _density(pattern: Pattern) -> float:
    return sum(bar.count("x") + bar.count("X") for bar in pattern.bars) / len(pattern.bars)


def _breathing(tones: tuple[Tone, ...], bar_ticks: int) -> tuple[Tone, ...]:
    """Keep the first part of a bar, its last note held, and leave the rest silent."""
    limit = round(bar_ticks * _BREATH)
    kept = [tone for tone in tones if tone.hit.start <= bar_ticks // 2] or list(tones[:1])
    if kept and kept[-1].hit.start < limit:
        hit = kept[-1].hit
        kept[-1] = kept[-1]._replace(hit=hit._replace(length=max(hit.length, limit - hit.start)))
    return tuple(kept)
