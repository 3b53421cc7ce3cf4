"""Takes stand below those that they were varied from."""

from library.ratings import UNRATED
from music.take import TakeId
from tests.takes import a_take
from workflows.take_tree import KeptTake, as_tree


def listed(*family: tuple[str, str | None]) -> list[tuple[str, int]]:
    """Return ids and depths of the tree of takes, given newest first with their parents."""
    kept = [
        KeptTake(take=a_take(name, parent=None if parent is None else TakeId(parent)), rating=UNRATED)
        for name, parent in family
    ]
    return [(one.take.id, one.depth) for one in as_tree(kept)]


def test_variations_stand_below_their_parent_oldest_first_and_families_by_their_newest_member() -> None:
    found = listed(("f", "b"), ("e", None), ("d", "c"), ("c", "a"), ("b", "a"), ("a", None), ("0", None))
    assert found == [("a", 0), ("b", 1), ("f", 2), ("c", 1), ("d", 2), ("e", 0), ("0", 0)]


def test_a_take_whose_parent_is_not_in_the_list_stands_by_itself() -> None:
    assert listed(("b", "gone"), ("a", None)) == [("b", 0), ("a", 0)]


def test_no_take_is_lost_where_accounts_name_each_other() -> None:
    assert sorted(listed(("c", "b"), ("b", "a"), ("a", "b"))) == [("a", 0), ("b", 0), ("c", 0)]


def test_a_long_line_of_variations_is_told_to_its_end() -> None:
    line = [(f"{i:05}", f"{i - 1:05}" if i else None) for i in range(2000)]
    assert listed(*reversed(line))[-1] == ("01999", 1999)
