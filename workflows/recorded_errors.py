"""Our errors as the job store keeps them, by name, message and facts, and back again."""

from collections.abc import Iterator
from contextlib import contextmanager

from music.errors import StudioError


def to_error(recorded: Exception | None) -> StudioError:
    """Turn the recorded name, message and facts of an error back into one of ours."""
    name, message = getattr(recorded, "name", type(recorded).__name__), getattr(recorded, "message", str(recorded))
    facts = getattr(recorded, "data", None)
    for known in _descendants(StudioError):
        if known.__name__ == name:
            error = known.__new__(known)
            error.args = (message,)
            vars(error).update(facts if isinstance(facts, dict) else {})
            return error
    return StudioError(f"{name}: {message}")


@contextmanager
def facts_recorded() -> Iterator[None]:
    """Have the attributes of our errors recorded beside name and message: DBOS looks for them under ``data``."""
    try:
        yield
    except StudioError as error:
        vars(error).setdefault("data", dict(vars(error)))
        raise


def _descendants(root: type[StudioError]) -> Iterator[type[StudioError]]:
    yield root
    for child in root.__subclasses__():
        yield from _descendants(child)
