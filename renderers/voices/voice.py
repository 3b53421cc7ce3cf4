"""The voices by name, what each of them is to the mix (notes in, stereo audio out), and their provenance."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from music.audio import FloatAudio
from music.errors import SetupBroken
from music.instrument import SynthVoice
from music.take import Asset
from renderers.signal import TimedNote
from renderers.voices.drum_machine import Kit808, Kit909
from renderers.voices.pluck import Pluck
from renderers.voices.reese import Reese
from renderers.voices.sub import Sub
from renderers.voices.sub808 import Sub808
from renderers.voices.supersaw import Supersaw
from renderers.voices.transitions import Transitions
from renderers.voices.vinyl import Vinyl

VOICES_VERSION = "2"


class Voice(Protocol):
    """A synthesiser with its parameters set."""

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames); what sounds on after ``n_frames`` is cut."""


_VoiceType = type[Kit808 | Kit909 | Pluck | Reese | Sub | Sub808 | Supersaw | Transitions | Vinyl]

_VOICES: dict[str, _VoiceType] = {
    "kit808": Kit808,
    "kit909": Kit909,
    "pluck": Pluck,
    "reese": Reese,
    "sub": Sub,
    "sub808": Sub808,
    "supersaw": Supersaw,
    "transitions": Transitions,
    "vinyl": Vinyl,
}


def make_voice(voice: SynthVoice) -> Voice:
    """Return the voice with its parameters; SetupBroken names the voices or parameters there are, and the range."""
    voice_type = _VOICES.get(voice.synth)
    if voice_type is None:
        raise SetupBroken(f"no synth voice {voice.synth!r}; the instrument table can use: {', '.join(sorted(_VOICES))}")
    known = [field.name for field in dataclasses.fields(voice_type)]
    for name, _ in voice.parameters:
        if name not in known:
            raise SetupBroken(f"synth voice {voice.synth!r} has no parameter {name!r}; it has: {', '.join(known)}")
    try:
        return voice_type(**dict(voice.parameters))
    except ValueError as error:
        raise SetupBroken(f"synth voice {voice.synth!r}: {error}") from error


def voice_asset(voice: SynthVoice) -> Asset:
    """Return the voice as part of a take's provenance."""
    return Asset(name=voice.synth, kind="synth voice", version=VOICES_VERSION, licence="Apache-2.0")
