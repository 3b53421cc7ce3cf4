"""``sideman ardour install``, ``ardour uninstall`` and ``doctor``."""

import argparse
import asyncio
import sys
from contextlib import closing

from cli.shown import PlainConsole
from workflows.settings import Settings
from workflows.studio import build_studio, to_json


def install(_options: argparse.Namespace, settings: Settings) -> int:
    """Put the bridge and the buttons into Ardour and say what was done."""
    with closing(build_studio(settings)) as studio:
        for line in studio.install_bridge():
            PlainConsole().print(line)
    return 0


def uninstall(_options: argparse.Namespace, settings: Settings) -> int:
    """Remove them and say what was restored."""
    with closing(build_studio(settings)) as studio:
        for line in studio.uninstall_bridge():
            PlainConsole().print(line)
    return 0


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check every link from here to the editor; exit code 3 when one is broken."""
    with closing(build_studio(settings)) as studio:
        checks = asyncio.run(studio.doctor())
    if options.json:
        sys.stdout.write(to_json(checks) + "\n")
    else:
        console = PlainConsole()
        for check in checks:
            console.print(f"{'ok    ' if check.ok else 'BROKEN'}  {check.name}: {check.detail}")
            if not check.ok:
                console.print(f"        next: {check.next_step}")
    return 0 if all(check.ok for check in checks) else 3
