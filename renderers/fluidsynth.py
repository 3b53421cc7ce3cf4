"""Sampled instruments through FluidSynth, without an audio driver.

Every part is rendered by a synth of its own that lives only for that render:

* A stem depends on its own notes alone, so changing the melody leaves the drum stem's bytes as they were. (In a shared
  synth it does not: FluidSynth 2.3 starts a voice's amplitude ramp from where the voice's previous note left it, so the
  first 64 samples of a note depend on every note before it, in this render and in the ones before.)
* Parts render in several threads at once; the C library runs outside Python's lock.
* With ``synth.dynamic-sample-loading`` a synth reads only the samples of its one program, so making it takes about
  10 ms even with a SoundFont of 148 MB, and nothing large stays in memory.

FluidSynth applies events every 64 samples. Here each event goes to the nearest such boundary: a note starts at most
32 samples (0.67 ms at 48 kHz) from its exact place.
"""

import contextlib
import ctypes
import functools
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from music.errors import SetupBroken
from music.instrument import SoundFontVoice
from music.take import Asset
from renderers.signal import SAMPLE_RATE_HZ, TimedNote
from renderers.soundfont import SoundFont

BLOCK_SAMPLES = 64
_POLYPHONY = 256
_GAIN = 0.6  # FluidSynth's own default of 0.2 leaves 24-bit files needlessly quiet; the float output cannot clip
_DRUM_BANK = 128
_LOG_LEVELS = 5
_CHANNEL = 0
_OFFSET_CUTOFF_HZ = 8.0
# What SoundFont 2.04, section 8.4.2, lets velocity do to every voice's filter and FluidSynth leaves out: few free
# SoundFonts have layers, and a soft piano note would be nothing but a hard one turned down. The standard's two octaves
# suit drums; what is played on strings and keys loses more of its treble.
_KIT_OPENING_CENTS, _OPENING_CENTS = 2400.0, 3600.0
_FROM_VELOCITY, _NEGATIVE, _FILTER_CUTOFF, _ADD = 2, 1, 8, 1  # numbers of FluidSynth's own and of the standard


_first_synth = threading.Lock()


@dataclass(frozen=True, slots=True)
class SampledPart:
    """One part's dry sound, and what the listener should know about the program that played it."""

    audio: FloatAudio
    notices: tuple[str, ...]


class SoundFontRenderer:
    """Renders parts with one SoundFont; safe to use from several threads, holds nothing open between renders."""

    def __init__(self, soundfont: SoundFont, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Load the FluidSynth library; SetupBroken says how to install it when it is missing."""
        self.soundfont = soundfont
        self.sample_rate_hz = sample_rate_hz
        self._library = _load_library()
        with _first_synth, self._synth():
            pass  # FluidSynth's first synth fills global tables; one made at the same time would find them half full

    @property
    def asset(self) -> Asset:
        """The SoundFont as part of a take's provenance."""
        return self.soundfont.asset()

    def render(
        self,
        notes: Sequence[TimedNote],
        voice: SoundFontVoice,
        n_frames: int,
        *,
        between_notes: Callable[[], None] = lambda: None,
    ) -> SampledPart:
        """Render one part, dry. ``between_notes`` is called often, and may raise to stop.

        Returns float32 of shape (2, n_frames), freed of the constant offset that some sampled waveforms carry; what
        sounds on after ``n_frames`` is cut. The same notes give the same bytes. Where the SoundFont lacks the variation
        asked for, its plain program (or standard kit) plays and a notice says so; SetupBroken when it lacks that as
        well or is no SoundFont.
        """
        n_blocks = -(-n_frames // BLOCK_SAMPLES)
        audio = np.zeros((2, n_blocks * BLOCK_SAMPLES), dtype=np.float32)
        with self._synth() as synth:
            self._let_velocity_open_filter(synth, _KIT_OPENING_CENTS if voice.is_drum_kit else _OPENING_CENTS)
            notices = self._select_program(synth, voice)
            self._play(synth, notes, audio, between_notes)
        return SampledPart(_without_offset(audio[:, :n_frames], self.sample_rate_hz), notices)

    @contextlib.contextmanager
    def _synth(self) -> Iterator[ctypes.c_void_p]:
        library = self._library
        settings = ctypes.c_void_p(library.new_fluid_settings())
        synth = ctypes.c_void_p()
        try:
            library.fluid_settings_setnum(settings, b"synth.sample-rate", ctypes.c_double(self.sample_rate_hz))
            library.fluid_settings_setnum(settings, b"synth.gain", ctypes.c_double(_GAIN))
            for name, value in _INTEGER_SETTINGS.items():
                library.fluid_settings_setint(settings, name, value)
            synth = ctypes.c_void_p(library.new_fluid_synth(settings))
            if synth.value is None:
                raise SetupBroken("FluidSynth could not make a synth; is there enough memory?")
            yield synth
        finally:
            library.delete_fluid_synth(synth)
            library.delete_fluid_settings(settings)

    def _let_velocity_open_filter(self, synth: ctypes.c_void_p, cents: float) -> None:
        """Close every voice's low-pass by ``cents`` for the softest stroke, and the less the harder it is."""
        library = self._library
        modulator = ctypes.c_void_p(library.new_fluid_mod())
        library.fluid_mod_set_source1(modulator, _FROM_VELOCITY, _NEGATIVE)
        library.fluid_mod_set_source2(modulator, 0, 0)
        library.fluid_mod_set_dest(modulator, _FILTER_CUTOFF)
        library.fluid_mod_set_amount(modulator, ctypes.c_double(-cents))
        library.fluid_synth_add_default_mod(synth, modulator, _ADD)
        library.delete_fluid_mod(modulator)

    def _select_program(self, synth: ctypes.c_void_p, voice: SoundFontVoice) -> tuple[str, ...]:
        path = self.soundfont.path
        soundfont_id = self._library.fluid_synth_sfload(synth, str(path).encode(), 0)
        if soundfont_id < 0:
            raise SetupBroken(f"FluidSynth cannot load {str(path)!r} as a SoundFont; choose another file")
        bank = _DRUM_BANK if voice.is_drum_kit else voice.bank
        wanted = (bank, voice.program)
        plain = (_DRUM_BANK, 0) if voice.is_drum_kit else (0, voice.program)
        for chosen in dict.fromkeys((wanted, plain)):
            if self._library.fluid_synth_program_select(synth, _CHANNEL, soundfont_id, *chosen) == 0:
                return () if chosen == wanted else (_describe_substitute(self.soundfont.name, wanted, chosen),)
        raise SetupBroken(
            f"the SoundFont {self.soundfont.name} has no program {plain[1]} in bank {plain[0]}; "
            "use a complete General MIDI SoundFont such as FluidR3_GM"
        )

    def _play(
        self,
        synth: ctypes.c_void_p,
        notes: Sequence[TimedNote],
        audio: FloatAudio,
        between_notes: Callable[[], None],
    ) -> None:
        library, end = self._library, audio.shape[1]
        outputs = (ctypes.c_void_p * 2)()
        left, right = (audio[channel].ctypes.data for channel in (0, 1))
        position = 0
        for at, is_on, midi_note, velocity in [*_events(notes, end), (end, False, 0, 0)]:
            if at > position:
                between_notes()
                outputs[0], outputs[1] = left + 4 * position, right + 4 * position
                if library.fluid_synth_process(synth, at - position, 0, None, 2, outputs) != 0:
                    raise SetupBroken("FluidSynth refused to render; is its version 2.1 or newer?")
                position = at
            if at == end:
                return
            if is_on:
                library.fluid_synth_noteon(synth, _CHANNEL, midi_note, velocity)
            else:
                library.fluid_synth_noteoff(synth, _CHANNEL, midi_note)


_INTEGER_SETTINGS = {
    b"synth.audio-channels": 1,
    b"synth.audio-groups": 1,
    b"synth.chorus.active": 0,
    b"synth.reverb.active": 0,
    b"synth.dynamic-sample-loading": 1,
    b"synth.polyphony": _POLYPHONY,
    b"synth.threadsafe-api": 0,
}


def _events(notes: Sequence[TimedNote], end: int) -> list[tuple[int, bool, int, int]]:
    """Return (block boundary in samples, is on, note, velocity) in playing order; at one place releases come first."""
    events = []
    for note in notes:
        start = round(note.start_samples / BLOCK_SAMPLES)
        stop = max(start + 1, round(note.end_samples / BLOCK_SAMPLES))
        events.append((start * BLOCK_SAMPLES, True, note.midi_note, note.velocity))
        events.append((stop * BLOCK_SAMPLES, False, note.midi_note, 0))
    return sorted(event for event in events if event[0] < end)


def _without_offset(audio: FloatAudio, sample_rate_hz: int) -> FloatAudio:
    """Return the audio through a first-order high-pass at 8 Hz, a fifth of the lowest bass."""
    pole = np.float32(np.exp(-2.0 * np.pi * _OFFSET_CUTOFF_HZ / sample_rate_hz))
    numerator, denominator = np.array([1, -1], np.float32), np.array([1, -pole], np.float32)
    centred: FloatAudio = scipy.signal.lfilter(numerator, denominator, audio, axis=1)
    return centred


def _describe_substitute(soundfont: str, wanted: tuple[int, int], chosen: tuple[int, int]) -> str:
    return (
        f"the SoundFont {soundfont} has no program {wanted[1]} in bank {wanted[0]}; "
        f"program {chosen[1]} in bank {chosen[0]} plays instead"
    )


@functools.cache
def _load_library() -> Any:  # noqa: ANN401  a ctypes library has no static type
    """Return pyfluidsynth's handle of the C library, silenced, with the prototypes used here.

    Imported here, not at the top: the import raises when the C library is missing, and prints to standard output when
    the environment has ``CI`` set, which would end up in an MCP client's stream.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import fluidsynth  # noqa: PLC0415
    except ImportError as error:
        raise SetupBroken(f"{error} Run 'sudo apt-get install libfluidsynth3'.") from error
    library = ctypes.CDLL(fluidsynth.lib)
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    prototypes: dict[str, tuple[Any, list[Any]]] = {
        "new_fluid_settings": (pointer, []),
        "delete_fluid_settings": (None, [pointer]),
        "fluid_settings_setnum": (integer, [pointer, ctypes.c_char_p, ctypes.c_double]),
        "fluid_settings_setint": (integer, [pointer, ctypes.c_char_p, integer]),
        "new_fluid_synth": (pointer, [pointer]),
        "delete_fluid_synth": (None, [pointer]),
        "fluid_synth_sfload": (integer, [pointer, ctypes.c_char_p, integer]),
        "fluid_synth_program_select": (integer, [pointer, integer, integer, integer, integer]),
        "fluid_synth_noteon": (integer, [pointer, integer, integer, integer]),
        "fluid_synth_noteoff": (integer, [pointer, integer, integer]),
        "fluid_synth_process": (integer, [pointer, integer, integer, pointer, integer, pointer]),
        "new_fluid_mod": (pointer, []),
        "delete_fluid_mod": (None, [pointer]),
        "fluid_mod_set_source1": (None, [pointer, integer, integer]),
        "fluid_mod_set_source2": (None, [pointer, integer, integer]),
        "fluid_mod_set_dest": (None, [pointer, integer]),
        "fluid_mod_set_amount": (None, [pointer, ctypes.c_double]),
        "fluid_synth_add_default_mod": (integer, [pointer, pointer, integer]),
        "fluid_set_log_function": (pointer, [integer, pointer, pointer]),
    }
    for name, (result, arguments) in prototypes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    for level in range(_LOG_LEVELS):
        library.fluid_set_log_function(level, None, None)  # a failure is reported through return values
    return library
