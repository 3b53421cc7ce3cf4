"""The job that renders in Ardour's own interpreter, without a session of anybody's."""

from pathlib import Path
from typing import Any

import pytest

from daw_bridge.export_preset import EXPORT_PRESET_ID, export_settings
from daw_bridge.offline.interpreter import run_job
from daw_bridge.programs import find_ardour
from music.errors import NotFound

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.mark.parametrize(("one", "kind"), [({"region": "4711"}, "region"), ({"route": "4711"}, "route")])
async def test_what_is_not_in_the_session_any_more_is_named(tmp_path: Path, one: dict[str, str], kind: str) -> None:
    """Somebody may delete it between the question and the rendering."""
    session = {"folder": str(tmp_path / "Song"), "name": "Song"}
    made = await run_job(
        find_ardour(), "make_session", {**session, "sample_rate_hz": 48000, "operations": []}, timeout_seconds=60
    )
    assert made["refs"] == {}
    out = tmp_path / "out"
    out.mkdir()
    request: dict[str, Any] = {
        **session,
        "preset": EXPORT_PRESET_ID,
        "out_folder": str(out),
        "begun": str(out / "begun.json"),
        "passes": [{"file": "one", **one}],
        "to": {"bar": 2, "beat": 1, "tick": 0},
        "lead_in_samples": 0,
        "tail_samples": 0,
    }
    with pytest.raises(NotFound, match=f"no {kind} '4711'"):
        await run_job(find_ardour(), "render_session", request, timeout_seconds=60, settings=export_settings(48000))
