"""``sideman vary`` and ``compare``: another take of a take, and what differs between two."""

import argparse
import asyncio
import dataclasses
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from cli.generate import follow
from cli.listening import write_picture
from cli.progress import progress_display
from cli.shown import PlainConsole, show_change_set, show_take
from cli.typed import found
from workflows.durable import JobStatus
from workflows.requests import Destination, VaryRequest
from workflows.settings import Settings
from workflows.studio import Studio, build_studio, to_json

if TYPE_CHECKING:
    from workflows.measure import Comparison


def vary(options: argparse.Namespace, settings: Settings) -> int:
    """Make a varied take, and show what was changed."""
    take, settings = found(options.take, settings)
    request = VaryRequest(
        take=take,
        words=" ".join(options.words),
        seed=options.seed,
        out=str(options.out) if options.out else None,
        to=Destination(options.to),
        at_bar=options.at,
    )

    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        status = asyncio.run(_varied(studio, request))
        made = studio.take_of(status)
        assert made is not None  # it was made just now
        if options.json:
            sys.stdout.write(studio.take_json(made.id))
            return 0
        folder = studio.take_folder(made.id)
        placed = studio.placement_of(status)
    show_take(made, str(folder))
    return show_change_set(placed, as_json=False) if placed else 0


async def _varied(studio: Studio, request: VaryRequest) -> JobStatus:
    return await follow(studio, await studio.vary(request))


def compare(options: argparse.Namespace, settings: Settings) -> int:
    """Tell what differs between two takes or sounds: of takes the music first, then how it sounds, equally loud."""
    before, settings = found(options.before, settings)
    after, settings = found(options.after, settings)
    with closing(build_studio(settings)) as studio:
        compared = asyncio.run(studio.listening.compare(before, after))
    if options.picture and compared.picture:
        write_picture(options.picture, compared.picture)
    if options.json:
        sys.stdout.write(to_json(dataclasses.replace(compared, picture=None)) + "\n")
    else:
        _show(compared)
    return 0


def _show(compared: "Comparison") -> None:
    console = PlainConsole()
    console.print(f"{compared.after}, against {compared.before}")
    for line in compared.music:
        console.print(f"  {line}")
    for line in compared.lines:
        console.print(f"  {line}")
