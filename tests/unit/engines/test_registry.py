"""Finding engines: repeated names, plug-ins that fail, specs that load nothing heavy."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from engines.composer.engine import Composer
from engines.engine import EngineContext
from engines.registry import ENTRY_POINT_GROUP, load_registry
from engines.spec import Control, EngineSpec
from music.errors import NotFound, SetupBroken

COMPOSER = EntryPoint("composer", "engines.composer.engine:Composer", ENTRY_POINT_GROUP)


def test_the_composer_is_listed_and_made_by_name(context: EngineContext) -> None:
    registry = load_registry([COMPOSER])
    assert [listing.name for listing in registry.listings] == ["composer"]
    assert isinstance(registry.create("composer", context), Composer)


def test_a_repeated_name_is_an_error_that_names_both() -> None:
    other = EntryPoint("composer", "somewhere.else:Engine", ENTRY_POINT_GROUP)
    with pytest.raises(SetupBroken, match=r"engines\.composer\.engine:Composer and somewhere\.else:Engine"):
        load_registry([COMPOSER, other])


def test_a_plug_in_that_fails_to_load_stays_listed_with_its_reason(context: EngineContext) -> None:
    registry = load_registry([EntryPoint("broken", "no_such_package:Engine", ENTRY_POINT_GROUP), COMPOSER])
    broken = registry.listings[0]
    assert broken.name == "broken"
    assert broken.spec is None
    assert "no_such_package" in broken.reason
    with pytest.raises(SetupBroken, match="no_such_package"):
        registry.create("broken", context)


def test_a_plug_in_whose_spec_has_another_name_is_not_taken() -> None:
    renamed = EntryPoint("banjo-bot", "engines.composer.engine:Composer", ENTRY_POINT_GROUP)
    assert "'composer'" in load_registry([renamed]).listings[0].reason


def test_what_is_no_engine_at_all_stays_listed_with_its_reason() -> None:
    wrong = EntryPoint("path", "pathlib:Path", ENTRY_POINT_GROUP)
    assert "spec" in load_registry([wrong]).listings[0].reason


def test_an_unknown_engine_names_the_nearest(context: EngineContext) -> None:
    with pytest.raises(NotFound, match="did you mean 'composer'"):
        load_registry([COMPOSER]).create("compsoer", context)


def test_reading_a_spec_loads_nothing_heavy() -> None:
    """In a process of its own, so that what other tests imported does not count."""
    code = (
        "import sys; from importlib.metadata import EntryPoint; from engines.registry import load_registry;"
        f"registry = load_registry([EntryPoint({COMPOSER.name!r}, {COMPOSER.value!r}, {ENTRY_POINT_GROUP!r})]);"
        "assert registry.listings[0].spec is not None;"
        "heavy = {'torch', 'librosa', 'scipy', 'transformers', 'soundfile'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_composer_takes_tempo_and_key_exactly_and_the_prompt_not_at_all() -> None:
    assert Composer.spec.control("tempo_bpm") is Control.HARD
    assert Composer.spec.control("prompt") is Control.NONE


def test_a_spec_knows_only_fields_that_a_brief_has() -> None:
    with pytest.raises(ValueError, match="no such field of a brief: loudness"):
        EngineSpec(
            name="x",
            version="1",
            licence="MIT",
            sample_rate_hz=32000,
            needs_gpu=True,
            max_seconds=30,
            controls={"loudness": Control.HARD},
        )
    with pytest.raises(ValueError, match="no field 'loudness'"):
        Composer.spec.control("loudness")
