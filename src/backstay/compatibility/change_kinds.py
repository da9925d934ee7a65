"""All kinds of changes by language, with what each means: the tables of the three comparers."""

from __future__ import annotations

from backstay.compatibility.graphql.kinds import TABLE as GRAPHQL
from backstay.compatibility.openapi.kinds import KINDS as OPENAPI
from backstay.compatibility.protobuf.kinds import KINDS as PROTOBUF
from backstay.compatibility.shapes.kinds import KINDS as SHAPES

LANGUAGES = {
    "openapi": "OpenAPI and Swagger",
    "graphql": "GraphQL",
    "protobuf": "protobuf",
}


def change_kinds() -> dict[str, dict[str, str]]:
    """By language: the name of each kind of change, and what it means."""
    return {
        "openapi": {**OPENAPI, **SHAPES},
        "graphql": {name: kind.meaning for name, kind in GRAPHQL.items()},
        "protobuf": dict(PROTOBUF),
    }
