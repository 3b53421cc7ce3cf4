"""The composer behind the engine interface: plan in, score out."""

from collections.abc import Iterator

from engines.composer.answering import AnsweringWriter
from engines.composer.arrangement import Arrangement, arrange
from engines.composer.bass import BassWriter
from engines.composer.chart import Chart, drum_chart
from engines.composer.chords import ChordWriter
from engines.composer.development import go_on
from engines.composer.drums import write_drums
from engines.composer.effects import write_effects
from engines.composer.given import style_of, with_given_groove
from engines.composer.humanise import Player, Stroke, play
from engines.composer.melody import MelodyWriter
from engines.composer.playability import breathe
from engines.composer.randomness import stream
from engines.composer.staging import hushed
from engines.composer.timing import drift
from engines.engine import AudioChunk, EngineContext, Result
from engines.spec import Control, EngineSpec
from music.drum_kit import DRUM_NOTES
from music.errors import NotFound, RequestInvalid
from music.instrument import Instrument, Role
from music.job import JobContext, Progress
from music.plan import Plan, PlannedPart
from music.score import Part, Score
from music.style import Feel

_DRUM_CHANNEL = 9
_EXACT = Feel(drift_seconds=0.0, velocity_spread=0.0)  # a riser ends, and an impact falls, on the bar line
_LEAN = {Role.DRUMS: 0.92, Role.BASS: 0.85, Role.CHORDS: 0.65, Role.ARPEGGIO: 0.65}
_USUAL_LEAN = 0.35
_ONE_VOICE = (Role.BASS, Role.MELODY, Role.COUNTER_MELODY)
_HARD = (
    "genre", "tempo_bpm", "key", "time_signature", "bars", "seconds", "form", "instruments", "roles",
    "excluded_instruments", "excluded_roles", "is_exclusive", "chords", "seed",
)  # fmt: skip


class Composer:
    """Writes a score by rules from the style's data: deterministic by seed, in milliseconds, without a model."""

    spec = EngineSpec(
        name="composer",
        version="1",
        licence="Apache-2.0",
        sample_rate_hz=None,
        needs_gpu=False,
        max_seconds=600.0,
        controls={
            **dict.fromkeys(_HARD, Control.HARD),
            "energy": Control.SOFT,
            "moods": Control.SOFT,
            "tempo_words": Control.SOFT,
            "prompt": Control.NONE,
        },
    )

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    def generate(self, plan: Plan, job: JobContext) -> Iterator[Progress | AudioChunk | Result]:
        """Yield progress per part and the score last; NotFound for an unknown style or instrument."""
        arrangement = self._arranged(plan)
        chart = drum_chart(arrangement, is_machine=self._is_machine(arrangement))
        channels = channels_for(plan.parts)
        parts = []
        for index, planned in enumerate(plan.parts):
            job.raise_if_cancelled()
            yield Progress(f"composing {planned.role.value}", index / len(plan.parts))
            parts.append(self._part(arrangement, chart, planned, channels[index]))
        yield Progress("composed", 1.0)
        yield Result(
            score=Score(
                title=plan.title,
                tempo_bpm=plan.tempo_bpm,
                time_signature=plan.time_signature,
                key=plan.key,
                n_bars=plan.n_bars,
                sections=plan.sections,
                chords=plan.chords,
                parts=tuple(parts),
            )
        )

    def _arranged(self, plan: Plan) -> Arrangement:
        style = style_of(plan, self._context.styles)
        for planned in plan.parts:
            instrument = self._instrument(planned)
            is_kit = instrument.general_midi.is_drum_kit
            if is_kit is not (planned.role is Role.DRUMS):
                wanted = "a drum kit" if planned.role is Role.DRUMS else "an instrument with pitches"
                raise RequestInvalid(f"{instrument.title} cannot play {planned.role.value}: choose {wanted}")
        return with_given_groove(arrange(plan, style))

    def _instrument(self, planned: PlannedPart) -> Instrument:
        instrument = self._context.instruments.get(planned.instrument)
        if instrument is None:
            raise NotFound("instrument", planned.instrument)
        return instrument

    def _is_machine(self, arrangement: Arrangement) -> bool:
        """Tell whether the drums, or those that the style would have, are struck by no hands."""
        planned = next((part.instrument for part in arrangement.plan.parts if part.role is Role.DRUMS), None)
        kit = self._context.instruments.get(planned or arrangement.style.part(Role.DRUMS).instrument or "")
        return kit is not None and kit.is_machine

    def _part(self, arrangement: Arrangement, chart: Chart, planned: PlannedPart, channel: int) -> Part:
        plan, role = arrangement.plan, planned.role
        instrument = self._instrument(planned)
        name = role.value.replace("_", "-").capitalize()
        if plan.given and (kept := plan.given.part(role)):
            notes = go_on(arrangement, kept, plan.given)
            return Part(role=role, name=name, instrument=instrument.id, channel=channel, notes=notes, mix=planned.mix)
        strokes = hushed(_written(arrangement, chart, role, instrument), arrangement.silences_of(role))
        if instrument.breath_seconds is not None:
            strokes = breathe(
                strokes,
                breath_seconds=instrument.breath_seconds,
                tempo_bpm=plan.tempo_bpm,
                bar_ticks=arrangement.bar_ticks,
            )
        notes = play(
            strokes,
            _player(arrangement, role),
            tempo_bpm=plan.tempo_bpm,
            bar_ticks=arrangement.bar_ticks,
            n_bars=plan.n_bars,
            streams=[
                (stretch.bars[0].start_ticks, stream(plan.seed, role.value, "feel", stretch.index))
                for stretch in arrangement.stretches
            ],
            swells=arrangement.swells,
            is_one_voice=role in _ONE_VOICE,
        )
        return Part(role=role, name=name, instrument=instrument.id, channel=channel, notes=notes, mix=planned.mix)


def _written(arrangement: Arrangement, chart: Chart, role: Role, instrument: Instrument) -> list[Stroke]:
    if role is Role.DRUMS:
        return write_drums(arrangement, chart, is_machine=instrument.is_machine)
    if role is Role.EFFECTS:
        return write_effects(arrangement, instrument)
    if role is Role.BASS:
        return BassWriter(arrangement, instrument, chart).write()
    given = arrangement.plan.given
    if role is Role.COUNTER_MELODY and given and (melody := given.part(Role.MELODY)):
        return AnsweringWriter(arrangement, go_on(arrangement, melody, given), instrument).write()
    if role in (Role.MELODY, Role.COUNTER_MELODY):
        return MelodyWriter(arrangement, role, instrument).write()
    return ChordWriter(arrangement, role, instrument).write()


def _player(arrangement: Arrangement, role: Role) -> Player:
    """Describe who plays a part; all follow the drummer's drift, which is the band's, more or less."""
    seed, style, stretches = arrangement.plan.seed, arrangement.style, arrangement.stretches
    feel = _EXACT if role is Role.EFFECTS else style.part(role).feel
    late = {DRUM_NOTES[style.drums.replaces.get(lane, lane)]: by for lane, by in style.drums.micro_timing.items()}
    return Player(
        feel=feel,
        lean=_LEAN.get(role, _USUAL_LEAN) if feel.lean is None else feel.lean,
        band=drift(seed, "band", stretches),
        own=drift(seed, role.value, stretches),
        touch=drift(seed, f"{role.value} touch", stretches),
        late_by_note=late if role is Role.DRUMS else {},
    )


def channels_for(parts: tuple[PlannedPart, ...]) -> tuple[int, ...]:
    """Give the drums MIDI channel 9 (counted from 0) and each other part one of its own, from 0 up."""
    free = iter(channel for channel in range(16) if channel != _DRUM_CHANNEL)
    return tuple(_DRUM_CHANNEL if part.role is Role.DRUMS else next(free) for part in parts)
