"""Record: takes go from the inputs onto tracks of the open session, and the transport stops by itself.

Nobody plays a take again because a program was ended: where the process of a recording has died, whoever goes on with
its job, or cancels it, stops the transport, puts back what was armed, and tells what was played until then.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from pydantic import TypeAdapter

from daw_bridge.bridge_client import EditorClosed
from daw_bridge.live import LiveDaw
from daw_bridge.recording import RecordedRegion, RecordingReport, RecordRequest
from music.errors import RequestInvalid
from music.session import RouteKind, SessionSnapshot
from workflows.durable import Job, JobId, JsonObject, Recipe, Stage
from workflows.placement import check_session
from workflows.render import find_route

_REQUEST = TypeAdapter(RecordRequest)
_REPORT = TypeAdapter(RecordingReport)
_TRACKS = (RouteKind.AUDIO_TRACK, RouteKind.MIDI_TRACK)
_STAGES = (Stage("begin", 1), Stage("record", 100))

OpenLive = Callable[[], AbstractAsyncContextManager[LiveDaw]]


def record_recipe(open_live: OpenLive) -> Recipe:
    """Return the recipe ``record``, whose request holds the wish and the folder of the session that it is for."""

    def run(job: Job, request: JsonObject) -> JsonObject:
        has_begun_here = False

        def begin() -> JsonObject:
            nonlocal has_begun_here
            has_begun_here = True
            return asyncio.run(_regions_before(open_live, request))

        def record() -> JsonObject:
            work = _record(open_live, job, request) if has_begun_here else _tell_left(open_live, job, request, before)
            report: JsonObject = _REPORT.dump_python(asyncio.run(work), mode="json")
            return report

        before = job.step("begin", begin)
        recorded = job.step("record", record)
        job.raise_if_cancelled()
        return {"recorded": recorded}

    def clean_up(job_id: JobId, _request: JsonObject) -> None:
        asyncio.run(_end(open_live, job_id))

    return Recipe(name="record", stages=lambda _request: _STAGES, run=run, takes_turns=False, clean_up=clean_up)


def to_json(wish: RecordRequest, session: SessionSnapshot) -> JsonObject:
    """Return the request of the recipe; NotFound or RequestInvalid for what cannot be recorded in this session."""
    tracks = [find_route(session, name) for name in wish.tracks]
    for track in tracks:
        if track.kind not in _TRACKS:
            raise RequestInvalid(f"{track.name} cannot record; name a track")
    chosen = replace(wish, tracks=tuple(track.id for track in tracks))
    return {"wish": _REQUEST.dump_python(chosen, mode="json"), "session_folder": session.folder}


def recording_of(result: JsonObject | None) -> RecordingReport | None:
    """Return what a finished job recorded, if it did."""
    recorded = (result or {}).get("recorded")
    return _REPORT.validate_python(recorded) if recorded else None


async def _regions_before(open_live: OpenLive, request: JsonObject) -> JsonObject:
    async with open_live() as daw:
        session = await daw.snapshot()
    check_session(request["session_folder"], session)
    return {"regions": [region.id for route in session.routes for region in route.regions]}


async def _record(open_live: OpenLive, job: Job, request: JsonObject) -> RecordingReport:
    async with open_live() as daw:
        return await daw.record(_REQUEST.validate_python(request["wish"]), name=job.id, job=job)


async def _end(open_live: OpenLive, job_id: JobId) -> None:
    """Stop the transport where it still rolls for this job."""
    try:
        async with open_live() as daw:
            await daw.end_recording(job_id)
    except EditorClosed:
        pass  # nothing rolls


async def _tell_left(open_live: OpenLive, job: Job, request: JsonObject, before: JsonObject) -> RecordingReport:
    """Stop what a process that died has left rolling, and tell what is on the tracks since it began."""
    wish, known = _REQUEST.validate_python(request["wish"]), set(before["regions"])
    async with open_live() as daw:
        await daw.end_recording(job.id)
        session = await daw.snapshot()
    check_session(request["session_folder"], session)
    regions = tuple(
        RecordedRegion(
            take=None,
            track_id=route.id,
            track_name=route.name,
            playlist_id=next((playlist.id for playlist in route.playlists if playlist.is_used), ""),
            region_id=region.id,
            name=region.name,
            position_samples=region.position_samples,
            length_samples=region.length_samples,
            n_notes=region.n_notes,
        )
        for route in session.routes
        if route.id in wish.tracks
        for region in route.regions
        if region.id not in known
    )
    reason = "Sideman was ended meanwhile, so it was stopped; the regions are all that came onto the tracks since"
    return RecordingReport(regions=regions, n_takes=wish.n_takes, is_complete=False, reason=reason)
