"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from music.job import Progress
from workflows.durable import JobId

Show = Callable[[JobId, Progress], None]


@contextmanager
def progress_display() -> Iterator[Show]:
    """Yield a function that shows a job's progress until the block ends."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        tasks: dict[JobId, object] = {}

        def show(job_id: JobId, progress: Progress) -> None:
            task = tasks.setdefault(job_id, bar.add_task(progress.stage, total=1.0) if job_id not in tasks else None)
            bar.update(task, description=progress.stage, completed=progress.fraction)  # type: ignore[arg-type]

        yield show


def _plain_lines() -> Show:
    shown: dict[JobId, tuple[str, int]] = {}

    def show(job_id: JobId, progress: Progress) -> None:
        line = (progress.stage, int(progress.fraction * 100))
        last_stage, last_percent = shown.get(job_id, ("", -100))
        if line[0] != last_stage or line[1] >= last_percent + 10:
            shown[job_id] = line
            with suppress(BrokenPipeError):  # whoever read it has gone; the work goes on
                print(f"{line[1]:3d} %  {line[0]}", file=sys.stderr, flush=True)  # noqa: T201

    return show
