"""Security schemes and requirements of API descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.contracts import Guard, OAuthFlow, SecurityRequirement, SecurityScheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.readers.openapi_nodes import Library, Node

Alternatives = tuple[tuple[Guard, ...], ...]

# Swagger 2 names its OAuth flows otherwise.
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}


def schemes_of(whole: Node, library: Library, *, swagger: bool) -> Iterator[SecurityScheme]:
    """The declared security schemes."""
    holder = whole if swagger else library.part(whole, "components")
    key = "securityDefinitions" if swagger else "securitySchemes"
    declared = library.part(holder, key) if holder else None
    for name, entry in library.entries(declared) if declared else ():
        scheme = library.follow(entry)
        if scheme is None or not library.mapping(scheme):
            continue
        yield SecurityScheme(
            where=library.place(scheme),
            document=whole.file,
            name=name,
            type=library.text(scheme, "type") or "",
            location=library.text(scheme, "in"),
            parameter=library.text(scheme, "name"),
            scheme=library.text(scheme, "scheme"),
            flows=tuple(_swagger_flow(scheme, library) if swagger else _flows(scheme, library)),
        )


def _flows(scheme: Node, library: Library) -> Iterator[OAuthFlow]:
    flows = library.part(scheme, "flows")
    for name, flow in library.children(flows) if flows else ():
        library.mapping(flow)
        yield _flow(name, flow, library)


def _swagger_flow(scheme: Node, library: Library) -> Iterator[OAuthFlow]:
    name = library.text(scheme, "flow")
    if name is not None:
        yield _flow(_FLOWS.get(name, name), scheme, library)


def _flow(name: str, flow: Node, library: Library) -> OAuthFlow:
    scopes = library.part(flow, "scopes")
    return OAuthFlow(
        name=name,
        authorization_url=library.text(flow, "authorizationUrl"),
        token_url=library.text(flow, "tokenUrl"),
        scopes=tuple(library.mapping(scopes)) if scopes else (),
    )


def requirement_of(holder: Node, document: str, library: Library) -> SecurityRequirement | None:
    """What ``security`` of a document or an operation asks for; None where it says nothing."""
    security = library.part(holder, "security")
    if security is None or not isinstance(security.value, list):
        if security is not None:
            library.listing(security)
        return None
    alternatives = (_guards(item, library) for item in library.items(security))
    return SecurityRequirement(
        where=library.place(security),
        document=document,
        alternatives=tuple(guards for guards in alternatives if guards is not None),
    )


def _guards(alternative: Node, library: Library) -> tuple[Guard, ...] | None:
    if not isinstance(alternative.value, dict):
        library.mapping(alternative)
        return None
    return tuple(
        Guard(scheme=name, scopes=tuple(str(each) for each in library.listing(scopes)))
        for name, scopes in library.entries(alternative)
    )
