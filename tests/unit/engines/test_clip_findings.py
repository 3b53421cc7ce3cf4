"""What is found in given music, measured on clips of known key, chords, roles and groove, over styles and seeds."""

from dataclasses import replace
from statistics import median

import pytest

from engines.engine import EngineContext
from music.clip.chords import harmonise_melody
from music.clip.clip import all_notes
from music.clip.findings import chords_of, examine
from music.clip.groove import FoundSwing, find_swing, straightened
from music.instrument import Role
from music.pitch import Mode
from music.plan import Plan
from music.score import ChordSpan
from music.style import SwingUnit
from music.time import TimeSignature
from tests.unit.engines.clips import Compose, PlanMaker, composed_clip

STYLES = ("blues", "classical", "country", "house", "jazz", "lofi", "pop", "reggae", "rock", "trap")
SEEDS = range(6)
COMMON_TIME = TimeSignature(4, 4)


def root_at(spans: tuple[ChordSpan, ...], ticks: int) -> int | None:
    chord = next((span.chord for span in spans if span.start_ticks <= ticks < span.end_ticks), None)
    return chord.root_pitch_class if chord else None


def downbeats(plan: Plan) -> list[int]:
    return [bar * plan.time_signature.ticks_per_bar for bar in range(plan.n_bars)]


def test_a_clip_keeps_every_note_of_the_score_it_was_written_from(
    make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    for style in STYLES:
        clip, plan = composed_clip(style, 1, make_plan, compose, context)
        assert clip.n_bars == plan.n_bars
        assert clip.tempo_bpm == pytest.approx(plan.tempo_bpm, abs=0.01)
        assert clip.time_signature == plan.time_signature
        assert clip.notices == ()


def test_key_and_roles_are_found(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> None:
    """The tonic and its third in 9 of 10 clips, roles in nearly all; a low confidence marks most of the misses."""
    n_keys = n_roles = n_sure = n_sure_right = total = 0
    for style in STYLES:
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context)
            found = examine(clip)
            assert found.key is not None
            is_right = (
                found.key.key.pitch_class == plan.key.pitch_class
                and found.key.key.mode.is_minor == plan.key.mode.is_minor
            )
            total += 1
            n_keys += is_right
            n_roles += found.roles == tuple(part.role for part in plan.parts)
            if found.key.confidence >= 0.5:
                n_sure += 1
                n_sure_right += is_right
    assert n_keys >= 0.9 * total, f"{n_keys} of {total}"
    assert n_sure_right >= 0.95 * n_sure, f"{n_sure_right} of {n_sure}"
    assert n_sure >= 0.7 * total
    assert n_roles >= 0.95 * total, f"{n_roles} of {total}"


def test_roles_are_found_without_names_too(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> None:
    right = total = 0
    for style in STYLES:
        for seed in SEEDS:
            roles = (Role.DRUMS, Role.BASS, Role.CHORDS, Role.MELODY)
            clip, _ = composed_clip(style, seed, make_plan, compose, context, roles=roles)
            nameless = replace(clip, tracks=tuple(replace(track, name="") for track in clip.tracks))
            found = examine(nameless).roles
            expected = examine(clip).roles
            right += sum(a is b for a, b in zip(found, expected, strict=True))
            total += len(expected)
    assert right >= 0.9 * total, f"{right} of {total}"


def test_chords_are_found_bar_by_bar(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> None:
    """On 95 % of the downbeats over all styles the root is the written one, and on 85 % in each."""
    all_right = all_bars = 0
    for style in STYLES:
        right = bars = 0
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context)
            found = chords_of(examine(clip).parts, plan.key, clip)
            assert found is not None
            right += sum(root_at(found.spans, at) == root_at(plan.chords, at) for at in downbeats(plan))
            bars += plan.n_bars
        assert right >= 0.85 * bars, f"{style}: {right} of {bars}"
        all_right, all_bars = all_right + right, all_bars + bars
    assert all_right >= 0.95 * all_bars, f"{all_right} of {all_bars}"


def test_a_harmonised_melody_rests_on_its_chords(
    make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """Notes on strong beats are chord tones in 85 of 100 cases; more than half the chords are the composer's."""
    strong = held = same = bars = 0
    for style in STYLES:
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context, roles=(Role.MELODY,), n_bars=16)
            if not clip.pitched:
                continue
            melody = clip.pitched[0].notes
            found = harmonise_melody(melody, plan.key, plan.time_signature, plan.n_bars)
            length = plan.time_signature.ticks_per_bar
            for note in melody:
                place = round(note.start_ticks / 240) * 240
                if place % length in (0, length // 2):
                    chord = next((s.chord for s in found.spans if s.start_ticks <= place < s.end_ticks), None)
                    strong += 1
                    held += chord is not None and note.midi_note % 12 in chord.pitch_classes
            sounding = {round(note.start_ticks / 240) * 240 // length for note in melody}
            same += sum(
                root_at(found.spans, at) == root_at(plan.chords, at)
                for at in downbeats(plan)
                if at // length in sounding
            )
            bars += len(sounding)
    assert held >= 0.85 * strong, f"{held} of {strong}"
    assert same >= 0.55 * bars, f"{same} of {bars}"


def test_a_harmonised_melody_begins_and_ends_at_home(
    make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    for style in ("pop", "classical", "country", "jazz"):
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context, roles=(Role.MELODY,), n_bars=16)
            spans = harmonise_melody(clip.pitched[0].notes, plan.key, plan.time_signature, plan.n_bars).spans
            last = spans[-1].chord
            assert last is not None
            assert last.root_pitch_class == plan.key.pitch_class
            assert spans[-1].end_ticks == plan.n_bars * plan.time_signature.ticks_per_bar
            assert len({span.chord.root_pitch_class for span in spans if span.chord}) >= 3


@pytest.mark.parametrize("style", STYLES)
def test_swing_is_found_as_it_was_played(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """Within a tenth of the way to triplets over the seeds; one too slight to hear as swing may be called straight."""
    off: list[float] = []
    for seed in SEEDS:
        clip, plan = composed_clip(style, seed, make_plan, compose, context)
        played = context.styles[plan.style]
        found = examine(clip).swing
        if played.swing < 0.3:
            assert found.swing < 0.3
        elif found.n_measured:
            assert found.unit is played.swing_unit
            off.append(found.swing - played.swing)
            assert abs(off[-1]) <= 0.3  # a drummer may lean for eight bars
    assert not off or abs(median(off)) <= 0.08


def test_straight_triplets_are_not_swing() -> None:
    triplets = [beat * 960 + third for beat in range(16) for third in (0, 320, 640)]
    assert find_swing(triplets, COMMON_TIME).swing == 0.0


def test_taking_swing_out_gives_the_written_places_back() -> None:
    for unit in SwingUnit:
        swing = FoundSwing(swing=0.7, unit=unit, n_measured=9)
        late = round(unit.ticks + 0.7 * unit.ticks / 3)
        for pair in range(4):
            assert straightened(pair * 2 * unit.ticks + late, swing) == pair * 2 * unit.ticks + unit.ticks
            assert straightened(pair * 2 * unit.ticks, swing) == pair * 2 * unit.ticks


def test_modes_are_told_apart_by_the_notes_that_set_them_off(
    make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    right = total = 0
    for style in STYLES:
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context, n_bars=16)
            found = examine(clip).key
            if plan.key.mode in (Mode.DORIAN, Mode.PHRYGIAN, Mode.MIXOLYDIAN) and found:
                right += found.key.scale == plan.key.scale or set(found.key.scale) == set(plan.key.scale)
                total += 1
    assert total >= 8
    assert right >= 0.8 * total, f"{right} of {total}"


def test_notes_of_all_players_come_in_order(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> None:
    clip, _ = composed_clip("pop", 3, make_plan, compose, context)
    notes = all_notes(clip.tracks)
    assert notes == sorted(notes)
    assert len(notes) == sum(len(track.notes) for track in clip.tracks)
