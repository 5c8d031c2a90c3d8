"""The JSON Schema of the file format: editors accept and refuse what the loader accepts and refuses."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from random_networks import cases
from test_spec import GOOD, ONE_PROBLEM, READ, changed

from backprop_trace.files.schema import json_schema
from backprop_trace.files.spec import load, read_example, shipped


class Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it (PyYAML's own rules are those of 1.1: yes is true, 1:30 is 90)."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))

VALIDATOR = jsonschema.Draft7Validator(json_schema())

BEYOND_A_SCHEMA = (
    "expected", "is not defined", "is used for two things", "which is no output", "has no target", "values? here",
    "biases: ", "must be below", "'(decay|schedule)' says", "whole number from 1 on",
    "stands twice", "has no (alpha|delta)", "one form only", "unknown input or unit", "unknown parameter",
    "leading zero", "out of range", "the limit", "lacks the key '(learning_rate|targets|inputs)'", "nothing stands",
    "already means something", "are the same", "or write weights_layout", "fits the other way", "decimals have a point",
    "accepted and refused",
)  # fmt: skip
"""What relates two places of a file, or is about how a number is written, no schema can see."""


def accepts(text: str) -> bool:
    return VALIDATOR.is_valid(yaml.load(text, Core))


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


@pytest.mark.parametrize("name", shipped())
def test_what_ships_is_accepted(name):
    assert accepts(load(name).text)


@pytest.mark.parametrize(("old", "new"), READ)
def test_what_the_loader_reads_is_accepted(old, new):
    assert accepts(changed(old, new))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_random_networks_are_accepted(case):
    read_example(case.text)
    assert accepts(case.text)


@pytest.mark.parametrize(("old", "new", "message", "pointed"), ONE_PROBLEM)
def test_what_the_loader_refuses_is_refused(old, new, message, pointed):
    text = changed(old, new)
    if any(re.search(pattern, message) for pattern in BEYOND_A_SCHEMA):
        return
    try:
        document = yaml.load(text, Core)
    except yaml.YAMLError:
        return  # editors refuse it too
    assert "tag" in message or "anchor" in message or not VALIDATOR.is_valid(document)


def described(part: object) -> list[str]:
    """The descriptions of every property of a schema."""
    found = []
    if isinstance(part, dict):
        for value in part.get("properties", {}).values():
            found.append(value.get("description", ""))
        for value in part.values():
            found += described(value)
    elif isinstance(part, list):
        for value in part:
            found += described(value)
    return found


def references(part: object) -> list[dict]:
    """Every mapping of a schema that has a reference in it."""
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = [part] if isinstance(part, dict) and isinstance(part.get("$ref"), str) else []
    return own + [found for each in inside for found in references(each)]


def test_a_reference_stands_alone_and_leads_somewhere():
    """Draft-07 ignores what stands beside a reference."""
    schema = json_schema()
    found = references(schema)
    used = {reference["$ref"].removeprefix("#/definitions/") for reference in found}
    assert all(list(reference) == ["$ref"] for reference in found)
    assert used == set(schema["definitions"])


def test_the_schema_is_small():
    assert len(json.dumps(json_schema(), indent=2)) < 54_000


def test_every_key_has_a_description():
    found = described(json_schema())
    assert len(found) > 20
    assert all(found)


def test_editors_complete_the_words_of_the_catalogue():
    text = json.dumps(json_schema()["definitions"]["loss_word"])
    assert '"enum": ["half_squared_error"' in text
    assert accepts(changed("half_squared_error", "Mean Squared Error"))
    assert not accepts(changed("half_squared_error", "Mean Squared Errors"))
    assert not accepts(GOOD.replace("loss:", "los:"))
