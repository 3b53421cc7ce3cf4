"""The studio: everything faces can ask for, and the one function that builds it."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

from daw_bridge.bridge_client import EditorClosed, Recording
from daw_bridge.button_ear import ButtonEar, ButtonPress, Press, UndoPress, VaryPress
from daw_bridge.daw import Capabilities, TransportAction, TransportState
from daw_bridge.doctor import Check, Verdict
from daw_bridge.events import Passing
from daw_bridge.programs import find_ardour
from daw_bridge.recording import RecordingReport, RecordRequest
from engines.registry import load_registry
from library.ratings import Rating, read_rating, write_rating
from library.ratings import Verdict as TakeVerdict
from library.takes import TakeStore, read_take, take_file, take_to_json
from music.changeset import ChangeSetResult, ChangeSetState, OutcomeStatus
from music.clip import Clip
from music.errors import NotFound, RequestInvalid, SetupBroken, StudioError, TimedOut
from music.job import Progress
from music.take import Take
from renderers.soundfont import find_soundfont
from workflows import record, vary, vary_button
from workflows.ardour import follow_editor, open_ear, open_live
from workflows.commands import spelled_here
from workflows.configuration import with_plugins
from workflows.durable import DurableJobs, JobId, JobState, JobStatus
from workflows.generate import CLIP, check_wish, generate_recipe
from workflows.generate_button import differences, question, read_words, remarks, to_request
from workflows.given_clip import find_clip
from workflows.given_selection import clip_of_selection
from workflows.learn_style import LearntStyle, learn_style
from workflows.listening import Listening
from workflows.open_session import OpenSession
from workflows.place import place_recipe
from workflows.place_part import find_part
from workflows.placement import check_session
from workflows.planner import LlmSettings, load_planner
from workflows.render import render_recipe
from workflows.requests import SELECTION, Destination, GenerateRequest, PlaceRequest, VaryRequest
from workflows.rooms import Rooms
from workflows.sessions import Sessions
from workflows.settings import Settings
from workflows.take_tree import KeptTake, TakeTree, as_tree
from workflows.undo_button import answer_undo
from workflows.vary_vocabulary import load_variation_words

__all__ = [
    "Availability",
    "Check",
    "Passing",
    "Rating",
    "RecordRequest",
    "RecordingReport",
    "Studio",
    "TakeTree",
    "TakeVerdict",
    "TransportAction",
    "TransportState",
    "Verdict",
    "build_studio",
    "to_json",
]

_SHORTEST_POLL_SECONDS, _LONGEST_POLL_SECONDS = 0.02, 0.25
_ADOPT_SECONDS = 1.0
_DAY_SECONDS = 24 * 3600.0
_PROBE_SECONDS = 1.0
_LOG = logging.getLogger(__name__)
_ANY: TypeAdapter[object] = TypeAdapter(object)
_RESULT = TypeAdapter(ChangeSetResult)
_GENERATE = TypeAdapter(GenerateRequest)
_PLACE = TypeAdapter(PlaceRequest)


def to_json(value: object) -> str:
    """Return any of our values as JSON text."""
    return _ANY.dump_json(value, indent=2, fallback=str).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What is available now, as probed; ``ardour_problem`` says what to do where Ardour is not reached."""

    sideman_version: str
    ardour: Capabilities | None
    ardour_problem: str | None
    offline_sessions: str  # the interpreter that writes them, or why there is none
    soundfont: str
    engines: tuple[str, ...]
    planner: str
    allowed_folders: tuple[str, ...]
    styles: tuple[str, ...]
    instruments: tuple[str, ...]


class Studio:
    """All workflows, for every face. Make it with ``build_studio`` and close it."""

    def __init__(self, rooms: Rooms, jobs: DurableJobs) -> None:
        self._rooms = rooms
        self._jobs = jobs
        self.open_session = OpenSession(rooms.open_daw, allowed_folders=rooms.allowed_folders)
        self.sessions = Sessions(lambda: open_live(rooms.settings), allowed_folders=rooms.allowed_folders)

        self.listening = Listening(
            rooms,
            jobs,
            settle=lambda job_id, seconds: self.settled(job_id, timeout_seconds=seconds),
            new_id=new_job_id,
        )

    def close(self) -> None:
        """Stop taking work and free what is held; unfinished jobs stay recorded."""
        self._jobs.close()

    # Making and placing takes

    async def generate(self, request: GenerateRequest) -> JobId:
        """Check a wish, start a job for it, and return its id, which becomes the take's.

        Raises RequestInvalid for what cannot be met and StorageFailed where the take cannot be kept; nothing is
        written then.
        """
        request, clip = await self._with_clip(request)
        await asyncio.to_thread(check_wish, self._rooms.planner, request, clip)
        parent = self._rooms.takes.prepare(Path(request.out) if request.out else None)
        chosen, notices = await self._with_destination(request)
        chosen = replace(chosen, seed=request.seed if request.seed is not None else _draw_seed())
        return self._jobs.start(
            new_job_id(),
            "generate",
            {
                "wish": _GENERATE.dump_python(chosen, mode="json"),
                "parent": str(parent),
                "notices": notices,
                "is_session_extra": request.to is Destination.AUTO,
                "clip": CLIP.dump_python(clip, mode="json") if clip else None,  # whatever becomes of its file
            },
        )

    async def _with_clip(self, request: GenerateRequest) -> tuple[GenerateRequest, Clip | None]:
        """Return the music that a wish starts from; what is selected in Ardour goes back to the bar it came from."""
        if request.given is None:
            return request, None
        if request.given != SELECTION:
            return request, await asyncio.to_thread(find_clip, self._rooms, request.given)
        clip, first_bar = clip_of_selection(await self.open_session.snapshot())
        stays_out = request.to in (Destination.SESSION, Destination.NONE)
        return (request if stays_out or request.at_bar else replace(request, at_bar=first_bar)), clip

    async def vary(self, request: VaryRequest) -> JobId:
        """Read what is to change about a take, start a job for it, and return its id, which becomes the new take's.

        Raises NotFound for an unknown take and RequestInvalid for words that ask for nothing that can be changed.
        """
        folder = self._rooms.take_folder(request.take)
        plan = read_take(folder).plan
        asked, notices = await vary.understand(self._rooms.planner, self._rooms.variation_words, plan, request)
        parent = self._rooms.takes.prepare(Path(request.out) if request.out else None)
        if request.to is Destination.LIVE:
            session = await self.open_session.snapshot()
            check_session(request.session_folder, session)
            request = replace(request, session_folder=session.folder)
        seed = request.seed if request.seed is not None else _draw_seed()
        chosen = replace(request, take=str(folder), seed=seed)
        recorded = vary.to_request(chosen, asked) | {"parent": str(parent), "notices": notices}
        return self._jobs.start(new_job_id(), "vary", recorded)

    async def place(self, request: PlaceRequest) -> JobId:
        """Start a job that places a kept take in the open session, and return its id."""
        folder = self._rooms.take_folder(request.take)
        session = await self.open_session.snapshot()
        check_session(request.session_folder, session)
        # whichever process goes on with it, wherever that was started, and whichever session is open by then
        request = replace(request, take=str(folder), session_folder=session.folder)
        return self._jobs.start(new_job_id(), "place", {"wish": _PLACE.dump_python(request, mode="json")})

    async def record(self, wish: RecordRequest) -> JobId:
        """Start a job that records takes, and return its id; Recording while something is being recorded."""
        under_way = [job.id for job in self.jobs(only_running=True) if job.recipe == "record"]
        session = await self.open_session.snapshot()
        if under_way or session.is_recording:
            what = f"job {under_way[0]} is recording" if under_way else "the transport is recording"
            raise Recording(f"{what}; wait for its end, or {'cancel the job' if under_way else 'stop it first'}")
        return self._jobs.start(new_job_id(), "record", record.to_json(wish, session))

    async def _with_destination(self, request: GenerateRequest) -> tuple[GenerateRequest, list[str]]:
        """Return the request with the place settled where the take goes, and what to tell about it."""
        if request.to is Destination.AUTO:
            return await self._chosen_destination(request)
        if request.to is Destination.LIVE:
            session = await self.open_session.snapshot()
            check_session(request.session_folder, session)
            return replace(request, session_folder=session.folder), []
        if request.to is Destination.SESSION:
            find_ardour()
        return request, []

    async def _chosen_destination(self, request: GenerateRequest) -> tuple[GenerateRequest, list[str]]:
        """Choose the open session where there is one, else a session of its own where Ardour is installed."""
        notices = []
        try:
            async with self._rooms.open_daw() as daw:
                await asyncio.wait_for(daw.capabilities(), _PROBE_SECONDS)
                session = await daw.snapshot()
        except (SetupBroken, EditorClosed):
            if request.at_bar is not None:
                notices.append(f"bar {request.at_bar} was asked for, but no session is open in Ardour")
        except (StudioError, TimeoutError) as error:
            reason = str(error) or f"Ardour did not answer within {_PROBE_SECONDS:g} s"
            notices.append(f"a session is open, but the take was not placed in it: {reason}")
        else:
            return replace(request, to=Destination.LIVE, session_folder=session.folder), []
        try:
            find_ardour()
        except SetupBroken as error:
            notices.append(f"no Ardour session was written: {error}")
            return replace(request, to=Destination.NONE, at_bar=None), notices
        return replace(request, to=Destination.SESSION, at_bar=None), notices

    # Takes

    def takes(self, limit: int, verdict: TakeVerdict | None = None) -> TakeTree:
        """Return the newest takes, of one verdict if that is asked for, each below the one that it was varied from."""

        def is_wanted(folder: Path) -> bool:
            return verdict is None or read_rating(folder).verdict is verdict

        kept = self._rooms.takes.newest(limit, is_wanted=is_wanted)
        listed = [KeptTake(take=take, rating=self.rating(take.id)) for take in kept.takes]
        return TakeTree(takes=as_tree(listed), damaged=kept.damaged)

    def rating(self, name: str) -> Rating:
        """Return what was thought of a take."""
        return read_rating(self.take_folder(name))

    def rate(self, name: str, verdict: TakeVerdict, note: str = "") -> Rating:
        """Keep what is thought of a take; a rejected one is kept, too. Returns what was read back."""
        folder = self.take_folder(name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        write_rating(folder, Rating(verdict=verdict, note=note.strip(), rated_utc=now))
        return read_rating(folder)

    def take_ids(self) -> tuple[str, ...]:
        """Return the ids of all takes that are kept, newest first."""
        return self._rooms.takes.ids()

    def take(self, name: str) -> Take:
        """Return a take by its id, title or allowed folder; NotFound names the nearest."""
        return read_take(self.take_folder(name))

    def take_folder(self, name: str) -> Path:
        """Return where a take is."""
        return self._rooms.take_folder(name)

    def take_json(self, name: str) -> str:
        """Return the content of a take's ``take.json``."""
        return take_to_json(self.take(name)).decode()

    async def take_file(self, name: str, path: str, *, most_bytes: int) -> bytes:
        """Return the content of one of a take's files, by its path in the take; NotFound for any other path.

        RequestInvalid says where a file lies that is longer than ``most_bytes``.
        """
        file = await asyncio.to_thread(take_file, self.take(name), self.take_folder(name), path)
        n_bytes = file.stat().st_size
        if n_bytes > most_bytes:
            raise RequestInvalid(
                f"{path} has {n_bytes} bytes, at most {most_bytes} are sent at once; open the file itself: {file}"
            )
        return await asyncio.to_thread(file.read_bytes)

    def learn_style(self, folder: str, *, name: str, base: str | None = None) -> LearntStyle:
        """Learn a style from the MIDI files below a folder, and keep it with the user's own styles.

        It can be asked for from the next start on.
        """
        return learn_style(self._rooms, folder, name=name, base=base, styles_folder=self._rooms.settings.styles_dir)

    # Jobs

    def job(self, job_id: JobId) -> JobStatus:
        """Return where a job stands."""
        return self._jobs.status(job_id)

    def jobs(self, *, only_running: bool = False) -> tuple[JobStatus, ...]:
        """Return the latest jobs, newest first."""
        return self._jobs.list(only_running=only_running)

    async def cancel(self, job_id: JobId) -> JobStatus:
        """Cancel a job; it stops at its next check, and what a killed process has left of it is cleaned up now."""
        return await asyncio.to_thread(self._jobs.cancel, job_id)

    def interrupted_jobs(self) -> tuple[JobId, ...]:
        """Return unfinished jobs of processes that are gone, with which nobody goes on."""
        return self._jobs.orphans()

    def is_leaving_work(self) -> bool:
        """Tell whether closing now interrupts a job of this process."""
        return self._jobs.is_leaving_work()

    def adopt_orphans(self) -> tuple[JobId, ...]:
        """Take over unfinished jobs of processes that are gone."""
        return self._jobs.adopt_orphans()

    async def settled(
        self,
        job_id: JobId,
        *,
        timeout_seconds: float = _DAY_SECONDS,
        on_progress: Callable[[Progress], Awaitable[None]] | None = None,
    ) -> JobStatus:
        """Wait until a job has ended, one way or another; TimedOut when it has not in time."""
        began = time.monotonic()
        while True:
            status = await asyncio.to_thread(self._jobs.status, job_id)
            if on_progress:
                await on_progress(status.progress)
            if status.state is not JobState.RUNNING and not self._jobs.is_held(job_id):
                return status
            waited_seconds = time.monotonic() - began
            if waited_seconds > timeout_seconds:
                raise TimedOut(f"job {job_id}", timeout_seconds)
            await asyncio.sleep(min(_SHORTEST_POLL_SECONDS + waited_seconds / 40, _LONGEST_POLL_SECONDS))

    async def idle(self) -> None:
        """Wait until no job of any process on this machine is unfinished, taking over those whose process ends."""
        await asyncio.to_thread(self.adopt_orphans)
        while running := await asyncio.to_thread(self.jobs, only_running=True):
            with suppress(TimedOut):
                await self.settled(running[0].id, timeout_seconds=_ADOPT_SECONDS)
            await asyncio.to_thread(self.adopt_orphans)

    def take_of(self, status: JobStatus) -> Take | None:
        """Return the take that a job made or placed, if it is kept and can be read.

        A job that made its take and then failed to place it has one, too: it bears the job's id.
        """
        with suppress(StudioError):
            folder = (status.result or {}).get("folder")
            return read_take(Path(folder)) if folder else self.take(status.id)
        return None

    def placement_of(self, status: JobStatus) -> ChangeSetResult | None:
        """Return what a finished job did to the session, if it placed something."""
        placed = (status.result or {}).get("placed")
        return _RESULT.validate_python(placed) if placed else None

    # The open session

    async def availability(self) -> Availability:
        """Probe what is available now."""
        ardour, problem = None, None
        try:
            async with self._rooms.open_daw() as daw:
                ardour = await daw.capabilities()
        except StudioError as error:
            problem = str(error)
        llm = self._rooms.planner.llm
        return Availability(
            sideman_version=version("sideman"),
            ardour=ardour,
            ardour_problem=problem,
            offline_sessions=_found(lambda: str(find_ardour().lua)),
            soundfont=_found(lambda: str(find_soundfont(self._rooms.settings.soundfont).path)),
            engines=tuple(f"{listing.name}: {listing.reason or 'ready'}" for listing in self._rooms.engines.listings),
            planner=f"llm:{llm.model}" if llm else "rules",
            allowed_folders=tuple(map(str, self.open_session.allowed_folders)),
            styles=tuple(sorted(self._rooms.styles)),
            instruments=tuple(sorted(self._rooms.instruments)),
        )

    async def passing(self) -> Passing:
        """Tell what passes in the open session now."""
        async with open_live(self._rooms.settings) as daw:
            return await daw.passing()

    def follow(self) -> AsyncGenerator[Passing | None, None]:
        """Yield what passes in the open session, now and whenever it changes; None while none is open."""
        return follow_editor(self._rooms.settings)

    async def _session_key(self) -> str | None:
        """Return the key of what Sideman last placed in the open session: Ardour itself keeps none."""
        async with self._rooms.open_daw() as daw:
            placed = [done.id for done in await daw.change_sets() if done.state is ChangeSetState.APPLIED]
        for job_id in reversed(placed):
            with suppress(NotFound):
                if take := self.take_of(self.job(JobId(job_id))):
                    return str(take.plan.key)
        return None

    async def listen_for_buttons(self, tell: Callable[[str], None]) -> None:
        """Do what Ardour's buttons ask for, until cancelled, and tell what becomes of it line by line."""
        async with open_ear(self._rooms.settings) as ear, asyncio.TaskGroup() as answers:
            async for press in ear.presses():
                answers.create_task(self._answer_or_log(press, ear, tell))

    async def _answer_or_log(self, press: Press, ear: ButtonEar, tell: Callable[[str], None]) -> None:
        """Answer a press; whatever goes wrong with one, the server goes on with the next."""
        try:
            await self._answer(press, ear, tell)
        except Exception:  # noqa: BLE001  a server's loop
            _LOG.exception("the press %s was not answered", press.id)

    async def _answer(self, press: Press, ear: ButtonEar, tell: Callable[[str], None]) -> None:
        if isinstance(press, UndoPress):
            await answer_undo(press, ear, tell, open_daw=self._rooms.open_daw)
        elif isinstance(press, VaryPress):
            await self._answer_vary(press, ear, tell)
        else:
            await self._answer_wish(press, ear, tell)

    async def _answer_wish(self, press: ButtonPress, ear: ButtonEar, tell: Callable[[str], None]) -> None:
        """Do what a press of "generate here" asks for; whoever pressed sees the tracks appear, or why they do not."""
        try:
            words = read_words(self._rooms.planner, press)
            request = to_request(press, words.reading.brief)
            # before Ardour, which waits for our answer, is asked anything
            reading = check_wish(self._rooms.planner, request)
        except StudioError as error:
            tell(f"button: {press.prompt!r}: {error}")
            problem = spelled_here(str(error))
            ear.answer(press.id, problem)
            await ear.see_shown(press.id, problem)
            return
        other = differences(words.reading.brief, press)
        if other and not press.is_agreed:
            tell(f"button: {press.prompt!r}: asked whether to go on: {' '.join(other)}")
            ear.ask(press.id, question(other))
            await ear.see_shown(press.id, f"{press.prompt!r} was not played: {' '.join(other)}")
            return
        ear.answer(press.id)
        try:
            key = await self._session_key() if reading.brief.key is None else None  # what the words name wins
            job_id = await self.generate(replace(request, key=key))
            tell(f"button: {press.prompt!r}, at {press.at}: job {job_id}")
            status = await self.settled(job_id)
            self._raise_unless_placed(status)
            placed = self.take_of(status) if self.placement_of(status) else None  # nothing by a job that was cancelled
            if placed:
                tell(f"button: {press.prompt!r}: placed, in {placed.plan.key}")
            drawn_key = placed.plan.key if placed and key is None and reading.brief.key is None else None
            if told := "; ".join(remarks(reading, words, press, drawn_key=drawn_key)):
                ear.leave_notice(f"{press.prompt!r}: {told}")
        except StudioError as error:
            tell(f"button: {press.prompt!r}: {error}")
            ear.leave_notice(spelled_here(f"{press.prompt!r} did not work: {error}"))

    async def _answer_vary(self, press: VaryPress, ear: ButtonEar, tell: Callable[[str], None]) -> None:
        """Do what a press of "vary selected part" asks for; whoever pressed sees the region change, or why not."""
        try:
            brought_by, part = find_part(press.session_folder, press.route, press.region)
            take = self.take_of(self.job(JobId(brought_by)))
            if take is None:
                raise NotFound("take", brought_by, known="the take that this part came from is not kept any more")
            request = vary_button.to_request(press, take, part)
            # before Ardour, which waits for our answer, is asked anything
            asked = vary.read_wish(self._rooms.planner, self._rooms.variation_words, take.plan, request)
        except StudioError as error:
            tell(f"button: {press.words!r}: {error}")
            problem = spelled_here(str(error))
            ear.answer(press.id, problem)
            await ear.see_shown(press.id, problem)
            return
        ear.answer(press.id)
        try:
            job_id = await self.vary(request)
            tell(f"button: {press.words!r}, of the {part.role.value}: job {job_id}")
            self._raise_unless_placed(await self.settled(job_id))
            if unused := ", ".join(asked.reading.unused):
                ear.leave_notice(f"{press.words!r}: not understood: {unused}")
        except StudioError as error:
            tell(f"button: {press.words!r}: {error}")
            ear.leave_notice(spelled_here(f"{press.words!r} did not work: {error}"))

    def _raise_unless_placed(self, status: JobStatus) -> None:
        """Raise what kept an ended job from placing its take; a cancelled one was meant to end so."""
        if status.error:
            raise status.error
        placed = self.placement_of(status)
        if placed and placed.state is not ChangeSetState.APPLIED:
            failed = (done.reason for done in placed.outcomes if done.status is not OutcomeStatus.NOT_APPLIED)
            raise StudioError(f"the take is made, but placing it ended {placed.state.value}: {next(failed, '')}")


def _found(find: Callable[[], str]) -> str:
    try:
        return find()
    except SetupBroken as error:
        return f"none: {error}"


def _draw_seed() -> int:
    return secrets.randbelow(2**31)


def new_job_id() -> JobId:
    """Return an id that sorts by time and never repeats."""
    return JobId(f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}")


def build_studio(settings: Settings, *, on_progress: Callable[[JobId, Progress], None] | None = None) -> Studio:
    """Build everything from the settings. ``on_progress`` hears of each job of this process, in the job's thread."""
    planner = load_planner(
        settings.configs_dir,
        _llm(settings),
        own_styles=settings.styles_dir,
        own_pronunciations=settings.pronunciations,
    )
    with_plugins(planner.repertoire.instruments, settings.lv2_instruments)  # told now, not with the first take
    rooms = Rooms(
        settings=settings,
        planner=planner,
        variation_words=load_variation_words(settings.configs_dir / "variations.toml"),
        engines=load_registry(),
        takes=TakeStore(settings.takes_dir),
        open_daw=lambda: open_live(settings),
    )
    made = (
        generate_recipe(rooms),
        vary.vary_recipe(rooms),
        place_recipe(rooms),
        record.record_recipe(lambda: open_live(settings)),
        render_recipe(rooms),
    )
    recipes = {recipe.name: recipe for recipe in made}
    return Studio(rooms, DurableJobs(settings.data_dir, recipes, on_progress=on_progress))


def _llm(settings: Settings) -> LlmSettings | None:
    if settings.llm_model is None:
        return None
    return LlmSettings(
        model=settings.llm_model,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        azure_api_version=settings.llm_azure_api_version,
        timeout_seconds=settings.llm_timeout_seconds,
    )
