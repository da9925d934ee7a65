"""What a claim may cite: a finding, a receipt, a fact, a practice, a decision or a count."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal, Protocol

from backstay.capabilities.evidence.quantities import Quantity, quantities_of

Kind = Literal["finding", "receipt", "practice", "fact", "decision", "summary"]
State = Literal["proven", "refuted", "not-proven"]

ID = re.compile(r"[0-9a-f]{12}\Z")

# What tools give without an id of its own is cited by these.
REVIEW_SUMMARY = "summary:review"
FACT_COUNTS = "summary:facts"
DECISION = "decision:"

_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = re.compile(r"(?:ing|ed|es|s|e|ly)\Z")
_SAY_NOTHING = frozenset(
    """
    about above add all also and any are because been before being below but can could data does
    each every few file files for from had has have her here his how into its less may more most
    must need needs new not now one only other our out over same see set should show shows some
    such take than that the their them then there these they this those through too under until
    use used uses using very was way were what when where which while who why will with without
    would you your
    """.split()  # noqa: SIM905 (a list of quoted words is hard to read)
)


class Source:
    """One thing that may be cited, with all that was given of it.

    Attributes:
        id, kind: what it is cited by, and what it is.
        title, where: for people.
        values: what was given, as JSON values.
        state: for a finding, what an experiment showed.
        tested: whether there was an experiment.
    """

    def __init__(  # noqa: PLR0913 (fields of a value)
        self,
        *,
        id: str,  # noqa: A002 (as everywhere)
        kind: Kind,
        title: str,
        values: tuple[Any, ...],
        where: str = "",
        state: State | None = None,
        tested: bool = False,
    ) -> None:
        self.id = id
        self.kind = kind
        self.title = title
        self.values = values
        self.where = where
        self.state = state
        self.tested = tested or state in {"proven", "refuted"}

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The numbers in it."""
        return tuple(quantities_of(self.values))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in it that say something, without their endings."""
        return words_of(" ".join((self.title, self.where, *_texts(self.values))))

    def with_more(self, other: Source) -> Source:
        """This and what was given of the same thing at another time.

        What an experiment showed goes before "not proven", which says that there was none.
        """
        tested = [each.state for each in (other, self) if each.state not in {None, "not-proven"}]
        return Source(
            id=self.id,
            kind=self.kind,
            title=self.title or other.title,
            values=(*self.values, *(each for each in other.values if each not in self.values)),
            where=self.where or other.where,
            state=tested[0] if tested else self.state or other.state,
            tested=self.tested or other.tested,
        )


class Sources(Protocol):
    """Where the ids that a claim cites are looked up."""

    def get(self, cited: str) -> Source | None:
        """The source of that id; None if there is none."""

    def suggestions(self) -> tuple[str, ...]:
        """Some ids that can be cited, for a message."""


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say something, without their endings."""
    plain = (word.lower() for word in _WORD.findall(text.replace("_", " ")))
    return frozenset(_ENDINGS.sub("", word) for word in plain if word not in _SAY_NOTHING)


def _texts(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (str(key), *_texts(inner))]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return []
