from __future__ import annotations

from collections.abc import Iterator

import msgspec

from backstay.model.backend import Backend
from backstay.model.contracts import Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._json_types import is_of_type
from backstay.practices._schema_names import schema_name
from backstay.practices._words import listed
from backstay.practices.practice import practice


@practice(area="contract", severity="medium")
def enum_type_mismatch(schema: Schema, _: Backend) -> Iterator[Finding]:
    """A listed value is not of the type that its schema asks for.

    Why: No request or response can ever hold that value: it breaks the type, and any other value
        breaks the list. In YAML it is mostly a missing quote: `no`, `1.0` and `0123` are not text
        to every reader. Validators refuse what the service sends.
    Fix: Quote the value, or mend the type.
    Trade-offs: None; the description contradicts itself.
    Alternatives: None.
    Upkeep: Quote all values of text enums in YAML.
    References: https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.2
        https://yaml.org/spec/1.2.2/#103-core-schema

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Version: {type: string, enum: [1.0, 1.1]} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Version: {type: string, enum: ["1.0", "1.1"]}
    """
    if not schema.types:
        return
    odd = [text for text in schema.enum if not _may_be(text, schema.types)]
    if odd:
        types = " or ".join(schema.types)
        yield Finding(
            message=f"{schema_name(schema)} lists {listed(odd)}, but asks for {types}",
            evidence=(schema,),
            cause=f"{schema_name(schema)} {odd[0]}",
            fix=Fix(text="Quote the value, or mend the type."),
        )


def _may_be(text: str, types: tuple[str, ...]) -> bool:
    value = msgspec.json.decode(text)
    # OpenAPI 3.0 wants null listed beside `nullable`; that it is missing there is no contradiction.
    return value is None or any(is_of_type(value, name) for name in types)
