"""What tools return of Ardour and the open session."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from music.place import short_place
from music.session import SessionSnapshot
from workflows.commands import spelled_here
from workflows.session_view import overview_text
from workflows.studio import Availability, Passing, TransportState


class CapabilitiesReport(BaseModel):
    """What is available now."""

    sideman: str
    ardour: str | None = Field(description="version of the open editor")
    ardour_problem: str | None = Field(description="why it is not reached")
    verbs: list[str] = Field(description="of edit_session; describe_operations explains them")
    unavailable_verbs: list[str] = Field(description="verb: reason, and the version that can")
    allowed_folders: list[str] = Field(description="from which files may be imported, besides the session's own")
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
            unavailable_verbs=[
                f"{verb.verb}: {verb.reason}" + (f" (Ardour {verb.since} can)" if verb.since else "")
                for verb in (ardour.unavailable if ardour else ())
            ],
            allowed_folders=list(found.allowed_folders),
            offline_sessions=found.offline_sessions,
            soundfont=found.soundfont,
            engines=list(found.engines),
            planner=found.planner,
            styles=list(found.styles),
            instruments=list(found.instruments),
        )


class TransportReport(BaseModel):
    """Where the transport stands, as read back."""

    playhead: str = Field(description="bar|beat|tick")
    playhead_samples: int
    is_rolling: bool
    is_recording: bool
    is_looping: bool
    has_metronome: bool

    @classmethod
    def of(cls, state: TransportState) -> "TransportReport":
        """Return the report of a state."""
        return cls(
            playhead=str(state.playhead),
            playhead_samples=state.playhead_samples,
            is_rolling=state.is_rolling,
            is_recording=state.is_recording,
            is_looping=state.is_looping,
            has_metronome=state.has_metronome,
        )


class SelectionReport(BaseModel):
    """Where the person is, and what is selected: ids that inspect and edit_session take."""

    transport: TransportReport
    tracks: list[str]
    regions: list[str]
    range: str | None

    @classmethod
    def of(cls, now: Passing) -> "SelectionReport":
        """Return the report of what passes."""
        span = now.selected_range
        return cls(
            transport=TransportReport.of(now.transport),
            tracks=list(now.selected_routes),
            regions=list(now.selected_regions),
            range=f"{short_place(span.start)} to {short_place(span.end)}" if span else None,
        )


class Unreachable(BaseModel):
    """Why there is no session to show, and what to do about it."""

    problem: str


class SessionOverview(BaseModel):
    """The open session in few tokens."""

    revision: str = Field(description="for expected_revision and session_diff")
    folder: str
    session: str = Field(description="lines: state, tempo, markers, then a line for each track and bus")

    @classmethod
    def of(cls, session: SessionSnapshot) -> "SessionOverview":
        """Return the overview of a snapshot."""
        return cls(revision=session.revision, folder=session.folder, session=overview_text(session))

    def as_text(self) -> str:
        """Return it as a reader wants it, without JSON around it."""
        return f"revision {self.revision} · {self.folder}\n{self.session}"


class Inspection(BaseModel):
    """One thing in detail."""

    text: str


class PluginList(BaseModel):
    """Plugins that are installed, best first."""

    plugins: list[str] = Field(description="id: name, category, by whom")
    n_found: int

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "PluginList":
        """Return a line for each plugin."""
        return cls(plugins=[_plugin_line(one) for one in found["plugins"]], n_found=found["n_found"])


def _plugin_line(facts: Mapping[str, Any]) -> str:
    shown = [str(facts[name]) for name in ("name", "category", "creator", "format") if facts.get(name)]
    return f"{facts['id']}: {', '.join(shown)}" + (", instrument" if facts.get("is_instrument") else "")
