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
from music.errors import RequestInvalid, StorageFailed
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
    is_session = options.source is None
    if not is_session and (options.track or options.masking or options.from_bar or options.to_bar):
        raise RequestInvalid("tracks, masking and bars are of the open session; leave the source or these out")
    source: str | RenderRequest
    if is_session:
        source = _to_measure(options)
    else:
        source, settings = found(options.source, settings)
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        measures = asyncio.run(_measured(studio, source))
    if options.picture and measures.picture:
        _write(options.picture, measures.picture)
    elif options.picture:
        tell(f"nothing is heard, so nothing was drawn into {options.picture}")
    if options.json:
        sys.stdout.write(to_json(dataclasses.replace(measures, picture=None)) + "\n")
    else:
        show_measures(measures)
    return 0


def _to_measure(options: argparse.Namespace) -> RenderRequest:
    has_parts = options.masking or bool(options.track)
    return RenderRequest(
        kind=RenderKind.STEMS if has_parts else RenderKind.MIX,
        with_mix=has_parts,
        tracks=tuple(options.track),
        from_bar=options.from_bar,
        to_bar=options.to_bar,
        is_kept=False,
    )


async def _measured(studio: Studio, source: str | RenderRequest) -> "Measures":
    if isinstance(source, RenderRequest):
        source = (await follow(studio, await studio.listening.render(source))).id
    return await studio.listening.measure(source, wait_seconds=0)


def _write(path: Path, picture: bytes) -> None:
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}: {error.strerror}; choose another place with --picture") from error
