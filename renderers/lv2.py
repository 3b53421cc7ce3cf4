"""Parts played by LV2 instruments that a setting chooses, through a host in a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from music.audio import FloatAudio
from music.errors import SetupBroken
from music.take import Asset
from renderers.signal import TimedNote

_LONGEST_SECONDS = 300.0
_NOTE_ON, _NOTE_OFF = 0x90, 0x80


def play_plugin(
    uri: str, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int, *, is_drum_kit: bool = False
) -> tuple[FloatAudio, Asset]:
    """Play notes with an LV2 instrument, and return float32 of shape (2, n_frames) and what the plugin is.

    Drum kits are played on channel 10. An instrument of one channel stands in the middle, of more than two its first
    two are taken. SetupBroken where the plugin is not installed, is no instrument, needs what Sideman has not, crashes
    or takes longer than five minutes.
    """
    channel = 9 if is_drum_kit else 0
    with tempfile.TemporaryDirectory(prefix="sideman-lv2-") as folder:
        out = Path(folder) / "audio"
        request = {
            "uri": uri,
            "sample_rate_hz": sample_rate_hz,
            "n_frames": n_frames,
            "events": _events(notes, n_frames, channel),
            "out": str(out),
        }
        answer = _ask(uri, json.dumps(request))
        rows = np.frombuffer(out.read_bytes(), dtype=np.float32).reshape(answer["n_channels"], n_frames)
    audio = np.ascontiguousarray(rows[[0, min(1, len(rows) - 1)]])
    if not np.isfinite(audio).all() or (notes and not audio.any()):
        raise SetupBroken(
            f"the LV2 plugin {uri!r} is silent as it starts, or its samples are no numbers; choose one that sounds "
            "without a preset in the setting lv2_instruments"
        )
    return audio, Asset(name=answer["name"], kind="lv2 plugin", version="unknown", licence="unverified")


def _ask(uri: str, request: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "renderers.lv2_host"],
            input=request,
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SetupBroken(f"the LV2 plugin {uri!r} took over {_LONGEST_SECONDS:g} s; choose another") from error
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        raise SetupBroken(f"the LV2 plugin {uri!r} crashed ({last}); choose another in the setting lv2_instruments")
    answer: dict[str, Any] = json.loads(lines[-1])
    if "error" in answer:
        raise SetupBroken(f"{answer['error']}; change the setting lv2_instruments")
    return answer


def _events(notes: Sequence[TimedNote], n_frames: int, channel: int) -> list[tuple[int, int, int, int]]:
    """Return MIDI messages by frame; at one place releases come first."""
    ons = [(note.start_samples, 1, _NOTE_ON | channel, note.midi_note, note.velocity) for note in notes]
    offs = [(note.end_samples, 0, _NOTE_OFF | channel, note.midi_note, 64) for note in notes]
    return [(at, status, pitch, level) for at, _, status, pitch, level in sorted(ons + offs) if at < n_frames]
