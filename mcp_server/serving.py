"""Running the MCP server: over stdio for one client, or over HTTP on loopback for anyone with the token."""

import asyncio
import contextlib
import hmac
import secrets
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from music.errors import SetupBroken

_HOST = "127.0.0.1"
_TOKEN_BYTES = 32


def load_token(file: Path) -> str:
    """Return the bearer token kept in ``file``, readable by its owner alone; it is made when missing."""
    with contextlib.suppress(FileExistsError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
    return file.read_text().strip()


class RequireToken:
    """ASGI middleware that answers 401 to any HTTP request without the right bearer token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when its token is right."""
        given = dict(scope.get("headers", [])).get(b"authorization", b"")
        if scope["type"] != "http" or hmac.compare_digest(given, self._expected):
            await self._app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"a bearer token is needed: see `sideman serve`\n"})


@contextlib.asynccontextmanager
async def http_server(server: MCPServer, *, port: int, token: str | None) -> AsyncIterator[str]:
    """Serve MCP over streamable HTTP on loopback and yield the URL; port 0 takes a free one, no token asks for none."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
        listening.listen()  # from here on a client that knows the URL waits rather than being refused
    except OSError as error:
        listening.close()
        raise SetupBroken(f"port {port} cannot be used: {error.strerror}; choose another with --port") from error
    app: ASGIApp = server.streamable_http_app(host=_HOST)
    if token is not None:
        app = RequireToken(app, token)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    serving = asyncio.create_task(uvicorn_server.serve(sockets=[listening]))
    try:
        yield f"http://{_HOST}:{listening.getsockname()[1]}/mcp"
    finally:
        uvicorn_server.should_exit = True
        await serving
