"""The Lua JSON codec, run by Ardour's own Lua interpreter."""

import json
from pathlib import Path

import pytest

from daw_bridge.lua_bundle import LUA_FOLDER
from tests.programs import run_lua

_RUN = """
local json = dofile (arg[1])
local file = io.open (arg[2], "rb")
local out = io.open (arg[3], "wb")
for line in file:lines () do
  local is_read, value = pcall (json.decode, line)
  out:write (is_read and json.encode (value) or "refused: " .. tostring (value), "\\n")
end
out:close ()
"""


def _through_lua(texts: list[str], folder: Path) -> list[str]:
    """Decode and encode each line in Lua; ``refused: …`` where it is not JSON."""
    script, given, answered = folder / "run.lua", folder / "given", folder / "answered"
    script.write_text(_RUN)
    given.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    printed = run_lua(script, LUA_FOLDER / "json.lua", given, answered, home=folder)
    assert answered.exists(), printed
    return answered.read_text(encoding="utf-8").splitlines()


def test_values_survive_the_way_through_lua(tmp_path: Path) -> None:
    values: list[object] = [
        None,
        True,
        0,
        -7,
        2**53,
        140.25,
        1e-9,
        -0.5,
        "",
        'quote " and \\ and / and\ttab\nline',
        "Übung, 音楽, 🎹",
        [],
        {},
        [[], {}, [None]],
        {"a": [1, 2.5, "x"], "b": {"c": None}},
        [{"keys": 1, "known": 2}, {"keys": 3, "known": 4}, {"keys": 5}, {"known": 6, "keys": 7, "z": 8}, {}, {"z": 9}],
        {'a "quoted" key\n': {"nested": [{}, {"x": -0.0}]}, "": 1},
        "\x7f\x01",
        ["first line\nsecond\tline", "ends in \\", "\n\\", "\\n is no line\n", 'line\nand "quote"', "ü\n🎹"],
    ]
    answered = _through_lua([json.dumps(value) for value in values], tmp_path)
    assert [json.loads(text) for text in answered] == values
    raw = _through_lua([json.dumps(value, ensure_ascii=False) for value in values], tmp_path)
    assert [json.loads(text) for text in raw] == values


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    answered = _through_lua(list(_NOT_JSON), tmp_path_factory.mktemp("json"))
    return dict(zip(_NOT_JSON, answered, strict=True))


_NOT_JSON = (
    "{",
    "[1,]",
    "[1 2]",
    '{"a":1,}',
    '{"a":1,"a":2}',
    "{'a':1}",
    "01",
    "1.",
    ".5",
    "+1",
    "NaN",
    "Infinity",
    "nil",
    '"\\x"',
    '"\\u12"',
    '"\\ud800"',
    '"\\udc00"',
    '"open',
    '"tab\there"',
    "true false",
    "os.exit()",
    "0x10",
    "[" * 70 + "]" * 70,
    "",
)


@pytest.mark.parametrize("text", _NOT_JSON)
def test_what_is_not_json_is_refused(text: str, refusals: dict[str, str]) -> None:
    assert refusals[text].startswith("refused: ")
