"""``sideman jobs``: what is running, what was interrupted, going on with it, and cancelling it."""

import argparse
import asyncio
import sys
from contextlib import closing

from cli.progress import progress_display
from cli.shown import PlainConsole, add_row, new_table
from cli.telling import tell
from workflows.durable import JobId, JobState
from workflows.settings import Settings
from workflows.studio import build_studio, to_json


def jobs(options: argparse.Namespace, settings: Settings) -> int:
    """List jobs; cancel one, or wait for all and go on with those whose process is gone, when asked."""
    with progress_display() as show, closing(build_studio(settings, on_progress=show)) as studio:
        if options.cancel:
            before = studio.job(JobId(options.cancel)).state
            asyncio.run(studio.cancel(JobId(options.cancel)))
            if before is not JobState.RUNNING:
                tell(f"job {options.cancel} had ended before ({before.value}); there was nothing to cancel")
        if options.wait:
            asyncio.run(studio.idle())
        found = studio.jobs()
        if interrupted := studio.interrupted_jobs():
            tell(f"interrupted: {', '.join(interrupted)}; 'sideman jobs --wait' or a server goes on with them")
    if options.json:
        sys.stdout.write(to_json(found) + "\n")
        return 0
    table = new_table("job", "recipe", "state", "stage", "%", "error", wide="error")
    for job in found:
        percent = f"{job.progress.fraction:.0%}"
        add_row(table, job.id, job.recipe, job.state.value, job.progress.stage, percent, str(job.error or ""))
    PlainConsole(soft_wrap=False).print(table if found else "No jobs yet.")
    return 0
