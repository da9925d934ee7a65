"""Bodies of requests in both versions, and the media types in which they are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.openapi.ledger import ALL, DATA, Exchange, Ledger, Voice
from backstay.compatibility.openapi.media_types import best_match
from backstay.compatibility.openapi.shaping import Part, Shaping, is_loose
from backstay.compatibility.openapi.wording import capital
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from backstay.compatibility.openapi.elements import Body, Media
    from backstay.compatibility.openapi.trials import Trials


class Bodies:
    """States what differs in the bodies that an operation is sent."""

    def __init__(self, ledger: Ledger, shaping: Shaping, trials: Trials) -> None:
        self._voice = Voice(ledger, "requests")
        self._shaping = shaping
        self._trials = trials

    def compare(self, exchange: Exchange) -> None:
        """State all that differs between two versions of an operation's body."""
        old, new = exchange.old.body, exchange.new.body
        if old is None and new is not None:
            self._added(exchange, new)
        elif old is not None and new is None:
            self._removed(exchange, old)
        elif old is not None and new is not None:
            self._required(exchange, old, new)
            self._media(exchange, old, new)

    def _added(self, exchange: Exchange, new: Body) -> None:
        nodes = None, new.node
        if exchange.to_api == "request" and new.required:
            self._voice.broken(
                exchange, "required-request-body-added",
                f"{exchange.label} now needs a body: requests without one, as callers send them,"
                " are refused.",
                nodes, witness=self._trials.without_body(exchange),
            )  # fmt: skip
            return
        does = "takes" if exchange.to_api == "request" else "carries"
        text = f"{exchange.label} now {does} a body."
        self._voice.safe(exchange, "request-body-added", text, nodes)

    def _removed(self, exchange: Exchange, old: Body) -> None:
        nodes = old.node, None
        if exchange.to_api != "request" and old.required:
            text = f"{exchange.label} comes without a body: receivers find nothing to read."
            self._voice.broken(exchange, "request-body-removed", text, nodes)
            return
        text = f"{exchange.label} no longer reads a body: what callers send there is ignored."
        self._voice.risky(exchange, "request-body-removed", text, nodes, breaks=ALL)

    def _required(self, exchange: Exchange, old: Body, new: Body) -> None:
        request = exchange.to_api == "request"
        sent, taken = (old, new) if request else (new, old)
        what = f"The body of {exchange.label}"
        nodes = old.node, new.node
        if taken.required and not sent.required:
            text = (
                f"{what} is now required: requests without one, as callers may send them, are"
                " refused."
                if request
                else f"{what} may now be missing; receivers count on it."
            )
            self._voice.broken(
                exchange, f"request-body-became-{'required' if request else 'optional'}", text,
                nodes, keyword="required", witness=self._trials.without_body(exchange),
            )  # fmt: skip
        elif request and old.required and not new.required:
            text = f"{what} may now be left out."
            self._voice.safe(
                exchange, "request-body-became-optional", text, nodes, keyword="required"
            )

    def _media(self, exchange: Exchange, old: Body, new: Body) -> None:
        request = exchange.to_api == "request"
        sent, taken = (old.media, new.media) if request else (new.media, old.media)
        matched = set()
        for name, media in sent.items():
            found = best_match(name, taken)
            if found is not None:
                matched.add(found)
                both = (media, taken[found]) if request else (taken[found], media)
                self._medium(exchange, name, both)
            elif taken and request:
                self._no_longer_taken(exchange, media)
            elif taken:
                text = f"The body of {exchange.label} now comes as {name}, which nobody knows."
                nodes = None, media.node
                self._voice.broken(exchange, "request-media-type-added", text, nodes, detail=name)
        for name, media in taken.items():
            if request and name not in matched:
                text = f"The body of {exchange.label} may now be sent as {name}."
                nodes = None, media.node
                self._voice.safe(exchange, "request-media-type-added", text, nodes, detail=name)

    def _no_longer_taken(self, exchange: Exchange, media: Media) -> None:
        self._voice.broken(
            exchange, "request-media-type-removed",
            f"The body of {exchange.label} is no longer taken as {media.name}: callers who send it"
            " get 415.",
            (media.node, None), detail=media.name,
            witness=self._trials.in_media_type(exchange, media),
        )  # fmt: skip

    def _medium(self, exchange: Exchange, name: str, both: tuple[Media, Media]) -> None:
        old, new = both
        what = f"the body of {exchange.label}"
        if old.schema is None or new.schema is None:
            self._shaping.unknown(exchange, exchange.to_api, what, both)
            return
        part = Part(what, ("body", name), "", old.schema, new.schema, is_text=is_loose(name))
        self._shaping.compare(exchange, exchange.to_api, part)
        for field in old.encoding.keys() & new.encoding.keys():
            if key_of(old.encoding[field]) != key_of(new.encoding[field]):
                self._voice.risky(
                    exchange, "body-encoding-changed",
                    f"{capital(what)}: the field `{field}` is encoded in another way, so that the"
                    " receiver may read it wrongly.",
                    (old.node, new.node), keyword="encoding", detail=field, breaks=DATA,
                )  # fmt: skip
