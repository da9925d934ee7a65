"""What says the same in another way is no change: generated descriptions against rewrites."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.compatibility.openapi_documents import compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REORDERED = frozenset(["enum", "required", "anyOf", "oneOf", "parameters", "tags"])
SEEDS = range(12)
NAMES = ("id", "name", "state", "amount", "note", "owner", "lines", "kind")


class Writer:
    """Writes random descriptions that use what APIs use."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.components = [f"Model{number}" for number in range(6)]

    def api(self) -> dict[str, Any]:
        schemas = {name: self.object(2) for name in self.components}
        paths = {}
        for number in range(4):
            path = f"/things{number}/{{id}}/parts/{{part}}"
            paths[path] = {
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": self.scalar()}
                    for name in ("id", "part")
                ],
                "get": self.operation(number, body=False),
                "post": self.operation(number, body=True),
            }
        return {
            "openapi": "3.0.3",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": "https://a.example"}],
            "security": [{"key": []}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            },
        }

    def operation(self, number: int, *, body: bool) -> dict[str, Any]:
        query = {"name": "q", "in": "query", "schema": self.scalar()}
        content = {"application/json": {"schema": self.schema(2)}}
        made: dict[str, Any] = {
            "operationId": f"op{number}{body}",
            "parameters": [query],
            "responses": {
                "200": {"description": "done", "content": content},
                "default": {"description": "failed"},
            },
        }
        if body:
            made["requestBody"] = {"content": {"application/json": {"schema": self.schema(2)}}}
        return made

    def schema(self, depth: int) -> dict[str, Any]:
        kind = self.choose.choice(["scalar", "reference", "reference", "object", "list", "choice"])
        if kind == "reference":
            return {"$ref": f"#/components/schemas/{self.choose.choice(self.components)}"}
        if depth == 0 or kind == "scalar":
            return self.scalar()
        if kind == "object":
            return self.object(depth - 1)
        if kind == "list":
            return {"type": "array", "items": self.schema(depth - 1), "maxItems": 9}
        keyword = self.choose.choice(["anyOf", "oneOf"])
        kinds = [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": [f"k{number}"]},
                    "held": self.schema(depth - 1),
                },
            }
            for number in range(2)
        ]
        return {keyword: kinds}

    def object(self, depth: int) -> dict[str, Any]:
        names = self.choose.sample(NAMES, 3)
        return {
            "type": "object",
            "required": names[:1],
            "properties": {name: self.schema(depth) for name in names},
        }

    def scalar(self) -> dict[str, Any]:
        made: dict[str, Any] = self.choose.choice(
            [
                {"type": "string", "minLength": 1, "maxLength": 40},
                {"type": "string", "enum": ["a", "b", "c"]},
                {"type": "string", "format": "date-time"},
                {"type": "string", "pattern": "^[a-z]+$"},
                {"type": "integer", "format": "int32", "minimum": 0},
                {"type": "number", "maximum": 10.5},
                {"type": "boolean", "default": True},
                {"type": "string", "nullable": True, "deprecated": True},
                {"type": "string", "x-extensible-enum": ["x", "y"]},
            ]
        )
        return copy.deepcopy(made)


def schemas_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every schema of a description, as its holder and its key."""
    stack = [value]
    while stack:
        found = stack.pop()
        if isinstance(found, list):
            stack += found
            continue
        if not isinstance(found, dict):
            continue
        for key, held in found.items():
            stack.append(held)
            if key in {"schema", "items"} and isinstance(held, dict):
                yield found, key
            if key in {"properties", "schemas"} and isinstance(held, dict):
                yield from ((held, name) for name in held)


def keys_reordered(api: Any, choose: random.Random) -> Any:
    if isinstance(api, dict):
        keys = list(api)
        choose.shuffle(keys)
        return {key: keys_reordered(api[key], choose) for key in keys}
    return [keys_reordered(each, choose) for each in api] if isinstance(api, list) else api


def references_inlined(api: Any, choose: random.Random) -> Any:
    for holder, key in list(schemas_in(api)):
        reference = holder[key].get("$ref")
        if isinstance(reference, str) and choose.random() < 0.5:
            holder[key] = copy.deepcopy(api["components"]["schemas"][reference.rpartition("/")[2]])
    return api


def wrapped_in_all_of(api: Any, choose: random.Random) -> Any:
    for holder, key in list(schemas_in(api)):
        if choose.random() < 0.4:
            holder[key] = {"allOf": [holder[key]]}
    return api


def split_into_all_of(api: Any, choose: random.Random) -> Any:
    for holder, key in list(schemas_in(api)):
        held = holder[key]
        if "properties" in held and choose.random() < 0.6:
            required = {"required": held.pop("required", [])}
            holder[key] = {"allOf": [required, held] if choose.random() < 0.5 else [held, required]}
    return api


def lists_reordered(api: Any, choose: random.Random) -> Any:
    stack = [api]
    while stack:
        found = stack.pop()
        if isinstance(found, dict):
            for key, held in found.items():
                if key in REORDERED and isinstance(held, list):
                    choose.shuffle(held)
                stack.append(held)
        elif isinstance(found, list):
            stack += found
    return api


def parameters_renamed(api: Any, choose: random.Random) -> Any:
    del choose
    text = json.dumps(api).replace("{id}", "{thing_id}").replace("{part}", "{part_id}")
    made = json.loads(text)
    for item in made["paths"].values():
        for parameter in item["parameters"]:
            parameter["name"] = {"id": "thing_id", "part": "part_id"}[parameter["name"]]
    return made


def through_yaml(api: Any, choose: random.Random) -> Any:
    del choose
    return yaml.safe_load(yaml.safe_dump(api, sort_keys=False))


def described_anew(api: Any, choose: random.Random) -> Any:
    for holder, key in list(schemas_in(api)):
        if "$ref" not in holder[key] and choose.random() < 0.5:
            holder[key]["description"] = "Something."
    return api


def in_3_1(api: Any, choose: random.Random) -> Any:
    del choose
    for holder, key in list(schemas_in(api)):
        held = holder[key]
        if held.pop("nullable", False):
            held["type"] = [held["type"], "null"]
    return {**api, "openapi": "3.1.0"}


REWRITES: list[Callable[[Any, random.Random], Any]] = [
    keys_reordered,
    references_inlined,
    wrapped_in_all_of,
    split_into_all_of,
    lists_reordered,
    parameters_renamed,
    through_yaml,
    described_anew,
    in_3_1,
]


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda each: each.__name__)
def test_a_rewrite_is_no_change_in_either_direction(rewrite: Any) -> None:
    for seed in SEEDS:
        api = Writer(seed).api()
        again = rewrite(copy.deepcopy(api), random.Random(seed))
        for old, new in ((api, again), (again, api)):
            found = compared(old, new)
            said = [(each.change, each.subject, each.text) for each in found.changes]
            assert not said, f"seed {seed}"
            assert not found.notes, f"seed {seed}"


def test_the_generated_descriptions_hold_what_can_break() -> None:
    """A change in place of a rewrite is seen: the silence above is not deafness."""
    seen = 0
    for seed in SEEDS:
        api = Writer(seed).api()
        new = copy.deepcopy(api)
        for holder, key in schemas_in(new):
            if holder[key].get("type") == "string":
                holder[key]["maxLength"] = 1
        seen += bool([c for c in compared(api, new).changes if c.compatibility == "breaking"])
    assert seen > len(SEEDS) * 0.9
