"""What can be listened to: a render job's files, a take's, an audio file; each with where its bars are.

This module brings SciPy through what reads audio; it is loaded with the first measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.pictures.canvas import Line
from analysis.recording import Recording, read_recording
from library.takes import is_take, read_take, take_file
from music.errors import NotFound, RequestInvalid
from music.time import ticks_to_seconds
from workflows.allowed_files import allowed_path
from workflows.durable import DurableJobs, JobId, JobState
from workflows.render import report_of
from workflows.render_requests import RenderReport
from workflows.rooms import Rooms
from workflows.take_files import MIX_FILE, STEMS_FOLDER

LONGEST_SECONDS = 3600.0  # an hour of stereo is 1.4 GB as it is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Audio files that start together: the whole, and its parts by name where there are any."""

    title: str
    whole: Path
    parts: Mapping[str, Path] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()  # bars and beats, in seconds
    markers: tuple[Line, ...] = ()
    from_seconds: float | None = None  # where it begins in its session, if it was rendered from one
    seconds: float = 0.0
    take: Path | None = None  # the folder of the take that it is of
    notices: tuple[str, ...] = ()  # what its rendering told: what is muted, silent or clips

    def read(self) -> Recording:
        """Read the whole; RequestInvalid where it is too long."""
        return read_recording(self.whole, longest_seconds=LONGEST_SECONDS)


def find_sound(rooms: Rooms, jobs: DurableJobs, name: str, *, session_folder: Path | None) -> Sound:
    """Return the sound of a finished render job, a kept take, or an audio file below the allowed folders.

    Those are the takes', those of the settings, the open session's, and that of what was rendered to be measured.
    """
    if name.startswith("/"):
        folders = [*rooms.allowed_folders, *([session_folder] if session_folder else [])]
        if Path(name).is_relative_to(rooms.listening_folder):  # our own, which nobody needs to be told of
            folders.append(rooms.listening_folder)
        path = allowed_path(name, folders)
        return of_take(path) if is_take(path) else Sound(title=path.name, whole=path)
    try:
        status = jobs.status(JobId(name))
    except NotFound:
        return of_take(rooms.take_folder(name))
    report = report_of(status.result)
    if report is not None:
        return of_report(report)
    if status.recipe != "render":
        return of_take(rooms.take_folder(name))
    if status.state is JobState.RUNNING:
        raise RequestInvalid(f"job {name} is still rendering; ask again when it is done")
    raise RequestInvalid(f"job {name} is {status.state.value}: it rendered nothing")


def of_report(report: RenderReport) -> Sound:
    """Return the sound of a rendering: its mix if it has one, else its first file."""
    whole = next((file for file in report.files if file.name == "mix"), report.files[0])
    parts = {file.name: Path(file.path) for file in report.files if file is not whole}
    return Sound(
        title=f"{report.session}: {whole.name}",
        whole=Path(whole.path),
        parts=parts,
        from_seconds=report.from_seconds,
        seconds=report.seconds,
        notices=report.notices,
    )


def of_take(folder: Path) -> Sound:
    """Return the sound of the take in a folder; NotFound where one of its files leads elsewhere."""
    take = read_take(folder)
    plan = take.plan
    meter, bpm = plan.time_signature, plan.tempo_bpm
    bar_seconds = ticks_to_seconds(meter.ticks_per_bar, bpm)
    lines = [Line(number * bar_seconds, str(number + 1), is_strong=True) for number in range(plan.n_bars + 1)]
    markers = [Line((section.start_bar - 1) * bar_seconds, section.name) for section in plan.sections]
    stems = [Path(file.path) for file in take.files if Path(file.path).parent.name == STEMS_FOLDER]
    return Sound(
        title=f"{plan.title} ({take.id})",
        whole=take_file(take, folder, MIX_FILE),
        take=folder,
        parts={path.stem: take_file(take, folder, str(path)) for path in stems},
        lines=tuple(lines),
        markers=tuple(markers),
    )
