"""Harmony of the modes: progressions that dwell on what tells a mode from plain major and minor.

They serve where a style has none for a mode that was asked for. A style's usual minor would put a dominant into
Phrygian, which takes the Phrygian out of it.
"""

from collections.abc import Mapping

from music.pitch import Mode
from music.style import Cadences, Harmony

MODAL_HARMONY: Mapping[Mode, Harmony] = {
    Mode.DORIAN: Harmony(
        mode=Mode.DORIAN,
        progressions={
            "any": ("i | IV | i | IV", "i | VII | IV | i", "i | ii | i | IV", "i | III | IV | i", "i | % | IV | %"),
            "chorus": ("IV | i | VII | i", "i | III | IV | VII", "i | VII | IV | IV"),
            "bridge": ("VII | IV | i | %", "ii | III | IV | IV"),
        },
        cadence="IV | i",
        cadences=Cadences(half=("IV", "VII"), authentic=("IV | i", "VII | i")),
    ),
    Mode.PHRYGIAN: Harmony(
        mode=Mode.PHRYGIAN,
        progressions={
            "any": ("i | II | i | vii", "i | % | II | i", "i | II | III | II", "i | vii | II | i"),
            "chorus": ("II | i | II | i", "i | II | VI | II", "VI | II | i | %"),
            "bridge": ("iv | III | II | i", "VI | % | II | %"),
        },
        cadence="II | i",
        cadences=Cadences(half=("II", "vii"), authentic=("II | i", "vii | i")),
    ),
    Mode.LYDIAN: Harmony(
        mode=Mode.LYDIAN,
        progressions={
            "any": ("I | II | I | II", "I | % | II | %", "I | II | V | I", "I | II | vi | II"),
            "chorus": ("I | V | II | I", "vi | II | I | II", "I | iii | II | I"),
            "bridge": ("iii | II | vi | II", "vii | II | vi | II"),
        },
        cadence="II | I",
        cadences=Cadences(half=("II", "V"), authentic=("II | I", "V | I")),
    ),
    Mode.MIXOLYDIAN: Harmony(
        mode=Mode.MIXOLYDIAN,
        progressions={
            "any": ("I | VII | IV | I", "I | v | IV | I", "I | % | VII | IV", "I | IV | VII | I"),
            "chorus": ("VII | IV | I | %", "I | VII | IV | VII", "IV | VII | I | I"),
            "bridge": ("v | IV | VII | IV", "ii | VII | IV | %"),
        },
        cadence="VII | I",
        cadences=Cadences(half=("VII", "v"), authentic=("VII | I", "IV | I")),
    ),
    Mode.LOCRIAN: Harmony(
        mode=Mode.LOCRIAN,
        progressions={
            "any": ("io | II | io | vii", "io | % | II | io", "io | V | io | II", "io | iii | II | io"),
            "chorus": ("II | io | V | io", "io | V | II | io"),
            "bridge": ("iv | iii | II | io", "VI | V | II | io"),
        },
        cadence="II | io",
        cadences=Cadences(half=("II", "V"), authentic=("II | io",)),
    ),
    Mode.HARMONIC_MINOR: Harmony(
        mode=Mode.HARMONIC_MINOR,
        progressions={
            "any": ("i | iv | V | i", "i | VI | iv | V", "i | V | VI | V", "i | V | i | iv", "i | % | VI | V"),
            "chorus": ("VI | V | i | V", "i | iv | VI | V", "iv | V | i | VI"),
            "bridge": ("iv | i | VI | V", "VI | iv | V | %"),
        },
        cadence="V7 | i",
        turnaround="V",
        cadences=Cadences(half=("V",), authentic=("V7 | i",), deceptive=("V7 | VI",)),
    ),
    Mode.MELODIC_MINOR: Harmony(
        mode=Mode.MELODIC_MINOR,
        progressions={
            "any": ("i | IV | V | i", "i | ii | V | i", "i | IV | i | V", "i | ii | IV | V"),
            "chorus": ("IV | V | i | %", "i | V | IV | V", "ii | V | i | IV"),
            "bridge": ("IV | i | ii | V", "ii | IV | V | %"),
        },
        cadence="V7 | i",
        turnaround="V",
        cadences=Cadences(half=("V",), authentic=("V7 | i", "IV V | i")),
    ),
}
