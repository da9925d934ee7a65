"""A table put at the end of a TOML file of others, and taken out so that not a byte differs.

The table follows an empty line. A file that did not end with a line break does not end with one
afterwards either, which is how it is known when the table is taken out again.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from backstay.model.errors import BadRequest
from backstay.project.toml_files import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LINE = re.compile(r"at line (\d+)")


def parsed(text: str, shown: str) -> dict[str, Any]:
    """The content of a document.

    Raises:
        BadRequest: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = found[1] if found else text.count("\n") + 1
        raise BadRequest(
            f"{shown}:{line}: not valid TOML: {error}. Mend it and run again; nothing was written."
        ) from error
    except RecursionError as error:
        raise BadRequest(f"{shown}: nested too deeply. Make it flatter.") from error


def table(keys: Sequence[str], value: Mapping[str, Any]) -> str:
    """A table of plain values, with its header and without a line break at its end."""
    lines = [f"[{'.'.join(keys)}]"]
    lines += [f"{key} = {_rendered(each)}" for key, each in value.items()]
    return "\n".join(lines)


def _rendered(value: Any) -> str:  # noqa: ANN401 (a TOML value)
    # JSON strings, numbers and lists of them are TOML, too, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_table(text: str, keys: Sequence[str], value: Mapping[str, Any], shown: str) -> str:
    """The text with a table more, which is not there yet.

    Raises:
        BadRequest: the document is not TOML, or a table cannot be added to it.
    """
    before = parsed(text, shown)
    end = "\r\n" if "\r\n" in text else "\n"
    told = table(keys, value).replace("\n", end)
    added = end + told + end if not text or text.endswith("\n") else end * 2 + told
    try:
        after = tomllib.loads(text + added)
    except tomllib.TOMLDecodeError as error:
        raise BadRequest(
            f"{shown}: `{keys[0]}` is written so that no table can be added to it ({error})."
            f" Add this by hand:\n{table(keys, value)}"
        ) from error
    assert after == _merged(before, keys, dict(value))
    return text + added


def _merged(data: dict[str, Any], keys: Sequence[str], value: Any) -> dict[str, Any]:  # noqa: ANN401
    key, *rest = keys
    inner = _merged(data.get(key, {}), rest, value) if rest else value
    return {**data, key: inner}


def without_table(text: str, keys: Sequence[str]) -> str | None:
    """The text without a table; None where the table has no header of its own to go by."""
    parts = list(statements(text))
    heads = [at for at, (_, part) in enumerate(parts) if _is_header_of(part, keys)]
    if len(heads) != 1:
        return None
    at = heads[0]
    start, last = parts[at][0], at
    while last + 1 < len(parts) and not parts[last + 1][1].startswith("["):
        last += 1
    finish = parts[last][0] + len(parts[last][1])
    head, tail = text[:start], text[finish:]
    end = "\r\n" if "\r\n" in text else "\n"
    if tail:
        head, tail = head.removesuffix(end), tail.removeprefix(end)
    else:
        head = head.removesuffix(end * 2)
    return head + tail


def _is_header_of(statement: str, keys: Sequence[str]) -> bool:
    if not statement.startswith("[") or statement.startswith("[["):
        return False
    data: Any = tomllib.loads(statement)
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return bool(data == {})
