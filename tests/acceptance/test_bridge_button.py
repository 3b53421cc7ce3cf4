"""The button inside Ardour: a dialog, a prompt, and a press that reaches whoever listens."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import cast

import pytest

from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.button_ear import ButtonPress, UndoPress, is_alive, listen
from daw_bridge.buttons import UNDO
from daw_bridge.daw import TransportAction
from daw_bridge.doctor import Check, Verdict, Workplace, examine
from music.changeset import ChangeSet, ChangeSetId
from music.operations.timeline import SetTempo
from music.time import BBT, TimeSignature
from tests.acceptance import inside_ardour
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.programs import require_program
from workflows.undo_button import answer_undo

pytestmark = pytest.mark.usefixtures("ardour_programs")
SECONDS = 20.0


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("button")) as found:
        yield found


async def test_a_prompt_typed_into_ardour_arrives_with_its_place(studio: Studio) -> None:
    folder = BridgeFolder.open(studio.bridge_folder)
    async with studio.daw() as daw:
        waltz = SetTempo(at=BBT(1), tempo_bpm=96.0, time_signature=TimeSignature(3, 4))
        await daw.apply(ChangeSet(id=ChangeSetId("waltz"), label="", operations=(waltz,)))
        await daw.transport(TransportAction.LOCATE, BBT(5, 1, 100))
    async with listen(folder) as ear:
        await asyncio.sleep(0)  # the first beat
        assert is_alive(folder, time.time())
        await inside_ardour.ask_for(studio, "lo-fi waltz, no drums")
        press = await asyncio.wait_for(anext(ear.presses()), SECONDS)
    assert press == ButtonPress(
        id=press.id,
        prompt="lo-fi waltz, no drums",
        session_folder=studio.editor.session_folder,
        at=BBT(5),
        n_bars=8,
        is_range=False,
        tempo_bpm=96.0,
        time_signature=TimeSignature(3, 4),
    )
    assert not list(folder.path.glob("button-*.json"))
    async with studio.daw() as daw:
        await daw.revert(ChangeSetId("waltz"))
        await daw.capabilities()  # the scripts are still there after the dialog


async def test_a_selected_range_is_filled_in_whole_bars(studio: Studio) -> None:
    folder = BridgeFolder.open(studio.bridge_folder)
    # bars 3 to 7 at 120 BPM, 4/4 and 48 kHz, a little off on both sides
    await inside_ardour.select_range(studio, 2 * 96_000 + 900, 6 * 96_000 - 900)
    async with studio.daw() as daw:
        selected = (await daw.snapshot()).selected_range
    assert selected
    assert (selected.start.bar, selected.end.bar) == (3, 6)
    async with listen(folder) as ear:
        await asyncio.sleep(0)
        await inside_ardour.ask_for(studio, "strings")
        press = await asyncio.wait_for(anext(ear.presses()), SECONDS)
    assert isinstance(press, ButtonPress)
    assert (press.is_range, press.at, press.n_bars, press.tempo_bpm) == (True, BBT(3), 4, 120.0)


async def test_the_undo_button_says_what_was_done_last_and_takes_it_back(studio: Studio) -> None:
    folder = BridgeFolder.open(studio.bridge_folder)
    said: list[str] = []
    async with studio.daw() as daw, listen(folder) as ear:
        await asyncio.sleep(0)
        before = await daw.snapshot()
        presses = ear.presses()
        for name in ("first", "second"):
            faster = SetTempo(at=BBT(1), tempo_bpm=200.0, time_signature=TimeSignature(4, 4))
            await daw.apply(ChangeSet(id=ChangeSetId(name), label=f"the {name} R&B <turn>", operations=(faster,)))
        for name in ("second", "first"):
            studio.editor.send_osc("/access_action", f"LuaAction/script-{studio.report.button_slots[UNDO.name]}")
            asked = await asyncio.wait_for(anext(presses), SECONDS)
            assert isinstance(asked, UndoPress)
            await answer_undo(asked, ear, said.append, open_daw=studio.daw)
            window = await inside_ardour.window_shown(studio, "^Sideman: undo$")
            studio.editor.screenshot(studio.bridge_folder.parent / f"undo-{name}.png")
            await inside_ardour.say_ok(studio, window)
            confirmed = await asyncio.wait_for(anext(presses), SECONDS)
            assert isinstance(confirmed, UndoPress)
            assert confirmed.turn == name
            await answer_undo(confirmed, ear, said.append, open_daw=studio.daw)
        assert said == [f"button: 'the {name} R&B <turn>' was undone" for name in ("second", "first")]
        assert (await daw.snapshot()).revision == before.revision
        studio.editor.send_osc("/access_action", f"LuaAction/script-{studio.report.button_slots[UNDO.name]}")
        await answer_undo(
            cast("UndoPress", await asyncio.wait_for(anext(presses), SECONDS)), ear, said.append, open_daw=studio.daw
        )
        await inside_ardour.close_message(studio)
        assert "nothing to undo" in said[-1]
        folder.remove("notice.json")


async def test_without_a_listener_the_button_says_how_to_start_one(studio: Studio) -> None:
    folder = BridgeFolder.open(studio.bridge_folder)
    stale = {"pid": 1, "port": 9, "time_unix": time.time() - 60, "version": studio.report.version}
    folder.write("serve.json", stale)
    assert not is_alive(folder, time.time())
    await inside_ardour.press_button(studio, inside_ardour.MESSAGE_TITLE)
    studio.editor.screenshot(studio.bridge_folder.parent / "no-serve.png")
    await inside_ardour.close_message(studio)
    assert not list(folder.path.glob("button-*.json"))
    folder.remove("serve.json")


async def test_the_doctor_finds_every_link_whole_and_names_the_broken_ones(studio: Studio) -> None:
    processes = studio.bridge_folder.parent / "processes"
    (processes / "1").mkdir(parents=True)
    (processes / "1" / "cmdline").write_bytes(b"/usr/lib/ardour7/ardour-7.3.0~ds0\0")
    place = Workplace(
        bridge_folder=studio.bridge_folder, config_home=studio.editor.config_folder.parent, processes=processes
    )
    async with listen(BridgeFolder.open(studio.bridge_folder)):
        await asyncio.sleep(0)
        checks = await examine(place)
    assert [check for check in checks if check.verdict is not Verdict.OK] == []
    broken = await examine(place)
    assert [(check.verdict, check.next_step) for check in broken if check.verdict is not Verdict.OK] == [
        (Verdict.REMARK, "to use it run: sideman serve")
    ]
    noted = json.loads((studio.bridge_folder / "installed.json").read_text())
    (studio.bridge_folder / "installed.json").write_text(json.dumps({**noted, "bridge_slot": 31}))
    try:
        by_name: dict[str, Check] = {check.name: check for check in await examine(place)}
    finally:
        (studio.bridge_folder / "installed.json").write_text(json.dumps(noted))
    assert by_name["OSC and session"].verdict is Verdict.REMARK  # the bridge alone could tell that it is this Ardour
    assert by_name["bridge"].verdict is not Verdict.OK
    assert "nothing was done" in by_name["bridge"].detail
