"""Whether bodies can play what the composer writes: breaths, two hands, the players of a section."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.composer.humanise import Stroke
from engines.composer.playability import breathe, fits_desks, fits_two_hands, longest_breath_seconds
from engines.engine import EngineContext
from music.instrument import Hand, Instrument, Role, SoundFontVoice
from music.pitch import Key, Mode, pitch_class_name
from music.plan import Plan
from music.score import Note, Part, Score

PlanMaker = Callable[..., Plan]
Compose = Callable[[Plan], Score]
PIANIST = Hand()
SECTION = ((36, 72), (48, 81), (55, 91), (55, 96))
TOGETHER_TICKS = 90


def phrased(strokes: list[Stroke], seconds: float = 4.0) -> list[Stroke]:
    """Breathe at 60 BPM, where a beat is a second, in bars of four."""
    return breathe(strokes, breath_seconds=seconds, tempo_bpm=60.0, bar_ticks=3840)


def spans(strokes: list[Stroke]) -> list[tuple[int, int]]:
    return [(stroke.start, stroke.start + stroke.length) for stroke in strokes]


def test_a_line_that_rests_in_time_stays_as_it_was() -> None:
    line = [Stroke(bar * 3840 + beat * 960, 900, 72, 80.0) for bar in range(8) for beat in range(3)]
    assert phrased(line) == line


def test_breath_is_taken_at_the_bar_line_by_ending_the_note_before_early() -> None:
    line = [Stroke(beat * 960, 960, 72 + beat % 2, 80.0) for beat in range(12)]
    assert phrased(line, 5.0) == [
        stroke._replace(length=960 - 288) if stroke.start in (2880, 6720) else stroke for stroke in line
    ]


def test_a_note_longer_than_a_breath_is_taken_up_again_at_a_bar_line_or_on_a_beat() -> None:
    played = phrased([Stroke(0, 9600, 60, 80.0)])
    assert [(s.start, s.length) for s in played] == [(0, 3840 - 288), (3840, 3840 - 288), (7680, 1920)]
    played = phrased([Stroke(0, 9600, 60, 80.0)], 3.5)
    assert [s.start for s in played] == [0, 2880, 5760, 7680]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(50, 70)), min_size=1, max_size=40),
    st.floats(2.0, 12.0),
    st.floats(20.0, 300.0),
)
def test_nothing_sounds_longer_than_a_breath_and_nothing_new_is_sung(
    written: list[tuple[int, int, int]], seconds: float, tempo_bpm: float
) -> None:
    line = [Stroke(start * 240, length * 240, note, 80.0) for start, length, note in sorted(set(written))]
    played = breathe(line, breath_seconds=seconds, tempo_bpm=tempo_bpm, bar_ticks=3840)
    assert longest_breath_seconds(spans(played), tempo_bpm) <= seconds + 0.01
    assert played
    assert all(stroke.length > 0 for stroke in played)
    for stroke in played:  # inside a note that was written
        assert any(
            w.midi_note == stroke.midi_note and w.start <= stroke.start and spans([stroke])[0][1] <= w.start + w.length
            for w in line
        )


def test_two_hands_span_a_tenth_each() -> None:
    assert fits_two_hands((36, 43, 52, 60, 64, 67, 76), PIANIST)
    assert not fits_two_hands((36, 50, 60, 77), PIANIST)  # three hands' worth
    assert not fits_two_hands(tuple(range(60, 71)), PIANIST)  # eleven fingers
    assert not fits_two_hands((60, 64, 67, 71, 74), Hand(n_notes=2, span=14))


def test_players_of_a_section_keep_their_order_and_ranges() -> None:
    assert fits_desks((48, 55, 64, 72), SECTION)
    assert not fits_desks((36, 40, 64, 72), SECTION)  # two notes that only the cellos have
    assert not fits_desks((48, 55, 60, 64, 72), SECTION)


def test_every_wind_brass_and_choir_sound_breathes_and_every_guitar_and_bass_guitar_has_frets(
    context: EngineContext,
) -> None:
    """Told by the General MIDI program, so that no instrument is forgotten when it is added."""
    for player in context.instruments.values():
        voice = player.general_midi
        if voice.is_drum_kit or not isinstance(player.voice, SoundFontVoice):
            continue
        if voice.program in (52, 53, *range(56, 62), *range(64, 80)) or voice.program == 22:
            assert player.breath_seconds is not None, player.id
        if voice.program in (*range(24, 32), *range(33, 38), 105) and player.id != "pedal_steel":
            assert player.fretboard is not None, player.id


def attacks(notes: tuple[Note, ...]) -> list[tuple[int, ...]]:
    """Return the pitches struck together, rising."""
    out: list[list[Note]] = []
    for note in notes:
        if out and note.start_ticks - out[-1][-1].start_ticks <= TOGETHER_TICKS:
            out[-1].append(note)
        else:
            out.append([note])
    return [tuple(sorted({note.midi_note for note in group})) for group in out]


def cast(style: str, context: EngineContext, role: Role) -> list[Instrument]:
    """Return the style's own player of a role and a few others who may take it."""
    own = context.styles[style].part(role).instrument
    able = [i for i in context.instruments.values() if role in i.roles and not i.general_midi.is_drum_kit]
    chosen = [i for i in able if i.id == own or i.desks or i.hand != PIANIST or i.breath_seconds]
    return chosen or able[:1]


def pieces(context: EngineContext, make_plan: PlanMaker, compose: Compose, role: Role) -> list[tuple[str, Plan, Part]]:
    out = []
    for number, style in enumerate(context.styles):
        for index, player in enumerate(cast(style, context, role)):
            key = Key(pitch_class_name(number * 5 + index), (Mode.MAJOR, Mode.MINOR, Mode.DORIAN)[index % 3])
            tempo_bpm = (context.styles[style].slow_tempo_bpm, context.styles[style].fast_tempo_bpm)[index % 2]
            plan = make_plan(
                style, n_bars=12, seed=index, key=key, roles=(role,), instruments={role: player.id},
                tempo_bpm=tempo_bpm, energy=0.3 + 0.6 * (index % 2),
            )  # fmt: skip
            out.append((f"{style}, {player.id}, {key}", plan, compose(plan).parts[0]))
    return out


@pytest.mark.parametrize("role", [Role.CHORDS, Role.PAD, Role.MELODY, Role.COUNTER_MELODY, Role.ARPEGGIO])
def test_winds_and_voices_breathe_in_every_style_and_role(
    role: Role, context: EngineContext, make_plan: PlanMaker, compose: Compose
) -> None:
    n_winds = 0
    for what, plan, part in pieces(context, make_plan, compose, role):
        breath = context.instruments[part.instrument].breath_seconds
        if breath is not None:
            sounding = [(n.start_ticks, n.start_ticks + n.duration_ticks) for n in part.notes]
            longest = longest_breath_seconds(sounding, plan.tempo_bpm)
            assert longest <= breath + 0.1, f"{what}: {longest:.1f} s"  # a player comes in a little early or late
            n_winds += 1
    assert n_winds >= 10 or role is Role.ARPEGGIO


@pytest.mark.parametrize("role", [Role.CHORDS, Role.PAD, Role.ARPEGGIO])
def test_what_is_struck_together_suits_hands_mallets_and_sections(
    role: Role, context: EngineContext, make_plan: PlanMaker, compose: Compose
) -> None:
    for what, _, part in pieces(context, make_plan, compose, role):
        player = context.instruments[part.instrument]
        for notes in attacks(part.notes):
            if player.desks:
                assert fits_desks(notes, player.desks), f"{what}: {notes}"
            elif player.fretboard is None:
                assert fits_two_hands(notes, player.hand), f"{what}: {notes}"


def test_a_bass_guitar_stays_on_its_strings(context: EngineContext, make_plan: PlanMaker, compose: Compose) -> None:
    board = context.instruments["finger_bass"].fretboard
    assert board is not None
    for number, style in enumerate(context.styles):
        for n_keys in range(4):
            key = Key(pitch_class_name(number + 3 * n_keys), Mode.MINOR)
            plan = make_plan(style, n_bars=12, key=key, roles=(Role.BASS,), instruments={Role.BASS: "finger_bass"})
            for note in compose(plan).parts[0].notes:
                assert min(board.strings) <= note.midi_note <= max(board.strings) + board.n_frets


def sounding(part: Part, at: int) -> list[int]:
    return [n.midi_note for n in part.notes if n.start_ticks <= at < n.start_ticks + n.duration_ticks]


def outer_voices(plan: Plan, part: Part, bass: Part) -> list[tuple[int, int, int]]:
    """Return under each chord the lowest and highest note with which a part begins it, and the bass that it stands on.

    Of a broken chord all notes count.
    """
    starts = [note.start_ticks for note in bass.notes]
    out = []
    for span in plan.chords:
        inside = [n for n in part.notes if span.start_ticks - 60 <= n.start_ticks < span.end_ticks - 600]
        notes = sounding(part, span.start_ticks + 90) or [
            note for n in inside[:1] for note in sounding(part, n.start_ticks + 90)
        ]
        if len(notes) < 2:
            notes = [n.midi_note for n in inside]
        at = bisect_right(starts, span.start_ticks + 240) - 1
        if notes and at >= 0:
            out.append((min(notes), max(notes), bass.notes[at].midi_note))
    return out


def count_parallels(voices: list[tuple[int, int]]) -> Counter[str]:
    """Count moves in which both voices go, and those of them that run in fifths or octaves."""
    counts: Counter[str] = Counter()
    for (low, high), (next_low, next_high) in pairwise(voices):
        if low != next_low and high != next_high:
            counts["moves"] += 1
            is_same = (high - low) % 12 == (next_high - next_low) % 12
            is_similar = (next_low - low) * (next_high - high) > 0
            counts["parallel"] += is_same and is_similar and (high - low) % 12 in (0, 7)
    return counts


def surface(part: Part, bass: Part) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the moves of a part's highest voice and the bass at one instant, as (low, high) before and after.

    Single notes, as of broken chords, are no outer voices.
    """
    starts = [note.start_ticks for note in bass.notes]
    moves = []
    last: int | None = None
    for at in sorted({note.start_ticks for note in part.notes}):
        notes = sounding(part, at + 90)
        top = max(notes) if len(notes) > 1 else None
        index = bisect_right(starts, at + 90) - 1
        if last is not None and top is not None and index > 0 and abs(starts[index] - at) <= 90:
            moves.append(((bass.notes[index - 1].midi_note, last), (bass.notes[index].midi_note, top)))
        last = top
    return moves


@pytest.mark.parametrize("role", [Role.CHORDS, Role.PAD])
def test_outer_voices_hardly_ever_run_in_fifths_or_octaves_where_the_style_forbids_it(
    role: Role, context: EngineContext, make_plan: PlanMaker, compose: Compose
) -> None:
    """Below 1 % of moves over 40 takes of each style, with the bass and within the part."""
    strict = [style for style in context.styles.values() if style.forbids_parallels]
    assert len(strict) >= 2
    for style in strict:
        counts: Counter[str] = Counter()
        walked: Counter[str] = Counter()
        for seed in range(40):
            key = Key(style.tonics[seed % len(style.tonics)], style.modes[seed % len(style.modes)])
            plan = make_plan(style.id, n_bars=16, seed=seed, key=key, roles=(Role.BASS, role))
            bass, part = compose(plan).parts
            voices = outer_voices(plan, part, bass)
            counts += count_parallels([(bass_note, high) for _, high, bass_note in voices])
            counts += count_parallels([(low, high) for low, high, _ in voices])
            walked += sum((count_parallels([*move]) for move in surface(part, bass)), Counter())
        assert counts["moves"] > 200
        assert counts["parallel"] / counts["moves"] < 0.01, f"{style.id}: {counts}"
        # with passing and approach notes of the bass, which the chords do not know
        assert walked["parallel"] <= 0.08 * walked["moves"], f"{style.id}: {walked}"


def test_a_classical_melody_hardly_ever_runs_along_with_the_bass(make_plan: PlanMaker, compose: Compose) -> None:
    """Of all moves that both make together, passing notes and all, below 4 % are fifths or octaves in a row.

    Left to itself the melody has 8 %. A move over a rest is none.
    """
    counts: Counter[str] = Counter()
    for seed in range(40):
        plan = make_plan("classical", n_bars=16, seed=seed, roles=(Role.BASS, Role.MELODY))
        bass, melody = compose(plan).parts
        starts = [note.start_ticks for note in bass.notes]
        for last, note in pairwise(melody.notes):
            index = bisect_right(starts, note.start_ticks + 90) - 1
            is_joined = note.start_ticks - last.start_ticks - last.duration_ticks < 480
            if is_joined and index > 0 and abs(starts[index] - note.start_ticks) <= 90:
                below = (bass.notes[index - 1].midi_note, bass.notes[index].midi_note)
                counts += count_parallels([(below[0], last.midi_note), (below[1], note.midi_note)])
    assert counts["moves"] > 500
    assert counts["parallel"] < 0.04 * counts["moves"], counts
