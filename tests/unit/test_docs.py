"""Documents say what is: generated pages are fresh, links lead somewhere, and every command in them is understood."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cli.arguments import read_words

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")]


def test_generated_pages_are_up_to_date(tmp_path: Path) -> None:
    """Run `./just docs` when this fails."""
    command = [sys.executable, str(REPOSITORY / "docs" / "generate.py"), str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, env={"PYTHONPATH": str(REPOSITORY)}, check=True, timeout=60)
    written = {page.name: page.read_text() for page in tmp_path.iterdir()}
    assert written
    assert {name: (REPOSITORY / "docs" / name).read_text() for name in written} == written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def fenced(language: str) -> list[str]:
    """Return the code blocks of one language in every page."""
    return [block for page in PAGES for block in re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)]


COMMANDS = [line for block in fenced("sh") for line in block.splitlines() if line.startswith("./just")]
RECIPES = re.findall(r"^@?([a-z-]+)(?: \*words)?:", (REPOSITORY / "Justfile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_in_documents_are_understood(line: str) -> None:
    _, recipe, *words = shlex.split(line, comments=True)
    if recipe in ("generate", "sideman"):
        options = read_words(words if recipe == "sideman" else ["generate", *words])
        assert options.command
    else:
        assert recipe in RECIPES


def test_documents_hold_commands_and_client_configurations() -> None:
    assert len(COMMANDS) > 5
    for block in fenced("json"):
        assert json.loads(block)["mcpServers"]["sideman"]["args"] == ["sideman", "mcp"]
