"""What every style's harmony does over many seeds, and what the user's chords sound like in every metre."""

import io
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import mido
import pytest

from engines.engine import EngineContext
from music.chord import Chord
from music.chord_chart import parse_chart
from music.form import lay_out, section_kind
from music.harmony import harmonise, harmony_for, spans_from_chords
from music.instrument import Role
from music.midi_file import score_to_midi
from music.modulation import changed_key, with_keys
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode
from music.plan import Plan
from music.reharmony import SUBSTITUTIONS
from music.score import ChordSpan, Score, Section, keys_by_bar
from music.style import KeyChange, Modulation, Reharmonisation, Style
from music.time import TimeSignature, parse_time_signature

FOUR = TimeSignature(4, 4)
SEEDS = range(25)
STYLES = ["blues", "classical", "country", "house", "jazz", "lofi", "pop", "reggae", "rock", "trap"]
VARIED = ["blues", "classical", "country", "jazz", "lofi", "pop", "rock"]
METERS = ["2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "7/4", "9/8", "12/8"]
PlanMaker = Callable[..., Plan]
Compose = Callable[[Plan], Score]
Bars = list[tuple[Chord, ...]]


def bars_of(spans: tuple[ChordSpan, ...], n_bars: int, meter: TimeSignature = FOUR) -> Bars:
    bars: list[list[Chord]] = [[] for _ in range(n_bars)]
    for span in spans:
        assert span.chord is not None
        bars[span.start_ticks // meter.ticks_per_bar].append(span.chord)
    return [tuple(bar) for bar in bars]


def written(style: Style, key: Key, sections: tuple[Section, ...], seed: int) -> Bars:
    n_bars = sum(section.n_bars for section in sections)
    return bars_of(harmonise(style, key, sections, FOUR, random.Random(seed)), n_bars)


def without_variation(style: Style) -> Style:
    return replace(style, harmony=tuple(replace(h, reharmonise=Reharmonisation()) for h in style.harmony))


def read(text: str, key: Key, mode: Mode) -> Bars:
    return [tuple(numeral_to_chord(one, key, mode) for one in bar.split()) for bar in text.split("|")]


def cut(bars: Bars, section: Section) -> Bars:
    return bars[section.start_bar - 1 : section.start_bar - 1 + section.n_bars]


@pytest.mark.parametrize("name", STYLES)
def test_every_chord_is_written_in_the_style_or_one_of_its_substitutions(context: EngineContext, name: str) -> None:
    style = context.styles[name]
    n_changed = 0
    for seed in SEEDS:
        key = Key(style.tonics[seed % len(style.tonics)], style.modes[seed % len(style.modes)])
        sections = lay_out(style, 64)
        plain, varied = (written(kind, key, sections, seed) for kind in (without_variation(style), style))
        chances = harmony_for(style, key.mode).reharmonise
        for section in sections:
            before, after = cut(plain, section), cut(varied, section)
            places = [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
            assert all(right - left > 1 for left, right in pairwise(places))
            for place in places:
                allowed = [make(before, place, key) for kind, make in SUBSTITUTIONS.items() if getattr(chances, kind)]
                assert after[place] in allowed, (seed, section.name, place, before[place], after[place])
            n_changed += len(places)
    assert (n_changed > 0) == (name in (*VARIED, "reggae"))


@pytest.mark.parametrize("name", [*VARIED, "gospel", "neo_soul", "bossa_nova", "folk", "orchestral", "rnb"])
def test_what_returns_is_varied_and_still_known(context: EngineContext, name: str) -> None:
    """A section's second time differs somewhere in 9 of 10 cases, and keeps more than half of its bars."""
    style = context.styles[name]
    n_varied = n_returns = n_kept = n_bars = 0
    for seed in SEEDS:
        key = Key(style.tonics[0], style.modes[seed % len(style.modes)])
        names = ("verse 1", "chorus 1", "verse 2", "chorus 2", "verse 3", "chorus 3", "outro")
        sections = tuple(Section(name=n, start_bar=1 + 8 * i, n_bars=8, energy=0.5) for i, n in enumerate(names))
        bars = written(style, key, sections, seed)
        first: dict[str, Bars] = {}
        for section in sections[:-1]:
            again = cut(bars, section)
            known = first.setdefault(section_kind(section.name), again)
            if known is not again:
                same = sum(old == new for old, new in zip(known, again, strict=True))
                n_returns, n_varied = n_returns + 1, n_varied + (same < len(known))
                n_kept, n_bars = n_kept + same, n_bars + len(known)
    assert n_returns >= 2 * len(SEEDS)
    assert n_varied / n_returns > 0.9
    assert n_kept / n_bars > 0.6


@pytest.mark.parametrize("name", STYLES)
def test_pieces_end_and_sections_close_with_a_cadence_of_the_style(context: EngineContext, name: str) -> None:
    style = context.styles[name]
    for seed in SEEDS:
        key = Key(style.tonics[seed % len(style.tonics)], style.modes[seed % len(style.modes)])
        sections = lay_out(style, 48)
        bars = written(style, key, sections, seed)
        harmony = harmony_for(style, key.mode)
        endings = [read(text, key, harmony.mode) for text in (harmony.cadence, *harmony.cadences.plagal)]
        assert any(bars[-len(ending) :] == ending for ending in endings)
        for section, following in pairwise(sections):
            is_new = section_kind(section.name) != section_kind(following.name)
            closing = (*harmony.cadences.authentic, *harmony.cadences.half)
            choices = (harmony.turnaround,) if is_new and harmony.turnaround else closing
            if section.n_bars >= 4 and choices:
                closes = [read(text, key, harmony.mode) for text in choices]
                own = cut(bars, section)
                assert any(own[-len(close) :] == close for close in closes), (seed, section.name, own)


@pytest.mark.parametrize("name", ["classical", "country"])
def test_of_two_phrases_the_first_asks_and_the_second_answers(context: EngineContext, name: str) -> None:
    style = context.styles[name]
    key = Key("G", Mode.MAJOR)
    for seed in SEEDS:
        sections = lay_out(style, 32, ("theme", "variation"))
        bars = cut(written(style, key, sections, seed), sections[0])
        dominant, tonic = Chord("D", "maj"), Chord("G", "maj")
        assert bars[3][-1] == dominant
        assert bars[7][-1] == tonic
        assert bars[11][-1] == dominant


@pytest.mark.parametrize("name", ["pop", "jazz", "classical", "country"])
def test_now_and_then_the_last_phrase_but_one_deceives(context: EngineContext, name: str) -> None:
    style = context.styles[name]
    key = Key("C", Mode.MAJOR)
    harmony = harmony_for(style, key.mode)
    goals = {read(text, key, harmony.mode)[-1] for text in harmony.cadences.deceptive}
    n_deceived = 0
    for seed in range(60):
        sections = lay_out(style, 24, ("verse", "chorus", "chorus"))
        bars = written(style, key, sections, seed)
        n_deceived += bars[-style.phrase_bars - 1] in goals
    assert 10 <= n_deceived <= 50


CHARACTERISTIC = {
    Mode.DORIAN: (9,), Mode.PHRYGIAN: (1,), Mode.LYDIAN: (6,), Mode.MIXOLYDIAN: (10,), Mode.LOCRIAN: (1, 6),
    Mode.HARMONIC_MINOR: (11,), Mode.MELODIC_MINOR: (9, 11),
}  # fmt: skip


@pytest.mark.parametrize("mode", list(CHARACTERISTIC))
@pytest.mark.parametrize("name", STYLES)
def test_progressions_sound_of_their_mode(context: EngineContext, name: str, mode: Mode) -> None:
    """What tells the mode sounds in one bar of five at least, and chords leave the mode in at most one bar of eight.

    Blue notes are the blues' own.
    """
    style = context.styles[name]
    n_telling = n_outside = n_bars = 0
    for seed in SEEDS:
        key = Key(("E", "F", "Bb", "C#")[seed % 4], mode)
        for bar in written(style, key, lay_out(style, 32), seed):
            tones = {tone for chord in bar for tone in chord.pitch_classes}
            n_bars += 1
            n_telling += any((key.pitch_class + step) % 12 in tones for step in CHARACTERISTIC[mode])
            n_outside += not tones <= set(key.scale)
    assert n_telling / n_bars > 0.2
    if name != "blues":
        assert n_outside / n_bars < (0.125 if mode is not Mode.HARMONIC_MINOR else 0.25)


@pytest.mark.parametrize("name", ["pop", "jazz", "classical", "rock"])
@pytest.mark.parametrize("change", list(KeyChange))
def test_a_section_in_another_key_is_written_sung_and_accompanied_there(
    context: EngineContext, make_plan: PlanMaker, compose: Compose, name: str, change: KeyChange
) -> None:
    style = replace(context.styles[name], modulations=(Modulation(section="bridge", to=change, chance=1.0),))
    for seed in range(4):
        home = Key("D", (Mode.MAJOR, Mode.MINOR)[seed % 2])
        plan = make_plan(name, n_bars=32, names=("verse", "chorus", "bridge", "chorus"), key=home, seed=seed)
        sections = with_keys(style, home, plan.sections, seed)
        away = changed_key(home, change)
        assert [section.key for section in sections] == [None, None, away, None]
        spans = harmonise(style, home, sections, plan.time_signature, random.Random(seed))
        plan = replace(plan, sections=sections, chords=spans)
        score = compose(plan)
        bar = plan.time_signature.ticks_per_bar
        first, last = sections[2].start_bar - 1, sections[2].start_bar - 2 + sections[2].n_bars
        leading = next(span for span in reversed(spans) if span.start_ticks < first * bar).chord
        assert leading is not None
        assert leading.root_pitch_class == (away.pitch_class + 7) % 12
        inside = outside = 0
        for part in score.parts:
            if part.role is Role.DRUMS:
                continue
            for note in part.notes:
                place = round(note.start_ticks / 240) * 240
                if first * bar <= place < last * bar:
                    chord = next(span.chord for span in spans if span.start_ticks <= place < span.end_ticks)
                    tones = {*away.scale, *(chord.pitch_classes if chord else ())}
                    inside, outside = (
                        inside + (note.midi_note % 12 in tones),
                        outside + (note.midi_note % 12 not in tones),
                    )
        assert inside / (inside + outside) > 0.9
        signatures = key_signatures(score, context)
        assert [start // bar + 1 for start, _ in signatures] == [start for start, _ in keys_by_bar(home, sections)]


def key_signatures(score: Score, context: EngineContext) -> list[tuple[int, str]]:
    track = mido.MidiFile(file=io.BytesIO(score_to_midi(score, context.instruments))).tracks[0]
    at, found = 0, []
    for message in track:
        at += message.time
        if message.type == "key_signature":
            found.append((at, str(message.key)))
    return found


def test_a_last_chorus_goes_up_a_step_and_stays_there(context: EngineContext) -> None:
    up = Modulation(section="chorus", to=KeyChange.STEP_UP, chance=1.0, is_last_only=True, is_to_the_end=True)
    style = replace(context.styles["pop"], modulations=(up,))
    home = Key("Bb", Mode.MAJOR)
    sections = with_keys(style, home, lay_out(style, 40, ("verse", "chorus", "verse", "chorus", "outro")), 1)
    assert [str(section.key) for section in sections] == ["None", "None", "None", "C major", "C major"]
    for seed in SEEDS:
        bars = written(style, home, sections, seed)
        first, last = cut(bars, sections[1]), cut(bars, sections[3])
        assert bars[-1][-1].root_pitch_class == 0
        # all but what cadences and variation may touch is the first chorus, a whole tone up
        same = sum(
            [chord.transposed(2).pitch_classes for chord in old] == [chord.pitch_classes for chord in new]
            for old, new in zip(first, last, strict=True)
        )
        assert same >= len(first) - 5


def test_modulations_come_as_often_as_the_style_says(context: EngineContext) -> None:
    style = replace(
        context.styles["pop"], modulations=(Modulation(section="bridge", to=KeyChange.RELATIVE, chance=0.3),)
    )
    sections = lay_out(style, 40, ("verse", "bridge", "chorus"))
    n_moved = sum(with_keys(style, Key("C", Mode.MAJOR), sections, seed)[1].key is not None for seed in range(400))
    assert 90 <= n_moved <= 150


@pytest.mark.parametrize("metre", METERS)
@pytest.mark.parametrize("name", STYLES)
def test_the_users_chords_sound_bar_by_bar_as_written_in_every_metre(
    make_plan: PlanMaker, compose: Compose, name: str, metre: str
) -> None:
    """What sounds under each chord belongs to it, the bass stands on its bass, and N.C. is silence."""
    meter = parse_time_signature(metre)
    chart = parse_chart("| Am7 | D/F# G | N.C. | F#m7b5 % | B7(b9) | C6/9 N.C. | Ebmaj7#11/G | Esus4 E7alt |")
    plan = make_plan(
        name, n_bars=8, time_signature=meter, chords=chart.chords, roles=(Role.CHORDS, Role.BASS, Role.PAD), energy=0.7
    )
    plan = replace(plan, chords=spans_from_chords(chart.chords, 8, meter, chart.bars))
    assert [span.chord for span in plan.chords] == list(chart.chords)
    score = compose(plan)
    for part in score.parts:
        for span, following in pairwise((*plan.chords, plan.chords[0])):
            # players are a little early or late, and a strum takes its time
            notes = [n for n in part.notes if span.start_ticks - 60 <= n.start_ticks < span.end_ticks - 90]
            if span.chord is None:
                assert not notes
            elif part.role is Role.BASS:
                assert notes
                assert notes[0].midi_note % 12 == span.chord.bass_pitch_class
            else:
                tones = set(span.chord.pitch_classes)
                pushed = set(following.chord.pitch_classes) if following.chord else set()
                sounding = [n for n in part.notes if n.start_ticks < span.end_ticks - 90]
                sounding = [n for n in sounding if n.start_ticks + n.duration_ticks > span.start_ticks + 90]
                assert {n.midi_note % 12 for n in sounding} & tones
                for note in notes:  # the last beat may anticipate what comes
                    is_push = note.start_ticks >= span.end_ticks - 1050
                    assert note.midi_note % 12 in (tones | pushed if is_push else tones)


@pytest.mark.parametrize("name", STYLES)
def test_chords_that_were_asked_for_have_their_root_and_third_in_each_bar(
    make_plan: PlanMaker, compose: Compose, name: str
) -> None:
    """Also where a rock guitar would play fifths, where the bass waits, and where a pianist leaves the root to it."""
    chart = parse_chart("Am7 D13 Gmaj9 Em C/E F6")
    n_named = 0
    for seed in range(6):
        names = ("intro", "verse", "chorus", "outro")
        plan = make_plan(name, n_bars=24, seed=seed, names=names, chords=chart.chords)
        score = compose(replace(plan, has_own_chords=True))
        bar = plan.time_signature.ticks_per_bar
        for number in range(24):
            chord = chart.chords[number % len(chart.chords)]
            assert chord is not None
            left, right = number * bar + 90, (number + 1) * bar - 90
            heard = {
                note.midi_note % 12
                for part in score.parts
                if part.role in (Role.BASS, Role.CHORDS, Role.PAD, Role.ARPEGGIO)
                for note in part.notes
                if note.start_ticks < right and note.start_ticks + note.duration_ticks > left
            }
            third = (chord.root_pitch_class + chord.intervals[1]) % 12
            n_named += {chord.root_pitch_class, third} <= heard
    assert n_named >= 0.99 * 6 * 24
