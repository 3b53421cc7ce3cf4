"""What tools return: small Pydantic models, made from values at the edge, with few tokens in mind."""

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from music.changeset import ChangeSetResult, Outcome, OutcomeStatus
from music.session import Route, SessionSnapshot
from music.take import Comparison, Take
from workflows.commands import spelled_here
from workflows.durable import JobStatus
from workflows.studio import Availability, KeptTakes, TransportState


def _without_titles(schema: dict[str, Any]) -> None:
    """Drop what repeats each field's name: a model reads the whole list of tools, so every byte counts."""
    schema.pop("title", None)
    schema.pop("description", None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


class Answer(BaseModel):
    """What a tool returns."""

    model_config = ConfigDict(json_schema_extra=_without_titles)


class CapabilitiesReport(Answer):
    """What is available now."""

    sideman: str
    ardour: str | None = Field(description="version of the open editor; null: not reached, and ardour_problem says why")
    ardour_problem: str | None
    verbs: list[str] = Field(description="what can be done in the open session")
    unavailable_verbs: list[str]
    offline_sessions: str
    soundfont: str
    engines: list[str]
    planner: str
    styles: list[str]
    instruments: list[str]

    @classmethod
    def of(cls, found: Availability) -> "CapabilitiesReport":
        """Return the report of what was probed."""
        ardour = found.ardour
        return cls(
            sideman=found.sideman_version,
            ardour=ardour.ardour_version if ardour else None,
            ardour_problem=spelled_here(found.ardour_problem) if found.ardour_problem else None,
            verbs=list(ardour.verbs) if ardour else [],
            unavailable_verbs=[f"{verb.verb}: {verb.reason}" for verb in ardour.unavailable] if ardour else [],
            offline_sessions=found.offline_sessions,
            soundfont=found.soundfont,
            engines=list(found.engines),
            planner=found.planner,
            styles=list(found.styles),
            instruments=list(found.instruments),
        )


class TransportReport(Answer):
    """Where the transport stands, as read back."""

    playhead: str = Field(description="bar|beat|tick")
    playhead_samples: int
    is_rolling: bool
    is_recording: bool

    @classmethod
    def of(cls, state: TransportState) -> "TransportReport":
        """Return the report of a state."""
        return cls(
            playhead=str(state.playhead),
            playhead_samples=state.playhead_samples,
            is_rolling=state.is_rolling,
            is_recording=state.is_recording,
        )


def compared(row: Comparison) -> str:
    """Return one line of asked against measured."""
    verdict = {True: "agrees", False: "DIFFERS", None: "not measured"}[row.agrees]
    return f"{row.name}: asked {row.asked}, measured {row.measured}, {verdict}" + (f" ({row.note})" if row.note else "")


class TakeSummary(Answer):
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
    measured: list[str] = Field(description="asked against measured, line by line")
    notices: list[str] = Field(description="what the user should know")

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
            measured=[compared(row) for row in take.comparisons],
            notices=[spelled_here(notice) for notice in take.notices],
        )


class TakeList(Answer):
    """The newest takes."""

    takes: list[TakeSummary]
    damaged: list[str] = Field(description="folders whose take.json cannot be read; get_take says why")

    @classmethod
    def of(cls, kept: KeptTakes) -> "TakeList":
        """Return the list of what is kept."""
        return cls(takes=[TakeSummary.of(take) for take in kept.takes], damaged=list(kept.damaged))


class TakeDetail(TakeSummary):
    """A take with its parts, sections, files and how the request was understood."""

    prompt: str
    seed: int
    engine: str
    planner: str
    sections: list[str] = Field(description="name: bars first-last")
    parts: list[str] = Field(description="role: instrument")
    understood: list[str]
    assumed: list[str]
    not_understood: list[str]
    conflicts: list[str]
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
            understood=[f"{remark.field}: {remark.text}" for remark in reading.understood],
            assumed=[f"{remark.field}: {remark.text}" for remark in reading.assumed],
            not_understood=list(reading.unused),
            conflicts=[f"{remark.field}: {remark.text}" for remark in reading.conflicts],
            folder=folder,
            resources=[take_uri(take.id, file.path) for file in take.files if not file.is_in_session],
        )


def take_uri(take_id: str, path: str) -> str:
    """Return the URI under which a file of a take can be read."""
    return f"sideman://takes/{take_id}/{path}"


class ChangeSummary(Answer):
    """What became of a change set; operations that were verified are only counted."""

    change_set: str
    label: str
    state: str
    verified: int
    other_outcomes: list[str] = Field(description="operations that were not verified, and why")
    revision: str | None

    @classmethod
    def of(cls, result: ChangeSetResult) -> "ChangeSummary":
        """Return the summary of a change set's result."""
        verified = [outcome for outcome in result.outcomes if outcome.status is OutcomeStatus.VERIFIED]
        others = [outcome for outcome in result.outcomes if outcome.status is not OutcomeStatus.VERIFIED]
        return cls(
            change_set=result.id,
            label=result.label,
            state=result.state.value,
            verified=len(verified),
            other_outcomes=[_outcome_line(outcome) for outcome in others],
            revision=result.revision,
        )


def _outcome_line(outcome: Outcome) -> str:
    asked = f", asked {outcome.asked}" if outcome.asked else ""
    read_back = f", read back {outcome.read_back}" if outcome.read_back else ""
    return f"{outcome.verb}: {outcome.status.value}{asked}{read_back}" + (
        f": {outcome.reason}" if outcome.reason else ""
    )


class JobReport(Answer):
    """Where a job stands, and its result when it is done."""

    job: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    stage: str
    percent: int
    error: str | None = None
    take: TakeSummary | None = Field(None, description="what was made; get_take tells more")
    placed: ChangeSummary | None = None

    @classmethod
    def of(cls, status: JobStatus, take: Take | None, placed: ChangeSetResult | None) -> "JobReport":
        """Return the report of a job."""
        return cls(
            job=status.id,
            kind=status.recipe,
            state=status.state.value,
            stage=status.progress.stage,
            percent=int(status.progress.fraction * 100),
            error=spelled_here(str(status.error)) if status.error else None,
            take=TakeSummary.of(take) if take else None,
            placed=ChangeSummary.of(placed) if placed else None,
        )


class TrackLine(Answer):
    """A track or bus in one line."""

    id: str
    name: str
    kind: str
    gain_db: float | None = Field(description="null: the fader is all the way down, at silence")
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
            gain_db=_two_decimals(route.gain_db) if math.isfinite(route.gain_db) else None,  # JSON has no infinity
            pan=None if route.pan is None else _two_decimals(route.pan),
            flags=[flag for flag, is_set in flags.items() if is_set],
            plugins=[plugin.name for plugin in route.processors],
            regions=[
                f"{region.name} at {region.start}" + ("" if region.n_notes is None else f", {region.n_notes} notes")
                for region in route.regions
            ],
        )


def _two_decimals(value: float) -> float:
    """Return a number as a reader wants it: two decimals, and no minus before a zero."""
    return round(value, 2) + 0.0


class Unreachable(Answer):
    """Why there is no session to show, and what to do about it."""

    problem: str


class SessionOverview(Answer):
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
