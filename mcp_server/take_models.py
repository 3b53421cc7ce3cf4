"""What tools return of takes and jobs: small models, made from values at the edge, with few tokens in mind."""

from typing import Literal

from pydantic import BaseModel, Field

from mcp_server.change_models import ChangeSummary
from mcp_server.render_models import RenderedFiles
from music.brief import Remark
from music.changeset import ChangeSetResult
from music.take import Comparison, Take
from workflows.commands import spelled_here
from workflows.durable import JobStatus
from workflows.record import recording_of
from workflows.render import report_of
from workflows.studio import Rating, RecordingReport, TakeTree, TakeVerdict


def compared(row: Comparison) -> str:
    """Return one line of asked against measured."""
    verdict = {True: "agrees", False: "DIFFERS", None: "not measured"}[row.agrees]
    return f"{row.name}: asked {row.asked}, measured {row.measured}, {verdict}" + (f" ({row.note})" if row.note else "")


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
    measured: list[str] = Field(description="what was measured other than asked, or not at all")
    notices: list[str] = Field(description="tell the user")
    parent: str | None = None
    changed: str | None = Field(None, description="what was asked of the parent")
    rating: str | None = Field(None, description="verdict: note")

    @classmethod
    def of(cls, take: Take, rating: Rating) -> "TakeSummary":
        """Return the summary of a take."""
        plan = take.plan
        return cls(
            id=take.id,
            title=plan.title,
            created_utc=take.created_utc,
            style=plan.style_name,
            tempo_bpm=plan.tempo_bpm,
            key=str(plan.key),
            time_signature=str(plan.time_signature),
            bars=plan.n_bars,
            seconds=round(plan.length_seconds, 3),
            licence=take.licence,
            measured=[compared(row) for row in take.comparisons if row.agrees is not True],
            notices=[spelled_here(notice) for notice in take.notices],
            parent=take.parent,
            changed=take.variation.words if take.variation else None,
            rating=rated(rating),
        )


def rated(rating: Rating) -> str | None:
    """Return a verdict with its note; None for what nobody judged."""
    if rating.verdict is TakeVerdict.UNRATED and not rating.note:
        return None
    return rating.verdict.value + (f": {rating.note}" if rating.note else "")


class TakeList(BaseModel):
    """The newest takes, each followed by what was varied from it."""

    takes: list[TakeSummary]
    damaged: list[str] = Field(description="folders whose take.json cannot be read; get_take says why")

    @classmethod
    def of(cls, kept: TakeTree) -> "TakeList":
        """Return the list of what is kept."""
        return cls(takes=[TakeSummary.of(one.take, one.rating) for one in kept.takes], damaged=list(kept.damaged))


def remarked(remarks: tuple[Remark, ...]) -> list[str]:
    """Return how parts of a request were read, a line each."""
    return [f"{remark.field}: {remark.text}" for remark in remarks]


class TakeDetail(TakeSummary):
    """A take with its parts, sections, files and how the request was understood."""

    measured: list[str] = Field(description="asked against measured")
    prompt: str
    seed: int
    engine: str
    planner: str
    sections: list[str] = Field(description="name: bars first-last, and the key where it is not the take's")
    parts: list[str] = Field(description="role: instrument")
    understood: list[str]
    assumed: list[str]
    not_understood: list[str]
    conflicts: list[str]
    done: list[str] = Field(description="what each change to the parent did")
    folder: str
    resources: list[str] = Field(description="URIs that can be read")

    @classmethod
    def of_folder(cls, take: Take, folder: str, rating: Rating) -> "TakeDetail":
        """Return the detail of a take that is kept in ``folder``."""
        plan, reading = take.plan, take.reading
        return cls(
            **TakeSummary.of(take, rating).model_dump() | {"measured": [compared(row) for row in take.comparisons]},
            prompt=plan.prompt,
            seed=plan.seed,
            engine=f"{take.engine} {take.engine_version}",
            planner=plan.planner,
            sections=[
                f"{s.name}: {s.start_bar}-{s.start_bar + s.n_bars - 1}{f', in {s.key}' if s.key else ''}"
                for s in plan.sections
            ],
            parts=[f"{part.role.value}: {part.instrument}" for part in plan.parts],
            understood=remarked(reading.understood),
            assumed=remarked(reading.assumed),
            not_understood=list(reading.unused),
            conflicts=remarked(reading.conflicts),
            done=list(take.variation.done) if take.variation else [],
            folder=folder,
            resources=[take_uri(take.id, file.path) for file in take.files if not file.is_in_session],
        )


def take_uri(take_id: str, path: str) -> str:
    """Return the URI under which a file of a take can be read."""
    return f"sideman://takes/{take_id}/{path}"


class MadeTake(BaseModel):
    """A take as its job made it, with how the request was understood; ``get_take`` tells more."""

    id: str
    title: str
    made: str
    understood: list[str]
    assumed: list[str]
    not_understood: list[str] = Field(description="words that changed nothing: tell the user")
    conflicts: list[str]
    measured: list[str] = Field(description="asked against measured")
    notices: list[str] = Field(description="tell the user")
    parent: str | None = None
    done: list[str] = Field([], description="what each change to the parent did; the rest is note for note the same")

    @classmethod
    def of(cls, take: Take) -> "MadeTake":
        """Return what was made, and from what."""
        plan, reading = take.plan, take.reading
        return cls(
            id=take.id,
            title=plan.title,
            made=f"{plan.style}, {plan.tempo_bpm:g} BPM, {plan.key}, {plan.time_signature}, {plan.n_bars} bars, "
            f"{plan.length_seconds:.1f} s, licence {take.licence}",
            understood=remarked(reading.understood),
            assumed=remarked(reading.assumed),
            not_understood=list(reading.unused),
            conflicts=remarked(reading.conflicts),
            measured=[compared(row) for row in take.comparisons],
            notices=[spelled_here(notice) for notice in take.notices],
            parent=take.parent,
            done=list(take.variation.done) if take.variation else [],
        )


class RecordedTakes(BaseModel):
    """What a record job left on the tracks."""

    regions: list[str] = Field(description="take, track: region id and name, samples or notes")
    n_takes: int
    is_complete: bool
    reason: str = Field(description="why it is not complete")

    @classmethod
    def of(cls, report: RecordingReport) -> "RecordedTakes":
        """Return a line for each region."""
        return cls(
            regions=[
                ("" if one.take is None else f"take {one.take}, ")
                + f"{one.track_name}: {one.region_id} {one.name}, "
                + (f"{one.length_samples} samples" if one.n_notes is None else f"{one.n_notes} notes")
                for one in report.regions
            ],
            n_takes=report.n_takes,
            is_complete=report.is_complete,
            reason=report.reason,
        )


class JobReport(BaseModel):
    """Where a job stands, and its result when it is done."""

    job: str
    recipe: str
    state: Literal["running", "done", "failed", "cancelled"]
    stage: str
    percent: int
    error: str | None = None
    take: MadeTake | None = None
    placed: ChangeSummary | None = None
    rendered: RenderedFiles | None = None
    recorded: RecordedTakes | None = None

    @classmethod
    def of(cls, status: JobStatus, take: Take | None, placed: ChangeSetResult | None) -> "JobReport":
        """Return the report of a job."""
        return cls(
            job=status.id,
            recipe=status.recipe,
            state=status.state.value,
            stage=status.progress.stage,
            percent=int(status.progress.fraction * 100),
            error=spelled_here(str(status.error)) if status.error else None,
            take=MadeTake.of(take) if take else None,
            placed=ChangeSummary.of(placed) if placed else None,
            rendered=RenderedFiles.of(rendered) if (rendered := report_of(status.result)) else None,
            recorded=RecordedTakes.of(recorded) if (recorded := recording_of(status.result)) else None,
        )
