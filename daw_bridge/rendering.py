"""Rendering spans of a session by Ardour's own export engine, in a process of its own.

In the editor ``session:simple_export()`` is there as well, but it stops the transport, keeps the bridge's slot busy
until it has ended, cannot be cancelled from Lua, and one track alone would need a solo that everybody sees. So a
private copy of the session (``session_copy``) is rendered by Ardour's interpreter: the editor stays free, and to cancel
is to end that process.

Every pass exports the same span, so all files of one rendering are aligned to the sample. Each begins ``LEAD_SECONDS``
early and is cut: notes held into the span and the tails of effects sound as they do there.
"""

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from daw_bridge.export_preset import EXPORT_PRESET_ID, export_settings
from daw_bridge.offline.interpreter import run_job
from daw_bridge.programs import ArdourPrograms
from daw_bridge.session_copy import SessionCopy
from music.errors import SetupBroken, StorageFailed
from music.time import BBT

LEAD_SECONDS = 10.0
LONGEST_SECONDS = 4 * 3600.0  # whoever waits can cancel
_POLL_SECONDS = 0.25
_UNFINISHED = "unfinished.wav"  # as render_session.lua calls it
_LOAD_SHARE = 0.05
_BYTES_PER_SAMPLE = 4
_N_CHANNELS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One file of a rendering: the whole mix, or one strip (its id), or one region (its id) alone."""

    file: str  # without suffix
    route: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From where to where; ``to`` is exclusive. None is where the session begins or ends; a region is its own span."""

    start: BBT | None = None
    end: BBT | None = None
    region: str | None = None
    tail_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPass:
    """One file that was rendered, as it was read afterwards: 32-bit float, its first frames before the span."""

    path: Path
    lead_frames: int  # to be cut off
    n_frames: int  # of the span and its tail, after the cut
    sample_rate_hz: int
    n_channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """All passes, and what whoever asked should know of how they were made."""

    passes: tuple[RenderedPass, ...]
    from_samples: int  # at the session's rate
    to_samples: int
    soloed: tuple[str, ...]  # strips that were soloed in the session: a mix holds them alone
    missing_plugins: tuple[str, ...]  # that the editor has and the renderer could not load


async def render_passes(
    copy: SessionCopy,
    passes: Sequence[Pass],
    span: Span,
    out_folder: Path,
    *,
    programs: ArdourPrograms,
    session_rate_hz: int,
    sample_rate_hz: int,
    on_progress: Callable[[float], None],
) -> Rendering:
    """Render each pass into ``out_folder``, which must be empty.

    Raises RequestInvalid and NotFound for a span that is none, StorageFailed when the disk is full, TimedOut, and
    SetupBroken when Ardour fails or a file is shorter or longer than the span.
    """
    begun = out_folder / "begun.json"
    request: dict[str, Any] = {
        "folder": str(copy.folder),
        "name": copy.name,
        "preset": EXPORT_PRESET_ID,
        "out_folder": str(out_folder),
        "begun": str(begun),
        "passes": [_to_json(one) for one in passes],
        "region": span.region,
        "from": _place(span.start),
        "to": _place(span.end),
        "lead_in_samples": round(LEAD_SECONDS * session_rate_hz),
        "tail_samples": round(span.tail_seconds * session_rate_hz),
    }
    ratio = sample_rate_hz / session_rate_hz
    watching = asyncio.ensure_future(_watch(lambda: _share_written(out_folder, begun, len(passes), ratio), on_progress))
    try:
        answer = await run_job(
            programs,
            "render_session",
            {name: value for name, value in request.items() if value is not None},
            timeout_seconds=LONGEST_SECONDS,
            settings=export_settings(sample_rate_hz),
            before_retry=FinishedPasses(out_folder),
            shares_plugin_cache=True,
        )
    except SetupBroken as error:
        await asyncio.to_thread(_raise_if_full, out_folder, error)
        raise
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return await asyncio.to_thread(
        _read_back, copy, passes, out_folder, answer, request["tail_samples"], sample_rate_hz
    )


def _to_json(one: Pass) -> dict[str, str]:
    found = {"file": one.file, "route": one.route, "region": one.region}
    return {name: value for name, value in found.items() if value is not None}


def _place(at: BBT | None) -> dict[str, int] | None:
    return None if at is None else {"bar": at.bar, "beat": at.beat, "tick": at.tick}


class FinishedPasses:
    """What is kept of a killed interpreter's work: the passes that it had finished."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._n_finished = folder, 0

    def __call__(self) -> bool:
        """Remove the pass that was under way, and tell whether more are finished than at the last call."""
        (self._folder / _UNFINISHED).unlink(missing_ok=True)
        before, self._n_finished = self._n_finished, len(list(self._folder.glob("*.wav")))
        return self._n_finished > before


async def _watch(look: Callable[[], float | None], on_progress: Callable[[float], None]) -> None:
    """Tell how far it is; Ardour's interpreter says nothing while it exports."""
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        done = await asyncio.to_thread(look)
        if done is not None:
            on_progress(min(1.0, _LOAD_SHARE + (1 - _LOAD_SHARE) * done))


def _share_written(folder: Path, begun: Path, n_passes: int, rate_ratio: float) -> float | None:
    """Return how much of all files is there; None until Ardour has loaded the session."""
    try:
        n_frames = json.loads(begun.read_text(encoding="utf-8"))["n_samples"] * rate_ratio
        n_bytes = sum(file.stat().st_size for file in folder.glob("*.wav"))
    except (OSError, ValueError):
        return None
    return float(n_bytes / (n_frames * n_passes * _N_CHANNELS * _BYTES_PER_SAMPLE))


def _read_back(
    copy: SessionCopy,
    passes: Sequence[Pass],
    out_folder: Path,
    answer: dict[str, Any],
    tail_samples: int,
    sample_rate_hz: int,
) -> Rendering:
    ratio = sample_rate_hz / answer["sample_rate_hz"]
    lead = round(answer["lead_samples"] * ratio)
    n_frames = round((answer["to_samples"] - answer["from_samples"] + tail_samples) * ratio)
    tolerance = 0 if ratio == 1 else 1  # converting the rate may round up or down
    rendered = []
    for one in passes:
        path = out_folder / f"{one.file}.wav"
        try:
            found = soundfile.info(str(path))
        except (OSError, RuntimeError) as error:
            _raise_if_full(out_folder, error)
            raise SetupBroken(f"Ardour rendered no audio that can be read: {error}") from error
        if abs(found.frames - lead - n_frames) > tolerance:
            message = f"Ardour rendered {found.frames} frames of {one.file} instead of {lead + n_frames}"
            _raise_if_full(out_folder, SetupBroken(message))
            raise SetupBroken(f"{message}; render it again")
        rendered.append(
            RenderedPass(
                path=path,
                lead_frames=lead,
                n_frames=found.frames - lead,
                sample_rate_hz=found.samplerate,
                n_channels=found.channels,
            )
        )
    there = set(answer["plugins"])
    return Rendering(
        passes=tuple(rendered),
        from_samples=answer["from_samples"],
        to_samples=answer["to_samples"],
        soloed=tuple(answer["soloed"]),
        missing_plugins=tuple(name for id_, name in copy.plugins().items() if id_ not in there),
    )


def _raise_if_full(folder: Path, cause: Exception) -> None:
    """Say so when the disk is what stopped Ardour, which itself only says that it failed."""
    free = shutil.disk_usage(folder).free
    if free < 1 << 20:
        raise StorageFailed(
            f"no space is left in {folder} ({free} bytes are free); make room, or render less at once"
        ) from cause
