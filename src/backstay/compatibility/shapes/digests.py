"""Digests of JSON values of any depth, bottom up and without recursion."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

REFERRING = frozenset(("$ref", "$dynamicRef", "discriminator"))


class Digests:
    """Knows the digest of each container it has seen; these must be kept alive elsewhere."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}

    def of(self, raw: object) -> str | None:
        """Equal for values with the same content; None where references are in them."""
        pending = [raw]
        while pending:
            held = pending[-1]
            left = [part for part in _parts(held) if self._is_new(part)]
            if self._is_new(held) and left:
                pending += left
                continue
            pending.pop()
            if self._is_new(held):
                self._known[id(held)] = self._made(held)
        return self._digest(raw)

    def _is_new(self, value: object) -> bool:
        return isinstance(value, (dict, list)) and id(value) not in self._known

    def _digest(self, value: object) -> str | None:
        if isinstance(value, (dict, list)):
            return self._known[id(value)]
        return f"{type(value).__name__} {value!r}"

    def _made(self, held: Any) -> str | None:  # noqa: ANN401 (a dict or a list)
        if isinstance(held, dict) and not REFERRING.isdisjoint(held):
            return None
        parts = [self._digest(part) for part in _parts(held)]
        if None in parts:
            return None
        names = sorted(held) if isinstance(held, dict) else len(held)
        return blake2b(repr((names, parts)).encode("utf-8", "replace")).hexdigest()


def _parts(value: object) -> list[object]:
    """What a container holds, members by name."""
    if isinstance(value, dict):
        return [value[name] for name in sorted(value)]
    return list(value) if isinstance(value, list) else []
