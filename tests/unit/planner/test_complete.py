"""A plan decides everything, keeps to what was asked, and comes out the same again."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from music.brief import Reading
from music.chord import parse_chord
from music.errors import RequestInvalid
from music.instrument import Instrument, Role
from music.pitch import Key, Mode
from music.plan import Plan
from music.style import Style
from workflows.planner.complete import complete, key_of_chords
from workflows.planner.lexicon import Lexicon
from workflows.planner.pace import place_in_style
from workflows.planner.repertoire import Repertoire
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary, build_vocabulary

STYLES = sorted(file.stem for file in (Path(__file__).resolve().parents[3] / "configs" / "styles").glob("*.toml"))


@pytest.fixture(scope="module")
def repertoire(styles: Mapping[str, Style], instruments: Mapping[str, Instrument], lexicon: Lexicon) -> Repertoire:
    return Repertoire(styles=styles, instruments=instruments, lexicon=lexicon)


def planned(prompt: str, repertoire: Repertoire, seed: int = 7) -> tuple[Reading, Plan]:
    vocabulary: Vocabulary = build_vocabulary(repertoire.lexicon, repertoire.styles, repertoire.instruments)
    return complete(read_prompt(prompt, vocabulary), repertoire, seed=seed)


def roles(plan: Plan) -> dict[Role, str]:
    return {part.role: part.instrument for part in plan.parts}


def test_everything_asked_for_is_in_the_plan(repertoire: Repertoire) -> None:
    _, plan = planned("8 bar trap beat with 808 bass, 140 BPM, F minor, 3/4, seed 5", repertoire, seed=1)
    assert (plan.style, plan.tempo_bpm, plan.n_bars, plan.seed) == ("trap", 140, 8, 5)
    assert (str(plan.key), str(plan.time_signature)) == ("F minor", "3/4")
    assert roles(plan)[Role.BASS] == "sub808"
    assert plan.chords[-1].end_ticks == 8 * plan.time_signature.ticks_per_bar


def test_the_same_request_and_seed_give_the_same_plan_and_another_seed_another(repertoire: Repertoire) -> None:
    plans = [planned("pop song", repertoire, seed=seed)[1] for seed in (1, 1, 2, 3, 4, 5)]
    assert plans[0] == plans[1]
    assert len({(plan.key, plan.chords) for plan in plans}) > 2


def test_every_choice_that_nobody_asked_for_is_told(repertoire: Repertoire) -> None:
    reading, plan = planned("play something", repertoire)
    told = {remark.field for remark in reading.assumed}
    assert told == {"genre", "energy", "seed", "key", "time_signature", "form", "tempo_bpm", "bars", "instruments"}
    assert plan.style == repertoire.lexicon.default_style


@pytest.mark.parametrize("style", STYLES)
def test_seconds_are_filled_exactly_where_the_tempo_is_free(repertoire: Repertoire, style: str) -> None:
    _, plan = planned(f"30 seconds of {style}", repertoire)
    low, high = repertoire.styles[style].tempo_range_bpm
    assert plan.length_seconds == pytest.approx(30, abs=0.001)  # the tempo is rounded to a thousandth
    assert low <= plan.tempo_bpm <= high


def test_seconds_take_the_nearest_bars_where_the_tempo_was_asked_for(repertoire: Repertoire) -> None:
    _, plan = planned("20 seconds of house at 128 bpm", repertoire)
    assert plan.tempo_bpm == 128
    assert abs(plan.length_seconds - 20) <= 60 * 4 / 128 / 2  # half a bar


def test_bars_and_seconds_together_settle_the_tempo(repertoire: Repertoire) -> None:
    reading, plan = planned("8 bars of pop in 20 seconds", repertoire)
    assert (plan.n_bars, plan.tempo_bpm) == (8, 96)
    assert reading.conflicts == ()


def test_bars_win_over_seconds_that_the_tempo_forbids(repertoire: Repertoire) -> None:
    reading, plan = planned("8 bars of pop in 60 seconds at 120 bpm", repertoire)
    assert (plan.n_bars, plan.tempo_bpm) == (8, 120)
    assert [conflict.field for conflict in reading.conflicts] == ["seconds"]


def test_words_for_tempo_are_measured_by_the_style(repertoire: Repertoire) -> None:
    for style in repertoire.styles.values():
        slow, usual, fast = (planned(f"{word} {style.id}", repertoire)[1].tempo_bpm for word in ("slow", "", "fast"))
        assert slow <= usual <= fast
        assert style.tempo_range_bpm[0] <= slow
        assert fast <= style.tempo_range_bpm[1]
    rock = repertoire.styles["rock"]
    assert planned("double time rock", repertoire)[1].tempo_bpm == min(2 * rock.tempo_bpm, 300)
    assert [place_in_style(rock, place) for place in (0, 0.25, 0.5, 0.75, 1)] == [
        rock.tempo_range_bpm[0],
        rock.slow_tempo_bpm,
        rock.tempo_bpm,
        rock.fast_tempo_bpm,
        rock.tempo_range_bpm[1],
    ]


def test_a_number_wins_over_a_word_for_tempo_that_contradicts_it(repertoire: Repertoire) -> None:
    reading, plan = planned("slow rock at 180 bpm", repertoire)
    assert plan.tempo_bpm == 180
    assert [conflict.field for conflict in reading.conflicts] == ["tempo_words"]


def test_a_mood_moves_mode_tempo_and_energy(repertoire: Repertoire) -> None:
    sad, happy = planned("sad pop", repertoire)[1], planned("happy pop", repertoire)[1]
    assert sad.key.mode.is_minor
    assert not happy.key.mode.is_minor
    assert sad.tempo_bpm < happy.tempo_bpm
    assert sad.energy < happy.energy


def test_chords_settle_the_key_and_fill_the_bars(repertoire: Repertoire) -> None:
    _, plan = planned("pop, Em C G D, 8 bars", repertoire)
    assert [span.chord for span in plan.chords] == [parse_chord(text) for text in ("Em", "C", "G", "D") * 2]
    assert str(plan.key) in ("E minor", "G major")


@pytest.mark.parametrize(
    ("chords", "key"),
    [("C Am F G", Key("C", Mode.MAJOR)), ("Am F C G", Key("A", Mode.MINOR)), ("Dm7 G7 Cmaj7", Key("C", Mode.MAJOR)),
     ("Bb Eb F Bb", Key("Bb", Mode.MAJOR)), ("F#m B7 E", Key("E", Mode.MAJOR)), ("Fm Db Eb Fm", Key("F", Mode.MINOR))],
)  # fmt: skip
def test_the_key_of_chords_is_the_one_they_lie_in(chords: str, key: Key) -> None:
    sounding = [chord for text in chords.split() if (chord := parse_chord(text))]
    assert key_of_chords(sounding) == key


def test_sections_follow_the_form_asked_for(repertoire: Repertoire) -> None:
    _, plan = planned("rock, intro, verse, chorus, 16 bars", repertoire)
    assert [section.name for section in plan.sections] == ["intro", "verse", "chorus"]
    assert plan.n_bars == 16


def test_only_what_was_named_plays_when_nothing_else_shall(repertoire: Repertoire) -> None:
    assert set(roles(planned("just piano and bass, jazz", repertoire)[1]).values()) == {"piano", "upright_bass"}
    assert set(roles(planned("solo violin", repertoire)[1])) == {Role.MELODY}
    assert set(roles(planned("only drums", repertoire)[1])) == {Role.DRUMS}


def test_excluded_parts_and_instruments_stay_out(repertoire: Repertoire) -> None:
    plan = planned("rock without drums and without guitar", repertoire)[1]
    assert Role.DRUMS not in roles(plan)
    assert not [name for name in roles(plan).values() if "guitar" in name]
    assert Role.CHORDS in roles(plan)


def test_an_effect_that_is_not_wanted_leaves_no_other_in_its_place(repertoire: Repertoire) -> None:
    assert Role.EFFECTS in roles(planned("lofi", repertoire)[1])
    for prompt in ("lofi without vinyl noise", "lofi, no effects"):
        assert Role.EFFECTS not in roles(planned(prompt, repertoire)[1]), prompt
    assert roles(planned("trap with vinyl crackle", repertoire)[1])[Role.EFFECTS] == "vinyl"


def test_two_instruments_for_one_role_share_out_and_a_third_is_told(repertoire: Repertoire) -> None:
    reading, plan = planned("country with violin, flute and trumpet", repertoire)
    assert roles(plan)[Role.MELODY] == "violin"
    assert roles(plan)[Role.COUNTER_MELODY] == "flute"
    assert [conflict.field for conflict in reading.conflicts] == ["instruments"]


def test_an_instrument_with_one_role_moves_another_one_to_its_second(repertoire: Repertoire) -> None:
    plan = planned("pop with piano and clavinet", repertoire)[1]
    assert roles(plan)[Role.CHORDS] == "clavinet"
    assert "piano" in (roles(plan)[Role.MELODY], roles(plan).get(Role.ARPEGGIO))


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("2000 bars of pop at 100 bpm", "most is 600 seconds"),
        ("only drums, no drums", "leave at least one"),
        ("intro verse chorus verse outro, 3 bars", "5 sections do not fit into 3 bars"),
    ],
)
def test_wishes_that_cannot_be_met_together_are_refused(repertoire: Repertoire, prompt: str, words: str) -> None:
    with pytest.raises(RequestInvalid, match=words):
        planned(prompt, repertoire)


def test_a_modulation_is_told_and_chords_of_the_users_own_stay_in_their_key(repertoire: Repertoire) -> None:
    n_modulated = 0
    for seed in range(40):
        reading, plan = planned("country song in C, 3 minutes", repertoire, seed=seed)
        away = {section.key for section in plan.sections} - {None, plan.key}
        told = [remark.text for remark in reading.assumed if remark.field == "key"]
        assert bool(away) == bool(told)
        assert all(any(str(key) in text for text in told) for key in away)
        n_modulated += bool(away)
        _, theirs = planned("country song in C, 3 minutes, chords C | Am F | G", repertoire, seed=seed)
        assert all(section.key is None for section in theirs.sections)
        assert [span.chord.root for span in theirs.chords if span.chord][:4] == ["C", "A", "F", "G"]
    assert 2 <= n_modulated <= 25


def test_a_piece_has_whole_rounds_of_its_chords(repertoire: Repertoire) -> None:
    _, plan = planned("pop with chords C | Am F | G", repertoire)
    assert plan.n_bars % 3 == 0
    _, plan = planned("blues, A7 | D7 | A7 x2 | D7 x2 | A7 x2 | E7 | D7 | A7 | E7", repertoire)
    assert plan.n_bars == 12
