"""``sideman jobs``: what is running, what was interrupted and goes on, and cancelling it."""

import argparse
import asyncio
import sys
from contextlib import closing

from cli.progress import progress_display
from cli.shown import PlainConsole, add_row, new_table
from workflows.durable import JobId
from workflows.settings import Settings
from workflows.studio import build_studio, to_json


def jobs(options: argparse.Namespace, settings: Settings) -> int:
    """List jobs, after taking over those whose process is gone; wait for them, or cancel one, when asked."""
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        if options.cancel:
            studio.cancel(JobId(options.cancel))
        if options.wait:
            asyncio.run(studio.idle())
        found = studio.jobs()
    if options.json:
        sys.stdout.write(to_json(found) + "\n")
        return 0
    table = new_table("job", "kind", "state", "stage", "%", "error")
    for job in found:
        percent = f"{job.progress.fraction:.0%}"
        add_row(table, job.id, job.recipe, job.state.value, job.progress.stage, percent, str(job.error or ""))
    PlainConsole(soft_wrap=False).print(table if found else "No jobs yet.")
    return 0
