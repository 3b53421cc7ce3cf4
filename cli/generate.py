"""``sideman generate``: words in, a take out."""

import argparse
import asyncio
import sys
from contextlib import closing, suppress
from pathlib import Path

from cli.progress import progress_display
from cli.shown import show_change_set, show_take
from cli.telling import tell
from cli.typed import found
from music.errors import Cancelled, RequestInvalid, StudioError, TimedOut
from music.given import Task
from workflows.durable import JobId, JobState, JobStatus
from workflows.requests import SELECTION, Destination, GenerateRequest
from workflows.settings import Settings
from workflows.studio import Studio, build_studio

CANCEL_SECONDS = 15.0  # a cancelled job stops when the part that is being rendered is done


def generate(options: argparse.Namespace, settings: Settings) -> int:
    """Make a take, show how it compares with what was asked, and say where it is."""
    given, settings = _given(options.given, settings)
    request = GenerateRequest(
        prompt=" ".join(options.prompt),
        bars=options.bars,
        seconds=options.seconds,
        tempo_bpm=options.tempo,
        key=options.key,
        time_signature=options.time_signature,
        genre=options.genre,
        seed=options.seed,
        given=given,
        task=Task(options.do) if options.do else None,
        lyrics=_lyrics(options),
        out=str(options.out) if options.out else None,
        to=Destination(options.to),
        at_bar=options.at,
    )
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        status = asyncio.run(_generated(studio, request))
        take = studio.take_of(status)
        assert take is not None  # it was made just now
        if options.json:
            sys.stdout.write(studio.take_json(take.id))
            return 0
        folder = studio.take_folder(take.id)
        placed = studio.placement_of(status)
    show_take(take, str(folder))
    return show_change_set(placed, as_json=False) if placed else 0


def _lyrics(options: argparse.Namespace) -> str | None:
    """Return the words to sing, from the command line or a file; RequestInvalid for a file that is no text."""
    file: Path | None = options.lyrics
    text: str | None = options.lyrics_text
    if file is None:
        return text
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestInvalid(f"the lyrics in {file} cannot be read: {error}") from error


def _given(name: str | None, settings: Settings) -> tuple[str | None, Settings]:
    """Return the music to start from, with settings that allow its file; ``selection`` is never a file."""
    return (name, settings) if name is None or name == SELECTION else found(name, settings)


async def _generated(studio: Studio, request: GenerateRequest) -> JobStatus:
    """Generate; where only placing went wrong, say that the take itself is there."""
    job_id = await studio.generate(request)
    try:
        return await follow(studio, job_id)
    except StudioError:
        if take := studio.take_of(studio.job(job_id)):
            tell(f"the take is made: {studio.take_folder(take.id)}; 'sideman place {take.id}' places it again")
        raise


async def follow(studio: Studio, job_id: JobId) -> JobStatus:
    """Wait for a job and raise its error; an interrupt cancels it and waits until nothing half-made is left."""
    try:
        status = await studio.settled(job_id)
    except asyncio.CancelledError:
        await studio.cancel(job_id)
        with suppress(TimedOut):  # placing stops late: Ardour is in the middle of a verb
            await asyncio.shield(studio.settled(job_id, timeout_seconds=CANCEL_SECONDS))
        raise
    if status.state is JobState.CANCELLED:
        raise Cancelled(f"job {job_id} was cancelled")
    if status.error:
        raise status.error
    return status
