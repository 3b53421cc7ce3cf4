"""How long the bridge's verbs take in the real editor, beside the bare way there and back: ``just bench-ardour``.

Each is measured as a caller sees it, with everything: locks, validation, revision, undo record and read-back. The bare
way is one OSC message to Ardour that a script slot answers with another; ratios are to its median in the same run. The
limits are meant for a machine that does nothing else; a run fails, after its rows, where a median is over its limit.
"""

import os
import socket
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daw_bridge.bridge_client import connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.install import install
from daw_bridge.live import LiveDaw
from daw_bridge.offline.write import NewSession, write_session
from daw_bridge.programs import find_ardour
from daw_bridge.ui_scripts import Slot, UiScripts
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState
from music.operations import Operation
from music.operations.automation import WriteAutomation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader
from music.operations.notes import AddMidiRegion, AddNotes
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.time import BBT
from tests.acceptance.ardour_editor import ArdourEditor, make_empty_session
from tests.acceptance.bridge_studio import N_NOTES, SAMPLE_RATE_HZ, write_midi
from tests.acceptance.timing import N_CALLS, WARM_UP, seconds_of_calls

pytest_plugins = ["tests.acceptance.conftest"]
pytestmark = pytest.mark.usefixtures("ardour_programs")

N_TRACKS_OF_A_KIND, N_REGIONS_PER_TRACK = 50, 20  # audio and MIDI: 100 tracks with 2,000 regions in all
N_MANY = 10_000  # notes, and automation points
_ECHO_SLOT = 7
_ECHO = 'return function () ARDOUR.LuaOSC.Address ("osc.udp://127.0.0.1:%d"):send ("/echo", "i", 1) end\n'
_SECONDS = 5.0


@dataclass(frozen=True)
class Bench:
    """An editor with the bridge in it, and beside it a slot that only answers."""

    editor: ArdourEditor
    bridge_folder: Path
    echo: socket.socket

    @asynccontextmanager
    async def daw(self) -> AsyncIterator[LiveDaw]:
        """Open the session."""
        async with connect(BridgeFolder.open(self.bridge_folder)) as client:
            yield LiveDaw(client)

    def bare_seconds(self) -> list[float]:
        """Time the bare way there and back."""

        def once() -> None:
            self.editor.send_osc("/access_action", f"LuaAction/script-{_ECHO_SLOT}")
            self.echo.recv(1024)

        return [_seconds_of(once) for _ in range(WARM_UP + N_CALLS)][WARM_UP:]


@contextmanager
def running_bench(folder: Path, session: Path) -> Iterator[Bench]:
    """Run the editor on a session."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
        echo.bind(("127.0.0.1", 0))
        echo.settimeout(_SECONDS)
        source = _ECHO % echo.getsockname()[1]

        def put_in(config_folder: Path) -> None:
            install(folder / "bridge", config_folder=config_folder)
            path = config_folder / "ui_scripts"
            slot = Slot(name="echo", script=source, factory=source, arguments={})
            path.write_bytes(UiScripts(path.read_bytes()).with_slot(_ECHO_SLOT, slot).content)

        with ArdourEditor(session, prepare=put_in) as editor:
            yield Bench(editor, folder / "bridge", echo)


def _seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


async def applied(daw: LiveDaw, *operations: Operation) -> ChangeSetId:
    """Apply operations as one turn."""
    turn = ChangeSet(id=ChangeSetId(uuid.uuid4().hex), label="bench", operations=operations)
    result = await daw.apply(turn)
    assert result.state is ChangeSetState.APPLIED, result.outcomes
    return turn.id


class Rows:
    """The measurements of one run, printed one by one; ``check`` fails where a median is over its limit."""

    def __init__(self, bare: list[float]) -> None:
        self._bare_seconds = statistics.median(bare)
        self._over: list[str] = []
        print()
        self.show("the bare way there and back", bare, limit_seconds=0.002)

    def show(self, what: str, seconds: list[float], *, limit_seconds: float) -> None:
        """Print one measurement beside its limit, the load of the machine and the bare way there and back."""
        median, worst = statistics.median(seconds), statistics.quantiles(seconds, n=20)[18]
        if median > limit_seconds:
            self._over.append(f"{what}: {median * 1000:.2f} ms, limit {limit_seconds * 1000:g} ms")
        verdict = "  OVER ITS LIMIT" if median > limit_seconds else ""
        print(
            f"{what:40} {len(seconds):3} calls: median {median * 1000:8.2f} ms, 95 % within {worst * 1000:8.2f} ms, "
            f"limit {limit_seconds * 1000:g} ms, {median / self._bare_seconds:.1f} times the bare way, "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores{verdict}"
        )

    def check(self) -> None:
        """Fail where anything took longer than it may."""
        assert not self._over, self._over


async def seconds_of_inserts(daw: LiveDaw, operation: Operation) -> list[float]:
    """Time one operation again and again, each time from the same start.

    In between, untimed, it is taken back, and a request waits until Ardour has done what that leaves to do.
    """
    seconds = []
    for _ in range(WARM_UP + N_CALLS):
        start = time.perf_counter()
        turn = await applied(daw, operation)
        seconds.append(time.perf_counter() - start)
        await daw.revert(turn)
        await daw.capabilities()
    return seconds[WARM_UP:]


def notes(count: int) -> str:
    """Return notes as a model writes them: sixteenths over the keys and velocities."""
    return "\n".join(f"{number / 4:g} 0.25 {36 + number % 48} {40 + number % 80}" for number in range(count))


def points(count: int) -> str:
    """Return points of a fader's automation, eight to a quarter note."""
    return ";".join(f"{number / 8:g} {-(number % 40) / 4:g}" for number in range(count))


async def test_one_verb_at_a_time(tmp_path: Path) -> None:
    with running_bench(tmp_path, make_empty_session(tmp_path / "session")) as bench:
        rows = Rows(bench.bare_seconds())
        async with bench.daw() as daw:
            rows.show("one read verb: capabilities", await seconds_of_calls(lambda _: daw.capabilities()),
                      limit_seconds=0.002)  # fmt: skip
            rows.show("overview of an empty session", await seconds_of_calls(lambda _: daw.snapshot()),
                      limit_seconds=0.004)  # fmt: skip

            async def set_fader(number: int) -> None:
                await applied(daw, SetFader(route="Master", gain_db=-1.0 - number % 7))

            rows.show("one write verb with read-back: set_fader", await seconds_of_calls(set_fader),
                      limit_seconds=0.004)  # fmt: skip
        rows.check()


@pytest.mark.timeout(1800)  # 10,000 points take a second or two, each time
async def test_notes_and_points_in_number(tmp_path: Path) -> None:
    with running_bench(tmp_path, make_empty_session(tmp_path / "session")) as bench:
        rows = Rows(bench.bare_seconds())
        async with bench.daw() as daw:
            await applied(
                daw,
                AddMidiTrack(ref="keys", name="Keys", colour="#336699", instrument_plugin=None),
                AddMidiRegion(ref="part", track="keys", name="Part", at=BBT(1), length_beats=N_MANY / 4),
            )
            part = next(route for route in (await daw.snapshot()).routes if route.name == "Keys").regions[0].id
            for count, limit_seconds in ((100, 0.008), (N_MANY, 0.15)):
                insert = AddNotes(region=part, notes=notes(count))
                rows.show(f"insert {count:,} notes", await seconds_of_inserts(daw, insert),
                          limit_seconds=limit_seconds)  # fmt: skip
            lane = WriteAutomation(route="Keys", control="gain", points=points(N_MANY))
            rows.show(f"write {N_MANY:,} automation points", await seconds_of_inserts(daw, lane),
                      limit_seconds=2.0)  # fmt: skip
        rows.check()


async def test_the_overview_of_a_large_session(tmp_path: Path) -> None:
    await make_large_session(tmp_path / "large")
    with running_bench(tmp_path, tmp_path / "large") as bench:
        rows = Rows(bench.bare_seconds())
        async with bench.daw() as daw:
            found = await daw.snapshot()
            n_regions = sum(len(route.regions) for route in found.routes)
            assert n_regions == 2 * N_TRACKS_OF_A_KIND * N_REGIONS_PER_TRACK
            rows.show(f"overview of {len(found.routes) - 1} tracks, {n_regions} regions",
                      await seconds_of_calls(lambda _: daw.snapshot()), limit_seconds=0.3)  # fmt: skip

            async def set_fader(number: int) -> None:
                await applied(daw, SetFader(route="Master", gain_db=-1.0 - number % 7))

            rows.show("a look at what passes", await seconds_of_calls(lambda _: daw.passing()),
                      limit_seconds=0.025)  # fmt: skip
            rows.show("set_fader in that session", await seconds_of_calls(set_fader),
                      limit_seconds=0.15)  # fmt: skip
        rows.check()


async def make_large_session(folder: Path) -> None:
    """Write a session of many tracks with many short regions, which takes the editor itself minutes."""
    midi, audio = write_midi(folder.with_name("part.mid")), folder.with_name("click.wav")
    n_samples = SAMPLE_RATE_HZ // 10
    soundfile.write(audio, np.zeros((n_samples, 1)), SAMPLE_RATE_HZ, subtype="PCM_16")
    operations: list[Operation] = []
    for track in range(N_TRACKS_OF_A_KIND):
        audio_ref, midi_ref = f"audio {track}", f"midi {track}"
        operations += [
            AddAudioTrack(ref=audio_ref, name=f"Audio {track}", colour="#336699", n_channels=1),
            AddMidiTrack(ref=midi_ref, name=f"Midi {track}", colour="#996633", instrument_plugin=None),
        ]
        for number in range(N_REGIONS_PER_TRACK):
            at, ref = BBT(1 + 4 * number), f"{track}.{number}"
            operations += [
                ImportAudio(ref=f"a{ref}", track=audio_ref, path=str(audio), name=ref, at=at, length_samples=n_samples),
                ImportMidi(ref=f"m{ref}", track=midi_ref, path=str(midi), name=ref, at=at, n_notes=N_NOTES),
            ]
    change_set = ChangeSet(id=ChangeSetId("large"), label="", operations=tuple(operations))
    session = NewSession(name=folder.name, end=BBT(100))
    await write_session(folder, session, change_set, programs=find_ardour(), timeout_seconds=300)
