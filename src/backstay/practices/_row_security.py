"""What row level security policies let through, as far as their text tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.backend import Backend
    from backstay.model.data import Name, Policy, View


def lets_all_through(policy: Policy) -> bool:
    """Whether a policy's condition is true for every row."""
    return policy.using is None or policy.using.replace(" ", "").strip("()").lower() in {
        "true",
        "1=1",
    }


def reads(policy: Policy) -> bool:
    """Whether a policy has a say in which rows are read."""
    return policy.command in {"all", "select"}


def hiding_policies(table: Name, backend: Backend) -> tuple[Policy, ...]:
    """The policies that are meant to hide rows of a table from readers."""
    return tuple(
        policy
        for policy in backend.policies_of(table)
        if reads(policy) and not lets_all_through(policy)
    )


def tables_behind(view: View, backend: Backend) -> Iterator[Name]:
    """The tables that a view reads with its owner's rights, through views with the caller's too."""
    waiting, seen = list(view.reads), set(view.reads)
    for name in waiting:
        inner = backend.view(name)
        if inner is None:
            yield name
        elif inner.security_invoker:
            waiting += [each for each in inner.reads if each not in seen]
            seen.update(inner.reads)
