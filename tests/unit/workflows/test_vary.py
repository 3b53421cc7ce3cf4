"""A kept take is varied: the new one says what it came from, and shares its sound where nothing was named."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from library.takes import read_take
from music.errors import NotFound, RequestInvalid
from music.instrument import Role
from music.midi_file import score_from_midi
from music.take import Take
from workflows.requests import Destination, GenerateRequest, VaryRequest
from workflows.settings import Settings
from workflows.studio import Studio, TakeVerdict, build_studio

_SECONDS = 120.0


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    built = build_studio(
        Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes", bridge_dir=tmp_path / "bridge")
    )
    yield built
    built.close()


async def made(studio: Studio, wish: GenerateRequest | VaryRequest) -> Take:
    job = await (studio.generate(wish) if isinstance(wish, GenerateRequest) else studio.vary(wish))
    status = await studio.settled(job, timeout_seconds=_SECONDS)
    assert status.error is None
    take = studio.take_of(status)
    assert take is not None
    return take


def stem(studio: Studio, take: Take, name: str) -> NDArray[np.float64]:
    """Return a stem's audio as long as its bars are: what rings on after them differs with what else plays."""
    audio, rate = soundfile.read(studio.take_folder(take.id) / "stems" / f"{name}.wav")
    found: NDArray[np.float64] = audio[: int(take.plan.length_seconds * rate) - 100]
    return found


WISH = GenerateRequest(prompt="pop in C with piano, drums, bass", bars=4, seed=3, to=Destination.NONE)


async def test_a_varied_take_tells_its_parent_and_what_was_changed(studio: Studio) -> None:
    parent = await made(studio, WISH)
    words = "regenerate the bass, slower, zorp"
    child = await made(studio, VaryRequest(take=parent.id, words=words, seed=5))
    assert child.parent == parent.id
    assert child.variation is not None
    assert (child.variation.words, child.variation.seed) == (words, 5)
    assert [change.kind for change in child.variation.changes] == ["regenerate", "retempo"]
    assert child.variation.done[0].startswith("bass written anew: bass ")
    assert child.reading.unused == ("zorp",)
    assert child.plan.title == f"{parent.plan.title} ({words})"
    assert read_take(studio.take_folder(child.id)) == child
    before, after = (
        score_from_midi((studio.take_folder(take.id) / "score.mid").read_bytes(), take.plan) for take in (parent, child)
    )
    for was, now in zip(before.parts, after.parts, strict=True):
        assert (was.notes == now.notes) is (was.role is not Role.BASS)
    assert all(row.agrees is not False for row in child.comparisons if row.name in ("bars", "length"))
    stems = [{file.path: file.sha256 for file in take.files} for take in (parent, child)]
    assert stems[0]["stems/bass.wav"] != stems[1]["stems/bass.wav"]


async def test_what_stays_sounds_the_same(studio: Studio) -> None:
    """But for the gain that all stems share, so that none clips, and for rounding to 24 bits."""
    parent = await made(studio, WISH)
    child = await made(studio, VaryRequest(take=parent.id, words="louder bass"))
    grandchild = await made(studio, VaryRequest(take=child.id, words="another melody", seed=1))
    chords = [stem(studio, take, "chords") for take in (parent, child, grandchild)]
    bass = [stem(studio, take, "bass") for take in (parent, child, grandchild)]
    gains = [np.abs(later).max() / np.abs(chords[0]).max() for later in chords]
    for later, gain in zip(chords, gains, strict=True):
        assert np.abs(later - gain * chords[0]).max() < 1e-6
    for later, gain in zip(bass[1:], gains[1:], strict=True):
        assert np.abs(later - gain * 10 ** (3 / 20) * bass[0]).max() < 1e-6
    assert grandchild.plan.title == f"{parent.plan.title} (another melody)"


async def test_the_same_wish_gives_the_same_notes(studio: Studio) -> None:
    parent = await made(studio, WISH)
    twice = [await made(studio, VaryRequest(take=parent.id, words="another melody", seed=9)) for _ in range(2)]
    scores = [(studio.take_folder(take.id) / "score.mid").read_bytes() for take in twice]
    assert scores[0] == scores[1]


async def test_words_that_change_nothing_are_refused_before_anything_is_written(studio: Studio, tmp_path: Path) -> None:
    parent = await made(studio, WISH)
    with pytest.raises(RequestInvalid, match="say for example"):
        await studio.vary(VaryRequest(take=parent.id, words="lovely weather"))
    with pytest.raises(NotFound, match="no take 'nope'"):
        await studio.vary(VaryRequest(take="nope", words="darker"))
    assert [folder.name for folder in (tmp_path / "takes").iterdir()] == [parent.id]


async def test_takes_are_listed_as_a_tree_and_by_what_was_thought_of_them(studio: Studio) -> None:
    parent = await made(studio, WISH)
    child = await made(studio, VaryRequest(take=parent.id, words="darker"))
    other = await made(studio, VaryRequest(take=parent.id, words="louder bass"))
    tree = [(one.take.id, one.depth) for one in studio.takes(10).takes]
    assert tree == [(parent.id, 0), *sorted([(child.id, 1), (other.id, 1)])]
    studio.rate(child.id, TakeVerdict.REJECTED, "too dull")
    studio.rate(other.id, TakeVerdict.FAVOURITE)
    assert [one.take.id for one in studio.takes(10, TakeVerdict.REJECTED).takes] == [child.id]
    assert [one.take.id for one in studio.takes(10, TakeVerdict.UNRATED).takes] == [parent.id]
    assert studio.rating(child.id).note == "too dull"
    assert studio.take(child.id) == child  # rejected ones are kept


async def test_two_takes_are_compared_by_their_music_and_their_sound(studio: Studio) -> None:
    parent = await made(studio, WISH)
    child = await made(studio, VaryRequest(take=parent.id, words="no melody and louder bass"))
    compared = await studio.listening.compare(parent.id, child.id)
    assert any(line.startswith("melody: ") and line.endswith("is left out") for line in compared.music)
    assert "bass: +3.0 dB" in compared.music
    assert "bass: 3.0 LU louder against the other parts, measured" in compared.music
    assert not any(line.startswith("drums") for line in compared.music)
    same = await studio.listening.compare(parent.id, parent.id)
    assert (same.music, same.difference.is_same) == ((), True)
