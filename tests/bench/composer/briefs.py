"""Requests as people put them, drawn evenly over styles, tempos, keys, metres and lengths."""

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass

from music.instrument import Role
from music.pitch import Key
from music.style import Style
from music.time import TimeSignature

N_BRIEFS = 416
_BARS = (8, 12, 16, 24)
_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
# Common spellings, and for each what it means as Harte wrote it: the label is read by mir_eval, not by us.
_PROGRESSIONS = (
    (("C", "C:maj"), ("Am", "A:min"), ("F", "F:maj"), ("G", "G:maj")),
    (("Dm7", "D:min7"), ("G7", "G:7"), ("Cmaj7", "C:maj7"), ("A7", "A:7")),
    (("Em", "E:min"), ("C", "C:maj"), ("G/B", "G:maj/3"), ("D", "D:maj")),
    (("F#m7b5", "F#:hdim7"), ("B7", "B:7"), ("Em7", "E:min7"), ("A7sus4", "A:sus4(b7)")),
    (("Bbmaj7", "Bb:maj7"), ("Gm7", "G:min7"), ("Ebmaj7", "Eb:maj7"), ("F7", "F:7")),
    (("Am9", "A:min9"), ("D13", "D:13"), ("Gmaj9", "G:maj9"), ("E7#9", "E:7(#9)")),
    (("Csus2", "C:sus2"), ("Ab", "Ab:maj"), ("Fm6", "F:min6"), ("Bdim7", "B:dim7")),
    (("C6", "C:maj6"), ("Cm", "C:min"), ("Gsus4", "G:sus4"), ("Caug", "C:aug")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChord:
    """A chord as it was asked for, and its Harte label."""

    spelling: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBrief:
    """What one request asks for; ``prompt`` says all of it in words."""

    prompt: str
    style: str
    tempo_bpm: int
    key: Key
    time_signature: TimeSignature
    n_bars: int
    chords: tuple[AskedChord, ...]
    excluded: Role | None
    seed: int


def draw_briefs(styles: Mapping[str, Style], n_briefs: int = N_BRIEFS) -> list[AskedBrief]:
    """Draw requests, each style as often: a quarter of them name chords, and a quarter leave a part out."""
    rng = random.Random(20)
    turns = itertools.cycle(sorted(styles))
    return [_draw(next(turns), styles, number, rng) for number in range(n_briefs)]


def _draw(style_id: str, styles: Mapping[str, Style], number: int, rng: random.Random) -> AskedBrief:
    style = styles[style_id]
    key = Key(rng.choice(_TONICS), rng.choice(style.modes))
    metre = style.time_signatures[number // len(styles) % len(style.time_signatures)]
    low, high = style.tempo_range_bpm
    tempo_bpm, n_bars = rng.randint(round(low), round(high)), rng.choice(_BARS)
    chords: tuple[AskedChord, ...] = ()
    excluded = None
    kind = rng.randrange(4)
    if kind == 0:
        chords = tuple(AskedChord(spelling=text, label=label) for text, label in rng.choice(_PROGRESSIONS))
    elif kind == 1:
        excluded = rng.choice(
            [role for role in (Role.DRUMS, Role.BASS, Role.MELODY) if role in style.parts] or [Role.BASS]
        )
    words = [style.title, f"in {key}", f"{tempo_bpm} BPM", f"in {metre}", f"{n_bars} bars"]
    words += [f"chords {' '.join(chord.spelling for chord in chords)}"] if chords else []
    words += [f"no {excluded.value}"] if excluded else []
    return AskedBrief(
        prompt=", ".join(words),
        style=style_id,
        tempo_bpm=tempo_bpm,
        key=key,
        time_signature=metre,
        n_bars=n_bars,
        chords=chords,
        excluded=excluded,
        seed=number,
    )
