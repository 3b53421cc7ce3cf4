"""How a changed field of a session reads in words: faders in dB, pans as on a mixer, switches as what was done."""

import dataclasses
import math
from collections.abc import Collection, Iterable, Iterator, Mapping

from music.place import short_place
from music.time import BBT

SWITCHES = {
    "is_muted": ("muted", "unmuted"),
    "is_soloed": ("soloed", "solo off"),
    "is_record_armed": ("armed", "disarmed"),
    "is_solo_isolated": ("solo isolated", "no longer solo isolated"),
    "is_solo_safe": ("solo locked", "solo unlocked"),
    "is_active": ("switched on", "switched off"),
    "is_locked": ("locked", "unlocked"),
    "is_inverted": ("polarity turned over", "polarity turned back"),
    "is_bypassed": ("bypassed", "no longer bypassed"),
    "is_pre_fader": ("now before the fader", "now after the fader"),
    "is_enabled": ("switched on", "switched off"),
    "is_used": ("is now played", "is no longer played"),
    "is_relative": ("now relative", "no longer relative"),
}
WORDS = {
    "gain_db": "fader",
    "trim_db": "trim",
    "name": "renamed",
    "n_inputs": "inputs",
    "n_outputs": "outputs",
    "inputs": "input",
    "outputs": "output",
    "offset_samples": "start inside its file",
    "offset_beats": "start inside its source",
    "fade_in_samples": "fade in",
    "fade_out_samples": "fade out",
    "uri": "plugin",
}
_PORTS = ("inputs", "outputs")  # of strips: for each channel its ports, "Kick/audio_out 1 + Snare/audio_out 1"
_LONGEST = 100


def field_lines(
    old: object,
    new: object,
    *,
    leave_out: Collection[str],
    words: Mapping[str, str] = WORDS,
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Tell of each field that differs; ``names`` are those of ids that may be among the values."""
    assert dataclasses.is_dataclass(old)
    for field in dataclasses.fields(old):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if field.name in leave_out or was == now:
            continue
        if field.name in SWITCHES:
            yield SWITCHES[field.name][0 if now else 1]
            continue
        word = words.get(field.name, field.name.replace("_", " "))
        if field.name in _PORTS and (rewired := _rewired(was, now)):
            yield f"{word} {rewired}"
            continue
        yield f"{word} {_value(field.name, was, names or {})} -> {_value(field.name, now, names or {})}"


def connected(channels: Iterable[str]) -> list[str]:
    """Return the names of the strips, and of the ports that are no strip's, that channels are connected to."""
    ports = [port for channel in channels for port in channel.split(" + ") if port]
    return list(dict.fromkeys(port.rpartition("/")[0] or port for port in ports))


def _rewired(was: Iterable[str], now: Iterable[str]) -> str:
    """Tell by their names which strips or devices are connected now or no longer; nothing if only channels differ."""
    before, after = connected(was), connected(now)
    fresh, gone = [name for name in after if name not in before], [name for name in before if name not in after]
    parts = (["now " + ", ".join(fresh)] if fresh else []) + (["no longer " + ", ".join(gone)] if gone else [])
    return ", ".join(parts)


def _value(name: str, value: object, names: Mapping[str, str]) -> str:
    if value is None:
        return "none"
    if name.endswith("_db"):
        assert isinstance(value, float)
        return "-inf dB" if value == -math.inf else f"{value:.1f} dB"
    if name == "pan":
        assert isinstance(value, float)
        return pan_text(value)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(names.get(item, item) for item in value) or "nothing"
    return shown(value)


def pan_text(pan: float | None) -> str:
    """Write a pan as mixers do: ``C``, ``L30``, ``R100``."""
    percent = round(100 * (pan or 0.0))
    return "C" if percent == 0 else f"{'L' if percent < 0 else 'R'}{abs(percent)}"


def shown(value: object) -> str:
    """Write a value that has no words of its own."""
    if isinstance(value, BBT):
        return short_place(value)
    if isinstance(value, float):
        return f"{value:.5g}"
    if dataclasses.is_dataclass(value):
        parts = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return " ".join(f"{name.replace('_', ' ')} {shown(found)}" for name, found in parts if found is not None)
    text = "none" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
