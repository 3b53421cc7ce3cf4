"""The course of the tempo as pieces, in Lua, without a session: rules that hold for random courses."""

import json
import random
from typing import Any

import pytest

from daw_bridge.lua_bundle import LUA_FOLDER
from tests.programs import run_lua

_RUN = """
json = dofile (arg[1] .. "/json.lua")
local curve = dofile (arg[1] .. "/tempo_curve.lua")
local file, out = io.open (arg[2], "rb"), io.open (arg[3], "wb")
for line in file:lines () do
  local case = json.decode (line)
  local list, answer = case.list, {}
  local after = curve.with_ramp (curve.merged (list), case.from, case.to, case.bpm, case.end_bpm)
  local rows = curve.rows (list, after)
  answer.refined = json.array (curve.refined (list, case.places))
  answer.merged = json.array (curve.merged (answer.refined))
  answer.first = json.array (curve.merged (list))
  answer.after = json.array (curve.merged (after))
  answer.undone = json.array (curve.merged (curve.undone (curve.merged (after), rows)))
  answer.tempo = json.array (curve.merged (curve.with_tempo (curve.merged (list), case.from, case.bpm)))
  answer.matches = curve.matches (after, rows, "set")
  out:write (json.encode (answer), "\\n")
end
out:close ()
"""


def _random_course(chance: random.Random) -> list[dict[str, float]]:
    """Return levels that jump at random quarter notes."""
    places = [0, *sorted(chance.sample(range(1, 40), chance.randrange(4)))]
    levels = [chance.randrange(40, 200) for _ in places]
    return [
        {"ticks": place * 1920, "bpm": level, "end_bpm": level} for place, level in zip(places, levels, strict=True)
    ]


def _case(chance: random.Random) -> dict[str, Any]:
    start = chance.randrange(40)
    return {
        "list": _random_course(chance),
        "places": [place * 1920 for place in chance.sample(range(60), 3)],
        "from": start * 1920,
        "to": (start + chance.randrange(1, 20)) * 1920,
        "bpm": chance.randrange(201, 250),
        "end_bpm": chance.randrange(251, 300),
    }


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Run 200 random cases in one go: what was asked, and what Lua made of it."""
    folder = tmp_path_factory.mktemp("curve")
    script, given, answered = folder / "run.lua", folder / "given", folder / "answered"
    script.write_text(_RUN)
    asked = [_case(random.Random(seed)) for seed in range(200)]
    given.write_text("".join(json.dumps(case) + "\n" for case in asked))
    printed = run_lua(script, LUA_FOLDER, given, answered, home=folder)
    assert answered.exists(), printed
    found = [json.loads(line) for line in answered.read_text().splitlines()]
    assert len(found) == len(asked), printed
    return list(zip(asked, found, strict=True))


def _at(course: list[dict[str, float]], ticks: int) -> float:
    """Return the tempo at a tick, worked out here."""
    i = max(index for index, piece in enumerate(course) if piece["ticks"] <= ticks)
    piece = course[i]
    if i + 1 == len(course):
        return piece["bpm"]
    share = (ticks - piece["ticks"]) / (course[i + 1]["ticks"] - piece["ticks"])
    return piece["bpm"] + (piece["end_bpm"] - piece["bpm"]) * share


def test_more_pieces_make_the_same_course_and_merge_again(cases: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Every place has the tempo it had; merging gives back the fewest pieces."""
    for asked, found in cases:
        assert found["merged"] == found["first"]
        for ticks in range(0, 60 * 1920, 960):
            assert _at(found["refined"], ticks) == pytest.approx(_at(asked["list"], ticks))


def test_a_ramp_is_straight_and_leaves_the_rest(cases: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Before it nothing changes, inside it goes in a line, and after the next change nothing does."""
    for asked, found in cases:
        start, end = asked["from"], asked["to"]
        next_change = min((piece["ticks"] for piece in asked["list"] if piece["ticks"] > end), default=10**9)
        for ticks in range(0, 60 * 1920, 960):
            if ticks < start or ticks >= next_change:
                wanted = _at(asked["list"], ticks)
            elif ticks < end:
                wanted = asked["bpm"] + (asked["end_bpm"] - asked["bpm"]) * (ticks - start) / (end - start)
            else:
                wanted = asked["end_bpm"]
            assert _at(found["after"], ticks) == pytest.approx(wanted)
        assert found["matches"]


def test_taking_it_back_gives_the_course_of_before(cases: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Also where changes lay inside the ramp."""
    for _, found in cases:
        assert found["undone"] == found["first"]


def test_a_tempo_holds_to_the_next_change(cases: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """And not beyond it."""
    for asked, found in cases:
        next_change = min((piece["ticks"] for piece in asked["list"] if piece["ticks"] > asked["from"]), default=10**9)
        for ticks in range(0, 60 * 1920, 960):
            is_ours = asked["from"] <= ticks < next_change
            assert _at(found["tempo"], ticks) == (asked["bpm"] if is_ours else _at(asked["list"], ticks))
