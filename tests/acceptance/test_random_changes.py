"""Change sets drawn by chance, of all operations there are: each applied and undone, and the session as it was.

What is drawn is valid by itself; together with what came before it in the same set it may turn out to be impossible.
Then the change set must say so and leave nothing. ``RANDOM_CHANGES`` says how many are tried, and ``RANDOM_SEED``
which.
"""

import dataclasses
import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import StudioError
from music.operations import Operation
from music.operations.automation import WriteAutomation
from music.operations.groups import AddGroup, AddVca
from music.operations.material import ImportAudio, ImportMidi
from music.operations.playlists import AddPlaylist
from music.operations.plugins import AddPlugin
from music.operations.sends import AddSend
from music.operations.timeline import AddMarker
from music.operations.tracks import AddAudioTrack, AddBus, AddMidiTrack
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.random_operations import INSTRUMENT, Surroundings, draw_change_set
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_LEAST_APPLIED = 0.4  # of the change sets; the others ask for what cannot be done after what they did before
_MOST_TOLD = 20
_DEAF = ("EditorClosed", "EditorEnded", "TryLater", "TimedOut", "AnswerLost")
_LONGEST_SECONDS = 3600  # a thousand take five minutes where the machine does nothing else


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("random")) as found:
        yield found


def band(studio: Studio) -> ChangeSet:
    """Return a session with something of every kind in it."""
    audio, midi = str(studio.audio), str(studio.midi)
    operations: tuple[Operation, ...] = (
        AddAudioTrack(ref="voice", name="Voice", colour="#993311", n_channels=2),
        AddAudioTrack(ref="guitar", name="Guitar", colour="#339911", n_channels=1),
        AddMidiTrack(ref="keys", name="Keys", colour="#336699", instrument_plugin=INSTRUMENT),
        AddMidiTrack(ref="drums", name="Drums", colour="#663399", instrument_plugin=None),
        AddBus(ref="verb", name="Reverb"),
        ImportAudio(ref="a1", track="voice", path=audio, name="a1", at=BBT(2)),
        ImportAudio(ref="a2", track="voice", path=audio, name="a2", at=BBT(5)),
        ImportMidi(ref="m1", track="keys", path=midi, name="m1", at=BBT(1)),
        ImportMidi(ref="m2", track="drums", path=midi, name="m2", at=BBT(3)),
        AddPlugin(ref="comp", route="voice", plugin="urn:ardour:a-comp"),
        AddPlugin(ref="eq", route="keys", plugin="urn:ardour:a-eq", position="post_fader"),
        AddSend(ref="send", route="voice", target="verb", gain_db=-9.0),
        AddGroup(ref="low", name="Low", routes=("guitar", "drums")),
        AddVca(ref="all", name="All", routes=("voice", "keys")),
        AddPlaylist(track="voice", ref="spare", name="Spare", is_used=False),
        WriteAutomation(route="voice", points="0 -6;4 -3;8 -9"),
        AddMarker(ref="verse", name="Verse", at=BBT(5)),
    )
    return ChangeSet(id=ChangeSetId("band"), label="the band", operations=operations)


async def surroundings(studio: Studio, daw: LiveDaw) -> Surroundings:
    """Read the session, what can be set on its plugins, and what this Ardour cannot do."""
    session = await daw.snapshot()
    parameters = {}
    for plugin in (plugin for route in session.routes for plugin in route.processors):
        told = (await daw.read("plugin", {"plugin": plugin.id}))["parameters"]
        parameters[plugin.uri] = tuple((one["name"], float(one["low"]), float(one["high"])) for one in told)
    lacking = frozenset(found.verb for found in (await daw.capabilities()).unavailable)
    return Surroundings(
        session=session, audio=str(studio.audio), midi=str(studio.midi), parameters=parameters, lacking=lacking
    )


@dataclasses.dataclass
class Tally:
    """What became of many change sets, and what went wrong."""

    n_applied: int = 0
    n_refused: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    refusals: Counter[str] = dataclasses.field(default_factory=Counter)


def differences(before: SessionSnapshot, after: SessionSnapshot) -> list[str]:
    """Tell in which fields two sessions differ."""
    told = [
        f"{name}: {getattr(before, name)} became {getattr(after, name)}"
        for name in ("tempo_map", "markers", "ranges", "loop", "punch", "groups", "vcas", "scenes")
        if getattr(before, name) != getattr(after, name)
    ]
    were, are = ({str(route.id): route for route in found.routes} for found in (before, after))
    if list(were) != list(are):
        told.append(f"routes: {[r.name for r in before.routes]} became {[r.name for r in after.routes]}")
    for route_id in were.keys() & are.keys():
        one, other = were[route_id], are[route_id]
        told += [
            f"{one.name}.{field.name}: {getattr(one, field.name)!r:.600} became {getattr(other, field.name)!r:.600}"
            for field in dataclasses.fields(one)
            if getattr(one, field.name) != getattr(other, field.name)
        ]
    return told or ["the revision alone: something that is in no snapshot"]


async def there_and_back(daw: LiveDaw, change_set: ChangeSet, before: SessionSnapshot, tally: Tally) -> str:
    """Apply a change set and take it back; return what was wrong with that, or an empty string."""
    done = await daw.apply(change_set)
    reasons = "; ".join(failures(done))
    if done.state is ChangeSetState.APPLIED:
        tally.n_applied += 1
        undone = await daw.revert(change_set.id)
        reasons = "; ".join(failures(undone))
        if undone.state is not ChangeSetState.REVERTED:
            return f"undone it is {undone.state.value}: {reasons}"
    elif done.state is ChangeSetState.FAILED:
        tally.n_refused += 1
        bad = [outcome for outcome in done.outcomes if outcome.status is OutcomeStatus.FAILED]
        tally.refusals.update(f"{one.verb}: {one.reason}"[:160] for one in bad)
    else:
        return f"it is {done.state.value}: {reasons}"
    after = await daw.snapshot()
    if after.revision != before.revision:
        return f"{done.state.value}, then not as before: {'; '.join(differences(before, after))} ({reasons})"
    return ""


async def soak(studio: Studio, seed: str, n_change_sets: int, seconds: float) -> Tally:
    """Try change sets; an editor that ends or goes deaf is started anew."""
    tally = Tally()
    deadline = time.monotonic() + seconds
    async with studio.daw() as daw:
        done = await daw.apply(band(studio))
        assert done.state is ChangeSetState.APPLIED, failures(done)
        around = await surroundings(studio, daw)
        await daw.save()
    for number in range(n_change_sets):
        assert time.monotonic() < deadline, f"{number} change sets in {seconds:g} s"
        change_set = draw_change_set(f"{seed}-{number}", around)
        try:
            async with studio.daw() as daw:
                wrong = await there_and_back(daw, change_set, around.session, tally)
                if wrong:
                    around = await surroundings(studio, daw)
        except StudioError as error:
            wrong = f"{type(error).__name__}: {error}"
        if not studio.editor.is_running or wrong.startswith(_DEAF):
            wrong = f"the editor {'went deaf' if studio.editor.is_running else 'ended'}: {wrong}"
            around = await _begin_anew(studio)
        if wrong:
            tally.wrong.append(_told(change_set, wrong))
            print(tally.wrong[-1], flush=True)
    return tally


async def _begin_anew(studio: Studio) -> Surroundings:
    """Start the editor again with the session as it was saved."""
    if studio.editor.is_running:
        studio.editor.kill()
    studio.editor.session_file.with_suffix(".pending").unlink(missing_ok=True)  # Ardour would ask whether to use it
    studio.editor.restart()
    async with studio.daw() as daw:
        return await surroundings(studio, daw)


def _told(change_set: ChangeSet, wrong: str) -> str:
    listed = "\n".join(f"    {operation}" for operation in change_set.operations)
    return f"{change_set.label}: {wrong}\n{listed}"


@pytest.mark.timeout(_LONGEST_SECONDS)
async def test_change_sets_drawn_by_chance_leave_nothing_when_they_are_undone(studio: Studio) -> None:
    n_change_sets = int(os.environ.get("RANDOM_CHANGES", "150"))
    seed = os.environ.get("RANDOM_SEED", "sideman")
    began = time.monotonic()
    tally = await soak(studio, seed, n_change_sets, seconds=60 + 4 * n_change_sets)
    print(
        f"{n_change_sets} change sets in {time.monotonic() - began:.0f} s: {tally.n_applied} applied, "
        f"{tally.n_refused} refused, {len(tally.wrong)} wrong; refused most: {tally.refusals.most_common(12)}"
    )
    assert tally.wrong == [], "\n".join(tally.wrong[:_MOST_TOLD])
    assert tally.n_applied >= _LEAST_APPLIED * n_change_sets, tally.refusals
