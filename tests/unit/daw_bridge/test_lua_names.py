"""What is proposed for a name that is wrong, by Ardour's own Lua interpreter."""

from pathlib import Path

import pytest

from daw_bridge.lua_bundle import LUA_FOLDER
from tests.programs import run_lua

_RUN = """
json, faults = { null = "null" }, { stop = function (_, _, facts) error (facts) end }
local names = dofile (arg[1])
local things = {}
for i = 3, #arg do
  things[#things + 1] = { id = "87" .. i, name = arg[i] }
end
print ((names.nearest (arg[2], things) or "nothing") .. "; " .. names.listed (arg[2], things))
local _, facts = pcall (names.stop_unknown_text, "preset", arg[2], { table.unpack (arg, 3) })
print ("by its text: " .. facts.nearest .. "; " .. facts.known)
"""
_GAINS = ("Master Gain", "Gain Peak 1", "Peak Gain 1", "Gain 2", "Gain 3", "Gain 4", "Gain 5", "Width")


@pytest.mark.parametrize(
    ("wanted", "known", "told"),
    [
        ("Lead", ("Pad", "Bass"), "nothing; there are Pad, Bass"),
        ("drum", ("Pad", "Drums"), "874 (Drums); there are Drums, Pad"),
        ("Peak 1 Gian", _GAINS, "875 (Peak Gain 1); there are Peak Gain 1, Gain Peak 1, "),
        ("Peak 1 Gian", _GAINS, ", and 2 more"),
        ("Lead", (), "nothing; there is none"),
    ],
)
def test_names_that_share_words_are_nearest_and_what_is_far_is_not_proposed(
    tmp_path: Path, wanted: str, known: tuple[str, ...], told: str
) -> None:
    script = tmp_path / "run.lua"
    script.write_text(_RUN)
    assert told in run_lua(script, LUA_FOLDER / "names.lua", wanted, *known, home=tmp_path)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("Zer", "by its text: Zero; null"),
        ("Zeor", "by its text: Zero; null"),
        ("qxwvk", "by its text: null; there are Zero, Vocal"),
    ],
)
def test_a_preset_or_port_that_nothing_comes_near_is_answered_with_what_there_is(
    tmp_path: Path, wanted: str, told: str
) -> None:
    script = tmp_path / "run.lua"
    script.write_text(_RUN)
    assert told in run_lua(script, LUA_FOLDER / "names.lua", wanted, "Zero", "Vocal", home=tmp_path)
