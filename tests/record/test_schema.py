"""The schemas are sound, every field of theirs is described, and each fault gets a sentence that says what to do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archiver.errors import UsedWrongly
from archiver.model import Article, Link, Moment, Repair, Source, TweetReference
from archiver.record import provenance, schema
from tests.articles import article

NAMES = schema.names()


def loaded(name: str) -> dict[str, Any]:
    """A schema as a dict."""
    return dict(json.loads(schema.source(name)))


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_valid_and_bears_its_name(name: str) -> None:
    Draft202012Validator.check_schema(loaded(name))
    assert loaded(name)["$id"] == f"{schema.BASE}{name}.schema.json"


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every subschema that describes an object with properties."""
    if isinstance(value, dict):
        if "properties" in value and "type" in value:
            yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


@pytest.mark.parametrize("name", NAMES)
def test_objects_are_closed_and_their_fields_described(name: str) -> None:
    definitions = loaded(name).get("$defs", {})
    for found in objects(loaded(name)):
        assert found["additionalProperties"] is False
        for property_name, described in found["properties"].items():
            definition = definitions.get(str(described.get("$ref", "")).removeprefix("#/$defs/"), {})
            assert "description" in described or "description" in definition, property_name


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Article, ()),
        (Source, ("properties", "source")),
        (Repair, ("$defs", "repair")),
        (Link, ("$defs", "link")),
        (TweetReference, ("$defs", "tweet")),
        (Moment, ("$defs", "moment")),
    ],
)
def test_the_model_and_the_schema_name_the_same_fields(kind: type, path: tuple[str, ...]) -> None:
    described = loaded("article")
    for key in path:
        described = described[key]
    in_json_alone = {"schema", "provenance", "before_code_points"}
    assert {field.name for field in fields(kind)} == set(described["properties"]) - in_json_alone


def test_a_schema_is_found_by_its_short_name() -> None:
    assert schema.source("article") == schema.source("article.v1")
    with pytest.raises(UsedWrongly, match=r"no schema 'x'; there are article\.v1"):
        schema.source("x")


def record() -> dict[str, Any]:
    """A valid record."""
    return dict(json.loads(provenance.to_bytes(provenance.to_dict(article(), inline=True))))


def without(value: dict[str, Any], *names: str) -> None:
    for name in names:
        del value[name]


FAULTS: list[tuple[str, Callable[[dict[str, Any]], object], str, str]] = [
    ("a field is missing", lambda r: without(r, "title"), "$", 'lacks "title"; add it, with null'),
    ("two are missing", lambda r: without(r, "title", "site"), "$", 'lacks "title", "site"; add'),
    ("an unknown field", lambda r: r.update(titel="x"), "$", 'has "titel", which the schema does not know'),
    ("a URL without basis", lambda r: without(r["url"], "basis"), "$.url", 'lacks "basis"'),
    ("a date without basis", lambda r: without(r["published"], "basis"), "$.published", 'lacks "basis"'),
    ("a date that is none", lambda r: r["published"].update(value="2017-02-30"), "$.published.value", "is no date"),
    ("a URL with a blank", lambda r: r["links"][0].update(url="http://a b"), "$.links[0].url", "http://a b"),
    ("an unknown kind", lambda r: r["links"][0].update(kind="far"), "$.links[0].kind", 'it must be one of "outbound"'),
    ("a number as title", lambda r: r.update(title=7), "$.title", "is 7; it must be of type string or null"),
    ("another schema's id", lambda r: r["source"].update(digest="x"), "$.source.digest", "does not match ^sha256"),
    ("a span of one", lambda r: r["links"][0].update(source_span=[1]), "$.links[0].source_span", "at least 2 items"),
    ("a negative span", lambda r: r["links"][0].update(span=[-1, 2]), "$.links[0].span[0]", "it must be 0 or more"),
    ("a span of three", lambda r: r["links"][0].update(span=[1, 2, 3]), "$.links[0].span", "no more than 2 items"),
    ("an index twice", lambda r: r["tweets"][0].update(links=[0, 0]), "$.tweets[0].links", "may stand in it once"),
    ("no activity", lambda r: r["provenance"].update(activities=[]), "$.provenance.activities", "at least 1 item"),
    ("an empty title", lambda r: r.update(title=""), "$.title", 'is ""; it must not be empty, but null'),
    ("an empty name", lambda r: r["source"].update(name=""), "$.source.name", 'is ""; it must not be empty'),
    ("a URL as text", lambda r: r.update(url="http://a"), "$.url", "it must be of type object or null"),
    ("a bad URL", lambda r: r["url"].update(value="a b"), "$.url.value", '"a b"'),
    ("a number as text", lambda r: r.update(text=7), "$.text", "is 7; it must be of type string or object"),
    ("a digest that is none", lambda r: r.update(text={"digest": "x", "length": 1}), "$.text.digest", "does not match"),
    ("a huge span", lambda r: r["links"][0].update(span=[0, 2**60]), "$.links[0].span[1]", "9007199254740991"),
    ("a lone surrogate", lambda r: r["source"].update(media_type="\ud800"), "$.source.media_type", "\\ud800"),
]


@pytest.mark.parametrize(("damage", "path", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_has_its_place_and_a_sentence(damage: Callable[[dict[str, Any]], object], path: str, says: str) -> None:
    broken = record()
    damage(broken)
    findings = list(schema.check(broken))
    assert ("E501", path) in [(finding.code, finding.path) for finding in findings]
    assert any(says in finding.message for finding in findings), [finding.message for finding in findings]


MOMENTS = [
    ("2017", "year", "17", "a year"),
    ("2017-12", "month", "2017-13", "a month"),
    ("2016-02-29T23:59", "minute", "2017-99-99T99:99", "a time to the minute"),
    ("2000-02-29T00:00Z", "minute", "1900-02-29T00:00Z", "a time to the minute"),
    ("2017-07-31T10:00+14:00", "minute", "2017-07-31T10:00+99:99", "a time to the minute"),
    ("2017-02-28T23:00:00", "second", "2017-02-31T25:61:61+99:99", "a time to the second"),
    ("2017-04-30T10:00:59-03:30", "second", "2017-04-31T10:00:59-03:30", "a time to the second"),
    ("0001-01-01T00:00:00Z", "second", "0000-01-01T00:00:00Z", "a time to the second"),
]


@pytest.mark.parametrize(("good", "precision", "bad", "says"), MOMENTS)
def test_a_time_is_one_that_there_can_be(good: str, precision: str, bad: str, says: str) -> None:
    moment = {"value": good, "precision": precision, "basis": "field:date"}
    assert list(schema.check(record() | {"published": moment})) == []
    (fault,) = schema.check(record() | {"published": moment | {"value": bad}})
    assert fault.path == "$.published.value"
    assert f"it must be {says}, such as " in fault.message


def test_each_fault_of_a_value_that_may_be_null_is_named() -> None:
    faults = schema.check(record() | {"published": {"value": "2017-13", "precision": "month", "basis": "?"}})
    assert sorted(fault.path or "" for fault in faults) == ["$.published.basis", "$.published.value"]


def test_faults_come_one_each() -> None:
    broken = record()
    for name in ("title", "site", "text"):
        del broken[name]
    assert len(list(schema.check(broken))) == 1


@pytest.mark.parametrize("value", [[], "x", None, 7])
def test_what_is_no_object_is_no_record(value: object) -> None:
    assert [finding.code for finding in schema.check(value)] == ["E501"]


@pytest.mark.parametrize("named", ["https://archiver.invalid/schemas/article.v2.schema.json", 7, ["x"]])
def test_an_unknown_schema_is_said_so(named: object) -> None:
    assert [finding.code for finding in schema.check({"schema": named})] == ["E503"]


def test_a_long_value_is_cut_in_the_message() -> None:
    broken = record() | {"language": "x" * 1000}
    (finding,) = schema.check(broken)
    assert len(finding.message) < 250
    assert "…" in finding.message
