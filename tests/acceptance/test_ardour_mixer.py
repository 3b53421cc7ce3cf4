"""The mixer in the real editor: levels, buttons, sends, sidechains, scenes; done, read back, undone without a trace."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from music.changeset import ChangeSetState, OutcomeStatus
from music.operations import Operation
from music.operations.automation import SetAutomationMode
from music.operations.groups import AddVca, SetVca
from music.operations.mixer import (
    ClearScene,
    RecallScene,
    SetFader,
    SetMute,
    SetPan,
    SetPolarity,
    SetSolo,
    SetSoloIsolate,
    SetSoloSafe,
    SetTrim,
    SetWidth,
    StoreScene,
)
from music.operations.plugins import AddPlugin, SetParameter
from music.operations.sends import AddSend, AddSidechain, RemoveSend, RemoveSidechain, SetSend
from music.operations.tracks import AddAudioTrack, AddBus, AddMidiTrack, DeleteTrack
from music.session import MixerScene
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.turns import keep, keep_in, route, there_and_back, turn
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

COMPRESSOR = "urn:ardour:a-comp#stereo"


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("mixer")) as found:
        asyncio.run(
            keep_in(
                found,
                AddAudioTrack(ref="kick", name="Kick", colour="#112233", n_channels=1),
                AddAudioTrack(ref="bass", name="Bass", colour="#223344", n_channels=2),
                AddAudioTrack(ref="wide", name="Wide", colour="#223344", n_channels=3),
                AddMidiTrack(ref="notes", name="Notes", colour="#223344", instrument_plugin=None),
                AddBus(ref="verb", name="Reverb"),
                AddPlugin(ref="comp", route="bass", plugin=COMPRESSOR),
                AddPlugin(ref="eq", route="verb", plugin="urn:ardour:a-eq"),
            )
        )
        yield found


async def test_levels_and_places_are_set(studio: Studio) -> None:
    seen = await there_and_back(
        studio,
        SetFader(route="Kick", gain_db=-6),
        SetTrim(route="Kick", trim_db=3),
        SetPan(route="Kick", pan=-0.5),
        SetFader(route="Bass", gain_db=float("-inf")),
        SetWidth(route="Wide", width=0.5),
    )
    kick = route(seen, "Kick")
    assert (round(kick.gain_db, 2), round(kick.trim_db, 2), kick.pan) == (-6.0, 3.0, -0.5)
    assert route(seen, "Bass").gain_db == float("-inf")
    assert route(seen, "Wide").width == 0.5


async def test_a_fader_that_plays_its_automation_since_is_told_not_to_go_back(studio: Studio) -> None:
    async with studio.daw() as daw:
        fader = await keep(daw, SetFader(route="Kick", gain_db=-6))
        mode = await keep(daw, SetAutomationMode(route="Kick", control="gain", mode="play"))
        undone = await daw.revert(fader.id)
        assert round(route(await daw.snapshot(), "Kick").gain_db, 2) == -6.0
        assert [(outcome.status, outcome.reason) for outcome in undone.outcomes] == [
            (OutcomeStatus.UNVERIFIED, "the gain of Kick plays its automation; left as it is")
        ]
        await daw.revert(mode.id)
        await keep(daw, SetFader(route="Kick", gain_db=0))


async def test_buttons_are_pressed(studio: Studio) -> None:
    seen = await there_and_back(
        studio,
        SetMute(route="Kick", is_muted=True),
        SetSolo(route="Bass", is_soloed=True),
        SetSoloIsolate(route="Reverb", is_isolated=True),
        SetSoloSafe(route="Wide", is_safe=True),
    )
    assert route(seen, "Kick").is_muted
    assert route(seen, "Bass").is_soloed
    assert route(seen, "Reverb").is_solo_isolated
    assert route(seen, "Wide").is_solo_safe


async def test_polarity_is_turned_over_per_channel_or_as_a_whole(studio: Studio) -> None:
    seen = await there_and_back(
        studio, SetPolarity(route="Bass", is_inverted=True, channel=2), SetPolarity(route="Wide", is_inverted=True)
    )
    assert (route(seen, "Bass").polarity, route(seen, "Wide").polarity) == ("01", "111")


async def test_sends_are_added_and_set(studio: Studio) -> None:
    seen = await there_and_back(
        studio,
        AddSend(ref="s", route="Bass", target="Reverb", gain_db=-12),
        AddSend(ref="k", route="Kick", target="Reverb", is_pre_fader=True),
        SetSend(send="s", gain_db=-3, is_pre_fader=True, is_enabled=False),
        SetSend(send="k", is_pre_fader=False),
    )
    (bass,) = route(seen, "Bass").sends
    (kick,) = route(seen, "Kick").sends
    assert bass.target == kick.target == route(seen, "Reverb").id
    assert (round(bass.gain_db, 2), bass.is_pre_fader, bass.is_enabled) == (-3.0, True, False)
    assert (round(kick.gain_db, 2), kick.is_pre_fader, kick.is_enabled) == (0.0, False, True)


async def test_a_send_may_be_silent(studio: Studio) -> None:
    """What is too low for Ardour to keep as a factor reads as silence."""
    seen = await there_and_back(studio, AddSend(ref="s", route="Bass", target="Reverb", gain_db=-400))
    assert [send.gain_db for send in route(seen, "Bass").sends] == [float("-inf")]


async def test_a_removed_send_comes_back_as_it_was(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        made = await daw.apply(turn(AddSend(ref="s", route="Bass", target="Reverb", gain_db=-4, is_pre_fader=True)))
        (send,) = route(await daw.snapshot(), "Bass").sends
        seen = await there_and_back(studio, RemoveSend(send=send.id))
        assert route(seen, "Bass").sends == ()
        await daw.revert(made.id)
        assert (await daw.snapshot()).revision == before.revision


async def test_a_sidechain_is_one_operation(studio: Studio) -> None:
    seen = await there_and_back(
        studio,
        AddSidechain(ref="duck", source="Kick", plugin="ACE Compressor (stereo)", gain_db=-3),
        SetSend(send="duck", gain_db=-5),
    )
    (send,) = route(seen, "Kick").sends
    (compressor,) = route(seen, "Bass").processors
    assert (send.target, round(send.gain_db, 2), send.is_pre_fader) == (compressor.id, -5.0, True)


async def test_a_sidechain_and_the_plugin_that_has_it_come_back(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        made = await daw.apply(turn(AddSidechain(ref="d", source="Kick", plugin="ACE Compressor (stereo)")))
        assert "once its parameter Sidechain is on" in made.outcomes[0].reason
        assert made.state is ChangeSetState.APPLIED, failures(made)
        seen = await there_and_back(studio, RemoveSidechain(plugin="ACE Compressor (stereo)"))
        assert route(seen, "Kick").sends == ()
        await there_and_back(studio, DeleteTrack(route="Bass"))
        await there_and_back(studio, DeleteTrack(route="Kick"))
        undone = await daw.revert(made.id)
        assert failures(undone) == []
        assert (await daw.snapshot()).revision == before.revision


async def test_a_scene_brings_the_mix_back(studio: Studio) -> None:
    seen = await there_and_back(
        studio,
        AddSend(ref="s", route="Bass", target="Reverb", gain_db=-9.0),
        StoreScene(scene=1, name="Verse"),
        SetSend(send="s", gain_db=-20.0),
        SetFader(route="Kick", gain_db=-20),
        SetMute(route="Bass", is_muted=True),
        RecallScene(scene=1),
    )
    assert [send.gain_db for send in route(seen, "Bass").sends] == [pytest.approx(-9.0, abs=0.01)]
    assert seen.scenes == (MixerScene(number=1, name="Verse"),)
    assert (route(seen, "Kick").gain_db, route(seen, "Bass").is_muted) == (0.0, False)


async def test_a_scene_is_recalled_over_a_vca_and_taken_back(studio: Studio) -> None:
    """Strips read what their VCA adds, and Ardour sets them and it in any order."""
    seen = await there_and_back(
        studio,
        AddVca(ref="all", name="All", routes=("Kick", "Bass")),
        StoreScene(scene=1, name="Verse"),
        SetVca(vca="all", gain_db=-18.0, is_soloed=True),
        RecallScene(scene=1),
    )
    assert seen.vcas[0].gain_db == pytest.approx(0.0, abs=0.01)
    assert [route(seen, name).gain_db for name in ("Kick", "Bass")] == pytest.approx([0.0, 0.0], abs=0.01)


async def test_what_a_recalled_scene_has_set_since_is_not_told_as_done_by_hand_alone(studio: Studio) -> None:
    async with studio.daw() as daw:
        stored = await keep(daw, StoreScene(scene=5, name="Before"))
        moved = await keep(daw, SetFader(route="Kick", gain_db=-7))
        recalled = await keep(daw, RecallScene(scene=5))
        (left,) = (await daw.revert(moved.id)).outcomes
        assert f"left as it is (by the later change set 'a turn' ({recalled.id}), or by hand)" in left.reason
        for done in (recalled, stored):
            assert failures(await daw.revert(done.id)) == []
        await keep(daw, SetFader(route="Kick", gain_db=0))


async def test_an_overwritten_and_a_cleared_scene_come_back_with_what_they_held(studio: Studio) -> None:
    async with studio.daw() as daw:
        stored = await daw.apply(turn(SetFader(route="Kick", gain_db=-9), StoreScene(scene=2, name="Low")))
        for change in (StoreScene(scene=2, name="Other"), ClearScene(scene=2)):
            await there_and_back(studio, SetFader(route="Kick", gain_db=-30), change)
        seen = await there_and_back(studio, SetFader(route="Kick", gain_db=-1), RecallScene(scene=2))
        assert route(seen, "Kick").gain_db == pytest.approx(-9, abs=0.01)
        await daw.revert(stored.id)
        assert (await daw.snapshot()).scenes == ()


async def test_a_scene_sets_a_vca_and_what_follows_it(studio: Studio) -> None:
    """The strip reads the same before and after; its own fader is another one, since its VCA is."""
    async with studio.daw() as daw:
        stored = await keep(
            daw,
            AddVca(ref="v", name="All", routes=("Kick",)),
            SetVca(vca="v", gain_db=-6.0),
            StoreScene(scene=4, name="Half"),
        )
        moved = await keep(daw, SetVca(vca="All", gain_db=0.0), SetFader(route="Kick", gain_db=-6.0))
        seen = await there_and_back(studio, RecallScene(scene=4))
        assert [vca.gain_db for vca in seen.vcas] == [pytest.approx(-6.0, abs=0.01)]
        for done in (moved, stored):
            await daw.revert(done.id)
        assert (await daw.snapshot()).vcas == ()


async def test_a_scene_is_stored_where_none_is(studio: Studio) -> None:
    seen = await there_and_back(studio, StoreScene(scene=3, name="Bridge"))
    assert seen.scenes == (MixerScene(number=3, name="Bridge"),)


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (SetFader(route="Kick", gain_db=float("nan")), "must be at most 6"),
        (SetPan(route="Kick", pan=float("inf")), "must be within -1 and 1"),
        (SetParameter(plugin="ACE EQ", parameter="Gain L", value=float("inf")), "inf cannot be read as a value of"),
        (SetWidth(route="Kick", width=0.5), "a panner without width"),
        (SetPolarity(route="Kick", is_inverted=True, channel=2), "has 1 channel"),
        (AddSend(ref="s", route="Bass", target="Master"), "a send goes from a track or bus to another bus"),
        (AddSend(ref="s", route="Bass", target="Bass"), "a send goes from a track or bus to another bus"),
        (RemoveSend(send="12345"), "no send 12345"),
        (AddSidechain(ref="s", source="Kick", plugin="ACE EQ"), "has no sidechain input"),
        (AddSidechain(ref="s", source="Notes", plugin="ACE Compressor (stereo)"), "has no sound to send, only notes"),
        (AddSidechain(ref="s", source="Bass", plugin="ACE Compressor (stereo)"), "comes from another strip"),
        (RemoveSidechain(plugin="ACE Compressor (stereo)"), "has no sidechain"),
        (RecallScene(scene=5), "mixer scene 5 is empty"),
        (ClearScene(scene=5), "mixer scene 5 is empty"),
    ],
    ids=lambda value: getattr(value, "verb", None),
)
async def test_what_cannot_be_is_refused_with_the_reason(studio: Studio, operation: Operation, reason: str) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        done = await daw.apply(turn(operation))
        assert done.state is ChangeSetState.FAILED
        assert re.search(reason, done.outcomes[0].reason), done.outcomes[0].reason
        assert (await daw.snapshot()).revision == before.revision
