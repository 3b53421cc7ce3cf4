"""A score becomes stems and their mix."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

import numpy as np

from music.audio import FloatAudio
from music.errors import SetupBroken
from music.instrument import Instrument, Role, SoundFontVoice, SynthVoice
from music.job import JobContext, Progress
from music.score import Part, Score
from music.take import Asset
from renderers.effects.chain import Session, apply_inserts
from renderers.effects.dynamics import with_rms_of
from renderers.fluidsynth import SoundFontRenderer
from renderers.lv2 import play_plugin
from renderers.mix import MAX_TAIL_SECONDS, fade_tail, headroom_gain, place_in_mix, sum_stems, tail_frames, tame_hits
from renderers.signal import place_notes
from renderers.voices.voice import make_voice, voice_asset

_N_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stem:
    """One part as it stands in the mix: through its inserts, with gain, pan and its own share of the room."""

    role: Role
    name: str
    audio: FloatAudio


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendering:
    """Stems of one length and start, and the mix before mastering, which is their sum.

    The audio begins at the first tick of bar 1 and lasts ``music_frames`` (all bars, to the sample) plus
    ``tail_frames`` in which notes and room die away: whoever loops the bars cuts at ``music_frames``.
    """

    sample_rate_hz: int
    stems: tuple[Stem, ...]
    mix: FloatAudio
    music_frames: int
    tail_frames: int
    headroom_db: float  # the gain that all stems share, so that neither they nor their sum clip
    assets: tuple[Asset, ...]
    notices: tuple[str, ...]

    @property
    def n_frames(self) -> int:
        """Length of every stem and of the mix."""
        return self.music_frames + self.tail_frames


def render(
    score: Score, instruments: Mapping[str, Instrument], soundfont_renderer: SoundFontRenderer, job: JobContext
) -> Rendering:
    """Render every part of a score, place it in the mix, and add the parts up.

    The same score gives the same bytes on the same machine. Reports progress from 0 to 1 and stops between notes when
    cancelled. Raises SetupBroken when the score names an instrument, voice or program that is not there.
    """
    sample_rate_hz = soundfont_renderer.sample_rate_hz
    music_frames = score.length_samples(sample_rate_hz)
    n_frames = music_frames + round(MAX_TAIL_SECONDS * sample_rate_hz)
    chosen = [_instrument_of(part, instruments) for part in score.parts]
    parts = _make_parts(score, chosen, soundfont_renderer, n_frames, job)
    stems = [part.audio for part in parts]
    mix = sum_stems(stems)
    tail = tail_frames(mix, music_frames, sample_rate_hz)
    mix = mix[:, : music_frames + tail]
    stems = [stem[:, : music_frames + tail] for stem in stems]
    gain = headroom_gain(stems, mix)
    for audio in stems:
        np.multiply(audio, np.float32(gain), out=audio)
        fade_tail(audio, sample_rate_hz)
    mix = sum_stems(stems)  # anew: scaled stems are rounded, and what is written adds up to this
    return Rendering(
        sample_rate_hz=sample_rate_hz,
        stems=tuple(
            Stem(role=part.role, name=part.name, audio=audio) for part, audio in zip(score.parts, stems, strict=True)
        ),
        mix=mix,
        music_frames=music_frames,
        tail_frames=tail,
        headroom_db=float(20.0 * np.log10(gain)),
        assets=tuple(dict.fromkeys(part.asset for part in parts)),
        notices=tuple(notice for part in parts for notice in part.notices),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _MadePart:
    """A part's audio, and what is told of how it was made."""

    audio: FloatAudio
    asset: Asset
    notices: tuple[str, ...] = ()


def _make_parts(
    score: Score,
    chosen: list[Instrument],
    soundfont_renderer: SoundFontRenderer,
    n_frames: int,
    job: JobContext,
) -> list[_MadePart]:
    """Return the parts in score order; those with most notes start first."""
    session = Session.of(score, soundfont_renderer.sample_rate_hz)
    pool = ThreadPoolExecutor(_N_THREADS, thread_name_prefix="render")
    try:
        order = sorted(range(len(score.parts)), key=lambda i: -len(score.parts[i].notes))
        futures: dict[Future[_MadePart], int] = {
            pool.submit(_make_part, score.parts[i], chosen[i], session, soundfont_renderer, n_frames, job): i
            for i in order
        }
        made: dict[int, _MadePart] = {}
        for future in as_completed(futures):
            job.raise_if_cancelled()
            index = futures[future]
            made[index] = future.result()
            job.report(Progress(f"rendered {score.parts[index].name}", len(made) / len(futures)))
        return [made[i] for i in range(len(score.parts))]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make_part(
    part: Part,
    instrument: Instrument,
    session: Session,
    soundfont_renderer: SoundFontRenderer,
    n_frames: int,
    job: JobContext,
) -> _MadePart:
    """Return a part as it stands in the mix."""
    dry = _play(part, instrument, session, soundfont_renderer, n_frames, job)
    audio = tame_hits(dry.audio, session.sample_rate_hz) if instrument.general_midi.is_drum_kit else dry.audio
    audio = apply_inserts(audio, part.mix.inserts, session)
    return replace(dry, audio=place_in_mix(audio, part.mix, session.sample_rate_hz))


def _play(
    part: Part,
    instrument: Instrument,
    session: Session,
    soundfont_renderer: SoundFontRenderer,
    n_frames: int,
    job: JobContext,
) -> _MadePart:
    """Return a part as its instrument sounds; an LV2 instrument as loud as what it replaces."""
    rate, voice = session.sample_rate_hz, instrument.voice
    notes = place_notes(part.notes, session.tempo_bpm, rate)
    if isinstance(voice, SynthVoice):
        return _MadePart(make_voice(voice).render(notes, n_frames, rate), voice_asset(voice))
    sampled = soundfont_renderer.render(notes, instrument.general_midi, n_frames, between_notes=job.raise_if_cancelled)
    if isinstance(voice, SoundFontVoice):
        return _MadePart(sampled.audio, soundfont_renderer.asset, sampled.notices)
    audio, asset = play_plugin(voice.uri, notes, n_frames, rate, is_drum_kit=instrument.general_midi.is_drum_kit)
    return _MadePart(with_rms_of(sampled.audio, audio), asset)


def _instrument_of(part: Part, instruments: Mapping[str, Instrument]) -> Instrument:
    try:
        return instruments[part.instrument]
    except KeyError:
        raise SetupBroken(
            f"part {part.name!r} plays {part.instrument!r}, which is not in the instrument table; "
            f"it has: {', '.join(sorted(instruments))}"
        ) from None
