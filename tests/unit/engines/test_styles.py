"""What makes each style that style: measured on what the composer writes for it, over several seeds."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import pytest

from engines.engine import EngineContext
from music.drum_kit import DRUM_NOTES
from music.form import section_kind
from music.instrument import Role
from music.pitch import Key
from music.plan import Plan
from music.score import Note, Score
from music.style import Style
from music.time import TimeSignature

STYLES = sorted(file.stem for file in (Path(__file__).parents[3] / "configs" / "styles").glob("*.toml"))
COMMON_TIME = TimeSignature(4, 4)
SEEDS = range(1, 6)
Compose = Callable[[Plan], Score]
PlanMaker = Callable[..., Plan]
Places = Counter[int]  # sixteenth of the bar -> strokes
LANES = {note: lane for lane, note in DRUM_NOTES.items()}


def places(score: Score, role: Role, lane: str | None = None, *, in_bars: tuple[int, int] | None = None) -> Places:
    """Count the strokes of a part, or of one drum, by the sixteenth of the bar on which they fall."""
    bar = score.time_signature.ticks_per_bar
    first, last = in_bars or (0, score.n_bars)
    found: Places = Counter()
    for note in notes_of(score, role):
        number = int((note.start_ticks + 90) // bar)
        if first <= number < last and (lane is None or LANES.get(note.midi_note) == lane):
            found[round((note.start_ticks % bar) / 240) % (bar // 240)] += 1
    return found


def notes_of(score: Score, role: Role) -> tuple[Note, ...]:
    return next((part.notes for part in score.parts if part.role is role), ())


def share(found: Places, wanted: set[int]) -> float:
    """Return how much of what was struck fell on the wanted places; 0 where nothing was."""
    total = sum(found.values())
    return sum(found[place] for place in wanted) / total if total else 0.0


@pytest.fixture(scope="module")
def main_section(make_plan: PlanMaker, compose: Compose, context: EngineContext) -> Callable[..., Score]:
    """Compose nine bars of a style's loudest usual section, of which the last is only there to end on."""

    def write(style_id: str, seed: int, *, meter: TimeSignature = COMMON_TIME, n_bars: int = 9) -> Score:
        kind = loudest_kind(context.styles[style_id])
        return compose(make_plan(style_id, n_bars=n_bars, seed=seed, time_signature=meter, names=(kind,)))

    return write


def loudest_kind(style: Style) -> str:
    kinds = {section_kind(name) for form in style.forms for name, _ in form.sections}
    return max(
        sorted(kinds - {"solo", "build", "intro", "outro", "coda"}),
        key=lambda kind: style.section_energy.get(kind, 0.0),
    )


@pytest.mark.parametrize("style_id", STYLES)
def test_a_style_composes_in_all_its_metres_and_modes_short_and_long(
    style_id: str, make_plan: PlanMaker, compose: Compose, context: EngineContext
) -> None:
    style = context.styles[style_id]
    for index, (meter, mode) in enumerate(product(style.time_signatures, style.modes)):
        key = Key(style.tonics[index % len(style.tonics)], mode)
        for n_bars in (1, 6, 48):
            plan = make_plan(style_id, n_bars=n_bars, seed=index, key=key, time_signature=meter)
            score = compose(plan)
            assert {part.role for part in score.parts} == set(style.roles_at(style.energy))
            sounding = [part.role for part in score.parts if part.notes]
            assert len(sounding) == len(score.parts)
            assert score.length_ticks == n_bars * meter.ticks_per_bar


@pytest.mark.parametrize("style_id", STYLES)
def test_the_facts_of_a_style_hang_together(style_id: str, context: EngineContext) -> None:
    style = context.styles[style_id]
    low, high = style.tempo_range_bpm
    assert 1.1 <= high / low <= 4.5
    assert -24 <= style.loudness_lufs <= -8
    assert len(style.forms) >= 4
    lengths = [form.n_bars for form in style.forms]
    assert lengths == sorted(lengths)
    assert max(lengths) >= 24
    assert len({style.section_energy[kind] for kind in style.section_energy}) >= 5
    named = {section_kind(name) for form in style.forms for name, _ in form.sections}
    assert named <= set(style.section_energy)
    for meter in style.time_signatures:
        assert [groove for groove in style.drums.grooves if groove.meter == meter], f"no groove in {meter}"
    for role in (Role.BASS, Role.CHORDS, Role.MELODY):
        own = [pattern for pattern in style.part(role).patterns if pattern.meter == style.time_signatures[0]]
        assert len(own) >= 3, f"{role.value} has {len(own)} patterns in {style.time_signatures[0]}"
    for role in (Role.BASS, Role.CHORDS, Role.MELODY):
        for pattern in style.part(role).patterns:
            assert all(set(bar) - set(".- |") for bar in pattern.bars), f"{role.value}: {pattern.bars} rests for a bar"
    assert any(len(bars) > 1 for groove in style.drums.grooves for bars in groove.lanes.values())


def features(score: Score) -> dict[tuple[str, int], float]:
    """Return where, per bar, each drum, the bass and the chords strike: a piano roll without tempo, key and sound."""
    found: Counter[tuple[str, int]] = Counter()
    for role in (Role.DRUMS, Role.BASS, Role.CHORDS, Role.ARPEGGIO):
        for note in notes_of(score, role):
            name = LANES.get(note.midi_note, "?") if role is Role.DRUMS else role.value
            found[name, round(note.start_ticks % score.time_signature.ticks_per_bar / 240)] += 1
    return {key: (count / score.n_bars) ** 0.5 for key, count in found.items()}


def distance(one: dict[tuple[str, int], float], other: dict[tuple[str, int], float]) -> float:
    return math.dist(
        *zip(*((one.get(key, 0.0), other.get(key, 0.0)) for key in one.keys() | other.keys()), strict=True)
    )


def test_a_style_is_told_from_all_others_by_its_piano_roll(main_section: Callable[..., Score]) -> None:
    """Of takes that were not heard before, 19 of 20 lie nearest to one of their own style."""
    heard = [(style_id, features(main_section(style_id, seed))) for style_id in STYLES for seed in range(10)]
    told: Counter[tuple[str, str]] = Counter()
    for style_id in STYLES:
        for seed in range(100, 104):
            row = features(main_section(style_id, seed))
            told[style_id, min(heard, key=lambda other: distance(other[1], row))[0]] += 1
    right = sum(count for (asked, found), count in told.items() if asked == found)
    wrong = {pair: count for pair, count in told.items() if pair[0] != pair[1]}
    assert right / sum(told.values()) >= 0.95, wrong


@pytest.mark.parametrize("style_id", ["house", "techno", "trance", "disco"])
def test_four_on_the_floor_means_a_kick_on_every_beat_and_a_hat_between(
    style_id: str, main_section: Callable[..., Score]
) -> None:
    for seed in SEEDS:
        score = main_section(style_id, seed)
        kick = places(score, Role.DRUMS, "kick", in_bars=(0, 7))
        assert all(kick[beat] >= 7 for beat in (0, 4, 8, 12))
        hats = places(score, Role.DRUMS, "open_hat", in_bars=(0, 7)) + places(score, Role.DRUMS, "hat", in_bars=(0, 7))
        assert sum(hats[place] for place in (2, 6, 10, 14)) >= 20


@pytest.mark.parametrize("style_id", ["trap", "dubstep"])
def test_half_time_styles_have_their_backbeat_on_three(style_id: str, main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        snare = places(main_section(style_id, seed), Role.DRUMS, "snare", in_bars=(0, 7))
        assert snare[8] >= 6
        assert snare[4] == 0


def test_drill_hats_run_in_threes_and_its_snare_moves_from_three_to_four(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        score = main_section("drill", seed)
        hats = places(score, Role.DRUMS, "hat", in_bars=(0, 7))
        assert share(hats, {0, 3, 6, 8, 11, 14}) > 0.7
        moved = [
            places(score, Role.DRUMS, "snare", in_bars=(bar, bar + 1))[8 if bar % 2 == 0 else 12] for bar in range(7)
        ]
        assert sum(moved) >= 6


def test_drum_and_bass_has_its_second_kick_after_three(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        score = main_section("drum_and_bass", seed)
        assert share(places(score, Role.DRUMS, "kick", in_bars=(0, 7)), {0, 2, 3, 10}) > 0.7
        assert places(score, Role.DRUMS, "snare", in_bars=(0, 7))[4] >= 6


def test_dembow_answers_the_kick_three_and_six_sixteenths_later(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        snare = places(main_section("reggaeton", seed), Role.DRUMS, "snare", in_bars=(0, 6))
        assert min(snare[place] for place in (3, 6, 11, 14)) >= 5
        assert share(snare, {3, 6, 11, 14}) >= 0.75


CLAVES = {"2": {4, 8}, "3": {0, 6, 12}}  # son clave in sixteenths of a bar, by side


def test_salsa_keeps_two_three_clave_and_its_bass_leaves_the_downbeat(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        score = main_section("salsa", seed)
        for bar in range(7):
            clave = places(score, Role.DRUMS, "claves", in_bars=(bar, bar + 1))
            assert set(clave) == CLAVES["2" if bar % 2 == 0 else "3"]
        bass = places(score, Role.BASS, in_bars=(1, 8))
        assert bass[0] <= 2, "the first beat is tied over from the fourth"
        assert bass[12] >= 6
        chords = [places(score, Role.CHORDS, in_bars=(bar, bar + 1)) for bar in range(1, 7)]
        assert all(sum(found[place] for place in range(2, 16, 4)) for found in chords), "a montuno lives off the beat"


def test_bossa_nova_answers_root_with_fifth_and_clicks_its_own_clave(main_section: Callable[..., Score]) -> None:
    with_rim = 0
    for seed in range(12):
        score = main_section("bossa_nova", seed)
        kick = places(score, Role.DRUMS, "kick", in_bars=(0, 8))
        assert share(kick, {0, 6, 8, 14}) > 0.8
        rim = [set(places(score, Role.DRUMS, "rim", in_bars=(bar, bar + 1))) for bar in (4, 5)]
        kept = [
            len(three_side & rim[first]) + len(two_side & rim[1 - first])
            for first, three_side, two_side in ((0, {0, 6, 12}, {4, 10}), (1, {0, 6, 12}, {4, 8}))
        ]
        with_rim += max(kept) >= 4  # of five strokes: a drummer may leave one out
        bass = places(score, Role.BASS, in_bars=(0, 8))
        assert share(bass, {0, 6, 8, 14}) > 0.6
    assert with_rim >= 6


def test_cumbia_scrapes_a_long_and_two_shorts_on_every_beat(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        score = main_section("cumbia", seed)
        scraped = places(score, Role.DRUMS, "guiro", in_bars=(0, 6)) + places(
            score, Role.DRUMS, "shaker", in_bars=(0, 6)
        )
        assert share(scraped, {0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15}) == 1.0
        assert min(scraped[place] for place in (2, 3, 6, 7, 10, 11, 14, 15)) >= 5
        assert share(places(score, Role.CHORDS, in_bars=(0, 8)), {2, 3, 6, 7, 10, 11, 13, 14, 15}) > 0.8


def test_funk_stands_on_the_one_and_plays_sixteenths_around_it(main_section: Callable[..., Score]) -> None:
    for seed in SEEDS:
        score = main_section("funk", seed)
        assert places(score, Role.BASS, in_bars=(0, 8))[0] >= 8
        bass = places(score, Role.BASS)
        assert share(bass, {1, 3, 5, 7, 9, 11, 13, 15}) > 0.15
        ghosts = [n for n in notes_of(score, Role.DRUMS) if n.midi_note == DRUM_NOTES["snare"] and n.velocity < 60]
        assert len(ghosts) >= 8


def test_disco_and_synthwave_basses_pump(main_section: Callable[..., Score]) -> None:
    octaves = 0
    for seed in range(8):
        bass = notes_of(main_section("disco", seed), Role.BASS)
        octaves += any(after.midi_note - before.midi_note == 12 for before, after in pairwise(bass))
        assert len(notes_of(main_section("synthwave", seed), Role.BASS)) >= 8 * 7
    assert octaves >= 4


@pytest.mark.parametrize("style_id", ["techno", "trance"])
def test_the_bass_keeps_out_of_the_kicks_way(style_id: str, main_section: Callable[..., Score]) -> None:
    off = [
        share(places(main_section(style_id, seed), Role.BASS, in_bars=(0, 8)), {0, 4, 8, 12}) < 0.3
        for seed in range(10)
    ]
    assert sum(off) >= 7


@pytest.mark.parametrize("style_id", ["metal", "punk"])
def test_guitars_play_power_chords_and_no_thirds(style_id: str, main_section: Callable[..., Score]) -> None:
    score = main_section(style_id, 2)
    for note in notes_of(score, Role.CHORDS):
        span = next(s for s in score.chords if s.start_ticks <= note.start_ticks + 120 < s.end_ticks)
        assert span.chord is not None
        assert (note.midi_note - span.chord.root_pitch_class) % 12 in (0, 6, 7)


def test_ambient_is_slow_long_and_without_drums(make_plan: PlanMaker, compose: Compose) -> None:
    score = compose(make_plan("ambient", n_bars=16))
    assert not notes_of(score, Role.DRUMS)
    for role, least in ((Role.PAD, 3600), (Role.BASS, 1900)):
        lengths = sorted(note.duration_ticks for note in notes_of(score, role))
        assert lengths[len(lengths) // 2] >= least


@pytest.mark.parametrize(("style_id", "least"), [("boom_bap", 255), ("neo_soul", 255), ("lofi", 255)])
def test_laid_back_styles_swing_their_sixteenths(style_id: str, least: int, main_section: Callable[..., Score]) -> None:
    """Straight second sixteenths lie 240 ticks after the beat or its half; here they come later in the mean."""
    late = [
        note.start_ticks % 480
        for seed in SEEDS
        for note in notes_of(main_section(style_id, seed), Role.DRUMS)
        if 180 < note.start_ticks % 480 < 400
    ]
    assert len(late) > 20
    assert sum(late) / len(late) > least


def test_gospel_in_twelve_eight_strikes_triplets(main_section: Callable[..., Score]) -> None:
    meter = TimeSignature(12, 8)
    for seed in SEEDS:
        score = main_section("gospel", seed, meter=meter)
        snare = places(score, Role.DRUMS, "snare", in_bars=(0, 6))
        assert min(snare[6], snare[18]) >= 5, "the second and fourth of four dotted beats"


@pytest.mark.parametrize("style_id", ["dubstep", "drum_and_bass", "trance", "techno", "house"])
def test_a_build_quickens_and_the_drop_after_it_is_louder_and_fuller(
    style_id: str, make_plan: PlanMaker, compose: Compose
) -> None:
    for seed in SEEDS:
        score = compose(make_plan(style_id, n_bars=8, names=("build", "drop"), seed=seed))
        bars = score.sections[0].n_bars
        strokes = [sum(places(score, Role.DRUMS, in_bars=(bar, bar + 1)).values()) for bar in range(bars)]
        assert max(strokes[bars // 2 :]) > max(strokes[: bars // 2])
        kicks = [note for note in notes_of(score, Role.DRUMS) if note.midi_note == DRUM_NOTES["kick"]]
        before = [note.velocity for note in kicks if note.start_ticks < bars * 3840 - 60]
        after = [note.velocity for note in kicks if note.start_ticks >= bars * 3840 - 60]
        assert sum(after) / len(after) > sum(before) / len(before)
        assert len({part.role for part in score.parts if any(n.start_ticks >= bars * 3840 for n in part.notes)}) == len(
            score.parts
        )


def test_orchestral_and_metal_keep_their_odd_metres(make_plan: PlanMaker, compose: Compose) -> None:
    """In 7/8 the accents of the drums fall on 2+2+3, in every bar."""
    for style_id, lane in (("orchestral", "floor_tom"), ("metal", "kick")):
        plan = make_plan(style_id, n_bars=8, time_signature=TimeSignature(7, 8), names=("chorus",))
        found = places(compose(plan), Role.DRUMS, lane, in_bars=(0, 7))
        assert min(found[0], found[4], found[8]) >= 6
