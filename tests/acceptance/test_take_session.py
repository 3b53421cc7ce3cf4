"""The Ardour session that a take gets of its own, as a person meets it: how it is opened, and what is told about it."""

import shlex
import subprocess
from pathlib import Path

import pytest

from daw_bridge.ardour_config import is_osc_on
from daw_bridge.install import install
from tests.acceptance.homes import home_environment, sideman

pytestmark = pytest.mark.usefixtures("ardour_programs")

WORDS = ("generate", "trap with 808 bass", "--bars", "2", "--seed", "1", "--to", "session")
TOLD = "808 Bass is played by General MIDI's Synth Bass 1 in Ardour; its own sound is in the muted stem beside it"


def session_of(done: subprocess.CompletedProcess[str]) -> Path:
    """Return the session file that the last line of ``generate`` opens."""
    assert done.returncode == 0, done.stderr
    before, command = done.stdout.splitlines()[-1].split(": ", 1)
    assert before == "open it in Ardour"
    program, session_file = shlex.split(command)
    assert program.startswith("ardour")
    return Path(session_file)


def test_its_folder_opens_in_ardour_and_the_command_for_that_is_told(tmp_path: Path) -> None:
    """Ardour opens a folder by the file in it that bears the folder's name."""
    done = sideman(home_environment(tmp_path), *WORDS)
    session = session_of(done)
    assert session.is_file()
    assert session.name == f"{session.parent.name}.ardour"
    assert f"note: {TOLD}" in done.stdout
    assert is_osc_on(session.read_text()) is False


def test_where_sideman_is_in_ardour_its_session_has_osc_on(tmp_path: Path) -> None:
    (tmp_path / ".config" / "ardour7").mkdir(parents=True)
    install(tmp_path / "bridge", config_home=tmp_path / ".config")
    environment = home_environment(tmp_path) | {"SIDEMAN_BRIDGE_DIR": str(tmp_path / "bridge")}
    assert is_osc_on(session_of(sideman(environment, *WORDS)).read_text()) is True


def test_nothing_is_told_of_voices_where_the_stems_sound(tmp_path: Path) -> None:
    done = sideman(home_environment(tmp_path), *WORDS, "--set", "playback=stems")
    session_of(done)
    assert "General MIDI" not in done.stdout
