from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in
from backstay.practices._schema_names import schema_name
from backstay.practices._words import words_of
from backstay.practices.practice import practice

# Money whatever stands beside it; the others only beside a currency.
_MONEY = {"price", "subtotal", "salary", "revenue", "invoice", "refund", "payout", "msrp"}
_MONEY_WITH_CURRENCY = {"amount", "total", "cost", "fee", "balance", "discount", "tax", "value"}

_NOT_MONEY = {"count", "percent", "percentage", "rate", "ratio", "factor", "score", "quantity"}
_NOT_MONEY |= {"number", "id", "change", "index", "per", "level", "weight", "multiplier"}


@practice(area="data", severity="medium")
def money_as_json_number(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An amount of money is a JSON number with a fraction.

    Why: Most JSON parsers read such a number as a binary float, in which 0.10 does not exist: sums
        are off by a cent, comparisons fail, and 19.90 comes back as 19.899999999999999. Neither
        side notices until the books do not balance.
    Fix: Send integers of the smallest unit (`1990` cents) or a decimal string (`"19.90"`), with the
        currency beside it.
    Trade-offs: Clients convert for display, and must know that yen have no cents and dinars three
        digits.
    Alternatives: Keep the number where values are only shown, such as statistics.
    Upkeep: Keep the same form in the database: numeric, not double precision.
    References: https://www.rfc-editor.org/rfc/rfc8259#section-6
        https://opensource.zalando.com/restful-api-guidelines/#173

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Product:
              type: object
              properties:
                price: {type: number, format: double} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Product:
              type: object
              properties:
                price: {type: integer, description: In cents}
                currency: {type: string, minLength: 3, maxLength: 3}
    """
    found = [
        (name, amount, holder)
        for holder in backend.schemas_in(document.scope)
        if holder.properties
        for name, amount in _amounts(holder, backend)
    ]
    for name, amount, holder in found:
        yield Finding(
            message=f"'{name}' of {schema_name(holder)} is money as a JSON number "
            f"({len(found):,} in all)",
            evidence=(amount, holder),
            about=name,
            cause=cause_in(document),
            fix=Fix(text="Send integers of the smallest unit, or a decimal string."),
        )


def _amounts(holder: Schema, backend: Backend) -> Iterator[tuple[str, Schema]]:
    for name, key in holder.properties:
        if not _is_money(name, holder, backend):
            continue
        schema = backend.schema(key)
        if schema is not None and "number" in schema.types and schema.format != "decimal":
            yield name, schema


def _is_money(name: str, holder: Schema, backend: Backend) -> bool:
    words = words_of(name)
    if not words or not _NOT_MONEY.isdisjoint(words):
        return False
    if words[-1] in _MONEY:
        return True
    return words[-1] in _MONEY_WITH_CURRENCY and any(
        "currency" in words_of(other) for other, _ in backend.properties_of(holder)
    )
