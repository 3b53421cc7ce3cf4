"""Imports point downward only: the drawing in docs/architecture.md, held by reading every import of the checkout.

Invented trees in the second half show that each rule can fail.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]

ADAPTERS = frozenset({"analysis", "daw_bridge", "engines", "library", "renderers"})
FACES = frozenset({"cli", "mcp_server", "web"})
ROOMS = FACES | ADAPTERS | {"music", "workflows"}
MAY_IMPORT: dict[str, frozenset[str]] = {
    "music": frozenset(),
    **dict.fromkeys(ADAPTERS, frozenset({"music"})),
    "workflows": ADAPTERS | {"music"},
    **dict.fromkeys(FACES, frozenset({"workflows", "music"})),
    "cli": frozenset({"workflows", "music", "mcp_server"}),  # the command that starts the server has to import it
}
MUSIC_LIBRARIES = frozenset({"mido", "numpy"})  # arrays, and MIDI bytes in memory; the rest is the standard library
SYSTEM = frozenset(
    {"asyncio", "ctypes", "multiprocessing", "os", "selectors", "shutil", "signal", "subprocess", "threading"}
)
STORAGE_AND_NETWORK = frozenset({"http", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "tempfile", "urllib"})


def imported_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and full name of every import, those by ``import_module("name")`` included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                prefix = "." * level + (module or "")
                yield from ((node.lineno, f"{prefix}.{alias.name}" if module else prefix) for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str() as name), *_],
            ):
                yield node.lineno, name


def broken_rule(room: str, name: str) -> str | None:
    """Return what is wrong with a module of ``room`` importing ``name``, or None."""
    if name.startswith("."):
        return "relative imports hide the direction: write the full name"
    if name.endswith(".*"):
        return "no import *"
    top = name.partition(".")[0]
    if top in ROOMS | {"tests"}:
        return None if top == room or top in MAY_IMPORT[room] else f"{room} must not import {top}"
    return broken_music_rule(top) if room == "music" else None


def broken_music_rule(top: str) -> str | None:
    """Return what is wrong with music/ importing the library ``top``, or None."""
    if top in SYSTEM | STORAGE_AND_NETWORK:
        return "music does no input or output"
    if top not in sys.stdlib_module_names | MUSIC_LIBRARIES:
        return "music imports the standard library, numpy and mido only"
    return None


def python_files(root: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    """Yield room, path and syntax tree of every module under ``root``."""
    for room in sorted(ROOMS):
        for path in sorted((root / room).rglob("*.py")):
            yield room, path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def import_faults(root: Path) -> list[str]:
    """Return one line for every import under ``root`` that breaks a rule."""
    return [
        f"{path.relative_to(root)}:{line}: imports {name}: {rule}"
        for room, path, tree in python_files(root)
        for line, name in imported_names(tree)
        if (rule := broken_rule(room, name))
    ]


def undeclared_libraries(root: Path) -> list[str]:
    """Return the libraries that modules under ``root`` import without pyproject.toml asking for them.

    What only tests need (the extra ``dev``) does not count: a plain installation has to run.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {})
    asked = [*project["dependencies"], *(line for name, lines in extras.items() if name != "dev" for line in lines)]
    declared = {canonicalize_name(Requirement(line).name) for line in asked}
    brought_by = packages_distributions()
    tops = {name.partition(".")[0] for _, _, tree in python_files(root) for _, name in imported_names(tree)}
    libraries = tops - sys.stdlib_module_names - ROOMS - {""}  # "" is a relative import, reported elsewhere
    return sorted(
        top for top in libraries if declared.isdisjoint(canonicalize_name(name) for name in brought_by.get(top, ()))
    )


def packaging_faults(root: Path) -> list[str]:
    """Return one line for every difference between the package folders under ``root`` and pyproject.toml's wheel."""
    listed = set(
        tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    )
    there = {path.parent.name for path in root.glob("*/__init__.py") if path.parent.name != "tests"}
    return [f"{name}/ is a package, but the wheel leaves it out" for name in sorted(there - listed)] + [
        f"the wheel lists {name}, which is no package here" for name in sorted(listed - there)
    ]


def test_imports_point_downward_only() -> None:
    assert import_faults(CHECKOUT) == []


def test_every_library_that_is_imported_is_asked_for() -> None:
    assert undeclared_libraries(CHECKOUT) == []


def test_every_package_is_in_the_wheel_and_belongs_to_a_room() -> None:
    assert packaging_faults(CHECKOUT) == []
    assert {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} <= ROOMS | {"tests"}


def test_no_folder_holds_only_a_docstring() -> None:
    """Git tracks no empty folder; one whose only file says nothing but a docstring is the same thing in disguise."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.split("\n")
    by_folder: dict[Path, list[Path]] = {}
    for path in (CHECKOUT / name for name in tracked if name):
        for folder in path.parents:
            if folder.is_relative_to(CHECKOUT) and path.exists():
                by_folder.setdefault(folder, []).append(path)
    assert by_folder
    hollow = [str(folder.relative_to(CHECKOUT)) for folder, paths in by_folder.items() if all(map(says_nothing, paths))]
    assert hollow == []


def says_nothing(path: Path) -> bool:
    """Tell whether a file is a placeholder: ``.gitkeep``, empty, or an ``__init__.py`` with a docstring alone."""
    if path.name == ".gitkeep" or path.stat().st_size == 0:
        return True
    if path.name != "__init__.py":
        return False
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text(encoding="utf-8")).body)


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("music/score.py", "import engines", "music must not import engines"),
        ("music/score.py", "from workflows.settings import Settings", "music must not import workflows"),
        ("music/score.py", "import socket", "music does no input or output"),
        ("music/score.py", "from urllib.request import urlopen", "music does no input or output"),
        ("music/score.py", "import librosa", "standard library, numpy and mido only"),
        ("engines/composer/bass.py", "from renderers.mix import mix_down", "engines must not import renderers"),
        ("library/takes.py", "import workflows.jobs", "library must not import workflows"),
        ("workflows/jobs.py", "from cli import main", "workflows must not import cli"),
        ("cli/main.py", "from library.takes import Takes", "cli must not import library"),
        ("mcp_server/server.py", "import cli.main", "mcp_server must not import cli"),
        ("mcp_server/server.py", "def f() -> None:\n    import daw_bridge", "mcp_server must not import daw_bridge"),
        ("cli/main.py", 'importlib.import_module("engines.registry")', "cli must not import engines"),
        ("analysis/tempo.py", "from analysis.beats import *", "no import *"),
        ("analysis/tempo.py", "from . import beats", "relative imports"),
        ("analysis/tempo.py", "from ..library import takes", "relative imports"),
        ("engines/fake.py", "from tests.programs import require_program", "engines must not import tests"),
    ],
)
def test_a_wrong_import_is_reported(tmp_path: Path, module: str, source: str, complaint: str) -> None:
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(source)
    (fault,) = import_faults(tmp_path)
    assert fault.startswith(f"{module}:")
    assert complaint in fault


def test_right_imports_are_not_reported(tmp_path: Path) -> None:
    sources = {
        "music/score.py": "import re\nimport numpy as np\nfrom music.pitch import Key",
        "engines/composer/bass.py": "import scipy\nfrom engines.spec import EngineSpec\nfrom music.score import Score",
        "workflows/jobs.py": "from library.takes import Takes\nfrom daw_bridge import live",
        "web/app.py": "from workflows.jobs import Jobs\nfrom music.errors import StudioError",
    }
    for name, source in sources.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(source)
    assert import_faults(tmp_path) == []


def test_a_library_that_nobody_asked_for_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        """
        [project]
        dependencies = ["numpy>=2", "python-osc"]
        [project.optional-dependencies]
        heavy = ["mido"]
        dev = ["pytest"]
        """
    )
    (tmp_path / "engines").mkdir()
    (tmp_path / "engines" / "fake.py").write_text(
        "import json, mido, music.time, numpy.linalg, pytest, soundfile\nfrom pythonosc import dispatcher\nimport gone"
    )
    assert undeclared_libraries(tmp_path) == ["gone", "pytest", "soundfile"]


def test_a_package_that_the_wheel_leaves_out_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.hatch.build.targets.wheel]\npackages = ["music", "gone"]\n')
    for name in ("music", "web"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    assert packaging_faults(tmp_path) == [
        "web/ is a package, but the wheel leaves it out",
        "the wheel lists gone, which is no package here",
    ]


def test_a_placeholder_file_says_nothing_and_code_says_something(tmp_path: Path) -> None:
    init = tmp_path / "__init__.py"
    init.write_text('"""Later."""\n')
    assert says_nothing(init)
    init.write_text('"""Takes."""\n\nfrom library.takes import Takes\n')
    assert not says_nothing(init)
