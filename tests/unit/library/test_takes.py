"""Takes are whole or absent, can be found wherever they are kept, and say what is wrong when they cannot be written."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from library.takes import (
    TakeStore,
    describe_files,
    read_take,
    storage_errors,
    take_file,
    take_to_json,
    write_atomically,
)
from music.errors import NotFound, RequestInvalid, SetupBroken, StorageFailed
from music.take import TAKE_FORMAT, Take, TakeFile, TakeId
from tests.takes import a_plan, a_take


def put(store: TakeStore, parent: Path, take: Take) -> Path:
    write_atomically(store.staging(parent, take.id) / "mix.wav", b"audio")
    return store.finish(parent, take)


def test_a_finished_take_reads_back_equal_and_leaves_no_staging_folder(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "takes")
    parent = store.prepare(None)
    take = a_take()
    folder = put(store, parent, take)
    assert store.folder(take.id) == folder
    assert read_take(folder) == take
    assert (folder / "take.json").read_bytes() == take_to_json(take)
    assert [entry.name for entry in parent.iterdir()] == [take.id]


def test_finishing_twice_keeps_the_first_result(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    folder = put(store, tmp_path, a_take())
    before = (folder / "take.json").stat().st_mtime_ns
    assert store.finish(tmp_path, a_take()) == folder
    assert (folder / "take.json").stat().st_mtime_ns == before


def test_a_take_kept_elsewhere_is_found_by_its_id(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "takes")
    elsewhere = store.prepare(tmp_path / "else where")
    folder = put(store, elsewhere, a_take())
    assert store.folder("20260101-120000-abc123") == folder
    assert store.ids() == ("20260101-120000-abc123",)


def test_a_take_that_was_deleted_elsewhere_is_not_listed(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "takes")
    folder = put(store, store.prepare(tmp_path / "elsewhere"), a_take())
    (folder / "take.json").unlink()
    assert store.ids() == ()


def test_takes_are_listed_newest_first(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    for name in ("20260101-120000-a", "20260301-120000-b", "20260201-120000-c"):
        put(store, tmp_path, a_take(name))
    assert [name[-1] for name in store.ids()] == ["b", "c", "a"]


def test_an_unknown_take_names_the_nearest(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    put(store, tmp_path, a_take())
    with pytest.raises(NotFound, match=r"did you mean '20260101-120000-abc123'.*list_takes"):
        store.folder("20260101-120000-abc124")


def test_a_take_is_found_by_its_title_where_only_one_bears_it(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    titles = {"20260101-120000-a": "Pop in C", "20260201-120000-b": "Pop in C", "20260301-120000-c": "Jazz in F"}
    for name, title in titles.items():
        put(store, tmp_path, a_take(name, plan=replace(a_plan(), title=title)))
    assert store.folder("jazz in F") == tmp_path / "20260301-120000-c"
    with pytest.raises(RequestInvalid, match=r"2 takes are called 'Pop in C'.*: 20260201-120000-b, 20260101-120000-a"):
        store.folder("Pop in C")
    with pytest.raises(NotFound, match="did you mean 'Jazz in F'"):
        store.folder("Jazz in G")


def test_a_take_of_another_format_is_refused(tmp_path: Path) -> None:
    folder = put(TakeStore(tmp_path), tmp_path, a_take(format=TAKE_FORMAT + 1))
    with pytest.raises(RequestInvalid, match=f"reads format {TAKE_FORMAT}"):
        read_take(folder)


def test_a_damaged_account_is_reported_with_its_path(tmp_path: Path) -> None:
    folder = put(TakeStore(tmp_path), tmp_path, a_take())
    (folder / "take.json").write_text("{")
    with pytest.raises(SetupBroken, match=r"take\.json cannot be read"):
        read_take(folder)


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda account: account[: len(account) // 2],
    "not JSON": lambda _: b"\xff\x00 not text",
    "somebody else's": lambda _: b'{"takes": [1, 2]}',
    "of another format": lambda account: account.replace(b'"format": 1', b'"format": 99'),
    "of a tempo that no take has": lambda account: account.replace(b'"tempo_bpm": 120.0', b'"tempo_bpm": "quick"'),
    "of a key that no take has": lambda account: account.replace(b'"tonic": "C"', b'"tonic": "H"'),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_take_is_named_and_hides_no_other(tmp_path: Path, damage: str) -> None:
    store = TakeStore(tmp_path)
    for name in ("20260101-120000-a", "20260201-120000-b", "20260301-120000-c"):
        put(store, tmp_path, a_take(name))
    account = tmp_path / "20260201-120000-b" / "take.json"
    whole = account.read_bytes()
    account.write_bytes(DAMAGED[damage](whole))
    assert account.read_bytes() != whole
    kept = store.newest(2)
    assert [take.id for take in kept.takes] == ["20260301-120000-c", "20260101-120000-a"]
    assert kept.damaged == ("20260201-120000-b",)


def test_no_more_takes_are_read_than_asked_for(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    for name in ("20260101-120000-a", "20260201-120000-b"):
        put(store, tmp_path, a_take(name))
    (tmp_path / "20260101-120000-a" / "take.json").write_text("{")
    kept = store.newest(1)
    assert ([take.id for take in kept.takes], kept.damaged) == (["20260201-120000-b"], ())


def test_discarding_removes_what_was_half_made(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    write_atomically(store.staging(tmp_path, TakeId("x")) / "score.mid", b"MThd")
    store.discard(tmp_path, TakeId("x"))
    assert list(tmp_path.iterdir()) == []


def test_files_are_described_by_path_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "bass.wav").write_bytes(b"abc")
    (described,) = describe_files(tmp_path, {"stems/bass.wav": 2.0})
    assert (described.path, described.n_bytes, described.length_seconds) == ("stems/bass.wav", 3, 2.0)
    assert described.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4 example


def test_a_folder_below_a_file_is_refused_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="choose another folder"):
        TakeStore(tmp_path).prepare(tmp_path / "file" / "takes")


def test_a_take_that_was_moved_but_not_yet_remembered_is_found_after_finishing_again(tmp_path: Path) -> None:
    """As when the process was killed between the two."""
    store = TakeStore(tmp_path / "takes")
    elsewhere = store.prepare(tmp_path / "elsewhere")
    folder = put(store, elsewhere, a_take())
    (tmp_path / "takes" / folder.name).unlink()
    assert store.finish(elsewhere, a_take()) == folder
    assert store.folder(folder.name) == folder


def test_the_store_s_own_folder_under_another_name_needs_no_link(tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "takes")
    store.prepare(None)
    (tmp_path / "also").symlink_to(tmp_path / "takes")
    parent = store.prepare(tmp_path / "also")
    put(store, parent, a_take())
    assert store.folder("20260101-120000-abc123") == tmp_path / "takes" / "20260101-120000-abc123"


def test_a_store_that_cannot_be_written_is_told_before_a_take_is_made_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="file"):
        TakeStore(tmp_path / "file" / "takes").prepare(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "x" * 5000, "~no-such-user/take", "a\0b", "../outside", "in/../take", "ABSOLUTE"]
)
def test_what_is_no_id_is_not_found_even_where_it_leads_to_a_take(tmp_path: Path, name: str) -> None:
    store = TakeStore(tmp_path / "takes")
    for place in (tmp_path, tmp_path / "outside", tmp_path / "takes", tmp_path / "takes" / ".hidden"):
        write_atomically(place / "take.json", take_to_json(a_take()))
    put(store, tmp_path / "takes", a_take("take"))
    with pytest.raises(NotFound) as refused:
        store.folder(str(tmp_path / "outside") if name == "ABSOLUTE" else name)
    assert len(str(refused.value)) < 300


def take_listing(*paths: str) -> Take:
    return replace(a_take(), files=tuple(TakeFile(path=path, n_bytes=1, sha256="0") for path in paths))


def test_a_listed_file_is_found_inside_its_take(tmp_path: Path) -> None:
    folder = put(TakeStore(tmp_path), tmp_path, take_listing("mix.wav"))
    take = read_take(folder)
    assert take_file(take, folder, "mix.wav") == folder / "mix.wav"
    assert take_file(take, folder, "take.json") == folder / "take.json"


@pytest.mark.parametrize("path", ["../secret.wav", "link.wav", "unlisted.wav"])
def test_an_account_opens_no_file_outside_its_take(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.wav").write_bytes(b"mine")
    folder = put(TakeStore(tmp_path), tmp_path, take_listing("mix.wav", "../secret.wav", "link.wav"))
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "unlisted.wav").write_bytes(b"x")
    with pytest.raises(NotFound, match="no file of the take"):
        take_file(read_take(folder), folder, path)


def test_a_full_device_is_named_as_such() -> None:
    with pytest.raises(StorageFailed, match="no space is left"), storage_errors(Path("x")):
        raise OSError(errno.ENOSPC, "full")
