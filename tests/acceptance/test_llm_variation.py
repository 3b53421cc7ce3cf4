"""Words about a take that the rules do not know, read by a language model over real HTTP, and checked by the rules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from music.errors import RequestInvalid
from music.instrument import Role
from music.plan import Plan
from music.variation.changes import Colour, Density, Scope
from tests.acceptance.llm_server import LlmServer, serving
from workflows import vary
from workflows.planner import LlmSettings, Planner, load_planner
from workflows.requests import VaryRequest
from workflows.vary_vocabulary import load_variation_words
from workflows.vary_words import VariationReading

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
WORDS = load_variation_words(CONFIGS / "variations.toml")


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def by_rules() -> Planner:
    return load_planner(CONFIGS)


@pytest.fixture(scope="module")
def plan(by_rules: Planner) -> Plan:
    return by_rules.by_rules("pop, intro, verse, chorus, 24 bars, with drums, bass and piano", seed=1).plan


async def read(by_rules: Planner, plan: Plan, server: LlmServer, words: str) -> tuple[VariationReading, list[str]]:
    planner = replace(by_rules, llm=LlmSettings(model="m", base_url=server.base_url, timeout_seconds=5.0))
    return await vary.understand(planner, WORDS, plan, VaryRequest(take="t", words=words))


async def test_what_the_model_makes_of_unknown_words_is_read_and_told(
    by_rules: Planner, plan: Plan, server: LlmServer
) -> None:
    server.content = json.dumps({"commands": ["darker", "sparser drums"]})
    found, notices = await read(by_rules, plan, server, "like the last train home on a wet night")
    assert found.changes == (Colour(direction=-1), Density(direction=-1, scope=Scope(roles=(Role.DRUMS,))))
    assert found.reading.brief.prompt == "like the last train home on a wet night"
    assert found.reading.assumed[0].text == "the model m read them as: darker; sparser drums"
    assert notices == []
    (asked,) = server.requests
    assert '"intro": ' in asked["body"]["messages"][1]["content"]
    assert asked["body"]["response_format"]["json_schema"]["strict"] is True


async def test_words_that_the_rules_know_are_asked_of_no_model(
    by_rules: Planner, plan: Plan, server: LlmServer
) -> None:
    found, _ = await read(by_rules, plan, server, "darker")
    assert found.changes == (Colour(direction=-1),)
    assert server.requests == []


@pytest.mark.parametrize("content", ["no JSON", '{"commands": []}', '{"commands": ["play the theremin louder"]}'])
async def test_where_the_model_is_of_no_use_the_rules_hold(
    content: str, by_rules: Planner, plan: Plan, server: LlmServer
) -> None:
    server.content = content
    found, (notice,) = await read(by_rules, plan, server, "darker, like a zorp")
    assert found.changes == (Colour(direction=-1),)
    assert found.reading.unused == ("zorp",)
    assert notice.startswith("the model m was not used: ")
    with pytest.raises(RequestInvalid, match="say for example"):
        await read(by_rules, plan, server, "like a zorp")
