"""Planning with a language model over real HTTP: a good answer becomes the plan, any other leads to the rules."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from music.brief import Reading
from music.errors import RequestInvalid
from music.instrument import Role
from music.pitch import Key
from tests.acceptance.llm_server import LlmServer, serving
from workflows.planner.flags import Flags, read_flags
from workflows.planner.llm_settings import LlmSettings
from workflows.planner.planner import Planner, load_planner
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
KEY = "sk-very-secret-0123456789"
TIMEOUT_SECONDS = 5.0
ANSWER: dict[str, Any] = {
    "title": "Night Bus",
    "genre": "trap",
    "tempo_bpm": 142,
    "key": "F minor",
    "time_signature": "4/4",
    "energy": 0.7,
    "sections": [
        {"name": "intro", "bars": 2, "energy": 0.4, "chords": ["Fm", "Db"]},
        {"name": "hook", "bars": 4, "energy": 0.8, "chords": ["Fm", "Db", "Ab", "Eb"]},
    ],
    "instruments": ["sub808", "bell"],
    "only_these_instruments": False,
    "excluded_roles": ["pad"],
}


def answer(**changes: Any) -> str:
    return json.dumps(ANSWER | changes)


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with serving() as running:
        yield running


@cache
def by_rules() -> Planner:
    return load_planner(CONFIGS)


def planner(server: LlmServer, timeout_seconds: float = TIMEOUT_SECONDS, **changes: Any) -> Planner:
    options: dict[str, Any] = {"model": "m", "base_url": server.base_url, "api_key": SecretStr(KEY)} | changes
    return replace(by_rules(), llm=LlmSettings(timeout_seconds=timeout_seconds, **options))


async def test_a_good_answer_becomes_the_plan(server: LlmServer) -> None:
    server.content = answer()
    planned = await planner(server).plan("something for a night ride", seed=3)
    plan = planned.plan
    assert (plan.planner, plan.style, plan.title, plan.tempo_bpm, str(plan.key)) == (
        "llm:m", "trap", "Night Bus", 142, "F minor",
    )  # fmt: skip
    assert [(section.name, section.start_bar, section.n_bars) for section in plan.sections] == [
        ("intro", 1, 2), ("hook", 3, 4),
    ]  # fmt: skip
    labels = [span.chord.label if span.chord else "N" for span in plan.chords]
    assert labels == ["F:min", "Db:maj", "F:min", "Db:maj", "Ab:maj", "Eb:maj"]
    instruments = {part.role: part.instrument for part in plan.parts}
    assert (instruments[Role.BASS], instruments[Role.MELODY]) == ("sub808", "bell")
    assert Role.PAD not in instruments
    assert planned.notices == ()
    assert planned.reading.brief.tempo_bpm is None  # the brief holds what the person asked for, not the model


async def test_the_prompt_is_read_once(server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the model plans or the rules stand in for it."""
    read: list[str] = []

    def counted(prompt: str, vocabulary: Vocabulary, *, key: Key | None = None) -> Reading:
        read.append(prompt)
        return read_prompt(prompt, vocabulary, key=key)

    monkeypatch.setattr("workflows.planner.planner.read_prompt", counted)
    server.content = answer()
    assert (await planner(server).plan("trap", seed=3)).plan.planner == "llm:m"
    server.content = "no plan"
    assert (await planner(server).plan("jazz", seed=3)).plan.planner == "rules"
    assert read == ["trap", "jazz"]


async def test_the_server_is_asked_for_strict_json_and_told_what_there_is(server: LlmServer) -> None:
    server.content = answer()
    await planner(server).plan("trap at 150 bpm", seed=3)
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["authorization"] == f"Bearer {KEY}"
    schema = request["body"]["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["additionalProperties"] is False
    assert set(schema["schema"]["required"]) == set(schema["schema"]["properties"]) == set(ANSWER)
    question = request["body"]["messages"][1]["content"]
    assert "sub808: 808 Bass (bass)" in question
    assert '"tempo_bpm": "150"' in question


async def test_azure_is_asked_at_its_deployment_with_its_own_header(server: LlmServer) -> None:
    server.content = answer()
    azure = planner(server, base_url=f"http://127.0.0.1:{server.port}", azure_api_version="2024-10-21")
    planned = await azure.plan("trap", seed=3)
    (request,) = server.requests
    assert request["path"] == "/openai/deployments/m/chat/completions?api-version=2024-10-21"
    assert request["headers"]["api-key"] == KEY
    assert planned.plan.planner == "llm:m"


async def test_nothing_is_taken_from_the_environment(server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    server.content = answer()
    await planner(server, api_key=None).plan("trap", seed=3)
    assert "from-the-environment" not in json.dumps(server.requests[0]["headers"])


async def test_flags_and_stated_words_win_over_the_model(server: LlmServer) -> None:
    server.content = answer()
    llm = planner(server)
    flags = read_flags(llm.vocabulary, tempo_bpm=100, key="G minor", bars=8)
    planned = await llm.plan("no melody please, 3/4", flags, seed=3)
    plan = planned.plan
    assert (plan.planner, plan.tempo_bpm, str(plan.key), plan.n_bars) == ("llm:m", 100, "G minor", 8)
    assert str(plan.time_signature) == "3/4"
    assert Role.MELODY not in {part.role for part in plan.parts}
    assert plan.chords[0].chord is not None
    assert plan.chords[0].chord.label == "G:min"  # the model's F minor chords, moved to the key that was asked for
    assert any("tempo 142" in notice and "100" in notice for notice in planned.notices)


Setup = Callable[[LlmServer], None]


def answering(**state: Any) -> Setup:
    def set_up(server: LlmServer) -> None:
        for name, value in state.items():
            setattr(server, name, value)

    return set_up


BAD_ANSWERS = {
    "prose": (answering(content="Sure! Here is a lovely trap beat."), "no usable plan"),
    "a field is missing": (answering(content=json.dumps({"title": "x"})), "genre: Field required"),
    "a field too many": (answering(content=answer(comment="hi")), "comment: Extra inputs"),
    "a wrong type": (answering(content=answer(tempo_bpm="fast")), "tempo_bpm"),
    "an unknown style": (answering(content=answer(genre="polka")), "unknown style 'polka'"),
    "an unknown instrument": (answering(content=answer(instruments=["kazoo"])), "unknown instrument 'kazoo'"),
    "an unknown role": (answering(content=answer(excluded_roles=["noise"])), "noise"),
    "an impossible tempo": (answering(content=answer(tempo_bpm=900)), "900 BPM is out of range"),
    "no key": (answering(content=answer(key="Z major")), "not a note name"),
    "no sections": (answering(content=answer(sections=[])), "0 sections"),
    "no chord": (
        answering(content=answer(sections=[ANSWER["sections"][0] | {"chords": ["Xyz"]}])),
        "not a row of chords",
    ),
    "hours of music": (answering(content=answer(sections=[ANSWER["sections"][0] | {"bars": 9000}])), "last more than"),
    "nobody plays": (answering(content=answer(excluded_roles=[role.value for role in Role])), "leave at least one"),
    "a refusal": (answering(content=None, refusal="I cannot help with that."), "the model declined"),
    "a tool call instead": (answering(content=None, finish_reason="tool_calls"), "the answer is empty"),
    "a cut-off answer": (answering(content=answer()[:80], finish_reason="length"), "the answer was cut off"),
    "a filtered answer": (answering(content="", finish_reason="content_filter"), "content filter"),
    "no choices": (answering(raw=b'{"id": "c", "object": "chat.completion", "choices": []}'), "no chat completion"),
    "no JSON at all": (answering(raw=b"<html>hello</html>"), "cannot be read"),
    "an answer of another kind": (answering(raw=b"[1, 2]"), "no chat completion"),
    "HTTP 400": (answering(status=400), "the request was refused (HTTP 400)"),
    "HTTP 401": (answering(status=401), "the key was refused (HTTP 401)"),
    "HTTP 404": (answering(status=404), "no such model or address (HTTP 404)"),
    "HTTP 429": (answering(status=429), "too many requests, or no credit left (HTTP 429)"),
    "HTTP 500": (answering(status=500), "the server failed (HTTP 500)"),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
async def test_a_bad_answer_leads_to_the_rules_and_a_notice(server: LlmServer, case: str) -> None:
    set_up, reason = BAD_ANSWERS[case]
    set_up(server)
    prompt = "dark trap in F minor, 8 bars"
    planned = await planner(server).plan(prompt, seed=3)
    expected = await by_rules().plan(prompt, seed=3)
    assert planned.plan == expected.plan
    assert planned.plan.planner == "rules"
    (notice,) = planned.notices
    assert "the built-in rules planned instead" in notice
    assert reason in notice
    assert "\n" not in notice
    assert len(notice) < 350
    assert len(server.requests) <= 2  # one retry at most


async def test_a_server_that_never_answers_is_given_up_within_the_timeout(server: LlmServer) -> None:
    server.silence = threading.Event()
    started = time.monotonic()
    planned = await planner(server, timeout_seconds=1.0).plan("trap", seed=3)
    assert time.monotonic() - started < 2.0  # once the timeout, not once more for the client's own retry
    assert "no answer within 1 s" in planned.notices[0]
    assert planned.plan.planner == "rules"


async def test_a_server_that_is_not_there_leads_to_the_rules() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = LlmSettings(model="m", base_url=f"http://127.0.0.1:{port}/v1", timeout_seconds=TIMEOUT_SECONDS)
    planned = await replace(by_rules(), llm=settings).plan("trap", seed=3)
    assert "the server cannot be reached" in planned.notices[0]


async def test_a_request_that_cannot_be_met_is_refused_before_the_model_is_asked(server: LlmServer) -> None:
    with pytest.raises(RequestInvalid, match="400 BPM"):
        await planner(server).plan("trap at 400 bpm", seed=3)
    with pytest.raises(RequestInvalid, match="most is 600 seconds"):
        await planner(server).plan("trap", Flags(bars=3000), seed=3)
    assert server.requests == []


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("azure", [None, "2024-10-21"])
async def test_the_key_shows_up_nowhere(
    server: LlmServer, caplog: pytest.LogCaptureFixture, status: int, azure: str | None
) -> None:
    server.status, server.repeats_key, server.content = status, True, answer()
    names = ["", *logging.root.manager.loggerDict]
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    llm = planner(server, azure_api_version=azure)
    planned = await llm.plan("trap", seed=3)
    assert server.requests  # the key was really sent, so there was something to leak
    assert KEY in json.dumps(server.requests[0]["headers"])
    written = "\n".join(record.getMessage() + str(record.args) + str(record.exc_text) for record in caplog.records)
    assert "chat/completions" in written  # the log was really open
    assert KEY not in written
    assert KEY not in repr(planned) + repr(llm) + str(llm.llm) + repr(llm.llm)
