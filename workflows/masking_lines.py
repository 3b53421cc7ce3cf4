"""Who covers whom, in words; apart from what measures it, which brings SciPy."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.measure import Measures

_LEAST_SHARE = 0.1


def masking_lines(found: "Measures") -> list[str]:
    """Return one line for each part: how much of it is covered, where, and by whom."""
    lines = []
    for one in sorted(found.masking, key=lambda one: -one.share):
        ranges = [
            f"{name} {share:.0%}" for name, share in zip(found.ranges, one.by_range, strict=True) if share is not None
        ]
        others = sorted(one.by_track.items(), key=lambda item: -item[1])
        by = [f"{name} {share:.0%}" for name, share in others[:3] if share >= _LEAST_SHARE]
        lines.append(f"{one.track}: {one.share:.0%} ({', '.join(ranges)})" + (f"; by {', '.join(by)}" if by else ""))
    return lines
