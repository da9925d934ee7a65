from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._words import listed
from backstay.practices.practice import practice

_TEMPLATE = re.compile(r"\{([^{}]+)\}")


@practice(area="contract", severity="medium")
def path_parameter_mismatch(operation: Operation, _: Backend) -> Iterator[Finding]:
    """A path and the path parameters that are declared for it do not fit.

    Why: A placeholder without a declaration has no type, so that generated clients leave it out
        and call a URL with braces in it, and nothing checks its value. A declared path
        parameter without a placeholder is asked for and then goes nowhere.
    Fix: Declare each placeholder of the path as a required parameter with `in: path`, under
        exactly the same name.
    Trade-offs: None; the specification requires it.
    Alternatives: None.
    Upkeep: Declare path parameters once, at the path item, so that all its operations share them.
    References: https://spec.openapis.org/oas/v3.1.1.html#path-templating

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{orderId}:
            get: # finding
              parameters:
                - {name: order_id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{orderId}:
            get:
              parameters:
                - {name: orderId, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    """
    if operation.role != "operation" or "parameters" in operation.holes:
        return
    wanted = [_plain(name) for name in _TEMPLATE.findall(operation.path)]
    declared = [_plain(each.name) for each in operation.parameters if each.location == "path"]
    missing = [name for name in wanted if name not in declared]
    spare = [name for name in declared if name not in wanted]
    if not missing and not spare:
        return
    parts = []
    if missing:
        parts.append(f"does not declare {_quoted(missing)} of its path")
    if spare:
        parts.append(f"declares {_quoted(spare)}, which its path does not have")
    yield Finding(
        message=f"{operation} {' and '.join(parts)}",
        evidence=(operation,),
        cause=f"{operation.path} {missing} {spare}",
        fix=Fix(text="Declare each placeholder of the path with `in: path`, by the same name."),
    )


def _plain(name: str) -> str:
    """Without the marks of RFC 6570 and of routers: `{+path}`, `{path*}`, `{rest:.*}`."""
    return name.strip("+#./;?&*").partition(":")[0].strip()


def _quoted(names: list[str]) -> str:
    return listed([f"'{name}'" for name in names])
