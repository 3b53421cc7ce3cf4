"""Completes a brief into a plan: decides whatever nobody asked for, and says so. Pure: same input, same plan."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from music.blend import blend_styles
from music.brief import Brief, Reading, Remark
from music.chord import Chord
from music.errors import RequestInvalid
from music.form import lay_out
from music.harmony import harmonise, spans_from_chords
from music.instrument import Role
from music.lyrics import Verse, parse_lyrics
from music.modulation import with_keys
from music.pitch import Key, Mode, pitch_class, spell_tonic
from music.plan import Plan
from music.score import ChordSpan, Section
from music.style import Style
from music.time import TimeSignature
from workflows.planner.casting import cast_parts
from workflows.planner.lexicon import Lexicon
from workflows.planner.pace import decide_pace
from workflows.planner.repertoire import Repertoire
from workflows.planner.words import form_of, sections_for, set_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who plans, and for which engine."""

    engine: str = "composer"
    engine_reason: str = "it is the engine that writes editable parts"
    planner: str = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Choices that somebody else has made already; empty ones are still open."""

    title: str = ""
    sections: tuple[Section, ...] = ()
    chords: tuple[Chord | None, ...] = ()
    chord_bars: tuple[float, ...] = ()  # how much of a bar each holds; empty: one bar each


BY_RULES = Author()
NO_DRAFT = Draft()


def complete(
    reading: Reading,
    repertoire: Repertoire,
    *,
    seed: int,
    author: Author = BY_RULES,
    draft: Draft = NO_DRAFT,
    may_modulate: bool = True,
) -> tuple[Reading, Plan]:
    """Turn a reading into a plan; every choice that was not asked for is added to the reading's assumptions.

    ``seed`` is used where the brief names none; ``may_modulate`` lets styles set sections in other keys. Raises
    RequestInvalid for wishes that cannot be met together: more sections than bars, nothing left to play.
    """
    brief, assumed = reading.brief, list[Remark]()
    used_seed = seed if brief.seed is None else brief.seed
    style = _style(brief, repertoire, used_seed, assumed)
    energy = _energy(brief, style, repertoire.lexicon, assumed)
    if brief.seed is None:
        assumed.append(Remark("seed", f"{seed}, drawn"))
    key = _key(brief, style, repertoire.lexicon, random.Random(f"{used_seed}:key"), assumed)
    time_signature = _metre(brief, style, assumed)
    verses = parse_lyrics(brief.lyrics) if brief.lyrics else ()
    if verses:
        brief = _for_singing(brief, verses)
    pace = decide_pace(brief, style, time_signature, repertoire.lexicon)
    sound = repertoire.pronunciations
    sections: tuple[Section, ...] = ()
    if verses and not reading.brief.form and brief.bars is None and brief.seconds is None:
        sections = sections_for(verses, style, time_signature, energy, pace.tempo_bpm, sound)
        pace.take_bars(sum(section.n_bars for section in sections), "for the lyrics")
    sections = sections or _sections(brief, style, energy, draft, pace.n_bars)
    words, unsung = set_words(verses, sections, time_signature, pace.tempo_bpm, sound)
    if may_modulate and not brief.chords and not draft.chords:
        sections = with_keys(style, key, sections, used_seed)
    assumed += _told(sections, key, is_form_asked=bool(reading.brief.form))
    cast = cast_parts(brief, style, repertoire, energy)
    plan = Plan(
        **asdict(author),
        style=style.id,
        title=draft.title or _title(brief, style, key),
        prompt=brief.prompt,
        tempo_bpm=pace.tempo_bpm,
        key=key,
        time_signature=time_signature,
        n_bars=pace.n_bars,
        sections=sections,
        chords=_chords(brief, style, key, sections, time_signature, draft, used_seed),
        parts=cast.parts,
        energy=energy,
        loudness_lufs=style.loudness_lufs,
        seed=used_seed,
        excluded_drums=brief.excluded_drums,
        has_own_chords=bool(brief.chords),
        blend=brief.blend,
        lyrics=words,
    )
    told = (*reading.assumed, *assumed, *pace.assumed, *cast.assumed)
    conflicts = (*reading.conflicts, *pace.conflicts, *cast.conflicts, *unsung)
    return replace(reading, assumed=told, conflicts=conflicts), plan


def _for_singing(brief: Brief, verses: Sequence[Verse]) -> Brief:
    """Return the brief with a melody to sing the words, and the sections that they name where nobody named any."""
    if Role.MELODY in brief.excluded_roles:
        raise RequestInvalid(
            "there are lyrics, but the melody that would sing them was excluded; leave one of them out"
        )
    return replace(
        brief,
        form=brief.form or form_of(verses),
        roles=brief.roles if Role.MELODY in brief.roles else (*brief.roles, Role.MELODY),
    )


def _style(brief: Brief, repertoire: Repertoire, seed: int, assumed: list[Remark]) -> Style:
    """Return the style asked for, mixed where several were, or the one that most of the other wishes speak for."""
    if brief.blend:
        blend = blend_styles(repertoire.styles, brief.blend, seed)
        gives = (f"{aspect.value} from {repertoire.styles[source].title}" for aspect, source in blend.sources.items())
        assumed.append(Remark("blend", ", ".join(gives)))
        return blend.style
    if brief.genre is not None:
        return repertoire.styles[brief.genre]
    scores = {style.id: _votes(brief, style) for style in repertoire.styles.values()}
    best = max(scores.values())
    favourites = [name for name, votes in scores.items() if votes == best]
    usual = (repertoire.lexicon.default_style, *repertoire.lexicon.usual_styles)
    chosen = repertoire.styles[next((name for name in usual if name in favourites), min(favourites))]
    reason = "which suits the other wishes" if best > 0 else "since no genre was named"
    assumed.append(Remark("genre", f"{chosen.title}, {reason}"))
    return chosen


def _votes(brief: Brief, style: Style) -> int:
    own = [part.instrument for part in style.parts.values()]
    votes = 2 * sum(instrument in own for instrument in brief.instruments)
    votes += brief.time_signature is not None and brief.time_signature in style.time_signatures
    low, high = style.tempo_range_bpm
    return votes + (brief.tempo_bpm is not None and low <= brief.tempo_bpm <= high)


def _energy(brief: Brief, style: Style, lexicon: Lexicon, assumed: list[Remark]) -> float:
    if brief.energy is not None:
        return brief.energy
    levels = [mood.energy for name in brief.moods if (mood := lexicon.moods.get(name)) and mood.energy is not None]
    if not levels:
        assumed.append(Remark("energy", f"{style.energy:g}, usual for {style.title}"))
        return style.energy
    energy = round((sum(levels) / len(levels) * 2 + style.energy) / 3, 2)
    assumed.append(Remark("energy", f"{energy:g}, for {' and '.join(brief.moods)}"))
    return energy


def _metre(brief: Brief, style: Style, assumed: list[Remark]) -> TimeSignature:
    if brief.time_signature is not None:
        return brief.time_signature
    assumed.append(Remark("time_signature", f"{style.time_signatures[0]}, usual for {style.title}"))
    return style.time_signatures[0]


def _key(brief: Brief, style: Style, lexicon: Lexicon, rng: random.Random, assumed: list[Remark]) -> Key:
    if brief.key is not None:
        return brief.key
    sounding = [chord for chord in brief.chords if chord is not None]
    if sounding:
        key = key_of_chords(sounding)
        assumed.append(Remark("key", f"{key}, from the chords"))
        return key
    families = [mood.mode for name in brief.moods if (mood := lexicon.moods.get(name)) and mood.mode]
    modes = [mode for mode in style.modes if not families or mode.is_minor == (families[0] == "minor")]
    mode = modes[0] if modes else Mode(families[0])
    key = Key(spell_tonic(pitch_class(rng.choice(style.tonics)), mode), mode)
    assumed.append(Remark("key", f"{key}, {'for the mood' if families else f'usual for {style.title}'}"))
    return key


def key_of_chords(chords: Sequence[Chord]) -> Key:
    """Return the major or minor key whose scale holds most of the chords' notes; first and last chord break ties."""

    def fit(key: Key) -> tuple[int, int, int]:
        inside = sum(tone in key.scale for chord in chords for tone in chord.pitch_classes)
        home = [
            chord.root_pitch_class == key.pitch_class and (chord.intervals[1] == 3) == key.mode.is_minor
            for chord in (chords[0], chords[-1])
        ]
        return 2 * inside + 2 * home[0] + home[1], int(home[0]), -abs(key.signature_fifths)

    roots = {chord.root_pitch_class: chord.root for chord in reversed(chords)}
    keys = [
        Key(roots.get(number) or spell_tonic(number, mode), mode)
        for number in range(12)
        for mode in (Mode.MAJOR, Mode.MINOR)
    ]
    return max(keys, key=fit)


def _sections(brief: Brief, style: Style, energy: float, draft: Draft, n_bars: int) -> tuple[Section, ...]:
    if draft.sections and sum(section.n_bars for section in draft.sections) == n_bars:
        return draft.sections
    names = brief.form or tuple(section.name for section in draft.sections)
    return lay_out(style, n_bars, names, energy=energy)


def _chords(
    brief: Brief,
    style: Style,
    key: Key,
    sections: tuple[Section, ...],
    time_signature: TimeSignature,
    draft: Draft,
    seed: int,
) -> tuple[ChordSpan, ...]:
    n_bars = sum(section.n_bars for section in sections)
    if brief.chords:
        return spans_from_chords(brief.chords, n_bars, time_signature, brief.chord_bars)
    if draft.chords:
        return spans_from_chords(draft.chords, n_bars, time_signature, draft.chord_bars)
    return harmonise(style, key, sections, time_signature, random.Random(f"{seed}:harmony"))


def _told(sections: tuple[Section, ...], key: Key, *, is_form_asked: bool) -> list[Remark]:
    """Tell the sections that nobody asked for, and which of all stand in another key."""
    names: dict[Key, list[str]] = {}
    for section in sections:
        if section.key is not None and section.key != key:
            names.setdefault(section.key, []).append(section.name)
    told = [] if is_form_asked else [Remark("form", ", ".join(section.name for section in sections))]
    return told + [Remark("key", f"{other} in {' and '.join(listed)}, a modulation") for other, listed in names.items()]


def _title(brief: Brief, style: Style, key: Key) -> str:
    moods = [name for name in brief.moods if name not in ("minor", "major")][:2]
    words = " ".join([*moods, style.title, "in", str(key)])
    return words[0].upper() + words[1:]
