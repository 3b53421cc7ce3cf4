"""Render: a part of the open session becomes audio files, each read back and measured.

The session's state of this moment, saved or not, is copied aside first; Ardour's interpreter renders the copy, so the
editor is free and the session untouched. A killed process starts again from the copy, or from what was rendered.
"""

import itertools
import re
import shutil
import tempfile
import time
from pathlib import Path

from pydantic import TypeAdapter

from daw_bridge.programs import find_ardour
from daw_bridge.rendering import Pass, Rendering, Span, render_passes
from daw_bridge.session_copy import SessionCopy, copy_session
from library.takes import storage_errors
from music.errors import NotFound, RequestInvalid
from music.job import Progress
from music.names import nearest_name
from music.session import Region, Route, RouteKind, SessionSnapshot
from music.time import BBT
from workflows.allowed_files import allowed_path
from workflows.cancelling import run_unless_cancelled
from workflows.durable import Job, JobId, JsonObject, Recipe, Stage
from workflows.placement import check_session
from workflows.render_requests import RenderKind, RenderReport, RenderRequest
from workflows.rooms import Rooms

REQUEST = TypeAdapter(RenderRequest)
REPORT = TypeAdapter(RenderReport)
_RENDERING = TypeAdapter(Rendering)
_TRACKS = (RouteKind.AUDIO_TRACK, RouteKind.MIDI_TRACK)
_MIX = "mix"
_LONGEST_NAME = 80


def render_recipe(rooms: Rooms) -> Recipe:
    """Return the recipe ``render``, whose request holds the wish and the folder that its files go into."""

    def run(job: Job, request: JsonObject) -> JsonObject:
        try:
            made = _Render(rooms, job, request).make()
        except BaseException:  # failed or cancelled: nothing half-made stays, unless another process goes on with it
            if not job.is_handed_over:
                clean_up(job.id, request)
            raise
        shutil.rmtree(working_folder(rooms, job.id), ignore_errors=True)
        return {"rendered": made}

    def clean_up(job_id: JobId, request: JsonObject) -> None:
        for folder in (working_folder(rooms, job_id), Path(request["folder"])):  # both are this job's alone
            shutil.rmtree(folder, ignore_errors=True)

    stages = (Stage("copy", 2), Stage("render", 100), Stage("finish", 20))
    return Recipe(name="render", stages=lambda _request: stages, run=run, clean_up=clean_up)


def working_folder(rooms: Rooms, job_id: JobId) -> Path:
    """Return where a job keeps its copy of the session and what it renders, until it has ended."""
    return rooms.settings.data_dir / "rendering" / job_id


class _Render:
    """One run of the recipe: its three stages in order."""

    def __init__(self, rooms: Rooms, job: Job, request: JsonObject) -> None:
        self._rooms, self._job, self._work = rooms, job, working_folder(rooms, job.id)
        self.wish = REQUEST.validate_python(request["wish"])
        self._folder = Path(request["folder"])

    def make(self) -> JsonObject:
        """Run all stages and return the report."""
        copied = self._job.step("copy", lambda: run_unless_cancelled(self._job, self._copy()))
        rendered = self._job.step("render", lambda: run_unless_cancelled(self._job, self._render(copied)))
        return self._job.step("finish", lambda: self._finish(copied, rendered))

    async def _copy(self) -> JsonObject:
        """Copy the session's state aside and settle which files are made."""
        with storage_errors(self._work):
            self._work.mkdir(parents=True, exist_ok=True)
        state = self._work / "state.ardour"
        async with self._rooms.open_daw() as daw:
            session = await daw.snapshot()
            check_session(self.wish.session_folder, session)
            passes, notices = choose_passes(self.wish, session)
            written = await daw.read("session_state", {"path": str(state)})
        copy = copy_session(state, Path(written["folder"]), self._work)
        return {
            "session": session.name,
            "folder": str(copy.folder),
            "name": copy.name,
            "sample_rate_hz": session.sample_rate_hz,
            "passes": [{"label": label, "route": one.route, "region": one.region} for label, one in passes],
            "notices": notices,
        }

    async def _render(self, copied: JsonObject) -> JsonObject:
        wish = self.wish
        for killed in self._work.glob("out-*"):  # an interpreter that outlived its process finds no folder to go on in
            shutil.rmtree(killed, ignore_errors=True)
        with storage_errors(self._work):
            out = Path(tempfile.mkdtemp(prefix="out-", dir=self._work))
        passes = [
            Pass(file=str(number), route=one["route"], region=one["region"])
            for number, one in enumerate(copied["passes"])
        ]
        span = Span(
            start=BBT(wish.from_bar) if wish.from_bar else None,
            end=BBT(wish.to_bar + 1) if wish.to_bar else None,
            region=next((one.region for one in passes if one.region), None),
            tail_seconds=wish.tail_seconds,
        )
        began = time.monotonic()
        rendering = await render_passes(
            SessionCopy(folder=Path(copied["folder"]), name=copied["name"]),
            passes,
            span,
            out,
            programs=find_ardour(),
            session_rate_hz=copied["sample_rate_hz"],
            sample_rate_hz=wish.sample_rate_hz or copied["sample_rate_hz"],
            on_progress=lambda share: self._job.report(Progress("render", share)),
        )
        seconds = time.monotonic() - began
        return {"rendering": _RENDERING.dump_python(rendering, mode="json"), "seconds": seconds}

    def _finish(self, copied: JsonObject, rendered: JsonObject) -> JsonObject:
        from workflows.rendered_audio import finish_files  # noqa: PLC0415  brings SciPy

        rendering = _RENDERING.validate_python(rendered["rendering"])
        labels = [one["label"] for one in copied["passes"]]
        suffix = self.wish.encoding.format.value
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        paths = [self._folder / f"{name}.{suffix}" for name in file_names(labels)]
        files, notices = finish_files(rendering, labels, paths, self.wish, self._job)
        rate = copied["sample_rate_hz"]
        whole = sum(file.seconds for file in files)
        report = RenderReport(
            session=copied["session"],
            from_seconds=rendering.from_samples / rate,
            seconds=files[0].seconds,
            files=files,
            notices=(*copied["notices"], *_told(rendering, self.wish), *notices),
            rtf=rendered["seconds"] / whole if whole else 0.0,
        )
        dumped: JsonObject = REPORT.dump_python(report, mode="json")
        return dumped


def _told(rendering: Rendering, wish: RenderRequest) -> list[str]:
    notices = [
        f"{plugin} could not be loaded for rendering and is missing in the sound"
        for plugin in rendering.missing_plugins
    ]
    if rendering.soloed and wish.kind is RenderKind.MIX:
        notices.append(f"soloed in the session, so the mix holds it alone: {', '.join(rendering.soloed)}")
    return notices


def choose_passes(wish: RenderRequest, session: SessionSnapshot) -> tuple[list[tuple[str, Pass]], list[str]]:
    """Return what to render, each with its label, and what to tell about it; NotFound names the nearest."""
    if wish.kind is RenderKind.MIX:
        return [(_MIX, Pass(file=_MIX))], []
    if wish.kind is RenderKind.REGION:
        region = find_region(session, str(wish.region))
        return [(region.name, Pass(file="", region=region.id))], []
    chosen, notices = _stems(wish, session)
    passes = [(route.name, Pass(file="", route=route.id)) for route in chosen]
    return ([(_MIX, Pass(file=_MIX))] if wish.with_mix else []) + passes, notices


def _stems(wish: RenderRequest, session: SessionSnapshot) -> tuple[list[Route], list[str]]:
    told = _told_of_master(session)
    if wish.tracks:
        chosen = [find_route(session, name) for name in wish.tracks]
        return chosen, [*told, *(f"{route.name} is muted in the session" for route in chosen if route.is_muted)]
    filled = [route for route in session.routes if route.kind in _TRACKS and route.regions]
    muted = [route.name for route in filled if route.is_muted]
    if len(muted) == len(filled):
        raise RequestInvalid("no track holds anything that is not muted; name the tracks that you want")
    if muted:
        told.append(f"muted, so no stem was made: {', '.join(muted)}")
    return [route for route in filled if not route.is_muted], told


def _told_of_master(session: SessionSnapshot) -> list[str]:
    """Tell where stems need not add up to the mix: a compressor does something else to each than to their sum."""
    master = [route for route in session.routes if route.kind is RouteKind.MASTER]
    plugins = [plugin.name for route in master for plugin in route.processors if not plugin.is_bypassed]
    if not plugins:
        return []
    told = f"each stem went through the master's {', '.join(plugins)} alone, so the stems may not add up to the mix"
    return [f"{told}; bypass what is on the master for stems that do"]


def find_route(session: SessionSnapshot, name: str) -> Route:
    """Return the strip with this id, or the only one with this name."""
    found = [route for route in session.routes if name in (route.id, route.name)]
    if len(found) != 1:
        if found:
            raise RequestInvalid(f"{len(found)} strips are called {name!r}; name one by its id, such as {found[0].id}")
        raise NotFound("track", name, nearest=nearest_name(name, [route.name for route in session.routes]))
    return found[0]


def find_region(session: SessionSnapshot, name: str) -> Region:
    """Return the region with this id, or the only one with this name."""
    regions = [region for route in session.routes for region in route.regions]
    found = [region for region in regions if name in (region.id, region.name)]
    if len(found) != 1:
        if found:
            raise RequestInvalid(f"{len(found)} regions are called {name!r}; name one by its id, such as {found[0].id}")
        raise NotFound("region", name, nearest=nearest_name(name, [region.name for region in regions]))
    return found[0]


def file_names(labels: list[str]) -> list[str]:
    """Return labels as names that every file system accepts, no two alike."""
    plain = [re.sub(r"[^\w #.()-]+", "_", label).strip(" .")[:_LONGEST_NAME] or "untitled" for label in labels]
    taken: set[str] = set()
    names = []
    for name in plain:
        numbered = (name if number == 1 else f"{name} {number}" for number in itertools.count(1))
        names.append(next(one for one in numbered if one.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names


def new_folder(rooms: Rooms, wish: RenderRequest, session_folder: Path, job_id: JobId) -> Path:
    """Return the folder that a rendering's files go into: always a new one, so that nothing is overwritten.

    Folders may be chosen under the session's, from which a relative path leads on, and the allowed ones; FileNotAllowed
    for any other.
    """
    if not wish.is_kept:
        return rooms.listening_folder / job_id
    chosen = session_folder / (wish.folder or "export")
    return allowed_path(str(chosen), (session_folder, *rooms.allowed_folders)) / f"{wish.kind.value} {job_id}"


def report_of(result: JsonObject | None) -> RenderReport | None:
    """Return what a finished job rendered, if it did."""
    rendered = (result or {}).get("rendered")
    return REPORT.validate_python(rendered) if rendered else None
