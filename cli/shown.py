"""How takes and change sets look on a terminal."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from music.changeset import ChangeSetResult, ChangeSetState, OutcomeStatus
from music.take import Take
from workflows.commands import spelled_here
from workflows.masking_lines import masking_lines
from workflows.render_requests import RenderReport
from workflows.studio import Rating, TakeVerdict, to_json
from workflows.take_session import open_command

if TYPE_CHECKING:
    from workflows.measure import Measures

_ID_WIDTH = 22  # characters of a take's or a job's id
_WORDS = {
    "tempo_bpm": "tempo",
    "time_signature": "metre",
    "roles": "parts",
    "excluded_roles": "left out",
    "excluded_instruments": "left out",
    "excluded_drums": "left out",
    "is_exclusive": "nothing else",
}


class PlainConsole(Console):
    """Standard output, on which brackets are brackets and a reader that has gone is for ``main`` to deal with."""

    def __init__(self, *, soft_wrap: bool = True) -> None:
        super().__init__(highlight=False, markup=False, soft_wrap=soft_wrap)

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError, as writing without a console does."""
        raise BrokenPipeError


def new_table(*columns: str, wide: str) -> Table:
    """Return an empty table whose first column holds ids, to be copied whole; only the ``wide`` column takes lines."""
    table = Table(box=None)
    for number, column in enumerate(columns):
        is_narrow = column != wide
        table.add_column(column, overflow="fold", no_wrap=is_narrow, min_width=_ID_WIDTH if number == 0 else None)
    return table


def show_change_set(result: ChangeSetResult, *, as_json: bool) -> int:
    """Print what became of a change set; exit code 1 when it is not as asked."""
    if as_json:
        sys.stdout.write(to_json(result) + "\n")
    else:
        console = PlainConsole()
        verified = sum(outcome.status is OutcomeStatus.VERIFIED for outcome in result.outcomes)
        summary = f"{result.label}: {result.state.value}, {verified} of {len(result.outcomes)} steps verified"
        console.print(summary)
        console.print(f"change set {result.id}")
        for outcome in result.outcomes:
            if outcome.status is not OutcomeStatus.VERIFIED:
                console.print(f"  {outcome.verb}: {outcome.status.value} {spelled_here(outcome.reason)}")
        if result.remark:
            console.print(f"  {result.remark}")
    return 0 if result.state in (ChangeSetState.APPLIED, ChangeSetState.REVERTED) else 1


def show_take(take: Take, folder: str, rating: Rating | None = None) -> None:
    """Print what was understood, the table of asked against measured with its notes below it, and the files."""
    console = PlainConsole()
    console.print(Text.assemble((take.plan.title, "bold"), f"  (take {take.id})"))
    for line in _account(take, rating):
        console.print(line)
    compared = Table("", "asked", "measured", "", box=None)
    for row in take.comparisons:
        verdict = {True: "ok", False: "differs", None: "not measured"}[row.agrees]
        add_row(compared, row.name, row.asked, row.measured, verdict)
    console.print(compared)
    for row in take.comparisons:
        if row.note:
            console.print(f"  {row.name}: {row.note}")
    files = Table("file", "length", box=None)
    for file in take.files:
        if not file.is_in_session:
            length = f"{file.length_seconds:.2f} s" if file.length_seconds is not None else ""
            add_row(files, file.path, length)
    console.print(files)
    console.print(folder)
    if take.session_file:
        console.print(f"open it in Ardour: {open_command(Path(folder) / take.session_file)}")


def _account(take: Take, rating: Rating | None) -> Iterator[str]:
    """Yield what was thought of a take, what it came from, how its words were read, and what to know."""
    if rating is not None and rating.verdict is not TakeVerdict.UNRATED:
        yield f"  {rating.verdict.value}" + (f": {rating.note}" if rating.note else "")
    if take.variation is not None:
        yield f"  varied from {take.parent}:"
        yield from (f"    {line}" for line in take.variation.done)
    reading = take.reading
    for label, remarks in (
        ("understood", reading.understood),
        ("assumed", reading.assumed),
        ("conflict", reading.conflicts),
    ):
        if remarks:
            yield f"  {label}:"
        yield from (f"    {in_words(remark.field)}: {remark.text}" for remark in remarks)
    if reading.unused:
        yield "  not understood: " + ", ".join(reading.unused)
    yield from (f"  note: {spelled_here(notice)}" for notice in take.notices)


def show_rendered(report: RenderReport) -> None:
    """Print the files with what was read back of each, and what whoever asked should know."""
    console = PlainConsole()
    files = Table("", "length", "LUFS", "dBTP", box=None)
    for file in report.files:
        level = ["silent", ""] if file.is_silent else [_level(file.loudness_lufs), _level(file.true_peak_dbtp)]
        add_row(files, file.name, f"{file.seconds:.2f} s", *level)
    console.print(files)
    for notice in report.notices:
        console.print(f"  note: {spelled_here(notice)}")
    for file in report.files:
        console.print(file.path)


def show_measures(found: "Measures") -> None:
    """Print the levels of a sound and its parts, its balance, and who covers whom."""
    console = PlainConsole()
    console.print(found.title)
    table = Table("", "LUFS", "loudest 3 s", "range LU", "dBTP", "crest dB", "correlation", box=None)
    for name, levels in (("all", found.levels), *((part.name, part.levels) for part in found.parts)):
        if levels.is_silent:
            add_row(table, name, "silent")
            continue
        numbers = (levels.loudness_lufs, levels.short_term_max_lufs, levels.loudness_range_lu)
        shown = [_level(number) for number in (*numbers, levels.true_peak_dbtp, levels.crest_db)]
        add_row(table, name, *shown, f"{levels.stereo.correlation:.2f}" if levels.stereo else "")
    console.print(table)
    if found.balance_db:
        pairs = zip(found.octaves, found.balance_db, strict=True)
        console.print("balance, dB over pink noise: " + ", ".join(f"{name} {value:+.1f}" for name, value in pairs))
    if found.masking:
        console.print("covered by others:")
        for line in masking_lines(found):
            console.print(f"  {line}")
    for notice in found.notices:
        console.print(f"  note: {spelled_here(notice)}")


def _level(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def in_words(field: str) -> str:
    """Return what a musician calls a field of a brief."""
    return _WORDS.get(field, field.replace("_", " "))


def add_row(table: Table, *cells: str) -> None:
    """Add a row of plain texts: brackets in a title or a path are no markup."""
    table.add_row(*map(Text, cells))
