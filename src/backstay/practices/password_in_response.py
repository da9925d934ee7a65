from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._schema_names import schema_name
from backstay.practices._words import words_of
from backstay.practices.practice import practice

_PASSWORDS = {("password",), ("passwd",), ("pwd",), ("user", "password")}
_HASHES = {("password", "hash"), ("hashed", "password"), ("password", "digest")}
_PEOPLE = {"user", "account", "member", "customer", "employee", "admin", "person", "profile"}

_ISSUED = re.compile(r"\b(?:generated|issued|only once|one[- ]time|temporary)\b", re.IGNORECASE)


@practice(area="security", severity="medium")
def password_in_response(schema: Schema, backend: Backend) -> Iterator[Finding]:
    """A response gives back a password.

    Why: A password that a service can show is one that it stores readably, or it shows the hash,
        which is then cracked offline. Responses end in caches, logs and browser stores. Often
        it is an accident: one schema serves both for the request and for the response.
    Fix: Mark the property `writeOnly: true`, and leave it out of what the service returns.
    Trade-offs: Two schemas, or a marker that generators must respect, instead of one.
    Alternatives: A password that the service itself has made may be shown once, in the response
        that creates it; describe it as that.
    Upkeep: Test that no response of a user resource holds the property.
    References: https://spec.openapis.org/oas/v3.0.4.html#schema-object
        https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /me:
            get:
              responses:
                "200":
                  description: The caller
                  content:
                    application/json:
                      schema: {$ref: "#/components/schemas/User"}
        components:
          schemas:
            User:
              type: object
              properties:
                name: {type: string}
                password: {type: string} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /me:
            get:
              responses:
                "200":
                  description: The caller
                  content:
                    application/json:
                      schema: {$ref: "#/components/schemas/User"}
        components:
          schemas:
            User:
              type: object
              properties:
                name: {type: string}
                password: {type: string, writeOnly: true}
    """
    if schema.returned_by is None:
        return
    for name, key in schema.properties:
        if not _is_a_secret_of_people(name, schema):
            continue
        held = backend.schema(key)
        if held is None or held.write_only or held.read_only or not _is_text(held):
            continue
        if _ISSUED.search(held.description or ""):
            continue
        yield Finding(
            message=f"{schema_name(schema)} gives back '{name}' in {schema.returned_by}",
            evidence=(held, schema),
            about=name,
            cause=schema.returned_by,
            fix=Fix(text=f"Mark '{name}' `writeOnly: true` and leave it out of responses."),
        )


def _is_a_secret_of_people(name: str, schema: Schema) -> bool:
    """Whether somebody chose it: those that a service issues must be shown once."""
    words = words_of(name)
    if words in _HASHES:
        return True
    if words not in _PASSWORDS:
        return False
    return schema.sent_by is not None or not _PEOPLE.isdisjoint(words_of(schema_name(schema)))


def _is_text(schema: Schema) -> bool:
    return not schema.types or "string" in schema.types
