"""A style learnt from clips of one style sounds like that style: measured on takes that it was not learnt from."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from engines.composer.engine import Composer
from engines.engine import EngineContext, Result
from music.brief import Brief, Reading
from music.clip import Clip, read_clip
from music.clip.findings import chords_of, examine
from music.clip.learning import Learnt, learn, study
from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.midi_file import score_to_midi
from music.style import Style
from tests.jobs import QuietJob
from tests.unit.engines.clips import CONFIGS
from workflows.configuration import load_styles
from workflows.planner import Planner, load_planner
from workflows.planner.complete import complete
from workflows.planner.given_style import instrument_for
from workflows.style_file import style_to_toml

Features = dict[str, Counter[object]]
TakeMaker = Callable[[Style, int], Clip]
BASE = "pop"


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load_planner(CONFIGS)


@pytest.fixture(scope="module")
def make_take(planner: Planner) -> TakeMaker:
    """Return what composes a take of 16 bars in any style, known to the tables or not, as a clip."""

    def make(style: Style, seed: int) -> Clip:
        repertoire = replace(planner.repertoire, styles={**planner.repertoire.styles, style.id: style})
        reading = Reading(brief=Brief(prompt=style.id, genre=style.id, bars=16))
        _, plan = complete(reading, repertoire, seed=seed)
        context = EngineContext(styles=repertoire.styles, instruments=repertoire.instruments)
        (score,) = [made.score for made in Composer(context).generate(plan, QuietJob()) if isinstance(made, Result)]
        assert score is not None
        return read_clip(score_to_midi(score, repertoire.instruments), f"{style.id}-{seed}.mid")

    return make


@pytest.fixture(scope="module")
def measured(planner: Planner, make_take: TakeMaker) -> dict[str, Features]:
    """Return what takes of several styles sound like, none of which is learnt from."""
    styles = planner.repertoire.styles
    names = ("lofi", "house", "reggae", "jazz", "rock", "trap", BASE)
    return {name: features([make_take(styles[name], seed) for seed in range(50, 53)]) for name in names}


def learnt_from(clips: list[Clip], planner: Planner, base: str = BASE) -> Learnt:
    frame = planner.repertoire.styles[base]
    return learn(
        [study(clip) for clip in clips],
        style_id="mine",
        title="Mine",
        base=frame,
        instrument_of=lambda role, program: instrument_for(role, program, frame, planner.repertoire),
    )


def features(clips: list[Clip]) -> Features:
    """Measure what tells styles apart: where drums fall, how parts move, which chords, how fast, how swung."""
    names = ("drums", "bass", "comping", "steps", "chords", "tempo", "swing", "sounds")
    found: Features = {name: Counter() for name in names}
    for clip in clips:
        findings = examine(clip)
        bar = clip.time_signature.ticks_per_bar
        for part in findings.parts:
            places = [round(note.start_ticks % bar / 120) for note in part.notes]
            if part.role is Role.DRUMS:
                found["drums"].update(zip((note.midi_note for note in part.notes), places, strict=True))
            elif part.role in (Role.BASS, Role.CHORDS):
                found["bass" if part.role is Role.BASS else "comping"].update(places)
            if part.role in (Role.MELODY, Role.BASS):
                steps = (max(-8, min(8, b.midi_note - a.midi_note)) for a, b in pairwise(part.notes))
                found["steps"].update((part.role, step) for step in steps)
        if findings.key and (chords := chords_of(findings.parts, findings.key.key, clip)):
            tonic = findings.key.key.pitch_class
            for span in chords.spans:
                if span.chord:
                    found["chords"][(span.chord.root_pitch_class - tonic) % 12, span.chord.quality] += 1
        found["tempo"][round(clip.tempo_bpm / 12)] += 1
        found["swing"][findings.swing.unit if findings.swing.swing > 0.25 else None] += 1
        found["sounds"].update(findings.programs)
    return found


def distance(one: Features, other: Features) -> float:
    """Return how far two sets of takes lie apart, 0 to 1: the mean over all features of what their shares differ by."""
    return sum(_apart(one[name], other[name]) for name in one) / len(one)


def _apart(one: Counter[object], other: Counter[object]) -> float:
    a, b = sum(one.values()) or 1, sum(other.values()) or 1
    return sum(abs(one[key] / a - other[key] / b) for key in {*one, *other}) / 2


@pytest.mark.parametrize("source", ["lofi", "house", "reggae", "jazz"])
def test_takes_in_a_learnt_style_are_nearest_to_the_style_it_was_learnt_from(
    source: str, planner: Planner, make_take: TakeMaker, measured: dict[str, Features]
) -> None:
    """Nearer than to any other style, and at least twice as near as its base is."""
    styles = planner.repertoire.styles
    learnt = learnt_from([make_take(styles[source], seed) for seed in range(8)], planner)
    mine = features([make_take(learnt.style, seed) for seed in range(100, 103)])
    apart = {name: distance(mine, found) for name, found in measured.items()}
    assert min(apart, key=lambda name: apart[name]) == source, apart
    assert apart[source] < 0.75 * sorted(apart.values())[1], apart
    assert apart[source] < 0.6 * distance(measured[BASE], measured[source]), apart


@pytest.mark.parametrize("source", ["lofi", "house", "jazz", "classical", "trap", "rock"])
def test_a_learnt_style_reads_back_from_its_file_as_it_was(
    source: str, planner: Planner, make_take: TakeMaker, tmp_path: Path
) -> None:
    clips = [make_take(planner.repertoire.styles[source], seed) for seed in range(4)]
    learnt = learnt_from(clips, planner)
    (tmp_path / "mine.toml").write_text(style_to_toml(learnt.style, comment="learnt\nfrom clips"), encoding="utf-8")
    assert load_styles(tmp_path) == {"mine": learnt.style}


def test_every_style_that_comes_with_sideman_reads_back_from_the_file_written_for_it(
    planner: Planner, tmp_path: Path
) -> None:
    for style in planner.repertoire.styles.values():
        (tmp_path / f"{style.id}.toml").write_text(style_to_toml(style), encoding="utf-8")
    assert load_styles(tmp_path) == dict(planner.repertoire.styles)


def test_what_is_measured_is_what_was_played(planner: Planner, make_take: TakeMaker) -> None:
    source = planner.repertoire.styles["lofi"]
    clips = [replace(make_take(source, seed), tempo_bpm=70.0 + seed) for seed in range(9)]
    learnt = learnt_from(clips, planner).style
    assert learnt.tempo_bpm == 74.0
    assert learnt.tempo_range_bpm[0] <= 70
    assert learnt.tempo_range_bpm[1] >= 78
    assert learnt.swing == pytest.approx(source.swing, abs=0.08)
    assert learnt.swing_unit is source.swing_unit
    assert learnt.time_signatures == source.time_signatures
    assert learnt.parts[Role.BASS].instrument == source.parts[Role.BASS].instrument
    assert set(learnt.modes) <= set(source.modes)
    lanes = {lane for groove in learnt.drums.grooves for lane in groove.lanes}
    assert lanes <= set(DRUM_NOTES)
    assert {"kick", "hat"} <= lanes


def test_the_account_says_what_was_learnt_from_how_much_and_what_was_not(
    planner: Planner, make_take: TakeMaker
) -> None:
    styles = planner.repertoire.styles
    clips = [make_take(styles["lofi"], seed) for seed in range(3)]
    told = "\n".join(learnt_from(clips, planner).account)
    assert "3 files with 48 bars" in told
    assert "grooves and" in told
    assert "from 48 bars" in told
    assert "no arpeggio in any file" in told
    drums = [
        replace(clip, tracks=tuple(track for track in clip.tracks if track.is_drums), name="drums") for clip in clips
    ]
    only = learnt_from(drums, planner)
    assert any("harmony and keys are those of Pop" in line for line in only.account)
    assert only.style.harmony == styles[BASE].harmony


def test_nothing_is_learnt_from_nothing(planner: Planner) -> None:
    with pytest.raises(ValueError, match="one clip at least"):
        learnt_from([], planner)
