"""The ``sideman`` command: runs one command and turns errors into one line and an exit code."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from cli.arguments import build_parser
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
    options = build_parser().parse_args(arguments)
    flags: dict[str, Any] = dict(options.set)
    try:
        settings = load_settings(os.environ, flags, file=options.config)
        module, function = options.command.split(":")
        command = getattr(importlib.import_module(f"cli.{module}"), function)  # one command loads only its libraries
        return int(command(options, settings))
    except StudioError as error:
        print(f"sideman: {error}", file=sys.stderr)  # noqa: T201
        return exit_code(error)
    except KeyboardInterrupt:
        print("sideman: interrupted", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:  # whoever read our output has gone; there is nobody left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def exit_code(error: StudioError) -> int:
    """Return the exit code of an error, by what the caller can do about it."""
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


if __name__ == "__main__":
    sys.exit(main())
