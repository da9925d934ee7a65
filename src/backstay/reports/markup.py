"""HTML from values: whatever is not ``Markup`` is escaped and cannot become an element."""

from __future__ import annotations

import html
import re

from backstay.reports.characters import visible

_VOID = {"meta", "rect"}
# HTML allows to leave these ends out where they stand here, and a long report has many of them.
_NO_END = {"li", "td", "th", "tr", "dd", "caption"}
_BARE = re.compile(r"[A-Za-z0-9_.%:#-]+")  # an attribute's value that needs no quotes


class Markup(str):
    """HTML, which is not escaped again."""

    __slots__ = ()


def data(text: str) -> Markup:
    """Text of the project, on one line, with what a browser would obey made visible."""
    return Markup(html.escape(visible(text)))


def joined(parts: list[Markup] | tuple[Markup, ...]) -> Markup:
    """Parts one after the other."""
    return Markup("".join(parts))


def element(name: str, /, *children: str, **attributes: str | None) -> Markup:
    """An element. Attributes that are None are left out; ``class_`` is ``class``, ``a_b`` a-b."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}{_value(value)}"
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written} />" if name == "rect" else f"<{name}{written}>")
    inner = "".join(
        each if isinstance(each, Markup) else html.escape(each, quote=False) for each in children
    )
    end = "" if name in _NO_END else f"</{name}>"
    return Markup(f"<{name}{written}>{inner}{end}")


def _value(text: str) -> str:
    if not text:
        return ""
    return f"={text}" if _BARE.fullmatch(text) else f'="{html.escape(text)}"'


def anchor(prefix: str, name: str) -> str:
    """An element's id, or the fragment that leads to it."""
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}"
