"""What API descriptions show to decisions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.decisions.seen import Seen, count, listed, plural, whether
from backstay.model.contracts import ApiDocument, Operation, SecurityScheme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.backend import Backend

_VERSION = re.compile(r"(?:^|/)(v\d+(?:[._]\d+)?(?:(?:alpha|beta)\d*)?)(?=/|$)", re.IGNORECASE)
_DATE = re.compile(r"(?<![\d.])20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\d-])")
_PAGING = frozenset(
    (
        "page", "page_size", "per_page", "page_token", "cursor", "limit", "offset", "after",
        "before", "starting_after", "page_cursor", "next_token", "continuation_token",
    )
)  # fmt: skip
_CACHE_HEADERS = frozenset(("etag", "cache-control", "last-modified", "expires"))
_CACHE_REQUESTS = frozenset(("if-none-match", "if-modified-since"))


def _files(backend: Backend) -> list[str]:
    return [document.scope for document in backend.of(ApiDocument)]


def _operations(backend: Backend) -> list[Operation]:
    """What callers can call."""
    return [each for each in backend.of(Operation) if each.role == "operation"]


def operation_count(backend: Backend) -> Seen | None:
    """Operations that callers can call."""
    files = _files(backend)
    return count(len(_operations(backend)), "operation", files) if files else None


def _deprecated(backend: Backend) -> list[Operation]:
    return [each for each in _operations(backend) if each.deprecated]


def deprecated_operation_count(backend: Backend) -> Seen | None:
    """Operations that are to go."""
    files = _files(backend)
    return count(len(_deprecated(backend)), "deprecated operation", files) if files else None


def has_deprecated_operations(backend: Backend) -> Seen | None:
    """Whether any operation is to go."""
    return _any(backend, map(str, _deprecated(backend)), "deprecated operations")


def _any(backend: Backend, names: Iterable[str], kind: str) -> Seen | None:
    files = _files(backend)
    return whether(names, kind, files) if files else None


def api_count(backend: Backend) -> Seen | None:
    """API descriptions."""
    files = _files(backend)
    return count(len(files), "API description", files) if files else None


def _versions(backend: Backend) -> set[str]:
    paths = [each.path for each in _operations(backend)]
    paths += [server for document in backend.of(ApiDocument) for server in document.servers]
    return {found[1].lower() for path in paths if (found := _VERSION.search(path))}


def api_version_count(backend: Backend) -> Seen | None:
    """Versions side by side, as paths and servers name them; 1 where none is named."""
    if not _files(backend):
        return None
    versions = _versions(backend)
    named = listed(versions, 4) or "none named in paths or servers"
    return Seen(
        value=float(max(len(versions), 1)), text=f"{plural(len(versions), 'version')}: {named}"
    )


def has_path_versions(backend: Backend) -> Seen | None:
    """Whether paths or servers name versions."""
    return _any(backend, _versions(backend), "versions in paths")


def has_dated_versions(backend: Backend) -> Seen | None:
    """Whether a description's version, or its file's name, is a date.

    That another has none says nothing: the version may stand in a header that nobody described.
    """
    documents = backend.of(ApiDocument)
    found = {
        f"{date[0]} ({document.scope})"
        for document in documents
        for text in (document.version or "", document.scope.rpartition("/")[2])
        if (date := _DATE.search(text))
    }
    return whether(found, "versions that are dates", ()) if found else None


def security_scheme_count(backend: Backend) -> Seen | None:
    """Ways to authenticate, by name."""
    files = _files(backend)
    names = {scheme.name for scheme in backend.of(SecurityScheme)}
    return count(len(names), "security scheme", files) if files else None


def has_oauth(backend: Backend) -> Seen | None:
    """Whether OAuth 2 or OpenID Connect is declared."""
    found = (
        each.name for each in backend.of(SecurityScheme) if each.type in {"oauth2", "openIdConnect"}
    )
    return _any(backend, found, "OAuth 2 or OpenID Connect")


def has_api_keys(backend: Backend) -> Seen | None:
    """Whether API keys are declared."""
    found = (each.name for each in backend.of(SecurityScheme) if each.type == "apiKey")
    return _any(backend, found, "API keys")


def _webhooks(backend: Backend) -> list[Operation]:
    return [each for each in backend.of(Operation) if each.role != "operation"]


def webhook_count(backend: Backend) -> Seen | None:
    """Webhooks and callbacks."""
    files = _files(backend)
    return count(len(_webhooks(backend)), "webhook", files) if files else None


def has_webhooks(backend: Backend) -> Seen | None:
    """Whether the API calls its callers back."""
    return _any(backend, map(str, _webhooks(backend)), "webhooks or callbacks")


def has_pagination(backend: Backend) -> Seen | None:
    """Whether any operation takes parameters of paging."""
    found = (
        str(each)
        for each in _operations(backend)
        if any(_snake(parameter.name) in _PAGING for parameter in each.parameters)
    )
    return _any(backend, found, "parameters of paging")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", name).lower()


def has_cache_headers(backend: Backend) -> Seen | None:
    """Whether any operation documents headers that let callers keep what they got."""
    return _any(backend, map(str, filter(_caches, _operations(backend))), "headers of HTTP caching")


def _caches(operation: Operation) -> bool:
    answers = {
        header.name.lower() for response in operation.responses for header in response.headers
    }
    asks = {each.name.lower() for each in operation.parameters if each.location == "header"}
    return bool(answers & _CACHE_HEADERS or asks & _CACHE_REQUESTS)
