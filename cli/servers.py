"""``sideman mcp``, ``serve`` and ``settings``."""

import argparse
import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing

from rich.console import Console

from cli.shown import PlainConsole
from mcp_server.server import build_server
from mcp_server.serving import http_server, load_token, serve_stdio
from workflows.commands import spelled_here
from workflows.settings import ENVIRONMENT_PREFIX, Settings
from workflows.studio import Studio, build_studio

_ADOPT_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


def mcp(options: argparse.Namespace, settings: Settings) -> int:
    """Serve one client over stdio until it hangs up; unfinished jobs go on in a process of their own."""

    async def run(studio: Studio) -> None:
        await serve_stdio(build_server(studio))

    return _serve(options, settings, run)


def serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve MCP over HTTP and listen for Ardour's buttons until interrupted."""
    token_file = settings.data_dir / "http-token"
    token = settings.http_token.get_secret_value() if settings.http_token else load_token(token_file)
    port = options.port if options.port is not None else settings.http_port
    shown = "as in the setting http_token" if settings.http_token else f"in {token_file}"

    async def run(studio: Studio) -> None:
        async with http_server(build_server(studio), port=port, token=token) as url:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"MCP at {url}, bearer token {shown}. Ctrl-C stops.", markup=False)
            await studio.listen_for_buttons(lambda line: console.print(spelled_here(line), markup=False))

    return _serve(options, settings, run)


def _serve(options: argparse.Namespace, settings: Settings, run: Callable[[Studio], Awaitable[None]]) -> int:
    with closing(build_studio(settings)) as studio:
        asyncio.run(_until_stopped(studio, run))
        leaves_work = studio.is_leaving_work()
    if leaves_work:
        _go_on_alone(options)
    return 0


async def _until_stopped(studio: Studio, run: Callable[[Studio], Awaitable[None]]) -> None:
    """Run a server until it ends or a signal asks it to, adopting orphaned jobs meanwhile."""
    serving = asyncio.ensure_future(run(studio))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    adopting = asyncio.create_task(_adopt_now_and_then(studio))
    try:
        await serving
    except asyncio.CancelledError:
        if not serving.cancelled():
            raise
    finally:
        adopting.cancel()


async def _adopt_now_and_then(studio: Studio) -> None:
    while True:
        try:
            await asyncio.to_thread(studio.adopt_orphans)
        except Exception:  # noqa: BLE001  a server's loop: what fails now (a full disk) may go well the next time
            _LOG.exception("the jobs of processes that are gone cannot be taken over; trying again")
        await asyncio.sleep(_ADOPT_SECONDS)


def _go_on_alone(options: argparse.Namespace) -> None:
    """Leave unfinished jobs to a process that outlives the client and ends when they are done."""
    flags = [f"--config={options.config}"] if options.config else []
    # not as arguments: every user of the machine may read those, and one may be a key
    settings = {f"{ENVIRONMENT_PREFIX}{name.upper()}": value for name, value in options.set}
    subprocess.Popen(  # noqa: S603  our own program and the file we were given
        [sys.executable, "-m", "cli.main", *flags, "jobs", "--wait"],
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def show_settings(options: argparse.Namespace, settings: Settings) -> int:
    """Print every setting as it holds now; secrets stay hidden."""
    if options.json:
        sys.stdout.write(settings.model_dump_json(indent=2) + "\n")
    else:
        console = PlainConsole()
        for name, value in settings.model_dump(mode="json").items():
            console.print(f"{name} = {value}" if value is not None else f"{name}: {_when_unset(name)}")
    return 0


def _when_unset(name: str) -> str:
    """Return what the documentation says of a setting that is not set."""
    told = (Settings.model_fields[name].description or "").rstrip(".")
    return "unset: " + told.partition("unset: ")[2] if "unset: " in told else "unset"
