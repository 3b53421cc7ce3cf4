"""Schemas lose what tells a reader nothing, and keep the rest."""

from mcp_server.compact_schema import compact, without_parts

ARGUMENTS = {
    "title": "inspectArguments",
    "type": "object",
    "properties": {
        "title": {"title": "Title", "type": "string"},
        "bar": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None, "title": "Bar"},
        "n": {"default": 20, "type": "integer"},
    },
    "required": ["title"],
}


def test_titles_and_null_defaults_go_but_a_field_called_title_stays() -> None:
    assert compact(ARGUMENTS) == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "bar": {"type": ["integer", "null"], "minimum": 1},
            "n": {"default": 20, "type": "integer"},
        },
        "required": ["title"],
    }


def test_an_answer_says_only_what_its_fields_are() -> None:
    answer = compact(ARGUMENTS | {"description": "What is returned."}, is_answer=True)
    assert set(answer) == {"type", "properties"}
    assert answer["properties"]["n"] == {"type": "integer"}


def test_a_union_of_two_kinds_stays_one() -> None:
    union = {"anyOf": [{"$ref": "#/$defs/Take"}, {"type": "null"}]}
    assert compact(union) == union


def test_an_answer_that_is_told_elsewhere_is_a_plain_object() -> None:
    schema = {
        "type": "object",
        "properties": {"take": {"anyOf": [{"$ref": "#/$defs/Take"}, {"type": "null"}]}, "job": {"type": "string"}},
        "$defs": {"Take": {"type": "object"}},
    }
    assert without_parts(schema) == {"type": "object"}
