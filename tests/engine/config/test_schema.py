"""The JSON Schema agrees with the checker: it is made of the same types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.config import json_schema
from engine.transports.registry import load, schemes


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json_schema()


def test_it_can_be_written_and_names_every_top_level_key(schema: dict[str, Any]) -> None:
    assert json.loads(json.dumps(schema)) == schema
    assert {"failover_timeout", "events", "subscriptions", "transports", "mi", "lab"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_every_key_is_described_or_refers_to_what_is(schema: dict[str, Any]) -> None:
    subscription = schema["$defs"]["SubscriptionSettings"]
    assert subscription["required"] == ["event"]
    assert all("description" in value or "$ref" in value for value in subscription["properties"].values())


def test_every_transport_has_its_options(schema: dict[str, Any]) -> None:
    transports = schema["$defs"]["Transports"]["properties"]
    assert set(transports) == set(schemes())
    for scheme in schemes():
        options = load(scheme).Options
        assert {"$ref": f"#/$defs/{options.__name__}"} in transports[scheme]["anyOf"]
        assert set(options.model_fields) <= set(schema["$defs"][options.__name__]["properties"])


def test_opensips_own_words_are_taken_too(schema: dict[str, Any]) -> None:
    assert "reliable_mode" in schema["$defs"]["StreamOptions"]["properties"]


def test_an_empty_value_stands_for_the_default(schema: dict[str, Any]) -> None:
    assert {"type": "null"} in schema["properties"]["subscriptions"]["anyOf"]
    assert schema["properties"]["subscriptions"]["anyOf"][0]["type"] == "array"
    assert "anyOf" not in schema["$defs"]["SubscriptionSettings"]["properties"]["event"]
