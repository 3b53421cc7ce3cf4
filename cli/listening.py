"""``sideman render`` and ``measure``: the open session as audio, and how it sounds in numbers."""

import argparse
import asyncio
import dataclasses
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cli.generate import follow
from cli.progress import progress_display
from cli.shown import show_measures, show_rendered
from cli.telling import tell
from cli.typed import allowed, found
from music.errors import StorageFailed
from workflows.listening import to_measure
from workflows.render_requests import AudioFormat, Encoding, RenderKind, RenderReport, RenderRequest
from workflows.settings import Settings
from workflows.studio import Studio, build_studio, to_json

if TYPE_CHECKING:
    from workflows.measure import Measures


def render(options: argparse.Namespace, settings: Settings) -> int:
    """Render a part of the open session and show the files as they were read back."""
    if options.out:
        settings = allowed(settings, options.out)
    wish = RenderRequest(
        kind=_kind(options),
        with_mix=options.with_mix,
        tracks=tuple(options.track),
        region=options.region,
        from_bar=options.from_bar,
        to_bar=options.to_bar,
        tail_seconds=options.tail,
        encoding=Encoding(format=AudioFormat(options.format), bits=options.bits),
        sample_rate_hz=options.sample_rate,
        loudness_lufs=options.loudness,
        folder=str(options.out) if options.out else None,
    )
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        report = asyncio.run(_rendered(studio, wish))
    if options.json:
        sys.stdout.write(to_json(report) + "\n")
    else:
        show_rendered(report)
    return 0


def _kind(options: argparse.Namespace) -> RenderKind:
    if options.region:
        return RenderKind.REGION
    return RenderKind.STEMS if options.stems or options.track else RenderKind.MIX


async def _rendered(studio: Studio, wish: RenderRequest) -> RenderReport:
    report = studio.listening.rendered(await follow(studio, await studio.listening.render(wish)))
    assert report is not None  # a finished job has a result
    return report


def measure(options: argparse.Namespace, settings: Settings) -> int:
    """Measure a sound, or what is rendered of the open session for it; the rendering is not kept beside the session."""
    source, settings = found(options.source, settings) if options.source is not None else (None, settings)
    wish = to_measure(
        source,
        tracks=options.track,
        has_masking=options.masking,
        from_bar=options.from_bar,
        to_bar=options.to_bar,
    )
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        measures = asyncio.run(_measured(studio, wish))
    if options.picture and measures.picture:
        write_picture(options.picture, measures.picture)
        tell(f"drawn into {options.picture}")
    elif options.picture:
        tell(f"nothing is heard, so nothing was drawn into {options.picture}")
    if options.json:
        sys.stdout.write(to_json(dataclasses.replace(measures, picture=None)) + "\n")
    else:
        show_measures(measures)
    return 0


async def _measured(studio: Studio, wish: str | RenderRequest) -> "Measures":
    if isinstance(wish, RenderRequest):
        wish = (await follow(studio, await studio.listening.render(wish))).id
    return await studio.listening.measure(wish, wait_seconds=0)


def write_picture(path: Path, picture: bytes) -> None:
    """Write a picture; StorageFailed says why it cannot be written."""
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}: {error.strerror}; choose another place with --picture") from error
