"""Running the MCP server: over stdio for one client, or over HTTP on loopback for anyone with the token."""

import asyncio
import contextlib
import hmac
import os
import secrets
import socket
import stat
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from music.errors import SetupBroken
from workflows.commands import spelled_here
from workflows.settings import FEWEST_TOKEN_CHARACTERS

_HOST = "127.0.0.1"
_STDIN = 0
_CHUNK_BYTES = 65536
_TOKEN_BYTES = 32
_CLOSE_SECONDS = 5  # for answers under way; a client that only listens would hold the server for ever


def load_token(file: Path) -> str:
    """Return the bearer token kept in ``file``, which is made when missing; SetupBroken where others may read it."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)  # whole or not at all, and never over one that clients know
        draft.unlink()
        token, mode = file.read_text().strip(), stat.S_IMODE(file.stat().st_mode)
    except (OSError, UnicodeDecodeError) as error:
        raise SetupBroken(
            f"the token cannot be kept in {file}: {error}; choose another folder with data_dir"
        ) from error
    if len(token) < FEWEST_TOKEN_CHARACTERS or mode & 0o077:
        raise SetupBroken(f"{file} holds no token that only you can read (mode {mode:04o}); remove it to have one made")
    return token


async def serve_stdio(server: MCPServer) -> None:
    """Serve one client over standard input and output until it hangs up, or until this is cancelled."""
    hang_up = _relay_stdin()
    serving = asyncio.ensure_future(server.run_stdio_async())
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        hang_up()
        await serving
        raise


def _relay_stdin() -> Callable[[], None]:
    """Put a socket in the place of standard input, and return what ends it.

    The SDK reads in a thread that nothing can interrupt: only the end of the input brings it back.
    """
    ours, theirs = socket.socketpair()
    source = os.dup(_STDIN)
    os.dup2(theirs.fileno(), _STDIN)
    theirs.close()

    def hang_up() -> None:
        with contextlib.suppress(OSError):  # it has been ended already
            ours.shutdown(socket.SHUT_WR)

    def pass_on() -> None:
        with contextlib.suppress(OSError):
            while chunk := os.read(source, _CHUNK_BYTES):
                ours.sendall(chunk)
        hang_up()

    threading.Thread(target=pass_on, name="stdin", daemon=True).start()
    return hang_up


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
        told = spelled_here("a bearer token is needed; it is kept where 'sideman serve' says\n")
        await send({"type": "http.response.body", "body": told.encode()})


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
    uvicorn_server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_CLOSE_SECONDS)
    )
    serving = asyncio.create_task(uvicorn_server.serve(sockets=[listening]))
    try:
        yield f"http://{_HOST}:{listening.getsockname()[1]}/mcp"
    finally:
        uvicorn_server.should_exit = True
        await serving
