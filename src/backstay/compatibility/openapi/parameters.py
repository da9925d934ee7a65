"""Parameters in both versions: whether they are there, how they are written, what they may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.openapi.ledger import MEANING, Exchange, Ledger, Voice
from backstay.compatibility.openapi.lifecycle import life_changes, removal_of
from backstay.compatibility.openapi.shaping import Part, Shaping, is_loose
from backstay.compatibility.openapi.styles import COMPOUND, Texts, is_repeated, writing_of
from backstay.compatibility.openapi.wording import capital, shown
from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from backstay.compatibility.openapi.elements import Parameter
    from backstay.compatibility.openapi.lifecycle import Policy
    from backstay.compatibility.openapi.structure import Structures
    from backstay.compatibility.openapi.trials import Trials
    from backstay.compatibility.shapes.nodes import Node

Types = frozenset[str]


class _Both(NamedTuple):
    """One parameter in both versions, and how people call it."""

    exchange: Exchange
    what: str
    old: Parameter
    new: Parameter

    @property
    def nodes(self) -> tuple[Node, Node]:
        return self.old.node, self.new.node

    @property
    def is_request(self) -> bool:
        return self.exchange.to_api == "request"

    @property
    def sent(self) -> Parameter:
        return self.old if self.is_request else self.new

    @property
    def taken(self) -> Parameter:
        return self.new if self.is_request else self.old


class Parameters:
    """States what differs in the parameters of an operation."""

    def __init__(
        self,
        ledger: Ledger,
        shaping: Shaping,
        structures: Structures,
        trials: Trials,
        policy: Policy,
    ) -> None:
        self._ledger = ledger
        self._voice = Voice(ledger, "requests")
        self._shaping = shaping
        self._structures = structures
        self._texts = tuple(Texts(each, structures) for each in shaping.descriptions)
        self._trials = trials
        self._policy = policy

    def compare(self, exchange: Exchange) -> None:
        """State all that differs between two versions of an operation's parameters."""
        sender, receiver = exchange.sides(exchange.to_api)
        request = exchange.to_api == "request"
        for key, taken in receiver.parameters.items():
            if key not in sender.parameters:
                (self._newly_taken if request else self._no_longer_sent)(exchange, taken)
        for key, sent in sender.parameters.items():
            found = receiver.parameters.get(key)
            if found is None:
                (self._no_longer_taken if request else self._newly_sent)(exchange, sent)
                continue
            old, new = (sent, found) if request else (found, sent)
            what = f"the {new.place} parameter `{new.name}` of {exchange.label}"
            self._both(_Both(exchange, what, old, new))

    # In one version only

    def _newly_taken(self, exchange: Exchange, taken: Parameter) -> None:
        what = f"the {taken.place} parameter `{taken.name}`"
        nodes = None, taken.node
        if not taken.required:
            text = f"{exchange.label} takes {what}, which is optional."
            self._voice.safe(exchange, "parameter-added", text, nodes)
            return
        self._voice.broken(
            exchange, "required-parameter-added",
            f"{exchange.label} now needs {what}: requests without it, as callers send them, are"
            " refused.",
            nodes, witness=self._trials.without_parameter(exchange, taken),
        )  # fmt: skip

    def _no_longer_sent(self, exchange: Exchange, taken: Parameter) -> None:
        what = f"the {taken.place} parameter `{taken.name}`"
        nodes = taken.node, None
        if not taken.required:
            text = f"{exchange.label} is sent without {what}, which was optional."
            self._voice.risky(exchange, "parameter-removed", text, nodes)
            return
        text = f"{exchange.label} is sent without {what}, on which receivers count."
        self._voice.broken(exchange, "required-parameter-removed", text, nodes)

    def _newly_sent(self, exchange: Exchange, sent: Parameter) -> None:
        text = f"{exchange.label} now carries the {sent.place} parameter `{sent.name}`."
        self._voice.safe(exchange, "parameter-added", text, (None, sent.node))

    def _no_longer_taken(self, exchange: Exchange, sent: Parameter) -> None:
        what = f"the {sent.place} parameter `{sent.name}`"
        end, clause = removal_of(sent.node, self._policy)
        text = f"{exchange.label} no longer reads {what}, {clause}: what callers send is ignored."
        nodes = sent.node, None
        if end == "-before-sunset":
            answers = f"`{sent.name}` is read", f"`{sent.name}` is ignored, or refused"
            witness = self._trials.with_answers(exchange, answers, sent)
            self._voice.broken(
                exchange, "parameter-removed-before-sunset", text, nodes, witness=witness
            )
        elif end:
            self._voice.safe(exchange, "parameter-removed-after-deprecation", text, nodes)
        else:
            self._voice.risky(exchange, "parameter-removed", text, nodes)

    # In both versions

    def _both(self, both: _Both) -> None:
        self._required(both)
        what, (old, new) = capital(both.what), both.nodes
        direction = both.exchange.to_api
        for statement in life_changes(what, "parameter", (old, new), direction, self._policy):
            self._ledger.state(both.exchange, statement)
        if both.is_request:
            self._default(both)
        self._shape(both)

    def _required(self, both: _Both) -> None:
        what = capital(both.what)
        if both.taken.required and not both.sent.required:
            kind = f"parameter-became-{'required' if both.is_request else 'optional'}"
            text = (
                f"{what} is now required: requests without it, as callers may send them, are"
                " refused."
                if both.is_request
                else f"{what} may now be missing; receivers count on it."
            )
            witness = self._trials.without_parameter(both.exchange, both.taken)
            self._voice.broken(
                both.exchange, kind, text, both.nodes, keyword="required", witness=witness
            )
        elif both.is_request and both.old.required and not both.new.required:
            text = f"{what} may now be left out."
            self._voice.safe(
                both.exchange, "parameter-became-optional", text, both.nodes, keyword="required"
            )

    def _default(self, both: _Both) -> None:
        """What a parameter means that is left out."""
        if both.old.schema is None or both.new.schema is None:
            return
        before = self._structures.of(both.old.schema).default
        after = self._structures.of(both.new.schema).default
        if (before is None and after is None) or (
            before is not None and after is not None and key_of(before[1]) == key_of(after[1])
        ):
            return
        was = "nothing in particular" if before is None else shown(before[1])
        now = "nothing in particular" if after is None else shown(after[1])
        nodes = before[0] if before else both.old.schema, after[0] if after else both.new.schema
        self._voice.broken(
            both.exchange, "parameter-default-changed",
            f"{capital(both.what)} means {now} where it is left out, no longer {was}: the same"
            " request gets another answer.",
            nodes, keyword="default", breaks=MEANING,
            witness=self._trials.with_answers(
                both.exchange, (f"`{both.new.name}` is {was}", f"`{both.new.name}` is {now}")
            ),
        )  # fmt: skip

    def _shape(self, both: _Both) -> None:
        old, new = both.old, both.new
        if old.media_type != new.media_type:
            self._voice.broken(
                both.exchange, "parameter-encoding-changed",
                f"{capital(both.what)} is written as {new.media_type or 'plain text'}, no longer"
                f" as {old.media_type or 'plain text'}: the receiver cannot read what is sent.",
                both.nodes, keyword="content", doubt="a receiver may take both",
            )  # fmt: skip
            return
        if old.schema is None or new.schema is None:
            self._shaping.unknown(both.exchange, both.exchange.to_api, both.what, (old, new))
            return
        part = Part(both.what, (new.place, new.key), "", old.schema, new.schema, is_text=True)
        if new.media_type:
            part = part._replace(is_text=is_loose(new.media_type))
            self._shaping.compare(both.exchange, both.exchange.to_api, part)
            return
        self._written(both, part)

    def _written(self, both: _Both, part: Part) -> None:
        """A parameter that is written as text: its style, and what its text may mean."""
        old, new = both.old, both.new
        before, after = self._texts[0].types(part.old), self._texts[1].types(part.new)
        shared = before & after & COMPOUND
        if shared and writing_of(old, shared) != writing_of(new, shared):
            self._voice.broken(
                both.exchange, "parameter-style-changed",
                f"{capital(both.what)} is written in the style {_style(new)}, no longer"
                f" {_style(old)}: the same list or object is another text, and is read wrongly.",
                both.nodes, keyword="style" if old.style != new.style else "explode",
                witness=self._trials.in_another_style(both.exchange, old, new),
            )  # fmt: skip
        compared = self._as_text(both, part, before, after)
        self._shaping.compare(both.exchange, both.exchange.to_api, part._replace(compared=compared))

    def _as_text(
        self, both: _Both, part: Part, before: Types, after: Types
    ) -> tuple[Node, Node] | None:
        """What to compare where both versions read the same text as different types."""
        request = both.is_request
        sent, taken = (before, after) if request else (after, before)
        texts = self._texts[0] if request else self._texts[1]
        sender, receiver = (part.old, part.new) if request else (part.new, part.old)
        if taken == {"array"} and sent and not sent & COMPOUND:
            if not is_repeated(both.taken):
                return None
            items = self._structures.of(receiver).items
            wanted = texts.types(*items)
            made = texts.as_list(_as_string(texts, sender, sent, wanted) or sender)
        else:
            text = _as_string(texts, sender, sent, taken)
            if text is None:
                return None
            made = text
        return (made, receiver) if request else (receiver, made)


def _as_string(texts: Texts, schema: Node, sent: Types, taken: Types) -> Node | None:
    """The sender's values as texts, where the receiver takes any as such."""
    if taken != {"string"} or not sent or sent <= taken or sent & COMPOUND:
        return None
    return texts.as_text(schema)


def _style(parameter: Parameter) -> str:
    return f"{parameter.style} {'with' if parameter.explode else 'without'} explode"
