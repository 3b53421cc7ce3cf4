"""Every prompt of the two collections is read as its expectation says, and as nothing more."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from music.brief import Brief
from music.chord import parse_chord
from music.errors import RequestInvalid
from music.instrument import Role
from music.pitch import parse_key
from music.time import parse_time_signature
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary

HERE = Path(__file__).parent
ENERGY = {"low": (0.0, 0.35), "high": (0.65, 1.0)}
PARSERS: dict[str, Callable[[Any], object]] = {
    "key": parse_key,
    "time_signature": parse_time_signature,
    "roles": lambda names: tuple(map(Role, names)),
    "excluded_roles": lambda names: tuple(map(Role, names)),
    "chords": lambda names: tuple(map(parse_chord, names)),
}


def prompts(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["prompt"]
    return found


COLLECTIONS = [(name, prompt) for name in ("prompts.toml", "prompts_held_apart.toml") for prompt in prompts(name)]


def test_the_collections_are_as_large_as_they_claim_to_be() -> None:
    texts = [prompt["text"] for _, prompt in COLLECTIONS]
    assert len(texts) == len(set(texts)) >= 80
    assert len(prompts("prompts_held_apart.toml")) >= 30


@pytest.mark.parametrize("prompt", [prompt for _, prompt in COLLECTIONS], ids=lambda prompt: prompt["text"])
def test_a_prompt_is_read_as_expected(prompt: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    if "error" in prompt:
        with pytest.raises(RequestInvalid, match=prompt["error"]):
            read_prompt(prompt["text"], vocabulary)
        return
    reading = read_prompt(prompt["text"], vocabulary)
    expected = dict(prompt["expect"])
    energy = expected.pop("energy", None)
    wanted = {name: _parsed(name, value) for name, value in expected.items()}
    wanted |= _with_families(wanted, reading.brief, vocabulary)
    defaults = {field.name: field.default for field in fields(Brief) if field.name not in ("prompt", "energy")}
    assert {name: getattr(reading.brief, name) for name in defaults} == defaults | wanted
    if energy is None:
        assert reading.brief.energy is None
    else:
        assert reading.brief.energy is not None
        low, high = ENERGY[energy]
        assert low <= reading.brief.energy <= high
    assert {conflict.field for conflict in reading.conflicts} == set(prompt.get("conflicts", ()))
    assert {words.casefold() for words in prompt.get("unused", ())} <= {words.casefold() for words in reading.unused}


def _with_families(wanted: Mapping[str, Any], brief: Brief, vocabulary: Vocabulary) -> dict[str, Any]:
    """Put the instrument that was read in the place of its family, and a whole family where it is excluded."""
    changed: dict[str, Any] = {}
    if "instruments" in wanted and len(brief.instruments) == len(wanted["instruments"]):
        pairs = zip(wanted["instruments"], brief.instruments, strict=True)
        changed["instruments"] = tuple(
            read if read in vocabulary.families.get(name.removeprefix("*"), ()) else name for name, read in pairs
        )
    if "excluded_instruments" in wanted:
        families = [vocabulary.families[name.removeprefix("*")] for name in wanted["excluded_instruments"]]
        changed["excluded_instruments"] = tuple(member for family in families for member in family)
    return changed


def _parsed(name: str, value: Any) -> object:
    parser = PARSERS.get(name)
    if parser:
        return parser(value)
    return tuple(value) if isinstance(value, list) else value
