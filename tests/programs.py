"""Which programs a test needs, and what a missing one means: a named skip at home, a failure in CI."""

import os
import shutil
from pathlib import Path

import pytest


def must_have_everything() -> bool:
    """Tell whether a missing program is a failure, as it is in CI."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def require_program(name: str) -> Path:
    """Return where the program is; skip the test naming it when it is missing, or fail where all must be there."""
    found = shutil.which(name)
    if found:
        return Path(found)
    message = f"the program {name!r} is not on PATH; ./just test installs what testing needs"
    if must_have_everything():
        pytest.fail(message)
    pytest.skip(message)
