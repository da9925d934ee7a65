"""All practices, each from its own file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import backstay.practices
from backstay.model.errors import BadRequest
from backstay.practices.practice import Practice

_MACHINERY = {"practice", "catalogue"}


@cache
def all_practices() -> tuple[Practice, ...]:
    """Every practice, by name."""
    found = []
    for module in sorted(pkgutil.iter_modules(backstay.practices.__path__), key=lambda m: m.name):
        if module.name in _MACHINERY or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"backstay.practices.{module.name}")
        declared = getattr(loaded, module.name, None)
        if not isinstance(declared, Practice):
            raise TypeError(f"practices/{module.name}.py has no practice of that name")
        found.append(declared)
    return tuple(found)


@cache
def _by_name() -> dict[str, Practice]:
    named = {each.name: each for each in all_practices()}
    for each in all_practices():
        named.update(dict.fromkeys(each.aliases, each))
    return named


def current_name(name: str) -> str | None:
    """The present name of a practice that may be known by an earlier one; None if unknown."""
    found = _by_name().get(name)
    return found.name if found else None


def practice_named(name: str) -> Practice:
    """The practice of that name, or of that earlier name.

    Raises:
        BadRequest: there is none; the message names close ones.
    """
    import difflib  # noqa: PLC0415 (only for the message)

    found = _by_name().get(name)
    if found is None:
        close = difflib.get_close_matches(name, _by_name(), n=3)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        raise BadRequest(f"There is no practice named {name!r}.{hint} See: backstay practices")
    return found
