"""Change sets drawn by chance, of all operations there are: each applied and undone, and the session as it was.

Each is valid as far as what came before it in the same set can be foreseen; where it turns out to be impossible, the
change set must say so and leave nothing. ``RANDOM_CHANGES`` says how many are tried, and ``RANDOM_SEED`` which.
"""

import dataclasses
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.change_journal import find_record
from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.errors import StudioError
from music.operations import Operation
from music.operations.automation import WriteAutomation
from music.operations.groups import AddGroup, AddVca
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import StoreScene
from music.operations.playlists import AddPlaylist
from music.operations.plugins import AddPlugin, SavePreset
from music.operations.sends import AddSend, AddSidechain
from music.operations.timeline import AddMarker, AddRange
from music.operations.tracks import AddAudioTrack, AddBus, AddMidiTrack
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.random_operations import draw_change_set, draws, operation_types
from tests.acceptance.random_things import COMPRESSOR, INSTRUMENT, Surroundings
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_LEAST_APPLIED = 0.9  # of the change sets; the others ask for what cannot be done after what they did before
_MOST_REFUSED = 0.05  # of the operations
_WHOLE_SOAK = 1000  # change sets in which every operation is applied
_MOST_TOLD = 20
_GRADUAL = ("linear", "logarithmic")  # kinds of parameters, of which any value is one
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
        AddAudioTrack(ref="choir", name="Choir", colour="#996633", n_channels=3),
        AddBus(ref="verb", name="Reverb"),
        ImportAudio(ref="a1", track="voice", path=audio, name="a1", at=BBT(2)),
        ImportAudio(ref="a2", track="voice", path=audio, name="a2", at=BBT(5)),
        ImportMidi(ref="m1", track="keys", path=midi, name="m1", at=BBT(1)),
        ImportMidi(ref="m2", track="drums", path=midi, name="m2", at=BBT(3)),
        AddPlugin(ref="comp", route="voice", plugin=COMPRESSOR),
        AddPlugin(ref="duck", route="drums", plugin=COMPRESSOR),
        AddPlugin(ref="eq", route="keys", plugin="urn:ardour:a-eq", position="post_fader"),
        AddSend(ref="send", route="voice", target="verb", gain_db=-9.0),
        AddGroup(ref="low", name="Low", routes=("guitar", "drums")),
        AddVca(ref="all", name="All", routes=("voice", "keys")),
        AddSidechain(ref="key", source="guitar", plugin="duck"),
        AddPlaylist(track="voice", ref="spare", name="Spare", is_used=False),
        AddPlaylist(track="keys", ref="copy", name="Copy", is_copy=True, is_used=False),
        WriteAutomation(route="voice", points="0 -6;4 -3;8 -9"),
        AddMarker(ref="verse", name="Verse", at=BBT(5)),
        AddRange(ref="middle", name="Middle", start=BBT(3), end=BBT(6)),
        SavePreset(plugin="comp", preset="Tight"),
        StoreScene(scene=1, name="Start"),
    )
    return ChangeSet(id=ChangeSetId("band"), label="the band", operations=operations)


async def surroundings(studio: Studio, daw: LiveDaw) -> Surroundings:
    """Read the session, what can be set on its plugins, their presets, and what this Ardour cannot do."""
    session = await daw.snapshot()
    parameters = {}
    for plugin in (plugin for route in session.routes for plugin in route.processors):
        told = (await daw.read("plugin", {"plugin": plugin.id}))["parameters"]
        parameters[plugin.uri] = tuple(
            (one["name"], float(one["low"]), float(one["high"])) for one in told if one["kind"] in _GRADUAL
        )
    lacking = frozenset(found.verb for found in (await daw.capabilities()).unavailable)
    return Surroundings(
        session=session,
        audio=str(studio.audio),
        midi=str(studio.midi),
        parameters=parameters,
        presets=await _presets(daw, session),
        lacking=lacking,
    )


@dataclasses.dataclass
class VerbTally:
    """What became of the operations of one verb."""

    applied: int = 0  # and undone
    taken_back: int = 0  # done, and taken back because a later one of its set was refused
    refused: int = 0
    failed: int = 0  # tried, and not done as asked
    missed: int = 0  # not drawn, for want of anything that it could be about


@dataclasses.dataclass
class Tally:
    """What became of many change sets, and what went wrong."""

    verbs: dict[str, VerbTally]
    n_applied: int = 0
    n_refused: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    refusals: Counter[str] = dataclasses.field(default_factory=Counter)

    def count(self, done: ChangeSetResult, faults: dict[int, str]) -> None:
        """Count a change set by its outcomes; ``faults`` tells of which kind a failure was, by its index."""
        is_applied = done.state is ChangeSetState.APPLIED
        self.n_applied += is_applied
        self.n_refused += not is_applied
        for outcome in done.outcomes:
            verb = self.verbs[outcome.verb]
            if outcome.status is OutcomeStatus.FAILED:
                has_failed = faults.get(outcome.index) == "failed"
                verb.failed, verb.refused = verb.failed + has_failed, verb.refused + (not has_failed)
                self.refusals[f"{outcome.verb}: {outcome.reason}"[:160]] += 1
            elif outcome.status in (OutcomeStatus.VERIFIED, OutcomeStatus.UNVERIFIED):
                verb.applied, verb.taken_back = verb.applied + is_applied, verb.taken_back + (not is_applied)

    def refused_share(self) -> float:
        """Return how many of the operations that were tried were refused."""
        n_refused = sum(verb.refused + verb.failed for verb in self.verbs.values())
        return n_refused / max(1, n_refused + sum(verb.applied + verb.taken_back for verb in self.verbs.values()))

    def table(self) -> str:
        """Return what became of each verb as lines of text."""
        names = [field.name for field in dataclasses.fields(VerbTally)]
        rows = [f"{'':22}" + "".join(f"{name.replace('_', ' '):>12}" for name in names)]
        rows += [
            f"{verb:22}" + "".join(f"{getattr(found, name) or '':>12}" for name in names)
            for verb, found in sorted(self.verbs.items())
        ]
        return "\n".join(rows)


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


async def there_and_back(daw: LiveDaw, change_set: ChangeSet, before: Surroundings, tally: Tally) -> str:
    """Apply a change set and take it back; return what was wrong with that, or an empty string."""
    done = await daw.apply(change_set)
    reasons = "; ".join(failures(done))
    if done.state not in (ChangeSetState.APPLIED, ChangeSetState.FAILED):
        return f"it is {done.state.value}: {reasons}"
    tally.count(done, _faults(Path(before.session.folder), done))
    if done.state is ChangeSetState.APPLIED:
        undone = await daw.revert(change_set.id)
        reasons = "; ".join(failures(undone))
        if undone.state is not ChangeSetState.REVERTED:
            return f"undone it is {undone.state.value}: {reasons}"
        if not undone.is_as_before:
            reasons = f"told as {undone.is_as_before}; {reasons}"
    after = await daw.snapshot()
    if after.revision != before.session.revision:
        return f"{done.state.value}, then not as before: {'; '.join(differences(before.session, after))} ({reasons})"
    if any("preset" in operation.verb for operation in change_set.operations):
        return await _changed_presets(daw, before)
    return ""


async def _changed_presets(daw: LiveDaw, before: Surroundings) -> str:
    """Tell whether there are other presets than before; no snapshot holds them."""
    now = await _presets(daw, before.session)
    return "" if now == before.presets else f"the presets are {now}, not {before.presets}"


async def _presets(daw: LiveDaw, session: SessionSnapshot) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Read the presets of all plugins by their uri: name, and whether it is the user's own."""
    plugins = {plugin.uri: plugin for route in session.routes for plugin in route.processors}
    told = {uri: await daw.read("list_presets", {"plugin": plugin.id}) for uri, plugin in plugins.items()}
    return {uri: tuple((one["name"], bool(one["is_own"])) for one in found["presets"]) for uri, found in told.items()}


def _faults(folder: Path, done: ChangeSetResult) -> dict[int, str]:
    """Return of which kind the failures of a change set were; what is complained of beforehand is in no journal."""
    if all(outcome.status is not OutcomeStatus.FAILED for outcome in done.outcomes) or done.revision_before is None:
        return {}
    entries = find_record(folder, done.id)["entries"]
    return {entry["index"]: entry["outcome"].get("fault", {}).get("kind", "") for entry in entries}


async def soak(studio: Studio, seed: str, n_change_sets: int, seconds: float) -> Tally:
    """Try change sets; an editor that ends or goes deaf is started anew."""
    deadline = time.monotonic() + seconds
    async with studio.daw() as daw:
        done = await daw.apply(band(studio))
        assert done.state is ChangeSetState.APPLIED, failures(done)
        around = await surroundings(studio, daw)
        await daw.save()
    possible = [verb for verb in operation_types() if verb not in around.lacking]
    tally = Tally(verbs={verb: VerbTally() for verb in possible})
    verbs = draws(seed, possible)
    for number in range(n_change_sets):
        assert time.monotonic() < deadline, f"{number} change sets in {seconds:g} s"
        drawn = draw_change_set(f"{seed}-{number}", next(verbs), around)
        for verb in drawn.missed:
            tally.verbs[verb].missed += 1
        if not drawn.change_set.operations:
            continue
        try:
            async with studio.daw() as daw:
                wrong = await there_and_back(daw, drawn.change_set, around, tally)
                if wrong:
                    around = await surroundings(studio, daw)
        except StudioError as error:
            wrong = f"{type(error).__name__}: {error}"
        if not studio.editor.is_running or wrong.startswith(_DEAF):
            wrong = f"the editor {'went deaf' if studio.editor.is_running else 'ended'}: {wrong}"
            around = await _begin_anew(studio)
        if wrong:
            tally.wrong.append(_told(drawn.change_set, wrong))
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
    n_change_sets = int(os.environ.get("RANDOM_CHANGES", "100"))
    seed = os.environ.get("RANDOM_SEED", "sideman")
    began = time.monotonic()
    tally = await soak(studio, seed, n_change_sets, seconds=60 + 4 * n_change_sets)
    print(
        f"{tally.table()}\n{n_change_sets} change sets in {time.monotonic() - began:.0f} s: {tally.n_applied} applied, "
        f"{tally.n_refused} refused, {len(tally.wrong)} wrong; {tally.refused_share():.1%} of the operations refused:"
    )
    print("\n".join(f"    {count} {reason}" for reason, count in tally.refusals.most_common(_MOST_TOLD)))
    assert tally.wrong == [], "\n".join(tally.wrong[:_MOST_TOLD])
    assert tally.n_applied >= _LEAST_APPLIED * n_change_sets, tally.refusals
    assert tally.refused_share() <= _MOST_REFUSED, tally.refusals
    never = [verb for verb, found in tally.verbs.items() if not found.applied]
    assert never == [] or n_change_sets < _WHOLE_SOAK, "these operations were never applied"
