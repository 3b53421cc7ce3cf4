"""The drum chart: which drum is meant to fall where in each bar, and how it differs from the groove as written.

The bass reads the kick from it, whether or not there are drums.
"""

import random
from collections.abc import Mapping

from engines.composer.arrangement import Arrangement, Bar, Stretch
from engines.composer.fills import Lanes, build_roll, fill_slots, made_fill, with_fill
from engines.composer.grid import Hit, candidates, hits_in_bar, slots
from engines.composer.meters import family_of, grooves_for
from engines.composer.randomness import stream
from engines.composer.staging import halfway
from engines.composer.variation import vary_drums
from music.instrument import Role
from music.style import DrumPattern, Presence, Style, SwingUnit
from music.time import TimeSignature

Chart = tuple[Lanes, ...]  # by bar of the piece

_COMMON_TIME = TimeSignature(4, 4)
_ARRIVAL_ENERGY = 0.55
_STRIKE_TICKS = 110
_TIMEKEEPERS = ("hat", "open_hat", "ride")
# What is exchanged for another groove's when a section returns; kick and backbeat make it known again.
_COLOURS = (
    "hat", "open_hat", "pedal_hat", "ride", "ride_bell", "shaker", "tambourine", "cabasa", "high_conga", "low_conga",
    "slap_conga", "high_bongo", "low_bongo", "cowbell", "woodblock", "triangle", "guiro",
)  # fmt: skip
_SKELETON = ("kick", "snare", "rim", "clap")
# How many small changes bars have, by their place in eight; the fourth and the last lead on.
_CHANGES = (0.0, 1.0, 0.4, 1.6, 0.3, 1.2, 0.6, 1.6)
_AGAIN = 1.6  # more of them for each time that a section has been heard
_OWN = 2.4  # changes that each drummer makes to a groove's colours for good, at full variety
_SHORTEST_VARIED = 1920  # ticks of a bar
_USUAL_STROKES = 18  # in a bar; where more drums play more is changed
_TRIPLET_SWING = 0.45
_NEAREST = 2  # of the grooves that could lend their colours, those most like the section's own
_STRANGE, _STRANGE_CLIMAX = 0.5, 0.65  # as unlike as this, a section would not be known again; a chorus has its tune
_COMPARED_BARS = 4
_CLIMAXES = ("chorus", "hook", "drop")


def drum_chart(arrangement: Arrangement, *, is_machine: bool) -> Chart:
    """Write out the drums of a whole piece as signs on a grid; a machine's fills are not a drummer's.

    Drums that were given are charted as they are.
    """
    bars: list[Lanes] = []
    given = arrangement.plan.given
    is_given = given is not None and given.part(Role.DRUMS) is not None
    for stretch in arrangement.stretches:
        groove = arrangement.grooves[stretch.index]
        if groove is None:
            bars += [{} for _ in stretch.bars]
            continue
        part = _Part(arrangement, stretch, groove, is_machine=is_machine)
        bars += [part.written(bar.number) if is_given else part.lanes(bar) for bar in stretch.bars]
    return tuple(bars)


class _Part:
    """The drums of one section."""

    def __init__(self, arrangement: Arrangement, stretch: Stretch, groove: DrumPattern, *, is_machine: bool) -> None:
        self._arrangement = arrangement
        self._stretch = stretch
        self._groove = groove
        self._is_machine = is_machine
        self._drums = arrangement.style.drums
        self._beats = slots(arrangement.time_signature)
        self._seed = arrangement.plan.seed
        # what is known by its kick and snare, such as a one drop, a dembow or a clave, is not varied there
        self._keeps_skeleton = not family_of(arrangement.style, arrangement.backbeat)
        is_given = arrangement.plan.given is not None  # then the groove is the music's that is played to
        self._colours = None if is_given else self._exchanged()
        self._speed = 1.0 if is_given else self._drawn_speed()
        self._thinned = () if is_given else self._drawn_thinning()

    def _exchanged(self) -> DrumPattern | None:
        """Return the groove whose colours are played when the section comes back: fuller, and not too far from it."""
        arrangement, stretch = self._arrangement, self._stretch
        has_skeleton = any(self._groove.lanes.get(lane) for lane in _SKELETON)
        if not stretch.occurrence or not has_skeleton:
            return None
        written = grooves_for(arrangement.style, arrangement.time_signature, arrangement.backbeat)
        choice = candidates(written, arrangement.time_signature, stretch.kind, stretch.energy)
        own = _fullness(self._groove)
        others = [g for g in choice if g is not self._groove and g.meter == self._groove.meter and _fullness(g)]
        fuller = [g for g in others if _fullness(g) >= own] or others
        strange = _STRANGE_CLIMAX if stretch.kind in _CLIMAXES else _STRANGE
        fuller = [groove for groove in fuller if _unlikeness(groove, self._groove) < strange]
        if not fuller:
            return None
        fuller = sorted(fuller, key=lambda groove: _unlikeness(groove, self._groove))[:_NEAREST]
        return fuller[stream(self._seed, "groove", stretch.kind, stretch.occurrence).randrange(len(fuller))]

    def _drawn_speed(self) -> float:
        """Draw whether kick and snare go at half or at double time here."""
        kind, arrangement = self._stretch.kind, self._arrangement
        chance = stream(self._seed, "speed", kind, self._stretch.occurrence).random()
        is_even = len(arrangement.time_signature.pulse_ticks) % 2 == 0 and not arrangement.time_signature.is_compound
        if not is_even:
            return 1.0
        if chance < self._drums.half_time.get(kind, 0.0) and arrangement.backbeat == 1:
            return 0.5
        return 2.0 if chance > 1.0 - self._drums.double_time.get(kind, 0.0) else 1.0

    def _drawn_thinning(self) -> tuple[str, ...]:
        """Draw what is left out of a break whose groove was not written for one."""
        if self._stretch.kind != "break" or "break" in self._groove.where.sections:
            return ()
        rng = stream(self._seed, "break", self._stretch.occurrence)
        drawn = rng.choice((("kick",), ("snare", "clap", "rim"), ("kick", "snare", "clap", "rim")))
        left = [bars for lane, bars in self._groove.lanes.items() if lane not in drawn]
        is_left = all(
            any(set(bars[number % len(bars)]) - set(".- |") for bars in left) for number in range(_COMPARED_BARS)
        )
        return drawn if is_left else ()

    def lanes(self, bar: Bar) -> Lanes:
        """Return what each drum does in one bar."""
        arrangement, stretch = self._arrangement, self._stretch
        if bar.band:
            return self._together(bar)
        rng = stream(self._seed, "drums", stretch.index, bar.number)
        lanes = self.written(bar.number)
        for lane in self._thinned:
            lanes.pop(lane, None)
        self._make_own(lanes, bar.number)
        self._vary(lanes, bar, rng)
        if stretch.kind == "build" and self._drums.build and "build" not in self._groove.where.sections:
            self._roll(lanes, bar)
        elif self._leads_on(bar):
            lanes = self._filled(lanes, bar, rng)
        if self._arrives(bar) and self._drums.arrival:
            lanes[self._drums.arrival] = [Hit(0, _STRIKE_TICKS, arrangement.bar_ticks // 16, "X")]
            for timekeeper in _TIMEKEEPERS:
                lanes[timekeeper] = [hit for hit in lanes.get(timekeeper, []) if hit.start]
        return lanes

    def _together(self, bar: Bar) -> Lanes:
        """Strike with the whole band: the style's own ending, or its kick and snare."""
        written = dict.fromkeys(("kick", "snare"), "X...")
        if bar.is_ending:
            written = dict(self._drums.ending)
        lanes: Lanes = {}
        for lane, text in written.items():
            hits = _read(self._arrangement, text, _COMMON_TIME)
            first = [hit for hit in hits if hit.start == 0]
            lanes[lane] = [*hits, *(hit._replace(start=place.start) for place in bar.band[1:] for hit in first)]
        return lanes

    def written(self, number: int) -> Lanes:
        """Read the groove's bar, at its speed, with the colours that this time has."""
        groove, colours = self._groove, self._colours
        texts = {lane: bars[number % len(bars)] for lane, bars in groove.lanes.items()}
        lanes = {lane: _read(self._arrangement, text, groove.meter) for lane, text in texts.items()}
        if self._speed != 1.0:
            for lane in _SKELETON:
                if lane in lanes:
                    lanes[lane] = self._at_speed(lane, number)
        if colours is not None:
            lanes = {lane: hits for lane, hits in lanes.items() if lane not in _COLOURS}
            for lane in _COLOURS:
                if lane in colours.lanes:
                    bars = colours.lanes[lane]
                    lanes[lane] = _read(self._arrangement, bars[number % len(bars)], colours.meter)
        return lanes

    def _at_speed(self, lane: str, number: int) -> list[Hit]:
        """Read a lane at half time, one half of a bar spread over the whole, or twice over at double time."""
        bars, bar_ticks = self._groove.lanes[lane], self._arrangement.bar_ticks
        half = bar_ticks // 2
        if self._speed < 1:
            hits = _read(self._arrangement, bars[number // 2 % len(bars)], self._groove.meter)
            left = half * (number % 2)
            return [
                hit._replace(start=(hit.start - left) * 2, length=hit.length * 2)
                for hit in hits
                if left <= hit.start < left + half
            ]
        hits = _read(self._arrangement, bars[number % len(bars)], self._groove.meter)
        return [
            hit._replace(start=hit.start // 2 + shift, length=max(1, hit.length // 2), step=max(1, hit.step // 2))
            for shift in (0, half)
            for hit in hits
            if hit.mark in "xX" and hit.start % 480 == 0
        ]

    def _make_own(self, lanes: Lanes, number: int) -> None:
        """Play the groove as this drummer does: a small change or two that stay for the piece."""
        groove = self._groove
        cycle = max(len(bars) for bars in groove.lanes.values())
        rng = stream(self._seed, "own groove", self._stretch.kind, number % cycle)
        self._change(lanes, int(_OWN * self._drums.variety + rng.random()), rng, keeps_skeleton=True)

    def _vary(self, lanes: Lanes, bar: Bar, rng: random.Random) -> None:
        wanted = _CHANGES[bar.number % 8] + _AGAIN * min(2, self._stretch.occurrence)
        wanted *= 2 * self._drums.variety * max(1.0, sum(map(len, lanes.values())) / _USUAL_STROKES)
        self._change(lanes, int(wanted + rng.random()), rng, keeps_skeleton=self._keeps_skeleton)

    def _change(self, lanes: Lanes, n_changes: int, rng: random.Random, *, keeps_skeleton: bool) -> None:
        """Make some small changes; a build goes straight on."""
        arrangement = self._arrangement
        if n_changes and self._stretch.kind != "build" and arrangement.bar_ticks >= _SHORTEST_VARIED:
            vary_drums(
                lanes,
                bar_ticks=arrangement.bar_ticks,
                pulses=arrangement.time_signature.pulse_ticks,
                n_changes=n_changes,
                finest=swung_unit(arrangement.style),
                keeps_skeleton=keeps_skeleton,
                rng=rng,
            )

    def _leads_on(self, bar: Bar) -> bool:
        """Tell whether a fill belongs here: before the next section, an entrance, and halfway through long ones."""
        stretch = self._stretch
        if len(stretch.bars) < 2:
            return False
        is_entering = self._arrangement.presences[Role.DRUMS, stretch.index] is Presence.LATE
        if is_entering and bar.number + 1 == halfway(len(stretch.bars)):
            return True
        is_halfway = bar.number % 8 == 7 and stretch.energy >= _ARRIVAL_ENERGY
        follows_stops = bar.number == 3 and bool(stretch.bars[0].band)
        return follows_stops or (bar.is_last and not stretch.is_final) or (is_halfway and not bar.is_last)

    def _filled(self, lanes: Lanes, bar: Bar, rng: random.Random) -> Lanes:
        """Let a fill lead on: one of the style's, or one made up, as long as where it leads to deserves."""
        arrangement, stretch, beats = self._arrangement, self._stretch, self._beats
        arrival = arrangement.stretches[stretch.index + 1].energy if bar.is_last else stretch.energy
        n_slots = fill_slots(beats, arrival, arrival - stretch.energy, rng)
        if not bar.is_last:
            n_slots = min(n_slots, 2)
        if not n_slots or len(beats) < 2:
            return lanes
        style = arrangement.style
        own = candidates(self._drums.fills, arrangement.time_signature, stretch.kind, stretch.energy)
        if own and rng.random() < 0.5:
            fill = min(own, key=lambda f: (abs(len(slots(f.meter)) - f.from_pulse - n_slots), rng.random()))
            from_end = len(slots(fill.meter)) - fill.from_pulse
            texts = {lane: bars[0] for lane, bars in fill.lanes.items()}
            filled = {lane: _read(arrangement, text, fill.meter) for lane, text in texts.items()}
            return with_fill(lanes, filled, beats[max(0, len(beats) - from_end)][0])
        swings = swung_unit(style) == SwingUnit.EIGHTH.ticks
        taken = beats[-n_slots:]
        made = made_fill(lanes, taken, arrival=arrival, swings=swings, is_machine=self._is_machine, rng=rng)
        return with_fill(lanes, made, taken[0][0])

    def _roll(self, lanes: Lanes, bar: Bar) -> None:
        """Let the roll quicken towards the end of a build, where the kick stops for it."""
        arrangement, n_bars = self._arrangement, len(self._stretch.bars)
        lane = self._drums.build or "snare"
        lanes[lane] = build_roll(arrangement.bar_ticks, self._beats, bar.number / n_bars, 1 / n_bars)
        for other in ("snare", "clap", "rim"):
            if other != lane:
                lanes.pop(other, None)
        if bar.is_last and n_bars > 1:
            middle = arrangement.bar_ticks // 2
            lanes["kick"] = [hit for hit in lanes.get("kick", []) if hit.start < middle]

    def _arrives(self, bar: Bar) -> bool:
        """Tell whether a bar's first beat is an arrival: loud, and not softer than before; in long climaxes again."""
        stretch = self._stretch
        is_last_climax = stretch.kind in _CLIMAXES and 0 < stretch.occurrence == stretch.n_occurrences - 1
        every = 4 if is_last_climax else 8
        if bar.number and not (bar.number % every == 0 and stretch.energy >= 0.8):
            return False
        before = self._arrangement.stretches[stretch.index - 1].energy if stretch.index else 0.0
        return stretch.energy >= _ARRIVAL_ENERGY and (stretch.energy >= before or bar.number > 0)


def _read(arrangement: Arrangement, text: str, meter: TimeSignature) -> list[Hit]:
    return list(hits_in_bar(text, meter, arrangement.time_signature, arrangement.backbeat))


def swung_unit(style: Style) -> int:
    """Return the smallest step of a feel: eighths where those are swung to triplets, else sixteenths."""
    swings = style.swing >= _TRIPLET_SWING and style.swing_unit is SwingUnit.EIGHTH
    return SwingUnit.EIGHTH.ticks if swings else SwingUnit.SIXTEENTH.ticks


def _fullness(groove: DrumPattern) -> float:
    """Return how many strokes a bar the colours of a groove have."""
    return sum(
        sum(mark not in ".-" for bar in bars for mark in bar) / len(bars)
        for lane, bars in groove.lanes.items()
        if lane in _COLOURS
    )


def _unlikeness(colours: DrumPattern, groove: DrumPattern) -> float:
    """Return the share of a groove's strokes that differ when its colours are exchanged for another's."""
    places = [
        {
            (lane, place, number)
            for lane, bars in pattern.lanes.items()
            if lane in lanes
            for number in range(_COMPARED_BARS)
            for place, mark in enumerate(bars[number % len(bars)].replace(" ", ""))
            if mark not in ".-"
        }
        for pattern, lanes in ((colours, _COLOURS), (groove, _COLOURS), (groove, _SKELETON))
    ]
    return len(places[0] ^ places[1]) / max(1, len(places[0] | places[1] | places[2]))


def kicks_in(lanes: Mapping[str, list[Hit]]) -> list[int]:
    """Return where in the bar the kick falls."""
    return sorted({hit.start for hit in lanes.get("kick", [])})
