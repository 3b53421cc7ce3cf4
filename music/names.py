"""Finding what somebody probably meant by a name that does not exist."""

import difflib
from collections.abc import Iterable

_LONGEST_SHOWN = 120  # characters; more of a wrong name tells nobody more


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to ``name``, or None when nothing is close."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


def shorten(name: str, longest: int = _LONGEST_SHOWN) -> str:
    """Return a name as a message shows it: whole, or its beginning when it is very long."""
    return name if len(name) <= longest else f"{name[:longest]}…"
