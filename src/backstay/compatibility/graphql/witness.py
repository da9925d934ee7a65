"""Witnesses: queries and responses on which the two versions differ, judged by graphql-core."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from backstay.compatibility.comparison import Witness
from backstay.compatibility.graphql.candidates import Candidates
from backstay.compatibility.graphql.kinds import CODE
from backstay.foreign import graphql_core

if TYPE_CHECKING:
    from backstay.compatibility.graphql.pair import Pair
    from backstay.compatibility.graphql.queries import Candidate
    from backstay.model.changes import Change

ACCEPTED = "accepted"
_MOST_TRIES = 16
_SHOWN = frozenset({"enum-value-added", "union-member-added"})
"""What is risky, but shown by a response that old clients do not know."""


class Witnesses:
    """Makes the witness of a change when it is asked for."""

    def __init__(self, pair: Pair, old: Any, new: Any) -> None:  # noqa: ANN401 (built schemas)
        self._claims = pair.claims
        self._candidates = Candidates(pair)
        self._old = old
        self._new = new

    def of(self, change: Change) -> Witness | None:
        """The first query that shows the change, or else the first one that should have.

        None where no request or response differs: for what is safe, for what breaks only
        generated code, and for what the schema does not tell.
        """
        claim = self._claims.get((change.change, change.subject))
        if claim is None or self._old is None or self._new is None:
            return None
        shown = change.compatibility == "breaking" or change.change in _SHOWN
        if not shown or change.breaks == CODE:
            return None
        first = None
        with graphql_core.collector_paused():
            for candidate in islice(self._candidates.of(change.change, claim), _MOST_TRIES):
                witness = self._judged(candidate)
                if witness.confirmed:
                    return witness
                first = first or witness
        return first if change.certain else None

    def _judged(self, candidate: Candidate) -> Witness:
        query, variables = candidate.query, candidate.variables
        old = graphql_core.request_refusals(self._old, query, variables)
        new = graphql_core.request_refusals(self._new, query, variables)
        value: dict[str, Any] = {"query": query}
        if variables:
            value["variables"] = variables
        if candidate.response is not None and not old and not new:
            value["response"] = {"data": candidate.response}
            asked = query, variables, candidate.response
            refused = graphql_core.response_refusal(self._old, *asked)
            refused_now = graphql_core.response_refusal(self._new, *asked)
            confirmed = refused is not None and refused_now is None
            return _witness(value, refused, refused_now, confirmed=confirmed)
        about = next((fault for fault in new if _is_about(fault, candidate)), None)
        said = about or next(iter(new), None)
        return _witness(
            value,
            old[0].problem if old else None,
            said.problem if said is not None else None,
            confirmed=not old and about is not None and candidate.response is None,
        )


def _witness(
    value: dict[str, Any], old: str | None, new: str | None, *, confirmed: bool
) -> Witness:
    return Witness(
        value=value,
        old_says=old or ACCEPTED,
        new_says=new or ACCEPTED,
        confirmed=confirmed,
        validator=graphql_core.NAME,
    )


def _is_about(fault: graphql_core.Fault, candidate: Candidate) -> bool:
    """Whether a refusal is because of the change, and not of another one on the way."""
    name, part = candidate.about
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", fault.problem):
        return True
    start = candidate.query.find(part) if part else -1
    return start >= 0 and fault.start is not None and start <= fault.start < start + len(part)
