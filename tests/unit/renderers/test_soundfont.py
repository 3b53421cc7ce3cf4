"""Which SoundFont is taken, and what is known of it."""

import hashlib
from pathlib import Path

import pytest

from music.errors import SetupBroken
from renderers.soundfont import SoundFont, find_soundfont

HEADER = b"RIFF\x04\x00\x00\x00sfbk"


def test_the_larger_soundfont_is_preferred_and_the_smaller_is_found_alone(tmp_path: Path) -> None:
    (tmp_path / "TimGM6mb.sf2").write_bytes(HEADER)
    assert find_soundfont(None, folders=(tmp_path,)).name == "TimGM6mb"
    (tmp_path / "FluidR3_GM.sf2").write_bytes(HEADER)
    assert find_soundfont(None, folders=(tmp_path,)).name == "FluidR3_GM"


def test_the_setting_wins_over_what_is_installed(tmp_path: Path) -> None:
    (tmp_path / "TimGM6mb.sf2").write_bytes(HEADER)
    own = tmp_path / "own.sf2"
    own.write_bytes(HEADER)
    assert find_soundfont(own, folders=(tmp_path,)).path == own


def test_no_soundfont_at_all_names_the_command_that_installs_one(tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match="apt-get install fluid-soundfont-gm"):
        find_soundfont(None, folders=(tmp_path,))


def test_a_setting_that_names_a_missing_file_or_no_soundfont_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match=r"absent\.sf2"):
        find_soundfont(tmp_path / "absent.sf2")
    (tmp_path / "song.sf2").write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    with pytest.raises(SetupBroken, match="no SoundFont"):
        find_soundfont(tmp_path / "song.sf2")


def test_an_unknown_file_claims_no_licence_and_its_digest_follows_its_content(tmp_path: Path) -> None:
    path = tmp_path / "FluidR3_GM.sf2"  # the name alone proves nothing
    path.write_bytes(HEADER)
    asset = SoundFont(path).asset()
    assert asset.licence == "unverified"
    assert asset.sha256 == hashlib.sha256(HEADER).hexdigest()
    path.write_bytes(HEADER + b"more")
    assert SoundFont(path).asset().sha256 == hashlib.sha256(HEADER + b"more").hexdigest()


def test_the_installed_soundfont_is_recognised_with_its_licence(soundfont: SoundFont) -> None:
    expected = {"FluidR3_GM": ("3.1", "MIT"), "TimGM6mb": ("1.3", "GPL-2.0-only")}[soundfont.name]
    asset = soundfont.asset()
    assert (asset.version, asset.licence) == expected
