"""Random documents, and all pointers into them."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import strategies as st

SAFE_IN_YAML = st.characters(
    exclude_categories=["C"], exclude_characters="\u2028\u2029\x85\ufeff\u00a0"
)


def values_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Plain values: everything that JSON can say, with these texts."""
    floats = st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | st.integers() | floats | texts,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
        max_leaves=30,
    )


def pointers_into(value: Any) -> list[tuple[str, ...]]:
    """The segments of every value inside a value, itself included."""
    found = []
    todo: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while todo:
        segments, value = todo.pop()
        found.append(segments)
        if isinstance(value, dict):
            todo += [((*segments, key), child) for key, child in value.items()]
        elif isinstance(value, list):
            todo += [((*segments, str(at)), child) for at, child in enumerate(value)]
    return found


def as_json(value: Any, style: int) -> bytes:
    """One of several ways to write a value as JSON."""
    indent = (None, None, 1, 2, "\t")[style % 5]
    separators = (",", ":") if style % 5 == 0 else None
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=style % 2 == 0)
    return text.replace("\n", "\r\n" if style % 3 == 0 else "\n").encode()


def as_yaml(value: Any, style: int) -> bytes:
    """One of several ways to write a value as YAML."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        indent=2 + style % 3,
        default_flow_style=(False, False, True, None)[style % 4],
        sort_keys=False,
        allow_unicode=style % 2 == 0,
        width=(20, 80, 1000)[style % 3],
        explicit_start=style % 5 == 0,
        line_break="\r\n" if style % 7 == 0 else "\n",
    )
    return text.encode()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, _: Any) -> bool:
        return True
