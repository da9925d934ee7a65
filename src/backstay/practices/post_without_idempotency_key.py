from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations, segments_of
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

# What must not happen twice: the last part of the path.
_MONEY = {
    *("payment", "payments", "charge", "charges", "refund", "refunds", "payout", "payouts"),
    *("transfers", "order", "orders", "purchase", "purchases", "withdrawal", "withdrawals"),
    *("transaction", "transactions", "credit", "credits", "disbursements"),
}
_WITHOUT_EFFECT = {"preview", "previews", "quote", "quotes", "estimate", "search", "simulate"}
_KEYS = {"idempotency", "idempotent", "idempotence", "nonce", "dedup", "deduplication"}
_OWN_KEYS = {
    *(("request", "id"), ("client", "request", "id"), ("external", "id"), ("client", "id")),
    *(("reference",), ("merchant", "reference"), ("reference", "id"), ("client", "token")),
    *(("request", "token"), ("transaction", "id"), ("x", "correlation", "id")),
}


@practice(area="resilience", severity="low")
def post_without_idempotency_key(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A request that moves money or places an order cannot be repeated safely.

    Why: When the connection breaks before the response arrives, the caller cannot know whether it
        happened. Without a key it can only give up, or send again and pay twice. Clients, gateways
        and queues repeat requests on their own.
    Fix: Take an `Idempotency-Key` header, store it with the response in the same transaction, and
        answer a repetition with that response.
    Trade-offs: A table of keys with an expiry, and a rule for two requests with one key at once.
    Alternatives: A PUT to an id that the client chooses, or a unique reference in the body that the
        database enforces.
    Upkeep: Delete keys after a day or more, and alert on keys that come with another body.
    References: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
        https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /payments:
            post: # finding
              requestBody:
                content:
                  application/json:
                    schema: {type: object, properties: {amount: {type: integer}}}
              responses: {"201": {description: Paid}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /payments:
            post:
              parameters:
                - {name: Idempotency-Key, in: header, required: true, schema: {type: string}}
              requestBody:
                content:
                  application/json:
                    schema: {type: object, properties: {amount: {type: integer}}}
              responses: {"201": {description: Paid}}
    """
    moving = [each for each in own_operations(document, backend) if _moves(each)]
    without = [each for each in moving if not _has_key(each, backend)]
    for operation in without:
        yield Finding(
            message=f"{operation} has no idempotency key: a repeated request happens twice "
            f"({len(without):,} of {counted(len(moving), 'such operation')})",
            evidence=(operation,),
            cause=cause_in(document),
            fix=Fix(text="Take an `Idempotency-Key` header and answer repetitions from store."),
        )


def _moves(operation: Operation) -> bool:
    if operation.method != "POST" or "parameters" in operation.holes or operation.deprecated:
        return False
    segments = [part.lower() for part in segments_of(operation.path)]
    return bool(segments) and segments[-1] in _MONEY and _WITHOUT_EFFECT.isdisjoint(segments)


def _has_key(operation: Operation, backend: Backend) -> bool:
    names = [parameter.name for parameter in operation.parameters if parameter.location != "path"]
    for media_type in operation.body.media_types if operation.body else ():
        schema = backend.schema(media_type.schema)
        names += (name for name, _ in backend.properties_of(schema)) if schema else ()
    words = [words_of(name) for name in names]
    said = words_of(f"{operation.summary} {operation.description}")
    return any(
        not _KEYS.isdisjoint(each) or each in _OWN_KEYS for each in words
    ) or not _KEYS.isdisjoint(said)
