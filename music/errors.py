"""Every error Sideman raises on purpose, grouped by what the caller can do about it.

The message names the value, the allowed range and the next step. Facts are attributes; nobody parses the text.
Faces translate the four groups below with one table each (exit code, tool error, HTTP status).
"""


class StudioError(Exception):
    """The root of all errors that Sideman raises on purpose."""


class RequestInvalid(StudioError):
    """The request itself cannot be met: change it and ask again."""


class NotFound(RequestInvalid):
    """A take, job, route or change set was named that does not exist; the message names the nearest match.

    ``known`` is a sentence about what there is, or where it is listed; ``told`` says more than that there is none.
    """

    def __init__(self, kind: str, name: str, *, nearest: str | None = None, known: str = "", told: str = "") -> None:
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        listed = f"{' ' if nearest else '; '}{known}" if known else ""
        super().__init__(f"{told or f'no {kind} {name!r}'}{hint}{listed}")
        self.kind, self.name, self.nearest = kind, name, nearest


class TryLater(StudioError):
    """The request is fine, but something outside is busy or did not answer in time: ask again later."""


class TimedOut(TryLater):
    """A bounded wait ran out. For a write this means the outcome is not known."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"{what} did not answer within {seconds:g} s")
        self.what, self.seconds = what, seconds


class SetupBroken(StudioError):
    """Something on this machine is missing or misconfigured; the message says how to repair it."""


class StorageFailed(SetupBroken):
    """A file or folder could not be written: missing permission, or no space left."""


class EngineFailed(StudioError):
    """An engine ran but returned nothing usable."""

    def __init__(self, engine: str, reason: str, *, retryable: bool) -> None:
        super().__init__(f"engine {engine!r} failed: {reason}")
        self.engine, self.reason, self.retryable = engine, reason, retryable


class Cancelled(StudioError):
    """The work was cancelled by whoever asked for it."""
