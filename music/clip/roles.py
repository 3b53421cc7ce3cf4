"""What each track of a clip does: drums, bass, melody, chords and the rest, from its notes, its sound and its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from music.clip.clip import Clip, ClipTrack
from music.instrument import Role

_BASS_PROGRAMS = range(32, 40)
_EFFECT_PROGRAMS = range(119, 128)  # from the reverse cymbal to the gunshot
_SUSTAINED_PROGRAMS = (*range(48, 55), *range(88, 96))  # string ensembles, choirs and synth pads
_NAMES: Mapping[Role, str] = {
    Role.EFFECTS: r"\b(effects?|fx|sfx|noises?|risers?)\b",
    Role.COUNTER_MELODY: r"counter",
    Role.DRUMS: r"\b(drums?|percussion|perc|kit|beat)\b",
    Role.BASS: r"\b(bass|808|sub)\b",
    Role.PAD: r"\bpads?\b",
    Role.ARPEGGIO: r"\barp",
    Role.MELODY: r"\b(melody|lead|vocals?|voice|solo|theme|riff|hook)\b",
    Role.CHORDS: r"\b(chords?|comp|comping|rhythm)\b",
}
NO_HARMONY = (Role.DRUMS, Role.EFFECTS)  # roles whose notes are no pitches that a key or chord could be heard from
_TOGETHER_TICKS = 60  # notes that start within this are one stroke
_LOW = 50  # a line whose middle note lies below this is a bass
_ARPEGGIO_NOTES_PER_BAR = 6.0
_FREE_ORDER = (Role.MELODY, Role.CHORDS, Role.COUNTER_MELODY, Role.PAD, Role.ARPEGGIO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texture:
    """What the notes of a track look like. Pitches are 0 for drums."""

    notes_per_stroke: float
    strokes_per_bar: float
    middle_note: float
    mean_leap: float  # semitones between the tops of neighbouring strokes
    bars_held: float  # middle length of a note, in bars


def texture(track: ClipTrack, clip: Clip) -> Texture:
    """Measure a track that holds a note at least."""
    strokes = [[track.notes[0]]]
    for note in track.notes[1:]:
        if note.start_ticks - strokes[-1][0].start_ticks <= _TOGETHER_TICKS:
            strokes[-1].append(note)
        else:
            strokes.append([note])
    tops = [max(note.midi_note for note in stroke) for stroke in strokes]
    leaps = [abs(b - a) for a, b in pairwise(tops)]
    return Texture(
        notes_per_stroke=len(track.notes) / len(strokes),
        strokes_per_bar=len(strokes) / clip.n_bars,
        middle_note=median(note.midi_note for note in track.notes),
        mean_leap=sum(leaps) / len(leaps) if leaps else 0.0,
        bars_held=median(note.duration_ticks for note in track.notes) / clip.time_signature.ticks_per_bar,
    )


def find_roles(clip: Clip, *, lone: Role | None = None) -> tuple[Role, ...]:
    """Return the role of each track, in order; tracks may share one where there are more tracks than roles.

    ``lone`` is what somebody said that the clip is: its one track, or the one that fits best, takes that role.
    """
    textures = [texture(track, clip) for track in clip.tracks]
    wishes = [_wishes(track, facts) for track, facts in zip(clip.tracks, textures, strict=True)]
    pitched = [index for index, track in enumerate(clip.tracks) if not track.is_drums]
    if lone and lone is not Role.DRUMS and pitched:
        fits = [index for index in pitched if lone in wishes[index][:2]] or pitched
        wishes[fits[0]] = (lone, *wishes[fits[0]])
    low = [index for index in pitched if textures[index].middle_note < _LOW and wishes[index][0] is Role.MELODY]
    for index in low:
        wishes[index] = (Role.BASS, *wishes[index])
    order = sorted(range(len(clip.tracks)), key=lambda i: (not _is_named(clip.tracks[i]), _salience(textures[i])))
    taken: dict[Role, int] = {}
    found: dict[int, Role] = {}
    for index in order:
        role = next((wish for wish in wishes[index] if wish is Role.DRUMS or wish not in taken), wishes[index][0])
        taken.setdefault(role, index)
        found[index] = role
    return tuple(found[index] for index in range(len(clip.tracks)))


def _salience(facts: Texture) -> float:
    """Put the highest lines first, so that the top one becomes the melody."""
    return -facts.middle_note


def _named(track: ClipTrack) -> Role | None:
    return next((role for role, words in _NAMES.items() if re.search(words, track.name.lower())), None)


def _is_named(track: ClipTrack) -> bool:
    return track.is_drums or _named(track) is not None


def _wishes(track: ClipTrack, facts: Texture) -> tuple[Role, ...]:
    """Return the roles that a track may take, the likeliest first."""
    if track.is_drums:
        return (Role.DRUMS,)
    named = _named(track)
    if named and named is not Role.DRUMS:
        return (named, *_FREE_ORDER)
    is_bass = track.program in _BASS_PROGRAMS and facts.notes_per_stroke < 1.5
    if is_bass or track.program in _EFFECT_PROGRAMS:
        return (Role.BASS if is_bass else Role.EFFECTS, *_FREE_ORDER)
    if facts.notes_per_stroke >= 1.8:
        is_held = facts.bars_held >= 0.7 or track.program in _SUSTAINED_PROGRAMS
        first, second = (Role.PAD, Role.CHORDS) if is_held and track.program in _SUSTAINED_PROGRAMS else (
            Role.CHORDS, Role.PAD,
        )  # fmt: skip
        return (first, second, Role.ARPEGGIO, Role.COUNTER_MELODY, Role.MELODY)
    if facts.strokes_per_bar >= _ARPEGGIO_NOTES_PER_BAR and facts.mean_leap >= 3.5:
        return (Role.ARPEGGIO, Role.MELODY, Role.COUNTER_MELODY, Role.CHORDS, Role.PAD)
    return (Role.MELODY, Role.COUNTER_MELODY, Role.ARPEGGIO, Role.PAD, Role.CHORDS)
