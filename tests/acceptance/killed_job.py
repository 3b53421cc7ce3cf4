"""A process that runs one job and kills itself, without a chance to tidy up, at its Nth report of progress.

Usage: killed_job.py N generate TO, … N place TAKE, … N render FOLDER, or … N record TRACK; the settings come from the
environment. Prints each report. N = 0 lives on; "render.2" is the second report of the stage "render".
"""

import asyncio
import os
import signal
import sys
from collections import Counter

from music.job import Progress
from music.time import BBT
from workflows.durable import JobId
from workflows.render_requests import Encoding, RenderKind, RenderRequest
from workflows.requests import Destination, GenerateRequest, PlaceRequest
from workflows.settings import load_settings
from workflows.studio import RecordRequest, build_studio


def main() -> None:
    """Run the job, and die on the way."""
    kill_at, recipe, what = sys.argv[1:4]
    n_reports = 0
    n_of_stage: Counter[str] = Counter()

    def die_in_time(_job_id: JobId, progress: Progress) -> None:
        nonlocal n_reports
        n_reports += 1
        n_of_stage[progress.stage] += 1
        print(n_reports, progress.stage, round(progress.fraction, 4), flush=True)
        if kill_at in (str(n_reports), f"{progress.stage}.{n_of_stage[progress.stage]}"):
            os.kill(os.getpid(), signal.SIGKILL)

    studio = build_studio(load_settings(os.environ), on_progress=die_in_time)

    async def run() -> None:
        if recipe == "place":
            job_id = await studio.place(PlaceRequest(take=what, at_bar=1))
        elif recipe == "render":
            wish = RenderRequest(kind=RenderKind.STEMS, with_mix=True, encoding=Encoding(bits=32), folder=what)
            job_id = await studio.listening.render(wish)
        elif recipe == "record":
            job_id = await studio.record(RecordRequest(tracks=(what,), start=BBT(2), end=BBT(60), n_takes=2))
        else:
            to = Destination(what)
            at_bar = 1 if to is Destination.LIVE else None
            words = "trap beat with 808 bass"
            job_id = await studio.generate(GenerateRequest(prompt=words, bars=2, seed=5, to=to, at_bar=at_bar))
        await studio.settled(job_id, timeout_seconds=120)

    asyncio.run(run())
    studio.close()


if __name__ == "__main__":
    main()
