from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import is_template, segments_of
from backstay.practices._words import words_of
from backstay.practices.practice import practice

_CHANGES = {
    "delete": "DELETE",
    "remove": "DELETE",
    "destroy": "DELETE",
    "purge": "DELETE",
    "create": "POST",
    "insert": "POST",
    "approve": "POST",
    "reject": "POST",
    "cancel": "POST",
    "revoke": "POST",
    "disable": "POST",
    "enable": "POST",
    "activate": "POST",
    "deactivate": "POST",
    "restart": "POST",
    "update": "PATCH",
}

# "restart_count" is a number, "delete-policy" a setting.
_NOUNS = {"count", "counts", "history", "info", "log", "logs", "options", "policies", "policy"}
_NOUNS |= {"preview", "reason", "reasons", "rules", "settings", "stats", "status", "time", "url"}

_READING = {"check", "count", "fetch", "find", "get", "list", "preview", "read", "retrieve", "show"}


@practice(area="contract", severity="high")
def unsafe_get(operation: Operation, backend: Backend) -> Iterator[Finding]:
    """A GET operation changes something, to judge by its path.

    Why: GET is safe by definition, and everything between the parties acts on that: browsers and
        mail scanners fetch links ahead, crawlers follow them, clients and proxies repeat a GET that
        timed out, caches answer without asking. Any page can make a visitor's browser send it,
        cookies included.
    Fix: Make it a POST, or the method that says what it does (DELETE, PUT, PATCH).
    Trade-offs: Plain links no longer work for it; a form or a script must send it.
    Alternatives: For links in mail, a GET that shows a page whose button sends the POST.
    Upkeep: Keep the old GET answering 405 for a while, so that callers notice.
    References: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
        https://cwe.mitre.org/data/definitions/650.html

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}/cancel:
            get: # finding
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: Cancelled}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}/cancel:
            post:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: Cancelled}
    """
    if operation.method != "GET" or operation.role != "operation":
        return
    verb = _verb(operation.path)
    if verb is None or _says_that_it_reads(operation) or _shows_a_page(operation):
        return
    if any(
        path.path.startswith(f"{operation.path}/") for path in backend.paths_in(operation.scope)
    ):
        return  # a resource of that name, with others below it
    yield Finding(
        message=f"{operation} is a GET, yet its path says '{verb}'",
        evidence=(operation,),
        cause=str(operation),
        fix=Fix(text=f"Make it a {_CHANGES[verb]}."),
    )


def _verb(path: str) -> str | None:
    """The verb of change that the last fixed part of a path starts with."""
    fixed = [part for part in segments_of(path) if not is_template(part)]
    words = words_of(fixed[-1].rpartition(".")[2] or fixed[-1]) if fixed else ()
    if not words or words[0] not in _CHANGES or words[-1] in _NOUNS:
        return None
    return None if words == ("update",) else words[0]  # "update" alone may be a new version


def _says_that_it_reads(operation: Operation) -> bool:
    """Whether its summary or id names it as a question."""
    said = (*words_of(operation.summary or "")[:1], *words_of(operation.operation_id or ""))
    return not _READING.isdisjoint(said) and _CHANGES.keys().isdisjoint(said)


def _shows_a_page(operation: Operation) -> bool:
    """Whether it answers with HTML: a form for the change, not the change."""
    types = (media.name for response in operation.responses for media in response.media_types)
    return any(name.startswith(("text/html", "application/xhtml")) for name in types)
