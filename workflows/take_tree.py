"""Takes as a family: which came from which by what change, and what was thought of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from library.ratings import Rating
from music.take import Take, TakeId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTake:
    """A take in the list: its account and its rating, and how far down the tree it stands."""

    take: Take
    rating: Rating
    depth: int = 0  # 0 for one without a parent in the list


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTree:
    """The newest takes, each below its parent, and the names of folders whose account cannot be read."""

    takes: tuple[KeptTake, ...]
    damaged: tuple[str, ...] = ()


def as_tree(kept: Sequence[KeptTake]) -> tuple[KeptTake, ...]:
    """Return takes, newest first, so that each stands below its parent, the variations of one oldest first.

    A family stands where its newest member would.
    """
    by_id = {one.take.id: one for one in kept}
    children: dict[TakeId, list[KeptTake]] = defaultdict(list)
    roots: dict[TakeId, KeptTake] = {}  # in the order of each family's newest member
    for one in kept:
        root = _root(one, by_id)
        roots.setdefault(root.take.id, root)
        if root is not one and one.take.parent is not None:
            children[one.take.parent].append(one)  # newest first, as a stack gives them back
    out: list[KeptTake] = []
    for root in roots.values():
        waiting = [(root, 0)]
        while waiting:
            one, depth = waiting.pop()
            out.append(replace(one, depth=depth))
            waiting += [(child, depth + 1) for child in children[one.take.id]]
    return tuple(out)


def _root(one: KeptTake, by_id: Mapping[TakeId, KeptTake]) -> KeptTake:
    """Return the first of a take's line that is in the list; a line that leads back to itself has none but itself."""
    seen = {one.take.id}
    root = one
    while root.take.parent is not None and (above := by_id.get(root.take.parent)) is not None:
        if above.take.id in seen:
            return one
        seen.add(above.take.id)
        root = above
    return root
