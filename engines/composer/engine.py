"""The composer behind the engine interface: plan in, score out."""

from collections.abc import Iterator

from engines.composer.answering import AnsweringWriter
from engines.composer.arrangement import Arrangement, arrange
from engines.composer.bass import BassWriter
from engines.composer.chords import ChordWriter
from engines.composer.development import go_on
from engines.composer.drums import write_drums
from engines.composer.effects import write_effects
from engines.composer.given import style_of, with_given_groove
from engines.composer.humanise import Stroke, play
from engines.composer.melody import MelodyWriter
from engines.composer.playability import breathe
from engines.composer.randomness import stream
from engines.engine import AudioChunk, EngineContext, Result
from engines.spec import Control, EngineSpec
from music.errors import NotFound, RequestInvalid
from music.instrument import Instrument, Role
from music.job import JobContext, Progress
from music.plan import Plan, PlannedPart
from music.score import Part, Score
from music.style import Feel

_DRUM_CHANNEL = 9
_EXACT = Feel(drift_seconds=0.0, velocity_spread=0.0)  # a riser ends, and an impact falls, on the bar line
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
        channels = channels_for(plan.parts)
        parts = []
        for index, planned in enumerate(plan.parts):
            job.raise_if_cancelled()
            yield Progress(f"composing {planned.role.value}", index / len(plan.parts))
            parts.append(self._part(arrangement, planned, channels[index]))
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

    def _part(self, arrangement: Arrangement, planned: PlannedPart, channel: int) -> Part:
        plan, role = arrangement.plan, planned.role
        instrument = self._instrument(planned)
        name = role.value.replace("_", "-").capitalize()
        if plan.given and (kept := plan.given.part(role)):
            notes = go_on(arrangement, kept, plan.given)
            return Part(role=role, name=name, instrument=instrument.id, channel=channel, notes=notes, mix=planned.mix)
        strokes = _written(arrangement, role, instrument)
        if instrument.breath_seconds is not None:
            strokes = breathe(
                strokes,
                breath_seconds=instrument.breath_seconds,
                tempo_bpm=plan.tempo_bpm,
                bar_ticks=arrangement.bar_ticks,
            )
        notes = play(
            strokes,
            _EXACT if role is Role.EFFECTS else arrangement.style.part(role).feel,
            tempo_bpm=plan.tempo_bpm,
            bar_ticks=arrangement.bar_ticks,
            n_bars=plan.n_bars,
            streams=[
                (stretch.bars[0].start_ticks, stream(plan.seed, role.value, "feel", stretch.index))
                for stretch in arrangement.stretches
            ],
            is_one_voice=role in _ONE_VOICE,
        )
        return Part(role=role, name=name, instrument=instrument.id, channel=channel, notes=notes, mix=planned.mix)


def _written(arrangement: Arrangement, role: Role, instrument: Instrument) -> list[Stroke]:
    if role is Role.DRUMS:
        return write_drums(arrangement)
    if role is Role.EFFECTS:
        return write_effects(arrangement, instrument)
    if role is Role.BASS:
        return BassWriter(arrangement, instrument).write()
    given = arrangement.plan.given
    if role is Role.COUNTER_MELODY and given and (melody := given.part(Role.MELODY)):
        return AnsweringWriter(arrangement, go_on(arrangement, melody, given), instrument).write()
    if role in (Role.MELODY, Role.COUNTER_MELODY):
        return MelodyWriter(arrangement, role, instrument).write()
    return ChordWriter(arrangement, role, instrument).write()


def channels_for(parts: tuple[PlannedPart, ...]) -> tuple[int, ...]:
    """Give the drums MIDI channel 9 (counted from 0) and each other part one of its own, from 0 up."""
    free = iter(channel for channel in range(16) if channel != _DRUM_CHANNEL)
    return tuple(_DRUM_CHANNEL if part.role is Role.DRUMS else next(free) for part in parts)
