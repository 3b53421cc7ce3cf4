"""Making a take: the stages that all takes go through, whatever their notes come from.

Every stage may run again after a kill, so each writes into the take's hidden staging folder, replacing what it finds;
``finish`` moves the folder to its place in one step.
"""

import json
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter

from engines.engine import EngineContext, Result
from library.takes import describe_files, write_atomically
from music.errors import EngineFailed, SetupBroken, StorageFailed, TimedOut
from music.instrument import Instrument
from music.job import Progress
from music.midi_file import score_to_midi
from music.plan import Plan
from music.score import Score
from music.session_layout import Playback
from music.take import TAKE_FORMAT, Asset, Take, TakeId
from music.vocal_notes import vocal_notes
from renderers.soundfont import find_soundfont
from workflows.cancelling import run_unless_cancelled
from workflows.durable import Job, JobId, JsonObject, Recipe, Stage
from workflows.place import PLACE_STAGES, run_placement
from workflows.placement import voice_notices
from workflows.planner import Planned
from workflows.requests import Destination, PartInSession, PlaceRequest
from workflows.rooms import Rooms
from workflows.take_back import take_back_placement
from workflows.take_files import (
    ASSETS,
    COMPARISONS,
    MIX_FILE,
    SCORE_FILE,
    STEMS_FOLDER,
    VOCALS_FILE,
    read_score,
    stem_path,
)
from workflows.take_session import session_name, write_take_session

_PLANNED = TypeAdapter(Planned)


class Wish(Protocol):
    """What every wish for a take says about where it goes."""

    @property
    def to(self) -> Destination:
        """Where the take goes besides its folder."""

    @property
    def at_bar(self) -> int | None:
        """The first bar in the open session."""

    @property
    def session_folder(self) -> str | None:
        """The session that was open when it was asked for."""


def _stages(request: JsonObject) -> tuple[Stage, ...]:
    """Return the stages of a request, weighted by how long they take."""
    to = Destination(request["wish"]["to"])
    return (
        Stage("plan", 3),
        Stage("compose", 3),
        Stage("render", 50),
        Stage("measure", 14),
        Stage("session", 100 if to is Destination.SESSION else 0),
        Stage("finish", 5),
        *(PLACE_STAGES if to is Destination.LIVE else ()),
    )


def making_recipe(
    name: str,
    rooms: Rooms,
    making: "Callable[[Rooms, Job, JsonObject], Making]",
    read_wish: Callable[[JsonObject], Wish],
) -> Recipe:
    """Return a recipe that makes takes: its request holds the wish, the folder to keep the take in, and notices."""

    def run(job: Job, request: JsonObject) -> JsonObject:
        made = making(rooms, job, request)
        try:
            folder = made.make()
        except BaseException:  # failed or cancelled: nothing half-made stays, unless another process goes on with it
            if not job.is_handed_over:
                rooms.takes.discard(made.parent, made.take_id)
            raise
        result: JsonObject = {"take": made.take_id, "folder": str(folder)}
        wish = made.wish
        if wish.to is Destination.LIVE:
            placing = PlaceRequest(take=made.take_id, at_bar=wish.at_bar, session_folder=wish.session_folder)
            result["placed"] = run_placement(rooms, job, placing, folder, part=made.part)
        return result

    def clean_up(job_id: JobId, request: JsonObject) -> None:
        rooms.takes.discard(Path(request["parent"]), TakeId(job_id))
        wish = read_wish(request["wish"])
        if wish.to is Destination.LIVE:
            take_back_placement(rooms, job_id, wish.session_folder)

    return Recipe(name=name, stages=_stages, run=run, clean_up=clean_up)


class Making(ABC):
    """One run of such a recipe: its stages in order, each returning what is recorded of it."""

    def __init__(self, rooms: Rooms, job: Job, request: JsonObject, wish: Wish) -> None:
        self._rooms, self._job = rooms, job
        self.wish = wish
        self.parent = Path(request["parent"])
        self._notices = tuple(request["notices"])
        self._is_session_extra = bool(request.get("is_session_extra"))  # nobody asked for one: the take counts
        self.take_id = TakeId(job.id)
        self._folder = rooms.takes.staging(self.parent, self.take_id)
        self._timings: list[tuple[str, float]] = []

    @property
    def part(self) -> PartInSession | None:
        """The part of the open session that the take's own replaces; None places the whole take."""
        return None

    def make(self) -> Path:
        """Run all stages up to the finished folder."""
        planned = _PLANNED.validate_python(
            self._timed("plan", lambda: dict(_PLANNED.dump_python(self.plan(), mode="json")))
        )
        composed = self._timed("compose", lambda: self.compose(planned))
        rendered = self._timed("render", lambda: self._render(planned))
        measured = self._timed("measure", lambda: self._measure(planned))
        session = self._timed("session", lambda: self._write_session(planned, rendered["frames"]))
        made = composed | rendered | measured
        made["notices"] = [
            *self._notices,
            *planned.notices,
            *composed["notices"],
            *rendered["notices"],
            *session["notices"],
            *self._voice_notices(planned),
        ]
        return Path(self._job.step("finish", lambda: self._finish(planned, made)))

    def _timed(self, stage: str, work: Callable[[], JsonObject]) -> JsonObject:
        def timed() -> JsonObject:
            start = time.perf_counter()
            return {"result": work(), "seconds": round(time.perf_counter() - start, 4)}

        done = self._job.step(stage, timed)
        self._timings.append((stage, done["seconds"]))
        result: JsonObject = done["result"]
        return result

    @abstractmethod
    def plan(self) -> Planned:
        """Decide what will be made."""

    @abstractmethod
    def compose(self, planned: Planned) -> JsonObject:
        """Write the score into the staging folder; return ``engine_version`` and ``notices``, and what else is kept."""

    def account(self, take: Take, made: JsonObject) -> Take:  # noqa: ARG002  where more is known
        """Return the take's account with what is known besides; ``made`` is what the stages returned."""
        return take

    def _render(self, planned: Planned) -> JsonObject:
        from workflows.take_audio import render_take  # noqa: PLC0415  loaded with the first take

        return render_take(
            read_score(self._folder, planned.plan),
            self._folder,
            loudness_lufs=planned.plan.loudness_lufs,
            instruments=self._rooms.instruments,
            soundfont=find_soundfont(self._rooms.settings.soundfont),
            job=self._job,
        )

    def _measure(self, planned: Planned) -> JsonObject:
        from workflows.take_audio import measure_and_annotate  # noqa: PLC0415  loaded with the first take

        return measure_and_annotate(read_score(self._folder, planned.plan), self._folder, planned)

    def _write_session(self, planned: Planned, stem_length_samples: int) -> JsonObject:
        """Write the Ardour session where one is wanted; where it is only an extra, a broken Ardour costs no take."""
        if self.wish.to is not Destination.SESSION:
            return {"notices": []}
        target = self._folder / session_name(planned.plan.title)
        shutil.rmtree(target, ignore_errors=True)  # of a run that was killed after it wrote the session
        stems, score = self._folder / STEMS_FOLDER, read_score(self._folder, planned.plan)
        written = write_take_session(
            self._rooms, score, stems=stems, stem_length_samples=stem_length_samples, folder=target
        )
        try:
            run_unless_cancelled(self._job, written)
        except (SetupBroken, TimedOut) as error:
            if not self._is_session_extra or isinstance(error, StorageFailed):
                raise
            return {"notices": [f"no Ardour session was written: {error}"]}
        return {"notices": []}

    def _voice_notices(self, planned: Planned) -> list[str]:
        """Tell which parts do not sound in Ardour as in the mix."""
        if self.wish.to is Destination.NONE or self._rooms.settings.playback != Playback.MIDI.value:
            return []
        return voice_notices(planned.plan.parts, self._rooms.instruments)

    def _finish(self, planned: Planned, made: JsonObject) -> str:
        """Write the account and move the take to its place; where a killed process had done so, only say where."""
        place = self.parent / self.take_id
        if place.exists():
            return str(self._rooms.takes.remember(place))
        plan = planned.plan
        assets = ASSETS.validate_python(made["assets"])
        audio = [stem_path(part.role) for part in plan.parts] + [MIX_FILE]
        seconds: float = made["frames"] / made["sample_rate_hz"]
        lengths = dict.fromkeys(audio, seconds) | {SCORE_FILE: plan.length_seconds}
        take = Take(
            format=TAKE_FORMAT,
            id=self.take_id,
            created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
            sideman_version=version("sideman"),
            reading=planned.reading,
            plan=plan,
            engine=plan.engine,
            engine_version=made["engine_version"],
            licence=_licence(assets),
            assets=assets,
            comparisons=COMPARISONS.validate_python(made["comparisons"]),
            files=describe_files(self._folder, lengths),
            timings_seconds=tuple(self._timings),
            notices=tuple(made["notices"]),
        )
        return str(self._rooms.takes.finish(self.parent, self.account(take, made)))


def run_engine(rooms: Rooms, job: Job, plan: Plan) -> tuple[Result, str]:
    """Have a plan's engine make its score, and return that with the engine's version; EngineFailed where none comes."""
    engine = rooms.engines.create(plan.engine, EngineContext(styles=rooms.styles, instruments=rooms.instruments))
    result = None
    for made in engine.generate(plan, job):
        if isinstance(made, Progress):
            job.report(made)
        elif isinstance(made, Result):
            result = made
    if result is None or result.score is None:
        raise EngineFailed(plan.engine, "it ended without a score", retryable=False)
    return result, engine.spec.version


def write_score(folder: Path, score: Score, plan: Plan, instruments: Mapping[str, Instrument]) -> list[str]:
    """Write a take's score, and what a singing engine needs where it has words; return what is to be told."""
    write_atomically(folder / SCORE_FILE, score_to_midi(score, instruments))
    if not plan.lyrics:
        return []
    try:
        sung = vocal_notes(score, plan.lyrics)
    except ValueError:
        return [f"some syllables have no note of their own any more, so that {VOCALS_FILE} was not written"]
    write_atomically(folder / VOCALS_FILE, json.dumps(sung, indent=1, ensure_ascii=False).encode() + b"\n")
    return []


def _licence(assets: tuple[Asset, ...]) -> str:
    """Return the licence of the sounds in the audio; what our own synth voices make carries none."""
    sounds = {asset.licence for asset in assets if asset.kind != "synth voice"}
    return " AND ".join(sorted(sounds)) or "none needed"
