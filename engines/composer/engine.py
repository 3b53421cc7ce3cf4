"""The composer behind the engine interface: plan in, score out."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from engines.composer.arrangement import Arrangement, arrange
from engines.composer.chart import drum_chart
from engines.composer.development import go_on
from engines.composer.given import style_of, with_given_groove
from engines.composer.humanise import Player, play
from engines.composer.playability import breathe
from engines.composer.randomness import stream
from engines.composer.seeds import seed_of, without_rests
from engines.composer.timing import drift
from engines.composer.writing import Writing
from engines.engine import AudioChunk, EngineContext, Result
from engines.spec import Control, EngineSpec
from music.drum_kit import DRUM_NOTES
from music.errors import NotFound, RequestInvalid
from music.instrument import Instrument, Role
from music.job import JobContext, Progress
from music.plan import Plan, PlannedPart
from music.score import Lyric, Note, Part, Score
from music.style import Feel

_DRUM_CHANNEL = 9
_EXACT = Feel(drift_seconds=0.0, velocity_spread=0.0)  # a riser ends, and an impact falls, on the bar line
_LEAN = {Role.DRUMS: 0.92, Role.BASS: 0.85, Role.CHORDS: 0.65, Role.ARPEGGIO: 0.65}
_USUAL_LEAN = 0.35
_ONE_VOICE = (Role.BASS, Role.MELODY, Role.COUNTER_MELODY)
_HARD = (
    "genre", "tempo_bpm", "key", "time_signature", "bars", "seconds", "form", "instruments", "roles",
    "excluded_instruments", "excluded_roles", "is_exclusive", "chords", "seed", "lyrics",
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
        writing = Writing(arrangement, chart, self._context.instruments)
        channels = channels_for(plan.parts)
        parts = []
        for index, planned in enumerate(plan.parts):
            job.raise_if_cancelled()
            yield Progress(f"composing {planned.role.value}", index / len(plan.parts))
            parts.append(self._part(arrangement, writing, planned, channels[index]))
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
        style = style if plan.swing is None else replace(style, swing=plan.swing)
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

    def _part(self, arrangement: Arrangement, writing: Writing, planned: PlannedPart, channel: int) -> Part:
        plan, role = arrangement.plan, planned.role
        instrument = self._instrument(planned)
        name = role.value.replace("_", "-").capitalize()
        if plan.given and planned.seed is None and (kept := plan.given.part(role)):
            notes = go_on(arrangement, kept, plan.given)
            return Part(role=role, name=name, instrument=instrument.id, channel=channel, notes=notes, mix=planned.mix)
        strokes, lyrics = writing.strokes(role, instrument), writing.lyrics(role)
        if instrument.breath_seconds is not None and not lyrics:  # lines of words have their own breaths
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
                (stretch.bars[0].start_ticks, stream(seed_of(plan, role), role.value, "feel", stretch.index))
                for stretch in arrangement.stretches
            ],
            swells=arrangement.swells,
            is_one_voice=role in _ONE_VOICE,
        )
        notes = without_rests(arrangement, planned, notes)
        return Part(
            role=role,
            name=name,
            instrument=instrument.id,
            channel=channel,
            notes=notes,
            mix=planned.mix,
            lyrics=_under_notes(lyrics, notes),
        )


def _under_notes(lyrics: list[Lyric], notes: tuple[Note, ...]) -> tuple[Lyric, ...]:
    """Move each syllable to the note that was played for it: the nearest to where it was written."""
    starts = [note.start_ticks for note in notes]
    placed = []
    for at, text in lyrics if starts else ():
        after = bisect_left(starts, at)
        near = min(starts[max(0, after - 1) : after + 1], key=lambda start: abs(start - at))
        placed.append(Lyric(near, text))
    return tuple(placed)


def _player(arrangement: Arrangement, role: Role) -> Player:
    """Describe who plays a part; all follow the drummer's drift, which is the band's, more or less."""
    seed, style, stretches = arrangement.plan.seed, arrangement.style, arrangement.stretches
    feel = _EXACT if role is Role.EFFECTS else style.part(role).feel
    late = {DRUM_NOTES[style.drums.replaces.get(lane, lane)]: by for lane, by in style.drums.micro_timing.items()}
    return Player(
        feel=feel,
        lean=_LEAN.get(role, _USUAL_LEAN) if feel.lean is None else feel.lean,
        band=drift(seed, "band", stretches),
        own=drift(seed_of(arrangement.plan, role), role.value, stretches),
        touch=drift(seed, f"{role.value} touch", stretches),
        late_by_note=late if role is Role.DRUMS else {},
    )


def channels_for(parts: tuple[PlannedPart, ...]) -> tuple[int, ...]:
    """Give the drums MIDI channel 9 (counted from 0) and each other part one of its own, from 0 up."""
    free = iter(channel for channel in range(16) if channel != _DRUM_CHANNEL)
    return tuple(_DRUM_CHANNEL if part.role is Role.DRUMS else next(free) for part in parts)
