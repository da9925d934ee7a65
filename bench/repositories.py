"""Repositories made up for measuring: the same bytes for the same size, on every machine."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORDS = (
    *("order", "customer", "invoice", "item", "price", "state", "address", "note", "payment"),
    *("refund", "ledger", "entry", "carrier", "parcel", "depot", "route", "ticket", "voucher"),
)
# What one resource's five operations and its schemas take, written with two spaces of indent.
BYTES_PER_RESOURCE = 46_600


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files below the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def fleet(files: int) -> dict[str, str]:
    """Compose files of four services each, as texts by path."""
    return {f"stack-{number}/docker-compose.yml": _stack(number) for number in range(files)}


def _stack(number: int) -> str:
    return (
        "services:\n"
        f"  api:\n    image: registry.example/api:{number}\n    restart: unless-stopped\n"
        "    depends_on: [database, cache]\n    ports: ['8080:8080']\n"
        "    environment:\n      DATABASE_URL: postgres://app@database/app\n"
        f"  worker:\n    image: registry.example/worker:{number}\n    depends_on: [database]\n"
        "  database:\n    image: postgres:16.4\n    volumes: ['data:/var/lib/postgresql/data']\n"
        "    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/database\n"
        "  cache:\n    image: redis:7.4\n    healthcheck:\n      test: [CMD, redis-cli, ping]\n"
        "volumes:\n  data: {}\n"
    )


def openapi(megabytes: float) -> dict[str, str]:
    """An OpenAPI document of about that size, as text by path.

    In the proportions of the largest public ones: an operation takes 9 kB and some 30 schema
    nodes, half of the bytes are descriptions and examples, operations share schemas, and several
    hundred places deserve a finding.
    """
    return {
        "openapi.json": json.dumps(contract(round(megabytes * 1e6 / BYTES_PER_RESOURCE)), indent=2)
    }


def contract(resources: int) -> dict[str, Any]:
    """An OpenAPI document with five operations for each resource."""
    choose = random.Random(11)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"problem": _problem()}
    for number in range(resources):
        name = f"{WORDS[number % len(WORDS)]}-{number}"
        one = f"/{WORDS[number // len(WORDS) % len(WORDS)]}s/{{owner}}/{name}s"
        paths |= {one: _collection(name, choose), f"{one}/{{id}}": _member(name, choose)}
        other = f"{WORDS[(number // 2) % len(WORDS)]}-{number // 2}"
        schemas |= {name: _resource(name, other, choose), f"{name}-input": _input(choose)}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Made up for measuring", "version": "1.0.0"},
        "servers": [{"url": "https://api.example/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _text(choose: random.Random, words: int) -> str:
    return " ".join(choose.choice(WORDS) for _ in range(words)).capitalize() + "."


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri", "maxLength": 200},
            "title": {"type": "string", "maxLength": 200},
            "status": {"type": "integer"},
        },
    }


def _collection(name: str, choose: random.Random) -> dict[str, Any]:
    page = [
        {"name": each, "in": "query", "schema": {"type": "integer", "maximum": 100}}
        for each in ("per_page", "page")
    ]
    listed = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return {
        "parameters": [_path_parameter("owner")],
        "get": _operation(f"list-{name}", "200", listed, choose) | {"parameters": page},
        "post": _operation(f"create-{name}", "201", _reference(name), choose) | _body(name),
    }


def _member(name: str, choose: random.Random) -> dict[str, Any]:
    return {
        "parameters": [_path_parameter("owner"), _path_parameter("id")],
        "get": _operation(f"get-{name}", "200", _reference(name), choose),
        "patch": _operation(f"update-{name}", "200", _reference(name), choose) | _body(name),
        "delete": _operation(f"delete-{name}", "200", _reference(name), choose),
    }


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 40}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": _reference(f"{name}-input")}}
    return {"requestBody": {"required": True, "content": content}}


def _operation(
    name: str, status: str, schema: dict[str, Any], choose: random.Random
) -> dict[str, Any]:
    example = {f"{word}_{n}": _text(choose, 5) for n in range(2) for word in WORDS}
    content = {"application/json": {"schema": schema, "example": example}}
    problem = {"application/problem+json": {"schema": _reference("problem")}}
    return {
        "operationId": name,
        "summary": _text(choose, 6),
        "description": _text(choose, 60),
        "tags": [name.split("-")[1]],
        "responses": {
            status: {"description": _text(choose, 4), "content": content},
            "404": {"description": "There is none.", "content": problem},
            "422": {"description": "It cannot be taken.", "content": problem},
        },
    }


def _input(choose: random.Random) -> dict[str, Any]:
    names = [f"{word}_{choose.randrange(100)}" for word in WORDS]
    return {
        "type": "object",
        "properties": {name: _leaf(choose) for name in names},
        "required": names[:3],
    }


def _resource(name: str, other: str, choose: random.Random) -> dict[str, Any]:
    inner = {f"{word}_count": _leaf(choose) for word in WORDS}
    return {
        "type": "object",
        "description": f"A {name}.",
        "properties": {
            "id": {"type": "string", "maxLength": 40},
            **{f"{word}_{n}": _leaf(choose) for n in range(4) for word in WORDS},
            "counts": {"type": "object", "properties": inner},
            "related": {"type": "array", "maxItems": 100, "items": _reference(other)},
            "owner": {"allOf": [_reference(other), {"type": "object", "properties": inner}]},
        },
        "required": ["id"],
    }


def _leaf(choose: random.Random) -> dict[str, Any]:
    kind = choose.choice(("string", "string", "integer", "boolean", "number"))
    made: dict[str, Any] = {"type": kind, "description": _text(choose, 8)}
    if kind == "string":
        made["example"] = _text(choose, 3)
        if choose.random() < 0.8:
            made["maxLength"] = choose.randrange(20, 200)
    return made
