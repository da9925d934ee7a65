from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, is_template, own_operations, segments_of
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

# Verbs that say again what the method says.
_SAID = {
    "GET": {"get", "fetch", "retrieve", "list"},
    "POST": {"create", "insert"},
    "PUT": {"update", "edit", "modify"},
    "PATCH": {"update", "edit", "modify"},
    "DELETE": {"delete", "remove"},
}
# Of one thing, these need no POST; of many at once, a POST with a body is right.
_SAID_BY_POST = {"update", "edit", "modify", "delete", "remove"}
# "remove-token" is a token for removing.
_NOUNS = {"token", "tokens", "url", "link", "links", "policy", "settings", "history", "status"}
_VERBS = set().union(_SAID_BY_POST, *_SAID.values())


@practice(area="contract", severity="info")
def verb_in_path(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A path repeats in words what its method says.

    Why: In an API of resources, callers know `DELETE /users/7` without reading on. `/deleteUser`
        has to be looked up, and rules by method and path (caches, retries, rate limits,
        permissions, audit logs) do not see what it is.
    Fix: Name the resource in the path and leave the verb to the method.
    Trade-offs: A new URL; the old one must go on for a while.
    Alternatives: An API of procedures throughout is a style as well; mixed styles are the trouble.
        Actions that no method says, such as `POST /orders/{id}/cancel`, are fine.
    Upkeep: Look at new paths in review.
    References: https://google.aip.dev/131
        https://opensource.zalando.com/restful-api-guidelines/#141

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /deleteOrder:
            post: # finding
              responses: {"204": {description: None}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /orders/{id}:
            delete:
              parameters: [{name: id, in: path, required: true, schema: {type: string}}]
              responses: {"204": {description: None}}
    """
    operations = own_operations(document, backend)
    if sum(_last_word(each) in _VERBS for each in operations) * 3 > len(operations):
        return  # an API of procedures, which is consistent
    speaking = [each for each in operations if _repeats_its_method(each)]
    for operation in speaking:
        yield Finding(
            message=f"{operation} says '{_last_word(operation)}' in its path "
            f"({len(speaking):,} of {counted(len(operations), 'operation')})",
            evidence=(operation,),
            cause=cause_in(document),
            fix=Fix(text="Name the resource in the path and leave the verb to the method."),
        )


def _last_words(operation: Operation) -> tuple[str, ...]:
    """The words of the last fixed part of its path."""
    segments = [part for part in segments_of(operation.path) if not is_template(part)]
    return words_of(segments[-1]) if segments else ()


def _last_word(operation: Operation) -> str:
    words = _last_words(operation)
    return words[0] if words else ""


def _repeats_its_method(operation: Operation) -> bool:
    verb = _last_word(operation)
    if not _NOUNS.isdisjoint(_last_words(operation)[-1:]):
        return False
    if verb in _SAID.get(operation.method, ()):
        return True
    segments = segments_of(operation.path)
    of_one = len(_last_words(operation)) > 1 or any(map(is_template, segments[-2:]))
    return operation.method == "POST" and verb in _SAID_BY_POST and of_one
