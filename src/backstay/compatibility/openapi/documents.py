"""One version of an API as documents, and its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.shapes.nodes import Documents
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Parsed
    from backstay.compatibility.shapes.nodes import Dialect, Node

Note = Unread | NotChecked

MOST_HOPS = 100
MOST_POINTER = 4_000


class Description:
    """The documents of one version, with what was noticed while reading them."""

    def __init__(self, parsed: Parsed) -> None:
        self.file = parsed.file
        self.dialect = dialect_of(parsed.values.get(parsed.file))
        self.documents = Documents()
        for name, content in parsed.values.items():
            self.documents.add(name, content, self.dialect)
        root = self.documents.node(parsed.file)
        if root is None:
            root = self.documents.add(parsed.file, None, self.dialect).root
        self.root: Node = root
        self.notes: dict[tuple[str, str, str], Note] = {}

    def follow(self, node: Node) -> Node | None:
        """The node, or what its ``$ref`` leads to; None where that is nothing, which is noted."""
        found: Node | None = node
        for _ in range(MOST_HOPS):
            if found is None or not isinstance(found.raw, dict):
                break
            reference = found.raw.get("$ref")
            if not isinstance(reference, str):
                return found
            at, found = found, self.documents.find(reference, found)
            if found is None:
                self.dangling(at, reference)
                return None
        else:
            self.unread(node, "its reference leads in a circle")
            return None
        return found

    def dangling(self, node: Node, reference: str) -> None:
        """Note a reference that leads nowhere."""
        if "://" in reference.partition("#")[0]:
            why = f"{_short(reference)} is remote; nothing is fetched, and what it holds is unknown"
            self._note(NotChecked(where=place(node), what=place_text(node), why=why), node)
        else:
            self.unread(node, f"the reference {_short(reference)} leads nowhere")

    def unread(self, node: Node, why: str) -> None:
        """Note something that is not as its format has it; what it says is ignored."""
        self._note(Unread(where=place(node), why=f"{place_text(node)}: {why}"), node)

    def unchecked(self, node: Node, why: str) -> None:
        """Note something that could not be compared."""
        self._note(NotChecked(where=place(node), what=place_text(node), why=why), node)

    def _note(self, note: Note, node: Node) -> None:
        self.notes.setdefault((node.document.name, node.pointer, note.why), note)

    def mapping(self, node: Node | None, *, what: str = "") -> dict[str, object]:
        """What stands in a node if it is an object; else nothing, which is noted."""
        if node is None:
            return {}
        if isinstance(node.raw, dict):
            return node.raw
        self.unread(node, f"{what or 'this'} should be an object")
        return {}


def dialect_of(content: object) -> Dialect:
    """The format of a description, as far as schemas are concerned."""
    if not isinstance(content, dict):
        return "openapi-3.1"
    if "swagger" in content:
        return "swagger-2.0"
    version = content.get("openapi")
    return "openapi-3.0" if str(version).startswith("3.0") else "openapi-3.1"


class Spot(NamedTuple):
    """A file and a pointer."""

    file: str
    pointer: str


def place(node: Node, keyword: str = "") -> Place:
    """The place of a node, or of a keyword in it."""
    pointer = node.pointer
    if keyword and isinstance(node.raw, dict) and keyword in node.raw:
        pointer += "/" + keyword.replace("~", "~0").replace("/", "~1")
    return Place(file=node.document.name, pointer=pointer[:MOST_POINTER])


def place_text(node: Node) -> str:
    """A node as people find it."""
    return f"{node.document.name}#{node.pointer[:MOST_POINTER]}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 120 else text[:117] + "...")
