"""Compares two versions of an API, operation by operation."""

from __future__ import annotations

import datetime as dt
import gc
from typing import TYPE_CHECKING

from backstay.compatibility.comparison import Comparison
from backstay.compatibility.openapi.bodies import Bodies
from backstay.compatibility.openapi.documents import Description
from backstay.compatibility.openapi.ledger import ALL, SOURCE, Exchange, Ledger, Statement
from backstay.compatibility.openapi.lifecycle import (
    Policy,
    is_unstable,
    life_changes,
    removal_of,
    stability_changes,
    stability_of,
)
from backstay.compatibility.openapi.parameters import Parameters
from backstay.compatibility.openapi.reading import TEMPLATED, Reader, reader_of
from backstay.compatibility.openapi.responses import Responses
from backstay.compatibility.openapi.security import Security
from backstay.compatibility.openapi.servers import Servers, addresses, listed, path_of
from backstay.compatibility.openapi.shaping import Shaping
from backstay.compatibility.openapi.structure import Structures
from backstay.compatibility.openapi.trials import Trials
from backstay.compatibility.shapes.sameness import Sameness

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.compatibility.comparison import Parsed, Witness
    from backstay.compatibility.openapi.elements import Entry
    from backstay.model.changes import Change, Direction

MOST_CALLBACKS = 4
KEYS = ("paths", "webhooks", "x-webhooks")

Matched = tuple[str, str]


def compare_openapi(old: Parsed, new: Parsed, *, policy: Policy | None = None) -> Comparison:
    """What differs between two versions of an API, and whom it breaks.

    ``policy`` says which day it is and how much notice callers are promised; today and 30 days
    where none is given. Nothing in the documents raises: what cannot be read is noted.
    """
    today = dt.datetime.now(tz=dt.UTC).date()
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Comparer(old, new, policy or Policy(today)).compared()
    finally:
        if collecting:
            gc.enable()


class _Comparer:
    def __init__(self, old: Parsed, new: Parsed, policy: Policy) -> None:
        self.old, self.new = Description(old), Description(new)
        both = (self.old, self.new)
        self.readers: tuple[Reader, Reader] = (reader_of(self.old), reader_of(self.new))
        self.policy = policy
        self.sameness = Sameness()
        self.ledger = Ledger(new.file)
        structures = Structures()
        self.shaping = Shaping(both, self.ledger, structures, self.sameness, policy)
        self.trials = Trials(both, self.readers, self.shaping)
        self.parameters = Parameters(self.ledger, self.shaping, structures, self.trials, policy)
        self.bodies = Bodies(self.ledger, self.shaping, self.trials)
        self.responses = Responses(self.ledger, self.shaping, self.trials)
        self.security = Security(self.ledger, self.readers, self.trials)
        self._alike = self._same_frame()

    def compared(self) -> Comparison:
        for description in (self.old, self.new):
            if not isinstance(description.root.raw, dict):
                description.unread(description.root, "an API description should be an object")
        self._paths()
        self._webhooks()
        self._frame()
        changes = self.ledger.changes()
        makers: dict[str, Callable[[], Witness | None] | None] = {
            str(change): maker for change, maker in changes
        }

        def witness(change: Change) -> Witness | None:
            maker = makers.get(str(change))
            return None if maker is None else maker()

        self.shaping.note()
        notes = (*self.old.notes.values(), *self.new.notes.values())
        return Comparison(
            changes=tuple(change for change, _ in changes), notes=notes, witness=witness
        )

    # What holds for all operations

    def _same_frame(self) -> bool:
        """Whether nothing differs in what all operations inherit."""
        if self.old.dialect != self.new.dialect:
            return False
        for keyword in ("security", "servers", "consumes", "produces"):
            one, two = self.old.root.child(keyword), self.new.root.child(keyword)
            if (one is None) != (two is None):
                return False
            if one is not None and two is not None and not self.sameness.nodes(one, two):
                return False
        return True

    def _frame(self) -> None:
        """Servers and security schemes of the documents."""
        was, now = (
            addresses(each, reader)
            for each, reader in zip((self.old, self.new), self.readers, strict=True)
        )
        if not self._moved:
            Servers(self.ledger).compare(was, now, (self.old.root, self.new.root), ())
        self.security.schemes(self._users())

    def _users(self) -> dict[str, list[str]]:
        """The operations that ask for each security scheme of the new version."""
        root = self.new.root.raw if isinstance(self.new.root.raw, dict) else {}
        found: dict[str, list[str]] = {}
        for entry in self._entries(1).values():
            held = entry.node.raw.get("security", root.get("security"))
            for alternative in held if isinstance(held, list) else ():
                for name in alternative if isinstance(alternative, dict) else ():
                    found.setdefault(name, []).append(entry.label)
        return found

    # Operations

    def _entries(self, side: int) -> dict[Matched, Entry]:
        """The operations of one side by method and shape of the path."""
        reader = self.readers[side]
        found: dict[Matched, Entry] = {}
        for template, item in reader.paths():
            for entry in reader.entries(template, item):
                key = (entry.method, shape_of(template))
                if key in found:
                    if found[key].template != template:
                        why = f"{template} takes the same requests as {found[key].template}"
                        reader.api.unchecked(entry.node, why)
                    continue
                found[key] = entry
        return found

    def _paths(self) -> None:
        old, new = self._entries(0), self._entries(1)
        old = self._moved_to(old, new)
        known = {shape for _, shape in old}
        for key, entry in new.items():
            before = old.get(key)
            if before is not None:
                self._operation(before, entry, "request")
            else:
                where = "" if key[1] in known else ", at a new path"
                self._added("operation-added", f"{entry.label} is new{where}.", entry)
        for key, entry in old.items():
            if key not in new:
                self._removed(entry)

    def _moved_to(
        self, old: dict[Matched, Entry], new: dict[Matched, Entry]
    ) -> dict[Matched, Entry]:
        """The old operations under keys of the new version, if a part of the path moved.

        A server at /v1 with the path /orders is the same as one at / with the path /v1/orders.
        """
        self._moved = False
        was, now = (
            path_of(addresses(each, reader))
            for each, reader in zip((self.old, self.new), self.readers, strict=True)
        )
        if was is None or now is None or was == now or set(old) & set(new):
            return old
        whole = {(method, shape_of(was + shape)): entry for (method, shape), entry in old.items()}
        prefix = shape_of(now)
        cut = {
            (method, shape.removeprefix(prefix)): entry
            for (method, shape), entry in whole.items()
            if shape.startswith(prefix)
        }
        if not set(cut) & set(new):
            return old
        self._moved = True
        return cut | {key: entry for key, entry in old.items() if entry not in cut.values()}

    def _added(self, kind: str, text: str, entry: Entry) -> None:
        statement = Statement(kind, text, "safe", (), "both", None, entry.node)
        self.ledger.add(statement, (entry.label,), unstable=False)

    def _removed(self, entry: Entry) -> None:
        end, clause = removal_of(entry.node, self.policy)
        kind = f"operation-removed{end}"
        if end == "-after-sunset":
            text = f"{entry.label} is gone {clause}."
        else:
            text = f"{entry.label} is gone {clause}: callers get 404."
        if end == "-after-sunset":
            compatibility: str = "safe"
        else:
            compatibility = "risky" if end == "-after-deprecation" else "breaking"
        statement = Statement(
            kind, text, compatibility, ALL, "both", entry.node, None,  # type: ignore[arg-type]
            witness=self.trials.removed(entry),
        )  # fmt: skip
        self.ledger.add(statement, (entry.label,), unstable=is_unstable(entry.node))

    def _operation(self, old: Entry, new: Entry, to_api: Direction, depth: int = 0) -> None:
        """One operation, unless nothing in it or behind its references differs."""
        if self._alike and self._is_same(old, new):
            return
        exchange = Exchange(
            old=self.readers[0].operation(old),
            new=self.readers[1].operation(new),
            label=new.label,
            to_api=to_api,
            unstable=is_unstable(old.node),
        )
        self._lifecycle(exchange)
        self._names(exchange)
        self.security.compare(exchange)
        self.parameters.compare(exchange)
        self.bodies.compare(exchange)
        self.responses.compare(exchange)
        self._own_servers(exchange)
        if depth < MOST_CALLBACKS:
            self._callbacks(exchange, depth)

    def _is_same(self, old: Entry, new: Entry) -> bool:
        if old.template != new.template or not self.sameness.nodes(old.node, new.node):
            return False
        for keyword in ("parameters", "servers", "$ref"):
            one, two = old.item.child(keyword), new.item.child(keyword)
            if (one is None) != (two is None):
                return False
            if one is not None and two is not None and not self.sameness.nodes(one, two):
                return False
        return "$ref" not in old.item.raw or self.sameness.nodes(old.item, new.item)

    # An operation as such

    def _lifecycle(self, exchange: Exchange) -> None:
        old, new = exchange.old.node, exchange.new.node
        for statement in stability_changes(exchange.label, old, new):
            self.ledger.state(exchange, statement)
        changes = life_changes(exchange.label, "operation", (old, new), "both", self.policy)
        settled = stability_of(new) in (None, "stable", "beta") or not is_unstable(new)
        for statement in changes:
            if settled or statement.kind != "deprecated-without-sunset":
                self.ledger.state(exchange, statement)

    def _names(self, exchange: Exchange) -> None:
        old, new = exchange.old.node.raw, exchange.new.node.raw
        before, after = old.get("operationId"), new.get("operationId")
        if before != after and isinstance(before, str):
            now = repr(after) if after else "none"
            self._source(
                exchange, "operation-id-changed", "operationId",
                f"The operationId of {exchange.label} is {now}, no longer {before!r}: generated"
                " functions change their names.",
            )  # fmt: skip
        tags = [_texts(raw.get("tags")) for raw in (old, new)]
        if tags[0] != tags[1]:
            self._source(
                exchange, "operation-tags-changed", "tags",
                f"The tags of {exchange.label} are {', '.join(sorted(tags[1])) or 'none'}, no"
                f" longer {', '.join(sorted(tags[0])) or 'none'}: generated functions move.",
            )  # fmt: skip

    def _source(self, exchange: Exchange, kind: str, keyword: str, text: str) -> None:
        old, new = exchange.old.node, exchange.new.node
        self.ledger.state(
            exchange, Statement(kind, text, "breaking", SOURCE, "both", old, new, keyword)
        )

    def _own_servers(self, exchange: Exchange) -> None:
        """Servers that an operation or its path has for itself."""
        old, new = listed(exchange.old.servers), listed(exchange.new.servers)
        if old.keys() == new.keys() or all(
            node.pointer.startswith("/servers") for node in (*old.values(), *new.values())
        ):
            return
        nodes = (exchange.old.node, exchange.new.node)
        Servers(self.ledger).compare(old, new, nodes, (exchange.label,))

    # Messages that the API sends

    def _webhooks(self) -> None:
        found: list[dict[Matched, Entry]] = []
        for reader in self.readers:
            entries = {
                (entry.method, name): entry
                for name, item in reader.webhooks()
                for entry in reader.entries(name, item)
            }
            found.append(entries)
        old, new = found
        for key, entry in new.items():
            if key in old:
                self._operation(old[key], entry, "response")
            else:
                self._added(
                    "webhook-added", f"The API now sends the webhook {entry.template}.", entry
                )
        for key, entry in old.items():
            if key not in new:
                text = f"The API no longer sends the webhook {entry.template}: who waits, waits on."
                self._message_removed("webhook-removed", text, entry, (entry.label,))

    def _callbacks(self, exchange: Exchange, depth: int) -> None:
        flipped: Direction = exchange.from_api
        old, new = exchange.old.callbacks, exchange.new.callbacks
        for key, entry in new.items():
            if key in old:
                self._operation(old[key], entry, flipped, depth + 1)
            else:
                self._added("callback-added", f"{exchange.label} calls back {key[0]}.", entry)
        for key, entry in old.items():
            if key not in new:
                text = f"{exchange.label} no longer calls back {key[0]}: who waits, waits on."
                self._message_removed("callback-removed", text, entry, (exchange.label,))

    def _message_removed(
        self, kind: str, text: str, entry: Entry, operations: tuple[str, ...]
    ) -> None:
        end, _ = removal_of(entry.node, self.policy)
        statement = Statement(
            kind, text, "safe" if end == "-after-sunset" else "breaking", ALL, "response",
            entry.node, None,
        )  # fmt: skip
        self.ledger.add(statement, operations, unstable=is_unstable(entry.node))


def shape_of(template: str) -> str:
    """A path without the names of its parameters, which are no matter on the wire."""
    return TEMPLATED.sub("{}", template)


def _texts(held: object) -> set[str]:
    return {each for each in held if isinstance(each, str)} if isinstance(held, list) else set()
