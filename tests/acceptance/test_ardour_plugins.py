"""Plugins in the real editor: each operation is read back from Ardour, and undone without a trace."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSetState, OutcomeStatus
from music.errors import NotFound
from music.operations.automation import SetAutomationMode, WriteAutomation
from music.operations.plugins import (
    AddPlugin,
    BypassPlugin,
    LoadPreset,
    MovePlugin,
    OverwritePreset,
    RemovePlugin,
    SavePreset,
    SetParameter,
)
from music.session import Plugin, Route, SessionSnapshot
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.turns import applied, refusal, turn

EQ, COMPRESSOR, DELAY = "urn:ardour:a-eq", "urn:ardour:a-comp", "urn:ardour:a-delay"
pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("plugins")) as found:
        yield found


def _master(snapshot: SessionSnapshot) -> Route:
    return next(route for route in snapshot.routes if route.name == "Master")


def _names(snapshot: SessionSnapshot) -> list[str]:
    return [plugin.name for plugin in _master(snapshot).processors]


def _values(plugin: Plugin) -> dict[int, float]:
    rows = (row.split() for row in plugin.parameters.split(";"))
    return {int(number): float(value) for number, value in rows if value != "~"}


def _saved_plugins(studio: Studio) -> list[str]:
    """Return the plugins on the master as Ardour's own session file has them, those that are bypassed in brackets."""
    studio.editor.save()
    root = ElementTree.parse(studio.editor.session_file).getroot()
    master = next(route for route in root.iter("Route") if route.get("name") == "Master")
    plugins = [found for found in master.iter("Processor") if found.get("type") in ("lv2", "luaproc")]
    return [str(found.get("name")) if found.get("active") == "1" else f"[{found.get('name')}]" for found in plugins]


async def test_installed_plugins_are_found_by_words_in_their_names_kind_and_maker(studio: Studio) -> None:
    async with studio.daw() as daw:
        compressors = await daw.read("search_plugins", {"text": "compressor"})
        assert compressors["plugins"][0]["id"] == COMPRESSOR
        assert compressors["plugins"][0]["creator"] == "Ardour Community"
        instruments = await daw.read("search_plugins", {"text": "", "is_instrument": True})
        assert "urn:ardour:a-fluidsynth" in [found["id"] for found in instruments["plugins"]]
        assert EQ not in [found["id"] for found in instruments["plugins"]]
        exact = await daw.read("search_plugins", {"text": EQ})
        assert [found["name"] for found in exact["plugins"]] == ["ACE EQ"]
        few = await daw.read("search_plugins", {"text": "ace", "limit": 2})
        assert len(few["plugins"]) == 2 < few["n_found"]
        filters = await daw.read("search_plugins", {"text": "", "category": "filter", "format": "Lua"})
        assert {found["category"] for found in filters["plugins"]} == {"Filter"}
        assert (await daw.read("search_plugins", {"text": "no such plugin anywhere"}))["plugins"] == []


async def test_plugins_are_put_before_and_after_the_fader_and_at_a_place(studio: Studio) -> None:
    async with studio.daw() as daw:
        operations = (
            AddPlugin(ref="eq", route="Master", plugin=EQ),
            AddPlugin(ref="comp", route="Master", plugin="ACE Compressor", position="post_fader", is_bypassed=True),
            AddPlugin(ref="delay", route="Master", plugin="ace delay", index=0),
        )
        async with applied(daw, *operations):
            assert _names(await daw.snapshot()) == ["ACE Delay", "ACE EQ", "ACE Compressor"]
            assert [plugin.is_bypassed for plugin in _master(await daw.snapshot()).processors] == [False, False, True]
            places = [
                (await daw.read("plugin", {"plugin": plugin.id}))["place"]
                for plugin in _master(await daw.snapshot()).processors
            ]
            assert places == [0, 1, 3]  # the fader is at place 2
            assert [name.strip("[]") for name in _saved_plugins(studio)] == ["ACE Delay", "ACE EQ", "ACE Compressor"]
        assert _saved_plugins(studio) == []


async def test_a_plugin_moves_within_its_strip(studio: Studio) -> None:
    added = [AddPlugin(ref=ref, route="Master", plugin=plugin) for ref, plugin in (("eq", EQ), ("comp", COMPRESSOR))]
    async with studio.daw() as daw, applied(daw, *added) as first:
        eq = str(first.outcomes[0].target_id)
        for move, wanted in (
            (MovePlugin(plugin=eq, index=1), ["ACE Compressor", "ACE EQ"]),
            (MovePlugin(plugin=eq, position="post_fader"), ["ACE Compressor", "ACE EQ"]),
            (MovePlugin(plugin=eq, position="pre_fader"), ["ACE Compressor", "ACE EQ"]),
        ):
            async with applied(daw, move) as moved:
                assert _names(await daw.snapshot()) == wanted
                assert ("after" if move.position == "post_fader" else "before") in moved.outcomes[0].read_back
                assert _saved_plugins(studio) == wanted
            assert _names(await daw.snapshot()) == ["ACE EQ", "ACE Compressor"]


async def test_parameters_take_numbers_units_and_labels(studio: Studio) -> None:
    added = [AddPlugin(ref=ref, route="Master", plugin=plugin) for ref, plugin in (("eq", EQ), ("delay", DELAY))]
    wanted: list[tuple[str, str, float | str, int, float]] = [
        ("eq", "Gain 1", "-3 dB", 3, -3.0),
        ("eq", "gain 2", 4, 6, 4.0),
        ("eq", "Frequency 1", "1.2 kHz", 2, 1200.0),
        ("eq", "8", "900 Hz", 8, 900.0),
        ("eq", "Filter 1", "off", 18, 0.0),
        ("delay", "Dry/Wet", "30 %", 4, 30.0),
        ("delay", "Divisor", "b - Half note", 3, 2.0),
    ]
    async with studio.daw() as daw, applied(daw, *added):
        settings = [
            SetParameter(plugin=f"ACE {'EQ' if ref == 'eq' else 'Delay'}", parameter=name, value=value)
            for ref, name, value, _, _ in wanted
        ]
        async with applied(daw, *settings) as done:
            eq, delay = _master(await daw.snapshot()).processors
            for ref, name, _, number, value in wanted:
                assert _values(eq if ref == "eq" else delay)[number] == pytest.approx(value), name
            assert "1200 Hz" in done.outcomes[2].read_back
            told = await daw.read("plugin", {"plugin": eq.id})
            gain = next(found for found in told["parameters"] if found["name"] == "Gain 1")
            assert (gain["value"], gain["shown"], gain["unit"]) == (-3, "-3.0 dB", "dB")
            assert (gain["low"], gain["high"]) == (-20, 20)
            divisor = (await daw.read("plugin", {"plugin": delay.id}))["parameters"][3]
            assert divisor["kind"] == "enumeration"
            assert "a - Whole note" in divisor["labels"]


@pytest.mark.parametrize(
    ("parameter", "value", "why"),
    [
        ("Gain 1", 21, "within -20 and 20 dB"),
        ("Gain 1", "3 kHz", "is in dB"),
        ("Gain 1", "loud", "cannot be read"),
        ("Gian 1", 3, "ACE EQ has no parameter Gian 1; there are Gain 1, "),
        ("Filter 1", 0.5, "whole numbers"),
    ],
)
async def test_a_value_that_a_parameter_cannot_have_is_refused(
    studio: Studio, parameter: str, value: float | str, why: str
) -> None:
    async with studio.daw() as daw:
        reason = await refusal(
            daw,
            AddPlugin(ref="eq", route="Master", plugin=EQ),
            SetParameter(plugin="eq", parameter=parameter, value=value),
        )
        assert why in reason


async def test_names_that_are_almost_right_get_the_nearest_match(studio: Studio) -> None:
    async with studio.daw() as daw:
        assert COMPRESSOR in await refusal(daw, AddPlugin(ref="c", route="Master", plugin="ACE Compresor"))
        add = AddPlugin(ref="c", route="Master", plugin=COMPRESSOR)
        assert "Zero?" in await refusal(daw, add, LoadPreset(plugin="c", preset="Zer"))
        assert "index must be within" in await refusal(daw, add, MovePlugin(plugin="c", index=9))
        async with applied(daw, add):
            assert "ACE Compressor" in await refusal(daw, BypassPlugin(plugin="ACE Compresor"))
            with pytest.raises(NotFound, match="ACE Compressor"):
                await daw.read("plugin", {"plugin": "ACE Compresor"})


async def test_bypass_and_undo_respects_what_was_changed_by_hand_since(studio: Studio) -> None:
    async with studio.daw() as daw, applied(daw, AddPlugin(ref="eq", route="Master", plugin=EQ)) as added:
        eq = str(added.outcomes[0].target_id)
        async with applied(daw, BypassPlugin(plugin=eq)):
            assert [plugin.is_bypassed for plugin in _master(await daw.snapshot()).processors] == [True]
        setting = turn(SetParameter(plugin=eq, parameter="Gain 1", value=-3))
        await daw.apply(setting)
        studio.editor.send_osc("/set_surface", 0, 63, 0, 1)  # all strips in one bank, the master too
        studio.editor.send_osc("/strip/plugin/parameter", 1, 1, 4, 0.75)  # strip, plugin and parameter from 1
        for _ in range(200):
            moved = _values(_master(await daw.snapshot()).processors[0])[3]
            if moved != -3:
                break
        assert moved == pytest.approx(0.75)
        undone = await daw.revert(setting.id)
        assert undone.outcomes[0].status is OutcomeStatus.UNVERIFIED
        assert "changed since" in undone.outcomes[0].reason
        assert _values(_master(await daw.snapshot()).processors[0])[3] == moved


async def test_a_removed_plugin_comes_back_as_it_was(studio: Studio) -> None:
    prepared = (
        AddPlugin(ref="eq", route="Master", plugin=EQ),
        AddPlugin(ref="last", route="Master", plugin=COMPRESSOR, position="post_fader", is_bypassed=True),
        SetParameter(plugin="eq", parameter="Gain 1", value="-3 dB"),
        WriteAutomation(plugin="eq", control="Frequency 1", points="0 100;4 1000"),
        SetAutomationMode(plugin="eq", control="Gain 2", mode="touch"),
    )
    async with studio.daw() as daw, applied(daw, *prepared) as done:
        ids = [str(done.outcomes[index].target_id) for index in (0, 1)]
        for plugin in ids:
            async with applied(daw, RemovePlugin(plugin=plugin)):
                assert plugin not in [found.id for found in _master(await daw.snapshot()).processors]
        async with applied(daw, *(RemovePlugin(plugin=plugin) for plugin in ids)):
            assert _master(await daw.snapshot()).processors == ()
            assert _master(await daw.snapshot()).automation == ()
            assert _saved_plugins(studio) == []


async def test_presets_are_listed_loaded_saved_and_overwritten(studio: Studio) -> None:
    async with studio.daw() as daw:
        factory = [found["name"] for found in (await daw.read("list_presets", {"plugin": COMPRESSOR}))["presets"]]
        assert "Zero" in factory
        add = AddPlugin(ref="c", route="Master", plugin=COMPRESSOR, preset="VocalLeveller")
        async with applied(daw, add) as added:
            comp = str(added.outcomes[0].target_id)
            leveller = _values(_master(await daw.snapshot()).processors[0])
            async with applied(daw, LoadPreset(plugin=comp, preset="Zero")):
                assert _values(_master(await daw.snapshot()).processors[0]) != leveller
            assert _values(_master(await daw.snapshot()).processors[0]) == leveller
            ratio = SetParameter(plugin=comp, parameter="Ratio", value="8:1")
            async with applied(daw, ratio, SavePreset(plugin=comp, preset="Mine ä 1")):
                await _overwrite_and_look(daw, comp)
                told = await daw.read("list_presets", {"plugin": comp})
                assert {"name": "Mine ä 1", "is_own": True} in told["presets"]
                assert "already" in await refusal(daw, SavePreset(plugin=comp, preset="Mine ä 1"))
                assert "same file" in await refusal(daw, SavePreset(plugin=comp, preset="Mine_ä_1"))
                assert "came with" in await refusal(daw, OverwritePreset(plugin=comp, preset="Zero"))
        left = [found["name"] for found in (await daw.read("list_presets", {"plugin": COMPRESSOR}))["presets"]]
        assert left == factory


async def _overwrite_and_look(daw: LiveDaw, comp: str) -> None:
    quieter = SetParameter(plugin=comp, parameter="Ratio", value=2)
    load = LoadPreset(plugin=comp, preset="Mine ä 1")
    other = SetParameter(plugin=comp, parameter="Ratio", value=3)
    overwrite = OverwritePreset(plugin=comp, preset="Mine ä 1")
    async with applied(daw, quieter, overwrite), applied(daw, other, load):
        assert _values(_master(await daw.snapshot()).processors[0])[3] == 2
    async with applied(daw, other, load):
        assert _values(_master(await daw.snapshot()).processors[0])[3] == 8


async def test_a_plugin_that_was_removed_before_ardour_was_restarted_is_made_again(studio: Studio) -> None:
    prepared = (
        AddPlugin(ref="eq", route="Master", plugin=EQ, is_bypassed=True),
        SetParameter(plugin="eq", parameter="Gain 1", value="-3 dB"),
        WriteAutomation(plugin="eq", control="Frequency 1", points="0 100;4 1000", interpolation="discrete"),
    )
    async with studio.daw() as daw:
        made = turn(*prepared)
        done = await daw.apply(made)
        before = _master(await daw.snapshot())
        removal = turn(RemovePlugin(plugin=str(done.outcomes[0].target_id)))
        assert (await daw.apply(removal)).state is ChangeSetState.APPLIED
    studio.editor.quit(save=True)
    studio.editor.restart()
    async with studio.daw() as daw:
        undone = await daw.revert(removal.id)
        assert undone.outcomes[0].status is OutcomeStatus.VERIFIED, failures(undone)
        after = _master(await daw.snapshot())
        assert (after.processors, after.automation) == (before.processors, before.automation)  # the id included
        assert (await daw.revert(made.id)).state is ChangeSetState.REVERTED
        assert _master(await daw.snapshot()).processors == ()
