"""``sideman ardour install``, ``ardour uninstall`` and ``doctor``: they work where no job store can be kept, too."""

import argparse
import asyncio
import sys
from collections.abc import Iterable

from cli.shown import PlainConsole
from workflows.ardour import check_links, install_bridge, uninstall_bridge
from workflows.settings import Settings
from workflows.studio import to_json


def install(_options: argparse.Namespace, settings: Settings) -> int:
    """Put the bridge and the buttons into Ardour and say what was done."""
    return _tell(install_bridge(settings))


def uninstall(_options: argparse.Namespace, settings: Settings) -> int:
    """Remove them and say what was restored."""
    return _tell(uninstall_bridge(settings))


def _tell(lines: Iterable[str]) -> int:
    for line in lines:
        PlainConsole().print(line)
    return 0


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check every link from here to the editor; exit code 3 when one is broken."""
    checks = asyncio.run(check_links(settings))
    if options.json:
        sys.stdout.write(to_json(checks) + "\n")
    else:
        console = PlainConsole()
        for check in checks:
            console.print(f"{'ok    ' if check.ok else 'BROKEN'}  {check.name}: {check.detail}")
            if not check.ok:
                console.print(f"        next: {check.next_step}")
    return 0 if all(check.ok for check in checks) else 3
