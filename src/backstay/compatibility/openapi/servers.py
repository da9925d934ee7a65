"""Where an API is served: addresses, and how they are joined with paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from backstay.compatibility.openapi.ledger import BEHAVIOUR, Ledger, Nodes, Statement
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from backstay.compatibility.openapi.documents import Description
    from backstay.compatibility.openapi.reading import Reader
    from backstay.compatibility.shapes.nodes import Node


class Servers:
    """States which addresses came and went, for the document as a whole."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def compare(
        self,
        old: dict[str, Node],
        new: dict[str, Node],
        roots: tuple[Node, Node],
        operations: tuple[str, ...],
    ) -> None:
        """State what differs between two sets of addresses."""
        for address, node in new.items():
            if address not in old:
                text = f"It is also served at {address or '/'}."
                self._state(
                    "server-added", text, (roots[0], node), address=address, operations=operations
                )
            elif key_of(variables(old[address])) != key_of(variables(node)):
                text = f"The address {address} has other variables: some addresses may be gone."
                nodes = old[address], node
                self._state(
                    "server-changed",
                    text,
                    nodes,
                    address=address,
                    operations=operations,
                    risky=True,
                )
        for address, node in old.items():
            if address not in new:
                text = f"{address or '/'} is no longer listed: callers who use it may find nobody."
                self._state(
                    "server-removed",
                    text,
                    (node, None),
                    address=address,
                    operations=operations,
                    risky=True,
                )

    def _state(  # noqa: PLR0913 (the fields of a statement)
        self,
        kind: str,
        text: str,
        nodes: Nodes,
        *,
        address: str,
        operations: tuple[str, ...],
        risky: bool = False,
    ) -> None:
        old, new = nodes
        statement = Statement(
            kind, text, "risky" if risky else "safe", BEHAVIOUR, "both", old, new, detail=address,
            doubt="whether a server goes away stands in no description" if risky else None,
        )  # fmt: skip
        self._ledger.add(statement, operations, unstable=False)


def variables(node: Node) -> Any:  # noqa: ANN401 (any JSON)
    """The variables of a server, descriptions apart."""
    raw = node.raw if isinstance(node.raw, dict) else {}
    held = raw.get("variables")
    if not isinstance(held, dict):
        return {}
    return {
        name: {key: value for key, value in each.items() if key != "description"}
        for name, each in held.items()
        if isinstance(each, dict)
    }


def addresses(description: Description, reader: Reader) -> dict[str, Node]:
    """The addresses of a whole document; that of the document itself is ""."""
    if description.dialect == "swagger-2.0":
        return dict.fromkeys(_swagger(description.root.raw), description.root)
    return listed(reader.servers()) or {"": description.root}


def listed(nodes: tuple[Node, ...]) -> dict[str, Node]:
    """Servers by address."""
    return {
        node.raw["url"].rstrip("/"): node for node in nodes if isinstance(node.raw.get("url"), str)
    }


def _swagger(raw: Any) -> list[str]:  # noqa: ANN401 (any JSON)
    if not isinstance(raw, dict):
        return [""]
    host, base = raw.get("host"), raw.get("basePath")
    path = base.rstrip("/") if isinstance(base, str) else ""
    if not isinstance(host, str) or not host:
        return [path]
    schemes = raw.get("schemes")
    named = [each for each in schemes if isinstance(each, str)] if isinstance(schemes, list) else []
    return [f"{scheme}://{host}{path}" for scheme in named or ["https"]]


def path_of(known: dict[str, Node]) -> str | None:
    """The path before all templates; None where the addresses differ in it."""
    try:
        paths = {urlsplit(address).path.rstrip("/") for address in known}
    except ValueError:
        return None
    return paths.pop() if len(paths) == 1 else None
