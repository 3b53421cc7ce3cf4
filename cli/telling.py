"""Telling a person something beside the output proper: one line on standard error."""

import sys

from workflows.commands import spelled_here


def tell(message: str) -> None:
    """Print a line that says who speaks, its commands spelled as they can be typed here."""
    print(f"sideman: {spelled_here(message)}", file=sys.stderr)  # noqa: T201
