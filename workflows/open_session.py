"""The session that is open in Ardour: reading it, changing it, taking changes back, and telling what changed."""

import dataclasses
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daw_bridge.daw import Daw, TransportAction, TransportState
from daw_bridge.instrument_preset import with_soundfont
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState
from music.errors import NotFound, RequestInvalid
from music.operations import Operation
from music.place import TempoMap
from music.session import Plugin, Region, Route, SessionSnapshot
from music.session_diff import ParameterNames, plugins_set_anew, session_changes
from music.time import BBT
from workflows.allowed_files import with_allowed_files
from workflows.destruction import losses
from workflows.inspection import (
    Found,
    cut_short,
    find,
    lane_text,
    plugin_text,
    ports_text,
    region_text,
    route_text,
    selected_text,
)
from workflows.session_history import (
    Stretch,
    begin_of,
    change_named,
    require_change,
    steps_between,
    stretches,
    the_last,
)

_STANDING = (ChangeSetState.APPLIED, ChangeSetState.UNCERTAIN)
_MOST_SEEN = 16
_SELECTION = "selection"
_PORTS = "ports"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """Operations to be applied as one turn."""

    operations: tuple[Operation, ...]
    label: str
    is_dry_run: bool = False
    expected_revision: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed while one did it: a change set, or somebody by hand."""

    by: str
    lines: tuple[str, ...]


class OpenSession:
    """Whatever session is open in the editor; each call looks anew."""

    def __init__(
        self, open_daw: Callable[[], AbstractAsyncContextManager[Daw]], *, allowed_folders: Sequence[Path]
    ) -> None:
        self._open_daw = open_daw
        self.allowed_folders = tuple(allowed_folders)
        self._seen: OrderedDict[str, SessionSnapshot] = OrderedDict()  # by revision, the latest last

    async def snapshot(self) -> SessionSnapshot:
        """Read the session; SetupBroken or TryLater says what to do when there is none."""
        async with self._open_daw() as daw:
            return await self._look(daw)

    async def _look(self, daw: Daw) -> SessionSnapshot:
        session = await daw.snapshot()
        self._seen[session.revision] = session
        self._seen.move_to_end(session.revision)
        while len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return session

    async def transport(
        self, action: TransportAction, at: BBT | None = None, *, marker: str | None = None, until: BBT | None = None
    ) -> TransportState:
        """Move the transport and read it back."""
        async with self._open_daw() as daw:
            return await daw.transport(action, at, marker=marker, until=until)

    # Changing it

    async def losses(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        """Return what operations would delete or overwrite, line by line; the session is read only if they might."""
        if not any(getattr(operation, "is_destructive", False) for operation in operations):
            return ()
        return losses(operations, await self.snapshot())

    async def edit(self, request: EditRequest) -> ChangeSetResult:
        """Apply operations as one turn, or only say whether that could be done.

        Raises RequestInvalid where the session moved on, and FileNotAllowed for files outside the allowed folders.
        """
        async with self._open_daw() as daw:
            session = await self._look(daw)  # what is done by hand before and after can be told apart
            folders = (*self.allowed_folders, Path(session.folder))
            change_set = ChangeSet(
                id=_new_id(),
                label=request.label,
                operations=tuple(
                    with_soundfont(with_allowed_files(operation, folders)) for operation in request.operations
                ),
                expected_revision=request.expected_revision,
                session_folder=session.folder,
            )
            return await daw.apply(change_set, dry_run=request.is_dry_run)

    async def undo(self, change_set_id: str | None = None) -> ChangeSetResult:
        """Take back a change set, by default the last one that stands, be it whole or half done."""
        async with self._open_daw() as daw:
            if change_set_id is None:
                standing = [done.id for done in await daw.change_sets() if done.state in _STANDING]
                if not standing:
                    raise RequestInvalid("there is nothing to undo: nothing that Sideman did stands in this session")
                return await daw.revert(standing[-1])
            meant = require_change(change_set_id, await daw.change_sets())
            undone = await daw.revert(meant.id)
            if undone.state is ChangeSetState.FAILED:
                raise RequestInvalid(
                    f"{meant.label!r} ({meant.id}) failed and does not stand: there is nothing to undo"
                )
            return undone

    async def undo_since(self, change_set_id: str) -> tuple[ChangeSetResult, ...]:
        """Take back a change set and all later ones that stand, the newest first; they are returned in that order.

        RequestInvalid where one cannot be taken back, naming those that were until then.
        """
        async with self._open_daw() as daw:
            done = await daw.change_sets()
            stretch = done[done.index(require_change(change_set_id, done)) :]
            taken: list[ChangeSetResult] = []
            for one in reversed([one for one in stretch if one.state in _STANDING]):
                try:
                    taken.append(await daw.revert(one.id))
                except RequestInvalid as error:
                    back = ", ".join(result.id for result in taken) or "nothing"
                    raise RequestInvalid(f"{one.label!r} ({one.id}): {error}; taken back before it: {back}") from error
        if not taken:
            raise RequestInvalid(f"there is nothing to undo: neither {change_set_id} nor anything later stands")
        return tuple(taken)

    async def to_redo(self, change_set: str | None = None) -> ChangeSetId:
        """Return the id of a change set by id or label, by default of the one whose turn it is to be done again."""
        async with self._open_daw() as daw:
            done = await daw.change_sets()
        return require_change(change_set, done).id if change_set else _next_to_redo(done)

    async def losses_of_redo(self, change_set_id: ChangeSetId) -> tuple[str, ...]:
        """Return what doing a change set again would delete or overwrite, line by line."""
        async with self._open_daw() as daw:
            operations = await daw.operations_of(change_set_id)
        return await self.losses(operations)

    async def redo(self, change_set_id: ChangeSetId) -> ChangeSetResult:
        """Do a change set again that was taken back."""
        async with self._open_daw() as daw:
            return await daw.redo(change_set_id)

    async def change_sets(self, limit: int) -> tuple[ChangeSetResult, ...]:
        """Return the latest change sets, newest first."""
        async with self._open_daw() as daw:
            return tuple(reversed(await daw.change_sets()))[:limit]

    # Telling what changed

    async def changes(self, since: str, until: str | None = None) -> tuple[Change, ...]:
        """Tell what changed since a revision, or since a change set began, and who did it.

        NotFound for a revision that is not kept: those are that change sets began or ended with, or that were shown
        here lately.
        """
        async with self._open_daw() as daw:
            done = await daw.change_sets()
            now = await self._look(daw)

            async def snapshot_at(revision: str) -> SessionSnapshot:
                try:
                    return self._seen.get(revision) or await daw.snapshot_at(revision)
                except NotFound as error:
                    kind = "change set, nor a revision that is kept,"
                    raise NotFound(kind, revision, nearest=error.nearest, known=the_last(done)) from error

            first, last = begin_of(since, done), _end_of(until, done, now)
            await snapshot_at(first)
            found = await stretches(steps_between(first, last, done), snapshot_at)
            names = await self._parameter_names(daw, found)
        told = (
            Change(by=stretch.by, lines=session_changes(stretch.before, stretch.after, parameter_names=names))
            for stretch in found
        )
        return tuple(change for change in told if change.lines)

    async def _parameter_names(self, daw: Daw, found: Sequence[Stretch]) -> ParameterNames:
        changed = {plugin for stretch in found for plugin in plugins_set_anew(stretch.before, stretch.after)}
        names: dict[str, dict[str, str]] = {}
        for plugin in changed:
            try:
                facts = await daw.read("plugin", {"plugin": plugin})
            except NotFound:
                continue  # it is gone by now: its parameters are told by number
            names[plugin] = {str(one["number"]): one["name"] for one in facts["parameters"]}
        return names

    # Looking closely

    async def inspect(self, target: str, *, control: str | None, start: BBT | None, end: BBT | None) -> str:
        """Tell all of a track, region or plugin, of one control's automation, of what is selected, or of the ports."""
        async with self._open_daw() as daw:
            session = await self._look(daw)
            if target == _SELECTION:
                return cut_short(selected_text(session))
            if target == _PORTS:
                return cut_short(ports_text(await daw.read("ports", {})))
            found = find(target, session)
            if control is not None:
                return cut_short(await _lane(daw, session, found, control, start or BBT(1), end))
            return cut_short(await _thing(daw, session, found, start, end))

    async def search_plugins(self, text: str, *, is_instrument: bool | None, limit: int) -> dict[str, Any]:
        """Search the plugins that are installed in Ardour, best first."""
        wanted: dict[str, object] = {"text": text, "limit": limit}
        if is_instrument is not None:
            wanted["is_instrument"] = is_instrument
        async with self._open_daw() as daw:
            return await daw.read("search_plugins", wanted)


async def _thing(daw: Daw, session: SessionSnapshot, found: Found, start: BBT | None, end: BBT | None) -> Sequence[str]:
    match found.thing:
        case Route():
            return route_text(found.thing, session, start, end)
        case Region():
            return [*region_text(found.thing, session, start, end), f"on {found.route.name}"]
        case Plugin():
            wanted: dict[str, object] = {"plugin": found.thing.id}
            return plugin_text(await daw.read("plugin", wanted), await daw.read("list_presets", wanted))
        case send:
            return [*route_text(found.route, session, start, end), f"the send is {send.id}"]


async def _lane(
    daw: Daw, session: SessionSnapshot, found: Found, control: str, start: BBT, end: BBT | None
) -> list[str]:
    owners = {Route: "route", Plugin: "plugin"}
    if isinstance(found.thing, Region):
        raise RequestInvalid(f"{found.thing.name!r} is a region; automation is that of a track, plugin or send")
    owner = owners.get(type(found.thing), "send")
    place = {"bar": start.bar, "beat": start.beat, "tick": start.tick}
    facts = await daw.read("automation", {owner: found.thing.id, "control": control, "start": place, "unit": "beats"})
    tempo_map = TempoMap(session.tempo_map)
    return lane_text(
        facts, start, math.inf if end is None else float(tempo_map.to_quarters(end) - tempo_map.to_quarters(start))
    )


def _end_of(until: str | None, done: Sequence[ChangeSetResult], now: SessionSnapshot) -> str:
    if until is None:
        return now.revision
    ended = change_named(until, done)
    return (ended.revision if ended else None) or until


def _next_to_redo(done: Sequence[ChangeSetResult]) -> ChangeSetId:
    """Return the reverted change set whose turn it is: the oldest of those after the last that stands."""
    reverted = [one.id for one in done if one.state is ChangeSetState.REVERTED]
    if not reverted:
        raise RequestInvalid("there is nothing to redo: nothing that Sideman did was taken back in this session")
    last_standing = max((place for place, one in enumerate(done) if one.state in _STANDING), default=-1)
    later = [one.id for one in done[last_standing + 1 :] if one.state is ChangeSetState.REVERTED]
    return later[0] if later else reverted[-1]


def _new_id() -> ChangeSetId:
    return ChangeSetId(f"edit-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}")
