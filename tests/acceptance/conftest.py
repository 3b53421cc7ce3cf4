"""Fixtures for tests against the real Ardour."""

from collections.abc import Iterator

import pytest

from tests.acceptance.ardour_editor import ArdourEditor, make_empty_session
from tests.programs import require_ardour, require_program


@pytest.fixture(scope="session")
def ardour_programs() -> None:
    """Require everything that starting the real editor with nobody in front of it takes."""
    for name in ("ardour", "Xvfb", "import", "xwininfo"):
        require_program(name)
    require_ardour()


@pytest.fixture(scope="module")
def ardour_editor(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArdourEditor]:
    """Run one editor on an empty session for a module's tests; a test that needs its own makes one itself."""
    del ardour_programs  # having asked for them is enough
    folder = make_empty_session(tmp_path_factory.mktemp("ardour") / "session")
    with ArdourEditor(folder) as editor:
        yield editor
