"""JSON of a report: indented for people, the same bytes for equal values."""

from __future__ import annotations

from typing import Any

import msgspec

from backstay.reports.characters import visible_json


def json_text(value: object, indent: int | None = 2) -> str:
    """``value`` as JSON with a line end.

    Fields keep the order of their declaration; the keys of mappings are sorted. A file name that
    is no Unicode (it then holds lone surrogates) has U+FFFD in place of what JSON cannot carry.
    """
    try:
        encoded = msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError:
        built = msgspec.to_builtins(value, order="deterministic")
        encoded = msgspec.json.encode(_carried(built))
    if indent is not None:
        encoded = msgspec.json.format(encoded, indent=indent)
    return visible_json(encoded.decode()) + "\n"


def _carried(value: Any) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return value.encode(errors="surrogatepass").decode(errors="replace")
    if isinstance(value, dict):
        return {_carried(key): _carried(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_carried(each) for each in value]
    return value
