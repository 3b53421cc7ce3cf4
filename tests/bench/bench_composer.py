"""How well the composer meets what was asked, how musical and how various it is, and how fast: ``just bench-composer``.

Each is measured on what comes out (MIDI files and audio as read back), where there are any by libraries that know
nothing of the plan: mido, music21 for keys, mir_eval for chord labels. A run fails, after its tables, where a limit is
missed.
"""

import asyncio
import math
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from music.instrument import Role
from music.pitch import Mode
from music.score import Score
from tests.acceptance.homes import home_environment
from tests.bench.composer import metrics, reference
from tests.bench.composer.adherence import Outcome, compose, measure, planner
from tests.bench.composer.briefs import N_BRIEFS, draw_briefs
from tests.bench.composer.metrics import METRICS, Piece, Sound
from tests.bench.composer.variety import bars_of, shares
from workflows.requests import Destination, GenerateRequest
from workflows.settings import load_settings
from workflows.studio import build_studio

N_SEEDS, N_TAKES_PER_STYLE, N_CONCURRENT = 100, 12, 100
VARIED_BRIEF = "{style} in A minor, 16 bars"
MOST_SHARED = 0.30
LONGEST_COMPOSING_SECONDS = 0.150
MOST_STEMS_ERROR = 8 * 2**-24  # each 24-bit file is off by half a step at most
_N_PROCESSES = 2


class Table:
    """Rows printed as they come; ``check`` fails where one missed its limit."""

    def __init__(self, title: str) -> None:
        print(f"\n{title}")
        self._missed: list[str] = []

    def row(
        self, what: str, found: float, *, least: float | None = None, most: float | None = None, told: str = ""
    ) -> None:
        """Print a figure beside its limit."""
        is_met = (least is None or found >= least) and (most is None or found <= most)
        limit = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
        print(f"  {what:44} {found:9.4g}  {limit:16} {told}{'' if is_met else '  MISSED'}")
        if not is_met:
            self._missed.append(f"{what}: {found:.4g}, {limit}")

    def check(self) -> None:
        """Fail where anything missed its limit."""
        assert not self._missed, self._missed


@pytest.mark.timeout(3600)
def test_what_is_asked_is_there() -> None:
    repertoire = planner().repertoire
    briefs = draw_briefs(repertoire.styles, int(os.environ.get("N_BRIEFS", N_BRIEFS)))
    with ProcessPoolExecutor(_N_PROCESSES, mp_context=get_context("spawn")) as pool:
        outcomes = list(pool.map(measure, briefs, chunksize=4))
    table = Table(f"Adherence: {len(outcomes)} briefs over {len(repertoire.styles)} styles, measured on MIDI and audio")
    levels = Counter(outcome.audio_tempo for outcome in outcomes)
    asked, found = sum(one.n_chords_asked for one in outcomes), sum(one.n_chords_found for one in outcomes)
    table.row("bars exact", _share(outcomes, lambda one: one.has_bars), least=1.0)
    table.row("length exact to the sample", _share(outcomes, lambda one: one.has_length), least=1.0)
    table.row("tempo of the MIDI exact", _share(outcomes, lambda one: one.has_midi_tempo), least=1.0)
    table.row("metre of the MIDI exact", _share(outcomes, lambda one: one.has_metre), least=1.0)
    told = ", ".join(f"{level} {count}" for level, count in levels.most_common())
    on_level = (levels["exact"] + levels["another level"]) / len(outcomes)
    table.row("tempo of the audio within 1 %, or a level of it", on_level, least=0.97, told=told)
    plain = [one for one in outcomes if one.brief.key.mode in (Mode.MAJOR, Mode.MINOR)]
    modal = [one for one in outcomes if one not in plain]
    table.row("key as music21 hears it, major or minor asked", _share(plain, lambda one: one.has_key), least=0.95)
    table.row(
        "  of other modes: the tonic, or the seven notes", _share(modal, lambda one: one.has_key), told=f"{len(modal)}"
    )
    table.row("asked chords found, bar by bar", found / max(1, asked), least=0.99, told=f"{found} of {asked}")
    table.row("what was excluded is absent", _share(outcomes, lambda one: one.is_excluded_absent), least=1.0)
    table.row(
        "sum of stems off the mix, of full scale", max(one.stems_error for one in outcomes), most=MOST_STEMS_ERROR
    )
    _print_weak(outcomes)
    table.check()


def _share(outcomes: Sequence[Outcome], judge: Callable[[Outcome], bool | None]) -> float:
    judged = [verdict for one in outcomes if (verdict := judge(one)) is not None]
    return sum(judged) / max(1, len(judged))


def _print_weak(outcomes: Sequence[Outcome]) -> None:
    """Print the styles that miss most, so that one knows where to look."""
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        wrong["key"][one.brief.style] += one.has_key is False
        wrong["chords"][one.brief.style] += one.n_chords_asked - one.n_chords_found
        wrong["tempo"][one.brief.style] += one.audio_tempo in ("other", "no pulse")
    for what, counts in wrong.items():
        print(f"  missed {what}: " + ", ".join(f"{style} {n}" for style, n in counts.most_common(8) if n))


def _piece(score: Score) -> Piece | None:
    """Return a score's melody and what sounds beside it; None where it has none."""
    lines = {part.role: [Sound(n.start_ticks / 960, n.duration_ticks / 960, n.midi_note) for n in part.notes]
             for part in score.parts if part.role is not Role.DRUMS}  # fmt: skip
    melody = [Sound(round(one.start * 4) / 4, one.length, one.pitch) for one in lines.pop(Role.MELODY, [])]
    if len(melody) < 16:
        return None
    bar = score.time_signature.ticks_per_bar / 960
    return Piece(bar_quarters=bar, n_bars=score.n_bars, melody=tuple(melody),
                 others=tuple(one for line in lines.values() for one in line))  # fmt: skip


@pytest.mark.timeout(1200)
def test_how_musical_it_is() -> None:
    ours = [
        piece
        for style in sorted(planner().repertoire.styles)
        for seed in range(N_TAKES_PER_STYLE)
        if (piece := _piece(compose(planner().by_rules(f"{style}, 32 bars, with a melody", seed=seed).plan)))
    ]
    for title, real in (("dance tunes", reference.tunes()), ("chorales", reference.chorales())):
        rng = random.Random(3)
        print(f"\nMusicality: {len(ours)} takes beside {len(real)} {title} (overlap of distributions, 0 to 1)")
        print(f"  {'':30} {'real':>13} {'ours':>13} {'half/half':>9} {'ours':>6} {'shuffled':>8} {'random':>6}")
        for name, metric in METRICS.items():
            theirs, own = _values(metric, real), _values(metric, ours)
            if len(theirs) < len(real) / 2:
                continue
            worse = _values(metric, [metrics.shuffled(piece, rng) for piece in real])
            worst = _values(metric, [metrics.at_random(piece, rng) for piece in real])
            print(f"  {name:30} {_spread(theirs)} {_spread(own)} {metrics.overlap(theirs[::2], theirs[1::2]):9.2f} "
                  f"{metrics.overlap(theirs, own):6.2f} {metrics.overlap(theirs, worse):8.2f} "
                  f"{metrics.overlap(theirs, worst):6.2f}")  # fmt: skip
    velocities = [
        statistics.pstdev(note.velocity for note in part.notes)
        for style in sorted(planner().repertoire.styles)
        for part in compose(planner().by_rules(f"{style}, 32 bars", seed=1).plan).parts
        if len(part.notes) > 1
    ]
    print(f"  velocity spread of a part {statistics.mean(velocities):.1f} (the corpus has none; uniform chance: 36.7)")


def _values(metric: Callable[[Piece], float], pieces: Sequence[Piece]) -> list[float]:
    return [value for piece in pieces if not math.isnan(value := metric(piece))]


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):6.2f} ±{statistics.pstdev(values):5.2f}"


@pytest.mark.timeout(1200)
def test_how_various_it_is() -> None:
    table = Table(f"Variety: {N_SEEDS} seeds of one brief, each pair of takes; the style's worst pair")
    kinds: dict[str, Callable[[Role], bool]] = {
        "melody": lambda role: role is Role.MELODY,
        "drums": lambda role: role is Role.DRUMS,
        "all parts": lambda _role: True,
    }
    worst: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    same: Counter[str] = Counter()
    for style in sorted(planner().repertoire.styles):
        prompt = VARIED_BRIEF.format(style=style)
        takes = [compose(planner().by_rules(prompt, seed=seed).plan) for seed in range(N_SEEDS)]
        for kind, wanted in kinds.items():
            bars = [bars_of(take, wanted) for take in takes]
            bars = [take for take in bars if any(take)]
            found = shares(bars)
            if found:
                worst[kind].append((max(found), statistics.mean(found), style))
                same[kind] += len(bars) - len({tuple(take) for take in bars})
    for kind, pairs in worst.items():
        most, _, style = max(pairs)
        mean = statistics.mean(one for _, one, _ in pairs)
        over = ", ".join(
            f"{name} {share:.0%}" for share, _, name in sorted(pairs, reverse=True)[:6] if share > MOST_SHARED
        )
        table.row(f"{kind}: takes that are the same", same[kind], most=0)
        table.row(f"{kind}: most shared bars of any pair", most, most=MOST_SHARED if kind == "all parts" else None,
                  told=f"{style}; mean of all pairs {mean:.1%}; {over}")  # fmt: skip
    table.check()


def test_how_fast_it_is() -> None:
    table = Table("Speed")
    seconds = []
    for style in sorted(planner().repertoire.styles):
        plan = planner().by_rules(f"{style}, 180 seconds", seed=1).plan
        compose(replace(plan, seed=2))  # warm up
        start = time.perf_counter()
        compose(plan)
        seconds.append((time.perf_counter() - start, style))
    told = f"slowest {max(seconds)[1]} {max(seconds)[0] * 1000:.0f} ms, load {os.getloadavg()[0]:.1f}"
    table.row("composing 3 minutes, median of the styles (s)", statistics.median(one for one, _ in seconds),
              most=LONGEST_COMPOSING_SECONDS, told=told)  # fmt: skip
    table.check()


@pytest.mark.timeout(1800)
def test_a_hundred_at_once(tmp_path: Path) -> None:
    styles = sorted(planner().repertoire.styles)
    with closing(build_studio(load_settings(home_environment(tmp_path)))) as studio:

        async def run() -> int:
            async def one(number: int) -> bool:
                wish = GenerateRequest(
                    prompt=f"{styles[number % len(styles)]}, 8 bars", seed=number, to=Destination.NONE
                )
                status = await studio.settled(await studio.generate(wish), timeout_seconds=1500)
                return status.result is not None

            return sum(await asyncio.gather(*(one(number) for number in range(N_CONCURRENT))))

        start = time.perf_counter()
        n_made = asyncio.run(run())
        seconds = time.perf_counter() - start
    print(f"\n{N_CONCURRENT} briefs of 8 bars at once on {os.cpu_count()} cores: {n_made} made in {seconds:.0f} s, "
          f"{n_made / seconds * 60:.0f} takes a minute")  # fmt: skip
    assert n_made == N_CONCURRENT
