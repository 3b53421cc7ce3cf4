"""Sideman's settings: one frozen object from a file, then the environment, then the command line.

A setting named ``data_dir`` is read from the key ``data_dir`` of the TOML file, from ``SIDEMAN_DATA_DIR``, and from
``--set data_dir=…``; later wins. Unknown keys are refused everywhere.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from music.errors import RequestInvalid, SetupBroken
from music.names import nearest_name

ENVIRONMENT_PREFIX = "SIDEMAN_"
FEWEST_TOKEN_CHARACTERS = 16
_CONFIG_VARIABLE = "SIDEMAN_CONFIG"


class Settings(BaseModel):
    """Every setting, with its default. Paths are absolute, whatever was written: ``~`` is the home folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    takes_dir: Path = Field(Path("~/Sideman/takes"), description="Folder in which takes are kept.")
    allowed_folders: tuple[Path, ...] = Field(
        (),
        description="Folders in which a client may name files, takes and sessions, to read or to write, besides "
        "takes_dir and the open session's own; written as a list, or joined by `:`.",
    )
    data_dir: Path = Field(
        Path("~/.local/share/sideman"),
        description="Folder for the job store and other things nobody needs to see; in `listening`, what was rendered "
        "only to be measured or drawn: the last 8 renderings, at 48 kHz some 17 MB a minute for the mix and for each "
        "track that was asked for, which may be deleted at any time.",
    )
    configs_dir: Path = Field(
        Path(__file__).resolve().parent.parent / "configs",
        description="Folder with styles, instruments and the words of the planner.",
    )
    styles_dir: Path = Field(
        Path("~/.config/sideman/styles"),
        description="Folder with styles of your own, read beside those that come with Sideman where it exists.",
    )
    pronunciations: Path | None = Field(
        None,
        description="Dictionary of English pronunciations of your own, by which lyrics are cut and stressed and their "
        "phonemes told: a text in the format of the CMU Pronouncing Dictionary; unset: by rules, without phonemes.",
    )
    soundfont: Path | None = Field(
        None, description="SoundFont file (.sf2) for sampled instruments; unset: FluidR3_GM, else TimGM6mb."
    )
    lv2_instruments: Mapping[str, str] = Field(
        {},
        description="LV2 instruments that play in place of Sideman's own, by the instrument's id: a table of URIs, or "
        "`id=URI` joined by blanks. They play in the mix, as loud as what they replace, and in Ardour. `lv2ls` of the "
        "package lilv-utils lists what is installed; one that needs a preset to sound stays silent and is refused.",
    )
    playback: Literal["midi", "stems"] = Field(
        "midi", description="What sounds in Ardour: the MIDI parts (stems muted beside them), or the other way round."
    )
    bridge_dir: Path | None = Field(
        None, description="Folder through which Ardour and Sideman talk; unset: a private one of this user."
    )
    ardour_config_dir: Path | None = Field(
        None,
        description="Ardour's settings folder to install into; unset: every ~/.config/ardourN of version 7 and later.",
    )
    http_port: int = Field(
        4920, ge=0, le=65535, description="TCP port of `sideman serve` on loopback; 0 takes a free one."
    )
    http_token: SecretStr | None = Field(
        None,
        min_length=FEWEST_TOKEN_CHARACTERS,
        description=f"Bearer token that `sideman serve` asks for, of at least {FEWEST_TOKEN_CHARACTERS} characters; "
        "unset: one is made and kept in data_dir.",
    )
    llm_base_url: str | None = Field(
        None, description="Base URL of an OpenAI-compatible server or Azure OpenAI endpoint; unset: the OpenAI service."
    )
    llm_model: str | None = Field(
        None, description="Model, or Azure deployment, that plans; unset: the built-in rules plan."
    )
    llm_api_key: SecretStr | None = Field(None, description="Key for the planning model's server. Never logged.")
    llm_azure_api_version: str | None = Field(
        None, description="API version of Azure OpenAI; set it to talk to Azure instead of an OpenAI-compatible server."
    )
    llm_timeout_seconds: float = Field(30.0, gt=0, le=600, description="Longest wait for the planning model.")

    @field_validator("allowed_folders", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("lv2_instruments", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split()]
        if not all(name and uri for name, _, uri in pairs):
            raise ValueError("expected `instrument=URI`, several joined by blanks")
        return {name: uri for name, _, uri in pairs}

    @field_validator("*")
    @classmethod
    def _make_absolute(cls, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(cls._make_absolute(item) for item in value)
        if not isinstance(value, Path):
            return value
        try:
            return value.expanduser().absolute()
        except RuntimeError as error:
            raise ValueError(f"{value}: there is no such home folder") from error

    @field_validator("llm_base_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:  # no number for a port, one past 65535, half of an IPv6 address
            is_whole = False
        if not is_whole or not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("expected a URL like http://127.0.0.1:8000/v1")
        return value


def load_settings(
    environment: Mapping[str, str], flags: Mapping[str, Any] | None = None, *, file: Path | None = None
) -> Settings:
    """Build the settings from a TOML file, the environment and flags, in rising order of precedence.

    ``file`` is read when given or named by ``SIDEMAN_CONFIG``, else ``~/.config/sideman/sideman.toml`` when it exists.
    Raises SetupBroken for a broken file or environment and RequestInvalid for a broken flag.
    """
    chosen = file or (Path(environment[_CONFIG_VARIABLE]) if environment.get(_CONFIG_VARIABLE) else None)
    source = chosen or _default_file(environment)
    from_file = _from_file(source) if chosen or source.is_file() else {}
    from_environment = _from_environment(environment)
    given = dict(flags or {})
    try:
        return Settings.model_validate(from_file | from_environment | given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name, reason = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            raise RequestInvalid(_unknown(name, "setting")) from None
        if name in given:
            raise RequestInvalid(f"setting {name!r} is not valid: {reason}") from None
        place = f"environment variable {_variable(name)}" if name in from_environment else f"{name!r} in {source}"
        raise SetupBroken(f"{place} is not valid: {reason}") from None


def _default_file(environment: Mapping[str, str]) -> Path:
    home = Path(environment["HOME"]) if environment.get("HOME") else Path("~").expanduser()
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "sideman" / "sideman.toml"


def _variable(name: str) -> str:
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


def _from_file(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.expanduser().read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupBroken(
            f"there is no settings file {file}; name another with --config or {_CONFIG_VARIABLE}, or leave it out"
        ) from None
    except (OSError, RuntimeError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:  # Runtime: no such home
        raise SetupBroken(f"the settings file {file} cannot be read: {error}") from error
    _refuse_unknown(values, where=f"key in {file}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and name != _CONFIG_VARIABLE]
    values = {name.removeprefix(ENVIRONMENT_PREFIX).lower(): environment[name] for name in names}
    _refuse_unknown(values, where="environment variable")
    return {name: value for name, value in values.items() if value != ""}


def _refuse_unknown(names: Iterable[str], *, where: str) -> None:
    for name in names:
        if name not in Settings.model_fields:
            raise SetupBroken(_unknown(name, where))


def _unknown(name: str, where: str) -> str:
    nearest = nearest_name(name, Settings.model_fields)
    hint = f"; did you mean {nearest!r}?" if nearest else f"; known are: {', '.join(Settings.model_fields)}"
    return f"unknown {where} {name!r}{hint}"


def settings_table() -> str:
    """Return the documentation of all settings as a Markdown table."""
    lines = ["| setting | environment | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{_shown(name, field.default)}`"
        lines.append(f"| `{name}` | `{_variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _shown(name: str, default: object) -> object:
    if name == "configs_dir":
        return "configs"
    return list(default) if isinstance(default, tuple) else default
