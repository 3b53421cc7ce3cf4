"""One request through the planner, the composer and the renderers, and what its files then hold of it."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from analysis.tempo import estimate_tempo
from engines.composer.engine import Composer
from engines.engine import EngineContext, Result
from music.instrument import Role
from music.midi_file import score_to_midi
from music.pitch import Key, Mode
from music.plan import Plan
from music.score import Score
from renderers.fluidsynth import SoundFontRenderer
from renderers.master import master
from renderers.render import render
from renderers.soundfont import find_soundfont
from renderers.wav import write_wavs
from tests.bench.composer.briefs import AskedBrief
from tests.bench.composer.heard import HeardFile, key_of, read, sounds_as
from tests.jobs import QuietJob
from workflows.planner import Planner, load_planner
from workflows.settings import load_settings

_HARMONY_TRACKS = frozenset({"Chords", "Pad", "Arpeggio"})
_MOST_OUTSIDE = 0.15  # of the time of all notes: pushes into the next chord
_LEVELS = (2, 1 / 2, 3, 1 / 3, 4, 1 / 4, 3 / 2, 2 / 3, 4 / 3, 3 / 4)
_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the files of one take hold of its request; None where nothing of the kind was asked."""

    brief: AskedBrief
    has_bars: bool  # of the MIDI file, exactly
    has_length: bool  # of the audio without its tail, to the sample
    has_midi_tempo: bool
    has_metre: bool
    audio_tempo: str  # "exact", "another level" (an octave, or another regular pulse), "other" or "no pulse"
    has_key: bool | None
    n_chords_found: int
    n_chords_asked: int
    is_excluded_absent: bool | None
    stems_error: float  # how far the sum of the stems' files is from the mix before mastering, of full scale


@cache
def planner() -> Planner:
    """Return the planner with the tables of this checkout, loaded once in a process."""
    return load_planner(load_settings({}).configs_dir)


@cache
def _renderer() -> SoundFontRenderer:
    return SoundFontRenderer(find_soundfont(None))


def compose(plan: Plan) -> Score:
    """Return the composer's score of a plan."""
    repertoire = planner().repertoire
    composer = Composer(EngineContext(styles=repertoire.styles, instruments=repertoire.instruments))
    (score,) = [made.score for made in composer.generate(plan, QuietJob()) if isinstance(made, Result)]
    assert score is not None
    return score


def measure(brief: AskedBrief) -> Outcome:
    """Make one take and measure it."""
    plan = planner().by_rules(brief.prompt, seed=brief.seed).plan
    score = compose(plan)
    instruments = planner().repertoire.instruments
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "score.mid").write_bytes(score_to_midi(score, instruments))
        heard = read(folder / "score.mid")
        rendering = render(score, instruments, _renderer(), QuietJob())
        mastered = master(rendering.mix, rendering.sample_rate_hz, plan.loudness_lufs)
        files = [(folder / f"{stem.role.value}.wav", stem.audio) for stem in rendering.stems]
        write_wavs([*files, (folder / "mix.wav", mastered.audio)], rendering.sample_rate_hz)
        mix, rate = soundfile.read(folder / "mix.wav", dtype="float32", always_2d=True)
        stems = sum(soundfile.read(file, dtype="float64", always_2d=True)[0] for file, _ in files)
    frames = brief.n_bars * heard.bar_quarters * 60 / brief.tempo_bpm * rate
    music = mix[: rendering.music_frames].mean(axis=1)
    return Outcome(
        brief=brief,
        has_bars=heard.quarters == brief.n_bars * brief.time_signature.beats * 4 / brief.time_signature.unit,
        has_length=abs(rendering.music_frames - frames) <= 1 and len(mix) == rendering.n_frames,
        has_midi_tempo=abs(heard.tempo_bpm - brief.tempo_bpm) < brief.tempo_bpm**2 / 60e6,  # one microsecond a quarter
        has_metre=(heard.beats, heard.unit) == (brief.time_signature.beats, brief.time_signature.unit),
        audio_tempo=_tempo_level(music, rate, brief.tempo_bpm),
        has_key=None if brief.chords else _has_key(brief.key, key_of(heard)),
        n_chords_found=_n_chords_found(brief, heard),
        n_chords_asked=brief.n_bars if brief.chords else 0,
        is_excluded_absent=None if brief.excluded is None else _is_absent(brief.excluded, heard, score),
        stems_error=float(np.abs(stems - rendering.mix.T).max()),
    )


def _has_key(asked: Key, heard: Key) -> bool:
    """Compare keys; of other modes than major and minor, which are all that is heard, the tonic or all seven notes."""
    is_same = heard.pitch_class == asked.pitch_class and heard.mode.is_minor == asked.mode.is_minor
    return is_same or (asked.mode not in (Mode.MAJOR, Mode.MINOR) and set(heard.scale) == set(asked.scale))


def _tempo_level(music: np.ndarray, rate: int, asked_bpm: float) -> str:
    found = estimate_tempo(music, rate)
    if found is None:
        return "no pulse"
    ratio = found.tempo_bpm / asked_bpm
    if abs(ratio - 1) <= _TOLERANCE:
        return "exact"
    return "another level" if any(abs(ratio / level - 1) <= _TOLERANCE for level in _LEVELS) else "other"


def _n_chords_found(brief: AskedBrief, heard: HeardFile) -> int:
    chords = brief.chords
    return sum(
        sounds_as(chords[bar % len(chords)].label, heard, bar, _HARMONY_TRACKS, most_outside=_MOST_OUTSIDE)
        for bar in range(brief.n_bars if chords else 0)
    )


def _is_absent(excluded: Role, heard: HeardFile, score: Score) -> bool:
    names = {one.track for one in heard.notes}
    channels = {one.channel for one in heard.notes}
    gone = excluded.value.capitalize() not in names and all(part.role is not excluded for part in score.parts)
    return gone and (excluded is not Role.DRUMS or 9 not in channels)
