"""What the parts of the OpenAPI reader share while one description is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.model.contracts import Guard, Parameter, RequestBody, Response, Role
    from backstay.readers.openapi_nodes import Library, Node
    from backstay.readers.openapi_schemas import SchemaReader

T = TypeVar("T")

# No real API comes near; beyond it, parts that refer to each other multiply without end.
MAX_PARTS = 250_000


class Description:
    """One API description while it is read."""

    def __init__(
        self,
        *,
        whole: Node,
        library: Library,
        schemas: SchemaReader,
        swagger: bool,
        guards: tuple[tuple[Guard, ...], ...],
    ) -> None:
        self.whole = whole
        self.library = library
        self.schemas = schemas
        self.swagger = swagger
        self.guards = guards
        self.parts = 0
        self.known: dict[tuple[Role, str, str], Any] = {}

    @property
    def file(self) -> str:
        """The file of the description."""
        return self.whole.file

    def room(self) -> bool:
        """Whether one more part may be read."""
        self.parts += 1
        if self.parts == MAX_PARTS:
            self.library.odd(self.whole, f"more than {MAX_PARTS:,} operations and their parts")
        return self.parts < MAX_PARTS


class Use:
    """One operation while it is read: its name, and which way its messages go."""

    def __init__(self, description: Description, name: str, role: Role) -> None:
        self.description = description
        self.name = name
        self.role = role
        self.holes: list[str] = []

    def hole(self, part: str) -> None:
        """Note that something of the operation could not be read."""
        if part not in self.holes:
            self.holes.append(part)

    def shared(self, name: tuple[str, str], read: Callable[[], T]) -> T:
        """What ``read`` finds at a place that many operations may use; read once."""
        known, key = self.description.known, (self.role, *name)
        if key not in known:
            known[key] = read()
        found: T = known[key]
        return found

    def request(self, schema: str) -> None:
        """Note a schema of the request."""
        # The API itself sends the requests of callbacks and webhooks.
        schemas = self.description.schemas
        (schemas.sent if self.role == "operation" else schemas.returned)(schema, self.name)

    def response(self, schema: str) -> None:
        """Note a schema of a response."""
        schemas = self.description.schemas
        (schemas.returned if self.role == "operation" else schemas.sent)(schema, self.name)


class Messages(Protocol):
    """How a version of the format writes parameters, bodies and responses."""

    def parameter(self, node: Node, use: Use) -> Parameter | None:
        """A parameter; None for what is a body."""

    def body(self, operation: Node, parameters: list[Node], use: Use) -> RequestBody | None:
        """The request body of an operation with these (merged) parameters."""

    def response(self, node: Node, status: str, operation: Node, use: Use) -> Response:
        """A response."""
