"""A home of its own for every program under test: its settings, its takes, its jobs."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def home_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a program that keeps everything below ``folder``."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SIDEMAN_")},
        "HOME": str(folder),
        "PYTHONPATH": str(REPOSITORY),
        "SIDEMAN_DATA_DIR": str(folder / "data"),
        "SIDEMAN_TAKES_DIR": str(folder / "takes"),
    }
