from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, ApiPath
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_TEMPLATE = re.compile(r"\{[^{}]*\}")


@practice(area="contract", severity="medium")
def ambiguous_paths(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Two paths differ only in the names of their placeholders.

    Why: No request can tell them apart: which one answers depends on the order in which a router,
        gateway or mock happened to read them. Where their methods differ, requests still reach
        one operation, but the specification forbids it and tools that go by path drop one.
    Fix: Merge them into one path, or tell them apart by a fixed part.
    Trade-offs: Merging moves operations; the URLs that callers use stay the same.
    Alternatives: A fixed prefix, such as `/users/by-name/{name}`, which is a new URL.
    Upkeep: Name the placeholder of one resource the same everywhere.
    References: https://spec.openapis.org/oas/v3.1.1.html#path-templating-matching

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /users/{id}:
            get:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
          /users/{name}: # finding
            get:
              parameters:
                - {name: name, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /users/{id}:
            get:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
          /users/by-name/{name}:
            get:
              parameters:
                - {name: name, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    """
    alike: dict[str, list[ApiPath]] = defaultdict(list)
    for path in backend.paths_in(document.scope):
        if "{" in path.path:
            alike[_TEMPLATE.sub("{}", path.path)].append(path)
    for shape, paths in alike.items():
        first, *others = paths
        for other in others:
            both = set(first.methods) & set(other.methods)
            if both:
                message = f"no {min(both)} request can tell {other.path} from {first.path}"
            else:
                message = (
                    f"{other.path} is {first.path} with another placeholder: they are one path"
                )
            yield Finding(
                message=message,
                evidence=(other, first),
                cause=shape,
                severity=None if both else "low",
                fix=Fix(text="Merge the two paths, or tell them apart by a fixed part."),
            )
