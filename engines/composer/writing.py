"""Who writes which part of a piece; a counter-melody hears the melody, which is written once for both."""

from collections.abc import Mapping
from functools import cached_property

from engines.composer.answering import AnsweringWriter
from engines.composer.arrangement import Arrangement
from engines.composer.bass import BassWriter
from engines.composer.chart import Chart, drum_chart
from engines.composer.chords import ChordWriter
from engines.composer.development import go_on
from engines.composer.drums import write_drums
from engines.composer.effects import write_effects
from engines.composer.humanise import Stroke
from engines.composer.melody import MelodyWriter
from engines.composer.second_voice import SecondVoiceWriter
from engines.composer.seeds import seeded
from engines.composer.staging import hushed
from music.instrument import Instrument, Role
from music.score import Lyric


class Writing:
    """The parts of one arrangement as they are written, before they are played."""

    def __init__(self, arrangement: Arrangement, chart: Chart, instruments: Mapping[str, Instrument]) -> None:
        self._arrangement, self._chart = arrangement, chart
        self._instruments = instruments

    def strokes(self, role: Role, instrument: Instrument) -> list[Stroke]:
        """Write a part for who plays it, silent where the staging has it rest."""
        if role is Role.MELODY:
            return self._melody[0]
        return hushed(self._written(role, instrument), self._arrangement.silences_of(role))

    def lyrics(self, role: Role) -> list[Lyric]:
        """Return what a part sings, by written place."""
        return self._melody[1] if role is Role.MELODY else []

    def _written(self, role: Role, instrument: Instrument) -> list[Stroke]:
        arrangement = seeded(self._arrangement, role)
        if role is Role.DRUMS:
            is_machine = instrument.is_machine
            is_own = arrangement is not self._arrangement  # then only the drums are new, and the bass keeps to its kick
            chart = drum_chart(arrangement, is_machine=is_machine) if is_own else self._chart
            return write_drums(arrangement, chart, is_machine=is_machine)
        if role is Role.EFFECTS:
            return write_effects(arrangement, instrument)
        if role is Role.BASS:
            return BassWriter(arrangement, instrument, self._chart).write()
        if role is Role.COUNTER_MELODY:
            given = arrangement.plan.given
            if given and (melody := given.part(Role.MELODY)):
                return AnsweringWriter(arrangement, go_on(arrangement, melody, given), instrument).write()
            return SecondVoiceWriter(arrangement, role, instrument, self._melody[0]).write()
        return ChordWriter(arrangement, role, instrument).write()

    @cached_property
    def _melody(self) -> tuple[list[Stroke], list[Lyric]]:
        """Write the melody for who plays it, or would: an answer is the same where the melody is left out.

        It rests where the staging says so, but not in a section that has words.
        """
        arrangement, plan = seeded(self._arrangement, Role.MELODY), self._arrangement.plan
        planned = next((part.instrument for part in plan.parts if part.role is Role.MELODY), None)
        name = planned or arrangement.style.part(Role.MELODY).instrument or plan.parts[0].instrument
        writer = MelodyWriter(arrangement, Role.MELODY, self._instruments[name])
        written = writer.write()
        with_words = {line.section for line in plan.lyrics}
        spans = [
            (stretch.bars[0].start_ticks, stretch.bars[-1].start_ticks + arrangement.bar_ticks)
            for stretch in arrangement.stretches
            if stretch.index in with_words
        ]
        sung = [stroke for stroke in written if any(start <= stroke.start < end for start, end in spans)]
        unsung = [stroke for stroke in written if not any(start <= stroke.start < end for start, end in spans)]
        return sorted([*sung, *hushed(unsung, arrangement.silences_of(Role.MELODY))]), writer.lyrics
