"""What holds for every score the composer writes, in any style, key, metre and length."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engines.composer.engine import Composer, channels_for
from engines.engine import EngineContext
from music.chord import parse_chord
from music.drum_kit import DRUM_NOTES
from music.errors import Cancelled, NotFound, RequestInvalid
from music.instrument import Role
from music.job import Progress
from music.midi_file import score_to_midi
from music.pitch import Key, Mode, pitch_class_name
from music.plan import Plan, PlannedPart
from music.score import Note, Part, PartMix, Score
from music.time import TEMPO_RANGE_BPM, TICKS_PER_QUARTER, TimeSignature

ROOT = Path(__file__).parents[3]
STYLES = sorted(file.stem for file in (ROOT / "configs" / "styles").glob("*.toml"))
METERS = [
    TimeSignature(*m) for m in ((4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8), (11, 16), (2, 2), (9, 8), (1, 4))
]
PITCHED = tuple(role for role in Role if role is not Role.DRUMS)
Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]


def assert_sound(score: Score, plan: Plan, context: EngineContext) -> None:
    """Assert what must hold for any score of any plan."""
    assert score.n_bars == plan.n_bars
    assert score.sections == plan.sections
    assert score.chords == plan.chords
    assert [(p.role, p.instrument, p.mix) for p in score.parts] == [(p.role, p.instrument, p.mix) for p in plan.parts]
    assert len({part.channel for part in score.parts}) == len(score.parts)
    for part in score.parts:
        assert (part.channel == 9) is (part.role is Role.DRUMS)
        assert part.notes, f"{part.role} is silent"
        assert_playable(part, score, context)


def assert_playable(part: Part, score: Score, context: EngineContext) -> None:
    """Assert ranges, order, and that no pitch starts again before it has ended."""
    instrument = context.instruments[part.instrument]
    assert list(part.notes) == sorted(part.notes, key=lambda note: (note.start_ticks, note.midi_note))
    ends: dict[int, int] = defaultdict(int)
    for note in part.notes:
        assert 1 <= note.velocity <= 127
        assert instrument.lowest_midi_note <= note.midi_note <= instrument.highest_midi_note
        assert note.duration_ticks > 0
        assert ends[note.midi_note] <= note.start_ticks
        ends[note.midi_note] = note.start_ticks + note.duration_ticks
        assert ends[note.midi_note] <= score.length_ticks


@pytest.mark.parametrize("style", STYLES)
def test_every_metre_key_and_length_gives_a_sound_score(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    modes = list(Mode)
    for index, (meter, n_bars) in enumerate(product(METERS, (1, 2, 5, 8, 17))):
        mode = modes[index % len(modes)]
        key = Key(pitch_class_name(index * 7, prefer_flats=index % 2 == 0), mode)
        plan = make_plan(
            style, n_bars=n_bars, seed=index, key=key, time_signature=meter, roles=tuple(Role), energy=index % 11 / 10
        )
        assert_sound(compose(plan), plan, context)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    style=st.sampled_from(STYLES),
    beats=st.integers(1, 32),
    unit=st.sampled_from([1, 2, 4, 8, 16, 32]),
    n_bars=st.integers(1, 12),
    seed=st.integers(0, 2**63),
    tonic=st.sampled_from(["C", "F#", "Bb", "G#", "Cb", "E"]),
    mode=st.sampled_from(list(Mode)),
    tempo_bpm=st.floats(*TEMPO_RANGE_BPM),
)
@example(
    style="afrobeats", beats=4, unit=1, n_bars=1, seed=0, tonic="C", mode=Mode.MAJOR, tempo_bpm=20.0
)  # a second voice whose bar is longer than its motif
def test_any_time_signature_and_tempo_at_all_give_a_sound_score(  # noqa: PLR0917  # hypothesis names its arguments
    make_plan: PlanMaker,
    compose: Compose,
    context: EngineContext,
    style: str,
    beats: int,
    unit: int,
    n_bars: int,
    seed: int,
    tonic: str,
    mode: Mode,
    tempo_bpm: float,
) -> None:
    meter = TimeSignature(beats, unit)
    plan = make_plan(style, n_bars=n_bars, seed=seed, key=Key(tonic, mode), time_signature=meter, tempo_bpm=tempo_bpm)
    assert_sound(compose(plan), plan, context)


@pytest.mark.parametrize("style", STYLES)
def test_a_strum_on_the_last_beat_ends_within_the_piece_at_any_tempo(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """At 300 BPM the strokes of a broad strum lie more than a sixteenth apart."""
    chords = tuple(map(parse_chord, ("Cmaj9", "Am9", "Dm9", "G13")))
    for seed in range(40):
        plan = make_plan(
            style, n_bars=1 + seed % 7, seed=seed, chords=chords, time_signature=TimeSignature(2, 4), tempo_bpm=300.0,
            roles=(Role.CHORDS,), energy=0.9,
        )  # fmt: skip
        assert_sound(compose(plan), plan, context)


@pytest.mark.parametrize("style", STYLES)
def test_every_instrument_that_may_play_a_role_stays_in_its_range(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    for instrument in context.instruments.values():
        role = instrument.roles[0]
        plan = make_plan(style, n_bars=4, roles=(role,), instruments={role: instrument.id})
        assert_sound(compose(plan), plan, context)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_notes(
    style: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    def midi(seed: int) -> bytes:
        return score_to_midi(compose(make_plan(style, n_bars=16, seed=seed)), context.instruments)

    assert midi(7) == midi(7)
    assert len({midi(seed) for seed in range(8)}) == 8


def sections_of(score: Score, notes: tuple[Note, ...]) -> list[list[Note]]:
    """Return a part's notes section by section."""
    starts = [(section.start_bar - 1) * score.time_signature.ticks_per_bar for section in score.sections]
    edges = [*starts, score.length_ticks]
    return [[n for n in notes if left <= n.start_ticks < right] for left, right in pairwise(edges)]


@pytest.mark.parametrize("style", STYLES)
def test_leaving_a_part_out_leaves_the_others_note_for_note(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """But for sections where the one left out had been alone: there one of the others steps in."""
    score = compose(make_plan(style, n_bars=16))
    whole = {part.role: part.notes for part in score.parts}
    for left_out in whole:
        kept = tuple(role for role in whole if role is not left_out)
        fewer = {part.role: part.notes for part in compose(make_plan(style, n_bars=16, roles=kept)).parts}
        bar = score.time_signature.ticks_per_bar
        heard = {n.start_ticks // bar for role in kept for n in whole[role]}
        alone = [set(range(s.start_bar - 1, s.start_bar - 1 + s.n_bars)) - heard for s in score.sections]
        for role in kept:
            pairs = zip(sections_of(score, whole[role]), sections_of(score, fewer[role]), alone, strict=True)
            assert all(before == after or lone for before, after, lone in pairs), (left_out, role)


@pytest.mark.parametrize("style", STYLES)
def test_pitched_notes_keep_to_the_key_or_the_chord(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """At least 9 of 10 notes; what remains are approach notes of the bass and, in blues, blue notes."""
    for seed, key in enumerate((Key("C", Mode.MAJOR), Key("F#", Mode.MINOR), Key("Eb", Mode.DORIAN))):
        plan = make_plan(style, n_bars=16, seed=seed, key=key)
        inside = outside = 0
        for part in compose(plan).parts:
            if part.role is Role.DRUMS:
                continue
            for note in part.notes:
                # the nearest sixteenth: players are a little early or late
                place = round(note.start_ticks / 240) * 240
                span = next((c for c in plan.chords if c.start_ticks <= place < c.end_ticks), plan.chords[-1])
                allowed = {*key.scale, *(span.chord.pitch_classes if span.chord else ())}
                inside += note.midi_note % 12 in allowed
                outside += note.midi_note % 12 not in allowed
        assert inside / (inside + outside) > 0.9, f"seed {seed}: {outside} of {inside + outside} outside"


@pytest.mark.parametrize("style", STYLES)
def test_a_long_piece_ends_on_the_tonic_in_every_part(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    for seed in range(5):
        plan = make_plan(style, n_bars=16, seed=seed)
        score = compose(plan)
        last_bar = score.length_ticks - plan.time_signature.ticks_per_bar
        closing = plan.chords[-1].chord
        assert closing is not None
        assert closing.root_pitch_class == plan.key.pitch_class
        for part in score.parts:
            if part.role is Role.EFFECTS:
                continue  # what leads on has nowhere to lead
            last = [note for note in part.notes if note.start_ticks >= last_bar]
            assert last, f"{part.role} has no note in the last bar"
            if part.role in (Role.BASS, Role.MELODY):
                assert last[-1].midi_note % 12 == plan.key.pitch_class
            elif part.role is not Role.DRUMS:
                assert {note.midi_note % 12 for note in last} <= set(closing.pitch_classes)


def test_chords_of_the_users_own_sound_as_written_bar_by_bar(
    make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    """Where a style's patterns come ahead of the bar, what sounds in its last beat may be the next chord's."""
    chords = tuple(parse_chord(text) for text in ("Am7", "D/F#", "N.C.", "F#m7b5", "B7"))
    for style in STYLES:
        plan = make_plan(style, n_bars=10, chords=chords, roles=(Role.CHORDS, Role.BASS, Role.PAD))
        bar = plan.time_signature.ticks_per_bar
        for part in compose(plan).parts:
            comes_early = any("a" in text for p in context.styles[style].part(part.role).patterns for text in p.bars)
            sure = bar - TICKS_PER_QUARTER if comes_early else bar
            for number in range(10):
                chord, following = chords[number % 5], chords[(number + 1) % 5]
                struck = [note for note in part.notes if note.start_ticks // bar == number]
                classes = {note.midi_note % 12 for note in struck if note.start_ticks % bar <= sure}
                late = {note.midi_note % 12 for note in struck if note.start_ticks % bar > sure}
                if chord is None:
                    assert not classes
                    assert late <= set(following.pitch_classes if following else ())
                elif part.role is Role.BASS:
                    # the root, unless it came before its time and still sounds
                    first = next(n for n in part.notes if n.start_ticks + n.duration_ticks > number * bar + 240)
                    assert first.midi_note % 12 == chord.bass_pitch_class
                else:
                    assert classes or _rings_at(part, number * bar + 240)
                    assert classes <= set(chord.pitch_classes)
                    assert late <= {*chord.pitch_classes, *(following.pitch_classes if following else ())}


def _rings_at(part: Part, ticks: int) -> bool:
    return any(note.start_ticks <= ticks < note.start_ticks + note.duration_ticks for note in part.notes)


def test_trap_has_its_snare_on_the_third_beat_and_the_808_under_the_kick(
    make_plan: PlanMaker, compose: Compose
) -> None:
    plan = make_plan("trap", n_bars=8, seed=3)
    parts = {part.role: part.notes for part in compose(plan).parts}
    snares = [note.start_ticks % 3840 for note in parts[Role.DRUMS] if note.midi_note == 38 and note.velocity > 85]
    assert sum(abs(place - 1920) < 60 for place in snares) >= 7
    kicks = [note.start_ticks for note in parts[Role.DRUMS] if note.midi_note == 36]
    near_kick = [any(abs(note.start_ticks - kick) < 60 for kick in kicks) for note in parts[Role.BASS]]
    assert sum(near_kick) / len(near_kick) > 0.75


@pytest.mark.parametrize("seed", range(1, 9))
def test_house_has_a_kick_on_every_beat_and_open_hats_only_between_them(
    seed: int, make_plan: PlanMaker, compose: Compose
) -> None:
    drums = compose(make_plan("house", n_bars=8, roles=(Role.DRUMS,), seed=seed)).parts[0].notes
    second_bar = [(round(n.start_ticks / 240) * 240 - 3840, n.midi_note) for n in drums if 3840 <= n.start_ticks < 7680]
    assert {place for place, note in second_bar if note == 36} >= {0, 960, 1920, 2880}
    assert {place % 960 for place, note in second_bar if note == 46} <= {480}


@pytest.mark.parametrize("style", ["house", "jazz", "classical", "trap", "pop", "rock", "lofi", "reggae", "blues"])
def test_seeds_draw_different_grooves(style: str, make_plan: PlanMaker, compose: Compose) -> None:
    """Of ten seeds at least three differ in where the drums of the second bar fall."""
    bars = set()
    for seed in range(10):
        plan = make_plan(style, n_bars=8, roles=(Role.DRUMS,), seed=seed)
        length = plan.time_signature.ticks_per_bar
        drums = compose(plan).parts[0].notes
        bars.add(
            frozenset(
                (round(n.start_ticks / 240), n.midi_note) for n in drums if length <= n.start_ticks < 2 * length - 240
            )
        )
    assert len(bars) >= 3


def test_an_answer_takes_up_the_question_note_for_note_and_goes_its_own_way_to_the_end(
    make_plan: PlanMaker, compose: Compose
) -> None:
    """In a verse of eight bars over four chords, bars five and six mostly sing one and two again, not seven three."""
    chords, n_same, n_new = tuple(parse_chord(text) for text in ("C", "G", "Am", "F")), 0, 0
    for seed in range(10):
        plan = make_plan("pop", n_bars=8, names=("verse",), roles=(Role.MELODY,), chords=chords, seed=seed)
        melody = compose(plan).parts[0].notes
        sung = [[n.midi_note for n in melody if bar * 3840 <= n.start_ticks < (bar + 1) * 3840] for bar in range(8)]
        n_same += sum(sung[bar] == sung[bar + 4] for bar in range(2))
        n_new += sung[6] != sung[2]
    assert n_same >= 16
    assert n_new >= 5


def test_jazz_walks_in_quarters_and_swings_its_ride(make_plan: PlanMaker, compose: Compose) -> None:
    parts = {p.role: p.notes for p in compose(make_plan("jazz", n_bars=16, seed=2)).parts}
    bass_per_bar = len(parts[Role.BASS]) / 16
    assert 3 <= bass_per_bar <= 5
    offbeats = [n.start_ticks % 960 for n in parts[Role.DRUMS] if n.midi_note == 51 and 300 < n.start_ticks % 960 < 900]
    assert offbeats
    assert min(offbeats) > 560  # straight eighths would be at 480, triplets at 640


def test_louder_sections_are_played_louder_and_fuller(make_plan: PlanMaker, compose: Compose) -> None:
    plan = make_plan("pop", n_bars=24, names=("verse", "chorus", "verse"))
    for part in compose(plan).parts:
        means = []
        for section in plan.sections[:2]:
            start = (section.start_bar - 1) * 3840
            inside = [n for n in part.notes if start <= n.start_ticks < start + section.n_bars * 3840]
            means.append(sum(n.velocity for n in inside) / len(inside))
        assert means[1] > means[0], part.role


def test_a_fill_leads_into_the_next_section_and_a_crash_marks_its_arrival(
    make_plan: PlanMaker, compose: Compose
) -> None:
    drums = compose(make_plan("rock", n_bars=16, names=("verse", "chorus"), roles=(Role.DRUMS,))).parts[0].notes

    def pattern(bar: int) -> list[tuple[int, int]]:
        return [
            (round(n.start_ticks / 240) * 240 - bar * 3840, n.midi_note)
            for n in drums
            if bar * 3840 <= n.start_ticks < (bar + 1) * 3840
        ]

    assert pattern(7) != pattern(5)
    assert (0, 49) in pattern(8)
    assert (0, 49) not in pattern(9)


def test_repeated_sections_return_with_the_same_motif(make_plan: PlanMaker, compose: Compose) -> None:
    """The second chorus is recognisably the first: most of its melody's rhythm is the same."""
    plan = make_plan("pop", n_bars=32, names=("chorus", "verse", "chorus", "verse"), roles=(Role.MELODY,))
    notes = compose(plan).parts[0].notes

    def rhythm(section: int) -> set[int]:
        start = (plan.sections[section].start_bar - 1) * 3840
        return {round((n.start_ticks - start) / 240) for n in notes if start <= n.start_ticks < start + 7 * 3840}

    assert len(rhythm(0) & rhythm(2)) / len(rhythm(0)) > 0.9
    assert rhythm(0) != rhythm(1)


def test_in_five_house_keeps_a_kick_on_every_beat_and_its_claps_off_the_first(
    make_plan: PlanMaker, compose: Compose
) -> None:
    drums = (
        compose(make_plan("house", n_bars=8, time_signature=TimeSignature(5, 4), roles=(Role.DRUMS,))).parts[0].notes
    )
    second_bar = [(round(n.start_ticks / 240) * 240 - 4800, n.midi_note) for n in drums if 4800 <= n.start_ticks < 9600]
    assert {place for place, note in second_bar if note == 36} >= {0, 960, 1920, 2880, 3840}
    claps = {place for place, note in second_bar if note == 39}
    assert claps >= {960, 3840}
    assert 0 not in claps


def test_another_process_writes_the_same_bytes() -> None:
    """Nothing depends on the order of sets or on the hash seed of the process."""
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests/unit/engines');"
        "import conftest as c;"
        "context = c.context.__wrapped__(); plan = c.make_plan.__wrapped__(context);"
        "from music.midi_file import score_to_midi;"
        "digest = hashlib.sha256();"
        "[digest.update(score_to_midi(c.compose.__wrapped__(context)(plan(s, n_bars=16)), context.instruments))"
        " for s in sorted(context.styles)];"
        "print(digest.hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


def test_channels_skip_the_drums_own() -> None:
    parts = tuple(PlannedPart(role=role, instrument="x", mix=PartMix()) for role in Role)
    assert channels_for(parts) == (9, 0, 1, 2, 3, 4, 5, 6)


def test_an_unknown_style_or_instrument_is_named(make_plan: PlanMaker, compose: Compose) -> None:
    plan = make_plan("trap", roles=(Role.BASS,))
    with pytest.raises(NotFound, match="no style 'polka'"):
        compose(replace(plan, style="polka"))
    stranger = PlannedPart(role=Role.BASS, instrument="theremin", mix=PartMix())
    with pytest.raises(NotFound, match="no instrument 'theremin'"):
        compose(replace(plan, parts=(stranger,)))


def test_a_drum_kit_cannot_play_the_bass(make_plan: PlanMaker, compose: Compose) -> None:
    with pytest.raises(RequestInvalid, match="cannot play bass"):
        compose(make_plan("trap", roles=(Role.BASS,), instruments={Role.BASS: "kit_808"}))


def test_composing_stops_between_parts_when_cancelled(make_plan: PlanMaker, context: EngineContext) -> None:
    class CancelledAfterOnePart:
        """Cancels at the second part."""

        n_asked = 0

        def report(self, progress: Progress) -> None:
            """Take no notice."""

        def raise_if_cancelled(self) -> None:
            """Let one part pass."""
            self.n_asked += 1
            if self.n_asked > 1:
                raise Cancelled

    events = Composer(context).generate(make_plan("pop"), CancelledAfterOnePart())
    assert isinstance(next(events), Progress)
    with pytest.raises(Cancelled):
        next(events)


def test_a_jazz_piano_ends_on_the_whole_chord(make_plan: PlanMaker, compose: Compose) -> None:
    """On the way it leaves the root to the bass; the last chord would be heard as another one without it."""
    plan = make_plan("jazz", n_bars=8, roles=(Role.CHORDS,))
    ending = 7 * plan.time_signature.ticks_per_bar
    last = {n.midi_note % 12 for n in compose(plan).parts[0].notes if n.start_ticks >= ending - 120}
    chord = plan.chords[-1].chord
    assert chord is not None
    assert last >= set(chord.pitch_classes)


@pytest.mark.parametrize(("style", "drum"), [("trap", "hat"), ("house", "clap"), ("rock", "crash"), ("reggae", "rim")])
def test_a_drum_that_is_not_wanted_stays_silent_and_the_others_play(
    make_plan: PlanMaker, compose: Compose, style: str, drum: str
) -> None:
    def strokes(plan: Plan) -> Counter[int]:
        (drums,) = (part for part in compose(plan).parts if part.role is Role.DRUMS)
        return Counter(note.midi_note for note in drums.notes)

    plan = make_plan(style, n_bars=16)
    whole, thinned = strokes(plan), strokes(replace(plan, excluded_drums=(drum,)))
    assert whole[DRUM_NOTES[drum]] > 0
    assert thinned == whole - Counter({DRUM_NOTES[drum]: whole[DRUM_NOTES[drum]]})
