"""Settings come from file, environment and flags in that order, refuse what they do not know, and hide secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from music.errors import RequestInvalid, SetupBroken
from workflows.settings import Settings, load_settings, settings_table


def test_without_anything_said_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings({"HOME": str(tmp_path)}) == Settings()


def test_flags_win_over_the_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sideman.toml"
    file.write_text('http_port = 1111\nllm_model = "from-file"\nplayback = "stems"\n')
    environment = {"SIDEMAN_HTTP_PORT": "2222", "SIDEMAN_LLM_MODEL": "from-environment"}
    settings = load_settings(environment, {"http_port": "3333"}, file=file)
    assert (settings.http_port, settings.llm_model, settings.playback) == (3333, "from-environment", "stems")


def test_the_user_s_own_file_is_read_when_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / ".config" / "sideman" / "sideman.toml"
    file.parent.mkdir(parents=True)
    file.write_text("http_port = 1234\n")
    assert load_settings({"HOME": str(tmp_path)}).http_port == 1234


def test_a_file_can_be_named_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("http_port = 1234\n")
    assert load_settings({"SIDEMAN_CONFIG": str(file)}).http_port == 1234


def test_an_unknown_key_in_the_file_names_the_nearest_setting(tmp_path: Path) -> None:
    file = tmp_path / "sideman.toml"
    file.write_text("htp_port = 1\n")
    with pytest.raises(SetupBroken, match="did you mean 'http_port'"):
        load_settings({}, file=file)


def test_a_file_that_is_not_there_is_told_with_what_names_one(tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match=r"there is no settings file .*nope.toml; name another with --config or SID"):
        load_settings({}, file=tmp_path / "nope.toml")


def test_an_unknown_environment_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match="unknown environment variable 'soundfnt'; did you mean 'soundfont'"):
        load_settings({"HOME": str(tmp_path), "SIDEMAN_SOUNDFNT": "x.sf2"})


def test_an_unknown_flag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="unknown setting 'colour'"):
        load_settings({"HOME": str(tmp_path)}, {"colour": "red"})


def test_a_value_out_of_range_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="'http_port'"):
        load_settings({"HOME": str(tmp_path)}, {"http_port": "70000"})


def test_a_bad_value_is_told_with_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "sideman.toml"
    file.write_text('http_port = "high"\n')
    with pytest.raises(SetupBroken, match=r"'http_port' in .*sideman\.toml"):
        load_settings({}, file=file)
    with pytest.raises(SetupBroken, match="environment variable SIDEMAN_HTTP_PORT"):
        load_settings({"SIDEMAN_HTTP_PORT": "low"}, file=file)


def test_paths_become_absolute_wherever_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        {"HOME": str(tmp_path)}, {"bridge_dir": "bridge", "ardour_config_dir": "~/.config/ardour7"}
    )
    assert settings.bridge_dir == tmp_path / "bridge"
    assert settings.ardour_config_dir == tmp_path / ".config" / "ardour7"
    assert settings.takes_dir == tmp_path / "Sideman" / "takes"


@pytest.mark.parametrize(
    "url",
    ["http://x:abc", "http://x:99999/v1", "127.0.0.1:8000", "ftp://x/v1", "http://", "http://a b/v1", "http://[::1"],
)
def test_a_url_that_nobody_can_call_is_refused(url: str) -> None:
    with pytest.raises(RequestInvalid, match="'llm_base_url' is not valid: expected a URL like"):
        load_settings({}, {"llm_base_url": url})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "https://name.example/openai", "http://[::1]:80/v1"])
def test_a_url_of_a_server_is_taken_as_it_is(url: str) -> None:
    assert load_settings({}, {"llm_base_url": url}).llm_base_url == url


def test_a_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(SetupBroken, match=r"SIDEMAN_HTTP_TOKEN is not valid: .*at least 16"):
        load_settings({"SIDEMAN_HTTP_TOKEN": "fifteen letters"})


def test_the_home_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="there is no such home folder"):
        load_settings({"HOME": str(tmp_path)}, {"takes_dir": "~no-such-user/takes"})


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("= 3")
    with pytest.raises(SetupBroken, match=r"broken\.toml"):
        load_settings({}, file=file)


def test_settings_cannot_be_changed_after_the_start() -> None:
    with pytest.raises(ValidationError):
        Settings().http_port = 1  # type: ignore[misc]  # the point of the test


def test_secrets_never_print() -> None:
    settings = load_settings({"SIDEMAN_LLM_API_KEY": "sk-very-secret", "SIDEMAN_HTTP_TOKEN": "this-is-also-secret"})
    printed = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert "secret" not in printed


def test_every_setting_is_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()
    assert settings_table() in documented, "run `just docs` to write docs/settings.md again"
    assert all(field.description for field in Settings.model_fields.values())


def test_folders_are_a_list_in_a_file_and_joined_by_colons_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('allowed_folders = ["/a", "~/b"]')
    home = {"HOME": str(tmp_path)}
    assert load_settings(home, file=file).allowed_folders == (Path("/a"), Path.home() / "b")
    assert load_settings(home | {"SIDEMAN_ALLOWED_FOLDERS": "/a:/b c"}).allowed_folders == (Path("/a"), Path("/b c"))
    assert load_settings(home, {"allowed_folders": "/a"}).allowed_folders == (Path("/a"),)
    assert Settings().allowed_folders == ()
