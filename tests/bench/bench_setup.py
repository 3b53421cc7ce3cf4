"""How long ``./just`` takes before Sideman begins where everything is set up: run with ``just bench``."""

import statistics
import subprocess
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
N_ROUNDS = 9
LIMIT_SECONDS = 0.5
_SECONDS = 60.0


def test_what_just_adds_to_a_command() -> None:
    def seconds(command: Path, *words: str) -> float:
        before = time.perf_counter()
        subprocess.run(
            [command, *words, "--version"], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_SECONDS
        )
        return time.perf_counter() - before

    commands = (CHECKOUT / "just", "sideman"), (CHECKOUT / ".venv/bin/sideman",)
    rounds = [[seconds(*command) for command in commands] for _ in range(N_ROUNDS)]
    through_just, directly = (statistics.median(taken) for taken in zip(*rounds, strict=True))
    print(
        f"\nsideman --version: {directly * 1000:.0f} ms; through ./just: {through_just * 1000:.0f} ms, "
        f"{through_just / directly:.2f} times as long; limit {LIMIT_SECONDS * 1000:g} ms more"
    )
    assert through_just - directly < LIMIT_SECONDS
