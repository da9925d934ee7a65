"""What an API description is made of, whichever format it is written in.

Everything keeps the node that it was read from, so that each statement has its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node

Alternative = dict[str, tuple[str, ...]]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Entry(NamedTuple):
    """An operation that was found but not read yet.

    Attributes:
        method: in capital letters.
        template: the path as written, or the name of a webhook.
        item: the path item that holds it.
        node: the operation itself.
    """

    method: str
    template: str
    item: Node
    node: Node

    @property
    def label(self) -> str:
        """The operation as people name it."""
        return f"{self.method} {self.template}"


class Parameter(NamedTuple):
    """A parameter of a request, or a header of a response.

    Attributes:
        place: path, query, header or cookie.
        name: as written; ``key`` is the same for a parameter that is the same on the wire.
        node: the parameter object, with the reference to it followed.
        schema: of its value; None if it has none.
        style, explode: how lists and objects are written.
        media_type: of its content, where it is given as content; "" else.
    """

    place: str
    name: str
    key: str
    node: Node
    schema: Node | None
    required: bool
    style: str
    explode: bool
    media_type: str = ""


class Media(NamedTuple):
    """One media type of a body, by the name that is written."""

    name: str
    node: Node
    schema: Node | None
    encoding: dict[str, Any]


class Body(NamedTuple):
    """The body of a request."""

    node: Node
    required: bool
    media: dict[str, Media]


class Response(NamedTuple):
    """The response for one status: "200", "2XX" or "default"."""

    code: str
    node: Node
    media: dict[str, Media]
    headers: dict[str, Parameter]
    links: dict[str, Node]


class Operation(NamedTuple):
    """A whole operation, with what it inherits from its path and from the document.

    Attributes:
        parameters: by place and key.
        security: alternatives of schemes with scopes; None where nothing says anything.
        security_node: the node that says so.
        callbacks: by name, expression and method.
    """

    entry: Entry
    node: Node
    parameters: dict[tuple[str, str], Parameter]
    body: Body | None
    responses: dict[str, Response]
    security: tuple[Alternative, ...] | None
    security_node: Node
    servers: tuple[Node, ...]
    callbacks: dict[tuple[str, str, str], Entry]
