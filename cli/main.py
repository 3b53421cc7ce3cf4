"""The ``sideman`` command: runs one command and turns errors into one line and an exit code."""

import importlib
import io
import os
import sys
from collections.abc import Sequence

from cli.arguments import read_words
from cli.telling import tell
from music.errors import Cancelled, EngineFailed, RequestInvalid, SetupBroken, StorageFailed, StudioError, TryLater
from workflows.settings import load_settings

_EXIT_CODES: tuple[tuple[type[StudioError], int], ...] = (
    (RequestInvalid, 2),
    (StorageFailed, 2),
    (SetupBroken, 3),
    (TryLater, 4),
    (EngineFailed, 5),
    (Cancelled, 130),
    (StudioError, 1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal cannot show must not end a command
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except StudioError as error:
        tell(str(error))
        return exit_code(error)
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    except BrokenPipeError:  # whoever read our output has gone; there is nobody left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: Sequence[str]) -> int:
    for word in arguments:
        if any("\ud800" <= character <= "\udfff" for character in word):  # as Python reads what is no UTF-8
            raise RequestInvalid(f"{word!a} is no text in UTF-8; type it again")
    options = read_words(arguments)
    settings = load_settings(os.environ, dict(options.set), file=options.config)
    module, function = options.command.split(":")
    command = getattr(importlib.import_module(f"cli.{module}"), function)  # one command loads only its libraries
    code = int(command(options, settings))
    sys.stdout.flush()  # a reader that has gone is noticed here, not when the interpreter ends
    return code


def exit_code(error: StudioError) -> int:
    """Return the exit code of an error, by what the caller can do about it."""
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


if __name__ == "__main__":
    sys.exit(main())
