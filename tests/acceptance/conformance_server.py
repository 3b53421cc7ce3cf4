"""Our MCP server over HTTP without a token, which the conformance suite cannot send. It ends when stdin does."""

import asyncio
import os
import sys

from mcp_server.server import build_server
from mcp_server.serving import http_server
from workflows.settings import load_settings
from workflows.studio import build_studio


async def main() -> None:
    """Serve until standard input ends."""
    studio = build_studio(load_settings(os.environ))
    async with http_server(build_server(studio), port=0, token=None) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)
    studio.close()


if __name__ == "__main__":
    asyncio.run(main())
