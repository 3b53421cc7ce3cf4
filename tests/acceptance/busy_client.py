"""A program that applies many change sets, each to a track of its own, and insists that every answer is its own.

Arguments: bridge folder, the name of its track, how many change sets.
"""

import asyncio
import sys
from pathlib import Path

from daw_bridge.bridge_client import connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState
from music.operations.mixer import SetFader
from music.operations.timeline import AddMarker
from music.time import BBT


async def main(folder: Path, track: str, n_change_sets: int) -> None:
    """Apply them one after the other; AssertionError for an answer that belongs to somebody else."""
    async with connect(BridgeFolder.open(folder)) as client:
        daw = LiveDaw(client)
        route = next(found for found in (await daw.snapshot()).routes if found.name == track)
        for number in range(n_change_sets):
            name = f"{track}-{number}"
            fader = SetFader(route=route.id, gain_db=-float(number))
            marker = AddMarker(ref="m", name=name, at=BBT(1 + number))
            done = await daw.apply(ChangeSet(id=ChangeSetId(name), label=name, operations=(fader, marker)))
            assert (done.id, done.label, done.state) == (name, name, ChangeSetState.APPLIED), done
            assert done.outcomes[0].route_id == route.id, done
            now = next(found for found in (await daw.snapshot()).routes if found.id == route.id)
            assert abs(now.gain_db + number) < 1e-3, (now.gain_db, number)  # float32 in Ardour


if __name__ == "__main__":
    bridge, track_name, count = sys.argv[1:]
    asyncio.run(main(Path(bridge), track_name, int(count)))
