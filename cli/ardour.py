"""``sideman ardour install``, ``ardour uninstall`` and ``doctor``: they work where no job store can be kept, too."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from dataclasses import replace

from cli.shown import PlainConsole
from workflows.ardour import check_links, install_bridge, uninstall_bridge
from workflows.commands import spelled_here
from workflows.settings import Settings
from workflows.studio import Verdict, to_json

_SHOWN = {verdict: verdict.value for verdict in Verdict} | {Verdict.BROKEN: "BROKEN"}


def install(_options: argparse.Namespace, settings: Settings) -> int:
    """Put the bridge and the buttons into Ardour and say what was done."""
    return _tell(install_bridge(settings))


def uninstall(_options: argparse.Namespace, settings: Settings) -> int:
    """Remove them and say what was restored."""
    return _tell(uninstall_bridge(settings))


def _tell(lines: Iterable[str]) -> int:
    for line in lines:
        PlainConsole().print(spelled_here(line))
    return 0


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check every link from here to the editor; exit code 3 when one is broken."""
    found = asyncio.run(check_links(settings))
    checks = [
        replace(check, next_step=spelled_here(check.next_step), detail=spelled_here(check.detail)) for check in found
    ]
    if options.json:
        sys.stdout.write(to_json(checks) + "\n")
    else:
        console = PlainConsole()
        for check in checks:
            console.print(f"{_SHOWN[check.verdict]:11}  {check.name}: {check.detail}")
            if check.next_step:
                console.print(f"{'':11}  next: {check.next_step}")
    return 3 if any(check.verdict is Verdict.BROKEN for check in checks) else 0
