"""A server on loopback that speaks the chat-completions protocol and answers as a test tells it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class LlmServer:
    """What the server answers, and what it was asked."""

    status: int = 200
    content: str | None = ""
    refusal: str | None = None
    finish_reason: str = "stop"
    raw: bytes | None = None  # the whole body, when it is no chat completion
    silence: threading.Event | None = None  # when set, no answer comes before the event does
    repeats_key: bool = False  # errors repeat the key, as careless servers do
    requests: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    @property
    def base_url(self) -> str:
        """Where the server is reached."""
        return f"http://127.0.0.1:{self.port}/v1"

    def body(self, authorization: str) -> bytes:
        """Return the body of the next answer."""
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            told = f" {authorization}" if self.repeats_key else ""
            return json.dumps(
                {"error": {"message": f"refused{told}", "type": "x", "code": "y", "param": None}}
            ).encode()
        message = {"role": "assistant", "content": self.content, "refusal": self.refusal}
        choice = {"index": 0, "finish_reason": self.finish_reason, "message": message, "logprobs": None}
        completion = {"id": "c1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        return json.dumps(completion).encode()


@contextmanager
def serving() -> Iterator[LlmServer]:
    """Run a server on a free port of loopback until the block ends."""
    state = LlmServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append({"path": self.path, "headers": headers, "body": json.loads(sent)})
            if state.silence is not None:
                state.silence.wait(30)
            body = state.body(headers.get("authorization", "") or headers.get("api-key", ""))
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if state.status == 429:
                self.send_header("Retry-After", "0.05")
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the client gave up waiting

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        if state.silence is not None:
            state.silence.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
