"""API descriptions for tests: short ways to say what an API is."""

from __future__ import annotations

import copy
import datetime as dt
from typing import TYPE_CHECKING, Any

from backstay.compatibility.comparison import Comparison, Parsed
from backstay.compatibility.openapi.comparer import compare_openapi
from backstay.compatibility.openapi.lifecycle import Policy

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Witness
    from backstay.model.changes import Change

TODAY = dt.date(2030, 6, 1)
STRING = {"type": "string"}
INTEGER = {"type": "integer"}


def api(*, version: str = "3.0.3", **fields: Any) -> dict[str, Any]:
    """A description in OpenAPI 3."""
    return {"openapi": version, "info": {"title": "Shop", "version": "1"}, "paths": {}, **fields}


def operation(**fields: Any) -> dict[str, Any]:
    """An operation that answers 200 with nothing, unless said otherwise."""
    return {"responses": {"200": {"description": "done"}}, **fields}


def get(template: str = "/orders", **fields: Any) -> dict[str, Any]:
    """An API with one GET."""
    return api(paths={template: {"get": operation(**fields)}})


def post(body: Any, **fields: Any) -> dict[str, Any]:
    """An API with POST /orders that takes JSON."""
    content = {"application/json": {"schema": body}}
    return api(paths={"/orders": {"post": operation(requestBody={"content": content}, **fields)}})


def answering(schema: Any, media: str = "application/json", code: str = "200") -> dict[str, Any]:
    """An API with GET /orders that answers with a shape."""
    response = {"description": "done", "content": {media: {"schema": schema}}}
    return get(responses={code: response})


def shape(*required: str, **properties: Any) -> dict[str, Any]:
    """An object with properties."""
    return {"type": "object", "properties": properties, "required": list(required)}


def query(name: str = "limit", schema: Any = None, **fields: Any) -> dict[str, Any]:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema or STRING, **fields}


def compared(
    old: Any, new: Any, *, notice: int = 30, files: dict[str, Any] | None = None
) -> Comparison:
    """Two descriptions, compared on a fixed day."""
    return compare_openapi(
        Parsed(file="api.json", values={"api.json": copy.deepcopy(old), **(files or {})}),
        Parsed(file="api.json", values={"api.json": copy.deepcopy(new), **(files or {})}),
        policy=Policy(TODAY, notice),
    )


def changes(old: Any, new: Any) -> dict[str, str]:
    """The kinds of changes between two descriptions, each with its compatibility."""
    return {each.change: each.compatibility for each in compared(old, new).changes}


def breaking(old: Any, new: Any) -> list[str]:
    """The kinds of changes that break somebody."""
    return [c.change for c in compared(old, new).changes if c.compatibility == "breaking"]


def shown(old: Any, new: Any, kind: str) -> tuple[Change, Witness | None]:
    """The one change of a kind, and its witness."""
    found = compared(old, new)
    (change,) = [each for each in found.changes if each.change == kind]
    return change, found.witness(change)
