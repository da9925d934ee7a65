from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from backstay.model.backend import Backend
from backstay.model.contracts import Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._json_types import is_of_type
from backstay.practices._schema_names import schema_name
from backstay.practices._words import listed
from backstay.practices.practice import practice


@practice(area="contract", severity="medium")
def default_not_allowed(schema: Schema, _: Backend) -> Iterator[Finding]:
    """A default value breaks the rules of its own schema.

    Why: The default is what the service uses when the caller says nothing, so either it is wrong
        or the rule is. Clients that fill in defaults send a value which validation then refuses;
        generated code often does not even compile.
    Fix: Make the default one of the allowed values, or widen the rule to what the service does.
    Trade-offs: Changing the default changes what callers get who rely on it: find out first which
        of the two the service lives by.
    Alternatives: Drop the default and describe in words what happens without a value.
    Upkeep: Derive the description from the code that fills in the value.
    References: https://spec.openapis.org/oas/v3.1.1.html#schema-object
        https://json-schema.org/draft/2020-12/json-schema-validation#section-9.2

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - name: sort
                  in: query
                  schema: {type: string, enum: [newest, oldest], default: recent} # finding
              responses:
                "204": {description: None}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - name: sort
                  in: query
                  schema: {type: string, enum: [newest, oldest], default: newest}
              responses:
                "204": {description: None}
    """
    if schema.default is None:
        return
    why = _broken_rule(schema, msgspec.json.decode(schema.default))
    if why is not None:
        yield Finding(
            message=f"{schema_name(schema)} has the default {schema.default[:60]}, {why}",
            evidence=(schema,),
            cause=f"{schema_name(schema)} {schema.default[:60]}",
            fix=Fix(text="Make the default an allowed value, or widen what is allowed."),
        )


def _broken_rule(schema: Schema, value: Any) -> str | None:  # noqa: ANN401 (plain data)
    if value is None:  # `default: null` is how people say that there is none
        return None
    if schema.types and not any(is_of_type(value, name) for name in schema.types):
        return f"which is no {' or '.join(schema.types)}"
    if schema.enum and schema.default not in schema.enum:
        return f"which is none of its values ({listed(list(schema.enum))})"
    if isinstance(value, str):
        return _broken_length(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _broken_bound(schema, value)
    return None


def _broken_length(schema: Schema, value: str) -> str | None:
    if schema.max_length is not None and len(value) > schema.max_length:
        return f"which is longer than {schema.max_length} characters"
    if schema.min_length is not None and len(value) < schema.min_length:
        return f"which is shorter than {schema.min_length} characters"
    return None


def _broken_bound(schema: Schema, value: float) -> str | None:
    if schema.maximum is not None and value > schema.maximum:
        return f"which is above the maximum of {schema.maximum:g}"
    if schema.minimum is not None and value < schema.minimum:
        return f"which is below the minimum of {schema.minimum:g}"
    return None
