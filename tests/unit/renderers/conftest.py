"""Scores, instruments and SoundFonts that the renderers' tests share."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from music.errors import SetupBroken
from music.instrument import Instrument, Role, SoundFontVoice, SynthVoice
from music.pitch import parse_key
from music.score import Note, Part, PartMix, Score
from music.time import TICKS_PER_QUARTER as QUARTER
from music.time import TimeSignature
from renderers.fluidsynth import SoundFontRenderer
from renderers.soundfont import SoundFont, find_soundfont
from tests.programs import lack


def _instrument(name: str, voice: SoundFontVoice | SynthVoice) -> Instrument:
    return Instrument(
        id=name,
        title=name,
        synonyms=(),
        roles=(Role.MELODY,),
        voice=voice,
        lowest_midi_note=0,
        highest_midi_note=127,
    )


def _synth(name: str) -> SynthVoice:
    return SynthVoice(synth=name, fallback=SoundFontVoice(program=81))


@pytest.fixture(scope="session")
def instruments() -> dict[str, Instrument]:
    table = [
        _instrument("kit", SoundFontVoice(program=0, is_drum_kit=True)),
        _instrument("piano", SoundFontVoice(program=0)),
        _instrument("strings", SoundFontVoice(program=48)),
        *(_instrument(name, _synth(name)) for name in ("sub808", "supersaw", "pluck", "reese")),
    ]
    return {instrument.id: instrument for instrument in table}


@pytest.fixture(scope="session")
def soundfont() -> SoundFont:
    try:
        return find_soundfont(None)
    except SetupBroken as error:
        lack(str(error))


@pytest.fixture(scope="session")
def renderer(soundfont: SoundFont) -> SoundFontRenderer:
    return SoundFontRenderer(soundfont)


def _part(role: Role, instrument: str, notes: Sequence[Note], mix: PartMix) -> Part:
    return Part(role=role, name=role.value, instrument=instrument, channel=0, notes=tuple(sorted(notes)), mix=mix)


@pytest.fixture(scope="session")
def score() -> Score:
    """Four bars at 140 BPM in F minor: drums, an 808 that glides, piano chords, and a pad of supersaws."""
    drums, bass, chords, pad = [], [], [], []
    for bar in range(4):
        at = bar * 4 * QUARTER
        root = (29, 25, 32, 27)[bar]
        triad = (root + 24, root + 27 + (bar > 0), root + 31)
        drums += [Note(at + i * QUARTER // 2, QUARTER // 4, 42, 80) for i in range(8)]
        drums += [Note(at + i * QUARTER, QUARTER // 4, 36 if i % 2 == 0 else 38, 110) for i in range(4)]
        bass += [Note(at, 2 * QUARTER + 60, root, 110), Note(at + 2 * QUARTER, QUARTER, root + 7, 100)]
        chords += [Note(at + i * QUARTER, QUARTER * 9 // 10, pitch, 85) for i in range(4) for pitch in triad]
        pad += [Note(at, 4 * QUARTER, pitch + 12, 80) for pitch in triad]
    parts = (
        _part(Role.DRUMS, "kit", drums, PartMix(reverb_send_db=-24.0)),
        _part(Role.BASS, "sub808", bass, PartMix(gain_db=-1.0)),
        _part(Role.CHORDS, "piano", chords, PartMix(gain_db=-3.0, pan=-0.3, reverb_send_db=-15.0)),
        _part(Role.PAD, "supersaw", pad, PartMix(gain_db=-8.0, pan=0.2, reverb_send_db=-12.0)),
    )
    return Score(
        title="Four bars",
        tempo_bpm=140.0,
        time_signature=TimeSignature(4, 4),
        key=parse_key("F minor"),
        n_bars=4,
        sections=(),
        chords=(),
        parts=parts,
    )


@pytest.fixture
def checkout() -> Path:
    return Path(__file__).resolve().parents[3]
