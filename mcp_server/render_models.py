"""What tools return of what was rendered, measured and compared: few numbers, rounded to what can be heard."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from workflows.commands import spelled_here
from workflows.masking_lines import masking_lines
from workflows.render_requests import RenderReport

if TYPE_CHECKING:
    from workflows.listening import MeterReading
    from workflows.measure import Comparison, Levels, Measures

_MOST_PARTS = 16
_LEAST_RESIDUE_DB = -150.0  # below what 24 bits hold


class RenderedFiles(BaseModel):
    """What a render job made."""

    from_seconds: float
    seconds: float
    folder: str
    files: list[str] = Field(description="name: file in the folder, LUFS, dBTP")
    notices: list[str] = Field(description="tell the user")

    @classmethod
    def of(cls, report: RenderReport) -> "RenderedFiles":
        """Return what a job rendered."""
        return cls(
            from_seconds=round(report.from_seconds, 3),
            seconds=round(report.seconds, 3),
            folder=str(Path(report.files[0].path).parent),  # a rendering has one of its own
            files=[
                f"{file.name}: {Path(file.path).name}, "
                + (
                    "SILENT"
                    if file.is_silent
                    else f"{shown(file.loudness_lufs)} LUFS, {shown(file.true_peak_dbtp)} dBTP"
                )
                for file in report.files
            ],
            notices=[spelled_here(notice) for notice in report.notices],
        )


class MeasureReport(BaseModel):
    """What was measured; meters alone, or a sound."""

    title: str
    levels: dict[str, Any]  # of a sound by what was measured, of meters by strip
    octaves_over_pink_db: dict[str, float] | None = None
    parts: list[str] = []
    covered_by_others: list[str] = []  # the share of where a track sounds
    notices: list[str] = []

    @classmethod
    def of(cls, found: "Measures") -> "MeasureReport":
        """Return the report of a sound."""
        loudest = sorted(found.parts, key=lambda part: -(part.levels.loudness_lufs or -99.0))
        left_out = len(loudest) - _MOST_PARTS
        notices = [spelled_here(notice) for notice in found.notices]
        if left_out > 0:
            notices.append(f"{left_out} quieter parts are left out; the picture has all")
        return cls(
            title=found.title,
            levels=level_numbers(found.levels),
            octaves_over_pink_db=found.balance_db
            and {name: round(value, 1) for name, value in zip(found.octaves, found.balance_db, strict=True)},
            parts=[_part_line(part.name, part.levels) for part in loudest[:_MOST_PARTS]],
            covered_by_others=masking_lines(found)[:_MOST_PARTS],
            notices=notices,
        )

    @classmethod
    def of_meters(cls, found: "MeterReading") -> "MeasureReport":
        """Return the report of what the meters showed."""
        strips = {
            strip.name: {"peak_dbfs": rounded(strip.peak_db), "typical_dbfs": rounded(strip.typical_db)}
            for strip in found.strips
            if strip.peak_db is not None
        }
        quiet = [strip.name for strip in found.strips if strip.peak_db is None]
        notices = [] if found.is_rolling else ["the transport did not roll all the while"]
        if quiet:
            notices.append(f"nothing on {', '.join(quiet)}")
        return cls(title=f"meters over {found.seconds:.1f} s", levels=strips, notices=notices)


class CompareReport(BaseModel):
    """After against before, equally loud."""

    before: str
    after: str
    matching_db: float | None  # the gain that makes after as loud as before
    change: dict[str, Any]  # after minus before
    bands_db: list[float | None] | None  # by octave, equally loud
    residue_db: float | None  # what is left of their difference, against before; -150 where it is nothing
    is_same: bool
    music: list[str]  # of two takes

    @classmethod
    def of(cls, found: "Comparison") -> "CompareReport":
        """Return the report of a comparison."""
        difference = found.difference
        old, new = level_numbers(difference.before), level_numbers(difference.after)
        change = {
            name: round(new[name] - value, 2)
            for name, value in old.items()
            if isinstance(value, float) and isinstance(new.get(name), float)
        }
        residue_db = difference.residue_db
        return cls(
            before=found.before,
            after=found.after,
            matching_db=rounded(difference.matching_db),
            change=change,
            bands_db=None if difference.bands_db is None else [rounded(value) for value in difference.bands_db],
            residue_db=None if residue_db is None else rounded(max(residue_db, _LEAST_RESIDUE_DB)),
            is_same=difference.is_same,
            music=list(found.music),
        )


class PictureReport(BaseModel):
    """What a picture shows."""

    caption: str


def rounded(value: float | None) -> float | None:
    """Return a level with one decimal, and no minus before a zero."""
    return None if value is None else round(value, 1) + 0.0


def shown(value: float | None) -> str:
    """Return a level in words."""
    return "none" if value is None else f"{value:.1f}"


def level_numbers(levels: "Levels") -> dict[str, Any]:
    """Return the numbers of a sound by short names; what it has none of is left out."""
    if levels.is_silent:
        return {"seconds": round(levels.seconds, 2), "is_silent": True}
    stereo = levels.stereo
    found: dict[str, Any] = {
        "seconds": round(levels.seconds, 2),
        "integrated_lufs": rounded(levels.loudness_lufs),
        "short_term_max_lufs": rounded(levels.short_term_max_lufs),
        "range_lu": rounded(levels.loudness_range_lu),
        "true_peak_dbtp": rounded(levels.true_peak_dbtp),
        "crest_db": rounded(levels.crest_db),
    }
    if stereo:
        found |= {
            "correlation": round(stereo.correlation, 2),
            "lowest_correlation": round(stereo.lowest_correlation, 2),
            "cancelling_share": round(stereo.negative_share, 2),
            "right_over_left_db": rounded(stereo.balance_db),
            "mono_loss_db": rounded(stereo.mono_loss_db),
        }
    return {name: value for name, value in found.items() if value is not None}


def _part_line(name: str, levels: "Levels") -> str:
    if levels.is_silent:
        return f"{name}: silent"
    width = f", correlation {levels.stereo.correlation:.2f}" if levels.stereo else ""
    return (
        f"{name}: {shown(levels.loudness_lufs)} LUFS, {shown(levels.true_peak_dbtp)} dBTP, "
        f"crest {shown(levels.crest_db)} dB{width}"
    )
