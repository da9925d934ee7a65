from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in
from backstay.practices._schema_names import schema_name
from backstay.practices._words import counted, listed, style_of, words_of
from backstay.practices.practice import practice

_ENOUGH = 8
_USUAL = 0.85

# Standards that prescribe the names of their properties.
_STANDARDS = {"scim", "oidc", "openid", "jwk", "jwks", "saml", "webauthn", "geojson", "fhir"}


@practice(area="contract", severity="low")
def property_naming_inconsistent(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A property is written otherwise than the rest of the API.

    Why: `created_at` here and `createdAt` there is read as two fields. Callers mistype the odd one,
        and since unknown properties are mostly ignored, nothing tells them: the value is just
        missing. Generated code needs a mapping for each exception.
    Fix: Accept and return both spellings for a while, mark the odd one deprecated, then drop it.
    Trade-offs: Renaming breaks every caller who reads or sends the old name.
    Alternatives: Leave old names and fix the style for new ones; names that a standard prescribes
        (OpenID Connect, SCIM, GeoJSON) stay as they are.
    Upkeep: Derive names from one setting of the serializer, not by hand.
    References: https://google.aip.dev/140
        https://opensource.zalando.com/restful-api-guidelines/#118

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Order:
              properties:
                order_id: {type: string}
                created_at: {type: string, format: date-time}
                updated_at: {type: string, format: date-time}
                line_count: {type: integer}
            Customer: # finding
              properties:
                customer_id: {type: string}
                first_name: {type: string}
                last_name: {type: string}
                street_address: {type: string}
                postalCode: {type: string}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Customer:
              properties:
                customer_id: {type: string}
                first_name: {type: string}
                last_name: {type: string}
                street_address: {type: string}
                postal_code: {type: string}
    """
    schemas = [each for each in backend.schemas_in(document.scope) if each.properties]
    names = {name: None for each in schemas for name, _ in each.properties}
    # Hyphens come with the names of headers and of other systems' fields.
    styles = {name: style for name in names if "-" not in name and (style := style_of(name))}
    counts = Counter(styles.values())
    if len(counts) < 2:
        return
    usual, most = counts.most_common(1)[0]
    if most < _ENOUGH or most < _USUAL * len(styles):
        return
    for schema in schemas:
        odd = [name for name, _ in schema.properties if styles.get(name, usual) != usual]
        if not odd or _is_prescribed(schema, odd, styles, usual):
            continue
        yield Finding(
            message=f"{schema_name(schema)} has {listed(odd)} ({styles[odd[0]]}), while {most:,} "
            f"of {counted(len(styles), 'property name')} are {usual}",
            evidence=(schema,),
            cause=cause_in(document),
            fix=Fix(
                text=f"Offer {listed(odd)} in {usual} too, and mark the old spelling deprecated."
            ),
        )


def _is_prescribed(schema: Schema, odd: list[str], styles: dict[str, str], usual: str) -> bool:
    """Whether the names come from elsewhere: from a standard, or as a whole object."""
    if not _STANDARDS.isdisjoint(words_of(schema_name(schema))):
        return True
    return len(odd) > 1 and not any(styles.get(name) == usual for name, _ in schema.properties)
