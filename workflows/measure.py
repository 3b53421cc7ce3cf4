"""Measure and compare what was rendered: numbers that fit in a few lines, and one picture of them.

This module brings SciPy and Pillow; it is loaded with the first measurement.
"""

from dataclasses import dataclass
from statistics import median

from analysis.balance import OCTAVE_NAMES, octave_balance_db
from analysis.difference import Difference, compare_recordings
from analysis.levels import Levels, measure_levels
from analysis.masking import RANGES, Covered, measure_masking
from analysis.pictures.figures import draw_difference, draw_measures
from music.audio import FloatAudio
from music.errors import RequestInvalid
from music.job import JobContext
from workflows.sounds import Sound

__all__ = [
    "Comparison",
    "Levels",
    "Measures",
    "compare",
    "measure",
]

_MOST_PARTS = 24
_LEAST_LU = 0.3  # which nobody hears


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLevels:
    """One part of a sound."""

    name: str
    levels: Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured of a sound; ``balance_db`` has a value for each octave from 31.5 Hz to 16 kHz."""

    title: str
    levels: Levels
    balance_db: tuple[float, ...] | None
    parts: tuple[PartLevels, ...]
    masking: tuple[Covered, ...]
    octaves: tuple[str, ...]  # the names of what ``balance_db`` tells
    ranges: tuple[str, ...]  # the names of what ``by_range`` tells
    notices: tuple[str, ...]
    picture: bytes | None  # PNG; None where nothing is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sounds side by side."""

    before: str
    after: str
    difference: Difference
    picture: bytes | None
    music: tuple[str, ...] = ()  # of two takes: what differs in their notes, a line each

    @property
    def lines(self) -> tuple[str, ...]:
        """What differs in how they sound, a line each."""
        return tuple(f"{name}: {was}, now {now}" for name, was, now in _rows(self.difference) if was != now)


def measure(sound: Sound, job: JobContext | None = None) -> Measures:
    """Measure a sound, and where it has parts those too, and who covers whom."""
    whole = sound.read()
    rate = whole.sample_rate_hz
    levels, balance = measure_levels(whole.audio, rate), octave_balance_db(whole.audio, rate)
    audio = _read_parts(sound, rate)
    parts = []
    for name, part in audio.items():
        if job is not None:
            job.raise_if_cancelled()
        parts.append(PartLevels(name=name, levels=measure_levels(part, rate)))
    masking = measure_masking(audio, rate) if len(audio) > 1 else ()
    title = f"{sound.title} · {_shown(levels.loudness_lufs, 'LUFS')}, true peak {_shown(levels.true_peak_dbtp, 'dBTP')}"
    return Measures(
        title=sound.title,
        levels=levels,
        balance_db=balance,
        parts=tuple(parts),
        masking=masking,
        octaves=OCTAVE_NAMES,
        ranges=tuple(name for name, _, _ in RANGES),
        notices=sound.notices,
        picture=draw_measures(title, [("balance", balance)], masking) if balance else None,
    )


def _read_parts(sound: Sound, rate_hz: int) -> dict[str, FloatAudio]:
    if len(sound.parts) > _MOST_PARTS:
        raise RequestInvalid(f"{len(sound.parts)} parts are too many to measure at once; name {_MOST_PARTS} at most")
    parts = {}
    for name, path in sound.parts.items():
        recording = Sound(title=name, whole=path).read()
        if recording.sample_rate_hz != rate_hz:
            raise RequestInvalid(f"{name} has {recording.sample_rate_hz} Hz and the mix {rate_hz}; render them anew")
        parts[name] = recording.audio
    return parts


def compare(before: Sound, after: Sound) -> Comparison:
    """Compare two sounds, the second turned to the loudness of the first."""
    old, new = before.read(), after.read()
    difference = compare_recordings(old.audio, old.sample_rate_hz, new.audio, new.sample_rate_hz)
    balances = [octave_balance_db(one.audio, one.sample_rate_hz) for one in (old, new)]
    picture = None
    if balances[0] and balances[1] and difference.bands_db:
        picture = draw_difference(
            f"{before.title} against {after.title}",
            [("before", balances[0]), ("after", balances[1])],
            difference.bands_db,
            _rows(difference),
        )
    return Comparison(before=before.title, after=after.title, difference=difference, picture=picture)


def part_lines(before: Sound, after: Sound) -> tuple[str, ...]:
    """Tell of the parts that both have which are louder or softer now, measured against what the others became.

    The parts of a take share a gain that keeps them from clipping, so that all of them move when one is turned up.
    """
    moved: dict[str, float] = {}
    for name in sorted(before.parts.keys() & after.parts.keys()):
        recordings = [Sound(title=name, whole=sound.parts[name]).read() for sound in (before, after)]
        old, new = (measure_levels(one.audio, one.sample_rate_hz).loudness_lufs for one in recordings)
        if old is not None and new is not None:
            moved[name] = new - old
    shared = median(moved.values()) if moved else 0.0
    return tuple(
        f"{name}: {abs(by - shared):.1f} LU {'louder' if by > shared else 'softer'} against the other parts, measured"
        for name, by in moved.items()
        if abs(by - shared) >= _LEAST_LU
    )


def _rows(difference: Difference) -> list[tuple[str, str, str]]:
    pairs = [
        ("loudness", "loudness_lufs", "LUFS"),
        ("loudest 3 s", "short_term_max_lufs", "LUFS"),
        ("loudness range", "loudness_range_lu", "LU"),
        ("true peak", "true_peak_dbtp", "dBTP"),
        ("crest factor", "crest_db", "dB"),
    ]
    old, new = difference.before, difference.after
    rows = [(name, _shown(getattr(old, field), unit), _shown(getattr(new, field), unit)) for name, field, unit in pairs]
    if old.stereo and new.stereo:
        rows.append(("correlation", f"{old.stereo.correlation:.2f}", f"{new.stereo.correlation:.2f}"))
    return rows


def _shown(value: float | None, unit: str) -> str:
    return "none" if value is None else f"{value:.1f} {unit}"
