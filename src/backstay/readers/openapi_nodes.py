"""The parts of API descriptions: where each stands, what a reference means, what is odd."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from backstay.model.contracts import UnresolvedReference
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.places import Place
from backstay.readers.documents import load_document
from backstay.readers.pointers import pointer_of, segments_of, value_at
from backstay.readers.references import Unresolved, resolve_reference
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from backstay.readers.sources import Sources

# An address longer than this is no contract but an attack: each part below it repeats it.
MAX_POINTER = 2000

# References in a row; real ones have three.
MAX_STEPS = 100

# Beyond this many, further oddities of one file say nothing new.
MAX_ODDITIES = 50


class Node(NamedTuple):
    """A part of a file: its address, and what stands there."""

    file: str
    pointer: str
    value: Any

    @property
    def key(self) -> str:
        """The address, in one text."""
        return f"{self.file}#{self.pointer}"

    def child(self, key: str | int) -> Node:
        """The part below a key (or list position) that exists."""
        return Node(self.file, f"{self.pointer}{pointer_of((key,))}", self.value[key])


class Library:
    """The files of API descriptions, read once each, with what could not be read of them.

    Attributes:
        problems: what could not be read, as facts.
        document: the file of the API description that is being read.
    """

    def __init__(self, sources: Sources) -> None:
        self.problems: list[Fact] = []
        self.document = ""
        self._sources = sources
        self._nodes: dict[str, Node | str] = {}
        self._indexes: dict[str, int] = {}
        self._targets: dict[tuple[str, str], Node | Unresolved] = {}
        self._files: dict[tuple[str, str], str | Unresolved] = {}
        self._oddities: dict[str, int] = {}
        self._elsewhere: set[tuple[str, str]] = set()
        self._reported: set[tuple[str, str]] = set()

    def whole(self, file: str) -> Node | str:
        """A file's content, or why it cannot be read."""
        found = self._nodes.get(file)
        if found is None:
            found = self._nodes[file] = self._load(file)
        return found

    def _load(self, file: str) -> Node | str:
        try:
            document = load_document(self._sources.read(file), name=file)
        except Unreadable as error:
            self.problems.append(Unread(where=Place(file=file), why=error.reason))
            return error.reason
        self._indexes[file] = document.index
        for pointer, _ in document.duplicates:
            self._odd(file, pointer, "this key stands twice; only the later one counts")
        return Node(file, "", document.value)

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return Place(file=node.file, pointer=node.pointer, document=self._indexes.get(node.file, 0))

    # What is odd

    def mapping(self, node: Node) -> dict[str, Any]:
        """The value as a mapping; an empty one, and an `Unread`, where it is something else."""
        return node.value if isinstance(node.value, dict) else self._not_a(node, "mapping", {})

    def listing(self, node: Node) -> list[Any]:
        """The value as a list; an empty one, and an `Unread`, where it is something else."""
        return node.value if isinstance(node.value, list) else self._not_a(node, "list", [])

    def _not_a(self, node: Node, expected: str, instead: Any) -> Any:  # noqa: ANN401 (as given)
        self.odd(node, f"{_named(node.value)} where a {expected} is expected")
        return instead

    def odd(self, node: Node, why: str) -> None:
        """Note that a part is not what it should be, and is passed over."""
        self._odd(node.file, node.pointer, why)

    def _odd(self, file: str, pointer: str, why: str) -> None:
        if (file, pointer) in self._reported:
            return
        self._reported.add((file, pointer))
        count = self._oddities[file] = self._oddities.get(file, 0) + 1
        if count > MAX_ODDITIES + 1:
            return
        if count > MAX_ODDITIES:
            pointer, why = "", f"more than {MAX_ODDITIES} parts are not as OpenAPI has them"
        where = Place(file=file, pointer=pointer[:MAX_POINTER], document=self._indexes.get(file, 0))
        address = f" (at {pointer[:80] or 'the top'})"
        self.problems.append(Unread(where=where, why=why + address))

    def entries(self, node: Node) -> list[tuple[str, Node]]:
        """The entries of a mapping."""
        return [(key, node.child(key)) for key in self.mapping(node) if self._fits(node, key)]

    def children(self, node: Node) -> list[tuple[str, Node]]:
        """The entries of a mapping, extensions (`x-...`) left out."""
        return [(key, child) for key, child in self.entries(node) if not key.startswith("x-")]

    def items(self, node: Node) -> list[Node]:
        """The items of a list."""
        return [node.child(index) for index in range(len(self.listing(node)))]

    def part(self, node: Node, key: str) -> Node | None:
        """What stands under a key of a mapping, references followed; None where there is nothing.

        OpenAPI allows references in few places; people, and the bundlers they use, in all.
        """
        found = self.written(node, key)
        return found and self.follow(found)

    def written(self, node: Node, key: str) -> Node | None:
        """What stands under a key of a mapping, as written; None where there is nothing."""
        value = node.value
        return node.child(key) if isinstance(value, dict) and value.get(key) is not None else None

    def text(self, node: Node, key: str) -> str | None:
        """A text under a key (numbers are taken as written); None where there is none."""
        value = node.value.get(key) if isinstance(node.value, dict) else None
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return str(value)
        found = self.part(node, key)
        if found is None or isinstance(found.value, str):
            return found and found.value
        self._not_a(found, "text", None)
        return None

    def _fits(self, node: Node, key: str) -> bool:
        if len(node.pointer) + len(key) <= MAX_POINTER:
            return True
        self.odd(node, f"a name of {len(key)} letters or parts nested without end; not read")
        return False

    # References

    def follow(self, node: Node) -> Node | None:
        """What a node stands for, references followed; None where one leads nowhere."""
        seen: set[str] = set()
        current: Node | None = node
        while current is not None and isinstance(current.value, dict):
            if not isinstance(reference := current.value.get("$ref"), str):
                break
            if current.key in seen or len(seen) == MAX_STEPS:
                self.unresolved(node, reference, Unresolved("leads back to itself"))
                return None
            seen.add(current.key)
            current = self.step(current)
        return current

    def step(self, node: Node) -> Node | None:
        """What the ``$ref`` of a node refers to; None, and a note, where it leads nowhere."""
        reference = node.value["$ref"]
        target = self.target(node.file, reference)
        if isinstance(target, Node):
            return target
        self.unresolved(node, reference, target)
        return None

    def target(self, file: str, reference: str) -> Node | Unresolved:
        """What a reference that stands in a file means."""
        found = self._targets.get((file, reference))
        if found is None:
            found = self._targets[file, reference] = self._resolve(file, reference)
        return found

    def _resolve(self, file: str, reference: str) -> Node | Unresolved:
        path, _, fragment = reference.partition("#")
        name = self._file_of(file, path) if path else file
        if isinstance(name, Unresolved):
            return name
        whole = self.whole(name)
        if isinstance(whole, str):
            return Unresolved(f"'{name}' cannot be read: {whole}")
        if len(fragment) > MAX_POINTER:
            return Unresolved(f"an address of {len(fragment)} letters")
        root = self._sources.root
        try:
            _, pointer = resolve_reference(f"#{fragment}", root / file, root)
            segments = segments_of(pointer)
            return Node(name, pointer_of(segments), value_at(whole.value, segments))
        except Unresolved as error:
            return error
        except KeyError:
            return Unresolved(f"there is nothing at '{pointer[:80]}' in {name}")

    def _file_of(self, file: str, path: str) -> str | Unresolved:
        """The file that a relative path means; looked up once a folder, as that asks the disk."""
        key = (posixpath.dirname(file), path)
        if key not in self._files:
            root = self._sources.root
            try:
                found, _ = resolve_reference(path, root / file, root)
                self._files[key] = found.relative_to(root).as_posix()
            except Unresolved as error:
                self._files[key] = error
                self._sources.miss(posixpath.join(key[0], path))
            except (ValueError, OSError) as error:
                why = f"'{path[:80]}' cannot be looked up ({error})"
                self._files[key] = Unresolved(why)
        return self._files[key]

    def unresolved(
        self, node: Node, reference: str, error: Unresolved, document: str | None = None
    ) -> None:
        """Note a reference that leads nowhere."""
        if (node.file, node.pointer) in self._reported:
            return
        self._reported.add((node.file, node.pointer))
        where = self.place(node)
        elsewhere = self._leaves_tree(node.file, reference)
        self.problems.append(
            UnresolvedReference(
                where=where,
                document=document or self.document,
                reference=reference,
                why=error.reason,
                elsewhere=elsewhere,
            )
        )
        target = reference.partition("#")[0][:80]
        if elsewhere and (self.document, target) not in self._elsewhere:
            self._elsewhere.add((self.document, target))
            what = f"what references to '{target}' mean"
            self.problems.append(NotChecked(where=where, what=what, why=error.reason))

    def _leaves_tree(self, file: str, reference: str) -> bool:
        try:
            parts = urlsplit(reference)
            self._sources.path(posixpath.join(posixpath.dirname(file), unquote(parts.path)))
        except ValueError:
            return False
        except Unreadable:
            return True
        return bool(parts.scheme or parts.netloc)


def _named(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    return "nothing" if value is None else names.get(type(value), "a number")
