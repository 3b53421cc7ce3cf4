"""``sideman takes``, ``take``, ``approve``, ``reject``, ``favourite``, ``unrate``, ``place`` and ``undo``."""

import argparse
import asyncio
import json
import sys
from contextlib import closing

from cli.generate import follow
from cli.progress import progress_display
from cli.shown import PlainConsole, add_row, new_table, show_change_set, show_take
from cli.telling import tell
from cli.typed import found
from music.changeset import ChangeSetResult
from workflows.requests import PlaceRequest
from workflows.settings import Settings
from workflows.studio import TakeVerdict, build_studio, to_json


def list_takes(options: argparse.Namespace, settings: Settings) -> int:
    """List the takes that are kept, newest first, each followed by what was varied from it."""
    with closing(build_studio(settings)) as studio:
        verdict = TakeVerdict(options.rated) if options.rated else None
        kept = studio.takes(options.limit, verdict)
        for name in kept.damaged:
            tell(f"the take {name} cannot be read; 'sideman take {name}' says why")
        if options.json:
            listed = [json.loads(to_json(one.take)) | {"rating": json.loads(to_json(one.rating))} for one in kept.takes]
            sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
            return 0
        table = new_table("take", "prompt", "style", "tempo", "metre", "key", "bars", "", wide="prompt")
        for one in kept.takes:
            plan, variation = one.take.plan, one.take.variation
            asked = f"{'  ' * (one.depth - 1)}└ {variation.words}" if variation and one.depth else plan.prompt
            asked = f"{variation.words}, of {one.take.parent}" if variation and not one.depth else asked
            tempo, metre = f"{plan.tempo_bpm:g}", str(plan.time_signature)
            rating = "" if one.rating.verdict is TakeVerdict.UNRATED else one.rating.verdict.value
            add_row(table, one.take.id, asked, plan.style_name, tempo, metre, str(plan.key), str(plan.n_bars), rating)
        nothing = f"No takes{f' that are {options.rated}' if options.rated else ''} in {settings.takes_dir} yet."
        PlainConsole(soft_wrap=False).print(table if kept.takes else nothing)
    return 0


def rate(options: argparse.Namespace, settings: Settings) -> int:
    """Keep what somebody thinks of a take, and say what was kept."""
    take, settings = found(options.take, settings)
    with closing(build_studio(settings)) as studio:
        rating = studio.rate(take, TakeVerdict(options.verdict), options.note)
        if options.json:
            sys.stdout.write(to_json(rating) + "\n")
        else:
            note = f": {rating.note}" if rating.note else ""
            PlainConsole().print(f"take {studio.take(take).id}: {rating.verdict.value}{note}")
    return 0


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Show one take as it was shown when it was made."""
    take, settings = found(options.take, settings)
    with closing(build_studio(settings)) as studio:
        if options.json:
            sys.stdout.write(studio.take_json(take))
        else:
            show_take(studio.take(take), str(studio.take_folder(take)), studio.rating(take))
    return 0


def place(options: argparse.Namespace, settings: Settings) -> int:
    """Place a take in the open session and say what was read back."""
    take, settings = found(options.take, settings)

    async def run() -> ChangeSetResult:
        status = await follow(studio, await studio.place(PlaceRequest(take=take, at_bar=options.at)))
        placed = studio.placement_of(status)
        assert placed is not None  # a finished placement has a result
        return placed

    with progress_display() as show_progress, closing(build_studio(settings, on_progress=show_progress)) as studio:
        result = asyncio.run(run())
    return show_change_set(result, as_json=options.json)


def undo(options: argparse.Namespace, settings: Settings) -> int:
    """Take back a change set and say what was read back."""
    with closing(build_studio(settings)) as studio:
        return show_change_set(asyncio.run(studio.open_session.undo(options.change_set)), as_json=options.json)
