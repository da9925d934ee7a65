"""API descriptions (OpenAPI 3 and Swagger 2) as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.contracts import ApiDocument, ApiServer
from backstay.readers.collector import collector_paused
from backstay.readers.openapi_context import Description
from backstay.readers.openapi_nodes import Library, Node
from backstay.readers.openapi_operations import operations_of
from backstay.readers.openapi_schemas import SchemaReader
from backstay.readers.openapi_security import requirement_of, schemes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.model.facts import Fact
    from backstay.readers.sources import Sources


def read_openapi(files: Sequence[str], sources: Sources) -> Iterator[Fact]:
    """Facts of the API descriptions in ``files``, and of the files that they refer to.

    A part that is not as OpenAPI has it is passed over with an ``Unread`` fact; a reference that
    leads nowhere leaves a hole and an ``UnresolvedReference``.
    """
    library = Library(sources)
    schemas = SchemaReader(library)
    with collector_paused():
        facts: list[Fact] = []
        for file in files:
            whole = library.whole(file)
            if isinstance(whole, Node):
                facts += _description(whole, library, schemas)
        facts += schemas.facts()
    yield from facts
    yield from library.problems


def _description(whole: Node, library: Library, schemas: SchemaReader) -> Iterator[Fact]:
    library.document = whole.file
    written = library.mapping(whole)
    swagger = "swagger" in written and "openapi" not in written
    format_version = library.text(whole, "swagger" if swagger else "openapi")
    if format_version is None:
        if written:
            library.odd(whole, "neither 'openapi' nor 'swagger' says which version this is")
        return
    info = library.part(whole, "info") or Node(whole.file, "/info", {})
    library.mapping(info)
    servers = tuple(_servers(whole, library, swagger=swagger))
    yield ApiDocument(
        where=library.place(whole),
        format="swagger" if swagger else "openapi",
        format_version=format_version,
        title=library.text(info, "title") or "",
        version=library.text(info, "version") or "",
        servers=tuple(server.url for server in servers),
        tags=tuple(_tags(whole, library)),
        has_webhooks=bool(written.get("webhooks") or written.get("x-webhooks")),
    )
    yield from servers
    yield from schemes_of(whole, library, swagger=swagger)
    requirement = requirement_of(whole, whole.file, library)
    if requirement is not None:
        yield requirement
    _take_up_components(whole, library, schemas, swagger=swagger)
    description = Description(
        whole=whole,
        library=library,
        schemas=schemas,
        swagger=swagger,
        guards=requirement.alternatives if requirement else (),
    )
    yield from operations_of(description)


def _tags(whole: Node, library: Library) -> Iterator[str]:
    tags = library.part(whole, "tags")
    for tag in library.items(tags) if tags else ():
        library.mapping(tag)
        if name := library.text(tag, "name"):
            yield name


def _servers(whole: Node, library: Library, *, swagger: bool) -> Iterator[ApiServer]:
    if swagger:
        yield from _hosts(whole, library)
        return
    servers = library.part(whole, "servers")
    for server in library.items(servers) if servers else ():
        library.mapping(server)
        url = library.text(server, "url")
        if url is not None:
            yield ApiServer(
                where=library.place(server),
                document=whole.file,
                url=url,
                description=library.text(server, "description"),
            )


def _hosts(whole: Node, library: Library) -> Iterator[ApiServer]:
    host = library.text(whole, "host")
    base = library.text(whole, "basePath") or ""
    if host is None:
        if part := library.part(whole, "basePath"):
            yield ApiServer(where=library.place(part), document=whole.file, url=base)
        return
    schemes = library.part(whole, "schemes")
    named = (
        [each for each in library.items(schemes) if isinstance(each.value, str)] if schemes else []
    )
    for scheme in named:
        url = f"{scheme.value}://{host}{base}"
        yield ApiServer(where=library.place(scheme), document=whole.file, url=url)
    if not named:
        where = library.place(whole.child("host"))
        yield ApiServer(where=where, document=whole.file, url=f"//{host}{base}")


def _take_up_components(
    whole: Node, library: Library, schemas: SchemaReader, *, swagger: bool
) -> None:
    holder = whole if swagger else library.part(whole, "components")
    declared = library.part(holder, "definitions" if swagger else "schemas") if holder else None
    for _, schema in library.entries(declared) if declared else ():
        schemas.add(schema, whole.file)
