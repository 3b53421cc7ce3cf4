"""Lua finds a module only where it was put before: a name that comes too late is nil, and only when it is reached."""

import re
from pathlib import Path

import pytest

import daw_bridge.offline
from daw_bridge.lua_bundle import BRIDGE, BUTTON, LIBRARY, LUA_FOLDER

_OFFLINE = Path(daw_bridge.offline.__path__[0])
_NOT_REACHED = {("verbs/tracks", "groups")}  # strips are deleted in the editor alone


def source_of(module: str) -> str:
    """Return a module without its comments and texts."""
    code = re.sub(r"--[^\n]*", "", (LUA_FOLDER / f"{module}.lua").read_text(encoding="utf-8"))
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', code)


def names_of(modules: tuple[str, ...]) -> set[str]:
    return {module.rpartition("/")[2] for module in modules}


def used_by(module: str) -> set[str]:
    """Return the other modules that a module uses."""
    code = source_of(module)
    own = set(re.findall(r"\blocal (?:function )?(\w+)", code))
    own |= {name for given in re.findall(r"function [\w.:]+\(([^)]*)\)", code) for name in re.findall(r"\w+", given)}
    return {name for name in names_of(BRIDGE) - own if re.search(rf"(?<![\w.:]){name}[.:]\w", code)}


@pytest.mark.parametrize("modules", [BRIDGE, BUTTON], ids=["bridge", "button"])
def test_what_a_module_uses_stands_before_it(modules: tuple[str, ...]) -> None:
    too_late = {
        (module, name)
        for place, module in enumerate(modules)
        for name in used_by(module) - names_of(modules[: place + 1])
    }
    assert too_late == set()
    assert used_by("reader") >= {"strips", "timeline", "ids"}


def test_what_writes_sessions_loads_all_that_its_modules_use() -> None:
    listed = re.search(r"ipairs \(\{ (.*?) \}\)", (_OFFLINE / "make_session.lua").read_text(encoding="utf-8"))
    assert listed
    modules = tuple(re.findall(r'"([^"]+)"', listed[1]))
    missing = {
        (module, name)
        for place, module in enumerate(modules)
        for name in used_by(module) - names_of((*LIBRARY, *modules[: place + 1]))
    }
    assert missing == _NOT_REACHED
