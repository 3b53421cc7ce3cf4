"""How long one verb takes, from the OSC trigger to the read-back from the real editor. Run with ``just bench``."""

from pathlib import Path

import pytest

from tests.acceptance.bridge_studio import running_studio

pytest_plugins = ["tests.acceptance.conftest"]


@pytest.mark.usefixtures("ardour_programs")
async def test_one_verb_there_and_back(tmp_path: Path) -> None:
    with running_studio(tmp_path) as studio:
        async with studio.client() as client:
            await client.measure_round_trips(20)  # warm up
            times = await client.measure_round_trips(200)
    print(f"\none verb, {times.n_calls} calls: median {times.median_seconds * 1000:.2f} ms, "
          f"95th percentile {times.percentile_95_seconds * 1000:.2f} ms")  # fmt: skip
