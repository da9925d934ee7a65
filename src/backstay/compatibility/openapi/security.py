"""Who may call: alternatives of security schemes with scopes, and how credentials are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.openapi.ledger import ALL, BEHAVIOUR, Exchange, Ledger, Statement
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.openapi.elements import Alternative
    from backstay.compatibility.openapi.reading import Reader
    from backstay.compatibility.openapi.trials import Trials
    from backstay.compatibility.shapes.nodes import Node
    from backstay.model.changes import Compatibility, Level

ADDRESSES = ("authorizationUrl", "tokenUrl", "refreshUrl", "openIdConnectUrl")
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
SENDING = ("type", "in", "name", "scheme")


class Security:
    """States what differs in who may call."""

    def __init__(self, ledger: Ledger, readers: tuple[Reader, Reader], trials: Trials) -> None:
        self._ledger = ledger
        self._readers = readers
        self._trials = trials
        self._old, self._new = readers[0].schemes(), readers[1].schemes()
        self._names = {name: self._old_name(name) for name in self._new}

    def _old_name(self, name: str) -> str:
        """The name that a scheme has in the old version; names are no matter on the wire."""
        if name in self._old:
            return name
        meant = scheme_of(self._new[name])
        free = [n for n, node in self._old.items() if n not in self._new]
        return next((n for n in free if scheme_of(self._old[n]) == meant), name)

    # What operations ask for

    def compare(self, exchange: Exchange) -> None:
        """State what differs in what an operation asks for."""
        if exchange.to_api != "request":
            return
        before = self._alternatives(exchange.old.security, {})
        after = self._alternatives(exchange.new.security, self._names)
        if before == after:
            return
        for one in before:
            if not any(_is_within(other, one) for other in after):
                self._refused(exchange, one, after)
        for other in after:
            if not any(_is_within(one, other) for one in before):
                self._offered(exchange, other, before)

    def _alternatives(
        self, given: tuple[Alternative, ...] | None, names: dict[str, str]
    ) -> list[Alternative]:
        if not given:
            return [{}]
        return [{names.get(name, name): held for name, held in each.items()} for each in given]

    def _refused(self, exchange: Exchange, one: Alternative, after: list[Alternative]) -> None:
        """Callers who did what was enough are refused."""
        same = [other for other in after if other.keys() == one.keys()]
        if same:
            scopes = sorted(
                {s for name, held in same[0].items() for s in held if s not in one[name]}
            )
            kind, what = "security-scope-added", f"the scope {_list(scopes)}"
        elif not one or any(one.keys() < other.keys() for other in after):
            kind, what = "security-added", _ways(after)
        else:
            kind, what = "security-alternative-removed", _ways(after)
        had = f"with {_way(one)}" if one else "without credentials"
        self._state(
            exchange, kind,
            f"Callers {had} are refused: {self._whose(exchange)} now asks for {what}.",
            detail="+".join(sorted(one)), compatibility="breaking", breaks=ALL,
            witness=self._trials.with_answers(
                exchange, (f"accepted {had}", f"refused with 401 or 403: it asks for {what}")
            ),
        )  # fmt: skip

    def _offered(self, exchange: Exchange, other: Alternative, before: list[Alternative]) -> None:
        """Callers may do with something that was not enough."""
        if not other:
            kind, text = "security-removed", "no longer asks for credentials"
        elif any(one.keys() == other.keys() for one in before):
            kind, text = "security-scope-removed", f"asks for fewer scopes of {_way(other)}"
        else:
            kind, text = "security-alternative-added", f"also takes {_way(other)}"
        self._state(
            exchange, kind, f"{_capital(self._whose(exchange))} {text}.",
            detail="+".join(sorted(other)),
        )  # fmt: skip

    def _whose(self, exchange: Exchange) -> str:
        node = exchange.new.security_node
        return "the API" if node.pointer == "/security" else exchange.label

    def _state(  # noqa: PLR0913 (the fields of a statement)
        self,
        exchange: Exchange,
        kind: str,
        text: str,
        *,
        detail: str,
        compatibility: Compatibility = "safe",
        breaks: tuple[Level, ...] = (),
        witness: Any = None,  # noqa: ANN401 (what makes a witness)
    ) -> None:
        old, new = exchange.old.security_node, exchange.new.security_node
        self._ledger.state(
            exchange,
            Statement(
                kind, text, compatibility, breaks, "request", old, new, detail=detail,
                witness=witness,
            ),
        )  # fmt: skip

    # How credentials are sent

    def schemes(self, users: dict[str, list[str]]) -> None:
        """State what differs in the schemes; ``users`` are the operations that ask for each."""
        for name, node in self._new.items():
            was = self._old.get(self._names[name])
            if was is None or scheme_of(was) == scheme_of(node) or name not in users:
                continue
            for statement in self._scheme(name, was, node):
                self._ledger.add(statement, users[name], unstable=False)

    def _scheme(self, name: str, old: Node, new: Node) -> Iterator[Statement]:
        before, after = scheme_of(old), scheme_of(new)
        sending = [key for key in SENDING if before.get(key) != after.get(key)]
        if sending:
            yield Statement(
                "security-scheme-changed",
                f"Credentials of `{name}` are sent in another way ({_list(sending)} changed):"
                " callers who send them as before are refused.",
                "breaking", ALL, "request", old, new, sending[0],
            )  # fmt: skip
            return
        if before.get("bearerFormat") != after.get("bearerFormat"):
            yield Statement(
                "security-scheme-changed", f"Tokens of `{name}` are of another format.",
                "risky", BEHAVIOUR, "request", old, new, "bearerFormat",
            )  # fmt: skip
        yield from _flows(name, old, new, before["flows"], after["flows"])


def _flows(
    name: str, old: Node, new: Node, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Statement]:
    for flow, was in before.items():
        now = after.get(flow)
        if now is None:
            yield Statement(
                "security-scheme-changed",
                f"`{name}` gives no more tokens by the flow {flow}: who gets them so is locked"
                " out.",
                "breaking", ALL, "request", old, new, "flows", flow,
            )  # fmt: skip
            continue
        if was["addresses"] != now["addresses"]:
            yield Statement(
                "security-scheme-changed",
                f"`{name}` gives tokens for the flow {flow} at another address.",
                "risky", BEHAVIOUR, "request", old, new, "flows", flow,
            )  # fmt: skip
        gone = sorted(was["scopes"] - now["scopes"])
        if gone:
            yield Statement(
                "scope-withdrawn",
                f"`{name}` no longer gives the scope {_list(gone)}: who asks for it gets no token.",
                "risky", BEHAVIOUR, "request", old, new, "flows", flow,
            )  # fmt: skip


def scheme_of(node: Node) -> dict[str, Any]:
    """What a scheme says, in the words of OpenAPI 3; equal for equal meanings."""
    raw = node.raw
    made: dict[str, Any] = {
        key: str(raw[key]) for key in (*SENDING, "bearerFormat", "openIdConnectUrl") if key in raw
    }
    if made.get("type") == "basic":
        made.update(type="http", scheme="basic")
    if "scheme" in made:
        made["scheme"] = made["scheme"].lower()
    if made.get("in") == "header":
        made["name"] = made.get("name", "").lower()
    held = raw.get("flows")
    flows = held if isinstance(held, dict) else {}
    if isinstance(raw.get("flow"), str):
        flows = {_FLOWS.get(raw["flow"], raw["flow"]): raw}
    made["flows"] = {name: _flow(flow) for name, flow in flows.items() if isinstance(flow, dict)}
    return made


def _flow(raw: dict[str, Any]) -> dict[str, Any]:
    scopes = raw.get("scopes")
    return {
        "addresses": [key_of(raw.get(key)) for key in ADDRESSES],
        "scopes": set(scopes) if isinstance(scopes, dict) else set(),
    }


def _is_within(one: Alternative, other: Alternative) -> bool:
    """Whether who has all of the other has all of the one."""
    return all(name in other and set(scopes) <= set(other[name]) for name, scopes in one.items())


def _ways(alternatives: list[Alternative]) -> str:
    return " or ".join(_way(each) for each in alternatives)


def _way(alternative: Alternative) -> str:
    if not alternative:
        return "nothing"
    return " and ".join(
        f"`{name}`" + (f" with {_list(sorted(scopes))}" if scopes else "")
        for name, scopes in alternative.items()
    )


def _list(names: list[str]) -> str:
    return ", ".join(names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
