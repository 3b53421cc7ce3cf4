"""Jobs for Ardour's own Lua interpreter: one JSON request in, one JSON answer out, a bounded wait between."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daw_bridge.process import Finished, ardour_environment, run_bounded
from daw_bridge.programs import ArdourPrograms
from music.errors import NotFound, RequestInvalid, SetupBroken, StudioError

_HERE = Path(__file__).parent
_LIBRARY = _HERE.parent / "lua"


async def run_job(
    programs: ArdourPrograms,
    job: str,
    request: Mapping[str, Any],
    *,
    timeout_seconds: float,
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run ``job`` (a script beside this file, without its suffix) on a request and return its answer.

    ``settings`` are files for Ardour's settings folder, by their path in it. Raises RequestInvalid or NotFound when the
    script says so, TimedOut, and SetupBroken when Ardour failed or gave no answer.
    """
    with tempfile.TemporaryDirectory(prefix="sideman-job-") as scratch, ardour_environment() as environment:
        question, answer = Path(scratch) / "request.json", Path(scratch) / "answer.json"
        await asyncio.to_thread(question.write_text, json.dumps(request), encoding="utf-8")
        config = Path(environment["XDG_CONFIG_HOME"]) / f"ardour{programs.major_version}"
        await asyncio.to_thread(_write_settings, config, settings or {})
        scripts = [str(_HERE / "interpreter.lua"), str(_LIBRARY), str(_HERE / f"{job}.lua")]
        finished = await run_bounded(
            [str(programs.lua), *scripts, str(question), str(answer)],
            environment=environment,
            timeout_seconds=timeout_seconds,
        )
        return await asyncio.to_thread(_read_answer, answer, finished, request)


def _write_settings(config: Path, settings: Mapping[str, str]) -> None:
    for name, content in settings.items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(content, encoding="utf-8")


def _read_answer(path: Path, finished: Finished, request: Mapping[str, Any]) -> dict[str, Any]:
    if not path.exists():
        raise SetupBroken(f"Ardour's interpreter ended (exit code {finished.code}) without an answer: {finished.tail}")
    answer = json.loads(path.read_text(encoding="utf-8"))
    if "fault" in answer:
        raise _to_error(answer["fault"], finished, request)
    result: dict[str, Any] = answer["result"]
    return result


def _to_error(fault: dict[str, Any], finished: Finished, request: Mapping[str, Any]) -> StudioError:
    where = f"operation {fault['index']}: " if "index" in fault else ""
    match fault["kind"]:
        case "not_found":
            return NotFound(fault["target"], fault["name"], nearest=fault.get("nearest"))
        case "invalid":
            return RequestInvalid(f"{where}{fault['message']}")
        case _:
            return SetupBroken(f"{where}{fault['message']} (session {request['name']!r}); Ardour said: {finished.tail}")
