from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._schema_names import schema_name
from backstay.practices._words import listed
from backstay.practices.practice import practice


@practice(area="contract", severity="medium")
def required_property_undefined(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A schema requires a property that it does not describe.

    Why: It is most often a typing error or the trace of a rename. Validators refuse what lacks a
        property of which nobody knows type or meaning, while the property that was meant is
        optional; generated clients have no field for it.
    Fix: Mend the name in `required`, or describe the property.
    Trade-offs: Requiring a property that was optional by mistake refuses requests that were let
        through before; for requests, check first that all callers send it.
    Alternatives: Drop the name, if the property is gone.
    Upkeep: Rename properties and their entry in `required` in one change.
    References: https://json-schema.org/draft/2020-12/json-schema-validation#section-6.5.3

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Order: # finding
              type: object
              required: [id, costumer]
              properties:
                id: {type: string}
                customer: {type: string}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Order:
              type: object
              required: [id, customer]
              properties:
                id: {type: string}
                customer: {type: string}
    """
    schemas = backend.schemas_in(document.scope)
    members = {key for schema in schemas for key in _members(schema, backend)}
    for schema in schemas:
        if not _is_complete(schema) or schema.key in members:
            continue
        described = {name for name, _ in schema.properties}
        missing = [name for name in schema.required if name not in described]
        if missing:
            names = listed([f"'{name}'" for name in missing])
            yield Finding(
                message=f"{schema_name(schema)} requires {names}, which it does not describe",
                evidence=(schema,),
                cause=f"{schema_name(schema)} {missing}",
                fix=Fix(text=f"Describe {names}, or mend the name in `required`."),
            )


def _is_complete(schema: Schema) -> bool:
    """Whether all properties are described in the schema itself."""
    composed = schema.all_of or schema.any_of or schema.one_of or schema.others or schema.reference
    return bool(schema.properties) and not composed and schema.additional in (None, False)


def _members(schema: Schema, backend: Backend) -> Iterator[str]:
    """What the schema is composed of: there, another member may describe the property."""
    for key in (*schema.all_of, *schema.any_of, *schema.one_of):
        yield key
        target = backend.schema(key)
        if target is not None:
            yield target.key
