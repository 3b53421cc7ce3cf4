"""Jobs as stages are given them."""

from music.job import Progress


class QuietJob:
    """A job that nobody watches or cancels."""

    def report(self, progress: Progress) -> None:
        """Take no notice."""

    def raise_if_cancelled(self) -> None:
        """Go on."""
