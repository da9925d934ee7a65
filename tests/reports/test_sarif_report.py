from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from backstay.model.envelope import Envelope, Location, UnreadFile
from backstay.model.findings import SEVERITIES
from backstay.reports import sarif
from tests.reports.example import (
    GUIDANCE,
    HOSTILE,
    envelope,
    hostile,
    leak,
    many,
    shop,
    slow_delete,
)

SCHEMA = Path(__file__).resolve().parents[3] / "shared" / "standards" / "sarif-2.1.0.json"


def run_of(made: Envelope) -> dict[str, Any]:
    run: dict[str, Any] = msgspec.json.decode(sarif.render(made, GUIDANCE))["runs"][0]
    return run


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the SARIF schema is not beside the repository")
@pytest.mark.parametrize("made", [shop(), hostile(), envelope(), many(50)])
def test_the_report_conforms_to_the_standard(made: Envelope) -> None:
    validator = jsonschema_rs.validator_for(msgspec.json.decode(SCHEMA.read_bytes()))

    errors = list(validator.iter_errors(msgspec.json.decode(sarif.render(made, GUIDANCE))))

    assert errors == []


def test_a_result_says_what_was_measured_where_else_and_what_to_do() -> None:
    result = run_of(shop())["results"][1]

    assert result["message"]["text"] == (
        "purchase (customer_id) refers to customer but has no index. "
        "Proven: pages read: 41,666 before, 4 after (control 41,666); delete: 112 ms before, "
        "21.3 µs after (control 113 ms); at 5,000,000 rows in purchase and 200,000 rows in "
        "customer. Also at [db/archive/schema_2010.sql:41:5](1), "
        "[db/archive/schema_2011.sql:42:5](2), [db/archive/schema_2012.sql:43:5](3), "
        "[db/archive/schema_2013.sql:44:5](4), [db/archive/schema_2014.sql:45:5](5) and 10 more. "
        "Fix: Create an index on purchase (customer_id)."
    )
    assert result["level"] == "error"
    assert result["partialFingerprints"] == {"backstayFinding/v1": "b7c1e0a1b2c3"}
    assert result["properties"]["verdict"] == "proven"
    assert result["properties"]["proof"]["after"]["pages_read"] == 4


def test_links_in_messages_lead_to_the_related_location_of_that_number() -> None:
    result = run_of(shop())["results"][1]
    by_number = {each["id"]: each for each in result["relatedLocations"]}

    linked = by_number[3]["physicalLocation"]

    assert len(by_number) == 15 + 1
    assert linked["artifactLocation"]["uri"] == "db/archive/schema_2012.sql"
    assert linked["region"]["startLine"] == 43


def test_a_rule_carries_the_practices_guidance() -> None:
    rules = {each["id"]: each for each in run_of(shop())["tool"]["driver"]["rules"]}
    rule = rules["foreign-key-without-index"]

    assert rule["name"] == "ForeignKeyWithoutIndex"
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert rule["help"]["markdown"].startswith("**Why.** PostgreSQL indexes the parent's key")
    assert "**Trade-offs.** Every insert into the child" in rule["help"]["markdown"]
    assert "helpUri" not in rule


def test_only_security_has_a_security_severity() -> None:
    rules = run_of(shop())["tool"]["driver"]["rules"]

    graded = {each["id"]: each["properties"].get("security-severity") for each in rules}

    assert graded == {
        "foreign-key-without-index": None,
        "image-runs-as-root": None,
        "list-without-pagination": None,
        "row-security-leaks-through-view": "9.5",
    }


def test_each_result_points_at_its_rule() -> None:
    run = run_of(shop())

    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]


def test_an_earlier_name_of_a_practice_is_told() -> None:
    renamed = msgspec.structs.replace(GUIDANCE["money-as-float"], aliases=("float-money",))
    finding = msgspec.structs.replace(leak(), practice="money-as-float")

    report = sarif.render(envelope([finding]), {"money-as-float": renamed})

    rules = msgspec.json.decode(report)["runs"][0]["tool"]["driver"]["rules"]
    assert rules[0]["deprecatedIds"] == ["float-money"]


def test_levels_follow_severities() -> None:
    found = [msgspec.structs.replace(leak(), severity=each) for each in SEVERITIES]

    levels = [each["level"] for each in run_of(envelope(found))["results"]]

    assert levels == ["error", "error", "warning", "note", "note"]


def test_what_was_refuted_is_no_result_but_is_told_with_its_numbers() -> None:
    run = run_of(shop())
    told = [
        each
        for each in run["invocations"][0]["toolExecutionNotifications"]
        if each["descriptor"]["id"] == "refuted"
    ]

    assert "ddddeeeeffff" not in str(run["results"])
    assert len(told) == 1
    assert told[0]["associatedRule"]["id"] == "foreign-key-without-index"
    assert told[0]["properties"]["proof"]["control"] == {"pages_read": 2, "delete_ms": 0.031}


def test_what_was_not_read_or_checked_is_told() -> None:
    notifications = run_of(shop())["invocations"][0]["toolExecutionNotifications"]

    names = [each["descriptor"]["id"] for each in notifications]

    assert names == ["unread"] * 6 + ["not-checked"] * 3 + ["refuted"]
    assert notifications[0]["message"]["text"] == (
        "Not read: db/dump.sql: is larger than 64 MB (212 MB)"
    )
    assert notifications[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "db/dump.sql"
    )


def test_a_live_object_is_a_logical_location() -> None:
    assert run_of(shop())["results"][4]["locations"] == [
        {
            "logicalLocations": [
                {
                    "fullyQualifiedName": "audit.entry",
                    "kind": "postgresql object",
                    "name": "entry",
                }
            ]
        }
    ]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("db/a b.sql", "db/a%20b.sql"),
        ("db/c:d?.sql", "db/c%3Ad%3F.sql"),
        ("/home/somebody/secret/schema.sql", "schema.sql"),
        ("C:\\Users\\somebody\\schema.sql", "schema.sql"),
        ("caf\udce9.sql", "caf%E9.sql"),
    ],
)
def test_a_file_is_a_relative_uri_and_never_a_path_of_this_machine(file: str, uri: str) -> None:
    made = envelope(unread=(UnreadFile(file=file, why="is empty"),))

    told = run_of(made)["invocations"][0]["toolExecutionNotifications"][0]

    artifact = told["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_a_file_outside_the_reviewed_folder_is_not_below_its_root() -> None:
    finding = msgspec.structs.replace(leak(), where=Location(file="../other/schema.sql", line=1))

    place = run_of(envelope([finding]))["results"][0]["locations"][0]["physicalLocation"]

    assert place == {
        "artifactLocation": {"uri": "../other/schema.sql"},
        "region": {"startLine": 1},
    }


def test_text_of_the_project_makes_no_link_and_no_placeholder() -> None:
    text = run_of(hostile())["results"][0]["message"]["text"]

    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", text)

    assert "](https:" in HOSTILE
    assert links == ["1", "2"]
    assert not re.search(r"(?<!\{)\{\d+\}", text)


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    text = run_of(shop())["results"][2]["message"]["text"]

    assert text.startswith("GET /customers/{customer_id}/orders returns")


def test_a_practice_without_guidance_still_has_its_rule() -> None:
    report = sarif.render(envelope([slow_delete()]), {})

    rules = msgspec.json.decode(report)["runs"][0]["tool"]["driver"]["rules"]
    assert rules[0]["id"] == "foreign-key-without-index"
