"""Requests and responses that show what a rule found, looked up in both documents as written.

The look-up shares nothing with the comparison: it takes the plain values of both documents and asks
whether they list an operation for this request, this media type, this status, this parameter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from backstay.compatibility.comparison import Witness
from backstay.compatibility.openapi.messages import ABSENT, request_of, response_of

if TYPE_CHECKING:
    from backstay.compatibility.openapi.documents import Description
    from backstay.compatibility.openapi.elements import Entry, Media, Operation, Parameter
    from backstay.compatibility.openapi.ledger import Exchange, Making
    from backstay.compatibility.openapi.reading import Reader
    from backstay.compatibility.openapi.shaping import Shaping

LOOK_UP = "look-up in both documents"
UNASKED = "no server was asked; this follows from the documents"


class Trials:
    """Makes witnesses for what rules find, on demand."""

    def __init__(
        self,
        descriptions: tuple[Description, Description],
        readers: tuple[Reader, Reader],
        shaping: Shaping,
    ) -> None:
        self._old = LookUp(descriptions[0])
        self._new = LookUp(descriptions[1])
        self._readers = readers
        self._shaping = shaping

    def removed(self, entry: Entry) -> Making:
        """A request to an operation that is gone."""

        def make() -> Witness:
            operation = self._readers[0].operation(entry)
            value = request_of(operation, self._shaping.example("request"))
            before = self._old.operation(value["method"], value["path"])
            after = self._new.operation(value["method"], value["path"])
            return _looked_up(
                value,
                "accepted: the document has this operation" if before else "no such operation",
                "no operation of the document takes this method and path"
                if after is None
                else "another path of the document takes it",
                confirmed=before is not None and after is None,
            )

        return make

    def without_parameter(self, exchange: Exchange, parameter: Parameter) -> Making | None:
        """A request without a parameter that is now required."""
        if exchange.to_api != "request":
            return None

        def make() -> Witness:
            absent: dict[tuple[str, str], Any] = {(parameter.place, parameter.key): ABSENT}
            value = self._request(exchange.old, absent)
            name, place = parameter.name, parameter.place
            before = self._requires(self._old, value, place, name)
            after = self._requires(self._new, value, place, name)
            return _looked_up(
                value,
                _accepted(before is not False and before is not None),
                f"refused: the {place} parameter {name!r} is required" if after else "unclear",
                confirmed=after is True and before is False,
            )

        return make

    def _requires(self, look_up: LookUp, value: dict[str, Any], place: str, name: str) -> Any:  # noqa: ANN401
        found = look_up.operation(value["method"], value["path"])
        return None if found is None else look_up.requires(found, place, name)

    def without_body(self, exchange: Exchange) -> Making | None:
        """A request without a body where one is now required."""
        if exchange.to_api != "request":
            return None

        def make() -> Witness:
            value = self._request(exchange.old, {("body", ""): ABSENT})
            needed = [
                found is not None and look_up.requires_body(found)
                for look_up in (self._old, self._new)
                for found in [look_up.operation(value["method"], value["path"])]
            ]
            return _looked_up(
                value,
                _accepted(needed[0]),
                "refused: the body is required" if needed[1] else "unclear",
                confirmed=needed == [False, True],
            )

        return make

    def in_media_type(self, exchange: Exchange, media: Media) -> Making | None:
        """A request whose body is of a type that is no longer taken."""

        def make() -> Witness:
            example = self._shaping.example("request")
            body = "" if media.schema is None else example(media.schema)
            value = request_of(exchange.old, example, {("body", media.name): body})
            listed = [
                found is not None and media.name in look_up.request_types(found)
                for look_up in (self._old, self._new)
                for found in [look_up.operation(value["method"], value["path"])]
            ]
            return _looked_up(
                value,
                f"accepted: {media.name} is listed" if listed[0] else "unclear",
                f"refused: {media.name} is not listed" if not listed[1] else "unclear",
                confirmed=listed == [True, False],
            )

        return make

    def with_status(self, exchange: Exchange, code: str) -> Making:
        """A response of a status that callers wait for."""

        def make() -> Witness:
            value = response_of(exchange.old, code, self._shaping.example("response"))
            listed = self._statuses(exchange)
            return _looked_up(
                value,
                f"listed among {', '.join(sorted(listed[0]))}",
                f"never sent: only {', '.join(sorted(listed[1])) or 'nothing'} is listed",
                confirmed=code in listed[0] and code not in listed[1],
            )

        return make

    def with_media_type(self, exchange: Exchange, code: str, name: str) -> Making:
        """A request that asks for a format that is gone."""

        def make() -> Witness:
            value = self._request(exchange.old, {})
            value.setdefault("headers", {})["Accept"] = name
            listed = [
                found is not None and name in look_up.response_types(found, code)
                for look_up in (self._old, self._new)
                for found in [look_up.operation(value["method"], value["path"])]
            ]
            return _looked_up(
                value,
                f"accepted: response {code} lists {name}" if listed[0] else "unclear",
                f"refused: response {code} does not list {name}" if not listed[1] else "unclear",
                confirmed=listed == [True, False],
            )

        return make

    def _statuses(self, exchange: Exchange) -> tuple[set[str], set[str]]:
        request = self._request(exchange.old, {})
        found = []
        for look_up in (self._old, self._new):
            operation = look_up.operation(request["method"], request["path"])
            held = {} if operation is None else look_up.plain(operation.get("responses"))
            found.append({str(code).upper() for code in held})
        return found[0], found[1]

    def in_another_style(self, exchange: Exchange, old: Parameter, new: Parameter) -> Making:
        """A request with a list, as the old version writes it."""

        def make() -> Witness | None:
            if old.schema is None:
                return None
            value = self._request(
                exchange.old,
                {(old.place, old.key): self._shaping.example("request")(old.schema)},
            )
            return _unasked(
                value,
                f"written with style {old.style}, explode {_truth(old.explode)}",
                f"expects style {new.style}, explode {_truth(new.explode)}",
            )

        return make

    def with_answers(
        self,
        exchange: Exchange,
        answers: tuple[str, str],
        sent: Parameter | None = None,
    ) -> Making | None:
        """A request with what both versions make of it in words, which nobody was asked about.

        It has what the old version requires, and ``sent`` besides.
        """
        if exchange.to_api != "request":
            return None

        def make() -> Witness:
            parts = {}
            if sent is not None and sent.schema is not None:
                parts[sent.place, sent.key] = self._shaping.example("request")(sent.schema)
            return _unasked(self._request(exchange.old, parts), *answers)

        return make

    def _request(self, operation: Operation, parts: dict[tuple[str, str], Any]) -> dict[str, Any]:
        return request_of(operation, self._shaping.example("request"), parts)


def _looked_up(value: Any, old_says: str, new_says: str, *, confirmed: bool) -> Witness:  # noqa: ANN401
    return Witness(
        value=value, old_says=old_says, new_says=new_says, confirmed=confirmed, validator=LOOK_UP
    )


def _unasked(value: Any, old_says: str, new_says: str) -> Witness:  # noqa: ANN401 (any JSON)
    return Witness(
        value=value, old_says=old_says, new_says=new_says, confirmed=False, validator=UNASKED
    )


def _accepted(needed: object) -> str:
    return "refused: it was needed before" if needed else "accepted: it may be left out"


def _truth(value: object) -> str:
    return "true" if value else "false"


def _takes(template: list[str], parts: list[str]) -> bool:
    """Whether a path fits a template, part by part."""
    for wanted, part in zip(template, parts, strict=True):
        if "{" not in wanted:
            if wanted != part:
                return False
            continue
        pieces = re.split(r"\{[^{}]*\}", wanted)
        if not re.fullmatch(".+".join(re.escape(piece) for piece in pieces), part):
            return False
    return True


class LookUp:
    """Asks a document, as plain values, what it lists. Written apart from the readers."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._content = description.root.raw if isinstance(description.root.raw, dict) else {}

    def plain(self, value: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
        """An object with its reference followed; empty where there is none."""
        for _ in range(20):
            if not isinstance(value, dict):
                return {}
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            found = self._description.documents.find(reference, self._description.root)
            value = None if found is None else found.raw
        return {}

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation that takes a method and a concrete path."""
        held = self._item(path).get(method.lower())
        if not isinstance(held, dict):
            return None
        return held

    def _item(self, path: str) -> dict[str, Any]:
        paths = self._content.get("paths")
        if not isinstance(paths, dict):
            return {}
        parts = path.split("/")
        found = [
            (template.count("{"), template)
            for template in paths
            if template.count("/") == len(parts) - 1 and _takes(template.split("/"), parts)
        ]
        return self.plain(paths[min(found)[1]]) if found else {}

    def requires(self, operation: dict[str, Any], place: str, name: str) -> bool:
        """Whether an operation, or its path, lists a parameter as required."""
        for held in self._parameters(operation):
            same = str(held.get("name")).lower() == name.lower() and held.get("in") == place
            if same:
                return held.get("required") is True
        return False

    def _parameters(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        listed = _items(operation.get("parameters"))
        for item in self.plain(self._content.get("paths")).values():
            held = self.plain(item)
            if any(value is operation for value in held.values()):
                listed += _items(held.get("parameters"))
        return [self.plain(each) for each in listed]

    def requires_body(self, operation: dict[str, Any]) -> bool:
        """Whether an operation needs a body."""
        if self.plain(operation.get("requestBody")).get("required") is True:
            return True
        bodies = [p for p in self._parameters(operation) if p.get("in") in ("body", "formData")]
        return any(each.get("required") is True for each in bodies)

    def request_types(self, operation: dict[str, Any]) -> set[str]:
        """The media types in which an operation takes a body."""
        return self._types(self.plain(operation.get("requestBody")), operation, "consumes")

    def response_types(self, operation: dict[str, Any], code: str) -> set[str]:
        """The media types that a response comes in."""
        responses = self.plain(operation.get("responses"))
        found = next((v for k, v in responses.items() if str(k).upper() == code.upper()), None)
        return self._types(self.plain(found), operation, "produces")

    def _types(self, held: dict[str, Any], operation: dict[str, Any], keyword: str) -> set[str]:
        content = held.get("content")
        if isinstance(content, dict):
            return set(content)
        listed = _items(operation.get(keyword)) or _items(self._content.get(keyword))
        return {each for each in listed if isinstance(each, str)}


def _items(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []
