from __future__ import annotations

import msgspec
import pytest

from backstay.model.envelope import Envelope
from backstay.model.errors import BadRequest
from backstay.reports import json
from backstay.reports.formats import renderer
from tests.reports.example import GUIDANCE, shop


class Longer(Envelope, frozen=True, kw_only=True):
    """What another command adds to the envelope."""

    statements: tuple[str, ...] = ()


def test_the_json_is_the_envelope() -> None:
    assert msgspec.json.decode(json.render(shop(), GUIDANCE), type=Envelope) == shop()


def test_its_names_are_those_of_the_interface() -> None:
    finding = msgspec.json.decode(json.render(shop(), GUIDANCE))["findings"][1]

    assert finding["where"] == {
        "file": "db/schema.sql",
        "line": 41,
        "column": 5,
        "end_line": 41,
        "end_column": 58,
    }
    assert finding["fix"]["patch"] is None
    assert finding["proof"]["before"]["pages_read"] == 41_666


def test_a_live_object_has_no_file() -> None:
    finding = msgspec.json.decode(json.render(shop(), GUIDANCE))["findings"][4]

    assert finding["where"] == {"system": "postgresql", "object": "audit.entry"}


def test_a_command_may_add_fields() -> None:
    longer = Longer(**msgspec.structs.asdict(shop()), statements=("select 1",))

    assert msgspec.json.decode(json.render(longer, GUIDANCE))["statements"] == ["select 1"]


def test_without_indent_it_is_one_line() -> None:
    assert json.render(shop(), GUIDANCE, indent=None).count("\n") == 1


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="text, json, sarif, markdown, html"):
        renderer("xml")


def test_equal_envelopes_give_equal_json_whatever_the_order_of_their_counts() -> None:
    summary = shop().summary
    turned = msgspec.structs.replace(summary, read=dict(reversed(summary.read.items())))

    again = json.render(msgspec.structs.replace(shop(), summary=turned), GUIDANCE)

    assert again == json.render(shop(), GUIDANCE)
