"""``sideman styles learn``: a folder of MIDI files becomes a style."""

import argparse
import sys
from contextlib import closing

from cli.shown import PlainConsole
from cli.typed import allowed
from workflows.settings import Settings
from workflows.studio import build_studio, to_json


def learn(options: argparse.Namespace, settings: Settings) -> int:
    """Learn a style, say what it rests on, and how to ask for it."""
    settings = allowed(settings, options.folder)
    with closing(build_studio(settings)) as studio:
        learnt = studio.learn_style(str(options.folder), name=options.name, base=options.base)
    if options.json:
        sys.stdout.write(to_json(learnt) + "\n")
        return 0
    console = PlainConsole()
    console.print(f"{learnt.style}: {learnt.file}")
    for line in learnt.account:
        console.print(f"  {line}")
    for reason in learnt.skipped:
        console.print(f"  left out: {reason}")
    console.print(f"ask for it by name: sideman generate --genre {learnt.style} PROMPT")
    return 0
