"""The bridge's verbs in Ardour's own Lua interpreter: what needs no editor works without one."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.lua_bundle import BRIDGE, bridge_version, bundle
from daw_bridge.wire import to_json, to_snapshot
from music.operations import Operation
from music.operations.mixer import SetFader, SetMute, SetPan
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack, SelectRoutes
from music.time import BBT, TimeSignature

pytestmark = pytest.mark.usefixtures("ardour_programs")

_RUN = """
AudioEngine:set_backend ("None (Dummy)", "", "")
local session = create_session (arg[1], "headless", 48000)
assert (os.execute ("mkdir -p '" .. arg[1] .. "/sideman/changes'"))
local settings = { folder = arg[2], version = arg[3] }
local serve = (function ()
%s
end) ()
for number = 1, tonumber (arg[4]) do
  os.rename (arg[2] .. "/request-" .. number .. ".json", arg[2] .. "/request.json")
  serve (session)
end
close_session ()
"""


def _serve(folder: Path, requests: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Have one session answer requests in turn."""
    box, session = folder / "box", folder / "session"
    box.mkdir()
    for number, (verb, arguments) in enumerate(requests, 1):
        request = {"id": f"n{number}", "version": bridge_version(), "deadline_unix": 2**40, "verb": verb}
        (box / f"request-{number}.json").write_text(json.dumps({**request, "arguments": arguments}))
    script = folder / "run.lua"
    script.write_text(_RUN % bundle(BRIDGE, "return function (session) bridge.serve (session, nil) end\n"))
    finished = subprocess.run(
        ["ardour7-lua", script, session, box, bridge_version(), str(len(requests))],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )
    answers = [box / f"answer-n{number}.json" for number in range(1, len(requests) + 1)]
    assert all(answer.exists() for answer in answers), finished.stdout + finished.stderr
    return [json.loads(answer.read_text()) for answer in answers]


def test_tempo_tracks_and_mixer_need_no_editor(tmp_path: Path) -> None:
    operations: list[Operation] = [
        SetTempo(at=BBT(1), tempo_bpm=140.0, time_signature=TimeSignature(6, 8)),
        SetTempo(at=BBT(5), tempo_bpm=90.5, time_signature=TimeSignature(3, 4)),
        AddMidiTrack(ref="m", name="Bass", colour="#336699", instrument_plugin="urn:ardour:a-fluidsynth"),
        AddAudioTrack(ref="a", name="Bass", colour="#993311", n_channels=2),
        SetFader(route="m", gain_db=-6.0),
        SetFader(route="a", gain_db=float("-inf")),
        SetPan(route="m", pan=-1.0),
        SetMute(route="a", is_muted=True),
        SelectRoutes(routes=("m",)),
        AddMarker(ref="x", name="Verse", at=BBT(2)),
    ]
    begin = {"id": "one", "label": "", "operations": [to_json(operation) for operation in operations]}
    steps = [("step", {"id": "one", "index": index}) for index in range(len(operations))]
    answers = _serve(tmp_path, [("begin", begin), *steps, ("snapshot", {}), ("begin", begin)])
    assert answers[0]["ok"], answers[0]
    outcomes = [answer["result"] for answer in answers[1:-2]]
    assert [outcome["status"] for outcome in outcomes] == ["verified"] * 8 + ["unverified", "failed"], outcomes
    assert outcomes[3]["read_back"] != "Bass"  # the name was taken
    assert "editor" in outcomes[8]["reason"]
    assert "editor" in outcomes[9]["reason"]
    snapshot = to_snapshot(answers[-2]["result"], is_dirty=True)
    assert [(point.start, round(point.tempo_bpm, 6), str(point.time_signature)) for point in snapshot.tempo_map] == [
        (BBT(1), 140.0, "6/8"),
        (BBT(5), 90.5, "3/4"),
    ]
    bass, stem = (
        next(route for route in snapshot.routes if route.id == outcomes[index]["route_id"]) for index in (2, 3)
    )
    assert (bass.name, bass.colour, bass.processors, bass.pan) == ("Bass", "#336699", ("ACE Fluid Synth",), -1.0)
    assert bass.gain_db == pytest.approx(-6.0, abs=0.01)
    assert stem.gain_db == float("-inf")
    assert stem.is_muted
    assert answers[-1]["error"]["kind"] == "invalid"  # an id is begun once


def test_a_fault_in_a_verb_is_an_answer_and_never_an_error_in_ardour(tmp_path: Path) -> None:
    answers = _serve(
        tmp_path,
        [
            ("begin", {"id": "x"}),  # no operations
            ("transport", {"action": "explode"}),
            ("existing", {}),
            ("begin", {"id": "y", "label": "", "operations": [{"verb": "rm -rf"}]}),
            ("step", {"id": "y", "index": 0}),
            ("hello", {}),
        ],
    )
    assert [answer["ok"] for answer in answers] == [True, False, False, True, False, True]
    assert answers[1]["error"]["kind"] == "invalid"
    assert "rm -rf" in answers[4]["error"]["message"]
