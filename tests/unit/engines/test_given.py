"""What is written to given music: the given notes stay, and the new ones take its key, tempo and groove.

Clips are the composer's own, so that what they hold is known; every measure is taken over many seeds and styles.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from engines.composer.engine import Composer
from engines.engine import EngineContext
from music.blend import StyleShare
from music.clip import Clip, ClipTrack, read_clip
from music.clip.clip import without_overlaps
from music.clip.findings import examine
from music.errors import NotFound, RequestInvalid
from music.given import Given, Task
from music.instrument import Role
from music.midi_file import score_from_midi, score_to_midi
from music.plan import Plan
from music.score import Note, Part, Score
from music.time import TimeSignature
from tests.unit.engines.clips import CONFIGS, Compose, PlanMaker, composed_clip
from workflows.planner import GivenWish, Planned, Planner, load_planner

STYLES = ("blues", "classical", "country", "house", "jazz", "lofi", "pop", "reggae", "rock", "trap")
SEEDS = range(4)
NEAR_TICKS = 70  # players are a little early or late
Made = tuple[Planned, Score]


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load_planner(CONFIGS)


@pytest.fixture(scope="module")
def answer(planner: Planner, compose: Compose) -> Callable[..., Made]:
    """Plan and compose what somebody asks for a clip."""

    def made(words: str, clip: Clip, *, seed: int = 1, task: Task | None = None) -> Made:
        planned = planner.by_rules(words, seed=seed, given=GivenWish(clip=clip, task=task))
        return planned, compose(planned.plan)

    return made


def part_of(score: Score, role: Role) -> Part:
    return next(part for part in score.parts if part.role is role)


def assert_kept(score: Score, plan: Plan, clip: Clip) -> None:
    """Assert that the given bars hold the given notes and, in their parts, no others."""
    given = plan.given
    assert given is not None
    end = given.n_bars * plan.time_signature.ticks_per_bar
    kept = sorted(note for part in given.parts for note in part.notes)
    assert kept == sorted(note for track in clip.tracks for note in track.notes)
    for part in given.parts:
        notes = part_of(score, part.role).notes
        assert [n for n in notes if n.start_ticks < end] == [
            n._replace(duration_ticks=min(n.duration_ticks, score.length_ticks - n.start_ticks)) for n in part.notes
        ]


def is_near(note: Note, places: list[int]) -> bool:
    return any(abs(note.start_ticks - place) <= NEAR_TICKS for place in places)


def test_a_continuation_begins_with_the_clip_and_goes_on_in_its_tempo_metre_and_length(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    for style in STYLES:
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context)
            planned, score = answer("continue this", clip, seed=seed)
            assert planned.plan.given is not None
            assert planned.plan.given.task is Task.CONTINUE
            assert score.n_bars == 16
            assert score.tempo_bpm == pytest.approx(plan.tempo_bpm, abs=0.01)
            assert score.time_signature == plan.time_signature
            assert {part.role for part in score.parts} == {part.role for part in planned.plan.given.parts}
            assert_kept(score, planned.plan, clip)
            for part in score.parts:
                after = [n for n in part.notes if n.start_ticks >= score.length_ticks // 2]
                assert after, f"{style}: the {part.role.value} stops where the clip does"


def test_a_continuation_stays_in_the_key_density_and_register(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """New notes are as much in the clip's key as its own (at most 4 % fewer), as dense to a third, within its range."""
    for style in STYLES:
        inside: Counter[bool] = Counter()
        of: Counter[bool] = Counter()
        for seed in SEEDS:
            clip, plan = composed_clip(style, seed, make_plan, compose, context)
            _, score = answer("continue this", clip, seed=seed)
            middle = score.length_ticks // 2
            for part in score.parts:
                old = [n for n in part.notes if n.start_ticks < middle]
                new = [n for n in part.notes if n.start_ticks >= middle]
                assert 0.6 * len(old) <= len(new) <= 1.45 * len(old) + 4, f"{style} {seed} {part.role}"
                if part.role is Role.DRUMS:
                    continue
                assert min(n.midi_note for n in new) >= min(n.midi_note for n in old) - 5
                assert max(n.midi_note for n in new) <= max(n.midi_note for n in old) + 5
                scale = set(plan.key.scale)
                for is_new, notes in ((False, old), (True, new)):
                    inside[is_new] += sum(n.midi_note % 12 in scale for n in notes)
                    of[is_new] += len(notes)
        assert inside[True] / of[True] >= inside[False] / of[False] - 0.04, style


def test_a_continuation_keeps_the_groove_and_the_swing(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """Where kicks and backbeats fall in the bar, old and new agree by 80 %; swing is measured as in the clip."""
    for style in ("house", "jazz", "lofi", "pop", "reggae", "rock", "trap", "blues"):
        for seed in SEEDS:
            clip, _ = composed_clip(style, seed, make_plan, compose, context)
            _, score = answer("continue this", clip, seed=seed)
            bar, middle = score.time_signature.ticks_per_bar, score.length_ticks // 2
            places: dict[bool, Counter[tuple[int, int]]] = {False: Counter(), True: Counter()}
            for note in part_of(score, Role.DRUMS).notes:
                if note.midi_note in (36, 37, 38, 39):
                    step = round(note.start_ticks % bar / 120)
                    places[note.start_ticks >= middle][note.midi_note, step] += 1
            shared = sum((places[False] & places[True]).values())
            assert shared >= 0.75 * sum(places[False].values()), f"{style} {seed}"
            found = examine(clip).swing
            after = read_clip(score_to_midi(score, context.instruments), "after.mid")
            if found.swing:
                assert examine(after).swing.swing == pytest.approx(found.swing, abs=0.1)


def test_a_continued_melody_develops_its_motif_and_does_not_only_repeat(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """Of the new bars of the tune at least a third are new, and at least a fifth come back as they were."""

    def bars_of(notes: tuple[Note, ...], bar: int) -> list[tuple[tuple[int, int], ...]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for note in notes:
            index = round(note.start_ticks / 60) * 60 // bar
            found.setdefault(index, []).append((round(note.start_ticks % bar / 120), note.midi_note))
        return [tuple(found.get(index, ())) for index in range(max(found) + 1)]

    fresh = again = total = 0
    for style in STYLES:
        for seed in SEEDS:
            clip, _ = composed_clip(style, seed, make_plan, compose, context)
            _, score = answer("continue this", clip, seed=seed)
            melody = next((part for part in score.parts if part.role is Role.MELODY), None)
            if melody is None:
                continue
            bars = bars_of(melody.notes, score.time_signature.ticks_per_bar)
            new = [bar for bar in bars[8:] if bar]
            fresh += sum(bar not in bars[:8] for bar in new)
            again += sum(bar in bars[:8] for bar in new)
            total += len(new)
    assert fresh >= total / 3, f"{fresh} of {total}"
    assert again >= total / 5, f"{again} of {total}"


def test_a_continuation_ends_at_home(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    for style in ("pop", "classical", "country", "rock", "reggae"):
        for seed in SEEDS:
            clip, _ = composed_clip(style, seed, make_plan, compose, context)
            planned, score = answer("continue this", clip, seed=seed)
            last = planned.plan.chords[-1].chord
            assert last is not None
            assert last.root_pitch_class == planned.plan.key.pitch_class
            last_bar = score.length_ticks - score.time_signature.ticks_per_bar
            for part in score.parts:
                if part.role is not Role.DRUMS:
                    closing = {n.midi_note % 12 for n in part.notes if n.start_ticks >= last_bar}
                    assert closing
                    assert closing <= set(last.pitch_classes), f"{style} {seed} {part.role}"


@pytest.mark.parametrize("style", ["house", "jazz", "lofi", "pop", "reggae", "rock", "trap"])
def test_a_bass_to_given_drums_locks_to_their_kick(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """85 % of its notes start on a kick or are slides and pick-ups into one; half the kicks carry one at least."""
    on = notes = carried = kicks = 0
    for seed in range(8):
        clip, _ = composed_clip(style, seed, make_plan, compose, context, roles=(Role.DRUMS,))
        planned, score = answer("a bass line to these drums", clip, seed=seed)
        assert {part.role for part in score.parts} == {Role.DRUMS, Role.BASS}
        assert_kept(score, planned.plan, clip)
        bass = part_of(score, Role.BASS).notes
        places = [n.start_ticks for n in part_of(score, Role.DRUMS).notes if n.midi_note == 36]
        struck = [n for n in bass if n.start_ticks % score.time_signature.ticks_per_bar > NEAR_TICKS]
        on += sum(is_near(note, places) for note in struck)
        notes += len(struck)
        carried += sum(any(abs(place - n.start_ticks) <= NEAR_TICKS for n in bass) for place in places)
        kicks += len(places)
    assert on >= 0.85 * notes, f"{on} of {notes}"
    assert carried >= 0.5 * kicks, f"{carried} of {kicks}"


@pytest.mark.parametrize("style", ["rock", "pop", "reggae", "house"])
def test_drums_to_a_riff_kick_on_its_accents_and_keep_the_backbeat(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    on = kicks = backbeats = bars = 0
    for seed in range(8):
        clip, _ = composed_clip(style, seed, make_plan, compose, context, roles=(Role.BASS,))
        if not clip.tracks:
            continue
        planned, score = answer("drums to this riff", clip, seed=seed)
        assert_kept(score, planned.plan, clip)
        riff = [n.start_ticks for part in planned.plan.given.parts for n in part.notes] if planned.plan.given else []
        drums = part_of(score, Role.DRUMS).notes
        bar = score.time_signature.ticks_per_bar
        struck = [n for n in drums if n.midi_note == 36 and n.start_ticks % bar > NEAR_TICKS]
        on += sum(is_near(note, riff) for note in struck)
        kicks += len(struck)
        backbeats += sum(n.midi_note in (37, 38, 39) and n.velocity > 60 for n in drums)
        bars += score.n_bars
    assert on >= 0.8 * kicks, f"{on} of {kicks}"
    assert backbeats >= bars


def test_a_counter_melody_leaves_the_melody_room(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """Where both sound, fewer than 12 % of its notes start a second, tritone or seventh away from the melody."""
    harsh = together = n_notes = n_bars = 0
    for style in ("pop", "classical", "country", "jazz", "rock"):
        for seed in SEEDS:
            roles = (Role.MELODY, Role.CHORDS)
            clip, _ = composed_clip(style, seed, make_plan, compose, context, roles=roles)
            _, score = answer("a counter melody to this", clip, seed=seed)
            melody, counter = part_of(score, Role.MELODY).notes, part_of(score, Role.COUNTER_MELODY).notes
            n_notes += len(counter)
            n_bars += score.n_bars
            for note in counter:
                at = note.start_ticks + NEAR_TICKS
                sounding = [n for n in melody if n.start_ticks <= at < n.start_ticks + n.duration_ticks]
                together += bool(sounding)
                harsh += any((n.midi_note - note.midi_note) % 12 in (1, 2, 6, 10, 11) for n in sounding)
    assert n_notes >= 1.5 * n_bars
    assert harsh <= 0.12 * together, f"{harsh} of {together}"


@pytest.mark.parametrize("words", ["harmonise this melody as jazz", "chords for this melody, pop"])
def test_a_harmonised_melody_keeps_its_notes_and_gets_an_accompaniment(
    words: str, make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    for seed in SEEDS:
        clip, _ = composed_clip("pop", seed, make_plan, compose, context, roles=(Role.MELODY,))
        planned, score = answer(words, clip, seed=seed)
        assert planned.plan.given is not None
        assert planned.plan.given.task is Task.HARMONISE
        assert_kept(score, planned.plan, clip)
        assert Role.CHORDS in {part.role for part in score.parts}
        assert score.n_bars == clip.n_bars


def test_the_plan_alone_gives_the_same_notes_again(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    plans = TypeAdapter(Plan)
    for style in ("lofi", "jazz", "rock"):
        clip, _ = composed_clip(style, 2, make_plan, compose, context)
        planned, score = answer("continue this", clip)
        assert compose(plans.validate_json(plans.dump_json(planned.plan))) == score


def test_each_new_bar_is_drawn_by_itself(
    make_plan: PlanMaker, compose: Compose, context: EngineContext, answer: Callable[..., Made]
) -> None:
    """Leaving a given part out leaves the others as they were, and another seed leaves the given bars as they were."""
    clip, _ = composed_clip("pop", 5, make_plan, compose, context)
    planned, score = answer("continue this", clip, seed=3)
    given = planned.plan.given
    assert isinstance(given, Given)
    fewer = replace(planned.plan, parts=planned.plan.parts[1:])
    assert [part.notes for part in compose(fewer).parts] == [part.notes for part in score.parts[1:]]
    assert compose(replace(planned.plan, seed=4)).parts[3].notes != score.parts[3].notes


def test_any_clip_at_all_gives_a_sound_take_or_a_reason(
    planner: Planner, compose: Compose, context: EngineContext
) -> None:
    """Random notes on random tracks in any metre: what is made holds them all, within its bars, and reads back."""
    rng = random.Random(11)
    wishes = ("continue this", "harmonise this melody", "add bass", "drums to this riff", "the missing parts", "darker")
    n_made = 0
    for seed in range(90):
        clip = _random_clip(rng)
        try:
            planned = planner.by_rules(rng.choice(wishes), seed=seed, given=GivenWish(clip=clip))
        except RequestInvalid:
            continue
        score = compose(planned.plan)
        n_made += 1
        read = score_from_midi(score_to_midi(score, context.instruments), planned.plan)
        assert [part.notes for part in read.parts] == [part.notes for part in score.parts]
        given = planned.plan.given
        assert given is not None
        end = given.n_bars * score.time_signature.ticks_per_bar
        for part in score.parts:
            assert all(0 <= n.start_ticks < n.start_ticks + n.duration_ticks <= score.length_ticks for n in part.notes)
            if kept := given.part(part.role):
                old = [(n.start_ticks, n.midi_note, n.velocity) for n in part.notes if n.start_ticks < end]
                assert old == [(n.start_ticks, n.midi_note, n.velocity) for n in kept.notes]
    assert n_made >= 60


def _random_clip(rng: random.Random) -> Clip:
    meter = TimeSignature(*rng.choice([(4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8), (2, 2), (11, 16), (1, 4)]))
    n_bars = rng.choice([1, 1, 2, 3, 4, 7, 8])
    ticks = n_bars * meter.ticks_per_bar
    tracks = []
    for _ in range(rng.randrange(1, 6)):
        channel = rng.choice([0, 1, 2, 9])
        notes = [
            Note(
                rng.randrange(ticks),
                rng.choice([12, 100, 240, 960, 5000]),
                rng.randrange(35, 60) if channel == 9 else rng.randrange(128),
                rng.randrange(1, 128),
            )
            for _ in range(rng.randrange(1, 50))
        ]
        program = rng.choice([None, 0, 33, 80, 95, 120])
        name = rng.choice(["", "Bass", "Lead", "fx", "pad"])
        track = ClipTrack(name=name, channel=channel, program=program, notes=without_overlaps(notes)[0])
        tracks.append(track)
    return Clip(
        name="random.mid",
        tempo_bpm=rng.uniform(20, 300),
        time_signature=meter,
        signature_fifths=rng.choice([None, 3, -5]),
        n_bars=n_bars,
        tracks=tuple(tracks),
    )


def test_a_blend_without_one_of_its_styles_is_refused_by_name(context: EngineContext, make_plan: PlanMaker) -> None:
    plan = replace(make_plan("pop"), blend=(StyleShare(style="pop", share=0.5), StyleShare(style="polka", share=0.5)))
    with pytest.raises(NotFound, match="no style 'polka'"):
        Composer(context)._arranged(plan)
