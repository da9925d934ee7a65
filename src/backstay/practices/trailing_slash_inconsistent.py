from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, ApiPath
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in
from backstay.practices._words import counted
from backstay.practices.practice import practice

_ENOUGH = 4
_RARE = 19


@practice(area="contract", severity="low")
def trailing_slash_inconsistent(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Some paths end in a slash and others do not.

    Why: `/orders` and `/orders/` are two URLs. Frameworks answer the wrong one with 404 or with a
        redirect; on a redirected POST many clients send a GET without the body.
    Fix: Choose one form, best without the slash, and serve the other as well, without a redirect.
    Trade-offs: Two routes per path while both are served.
    Alternatives: Redirect with 308, which keeps method and body.
    Upkeep: Let the router normalise the path once, before routing.
    References: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.4
        https://www.rfc-editor.org/rfc/rfc9110#section-15.4.9

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /orders/new: {get: {responses: {"204": {description: None}}}}
          /invoices: {get: {responses: {"204": {description: None}}}}
          /invoices/due: {get: {responses: {"204": {description: None}}}}
          /products: {get: {responses: {"204": {description: None}}}}
          /products/popular: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /customers/new: {get: {responses: {"204": {description: None}}}}
          /refunds/: {get: {responses: {"204": {description: None}}}} # finding
          /refunds/open: {get: {responses: {"204": {description: None}}}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /orders/new: {get: {responses: {"204": {description: None}}}}
          /invoices: {get: {responses: {"204": {description: None}}}}
          /invoices/due: {get: {responses: {"204": {description: None}}}}
          /products: {get: {responses: {"204": {description: None}}}}
          /products/popular: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /customers/new: {get: {responses: {"204": {description: None}}}}
          /refunds: {get: {responses: {"204": {description: None}}}}
          /refunds/open: {get: {responses: {"204": {description: None}}}}
    """
    paths = [each for each in backend.paths_in(document.scope) if len(each.path) > 1]
    parents = {each.path.rstrip("/").rpartition("/")[0] for each in paths}
    # Some routers end only collections in a slash, which is a rule too; which paths without others
    # below them are collections is not to be seen, so that only rare exceptions count there.
    for kind in ((True, True), (True, False), (False, True), (False, False)):
        alike = [each for each in paths if _kind(each.path, parents) == kind]
        yield from _odd_ones(alike, 1 if kind[0] else _RARE, document)


def _kind(path: str, parents: set[str]) -> tuple[bool, bool]:
    plain = path.rstrip("/")
    return plain in parents, plain.endswith("}")


def _odd_ones(paths: list[ApiPath], factor: int, document: ApiDocument) -> Iterator[Finding]:
    ending = [each for each in paths if each.path.endswith("/")]
    bare = [each for each in paths if not each.path.endswith("/")]
    few, many = sorted((ending, bare), key=len)
    if not few or len(many) < max(_ENOUGH, len(few) * factor):
        return
    form = "ends in a slash" if few is ending else "does not end in a slash"
    for path in few:
        yield Finding(
            message=f"{path.path} {form}, unlike {counted(len(many), 'path')} of its kind",
            evidence=(path,),
            cause=cause_in(document),
            fix=Fix(text="Serve both forms without a redirect, and describe one of them."),
        )
