"""The token is made once, whole, for its owner's eyes, and never taken from a file that others may read."""

from pathlib import Path

import pytest

from mcp_server.serving import RequireToken, load_token
from music.errors import SetupBroken


def test_a_token_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "http-token"
    token = load_token(file)
    assert load_token(file) == token
    assert len(token) >= 40
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["http-token"]


def test_a_file_that_was_left_empty_is_no_token(tmp_path: Path) -> None:
    """An empty one would let in whoever sends none."""
    (tmp_path / "http-token").touch(mode=0o600)
    with pytest.raises(SetupBroken, match="remove it"):
        load_token(tmp_path / "http-token")


def test_a_token_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_token(tmp_path / "http-token")
    (tmp_path / "http-token").chmod(0o644)
    with pytest.raises(SetupBroken, match="0644"):
        load_token(tmp_path / "http-token")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupBroken, match="choose another folder with data_dir"):
        load_token(tmp_path / "file" / "http-token")


@pytest.mark.parametrize(
    ("given", "status"), [([], 401), ([b"Bearer "], 401), ([b"Bearer wrong"], 401), ([b"Bearer right"], 200)]
)
async def test_only_the_right_token_opens(given: list[bytes], status: int) -> None:
    answered: list[int] = []

    async def app(_scope: object, _receive: object, send: object) -> None:
        del send
        answered.append(200)

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answered.append(int(str(message["status"])))

    async def receive() -> dict[str, object]:
        return {}

    scope = {"type": "http", "headers": [(b"authorization", value) for value in given]}
    await RequireToken(app, "right")(scope, receive, send)  # type: ignore[arg-type]  # as little of ASGI as is used
    assert answered == [status]
