"""A program that applies a take and dies by SIGKILL before, or just after, it hands over its N-th operation.

Arguments: bridge folder, MIDI file, audio file, change set id, N, "before" or "after".
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from daw_bridge.bridge_client import BridgeClient, connect
from daw_bridge.bridge_folder import BridgeFolder, JsonObject
from daw_bridge.live import LiveDaw
from tests.acceptance.bridge_studio import take

AFTER_SECONDS = 0.01  # Ardour is then in the middle of the operation: importing takes about 0.05 s


async def main(folder: Path, midi: Path, audio: Path, change_set_id: str, n_steps: int, moment: str) -> None:
    """Apply the take until it is time to die."""
    call = BridgeClient.call
    n_done = 0

    async def dying_call(
        client: BridgeClient,
        verb: str,
        arguments: JsonObject | None = None,
        *,
        operations: list[JsonObject] | None = None,
        timeout_seconds: float = 10.0,
    ) -> JsonObject:
        nonlocal n_done
        if arguments and "budget_seconds" in arguments:
            arguments |= {"budget_seconds": 0}  # `apply` does no operation then, and each `go_on` one
        if verb == "go_on":
            if n_done == n_steps and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            if n_done == n_steps:
                asyncio.get_running_loop().call_later(AFTER_SECONDS, os.kill, os.getpid(), signal.SIGKILL)
            n_done += 1
        return await call(client, verb, arguments, operations=operations, timeout_seconds=timeout_seconds)

    BridgeClient.call = dying_call  # type: ignore[method-assign,assignment]  # death is what is tested
    async with connect(BridgeFolder.open(folder)) as client:
        await LiveDaw(client).apply(take(change_set_id, midi=midi, audio=audio))


if __name__ == "__main__":
    bridge, midi_path, audio_path, name, count, when = sys.argv[1:]
    asyncio.run(main(Path(bridge), Path(midi_path), Path(audio_path), name, int(count), when))
