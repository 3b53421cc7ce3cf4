"""Insert chains as data: what styles name, what parts get without a name, and what a wrong name is told."""

import shutil
import tomllib
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from music.insert import Compressor, Ducking, Insert
from music.instrument import Role
from music.score import PartMix
from music.style import Style
from workflows.configuration import ConfigurationInvalid, load_chains, load_styles

CONFIGS = Path(__file__).parents[3] / "configs"
CHAINS = load_chains(CONFIGS / "chains.toml")


def kinds(style: Style, role: Role) -> list[str]:
    return [insert.effect for insert in style.part(role).mix.inserts]


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """Make a folder of styles with chains of its own beside it."""
    (tmp_path / "styles").mkdir()
    shutil.copy(CONFIGS / "styles" / "house.toml", tmp_path / "styles")
    shutil.copy(CONFIGS / "chains.toml", tmp_path)
    return tmp_path


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_styles_that_are_there_give_every_part_a_chain_or_none_on_purpose() -> None:
    for style in load_styles(CONFIGS / "styles").values():
        written = tomllib.loads((CONFIGS / "styles" / f"{style.id}.toml").read_text(encoding="utf-8"))["parts"]
        for role in style.parts:
            is_bare = written[role.value].get("mix", {}).get("chain") == "none"
            assert bool(kinds(style, role)) is not is_bare, f"{style.id}: {role.value}"


def test_what_holds_in_house_makes_way_for_the_kick() -> None:
    house = load_styles(CONFIGS / "styles")["house"]
    for role in (Role.BASS, Role.CHORDS, Role.PAD, Role.MELODY):
        assert "ducking" in kinds(house, role), role
    assert "ducking" not in kinds(house, Role.DRUMS)


def test_a_part_that_names_no_chain_gets_its_role_s_usual_one(configs: Path) -> None:
    changed(configs / "styles" / "house.toml", ', chain = "pad_ducked"', "")
    pad = load_styles(configs / "styles")["house"].part(Role.PAD)
    assert pad.mix.inserts == CHAINS.chains[CHAINS.defaults[Role.PAD]]


def test_none_leaves_a_part_as_it_sounds(configs: Path) -> None:
    changed(configs / "styles" / "house.toml", '"pad_ducked"', '"none"')
    assert kinds(load_styles(configs / "styles")["house"], Role.PAD) == []


def test_chains_beside_the_styles_are_taken_else_those_that_come_with_sideman(configs: Path) -> None:
    changed(configs / "chains.toml", "depth_db = 10", "depth_db = 3")
    depths = []
    for _ in range(2):
        mix = load_styles(configs / "styles")["house"].part(Role.PAD).mix
        depths += [insert.depth_db for insert in mix.inserts if isinstance(insert, Ducking)]
        (configs / "chains.toml").unlink(missing_ok=True)
    assert depths == [3.0, 10.0]


def test_inserts_can_be_written_in_the_style_itself(configs: Path) -> None:
    changed(
        configs / "styles" / "house.toml", 'chain = "pad_ducked"', 'inserts = [{ effect = "compressor", ratio = 9 }]'
    )
    assert load_styles(configs / "styles")["house"].part(Role.PAD).mix.inserts == (Compressor(ratio=9),)


def test_an_unknown_chain_is_told_with_the_nearest(configs: Path) -> None:
    changed(configs / "styles" / "house.toml", '"pad_ducked"', '"pad_duckd"')
    with pytest.raises(
        ConfigurationInvalid, match=r"parts\.pad\.mix\.chain: no chain 'pad_duckd'; did you mean 'pad_du"
    ):
        load_styles(configs / "styles")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('effect = "ducking", depth_db = 10', 'effect = "ducking", depth_db = 99', "depth_db must be within 0 and 40"),
        ('effect = "ducking", depth_db = 10', 'effect = "duckling", depth_db = 10', "duckling"),
        ('pad = "pad"', 'pad = "pat"', "defaults name chains that are not there: pat"),
        ('shape = "low_cut"', 'shape = "low_kut"', "low_kut"),
    ],
)
def test_a_wrong_chain_is_told_with_its_file(configs: Path, old: str, new: str, told: str) -> None:
    changed(configs / "chains.toml", old, new)
    with pytest.raises(ConfigurationInvalid, match=told) as caught:
        load_styles(configs / "styles")
    assert caught.value.file == configs / "chains.toml"


def test_a_mix_survives_being_written_and_read_and_old_ones_have_no_inserts() -> None:
    adapter = TypeAdapter(PartMix)
    inserts: tuple[Insert, ...] = tuple(insert for chain in CHAINS.chains.values() for insert in chain)
    mix = PartMix(gain_db=-3.0, inserts=inserts)
    assert adapter.validate_json(adapter.dump_json(mix)) == mix
    assert adapter.validate_python({"gain_db": -3.0, "pan": 0.1}) == PartMix(gain_db=-3.0, pan=0.1)
