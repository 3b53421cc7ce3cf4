"""The words of the command line: every command, its options, and the function that runs it."""

import argparse
import importlib.metadata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.typed import typed_path, typed_png

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  argparse names its own result so

_EPILOG = (
    "--config and --set may stand after the command as well. "
    "Exit codes: 0 done, 1 unexpected failure, 2 the request cannot be met, 3 this machine's set-up needs repair, "
    "4 try again later, 5 an engine failed, 130 interrupted."
)


def read_words(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the whole command line; ``command`` in what it returns is ``module:function`` inside ``cli``."""
    options = _build_parser().parse_args(arguments)
    options.set += vars(options).pop("set_after", [])
    return options


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sideman", description="A session musician and assistant engineer for the Ardour DAW.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="version", version=f"sideman {importlib.metadata.version('sideman')}")
    parser.add_argument("--config", type=typed_path, metavar="FILE", help="settings file (TOML)")
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="NAME=VALUE", help="override one setting"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_generate(commands)
    _add_vary(commands)
    _add_takes(commands)
    _add_ratings(commands)
    _add_listening(commands)
    _add_jobs(commands)
    _add_ardour(commands)
    _add_servers(commands)
    _add_styles(commands)
    return parser


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value


def _count(text: str) -> int:
    if not (text.isdecimal() and 1 <= len(text) <= 9 and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r:.40}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r:.40}")
    return int(text)


def _add(commands: "Commands", name: str, command: str, description: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=description, description=description)
    parser.set_defaults(command=command)
    # argparse lets a command's options replace those that stood before it, hence a name of their own for more of --set
    parser.add_argument("--config", type=typed_path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument(
        "--set", dest="set_after", type=_setting, action="append", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    return parser


def _add_json(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--json", action="store_true", help=f"print {what} as JSON on standard output, and nothing else"
    )


def _add_generate(commands: "Commands") -> None:
    parser = _add(commands, "generate", "generate:generate", "Make a take from words.")
    parser.add_argument("prompt", nargs="+", metavar="PROMPT", help="what you want to hear, in your own words")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--bars", type=int, metavar="N", help="length in bars")
    length.add_argument("--seconds", type=float, metavar="S", help="length in seconds, at most 600")
    parser.add_argument("--tempo", type=float, metavar="BPM", help="quarter notes per minute, 20 to 300")
    parser.add_argument("--key", metavar="KEY", help='for example "F minor", "D dorian" or Bb')
    parser.add_argument("--time-signature", metavar="N/U", help="for example 4/4, 3/4 or 6/8")
    parser.add_argument("--genre", metavar="G", help="a style, or one of its synonyms")
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--lyrics",
        type=typed_path,
        metavar="FILE",
        help="words for the melody to sing, a line each, with headings such as [Verse 1] or without",
    )
    words.add_argument("--lyrics-text", metavar="TEXT", help="the words themselves")
    parser.add_argument(
        "--given",
        metavar="FILE",
        help="start from this MIDI file, take by its id, or 'selection' (the MIDI regions selected in Ardour); "
        "its notes stay as they are",
    )
    parser.add_argument(
        "--do",
        choices=["continue", "harmonise", "parts"],
        help="what to do with what is given: go on after it, find its chords, write the parts it lacks (default: "
        "as the words say)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="from 0; the same prompt, options and seed give the same music"
    )
    parser.add_argument(
        "--out",
        type=typed_path,
        metavar="DIR",
        help="folder in which the take's folder is made (default: the setting takes_dir)",
    )
    parser.add_argument(
        "--to",
        choices=["auto", "live", "session", "none"],
        default="auto",
        help="live: into the open Ardour session; session: write an Ardour session beside the take; none: neither; "
        "auto (default): live when the editor is open, else session when Ardour is installed",
    )
    parser.add_argument(
        "--at", type=int, metavar="BAR", help="first bar in the open session (default: at the playhead)"
    )
    _add_json(parser, "take.json")


def _add_takes(commands: "Commands") -> None:
    parser = _add(commands, "takes", "takes:list_takes", "List the takes that are kept, newest first, as a tree.")
    parser.add_argument("--limit", type=_count, default=20, metavar="N", help="how many at most (default 20)")
    parser.add_argument(
        "--rated", choices=["approved", "rejected", "favourite", "unrated"], help="only those (default: all)"
    )
    _add_json(parser, "the list")
    parser = _add(commands, "take", "takes:show", "Show one take.")
    parser.add_argument("take", metavar="TAKE", help="the take's id, title or folder")
    _add_json(parser, "take.json")
    parser = _add(commands, "place", "takes:place", "Place a take in the open Ardour session.")
    parser.add_argument("take", metavar="TAKE", help="the take's id, title or folder")
    parser.add_argument("--at", type=int, metavar="BAR", help="first bar (default: at the playhead)")
    _add_json(parser, "what was done, operation by operation,")
    parser = _add(commands, "undo", "takes:undo", "Take back what Sideman last did to the open session.")
    parser.add_argument("change_set", nargs="?", metavar="CHANGE_SET", help="a change set's id (default: the last one)")
    _add_json(parser, "what was done, operation by operation,")


def _add_vary(commands: "Commands") -> None:
    description = "Change one thing about a take, and leave the rest note for note as it was."
    parser = _add(commands, "vary", "vary:vary", description)
    parser.add_argument("take", metavar="TAKE", help="the take's id or folder")
    parser.add_argument(
        "words",
        nargs="+",
        metavar="CHANGE",
        help='what to change, in your own words: "darker", "busier hats in the chorus", "swap piano for Rhodes", '
        '"down a tone", "another melody", "longer intro", "no drums in verse 1"',
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of what is written anew (default: drawn)")
    parser.add_argument(
        "--out", type=typed_path, metavar="DIR", help="folder in which the take's folder is made (default: takes_dir)"
    )
    parser.add_argument(
        "--to",
        choices=["live", "session", "none"],
        default="none",
        help="live: into the open Ardour session; session: write one beside the take; none (default): neither",
    )
    parser.add_argument("--at", type=int, metavar="BAR", help="first bar in the open session, with --to live")
    _add_json(parser, "take.json")


def _add_ratings(commands: "Commands") -> None:
    for name, verdict, description in (
        ("approve", "approved", "Mark a take as approved."),
        ("reject", "rejected", "Mark a take as rejected; it is kept."),
        ("favourite", "favourite", "Mark a take as a favourite."),
        ("unrate", "unrated", "Take back what was said about a take."),
    ):
        parser = _add(commands, name, "takes:rate", description)
        parser.set_defaults(verdict=verdict)
        parser.add_argument("take", metavar="TAKE", help="the take's id or folder")
        parser.add_argument("--note", default="", metavar="TEXT", help="why, in your own words")
        _add_json(parser, "what was kept")
    parser = _add(commands, "compare", "vary:compare", "Tell what differs between two takes, or two sounds.")
    parser.add_argument("before", metavar="BEFORE", help="take, audio file or render job")
    parser.add_argument("after", metavar="AFTER", help="the same")
    parser.add_argument("--picture", type=typed_png, metavar="FILE", help="and draw it into this PNG file")
    _add_json(parser, "what differs")


def _add_bars(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-bar", type=_count, metavar="BAR", help="first bar (default: where the session begins)")
    parser.add_argument("--to-bar", type=_count, metavar="BAR", help="last bar, included (default: where it ends)")


def _add_listening(commands: "Commands") -> None:
    parser = _add(commands, "render", "listening:render", "Render the open Ardour session, as it is, to audio files.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--stems", action="store_true", help="each track alone, of all that sound (default: the mix)")
    what.add_argument(
        "--track", action="append", default=[], metavar="TRACK", help="this track alone; may be given again"
    )
    what.add_argument("--region", metavar="REGION", help="this region alone, from its start to its end")
    parser.add_argument("--with-mix", action="store_true", help="with stems or tracks: the mix beside them")
    _add_bars(parser)
    parser.add_argument("--tail", type=float, default=0.0, metavar="S", help="seconds after the end, for what rings on")
    parser.add_argument("--format", choices=["wav", "flac", "ogg", "mp3"], default="wav", help="default: wav")
    parser.add_argument(
        "--bits", type=int, choices=[16, 24, 32], default=24, help="16 is dithered, 32 float (default 24)"
    )
    parser.add_argument("--sample-rate", type=_count, metavar="HZ", help="default: the session's")
    parser.add_argument("--loudness", type=float, metavar="LUFS", help="such as -14; peaks then stay below -1 dBTP")
    parser.add_argument(
        "--out", type=typed_path, metavar="DIR", help="folder for a new folder (default: the session's own for exports)"
    )
    _add_json(parser, "what was rendered, each file as it was read back,")
    description = "Measure loudness, peaks, dynamics, stereo, balance and masking."
    parser = _add(commands, "measure", "listening:measure", description)
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help="audio file, take, or render job (default: the open session's mix)"
    )
    parser.add_argument("--track", action="append", default=[], metavar="TRACK", help="this track too, by itself")
    parser.add_argument("--masking", action="store_true", help="all tracks by themselves, and who covers whom")
    _add_bars(parser)
    parser.add_argument("--picture", type=typed_png, metavar="FILE", help="and draw it into this PNG file")
    _add_json(parser, "what was measured")


def _add_jobs(commands: "Commands") -> None:
    parser = _add(commands, "jobs", "jobs:jobs", "List jobs, and say which were interrupted.")
    parser.add_argument(
        "--wait", action="store_true", help="go on with interrupted jobs, and stay until every job is done"
    )
    parser.add_argument("--cancel", metavar="JOB", help="cancel a job")
    _add_json(parser, "the list")


def _add_ardour(commands: "Commands") -> None:
    description = "Install or remove Sideman's bridge and buttons in Ardour."
    parser = commands.add_parser("ardour", help=description, description=description)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for action, description in (
        ("install", "Put Sideman's bridge and buttons into Ardour; scripts that are there stay."),
        ("uninstall", "Remove them and restore what was there before."),
    ):
        _add(actions, action, f"ardour:{action}", description)
    parser = _add(commands, "doctor", "ardour:doctor", "Check every link from here to the editor.")
    _add_json(parser, "the checks")


def _add_styles(commands: "Commands") -> None:
    description = "Learn styles of your own."
    parser = commands.add_parser("styles", help=description, description=description)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    parser = _add(actions, "learn", "styles:learn", "Make a style of what a folder of MIDI files has in common.")
    parser.add_argument("folder", type=typed_path, metavar="FOLDER", help="with .mid files, in folders of it too")
    parser.add_argument("--name", required=True, metavar="NAME", help="what to ask for it by")
    parser.add_argument(
        "--base", metavar="STYLE", help="the style that gives what cannot be measured (default: the one for any prompt)"
    )
    _add_json(parser, "what was learnt")


def _add_servers(commands: "Commands") -> None:
    _add(commands, "mcp", "servers:mcp", "Serve an MCP client over standard input and output.")
    parser = _add(
        commands, "serve", "servers:serve", "Serve MCP over HTTP on loopback, and listen for Ardour's buttons."
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="TCP port, 0 for a free one (default: the setting http_port)"
    )
    parser = _add(commands, "settings", "servers:show_settings", "Show every setting as it holds now.")
    _add_json(parser, "the settings")
