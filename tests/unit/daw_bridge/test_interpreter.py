"""A job is run again where Ardour's interpreter dies in it, for as long as it gets further."""

import asyncio
from pathlib import Path

import pytest

from daw_bridge.offline.interpreter import run_job
from daw_bridge.programs import ArdourPrograms
from daw_bridge.rendering import FinishedPasses
from music.errors import SetupBroken

_N_PASSES = 8
# An interpreter that begins a file, finishes one where it may, and dies, until all are there; $5 is the answer's place.
_DYING = """#!/bin/sh
cd {folder}
echo run >> ../runs
touch unfinished.wav
n=$(ls | grep -vc unfinished)
if {advances}; then mv unfinished.wav $n.wav; fi
if [ "$n" -ge {n_passes} ]; then echo '{{"result": {{"found": '$n'}}}}' > "$5"; exit 0; fi
kill -ABRT $$
"""


def dying(tmp_path: Path, *, advances: str) -> tuple[ArdourPrograms, Path]:
    folder = tmp_path / "out"
    folder.mkdir()
    program = tmp_path / "lua"
    program.write_text(_DYING.format(folder=folder, advances=advances, n_passes=_N_PASSES))
    program.chmod(0o755)
    return ArdourPrograms(major_version=7, lua=program), folder


async def run(programs: ArdourPrograms, folder: Path) -> dict[str, int]:
    return await run_job(programs, "any", {"name": "song"}, timeout_seconds=20, before_retry=FinishedPasses(folder))


def test_a_rendering_goes_on_where_the_interpreter_died_however_often_it_does(tmp_path: Path) -> None:
    programs, folder = dying(tmp_path, advances="true")
    assert asyncio.run(run(programs, folder)) == {"found": _N_PASSES}
    assert len((tmp_path / "runs").read_text().splitlines()) == _N_PASSES + 1


def test_an_interpreter_that_dies_at_the_same_place_is_given_up(tmp_path: Path) -> None:
    programs, folder = dying(tmp_path, advances='[ "$n" -lt 2 ]')
    with pytest.raises(SetupBroken, match="exit code -6"):
        asyncio.run(run(programs, folder))
    assert sorted(file.name for file in folder.glob("*.wav")) == ["0.wav", "1.wav"]
    assert len((tmp_path / "runs").read_text().splitlines()) == 2 + 5
