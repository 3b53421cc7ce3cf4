"""Words set to melodies: a note for each syllable, stress on the pulse, a breath after each line."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mido
import pytest

from engines.engine import EngineContext
from music.instrument import Role
from music.lyrics import SungLine
from music.midi_file import score_from_midi, score_to_midi
from music.plan import Plan
from music.pronunciation import Pronunciations, syllables_of
from music.score import Score
from music.time import TimeSignature
from music.vocal_notes import vocal_notes

Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]
ROOT = Path(__file__).parents[3]
STYLES = sorted(file.stem for file in (ROOT / "configs" / "styles").glob("*.toml"))
METERS = [TimeSignature(*m) for m in ((4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8))]
LINES = (
    "I was walking home alone beneath the yellow moon",
    "Every window in the city hums a different tune",
    "Nobody remembers what we promised in the rain",
    "But I can hear you calling and I'm coming home again",
    "Carry me over the mountain",
    "Carry me down to the sea",
    "All of the rivers are running",
    "Running forever to me",
    "Yesterday is only paper",
    "Tomorrow is a song",
    "Hold me like a promise, baby",
    "Tell me I was wrong",
)
_NEAR = 100


@pytest.fixture(scope="module")
def english() -> Pronunciations:
    written = (ROOT / "configs" / "syllables.txt").read_text(encoding="utf-8")
    return Pronunciations("walking W AO1 K IH0 NG", written=written)


def sung(plan: Plan, lines: tuple[str, ...], english: Pronunciations, bars_each: int = 2) -> Plan:
    """Return the plan with words, a line for every two bars from its first section on."""
    found: list[SungLine] = []
    texts = iter(lines)
    for index, section in enumerate(plan.sections):
        for first in range(0, section.n_bars - bars_each + 1, bars_each):
            text = next(texts, None)
            if text is not None:
                first_word = found[-1].syllables[-1].word + 1 if found else 0
                syllables = syllables_of(text, english, first_word)
                found.append(SungLine(section=index, first_bar=first, n_bars=bars_each, text=text, syllables=syllables))
    return replace(plan, lyrics=tuple(found))


def melody_of(score: Score) -> tuple[list[int], list[str]]:
    """Return where syllables begin, and which."""
    part = next(part for part in score.parts if part.role is Role.MELODY)
    return [lyric.start_ticks for lyric in part.lyrics], [lyric.text for lyric in part.lyrics]


@pytest.mark.parametrize("style", STYLES)
def test_every_syllable_has_a_note_of_its_own_in_the_order_of_the_words(
    style: str, make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    for seed, meter in enumerate(METERS):
        plan = sung(make_plan(style, n_bars=16, seed=seed, time_signature=meter), LINES, english)
        score = compose(plan)
        part = next(part for part in score.parts if part.role is Role.MELODY)
        starts, texts = melody_of(score)
        assert texts == [one.shown for line in plan.lyrics for one in line.syllables]
        assert starts == sorted(set(starts))
        assert set(starts) <= {note.start_ticks for note in part.notes}


def test_main_stresses_of_longer_words_fall_on_pulses(
    make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    """At least 90 % over styles, metres and seeds, and far more than the light syllables do."""
    n_stressed = n_on_pulse = n_light = n_light_on_pulse = 0
    for seed, style in enumerate(STYLES):
        for meter in METERS:
            lines = tuple(random.Random(seed).sample(LINES, 8))
            plan = sung(make_plan(style, n_bars=16, seed=seed, time_signature=meter), lines, english)
            starts, _ = melody_of(compose(plan))
            syllables = [one for line in plan.lyrics for one in line.syllables]
            sizes = {one.word: sum(other.word == one.word for other in syllables) for one in syllables}
            pulses = (*meter.pulse_ticks, meter.ticks_per_bar)
            for start, one in zip(starts, syllables, strict=True):
                if sizes[one.word] < 2:
                    continue
                is_on = min(abs(start % meter.ticks_per_bar - pulse) for pulse in pulses) <= _NEAR
                n_stressed += one.stress == 2
                n_on_pulse += one.stress == 2 and is_on
                n_light += one.stress == 0
                n_light_on_pulse += one.stress == 0 and is_on
    assert n_stressed > 500
    assert n_on_pulse / n_stressed >= 0.9
    assert n_light_on_pulse / n_light < 0.35


@pytest.mark.parametrize("style", STYLES)
def test_a_line_keeps_to_its_bars_and_ends_with_a_breath(
    style: str, make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    plan = sung(make_plan(style, n_bars=16, seed=3), LINES, english)
    score = compose(plan)
    bar = plan.time_signature.ticks_per_bar
    part = next(part for part in score.parts if part.role is Role.MELODY)
    for line in plan.lyrics:
        start = (plan.sections[line.section].start_bar - 1 + line.first_bar) * bar
        end = start + line.n_bars * bar
        inside = [note for note in part.notes if start - _NEAR <= note.start_ticks < end - _NEAR]
        assert len(inside) >= len(line.syllables)
        assert max(note.start_ticks + note.duration_ticks for note in inside) <= end - 240 + _NEAR


@pytest.mark.parametrize("style", STYLES)
def test_words_are_sung_where_voices_are_and_within_an_octave_and_a_sixth(
    style: str, make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    for seed in range(5):
        plan = sung(make_plan(style, n_bars=24, seed=seed), LINES, english)
        notes = next(part.notes for part in compose(plan).parts if part.role is Role.MELODY)
        pitches = [note.midi_note for note in notes]
        assert max(pitches) - min(pitches) <= 21
        assert min(pitches) >= 53


def test_words_leave_every_other_part_note_for_note_as_it_is(
    make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    plan = make_plan("pop", n_bars=16)
    spoken, silent = compose(sung(plan, LINES, english)), compose(plan)
    for with_words, without in zip(spoken.parts, silent.parts, strict=True):
        if with_words.role is not Role.MELODY:
            assert with_words == without


def test_the_midi_file_carries_the_syllables_before_their_notes_and_gives_them_back(
    make_plan: PlanMaker, compose: Compose, english: Pronunciations, context: EngineContext, tmp_path: Path
) -> None:
    plan = sung(make_plan("pop", n_bars=8), (*LINES[:3], "Mädchen, sing with me"), english)
    score = compose(plan)
    midi = score_to_midi(score, context.instruments)
    assert score_from_midi(midi, plan) == score
    file = tmp_path / "song.mid"
    file.write_bytes(midi)
    tracks = mido.MidiFile(file, charset="utf-8").tracks
    track = next(track for track in tracks if any(message.type == "lyrics" for message in track))
    messages = [message for message in track if message.type in ("lyrics", "note_on")]
    texts = [message.text for message in messages if message.type == "lyrics"]
    assert texts[:6] == ["I", "was", "wal-", "king", "home", "a-"]
    assert "Mäd-" in texts
    for i, message in enumerate(messages):
        if message.type == "lyrics":
            assert messages[i + 1].type == "note_on"
            assert messages[i + 1].time == 0


def test_a_singing_engine_gets_the_notes_in_seconds_with_words_and_phonemes(
    make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    plan = sung(make_plan("pop", n_bars=16, tempo_bpm=120.0), LINES[:4], english)
    score = compose(plan)
    listed = vocal_notes(score, plan.lyrics)
    notes = listed["notes"]
    assert isinstance(notes, list)
    begun = [note for note in notes if not note["continues_syllable"]]
    assert [note["syllable"] for note in begun] == [one.text for line in plan.lyrics for one in line.syllables]
    assert begun[2]["phonemes"] == "W AO1"
    assert begun[2]["word_index"] == begun[3]["word_index"] == 2
    assert [note["start_seconds"] for note in notes] == sorted(note["start_seconds"] for note in notes)
    part = next(part for part in score.parts if part.role is Role.MELODY)
    assert begun[0]["start_seconds"] == pytest.approx(part.lyrics[0].start_ticks / 1920, abs=1e-5)
    for first, second in pairwise(notes):
        assert first["start_seconds"] + first["duration_seconds"] <= second["start_seconds"] + 1e-6
    with pytest.raises(ValueError, match="does not sing"):
        vocal_notes(score, plan.lyrics[:2])


def test_a_melisma_lets_the_last_syllable_move_in_some_songs(
    make_plan: PlanMaker, compose: Compose, english: Pronunciations
) -> None:
    n_lines = n_moving = 0
    for seed in range(12):
        plan = sung(make_plan("pop", n_bars=16, seed=seed), LINES[4:8], english)
        notes = vocal_notes(compose(plan), plan.lyrics)["notes"]
        assert isinstance(notes, list)
        for number, line in enumerate(plan.lyrics):
            n_lines += 1
            held = [note for note in notes if note["line_index"] == number and note["continues_syllable"]]
            n_moving += bool(held)
            assert all(note["syllable"] == line.syllables[-1].text for note in held)
    assert 0.05 < n_moving / n_lines < 0.5
