from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, is_template, own_operations, segments_of
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

# Words of operations that anybody must be able to call.
_PUBLIC = {
    *("login", "logout", "signin", "signup", "register", "registration", "authenticate", "auth"),
    *("oauth", "oauth2", "oidc", "saml", "sso", "token", "tokens", "authorize", "session"),
    *("sessions", "password", "forgot", "reset", "verify", "verification", "confirm", "activate"),
    *("invitation", "invitations", "invite", "health", "healthz", "healthcheck", "live", "livez"),
    *("ready", "readyz", "readiness", "liveness", "ping", "alive", "status", "version", "info"),
    *("metrics", "webhook", "webhooks", "callback", "callbacks", "hook", "hooks", "public"),
    *("guest", "anonymous", "captcha", "csrf", "jwks", "known", "docs", "openapi", "swagger"),
    *("unsubscribe", "contact", "feedback", "telemetry", "setup", "bootstrap", "share", "shared"),
}
_SIGN_UP = {"user", "users", "account", "accounts", "customers", "members"}
_CAPABILITIES = {"token", "secret", "signature", "otp", "pin", "code", "key", "password", "hmac"}

_ENOUGH = 3
_MOST = 0.75


@practice(area="security", severity="high")
def operation_without_security(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An operation asks for no credentials, unlike those around it.

    Why: Where security is stated operation by operation, the one that says nothing is open to
        anybody. It is the most common serious fault of APIs, and nothing fails because of it until
        somebody finds it.
    Fix: Ask for the same security as the operations around it, best once for the whole document.
    Trade-offs: None, if callers send credentials anyway; check that they do before you enforce it.
    Alternatives: If it is public on purpose, say so with `security: []`.
    Upkeep: State security once at the top of the document, so that a new operation is closed until
        somebody opens it.
    References: https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
        https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              security: [{bearerAuth: []}]
              responses: {"204": {description: None}}
            post:
              security: [{bearerAuth: []}]
              responses: {"204": {description: None}}
          /orders/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string}}
            get:
              security: [{bearerAuth: []}]
              responses: {"204": {description: None}}
            delete: # finding
              responses: {"204": {description: None}}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        security: [{bearerAuth: []}]
        paths:
          /orders:
            get:
              responses: {"204": {description: None}}
            post:
              responses: {"204": {description: None}}
          /orders/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string}}
            get:
              responses: {"204": {description: None}}
            delete:
              responses: {"204": {description: None}}
          /login:
            post:
              security: []
              responses: {"204": {description: None}}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    """
    operations = [
        each for each in own_operations(document, backend) if each.guards or not _is_public(each)
    ]
    guarded = [each for each in operations if each.guards]
    if len(guarded) < _ENOUGH or len(guarded) < _MOST * len(operations):
        return
    closed = {_resource(each) for each in guarded if each.method == "GET"}
    for operation in operations:
        if operation.guards or operation.own_security or "security" in operation.holes:
            continue
        if not _should_be_closed(operation, closed) or _brings_a_secret(operation, backend):
            continue
        yield Finding(
            message=f"{operation} asks for no credentials, "
            f"while {len(guarded):,} of {counted(len(operations), 'operation')} do",
            evidence=(operation, document),
            cause=cause_in(document),
            fix=Fix(text="Ask for the same security as the others, or say `security: []`."),
        )


def _resource(operation: Operation) -> str:
    return "/".join(part for part in segments_of(operation.path) if not is_template(part))


def _should_be_closed(operation: Operation, closed: set[str]) -> bool:
    """Whether it changes something, or others that read the same resource ask for credentials."""
    if operation.method in ("HEAD", "OPTIONS", "TRACE"):
        return False
    return operation.method != "GET" or _resource(operation) in closed


def _is_public(operation: Operation) -> bool:
    fixed = [part for part in segments_of(operation.path) if not is_template(part)]
    if operation.method == "POST" and fixed and fixed[-1].lower() in _SIGN_UP:
        return True
    words = {*words_of(operation.path), *words_of(operation.operation_id or "")}
    return not _PUBLIC.isdisjoint(words)


def _brings_a_secret(operation: Operation, backend: Backend) -> bool:
    """Whether the request itself carries what entitles to it: a link's token, a license key."""
    names = [parameter.name for parameter in operation.parameters]
    for media_type in operation.body.media_types if operation.body else ():
        schema = backend.schema(media_type.schema)
        names += (name for name, _ in backend.properties_of(schema)) if schema else ()
    return any(not _CAPABILITIES.isdisjoint(words_of(name)) for name in names)
