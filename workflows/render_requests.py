"""What can be asked of a rendering, and what becomes of it."""

from dataclasses import dataclass, field
from enum import Enum

from music.errors import RequestInvalid
from renderers.encode import AudioFormat, Encoding
from workflows.requests import check_bars

__all__ = [
    "AudioFormat",
    "Encoding",
    "RenderKind",
    "RenderReport",
    "RenderRequest",
    "RenderedFile",
]

LONGEST_TAIL_SECONDS = 60.0
LOUDNESS_RANGE_LUFS = (-36.0, -5.0)
SAMPLE_RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)


class RenderKind(Enum):
    """What is rendered."""

    MIX = "mix"
    STEMS = "stems"  # each track by itself, aligned
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """A wish to render a part of the open session."""

    kind: RenderKind = RenderKind.MIX
    with_mix: bool = False  # stems: and the mix beside them
    tracks: tuple[str, ...] = ()  # stems: ids or names; none are all that hold something and are not muted
    region: str | None = None  # its id, or its name where only one bears it
    from_bar: int | None = None  # None: where the session begins
    to_bar: int | None = None  # included; None: where the session ends
    tail_seconds: float = 0.0
    encoding: Encoding = field(default_factory=Encoding)
    sample_rate_hz: int | None = None  # None: the session's
    loudness_lufs: float | None = None  # of stems together, which keep their balance; None: as loud as it is
    folder: str | None = None  # None: the session's own folder for exports
    is_kept: bool = True  # else it is only to be measured, and lies among Sideman's own files
    session_folder: str | None = None  # that was open when it was asked for

    def __post_init__(self) -> None:
        if (self.kind is RenderKind.REGION) != (self.region is not None):
            raise RequestInvalid("a region is named to render a region, and for nothing else")
        if self.kind is not RenderKind.STEMS and (self.tracks or self.with_mix):
            raise RequestInvalid(f"tracks are for stems, not for a {self.kind.value}")
        if self.region is not None and (self.from_bar or self.to_bar):
            raise RequestInvalid("a region is rendered from its start to its end; leave the bars out")
        check_bars(self.from_bar, self.to_bar)
        if not 0 <= self.tail_seconds <= LONGEST_TAIL_SECONDS:
            raise RequestInvalid(f"the tail is within 0 and {LONGEST_TAIL_SECONDS:g} s, got {self.tail_seconds:g}")
        self._check_sound()

    def _check_sound(self) -> None:
        if self.sample_rate_hz is not None and self.sample_rate_hz not in SAMPLE_RATES_HZ:
            rates = ", ".join(map(str, SAMPLE_RATES_HZ))
            raise RequestInvalid(f"the sample rate must be one of {rates}, got {self.sample_rate_hz}")
        if self.sample_rate_hz and self.sample_rate_hz > 48000 and self.encoding.format is AudioFormat.MP3:
            raise RequestInvalid(f"MP3 has at most 48000 Hz, got {self.sample_rate_hz}")
        low, high = LOUDNESS_RANGE_LUFS
        if self.loudness_lufs is not None and not low <= self.loudness_lufs <= high:
            raise RequestInvalid(f"the loudness must be within {low:g} and {high:g} LUFS, got {self.loudness_lufs:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """One file of a rendering, as it was read back."""

    name: str  # of the strip or region; "mix"
    path: str
    seconds: float
    n_frames: int
    sample_rate_hz: int
    is_silent: bool
    loudness_lufs: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderReport:
    """What was rendered: the files, and what whoever asked should know."""

    session: str
    from_seconds: float
    seconds: float
    files: tuple[RenderedFile, ...]
    notices: tuple[str, ...]
    rtf: float  # seconds of rendering for each second of each file
