"""Recording takes in the open editor: armed tracks, pre-roll or count-in, punch in and out, stopping by itself.

Ardour punches in and out on the sample by itself, so a take ends where it should even if this program dies; the
transport then rolls on without recording. Everything that was set for the recording is put back at its end.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from daw_bridge.bridge_client import BridgeClient, Recording
from daw_bridge.bridge_folder import JsonObject
from music.errors import Cancelled, RequestInvalid, TimedOut, TryLater
from music.job import JobContext, Progress
from music.time import BBT

_POLL_SECONDS = 0.03
_LOCATE_SECONDS = 5.0
_WRITE_SECONDS = 3.0  # for what is captured to become regions
_AFTER_END_SECONDS = 0.25  # punching out ends a take, but what was played then comes in later by the latencies
_SLACK_SECONDS = 10.0  # beyond the length of a take
_COUNT_IN_SECONDS = 30.0  # two bars of anything
_LONGEST_SECONDS = 4 * 3600.0  # of a take without an end
_MOST_TAKES = 64
_MOST_PRE_ROLL_BARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest:
    """What is to be recorded. Without an ``end``, a take goes on until somebody stops the transport."""

    tracks: tuple[str, ...]  # ids or names; these are armed and no others
    start: BBT
    end: BBT | None = None
    pre_roll_bars: int = 0  # played before the start
    is_counted_in: bool = False  # Ardour clicks two bars before it rolls
    n_takes: int = 1
    on_playlists: bool = False  # each take but the first on a playlist of its own; else all in layers on one

    def __post_init__(self) -> None:
        """Refuse what cannot be recorded."""
        if not self.tracks:
            raise RequestInvalid("recording needs at least one track")
        if self.end is not None and self.end <= self.start:
            raise RequestInvalid(f"end must come after start, got {self.start} to {self.end}")
        if not 1 <= self.n_takes <= _MOST_TAKES:
            raise RequestInvalid(f"n_takes must be within 1 and {_MOST_TAKES}, got {self.n_takes}")
        if not 0 <= self.pre_roll_bars <= _MOST_PRE_ROLL_BARS:
            raise RequestInvalid(f"pre_roll_bars must be within 0 and {_MOST_PRE_ROLL_BARS}, got {self.pre_roll_bars}")
        if self.n_takes > 1 and self.end is None:
            raise RequestInvalid("several takes need an end")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRegion:
    """What one take left on one track."""

    take: int | None  # from 1; None where that is not known any more
    track_id: str
    track_name: str
    playlist_id: str
    region_id: str
    name: str
    position_samples: int
    length_samples: int
    n_notes: int | None = None  # MIDI only


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReport:
    """What was recorded. It is complete when every take went to its end."""

    regions: tuple[RecordedRegion, ...]
    n_takes: int
    is_complete: bool
    reason: str = ""  # why it is not complete


async def record(
    client: BridgeClient, request: RecordRequest, *, name: str = "", job: JobContext | None = None
) -> RecordingReport:
    """Record takes and report what came of them; a cancelled job stops the transport, and what was played is kept.

    RequestInvalid for what cannot record, Recording when something is being recorded, TimedOut when Ardour does not
    move. What was armed, punched and counted in before is put back in every case, unless this process dies; then
    ``end_recording`` of the same ``name`` does it.
    """
    async with _alone(client):
        return await _record(client, request, name=name, job=job)


@contextlib.asynccontextmanager
async def _alone(client: BridgeClient) -> AsyncIterator[None]:
    """Keep other clients from recording, in the pauses between takes too; Recording where another one does."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(client.folder.lock("record", timeout_seconds=0))
        except TryLater as error:
            raise Recording("another recording is under way; wait for its end, or cancel its job") from error
        yield


async def end_recording(client: BridgeClient, name: str) -> bool:
    """End the recording that a process of ours left when it died; return whether there was one.

    The transport is stopped and what was armed is put back; what was played until then is on the tracks.
    """
    async with _alone(client):
        if not (await _ask(client, "is_open", name=name))["is_open"]:
            return False
        await _stop(client)
        await _ask(client, "close")
    return True


async def _record(
    client: BridgeClient, request: RecordRequest, *, name: str, job: JobContext | None
) -> RecordingReport:
    plan = await _ask(
        client,
        "prepare",
        name=name,
        tracks=list(request.tracks),
        start=_place(request.start),
        end=None if request.end is None else _place(request.end),
        pre_roll_bars=request.pre_roll_bars,
        is_counted_in=request.is_counted_in,
    )
    regions: list[RecordedRegion] = []
    short: list[str] = []
    reason, take = "", 0
    try:
        while take < request.n_takes and not reason:
            take += 1
            await _start(client, plan, on_new_playlists=request.on_playlists and take > 1)
            reason = await _see_through(client, plan, request, take=take, job=job)
            found = await _collect(client, take)
            regions += found
            short += _cut_short(found, plan["end_samples"])
    finally:
        try:
            await _stop(client)
        finally:
            await _ask(client, "close")
    if not reason and not regions:
        reason = "Ardour recorded nothing; is anything connected to the inputs of these tracks?"
    if not reason and short:
        reason = f"{'; '.join(short)}: the audio engine may have dropped out"
    return RecordingReport(regions=tuple(regions), n_takes=take, is_complete=not reason, reason=reason)


def _cut_short(regions: Sequence[RecordedRegion], end_samples: int | None) -> list[str]:
    """Return what is missing at the end of a take, track by track; notes have no end of their own."""
    if end_samples is None:
        return []
    ends = {one.track_name: one.position_samples + one.length_samples for one in regions if one.n_notes is None}
    return [f"{name} ends {end_samples - end} samples early" for name, end in ends.items() if end < end_samples]


async def stop_recording(client: BridgeClient) -> None:
    """Stop the transport; whoever waits for a recording then reports what was kept."""
    await _stop(client)


def _place(at: BBT) -> JsonObject:
    return {"bar": at.bar, "beat": at.beat, "tick": at.tick}


async def _ask(client: BridgeClient, action: str, **arguments: object) -> JsonObject:
    return await client.call("record", {"action": action, **arguments})


async def _start(client: BridgeClient, plan: JsonObject, *, on_new_playlists: bool) -> None:
    target = plan["locate_samples"]
    await _ask(client, "locate", samples=target)
    deadline = time.monotonic() + _LOCATE_SECONDS
    while True:
        state = await _ask(client, "state")
        if state["playhead_samples"] == target and not state["is_rolling"]:
            break
        if time.monotonic() > deadline:
            raise TimedOut("Ardour's transport (locate)", _LOCATE_SECONDS)
        await asyncio.sleep(_POLL_SECONDS)
    await _ask(client, "roll", on_new_playlists=on_new_playlists)


def _time_allowed(plan: JsonObject, request: RecordRequest) -> float:
    """Return how many seconds a take can last, with all that comes before it."""
    if plan["end_samples"] is None:
        return _LONGEST_SECONDS
    length: float = (plan["end_samples"] - plan["locate_samples"]) / plan["sample_rate_hz"]
    return length + _SLACK_SECONDS + (_COUNT_IN_SECONDS if request.is_counted_in else 0.0)


async def _see_through(
    client: BridgeClient, plan: JsonObject, request: RecordRequest, *, take: int, job: JobContext | None
) -> str:
    """Wait until a take is over, then stop; return why it did not go to its end, or an empty string."""
    allowed = _time_allowed(plan, request)
    begun = time.monotonic()
    after_end = round(_AFTER_END_SECONDS * plan["sample_rate_hz"])
    has_rolled, reason = False, ""
    while True:
        state = await _ask(client, "state")
        has_rolled = has_rolled or state["is_rolling"]
        if plan["end_samples"] is not None and state["playhead_samples"] >= plan["end_samples"] + after_end:
            break
        if has_rolled and not state["is_rolling"]:
            reason = "" if request.end is None else f"somebody stopped the transport in take {take}"
            break
        elapsed = time.monotonic() - begun
        if elapsed > allowed or (not has_rolled and elapsed > _LOCATE_SECONDS + _COUNT_IN_SECONDS):
            reason = f"the transport did not come to the end of take {take} within {elapsed:.0f} s"
            break
        if job is not None:
            job.report(Progress("recording", (take - 1 + min(1.0, elapsed / allowed)) / request.n_takes))
            try:
                job.raise_if_cancelled()
            except Cancelled:
                reason = f"it was cancelled in take {take}"
                break
        await asyncio.sleep(_POLL_SECONDS)
    await _stop(client)
    return reason


async def _stop(client: BridgeClient) -> None:
    deadline = time.monotonic() + _LOCATE_SECONDS
    while (await _ask(client, "state"))["is_rolling"]:
        await _ask(client, "halt")
        if time.monotonic() > deadline:
            raise TimedOut("Ardour's transport (stop)", _LOCATE_SECONDS)
        await asyncio.sleep(_POLL_SECONDS)


async def _collect(client: BridgeClient, take: int) -> list[RecordedRegion]:
    """Wait until what was captured is on the tracks, and return it; nothing where nothing comes."""
    deadline = time.monotonic() + _WRITE_SECONDS
    found: list[JsonObject] = []
    while time.monotonic() < deadline:
        answer = await _ask(client, "take")
        is_settled = len(answer["regions"]) >= answer["n_tracks"] and answer["regions"] == found
        found = answer["regions"]
        if is_settled:
            break
        await asyncio.sleep(_POLL_SECONDS)
    return [
        RecordedRegion(
            take=take,
            track_id=facts["track"],
            track_name=facts["track_name"],
            playlist_id=facts["playlist"],
            region_id=facts["region"],
            name=facts["name"],
            position_samples=facts["position_samples"],
            length_samples=facts["length_samples"],
            n_notes=facts.get("n_notes"),
        )
        for facts in found
    ]
