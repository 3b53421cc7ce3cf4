"""Plans and takes as the planner and an engine make them, for tests of what is done with them."""

from typing import Any

from music.brief import Brief, Reading
from music.instrument import Role
from music.pitch import parse_key
from music.plan import Plan, PlannedPart
from music.score import PartMix, Section
from music.take import TAKE_FORMAT, Take, TakeId
from music.time import TimeSignature


def a_plan(*, key: str = "C major", n_bars: int = 8, **fields: Any) -> Plan:
    """Return a plan of one verse with a bass, at 120 BPM in 4/4."""
    plain: dict[str, Any] = {
        "engine": "composer", "engine_reason": "it is the only one", "planner": "rules", "style": "pop",
        "title": "Test", "prompt": "pop", "tempo_bpm": 120.0, "time_signature": TimeSignature(4, 4),
        "sections": (Section(name="verse", start_bar=1, n_bars=n_bars, energy=0.5),), "chords": (),
        "parts": (PlannedPart(role=Role.BASS, instrument="electric_bass", mix=PartMix()),),
        "energy": 0.5, "loudness_lufs": -14.0, "seed": 1,
    }  # fmt: skip
    return Plan(key=parse_key(key), n_bars=n_bars, **(plain | fields))


def a_take(take_id: str = "20260101-120000-abc123", **fields: Any) -> Take:
    """Return a take with no files."""
    plain: dict[str, Any] = {
        "format": TAKE_FORMAT, "created_utc": "2026-01-01T12:00:00+00:00", "sideman_version": "0",
        "reading": Reading(brief=Brief(prompt="pop")), "plan": a_plan(), "engine": "composer", "engine_version": "1",
        "licence": "MIT", "assets": (), "comparisons": (), "files": (), "timings_seconds": (),
    }  # fmt: skip
    return Take(id=TakeId(take_id), **(plain | fields))
