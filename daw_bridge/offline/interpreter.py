"""Jobs for Ardour's own Lua interpreter: one JSON request in, one JSON answer out, a bounded wait between."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from daw_bridge.lua_bundle import LIBRARY
from daw_bridge.process import Finished, ardour_environment, run_bounded
from daw_bridge.programs import ArdourPrograms
from music.errors import NotFound, RequestInvalid, SetupBroken, StudioError

_HERE = Path(__file__).parent
_LIBRARY = _HERE.parent / "lua"
_MOST_ATTEMPTS = 5  # without getting any further: 7.3 corrupts its heap at one export in five to ten


async def run_job(
    programs: ArdourPrograms,
    job: str,
    request: Mapping[str, Any],
    *,
    timeout_seconds: float,
    settings: Mapping[str, str] | None = None,
    before_retry: Callable[[], bool] = lambda: False,
    shares_plugin_cache: bool = False,
) -> dict[str, Any]:
    """Run ``job`` (a script beside this file, without its suffix) on a request and return its answer.

    ``settings`` are files for Ardour's settings folder, by their path in it. With ``shares_plugin_cache`` it knows the
    VST plugins that the editor has found; LV2 plugins are found in any case. Raises RequestInvalid or NotFound when the
    script says so, TimedOut, and SetupBroken when Ardour failed or gave no answer. The interpreter (7.3) now and then
    crashes by itself; a job that was killed by a signal is run again, after ``before_retry`` has removed what it left
    half-made and told whether it had got further than before.
    """
    n_in_vain = 0
    while True:
        finished, answer = await _run_once(programs, job, request, timeout_seconds, settings or {}, shares_plugin_cache)
        if answer is not None:
            return _read_answer(answer, finished, request)
        n_in_vain = 0 if await asyncio.to_thread(before_retry) else n_in_vain + 1
        if finished.code >= 0 or n_in_vain == _MOST_ATTEMPTS:
            break
    raise SetupBroken(f"Ardour's interpreter ended (exit code {finished.code}) without an answer: {finished.tail}")


def remove_draft(folder: Path) -> bool:
    """Remove what a killed job left that has to begin anew."""
    shutil.rmtree(folder, ignore_errors=True)
    return False


async def _run_once(
    programs: ArdourPrograms,
    job: str,
    request: Mapping[str, Any],
    timeout_seconds: float,
    settings: Mapping[str, str],
    shares_plugin_cache: bool,
) -> tuple[Finished, str | None]:
    with tempfile.TemporaryDirectory(prefix="sideman-job-") as scratch, ardour_environment() as environment:
        question, answer = Path(scratch) / "request.json", Path(scratch) / "answer.json"
        await asyncio.to_thread(question.write_text, json.dumps(request), encoding="utf-8")
        config = Path(environment["XDG_CONFIG_HOME"]) / f"ardour{programs.major_version}"
        await asyncio.to_thread(_write_settings, config, settings)
        if shares_plugin_cache:
            await asyncio.to_thread(_link_plugin_cache, Path(environment["XDG_CACHE_HOME"]), programs.major_version)
        scripts = [str(_HERE / "interpreter.lua"), str(_LIBRARY), str(_HERE / f"{job}.lua")]
        finished = await run_bounded(
            [str(programs.lua), *scripts, str(question), str(answer), " ".join(LIBRARY)],
            environment=environment,
            timeout_seconds=timeout_seconds,
        )
        return finished, answer.read_text(encoding="utf-8") if answer.exists() else None


def _write_settings(config: Path, settings: Mapping[str, str]) -> None:
    for name, content in settings.items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(content, encoding="utf-8")


def _link_plugin_cache(cache_home: Path, major_version: int) -> None:
    """Let the interpreter see what the user's Ardour found when it scanned for plugins."""
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / f"ardour{major_version}"
    if own.is_dir():
        (cache_home / own.name).symlink_to(own.absolute(), target_is_directory=True)


def _read_answer(text: str, finished: Finished, request: Mapping[str, Any]) -> dict[str, Any]:
    answer = json.loads(text)
    if "fault" in answer:
        raise _to_error(answer["fault"], finished, request)
    result: dict[str, Any] = answer["result"]
    return result


def _to_error(fault: dict[str, Any], finished: Finished, request: Mapping[str, Any]) -> StudioError:
    where = f"operation {fault['index']}: " if "index" in fault else ""
    match fault["kind"]:
        case "not_found":
            known = fault.get("known") or ""
            return NotFound(fault["target"], fault["name"], nearest=fault.get("nearest"), known=known)
        case "invalid":
            return RequestInvalid(f"{where}{fault['message']}")
        case _:
            return SetupBroken(f"{where}{fault['message']} (session {request['name']!r}); Ardour said: {finished.tail}")
