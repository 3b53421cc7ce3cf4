"""Drums by name, and the notes at which General MIDI kits keep them.

Source: General MIDI 1 percussion key map.
"""

DRUM_NOTES: dict[str, int] = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "floor_tom": 41,
    "hat": 42,
    "pedal_hat": 44,
    "low_tom": 45,
    "open_hat": 46,
    "mid_tom": 48,
    "crash": 49,
    "high_tom": 50,
    "ride": 51,
    "china": 52,
    "ride_bell": 53,
    "tambourine": 54,
    "splash": 55,
    "cowbell": 56,
    "crash_2": 57,
    "high_bongo": 60,
    "low_bongo": 61,
    "slap_conga": 62,
    "high_conga": 63,
    "low_conga": 64,
    "high_timbale": 65,
    "low_timbale": 66,
    "high_agogo": 67,
    "low_agogo": 68,
    "cabasa": 69,
    "shaker": 70,
    "guiro": 73,
    "long_guiro": 74,
    "claves": 75,
    "woodblock": 76,
    "low_woodblock": 77,
    "triangle": 81,
}

# What a drummer strikes with the sticks: two hands in all. Drums that are neither here nor under a foot are small
# percussion, which somebody else plays.
STRUCK_BY_HAND = frozenset({
    "rim", "snare", "floor_tom", "low_tom", "mid_tom", "high_tom", "hat", "open_hat", "crash", "crash_2", "ride",
    "china", "ride_bell", "splash",
})  # fmt: skip
