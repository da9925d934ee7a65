"""Responses in both versions: statuses, headers, bodies, media types, links."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.openapi.ledger import Exchange, Ledger, Making, Voice
from backstay.compatibility.openapi.media_types import best_match
from backstay.compatibility.openapi.shaping import Part, Shaping, is_loose
from backstay.compatibility.openapi.wording import capital
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from backstay.compatibility.openapi.elements import Media, Parameter, Response
    from backstay.compatibility.openapi.trials import Trials
    from backstay.compatibility.shapes.nodes import Node

LINKED = ("operationRef", "operationId", "parameters", "requestBody")


class _Both(NamedTuple):
    """One response in both versions: the operation, and the status for the sender."""

    exchange: Exchange
    old: Response
    new: Response
    code: str

    @property
    def what(self) -> str:
        return f"response {self.new.code} of {self.exchange.label}"

    @property
    def nodes(self) -> tuple[Node, Node]:
        return self.old.node, self.new.node


class Responses:
    """States what differs in the responses of an operation."""

    def __init__(self, ledger: Ledger, shaping: Shaping, trials: Trials) -> None:
        self._voice = Voice(ledger, "responses")
        self._shaping = shaping
        self._trials = trials

    def compare(self, exchange: Exchange) -> None:
        """State all that differs between two versions of an operation's responses.

        What is sent by the API is what a client has to understand; a receiver of webhooks answers
        the other way round.
        """
        old, new = exchange.old.responses, exchange.new.responses
        from_api = exchange.from_api == "response"
        sent, known = (new, old) if from_api else (old, new)
        described = _described(sent, known)
        for code, match in described.items():
            before, after = (old[match], new[code]) if from_api else (old[code], new[match])
            both = _Both(exchange, before, after, code)
            self._headers(both)
            self._media(both)
            self._links(both)
        self._statuses(exchange, described)

    # Statuses

    def _statuses(self, exchange: Exchange, described: dict[str, str]) -> None:
        old, new = exchange.old.responses, exchange.new.responses
        sides = set(described), set(described.values())
        matched_new, matched_old = sides if exchange.from_api == "response" else sides[::-1]
        for code, response in new.items():
            if code not in matched_new:
                self._added(exchange, code, response)
        for code, response in old.items():
            if code not in matched_old and not any(overlap(code, other) for other in new):
                self._removed(exchange, code, response)

    def _added(self, exchange: Exchange, code: str, response: Response) -> None:
        nodes = None, response.node
        if is_success(code) and exchange.from_api == "response":
            text = f"{exchange.label} may now answer {code}, which callers do not know."
            self._voice.risky(exchange, "success-status-added", text, nodes, detail=code)
            return
        text = f"{exchange.label} may now answer {code}."
        self._voice.safe(exchange, "status-added", text, nodes, detail=code)

    def _removed(self, exchange: Exchange, code: str, response: Response) -> None:
        nodes = response.node, None
        if not is_success(code):
            text = f"{exchange.label} no longer answers {code}."
            self._voice.safe(exchange, "status-removed", text, nodes, detail=code)
            return
        text = f"{exchange.label} no longer answers {code}, for which callers wait."
        witness: Making | None = self._trials.with_status(exchange, code)
        if exchange.from_api == "request":
            text = f"{exchange.label} no longer takes {code} as an answer; receivers give it."
            witness = None
        self._voice.broken(
            exchange, "success-status-removed", text, nodes, detail=code, witness=witness
        )

    # Headers

    def _headers(self, both: _Both) -> None:
        for name, header in both.new.headers.items():
            if name not in both.old.headers:
                text = f"{capital(both.what)} carries the header `{header.name}`."
                nodes = None, header.node
                self._voice.safe(both.exchange, "response-header-added", text, nodes, detail=name)
        for name, header in both.old.headers.items():
            found = both.new.headers.get(name)
            if found is None:
                self._header_removed(both, header)
            else:
                self._header(both, header, found)

    def _header_removed(self, both: _Both, header: Parameter) -> None:
        what, nodes = capital(both.what), (header.node, None)
        if header.required:
            text = f"{what} lacks the header `{header.name}`, on which clients count."
            self._voice.broken(
                both.exchange, "required-header-removed", text, nodes, detail=header.key
            )
            return
        text = f"{what} no longer carries the header `{header.name}`, which was optional."
        self._voice.risky(both.exchange, "response-header-removed", text, nodes, detail=header.key)

    def _header(self, both: _Both, old: Parameter, new: Parameter) -> None:
        name, nodes = f"the header `{new.name}` of {both.what}", (old.node, new.node)
        if old.required and not new.required:
            text = f"{capital(name)} may now be missing; clients count on it."
            self._voice.broken(
                both.exchange, "header-became-optional", text, nodes, keyword="required"
            )
        elif new.required and not old.required:
            text = f"{capital(name)} is now always there."
            self._voice.safe(
                both.exchange, "header-became-required", text, nodes, keyword="required"
            )
        if old.schema is not None and new.schema is not None:
            part = Part(name, ("header", new.key), both.code, old.schema, new.schema)
            self._shaping.compare(both.exchange, both.exchange.from_api, part)

    # Bodies

    def _media(self, both: _Both) -> None:
        old, new = both.old.media, both.new.media
        if not old or not new:
            self._one_body(both)
            return
        matched = set()
        for name, media in new.items():
            found = best_match(name, old) or covered(name, old)
            if found is None:
                text = f"{capital(both.what)} may be asked for as {name}."
                self._voice.safe(
                    both.exchange, "response-media-type-added", text, (None, media.node),
                    detail=name,
                )  # fmt: skip
                continue
            matched.add(found)
            self._medium(both, old[found], media)
        for name, media in old.items():
            if name not in matched and best_match(name, new) is None:
                self._voice.broken(
                    both.exchange, "response-media-type-removed",
                    f"{capital(both.what)} no longer comes as {name}: callers who ask for it get"
                    " 406 or what they cannot read.",
                    (media.node, None), detail=name,
                    witness=self._trials.with_media_type(both.exchange, both.old.code, name),
                )  # fmt: skip

    def _one_body(self, both: _Both) -> None:
        old, new = both.old.media, both.new.media
        if old and not new and any(media.schema is not None for media in old.values()):
            text = f"{capital(both.what)} no longer has content: clients find nothing to read."
            self._voice.broken(
                both.exchange, "response-body-removed", text, both.nodes, keyword="content"
            )
        elif new and not old:
            text = f"{capital(both.what)} now has content."
            self._voice.safe(
                both.exchange, "response-body-added", text, both.nodes, keyword="content"
            )

    def _medium(self, both: _Both, old: Media, new: Media) -> None:
        name, direction = f"the body of {both.what}", both.exchange.from_api
        if old.schema is None or new.schema is None:
            self._shaping.unknown(both.exchange, direction, name, (old, new))
            return
        key, is_text = ("body", new.name), is_loose(new.name)
        part = Part(name, key, both.code, old.schema, new.schema, is_text=is_text)
        self._shaping.compare(both.exchange, direction, part)

    # Links

    def _links(self, both: _Both) -> None:
        what = capital(both.what)
        for name, node in both.new.links.items():
            if name not in both.old.links:
                text, nodes = f"{what} links to `{name}`.", (None, node)
                self._voice.safe(both.exchange, "link-added", text, nodes, detail=name)
                continue
            was = both.old.links[name]
            apart = [key for key in LINKED if key_of(was.raw.get(key)) != key_of(node.raw.get(key))]
            if apart:
                text = f"{what}: the link `{name}` leads elsewhere or passes other values."
                self._voice.risky(
                    both.exchange, "link-changed", text, (was, node), keyword=apart[0], detail=name
                )
        for name, node in both.old.links.items():
            if name not in both.new.links:
                text = f"{what} no longer links to `{name}`: who follows it finds nothing."
                self._voice.risky(both.exchange, "link-removed", text, (node, None), detail=name)


def _described(sent: dict[str, Response], known: dict[str, Response]) -> dict[str, str]:
    """For each status that is sent, under which the receiver knows it."""
    found = {}
    for code in sent:
        match = best_code(code, known)
        if match is not None:
            found[code] = match
    if not found and "default" in sent and len(known) == 1:
        found["default"] = next(iter(known))
    return found


def best_code(code: str, known: dict[str, Response]) -> str | None:
    """Which of the known responses describes a status, the most specific first."""
    if code in known:
        return code
    ranged = f"{code[0]}XX"
    if code != "default" and ranged in known:
        return ranged
    if code.endswith("XX"):
        inside = sorted(other for other in known if other[0] == code[0] and other.isdecimal())
        if inside:
            return inside[0]
    return "default" if "default" in known and code != "default" else None


def overlap(one: str, two: str) -> bool:
    """Whether two codes can stand for the same status, ``default`` apart."""
    if one == two:
        return True
    if "default" in (one, two):
        return False
    return one[0] == two[0] and (one.endswith("XX") or two.endswith("XX"))


def is_success(code: str) -> bool:
    """Whether a code is one of success."""
    return code.startswith("2")


def covered(name: str, known: dict[str, Media]) -> str | None:
    """A known name that a given range covers."""
    return next((other for other in known if best_match(other, [name]) is not None), None)
