"""Reading a version: its files as one schema, notes on what is wrong, and a schema to judge by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backstay.compatibility.graphql.introspection import Introspection
from backstay.compatibility.graphql.schema import Lost, Mark, Schema, Source
from backstay.compatibility.graphql.sdl import Definitions
from backstay.compatibility.graphql.validity import Faults, buildable
from backstay.foreign import graphql_core
from backstay.foreign.graphql_core import GraphqlFault
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Version

Note = Unread | NotChecked
Side = Literal["old", "new"]

MAX_BYTES = 64 * 1024 * 1024
MAX_TOKENS = 800_000
_DEFINED = re.compile(
    r"\b(?:type|interface|union|enum|input|scalar)\s+([A-Za-z_]\w*)|\bdirective\s+(@\s*[A-Za-z_]\w*)"
)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A version as read.

    Attributes:
        judge: graphql-core's own schema of the same texts, or None where it cannot build one.
        failed: files that could not be read at all.
    """

    schema: Schema
    notes: tuple[Note, ...]
    judge: Any
    failed: frozenset[str] = frozenset()


def read(version: Version, side: Side, leave_out: frozenset[str] = frozenset()) -> Reading:
    """Read a version without some of its files."""
    names = [name for name in version.documents if name not in leave_out]
    texts = _Texts(version, side)
    for name in names:
        texts.open(name)
    for name in leave_out:
        texts.leave_out(name)
    if texts.results and not texts.sources:
        return _from_introspection(texts)
    for source, *_ in texts.results:
        texts.note(source.file, "the other files are SDL; this introspection result is left out")
    return _from_sdl(texts)


class _Texts:
    """The files of a version, opened: SDL sources and introspection results."""

    def __init__(self, version: Version, side: Side) -> None:
        self._version = version
        self.side = side
        self.sources: list[Source] = []
        self.results: list[tuple[Source, dict[str, Any], str]] = []
        self.notes: list[Note] = []
        self.failed: set[str] = set()
        self.lost: set[str] = set()
        self.left_out = False
        self.everything_lost = False

    def open(self, name: str) -> None:
        """Sort a file by what it holds."""
        data = self._version.files.get(name)
        if data is None:
            self.fail(name, "the file is missing")
        elif len(data) > MAX_BYTES:
            self.fail(name, f"larger than {MAX_BYTES // 1024 // 1024} MB")
        elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and _is_json(name, data):
            self._open_json(name, data)
        else:
            self._open_text(name, data)

    def _open_text(self, name: str, data: bytes) -> None:
        skipped = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        try:
            text = data[skipped:].decode()
        except UnicodeDecodeError as error:
            self.fail(
                name, "not UTF-8 text; save the file as UTF-8", Place(file=name, start=error.start)
            )
            return
        self.sources.append(Source(name, text, skipped))

    def _open_json(self, name: str, data: bytes) -> None:
        try:
            value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
        except RecursionError:
            self.fail(name, "nested too deeply")
            return
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.fail(name, f"not valid JSON: {error}")
            return
        found, pointer = _schema_in(value)
        if found is None:
            self.fail(name, _why_no_schema(value))
            return
        if isinstance(value, dict) and value.get("errors"):
            self.note(name, "the introspection result lists errors; parts may be missing")
        self.results.append((Source(name, ""), found, pointer))

    def fail(
        self, name: str, why: str, place: Place | None = None, text: str | None = None
    ) -> None:
        """Note a file that cannot be read; what it may define is unknown from now on."""
        self.notes.append(
            Unread(where=place or Place(file=name), why=f"{why} ({self.side} version)")
        )
        self.failed.add(name)
        if text is None:
            self.everything_lost = True
        else:
            self._lose(text)

    def leave_out(self, name: str) -> None:
        """Count what a file may define as unknown, because the other version lacks it."""
        self.left_out = True
        self._lose(self._version.files.get(name, b"").decode("utf-8", "replace"))

    def _lose(self, text: str) -> None:
        self.lost.update(match[1] or match[2].replace(" ", "") for match in _DEFINED.finditer(text))

    def note(self, name: str, why: str, place: Place | None = None) -> None:
        """Note something that is not compared."""
        self.notes.append(
            NotChecked(
                where=place or Place(file=name),
                what=f"{name} ({self.side} version)",
                why=why,
            )
        )

    def unread(self, place: Place, why: str) -> None:
        """Note a part that is invalid."""
        self.notes.append(Unread(where=place, why=f"{why} ({self.side} version)"))


def _is_json(name: str, data: bytes) -> bool:
    """A query starts with a brace too, so that the name or a quote must speak for JSON."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[1:].lstrip()
    return name.lower().endswith(".json") or start[:1] in {b'"', b"}", b"{", b"["}


def _schema_in(value: object) -> tuple[dict[str, Any] | None, str]:
    for keys in (("__schema",), ("data", "__schema")):
        found: Any = value
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, dict):
            return found, "/" + "/".join(keys)
    return None, ""


def _why_no_schema(value: object) -> str:
    errors = value.get("errors") if isinstance(value, dict) else None
    if isinstance(errors, list) and errors:
        first = errors[0].get("message") if isinstance(errors[0], dict) else errors[0]
        return f"the introspection query failed: {str(first)[:200]}"
    return "no introspection result: it has no __schema"


def _from_introspection(texts: _Texts) -> Reading:
    (source, value, pointer), *others = texts.results
    for other, *_ in others:
        texts.note(other.file, f"{source.file} is the introspection result that is compared")
    read_ = Introspection(value, source, pointer)
    for at, problem in read_.faults:
        texts.unread(Place(file=source.file, pointer=at), problem)
    incomplete = bool(read_.faults) and not read_.types
    schema = Schema(
        types=read_.types,
        directives=read_.directives,
        roots=read_.roots(),
        description=read_.description(),
        mark=Mark(source=source, pointer=pointer),
        unknown=read_.unknown(),
        lost=Lost(everything=texts.everything_lost or incomplete, names=frozenset(texts.lost)),
        implementations=_implementations(read_.types.values()),
    )
    judge = None
    try:
        judge = graphql_core.schema_of_introspection({"__schema": value})
    except GraphqlFault as fault:
        texts.note(
            source.file, f"no witnesses: graphql-core refuses the schema: {fault.problem}"[:300]
        )
    return _closed(texts, schema, judge)


def _from_sdl(texts: _Texts) -> Reading:
    definitions = Definitions()
    nodes: list[Any] = []
    owners: dict[int, Source] = {}
    for source in texts.sources:
        for node in _parsed(source, texts):
            if definitions.add(node, source):
                nodes.append(node)
                owners[id(node.loc.source)] = source
            else:
                place = source.place(node.loc.start, node.loc.end)
                texts.note(source.file, "operations and fragments are not compared", place)
    definitions.close()
    schema = Schema(
        types=definitions.types,
        directives=definitions.directives,
        roots=definitions.roots,
        description=definitions.description,
        applied=definitions.applied,
        mark=definitions.mark,
        lost=Lost(everything=texts.everything_lost, names=frozenset(texts.lost)),
        implementations=_implementations(definitions.types.values()),
    )
    if not nodes and not texts.failed and not texts.left_out:
        texts.note(_first_name(texts), "there are no definitions")
    return _closed(texts, schema, _judge(nodes, owners, texts))


def _parsed(source: Source, texts: _Texts) -> tuple[Any, ...]:
    if not source.text.strip("\ufeff \t\r\n,"):
        return ()
    try:
        return graphql_core.parse_document(source.text, most_tokens=MAX_TOKENS)
    except GraphqlFault as fault:
        if fault.start is None:
            place, at = Place(file=source.file), ""
        else:
            place = source.place(fault.start, fault.start)
            line, column = source.line_and_column(fault.start)
            at = f"line {line}, column {column}: "
        if _is_only_comments(source.text):
            return ()
        texts.fail(source.file, f"not GraphQL: {at}{fault.problem}"[:300], place, source.text)
        return ()


def _is_only_comments(text: str) -> bool:
    return all(
        not line.strip(" \t,\ufeff") or line.lstrip().startswith("#") for line in text.splitlines()
    )


def _judge(nodes: list[Any], owners: dict[int, Source], texts: _Texts) -> Any:  # noqa: ANN401
    """graphql-core's schema of the definitions, with faults noted and mended as far as needed."""
    if not nodes:
        return None
    faults = Faults(owners, texts.unread, _first_name(texts))
    faults.add(graphql_core.definition_faults(nodes), skip=frozenset(texts.lost))
    try:
        judge = graphql_core.schema_of_definitions(buildable(nodes))
    except GraphqlFault as fault:
        texts.note(
            _first_name(texts),
            f"no witnesses: graphql-core refuses the schema: {fault.problem}"[:300],
        )
        return None
    faults.add(graphql_core.schema_faults(judge), skip=frozenset(texts.lost))
    return judge


def _first_name(texts: _Texts) -> str:
    return texts.sources[0].file if texts.sources else "no file"


def _implementations(types: Any) -> dict[str, frozenset[str]]:  # noqa: ANN401 (a view of a dict)
    found: dict[str, set[str]] = {}
    for type_ in types:
        if type_.kind == "object":
            for interface in type_.interfaces:
                found.setdefault(interface, set()).add(type_.name)
    return {name: frozenset(objects) for name, objects in found.items()}


def _closed(texts: _Texts, schema: Schema, judge: Any) -> Reading:  # noqa: ANN401 (as above)
    return Reading(
        schema=schema, notes=tuple(texts.notes), judge=judge, failed=frozenset(texts.failed)
    )
