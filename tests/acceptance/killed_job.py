"""A process that runs one job and kills itself, without a chance to tidy up, at its Nth report of progress.

Usage: killed_job.py N generate TO, or killed_job.py N place TAKE; the settings come from the environment. Prints each
report. N = 0 lives on.
"""

import asyncio
import os
import signal
import sys

from music.job import Progress
from workflows.durable import JobId
from workflows.requests import Destination, GenerateRequest, PlaceRequest
from workflows.settings import load_settings
from workflows.studio import build_studio


def main() -> None:
    """Run the job, and die on the way."""
    kill_at, recipe, what = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    n_reports = 0

    def die_in_time(_job_id: JobId, progress: Progress) -> None:
        nonlocal n_reports
        n_reports += 1
        print(n_reports, progress.stage, round(progress.fraction, 4), flush=True)
        if n_reports == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    studio = build_studio(load_settings(os.environ), on_progress=die_in_time)

    async def run() -> None:
        if recipe == "place":
            job_id = await studio.place(PlaceRequest(take=what, at_bar=1))
        else:
            to = Destination(what)
            at_bar = 1 if to is Destination.LIVE else None
            wish = GenerateRequest(prompt="trap beat with 808 bass", bars=2, seed=5, to=to, at_bar=at_bar)
            job_id = await studio.generate(wish)
        await studio.settled(job_id, timeout_seconds=120)

    asyncio.run(run())
    studio.close()


if __name__ == "__main__":
    main()
