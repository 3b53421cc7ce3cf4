"""What tools return: small Pydantic models, made from values at the edge, with few tokens in mind."""

from typing import Literal

from pydantic import BaseModel, Field

from music.changeset import ChangeSetResult
from music.session import Route, SessionSnapshot
from music.take import Take
from workflows.durable import JobStatus


class Compared(BaseModel):
    """One property of a take, asked against measured."""

    name: str
    asked: str
    measured: str
    agrees: bool | None = Field(description="null: it could not be measured")
    note: str = ""

    @classmethod
    def of(cls, take: Take) -> list["Compared"]:
        """Return all comparisons of a take."""
        return [
            cls(name=row.name, asked=row.asked, measured=row.measured, agrees=row.agrees, note=row.note)
            for row in take.comparisons
        ]


class TakeSummary(BaseModel):
    """A take in one line."""

    id: str
    title: str
    created_utc: str
    style: str
    tempo_bpm: float
    key: str
    time_signature: str
    bars: int
    seconds: float
    licence: str

    @classmethod
    def of(cls, take: Take) -> "TakeSummary":
        """Return the summary of a take."""
        plan = take.plan
        return cls(
            id=take.id,
            title=plan.title,
            created_utc=take.created_utc,
            style=plan.style,
            tempo_bpm=plan.tempo_bpm,
            key=str(plan.key),
            time_signature=str(plan.time_signature),
            bars=plan.n_bars,
            seconds=round(plan.length_seconds, 3),
            licence=take.licence,
        )


class TakeDetail(TakeSummary):
    """A take with its parts, sections, measurements and how the request was understood."""

    prompt: str
    seed: int
    engine: str
    planner: str
    sections: list[str] = Field(description="name: bars first-last")
    parts: list[str] = Field(description="role: instrument")
    measured: list[Compared]
    understood: list[str]
    assumed: list[str]
    not_understood: list[str]
    conflicts: list[str]
    notices: list[str]
    folder: str
    resources: list[str] = Field(description="URIs that can be read: the account, the score, the audio")

    @classmethod
    def of_folder(cls, take: Take, folder: str) -> "TakeDetail":
        """Return the detail of a take that is kept in ``folder``."""
        plan, reading = take.plan, take.reading
        return cls(
            **TakeSummary.of(take).model_dump(),
            prompt=plan.prompt,
            seed=plan.seed,
            engine=f"{take.engine} {take.engine_version}",
            planner=plan.planner,
            sections=[f"{s.name}: {s.start_bar}-{s.start_bar + s.n_bars - 1}" for s in plan.sections],
            parts=[f"{part.role.value}: {part.instrument}" for part in plan.parts],
            measured=Compared.of(take),
            understood=[f"{remark.field}: {remark.text}" for remark in reading.understood],
            assumed=[f"{remark.field}: {remark.text}" for remark in reading.assumed],
            not_understood=list(reading.unused),
            conflicts=[f"{remark.field}: {remark.text}" for remark in reading.conflicts],
            notices=list(take.notices),
            folder=folder,
            resources=[take_uri(take.id, file.path) for file in take.files if not file.path.startswith("ardour/")],
        )


def take_uri(take_id: str, path: str) -> str:
    """Return the URI under which a file of a take can be read."""
    return f"sideman://takes/{take_id}/{path}"


class OperationOutcome(BaseModel):
    """What became of one operation on the session."""

    verb: str
    status: str
    asked: str = ""
    read_back: str = ""
    reason: str = ""


class ChangeSummary(BaseModel):
    """What became of a change set; operations that were verified are only counted."""

    change_set: str
    label: str
    state: str
    verified: int
    other_outcomes: list[OperationOutcome]
    revision: str | None

    @classmethod
    def of(cls, result: ChangeSetResult) -> "ChangeSummary":
        """Return the summary of a change set's result."""
        verified = [outcome for outcome in result.outcomes if outcome.status.value == "verified"]
        others = [outcome for outcome in result.outcomes if outcome.status.value != "verified"]
        return cls(
            change_set=result.id,
            label=result.label,
            state=result.state.value,
            verified=len(verified),
            other_outcomes=[
                OperationOutcome(
                    verb=outcome.verb,
                    status=outcome.status.value,
                    asked=outcome.asked,
                    read_back=outcome.read_back,
                    reason=outcome.reason,
                )
                for outcome in others
            ],
            revision=result.revision,
        )


class JobReport(BaseModel):
    """Where a job stands, and its result when it is done."""

    job: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    stage: str
    percent: int
    error: str | None = None
    take: TakeDetail | None = None
    placed: ChangeSummary | None = None

    @classmethod
    def of(cls, status: JobStatus, take: TakeDetail | None, placed: ChangeSetResult | None) -> "JobReport":
        """Return the report of a job."""
        return cls(
            job=status.id,
            kind=status.recipe,
            state=status.state.value,
            stage=status.progress.stage,
            percent=int(status.progress.fraction * 100),
            error=str(status.error) if status.error else None,
            take=take,
            placed=ChangeSummary.of(placed) if placed else None,
        )


class TrackLine(BaseModel):
    """A track or bus in one line."""

    id: str
    name: str
    kind: str
    gain_db: float
    pan: float | None
    flags: list[str] = Field(description="muted, soloed, armed, selected")
    plugins: list[str]
    regions: list[str] = Field(description="name at bar|beat|tick, with the number of notes for MIDI")

    @classmethod
    def of(cls, route: Route, *, is_selected: bool) -> "TrackLine":
        """Return the line of a route."""
        flags = {
            "muted": route.is_muted,
            "soloed": route.is_soloed,
            "armed": route.is_record_armed,
            "selected": is_selected,
        }
        return cls(
            id=route.id,
            name=route.name,
            kind=route.kind.value,
            gain_db=round(route.gain_db, 2),
            pan=route.pan,
            flags=[flag for flag, is_set in flags.items() if is_set],
            plugins=list(route.processors),
            regions=[
                f"{region.name} at {region.start}" + ("" if region.n_notes is None else f", {region.n_notes} notes")
                for region in route.regions
            ],
        )


class SessionOverview(BaseModel):
    """The open session in few tokens."""

    name: str
    folder: str
    ardour: str
    sample_rate_hz: int
    revision: str
    has_unsaved_changes: bool
    transport: str
    playhead: str = Field(description="bar|beat|tick")
    tempo_map: list[str]
    markers: list[str]
    selected_range: str | None
    tracks: list[TrackLine]

    @classmethod
    def of(cls, session: SessionSnapshot) -> "SessionOverview":
        """Return the overview of a snapshot."""
        selected = session.selected_range
        return cls(
            name=session.name,
            folder=session.folder,
            ardour=session.ardour_version,
            sample_rate_hz=session.sample_rate_hz,
            revision=session.revision,
            has_unsaved_changes=session.is_dirty,
            transport="recording" if session.is_recording else "rolling" if session.is_rolling else "stopped",
            playhead=str(session.playhead),
            tempo_map=[f"{point.start}: {point.tempo_bpm:g} BPM {point.time_signature}" for point in session.tempo_map],
            markers=[f"{marker.start}: {marker.name}" for marker in session.markers],
            selected_range=f"{selected.start} to {selected.end}" if selected else None,
            tracks=[TrackLine.of(route, is_selected=route.id in session.selected_routes) for route in session.routes],
        )
