"""Documents say what is: generated pages are fresh, links lead somewhere, and what must not be told is not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
