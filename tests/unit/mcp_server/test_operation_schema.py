"""The schema of edit_session names every operation that is offered, with its fields, and stays small."""

import dataclasses
import json
from types import NoneType
from typing import get_args

from mcp_server.operation_schema import RARE_VERBS, operation_help, operation_schema
from music.operations.fields import field_meanings
from workflows.operation_reading import offered_operations

_LARGEST_BYTES = 7_500


def signatures() -> dict[str, str]:
    item, _ = operation_schema()
    rows = item["properties"]["verb"]["description"].split("\n")[1:-1]
    return {row.split(" ")[0].removesuffix("!"): row for row in rows}


def test_every_verb_stands_in_the_table_with_its_fields_or_among_the_rare_ones() -> None:
    item, _ = operation_schema()
    ask, _, rare = item["properties"]["verb"]["description"].split("\n")[-1].partition(": ")
    assert "describe_operations" in ask
    assert [verb.removesuffix("!") for verb in rare.split(" ")] == [v for v in offered_operations() if v in RARE_VERBS]
    assert {"store_scene!", "set_width"} <= set(rare.split(" "))
    assert list(signatures()) == [verb for verb in offered_operations() if verb not in RARE_VERBS]
    assert set(offered_operations()) >= RARE_VERBS
    assert signatures()["set_fader"] == "set_fader route gain_db"
    assert signatures()["add_plugin"] == "add_plugin ref route plugin (position index preset is_bypassed)"
    assert signatures()["delete_track"] == "delete_track! route"


def plain_types(value_type: object) -> set[object]:
    if hasattr(value_type, "__metadata__"):
        return plain_types(get_args(value_type)[0])
    arms = get_args(value_type)
    return set().union(*map(plain_types, arms)) if arms else {value_type}


def test_every_field_is_typed_once_but_texts_and_flags_that_their_names_tell() -> None:
    item, definitions = operation_schema()
    assert "is_… and with_… are true or false, other fields" in item["properties"]["verb"]["description"]
    for verb, operation in offered_operations().items():
        for meaning in field_meanings(operation) if verb not in RARE_VERBS else ():  # type: ignore[arg-type]  # a type is hashable
            schema = item["properties"].get(meaning.name)
            is_flag = meaning.name.startswith(("is_", "with_"))
            assert is_flag == (bool in plain_types(meaning.type)), (operation, meaning.name)
            if schema is None:
                assert is_flag or plain_types(meaning.type) <= {str, NoneType}, (operation, meaning.name)
                continue
            assert {"type", "enum", "$ref", "anyOf"} & set(schema), (operation, meaning.name)
            if "$ref" in schema:
                assert schema["$ref"].rpartition("/")[2] in definitions
    assert item["properties"]["pan"] == {"type": "number", "minimum": -1, "maximum": 1}


def test_a_field_of_several_verbs_takes_what_either_takes() -> None:
    item, _ = operation_schema()
    assert item["properties"]["gain_db"]["maximum"] == 6
    assert item["properties"]["at"]["$ref"] == "#/$defs/place"
    assert {"linear", "constant_power"} <= set(item["properties"]["shape"]["enum"])
    assert item["properties"]["semitones"]["minimum"] == -127


def test_the_schema_is_small_enough_to_be_read_in_every_conversation() -> None:
    written = json.dumps(operation_schema(), separators=(",", ":"))
    assert len(written.encode()) < _LARGEST_BYTES


def test_help_tells_what_a_field_takes_and_what_it_is_by_default() -> None:
    told = operation_help(["add_plugin", "comp_playlist", "delete_track"])
    assert "position: pre_fader | post_fader; default pre_fader" in told
    assert "ranges: list of CompRange" in told
    assert "    start: place" in told
    assert "delete_track (asks before it does): Delete a track or bus" in told


def test_help_exists_for_every_verb() -> None:
    for verb, operation in offered_operations().items():
        told = operation_help([verb])
        names = [field.name for field in dataclasses.fields(operation) if field.name != "verb"]
        assert all(f"  {name}: " in told for name in names), verb
