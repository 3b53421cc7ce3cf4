"""Seeing and hearing: rendering the open session, measuring and comparing sound, reading meters, and pictures.

What brings SciPy and Pillow is loaded when it is first asked for, so that a server starts at once.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.meters import MeterReading, read_meters
from daw_bridge.programs import find_ardour
from daw_bridge.screenshot import take_screenshot
from library.takes import read_take
from music.errors import RequestInvalid, StudioError, TimedOut, TryLater
from music.score_diff import compare_scores
from workflows.durable import DurableJobs, JobId, JobState, JobStatus
from workflows.placement import check_session
from workflows.render import REQUEST, choose_passes, new_folder, report_of
from workflows.render_requests import RenderKind, RenderReport, RenderRequest
from workflows.requests import check_bars
from workflows.rooms import Rooms
from workflows.take_files import read_kept_score

if TYPE_CHECKING:
    from workflows.measure import Comparison, Measures
    from workflows.sounds import Sound

__all__ = [
    "Listening",
    "MeterReading",
    "Picture",
    "PictureKind",
    "PictureRequest",
    "StillRendering",
    "to_measure",
]

LONGEST_METERING_SECONDS = 60.0
MOST_PRIVATE = 8  # renderings that were made only to be measured, kept for comparisons

_OF_SESSION = "tracks, regions, masking and bars are of the open session; leave the source or these out"

Settle = Callable[[JobId, float], Awaitable[JobStatus]]


class PictureKind(Enum):
    """What can be drawn."""

    PIANO_ROLL = "piano_roll"
    WAVEFORM = "waveform"
    SPECTROGRAM = "spectrogram"
    MIXER = "mixer"
    SCREENSHOT = "screenshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRequest:
    """A wish for a picture. Without ``source`` it is of the open session."""

    kind: PictureKind
    source: str | None = None  # a take, a render job, or an audio file
    tracks: tuple[str, ...] = ()
    region: str | None = None
    from_bar: int | None = None
    to_bar: int | None = None

    def __post_init__(self) -> None:
        """Refuse what would be left out of the picture without a word."""
        has_bars = self.from_bar is not None or self.to_bar is not None
        is_chosen = self.tracks or self.region is not None or has_bars
        match self.kind:
            case PictureKind.MIXER | PictureKind.SCREENSHOT:
                if self.source is not None or is_chosen:
                    raise RequestInvalid(f"the {self.kind.value} is of all that is open in Ardour; leave the rest out")
            case PictureKind.PIANO_ROLL:
                check_bars(self.from_bar, self.to_bar)
                if self.source is not None and self.region is not None:
                    raise RequestInvalid("a take has no regions; name tracks, its parts, or leave them out")
            case _:
                if self.source is not None and is_chosen:
                    raise RequestInvalid(_OF_SESSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG, and what is in it."""

    png: bytes
    caption: str


class StillRendering(TryLater):
    """A rendering that is needed takes longer than one would wait; ask again with its job."""

    def __init__(self, job_id: JobId) -> None:
        super().__init__(f"still rendering: job {job_id}; when it is done, ask again with source {job_id!r}")
        self.job_id = job_id


def to_measure(
    source: str | None,
    *,
    tracks: Sequence[str] = (),
    has_masking: bool = False,
    from_bar: int | None = None,
    to_bar: int | None = None,
) -> str | RenderRequest:
    """Return what is to be measured: a sound by its name, or the part of the open session that is rendered for it."""
    has_parts = has_masking or bool(tracks)
    if source is not None:
        if has_parts or from_bar is not None or to_bar is not None:
            raise RequestInvalid(_OF_SESSION)
        return source
    return RenderRequest(
        kind=RenderKind.STEMS if has_parts else RenderKind.MIX,
        with_mix=has_parts,
        tracks=tuple(tracks),
        from_bar=from_bar,
        to_bar=to_bar,
        is_kept=False,
    )


class Listening:
    """What can be heard and seen of the open session, of takes and of files."""

    def __init__(self, rooms: Rooms, jobs: DurableJobs, *, settle: Settle, new_id: Callable[[], JobId]) -> None:
        self._rooms, self._jobs, self._settle, self._new_id = rooms, jobs, settle, new_id

    async def render(self, request: RenderRequest) -> JobId:
        """Start a job that renders a part of the open session, and return its id.

        Raises RequestInvalid and NotFound for what cannot be met; nothing is written then.
        """
        find_ardour()
        async with self._rooms.open_daw() as daw:
            session = await daw.snapshot()
        check_session(request.session_folder, session)
        choose_passes(request, session)
        job_id = self._new_id()
        folder = new_folder(self._rooms, request, Path(session.folder), job_id)
        if not request.is_kept:
            await asyncio.to_thread(_tidy, folder.parent)
        wish = replace(request, session_folder=session.folder)
        return self._jobs.start(
            job_id, "render", {"wish": REQUEST.dump_python(wish, mode="json"), "folder": str(folder)}
        )

    def rendered(self, status: JobStatus) -> RenderReport | None:
        """Return what a finished job rendered, if it did."""
        return report_of(status.result)

    async def meters(self, seconds: float) -> MeterReading:
        """Read the meters of all strips for a while, as the session plays or stands."""
        if not 0 < seconds <= LONGEST_METERING_SECONDS:
            raise RequestInvalid(f"meters are read for up to {LONGEST_METERING_SECONDS:g} s, got {seconds:g}")
        async with self._rooms.open_daw() as daw:
            return await read_meters(daw, seconds)

    async def measure(self, source: str | RenderRequest, *, wait_seconds: float) -> "Measures":
        """Measure a sound by its name, or a part of the open session that is rendered for it.

        Raises StillRendering when that takes longer than ``wait_seconds``.
        """
        from workflows.measure import measure  # noqa: PLC0415  brings SciPy

        return await asyncio.to_thread(measure, await self._sound(source, wait_seconds))

    async def compare(self, before: str, after: str) -> "Comparison":
        """Compare two sounds by their names, equally loud; of two takes what differs in the music, too."""
        from workflows.measure import compare, part_lines  # noqa: PLC0415  brings SciPy

        first, second = [await self._sound(name, 0.0) for name in (before, after)]
        compared = await asyncio.to_thread(compare, first, second)
        if first.take is None or second.take is None:
            return compared
        scores = [read_kept_score(read_take(folder), folder) for folder in (first.take, second.take)]
        music = compare_scores(*scores).lines
        return replace(compared, music=(*music, *await asyncio.to_thread(part_lines, first, second)))

    async def _sound(self, source: str | RenderRequest, wait_seconds: float) -> "Sound":
        from workflows.sounds import find_sound  # noqa: PLC0415  brings SciPy

        if isinstance(source, RenderRequest):
            job_id = await self.render(replace(source, is_kept=False))
            try:
                status = await self._settle(job_id, wait_seconds)
            except TimedOut as error:
                raise StillRendering(job_id) from error
            if status.error:
                raise status.error
            if status.state is not JobState.DONE:
                raise RequestInvalid(f"job {job_id} was {status.state.value}")
            source = job_id
        folder = await self._session_folder() if source.startswith("/") else None
        return await asyncio.to_thread(find_sound, self._rooms, self._jobs, source, session_folder=folder)

    async def _session_folder(self) -> Path | None:
        """Return the folder of the open session, if there is one."""
        try:
            async with self._rooms.open_daw() as daw:
                return Path((await daw.snapshot()).folder)
        except StudioError:
            return None

    async def picture(self, request: PictureRequest, *, wait_seconds: float) -> Picture:
        """Draw what was asked for."""
        match request.kind:
            case PictureKind.SCREENSHOT:
                return await self._screenshot()
            case PictureKind.MIXER:
                return await self._mixer()
            case PictureKind.PIANO_ROLL:
                return await self._piano_roll(request)
            case _:
                return await self._sound_picture(request, wait_seconds)

    async def _screenshot(self) -> Picture:
        async with self._rooms.open_daw() as daw:
            shot = await take_screenshot(daw)
        others = f"; also open: {', '.join(shot.other_windows)}" if shot.other_windows else ""
        return Picture(png=shot.png, caption=f"Ardour's window {shot.title!r}{others}")

    async def _mixer(self) -> Picture:
        from workflows.pictures import picture_mixer  # noqa: PLC0415  brings Pillow

        async with self._rooms.open_daw() as daw:
            session = await daw.snapshot()
            meters = await read_meters(daw, 1.0) if session.is_rolling else None
        png = await asyncio.to_thread(picture_mixer, session, meters)
        return Picture(png=png, caption=f"the mixer of {session.name}, {len(session.routes)} strips")

    async def _piano_roll(self, request: PictureRequest) -> Picture:
        from workflows.pictures import picture_notes, picture_score  # noqa: PLC0415  brings Pillow

        bars = (request.from_bar, request.to_bar)
        if request.source is not None:
            folder = self._rooms.take_folder(request.source)
            take = read_take(folder)
            score = read_kept_score(take, folder)
            title = f"{take.plan.title} · {take.plan.key} · {take.plan.tempo_bpm:g} BPM"
            png = picture_score(title, score, request.tracks, bars)
            return Picture(png=png, caption=f"the notes of take {take.id}")
        async with self._rooms.open_daw() as daw:
            session = await daw.snapshot()
            png = await picture_notes(daw, session, region=request.region, tracks=request.tracks, bars=bars)
        return Picture(png=png, caption=f"notes in {session.name}")

    async def _sound_picture(self, request: PictureRequest, wait_seconds: float) -> Picture:
        from workflows.pictures import picture_sound  # noqa: PLC0415  brings Pillow

        sound = await self._sound(request.source or _to_render(request), wait_seconds)
        if request.source is None:
            sound = await self._with_bars(sound)
        is_spectrogram = request.kind is PictureKind.SPECTROGRAM
        png = await asyncio.to_thread(picture_sound, sound, is_spectrogram=is_spectrogram)
        return Picture(png=png, caption=f"{request.kind.value} of {sound.title}")

    async def _with_bars(self, sound: "Sound") -> "Sound":
        """Return a sound of the open session with where its bars and markers are."""
        from workflows.pictures import bar_lines, marker_lines  # noqa: PLC0415  brings Pillow

        if sound.from_seconds is None:
            return sound
        async with self._rooms.open_daw() as daw:
            session = await daw.snapshot()
            lines = await bar_lines(
                daw, from_seconds=sound.from_seconds, seconds=sound.seconds, sample_rate_hz=session.sample_rate_hz
            )
        return replace(sound, lines=lines, markers=marker_lines(session, sound.from_seconds, sound.seconds))


def _to_render(request: PictureRequest) -> RenderRequest:
    if len(request.tracks) > 1:
        raise RequestInvalid("one track at a time has a waveform or spectrogram; name one, or none for the mix")
    kind = RenderKind.STEMS if request.tracks else RenderKind.MIX
    return RenderRequest(
        kind=kind if request.region is None else RenderKind.REGION,
        tracks=request.tracks,
        region=request.region,
        from_bar=request.from_bar,
        to_bar=request.to_bar,
    )


def _tidy(private: Path) -> None:
    """Remove the oldest of what was rendered only to be measured, so that there is room for one more."""
    if private.is_dir():
        for folder in sorted(private.iterdir())[: 1 - MOST_PRIVATE]:
            shutil.rmtree(folder, ignore_errors=True)
