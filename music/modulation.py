"""Modulation: which section stands in which key, as the style says and chance decides."""

import random
from collections import Counter
from dataclasses import replace

from music.form import section_kind
from music.pitch import Key, Mode, spell_tonic
from music.score import Section
from music.style import KeyChange, Modulation, Style

_SEMITONES = {KeyChange.HALF_STEP_UP: 1, KeyChange.STEP_UP: 2, KeyChange.MINOR_THIRD_UP: 3, KeyChange.DOMINANT: 7,
              KeyChange.SUBDOMINANT: 5}  # fmt: skip
# From a mode's tonic to its relative's: the major key with the same notes, or for major the minor one.
_RELATIVE_SEMITONES = {
    Mode.MAJOR: -3, Mode.MINOR: 3, Mode.HARMONIC_MINOR: 3, Mode.MELODIC_MINOR: 3, Mode.DORIAN: -2, Mode.PHRYGIAN: -4,
    Mode.LYDIAN: -5, Mode.MIXOLYDIAN: -7, Mode.LOCRIAN: 1,
}  # fmt: skip
_FEWEST_SECTIONS = 3  # a piece with fewer has no home to leave and come back to


def changed_key(key: Key, change: KeyChange) -> Key:
    """Return the key that a modulation leads to."""
    if change is KeyChange.PARALLEL:
        return Key(key.tonic, Mode.MAJOR if key.mode.is_minor else Mode.MINOR)
    if change is KeyChange.RELATIVE:
        mode = Mode.MINOR if key.mode is Mode.MAJOR else Mode.MAJOR
        return Key(_spelled(key.pitch_class + _RELATIVE_SEMITONES[key.mode], mode, key), mode)
    return Key(_spelled(key.pitch_class + _SEMITONES[change], key.mode, key), key.mode)


def with_keys(style: Style, key: Key, sections: tuple[Section, ...], seed: int) -> tuple[Section, ...]:
    """Return the sections with the keys that modulations lead to; each modulation draws from a stream of its own."""
    if len(sections) < _FEWEST_SECTIONS:
        return sections
    kinds = [section_kind(section.name) for section in sections]
    keys: dict[int, Key] = {}
    for index, modulation in enumerate(style.modulations):
        rng = random.Random(f"{seed}:modulation:{index}:{modulation.section}:{modulation.to.value}")
        if rng.random() >= modulation.chance:
            continue
        for place in _places(modulation, kinds):
            if place not in keys:
                keys[place] = changed_key(key, modulation.to)
    return tuple(
        replace(section, key=keys[place]) if place in keys and keys[place] != key else section
        for place, section in enumerate(sections)
    )


def _places(modulation: Modulation, kinds: list[str]) -> list[int]:
    places = [place for place, kind in enumerate(kinds) if kind == modulation.section and place > 0]
    if modulation.is_last_only:
        places = places[-1:] if Counter(kinds)[modulation.section] > 1 else []
    if modulation.is_to_the_end and places:
        return [*places[:-1], *range(places[-1], len(kinds))]
    # a piece comes home: unless it is meant to stay there, its last section is not left in another key
    return [place for place in places if place + 1 < len(kinds)]


def _spelled(number: int, mode: Mode, origin: Key) -> str:
    """Spell a tonic with few accidentals, on the side of the old key's signature where both spellings are as easy."""
    name = spell_tonic(number % 12, mode)
    if abs(Key(name, mode).signature_fifths) == 6:
        names = {"F#": "Gb", "Gb": "F#", "D#": "Eb", "Eb": "D#"}
        is_flat = "b" in name
        if is_flat != origin.prefers_flats and name in names:
            return names[name]
    return name
