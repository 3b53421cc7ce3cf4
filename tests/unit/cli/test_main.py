"""The command line ends with the exit code that says what to do, one clear line, and no traceback."""

import json
import subprocess
import sys

import pytest

from cli.main import exit_code, main
from music.errors import (
    Cancelled,
    EngineFailed,
    NotFound,
    RequestInvalid,
    SetupBroken,
    StorageFailed,
    StudioError,
    TimedOut,
    TryLater,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StudioError("x"), 1),
        (RequestInvalid("x"), 2),
        (NotFound("take", "x"), 2),
        (StorageFailed("x"), 2),
        (SetupBroken("x"), 3),
        (TryLater("x"), 4),
        (TimedOut("x", 1.0), 4),
        (EngineFailed("composer", "x", retryable=False), 5),
        (Cancelled("x"), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: StudioError, code: int) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["generate", "trap \udcff"], "is no text in UTF-8"),
        (["--config", "/no/such/file.toml", "settings"], "there is no settings file"),
        (["--set", "htp_port=1", "settings"], "did you mean 'http_port'"),
        (["settings", "--set", "htp_port=1"], "did you mean 'http_port'"),
        (["settings", "--config", "/no/such/file.toml"], "there is no settings file"),
    ],
)
def test_a_bad_word_gets_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) in (2, 3)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("sideman: ")
    assert told in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "pop", "--out", ""],
        ["generate", "pop", "--out", "~no-such-user/takes"],
        ["measure", "--picture", "~no-such-user/a.png"],
        ["measure", "--picture", "a.txt"],
        ["--config", "~no-such-user/sideman.toml", "settings"],
        ["takes", "--limit", "0"],
        ["takes", "--limit", "9" * 5000],
        ["serve", "--port", "70000"],
        ["--set", "x"],
    ],
)
def test_numbers_out_of_range_are_refused_while_reading_the_words(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_reader_that_has_gone_ends_a_command_quietly() -> None:
    """Even where the output is short enough to be written only at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "settings"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), told) == (0, b"")


def test_settings_before_and_after_the_command_hold_together(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set", "http_port=1", "--set", "playback=midi", "settings", "--json", "--set", "playback=stems"]
    assert main(words) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["http_port"], values["playback"]) == (1, "stems")
