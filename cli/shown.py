"""How takes and change sets look on a terminal."""

import sys

from rich.console import Console
from rich.table import Table

from music.changeset import ChangeSetResult, ChangeSetState, OutcomeStatus
from music.take import Take
from workflows.studio import to_json


def show_change_set(result: ChangeSetResult, *, as_json: bool) -> int:
    """Print what became of a change set; exit code 1 when it is not as asked."""
    if as_json:
        sys.stdout.write(to_json(result) + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        verified = sum(outcome.status is OutcomeStatus.VERIFIED for outcome in result.outcomes)
        console.print(f"{result.label}: {result.state.value}, {verified} of {len(result.outcomes)} steps verified")
        console.print(f"change set {result.id}")
        for outcome in result.outcomes:
            if outcome.status is not OutcomeStatus.VERIFIED:
                console.print(f"  {outcome.verb}: {outcome.status.value} {outcome.reason}", markup=False)
    return 0 if result.state in (ChangeSetState.APPLIED, ChangeSetState.REVERTED) else 1


def show_take(take: Take, folder: str) -> None:
    """Print what was understood, the files, and the table of asked against measured."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{take.plan.title}[/bold]  (take {take.id})")
    for label, remarks in (
        ("understood", take.reading.understood),
        ("assumed", take.reading.assumed),
        ("conflict", take.reading.conflicts),
    ):
        if remarks:
            console.print(
                f"  {label}: " + "; ".join(f"{remark.field} {remark.text}" for remark in remarks), markup=False
            )
    if take.reading.unused:
        console.print("  not understood: " + ", ".join(take.reading.unused), markup=False)
    for notice in take.notices:
        console.print(f"  note: {notice}", markup=False)
    table = Table("", "asked", "measured", "", box=None, pad_edge=True)
    for row in take.comparisons:
        verdict = {True: "ok", False: "differs", None: "not measured"}[row.agrees]
        table.add_row(row.name, row.asked, row.measured, f"{verdict} {row.note}".strip())
    console.print(table)
    files = Table("file", "length", box=None, pad_edge=True)
    for file in take.files:
        if "/" not in file.path or file.path.startswith("stems/"):
            length = f"{file.length_seconds:.2f} s" if file.length_seconds is not None else ""
            files.add_row(file.path, length)
    console.print(files)
    console.print(f"{folder}", markup=False)
