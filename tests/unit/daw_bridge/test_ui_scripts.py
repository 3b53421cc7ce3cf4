"""Ardour's slot file keeps every byte that is not ours."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.lua_bundle import bridge_source
from daw_bridge.ui_scripts import N_SLOTS, Slot, UiScripts, quote, unquote
from music.errors import SetupBroken
from tests.programs import run_lua

# as Ardour writes it: keys in any order, compiled code with escapes, a value that looks like a statement
_CODE = (
    b'scripts = {} scripts[2] = {} scripts[2]["f"] = "\\27LuaS\\0\\"x\\\\\\\n scripts[9] = {} "'
    b' scripts[2]["n"] = "Mine" scripts[2]["a"] = {} scripts[2]["a"]["gain"] = 3 scripts[2]["s"] = "text"  '
)
_FILE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>\n  <ActionScript lua="Lua 5.3">'
    + base64.b64encode(_CODE)
    + b'</ActionScript>\n  <ActionHooks>\n    <LuaCallback lua="Lua 5.3"/>\n  </ActionHooks>\n</UIScripts>\n'
)
_SLOT = Slot(name='A "name"', script="one\ntwo \\ three", factory="return 1", arguments={"folder": "/a b", "v": "1"})


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_text_survives_lua_quoting(text: str) -> None:
    assert unquote(quote(text)) == text


def test_the_scripts_of_others_are_seen_by_name_and_slot() -> None:
    scripts = UiScripts(_FILE)
    assert scripts.names() == {2: "Mine"}
    assert scripts.free_slots() == frozenset(range(1, N_SLOTS + 1)) - {2}


def test_a_slot_can_be_set_read_and_taken_out_without_a_trace() -> None:
    scripts = UiScripts(_FILE).with_slot(32, _SLOT)
    assert scripts.names() == {2: "Mine", 32: _SLOT.name}
    assert scripts.arguments(32) == _SLOT.arguments
    assert scripts.with_slot(32, _SLOT) == scripts
    assert scripts.without(32).names() == {2: "Mine"}
    assert base64.b64decode(_encoded(scripts.without(32))).strip() == _CODE.strip()
    assert scripts.content.endswith(_FILE[_FILE.index(b"</ActionScript>") :])


def _encoded(scripts: UiScripts) -> bytes:
    return scripts.content.split(b">")[3].split(b"<")[0]


def test_an_empty_file_takes_a_slot() -> None:
    assert UiScripts().with_slot(1, _SLOT).names() == {1: _SLOT.name}
    closed = UiScripts(b'<UIScripts><ActionScript lua="Lua 5.3"/><ActionHooks/></UIScripts>')
    assert closed.with_slot(1, _SLOT).names() == {1: _SLOT.name}


@pytest.mark.parametrize("code", [b"os.exit()", b'scripts[1]["n"] = foo', b'scripts[1]["n"] = "open'])
def test_what_is_not_of_ardours_form_is_left_alone(code: bytes) -> None:
    damaged = UiScripts(b"<ActionScript>" + base64.b64encode(b"scripts = {} " + code) + b"</ActionScript>")
    with pytest.raises(SetupBroken, match="nothing was changed"):
        damaged.with_slot(1, _SLOT)
    with pytest.raises(SetupBroken, match="ActionScript"):
        UiScripts(b"<UIScripts/>").names()


def test_compiled_scripts_as_ardour_saves_them_are_read(tmp_path: Path) -> None:
    """Ardour writes every slot back compiled, through Lua's own quoting."""
    source, out = tmp_path / "source.lua", tmp_path / "out"
    source.write_text(bridge_source())
    script = tmp_path / "save.lua"
    script.write_text(
        'local code = string.dump (assert (loadfile (arg[1])), true)\nlocal out = io.open (arg[2], "wb")\n'
        'out:write ("scripts = {} scripts[32] = {} scripts[32][\\"a\\"] = {} ")\n'
        'out:write ("scripts[32][\\"a\\"][\\"version\\"] = \\"1-old\\"  scripts[32][\\"f\\"] = ")\n'
        'out:write (string.format ("%q", code), " scripts[32][\\"n\\"] = \\"Sideman bridge\\"  ")\nout:close ()\n'
    )
    printed = run_lua(script, source, out, home=tmp_path)
    assert out.exists(), printed
    code = base64.b64encode(out.read_bytes())
    scripts = UiScripts(b"<UIScripts><ActionScript>" + code + b"</ActionScript></UIScripts>")
    assert scripts.names() == {32: "Sideman bridge"}
    assert scripts.arguments(32) == {"version": "1-old"}
    assert scripts.without(32).names() == {}
