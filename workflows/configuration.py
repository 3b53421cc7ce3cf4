"""Reads the styles and instruments in ``configs/`` into values; whatever is wrong is told with its file and field."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from music.drum_kit import DRUM_NOTES
from music.errors import SetupBroken
from music.instrument import Instrument, PluginVoice, Role
from music.names import nearest_name
from music.numeral import numeral_to_chord
from music.pitch import Key
from music.pronunciation import Pronunciations
from music.style import PATTERN_CHARACTERS, Style
from music.time import parse_time_signature
from workflows.chains import CHAINS_FILE, SHIPPED_CHAINS, Chains, with_chains

_Value = TypeVar("_Value")
_MOST_DICTIONARY_BYTES = 20_000_000
_DICTIONARY_LINE = re.compile(r"(\S+)((?:\s+[A-Z]{1,2}[012]?)+)\s*(?:#.*)?$")
_STYLES = TypeAdapter(Style)
_INSTRUMENTS = TypeAdapter(tuple[Instrument, ...])
_CHAINS = TypeAdapter(Chains)


class ConfigurationInvalid(SetupBroken):
    """A file in ``configs/`` is missing, is no TOML, or holds a field that is unknown or out of range."""

    def __init__(self, file: Path, field: str, reason: str) -> None:
        place = f"{file}, field {field}" if field else str(file)
        super().__init__(f"{place}: {reason}; correct the file and try again")
        self.file, self.field, self.reason = file, field, reason


def load_styles(folder: Path, own: Path | None = None) -> dict[str, Style]:
    """Read every ``*.toml`` of a folder as a style, by id (the file's name), then those of a folder of the user's own.

    ConfigurationInvalid if one is bad, or claims a name or a word that another one has. ``own`` need not exist.
    The chains that styles name are those of ``chains.toml`` beside the folder, else the ones that come with Sideman.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigurationInvalid(folder, "", "holds no style; expected at least one file named <style>.toml")
    beside = folder.parent / CHAINS_FILE
    chains = load_chains(beside if beside.is_file() else SHIPPED_CHAINS)
    styles: dict[str, Style] = {}
    owners: dict[str, str] = {}
    for file in [*files, *(sorted(own.glob("*.toml")) if own else [])]:
        if file.stem in styles:
            raise ConfigurationInvalid(file, "", f"there is a style {file.stem!r} already: give the file another name")
        styles[file.stem] = _load_style(file, chains)
        for word in sorted(words_of(styles[file.stem])):
            if owners.setdefault(word, file.stem) != file.stem:
                raise ConfigurationInvalid(file, "synonyms", f"{word!r} already names the style {owners[word]!r}")
    return styles


def words_of(style: Style) -> set[str]:
    """Return what people may call a style, as prompts are read: in lower case, a hyphen or underscore as a space."""
    named = (style.id, style.title, *style.synonyms)
    return {" ".join(word.lower().replace("-", " ").replace("_", " ").split()) for word in named}


def load_chains(file: Path) -> Chains:
    """Read the insert chains; ConfigurationInvalid if one is bad."""
    return validated(file, _CHAINS, read_toml(file))


def load_instruments(file: Path) -> dict[str, Instrument]:
    """Read the instrument table, by id; ConfigurationInvalid if it is bad or an id or synonym occurs twice."""
    raw = read_toml(file)
    if set(raw) != {"instruments"}:
        raise ConfigurationInvalid(file, "", f"expected only [[instruments]] tables, got {sorted(raw)}")
    table = validated(file, _INSTRUMENTS, raw["instruments"])
    owners: dict[str, str] = {}
    for instrument in table:
        for word in {instrument.id, *(synonym.lower() for synonym in instrument.synonyms)}:
            if word in owners:
                reason = f"{word!r} already names {owners[word]!r}"
                raise ConfigurationInvalid(file, f"instruments.{instrument.id}", reason)
            owners[word] = instrument.id
    return {instrument.id: instrument for instrument in table}


def load_pronunciations(written: Path, dictionary: Path | None = None) -> Pronunciations:
    """Read the words with their syllables, and a dictionary of the user's own in the CMU format if there is one.

    ConfigurationInvalid if a file is missing, is no text, is larger than any such dictionary, or holds a wrong line.
    """
    text = _dictionary(dictionary) if dictionary else ""
    try:
        return Pronunciations(text, written=_read_text(written))
    except ValueError as error:
        raise ConfigurationInvalid(written, "", str(error)) from error


def _read_text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_DICTIONARY_BYTES:
            raise ConfigurationInvalid(file, "", f"is larger than {_MOST_DICTIONARY_BYTES // 1_000_000} MB")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(file, "", str(error)) from error


def _dictionary(file: Path) -> str:
    """Return a dictionary's entries with words in lower case, without remarks and second pronunciations."""
    entries = []
    for number, line in enumerate(_read_text(file).splitlines(), start=1):
        if not line.strip() or line.startswith(("#", ";;;")):
            continue
        found = _DICTIONARY_LINE.match(line)
        if not found:
            reason = f"expected a word and its ARPAbet phonemes, such as 'sing S IH1 NG', got {line!r:.60}"
            raise ConfigurationInvalid(file, f"line {number}", reason)
        if not found[1].endswith(")"):
            entries.append(f"{found[1].lower()} {' '.join(found[2].split())}")
    return "\n".join(entries)


def check_instruments(styles: Mapping[str, Style], instruments: Mapping[str, Instrument], *folders: Path) -> None:
    """Raise ConfigurationInvalid when a style, read from one of the folders, names an instrument that is not there."""
    for style in styles.values():
        for role, part in style.parts.items():
            if part.instrument not in instruments:
                nearest = nearest_name(part.instrument or "", instruments)
                hint = f"; did you mean {nearest!r}?" if nearest else ""
                field = f"parts.{role.value}.instrument"
                reason = f"no instrument {part.instrument!r}{hint}"
                files = [folder / f"{style.id}.toml" for folder in folders]
                raise ConfigurationInvalid(next((f for f in files if f.exists()), files[0]), field, reason)


def with_plugins(instruments: Mapping[str, Instrument], plugins: Mapping[str, str]) -> Mapping[str, Instrument]:
    """Let LV2 instruments, by their URI, play in place of instruments of the table; SetupBroken for an unknown one."""
    for name in plugins:
        if name not in instruments:
            nearest = nearest_name(name, instruments)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise SetupBroken(f"the setting lv2_instruments names {name!r}, which is no instrument{hint}")
    chosen = {
        name: replace(instruments[name], voice=PluginVoice(uri=uri, fallback=instruments[name].general_midi))
        for name, uri in plugins.items()
    }
    return {**instruments, **chosen}


def _load_style(file: Path, chains: Chains) -> Style:
    raw = with_chains(read_toml(file), chains, lambda field, reason: ConfigurationInvalid(file, field, reason))
    style = validated(file, _STYLES, _with_time_signatures(file, {"id": file.stem, **raw}))
    if style.id != file.stem:
        raise ConfigurationInvalid(file, "id", f"is {style.id!r}, but the file is named {file.stem!r}")
    _check_harmony(file, style)
    _check_drums(file, style)
    _check_pattern_characters(file, style)
    return style


def _check_harmony(file: Path, style: Style) -> None:
    for index, harmony in enumerate(style.harmony):
        if "any" not in harmony.progressions:
            raise ConfigurationInvalid(file, f"harmony.{index}.progressions", "has no progressions for 'any' section")
        texts = [(kind, text) for kind, written in harmony.progressions.items() for text in written]
        texts += [("cadence", harmony.cadence), ("turnaround", harmony.turnaround or "%")]
        texts += [("cadences", text) for listed in astuple(harmony.cadences) for text in listed]
        kinds = {numeral: kind for kind, text in texts for numeral in text.replace("|", " ").replace("%", " ").split()}
        for numeral, kind in kinds.items():
            try:
                numeral_to_chord(numeral, Key("C", harmony.mode), harmony.mode)
            except ValueError as error:
                raise ConfigurationInvalid(file, f"harmony.{index}.{kind}", str(error)) from None


def _check_drums(file: Path, style: Style) -> None:
    drums = style.drums
    lanes = [lane for pattern in (*drums.grooves, *drums.fills) for lane in pattern.lanes]
    lanes += [
        *drums.ending,
        *drums.replaces,
        *drums.replaces.values(),
        *(lane for lane in (drums.arrival, drums.build) if lane),
    ]
    lanes += drums.micro_timing
    for lane in lanes:
        if lane not in DRUM_NOTES:
            raise ConfigurationInvalid(file, "drums", f"no drum {lane!r}; expected one of: {', '.join(DRUM_NOTES)}")


def _check_pattern_characters(file: Path, style: Style) -> None:
    """Refuse characters that mean nothing to the role that would play them."""
    kinds = {Role.BASS: "bass", Role.MELODY: "line", Role.COUNTER_MELODY: "line"}
    for role, part in style.parts.items():
        allowed = PATTERN_CHARACTERS[kinds.get(role, "chords")] + " |"
        for pattern in part.patterns:
            for bar in pattern.bars:
                if set(bar) - set(allowed):
                    reason = f"{bar!r} holds {sorted(set(bar) - set(allowed))}; allowed here: {allowed!r}"
                    raise ConfigurationInvalid(file, f"parts.{role.value}.patterns", reason)


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file; ConfigurationInvalid if it is missing or is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationInvalid(file, "", str(error)) from error


def validated(file: Path, adapter: TypeAdapter[_Value], raw: object) -> _Value:
    """Turn what a file holds into a value; ConfigurationInvalid names the first field that is unknown or wrong."""
    try:
        return adapter.validate_python(raw, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise ConfigurationInvalid(file, field, f"{first['msg']}, got {first['input']!r:.80}") from error


def _with_time_signatures(file: Path, raw: object, field: str = "") -> object:
    """Replace the texts of ``meter`` and ``time_signatures`` by values, at any depth."""
    if isinstance(raw, list):
        return [_with_time_signatures(file, item, f"{field}.{index}") for index, item in enumerate(raw)]
    if not isinstance(raw, dict):
        return raw
    out: dict[str, object] = {}
    for key, value in raw.items():
        name = f"{field}.{key}".lstrip(".")
        try:
            if key == "meter":
                out[key] = parse_time_signature(value)
            elif key == "time_signatures":
                out[key] = [parse_time_signature(text) for text in value]
            else:
                out[key] = _with_time_signatures(file, value, name)
        except (ValueError, AttributeError, TypeError) as error:
            raise ConfigurationInvalid(file, name, str(error)) from error
    return out
